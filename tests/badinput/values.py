# SPDX-License-Identifier: Apache-2.0
"""Values that no item can hold, with the error that each gets. None of these texts may show in a message."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from boto3.dynamodb.types import Binary

from ddbcrypt import exceptions as e


class Bad(NamedTuple):
    """A value of the attribute ``secret``, the exact class of its error, and what the message must not show."""

    name: str
    value: Any
    error: type[Exception]
    hidden: tuple[str, ...] = ()


LONG = "9876543210" * 3 + "987654321"
SURROGATE = "caf\ud83dteria"


def lists(levels: int, inner: Any) -> Any:
    """``inner`` at depth ``levels`` of Python lists."""
    for _ in range(levels - 1):
        inner = [inner]
    return inner


def wire_lists(levels: int, inner: dict[str, Any]) -> dict[str, Any]:
    for _ in range(levels - 1):
        inner = {"L": [inner]}
    return inner


def wire_maps(levels: int, inner: dict[str, Any]) -> dict[str, Any]:
    for _ in range(levels - 1):
        inner = {"M": {"m": inner}}
    return inner


PYTHON_VALUES = [
    Bad("float", 9876.54321, e.UnsupportedTypeError, ("9876",)),
    Bad("float, not finite", float("nan"), e.UnsupportedTypeError),
    Bad("float in a list", ["fine", 9876.54321], e.UnsupportedTypeError, ("9876",)),
    Bad("float in a map", {"deep": {"er": 9876.54321}}, e.UnsupportedTypeError, ("9876",)),
    Bad("float in a set", {9876.54321}, e.UnsupportedTypeError, ("9876",)),
    Bad("complex", 9876j, e.UnsupportedTypeError, ("9876",)),
    Bad("object", object(), e.UnsupportedTypeError),
    Bad("set of mixed types", {"s3cret", 1}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("set of tuples", {("s3cret",)}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("map with a key that is no string", {1: "s3cret"}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("Decimal of 39 digits", Decimal(LONG), e.InvalidNumberError, (LONG[:5],)),
    Bad("Decimal of 39 digits after the point", Decimal("0." + LONG), e.InvalidNumberError, (LONG[:5],)),
    Bad("int of 39 digits", int(LONG), e.InvalidNumberError, (LONG[:5],)),
    Bad("int of 4,400 digits", int(LONG) * 10**4361 + 1, e.InvalidNumberError, (LONG[:5],)),
    Bad("39 digits in a set", {Decimal(1), Decimal(LONG)}, e.InvalidNumberError, (LONG[:5],)),
    Bad("NaN", Decimal("NaN"), e.InvalidNumberError),
    Bad("signalling NaN", Decimal("sNaN"), e.InvalidNumberError),
    Bad("NaN with a payload", Decimal("NaN98765"), e.InvalidNumberError, ("98765",)),
    Bad("infinity", Decimal("-Infinity"), e.InvalidNumberError),
    Bad("NaN in a set", {Decimal("NaN")}, e.InvalidNumberError),
    Bad("too large", Decimal("9.8765E+126"), e.InvalidNumberError, ("8765",)),
    Bad("too small", Decimal("9.8765E-131"), e.InvalidNumberError, ("8765",)),
    Bad("exponent beyond all bounds", Decimal("9.8765E+999999"), e.InvalidNumberError, ("8765",)),
    Bad("lone surrogate", SURROGATE, e.InvalidTextError, ("caf", "teria")),
    Bad("lone surrogate in a set", {SURROGATE}, e.InvalidTextError, ("caf", "teria")),
    Bad("lone surrogate in a map's key", {SURROGATE: 1}, e.InvalidTextError, ("caf", "teria")),
    Bad("depth 33 of lists", lists(33, "s3cret"), e.NestingDepthError, ("s3cret",)),
    Bad("depth 5,000 of lists", lists(5000, "s3cret"), e.NestingDepthError, ("s3cret",)),
]

WIRE_VALUES = [
    Bad("float", {"N": 9876.54321}, e.UnsupportedTypeError, ("9876",)),
    Bad("int", {"N": 98765}, e.UnsupportedTypeError, ("98765",)),
    Bad("Decimal", {"N": Decimal(98765)}, e.UnsupportedTypeError, ("98765",)),
    Bad("number of 39 digits", {"N": LONG}, e.InvalidNumberError, (LONG[:5],)),
    Bad("number of 39 digits in a list", {"L": [{"N": LONG}]}, e.InvalidNumberError, (LONG[:5],)),
    Bad("number of a million digits", {"N": "98765" * 200_000}, e.InvalidNumberError, ("98765",)),
    Bad("NaN", {"N": "NaN"}, e.InvalidNumberError),
    Bad("Infinity", {"N": "Infinity"}, e.InvalidNumberError),
    Bad("empty number", {"N": ""}, e.InvalidNumberError),
    Bad("number with a space", {"N": " 98765"}, e.InvalidNumberError, ("98765",)),
    Bad("number with an underscore", {"N": "98_765"}, e.InvalidNumberError, ("98_765",)),
    Bad("number with digits of another script", {"N": "\u0663\u0664"}, e.InvalidNumberError, ("\u0663",)),
    Bad("number with a null character", {"N": "98765\0"}, e.InvalidNumberError, ("98765",)),
    Bad("hexadecimal number", {"N": "0x98765"}, e.InvalidNumberError, ("98765",)),
    Bad("number of words", {"N": "s3cret"}, e.InvalidNumberError, ("s3cret",)),
    Bad("equal strings in a set", {"SS": ["s3cret", "b", "s3cret"]}, e.DuplicateSetMemberError, ("s3cret",)),
    Bad("equal numbers in a set", {"NS": ["98765", "98765"]}, e.DuplicateSetMemberError, ("98765",)),
    Bad("numbers of equal value in a set", {"NS": ["98765", "9.8765E+4"]}, e.DuplicateSetMemberError, ("8765",)),
    Bad("two zeros in a set", {"NS": ["0", "-0.00"]}, e.DuplicateSetMemberError),
    Bad("equal binaries in a set", {"BS": [b"s3cret", b"s3cret"]}, e.DuplicateSetMemberError, ("s3cret",)),
    Bad(
        "equal binaries of two classes", {"BS": [b"s3cret", Binary(b"s3cret")]}, e.DuplicateSetMemberError, ("s3cret",)
    ),
    Bad("equal members, nested", {"M": {"a": {"L": [{"SS": ["s3", "s3"]}]}}}, e.DuplicateSetMemberError),
    Bad("depth 33 of lists", wire_lists(33, {"S": "s3cret"}), e.NestingDepthError, ("s3cret",)),
    Bad("depth 33 of maps", wire_maps(33, {"N": "98765"}), e.NestingDepthError, ("98765",)),
    Bad("depth 5,000", wire_lists(5000, {"S": "s3cret"}), e.NestingDepthError, ("s3cret",)),
    Bad("lone surrogate", {"S": SURROGATE}, e.InvalidTextError, ("caf", "teria")),
    Bad("lone surrogate in a set", {"SS": [SURROGATE]}, e.InvalidTextError, ("caf", "teria")),
    Bad("lone surrogate in a map's key", {"M": {SURROGATE: {"S": "x"}}}, e.InvalidTextError, ("caf", "teria")),
    Bad("bytes for a string", {"S": b"s3cret"}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("string for bytes", {"B": "s3cret"}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("string for a set", {"SS": "s3cret"}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("number in a string set", {"SS": [98765]}, e.UnsupportedTypeError, ("98765",)),
    Bad("string in a binary set", {"BS": ["s3cret"]}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("int in a number set", {"NS": [98765]}, e.UnsupportedTypeError, ("98765",)),
    Bad("dict for a list", {"L": {"S": "s3cret"}}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("list for a map", {"M": [{"S": "s3cret"}]}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("map's key that is no string", {"M": {98765: {"S": "x"}}}, e.UnsupportedTypeError, ("98765",)),
    Bad("map's value without a type", {"M": {"a": "s3cret"}}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("string for a boolean", {"BOOL": "s3cret"}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("int for a boolean", {"BOOL": 1}, e.UnsupportedTypeError),
    Bad("NULL that is false", {"NULL": False}, e.UnsupportedTypeError),
    Bad("None for a string", {"S": None}, e.UnsupportedTypeError),
    Bad("unknown type", {"X": "s3cret"}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("type in lower case", {"s": "s3cret"}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("no type", {}, e.UnsupportedTypeError),
    Bad("two types", {"S": "s3cret", "N": "1"}, e.UnsupportedTypeError, ("s3cret",)),
    Bad("plain string", "s3cret", e.UnsupportedTypeError, ("s3cret",)),
    Bad("None", None, e.UnsupportedTypeError),
]
