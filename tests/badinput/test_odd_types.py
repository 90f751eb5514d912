# SPDX-License-Identifier: Apache-2.0
"""Subclasses, mappings that are no dict, buffers of all kinds: read by their own content, or refused."""

from __future__ import annotations

import array
import enum
import mmap
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import pytest
from boto3.dynamodb.types import Binary, TypeSerializer

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from tests.interop.ours import case_of, config_for
from tests.strategies import meaning

BOTH = [config_for(case_of({}, default=default)) for default in ("ENCRYPT_AND_SIGN", "SIGN_ONLY")]


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "another text"

    def encode(self, *_: Any, **__: Any) -> bytes:
        return b"another text"


class Data(bytes):
    def __bytes__(self) -> bytes:
        return b"other data"


class Whole(int):
    def __str__(self) -> str:
        return "99"

    def __repr__(self) -> str:
        return "99"


class Precise(Decimal):
    def __str__(self, *_: Any) -> str:  # type: ignore[override]
        return "99"


class Blob(Binary):
    pass


class Members(list):
    pass


class Record(dict):
    pass


class Color(enum.IntEnum):
    RED = 3


class Name(enum.StrEnum):
    RED = "red"


class Point(NamedTuple):
    x: int
    y: str


READ = {
    "str subclass": (Text("own text"), "own text"),
    "str enum": (Name.RED, "red"),
    "bytes subclass": (Data(b"own data"), b"own data"),
    "bytearray": (bytearray(b"own data"), b"own data"),
    "Binary subclass": (Blob(b"own data"), b"own data"),
    "Binary of a bytearray": (Binary(bytearray(b"own data")), b"own data"),
    "Decimal, 38 digits": (
        Decimal("-1234567890.1234567890123456789012345678"),
        Decimal("-1234567890.1234567890123456789012345678"),
    ),
    "int enum": (Color.RED, Decimal(3)),
    "list subclass": (Members(["a", 1]), ["a", 1]),
    "tuple": (("a", 1), ["a", 1]),
    "named tuple": (Point(1, "b"), [1, "b"]),
    "OrderedDict": (OrderedDict(b=1, a="x"), {"a": "x", "b": 1}),
    "defaultdict": (defaultdict(list, a=1), {"a": 1}),
    "Counter": (Counter("aab"), {"a": 2, "b": 1}),
    "dict subclass": (Record(a=1), {"a": 1}),
    "MappingProxyType": (MappingProxyType({"a": 1}), {"a": 1}),
    "UserDict": (UserDict(a=1), {"a": 1}),
    "ChainMap": (ChainMap({"a": 1}, {"b": 2}), {"a": 1, "b": 2}),
    "frozenset": (frozenset({"a", "b"}), {"a", "b"}),
    "keys of a dict": ({"a": 1, "b": 2}.keys(), {"a", "b"}),
    "map with keys of a str subclass": ({Text("own"): 1}, {"own": 1}),
    "set of a str subclass": ({Text("own")}, {"own"}),
    "True": (True, True),
    "None": (None, None),
}


@pytest.mark.parametrize(("value", "read"), READ.values(), ids=READ)
def test_values_that_boto3_takes_are_read_by_their_content(value: Any, read: Any) -> None:
    for config in BOTH:
        encrypted = encrypt_python_item({"v": value}, config)
        assert decrypt_python_item(encrypted, config) == {"v": read}


REFUSED = {
    "memoryview": memoryview(b"s3cret"),
    "array": array.array("b", b"s3cret"),
    "mmap": mmap.mmap(-1, 16),
    "Fraction": Fraction(1, 3),
    "deque": deque("s3cret"),
    "UserList": UserList("s3cret"),
    "UserString": UserString("s3cret"),
    "generator": (letter for letter in "s3cret"),
    "range": range(3),
    "iterator": iter(["s3cret"]),
    "values of a dict": {"a": "s3cret"}.values(),
    "namespace": SimpleNamespace(a="s3cret"),
    "class": str,
    "function": len,
    "Ellipsis": ...,
    "exception": ValueError("s3cret"),
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_values_that_boto3_refuses_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        TypeSerializer().serialize(value)
    for config in BOTH:
        for item in ({"v": value}, {"v": [value]}, {"v": {"in": value}}):
            with pytest.raises(exceptions.UnsupportedTypeError) as refusal:
                encrypt_python_item(item, config)
            assert "s3cret" not in str(refusal.value)
            assert refusal.value.attribute == "v"


@pytest.mark.parametrize("value", [Whole(5), Precise(5), [Whole(5)], {Precise(5)}], ids=repr)
def test_a_number_that_shows_another_is_never_mixed_up(value: Any) -> None:
    # By its value or by its text, but what is read back is what was signed, and nothing breaks.
    for config in BOTH:
        read = decrypt_python_item(encrypt_python_item({"v": value}, config), config)["v"]
        assert read in (5, 99, [5], [99], {Decimal(5)}, {Decimal(99)})


WIRE_READ: dict[str, tuple[Any, dict[str, Any]]] = {
    "types in a dict subclass": (Record(S="x"), {"S": "x"}),
    "types in a mapping": (MappingProxyType({"S": "x"}), {"S": "x"}),
    "a type that is a str subclass": ({Text("S"): "x"}, {"S": "x"}),
    "str subclass": ({"S": Text("own text")}, {"S": "own text"}),
    "number of a str subclass": ({"N": Text("5")}, {"N": "5"}),
    "bytearray": ({"B": bytearray(b"own")}, {"B": b"own"}),
    "bytes subclass": ({"B": Data(b"own")}, {"B": b"own"}),
    "list subclass": ({"L": Members([{"S": "x"}])}, {"L": [{"S": "x"}]}),
    "tuple": ({"L": ({"S": "x"},)}, {"L": [{"S": "x"}]}),
    "tuple as a set": ({"SS": ("a", "b")}, {"SS": ["a", "b"]}),
    "mapping": ({"M": MappingProxyType({"a": {"S": "x"}})}, {"M": {"a": {"S": "x"}}}),
}


@pytest.mark.parametrize(("value", "read"), WIRE_READ.values(), ids=WIRE_READ)
def test_dynamodb_json_in_other_classes(value: Any, read: dict[str, Any]) -> None:
    for config in BOTH:
        try:
            encrypted = encrypt_dynamodb_item({"v": value}, config)
        except exceptions.UnsupportedTypeError as error:
            assert error.attribute == "v"  # noqa: PT017
        else:
            assert meaning(decrypt_dynamodb_item(encrypted, config)["v"]) == meaning(read)


@pytest.mark.parametrize("kind", [OrderedDict, UserDict, Record, MappingProxyType, ChainMap])
def test_an_item_may_be_any_mapping(kind: Any) -> None:
    for config in BOTH:
        encrypted = encrypt_dynamodb_item(kind({"a": {"S": "x"}, "b": {"N": "1"}}), config)
        assert type(encrypted) is dict
        read = decrypt_dynamodb_item(kind(encrypted), config)
        assert type(read) is dict
        assert read == {"a": {"S": "x"}, "b": {"N": "1"}}
        assert decrypt_python_item(kind(encrypt_python_item(kind({"a": "x"}), config)), config) == {"a": "x"}


def test_results_are_of_plain_types() -> None:
    values = {
        "s": Text("x"),
        "b": Data(b"x"),
        "l": Members([Text("x")]),
        "m": Record({Text("k"): Text("x")}),
        Text("n"): 1,
    }
    for config in BOTH:
        read = decrypt_python_item(encrypt_python_item(values, config), config)
        assert type(read["s"]) is str
        assert type(read["l"]) is list
        assert type(read["l"][0]) is str
        assert type(read["m"]) is dict
        assert {type(name) for name in read["m"]} == {str}  # an item's own names are handed on


def test_the_callers_objects_are_left_alone() -> None:
    inner = ["x", {"y": 1}]
    data = bytearray(b"own")
    item = {"l": inner, "d": data, "m": {"z": inner}}
    for config in BOTH:
        encrypted = encrypt_python_item(item, config)
        read = decrypt_python_item(encrypted, config)
        read["l"][1]["y"] = 2
        read["m"]["z"].append("more")
        assert item == {"l": ["x", {"y": 1}], "d": b"own", "m": {"z": ["x", {"y": 1}]}}
        data.extend(b"")  # no export of it is left: this raises BufferError where one is
