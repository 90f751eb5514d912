# SPDX-License-Identifier: Apache-2.0
"""Lists and maps are written in one walk over their objects, or through a tree; which one must not show.

A dict of a class of its own has to go through the tree, and with it the value that it stands for.
"""

from __future__ import annotations

import enum
from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary
from hypothesis import example, given
from hypothesis import strategies as st

from ddbcrypt import CryptoConfig, _engine
from ddbcrypt.encrypted.item import decrypt_python_item, encrypt_python_item
from ddbcrypt.identifiers import Dialect
from tests.strategies import attributes, names, texts
from tests.unit.support import AES, make_config

Write = Callable[[Any], object]

FORMATS: dict[str, Write] = {
    "legacy": lambda value: _engine.serialize_attribute(value, 0),
    "legacy, Java's order": lambda value: _engine.serialize_attribute(value, 1),
    "structured": _engine.structured_serialize_value,
}
BETWEEN, BEYOND, SURROGATE = "\uffef", "\U00010000", "\ud800"


class Text(str):
    """Two of the same text are two keys of a dict."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class Number(enum.IntEnum):
    SEVEN = 7


def outcome(write: Write, value: object) -> object:
    """What is written, or how the value is refused."""
    try:
        return write(value)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return type(error), str(error)


def through_the_tree(value: dict[str, Any]) -> dict[str, Any]:
    return OrderedDict(value)


def refused(result: object) -> bool:
    return isinstance(result, tuple) and isinstance(result[0], type)


def both_ways(write: Write, value: dict[str, Any]) -> object:
    walked = outcome(write, value)
    assert walked == outcome(write, through_the_tree(value))
    return walked


def shuffled_names() -> st.SearchStrategy[dict[str, Any]]:
    """Maps of many names, many of which begin alike."""
    begins = st.sampled_from(["", "a", "name", "a longer name", BETWEEN, BEYOND, "eightchr", "\x00"])
    name = st.one_of(st.builds(str.__add__, begins, texts(max_size=4)), names())
    return st.dictionaries(name, st.just({"S": "x"}), max_size=70).map(lambda members: {"M": members})


@pytest.mark.parametrize("form", FORMATS)
@given(value=st.one_of(attributes(), shuffled_names()))
@example(value={"M": {BEYOND: {"S": "x"}, BETWEEN: {"S": "y"}}})
@example(value={"L": [{"SS": [BEYOND, BETWEEN, "a"]}, {"BS": [b"\xff", b"\x01", b""]}, {"NS": ["10", "9", "-1"]}]})
@example(value={"M": {"a": {"S": "1"}, "a\x00": {"S": "2"}, "a\x00\x00": {"S": "3"}}})
def test_the_walk_writes_what_the_tree_writes(form: str, value: dict[str, Any]) -> None:
    both_ways(FORMATS[form], value)


@pytest.mark.parametrize("size", [0, 1, 7, 4000, 4090, 4096, 4097, 65_535, 65_536, 200_000])
@pytest.mark.parametrize("form", FORMATS)
def test_sizes_and_counts(form: str, size: int) -> None:
    """Leaves that outgrow the room, that are no part of the walk any more, and many small ones."""
    write = FORMATS[form]
    leaf = {"S": "x" * size}
    for value in (
        {"L": [leaf, {"B": b"y" * size}]},
        {"M": {"before": {"S": "a"}, "leaf": leaf, "zulu": {"BOOL": False}}},
        {"L": [{"M": {"n": {"N": str(number)}, "s": {"S": "abc"}}} for number in range(size // 10)]},
        {"M": {f"{number * 7919 % 65_537}": {"NULL": True} for number in range(size // 10)}},
        {"L": [{"SS": [f"{number * 7919 % 65_537}" for number in range(size // 10)]}]},
    ):
        assert not refused(both_ways(write, value))
    assert refused(both_ways(write, {"M": {"n" * size: leaf}})) is (form == "structured" and not 0 < size < 65_536)


# Each stands within a list and a map, alone and behind others.
REFUSED: dict[str, Any] = {
    "no dict": "text",
    "empty dict": {},
    "two types": {"S": "a", "N": "1"},
    "unknown type": {"X": "a"},
    "longer type": {"SSS": ["a"]},
    "type in bytes": {b"S": "a"},
    "str for B": {"B": "a"},
    "bytes for S": {"S": b"a"},
    "None for S": {"S": None},
    "int for N": {"N": 1},
    "no number": {"N": "one"},
    "empty number": {"N": ""},
    "infinite": {"N": "Infinity"},
    "39 digits": {"N": "1" * 39},
    "too large": {"N": "1E126"},
    "1 for BOOL": {"BOOL": 1},
    "False for NULL": {"NULL": False},
    "1 for NULL": {"NULL": 1},
    "dict for L": {"L": {}},
    "list for M": {"M": []},
    "text for L": {"L": "ab"},
    "text for SS": {"SS": "ab"},
    "number in SS": {"SS": ["a", 1]},
    "text in BS": {"BS": [b"a", "a"]},
    "no number in NS": {"NS": ["1", "x"]},
    "equal texts": {"SS": ["a", "b", "a"]},
    "equal numbers": {"NS": ["1", "1.0"]},
    "same numbers": {"NS": ["1", "1"]},
    "equal bytes": {"BS": [b"a", b"a"]},
    "name in bytes": {"M": {b"a": {"S": "x"}}},
    "equal names": {"M": {Text("a"): {"S": "x"}, Text("a"): {"S": "y"}}},
    "equal long names": {"M": {Text("a longer name"): {"S": "x"}, "z": {"S": "z"}, Text("a longer name"): {"S": "y"}}},
    "lone surrogate": {"S": SURROGATE},
    "name of a lone surrogate": {"M": {SURROGATE: {"S": "x"}}},
    "set with a lone surrogate": {"SS": ["a", SURROGATE]},
    "type of a lone surrogate": {SURROGATE: "x"},
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", REFUSED)
def test_refused_alike(form: str, name: str) -> None:
    bad = REFUSED[name]
    for value in (
        {"L": [bad]},
        {"M": {"a": bad}},
        {"L": [{"S": "a"}, {"M": {"b": {"L": [{"N": "1"}, bad]}}}]},
        {"M": {"z": {"S": "a"}, "a": {"M": {"y": {"BOOL": True}, "b": bad, "c": {"S": "c"}}}}},
    ):
        assert refused(both_ways(FORMATS[form], value))
        assert SURROGATE not in str(outcome(FORMATS[form], value))


TAKEN: dict[str, Any] = {
    "tuples": {"L": ({"S": "a"}, {"L": ()}, {"SS": ("b", "a")})},
    "sets": {"L": [{"SS": {"b", "a"}}, {"NS": frozenset({"1"})}]},
    "empty sets": {"L": [{"SS": []}, {"NS": []}, {"BS": []}]},
    "other buffers": {"M": {"a": {"B": bytearray(b"a")}, "b": {"B": memoryview(b"b")}, "c": {"B": Binary(b"c")}}},
    "other dicts": {"M": OrderedDict(z={"S": "z"}, a=OrderedDict(S="a"))},
    "names of a class": {"M": {Text("b"): {Text("S"): Text("x")}, "a": {"S": "y"}}},
    "names made anew": {"M": {"a": {"".join(["BO", "OL"]): True}, "b": {"".join(["NU", "LL"]): True}}},
    "other numbers": {"L": [{"N": "1.50"}, {"N": "+1E3"}, {"N": "-0"}, {"N": "1E-130"}, {"NS": ["1.0", "2"]}]},
    "not ASCII": {"M": {"\u00e4": {"S": "\u20ac"}, "a": {"S": BEYOND}, BETWEEN: {"SS": [BEYOND, BETWEEN]}}},
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", TAKEN)
def test_taken_alike(form: str, name: str) -> None:
    for value in (TAKEN[name], {"L": [{"S": "a"}, TAKEN[name], {"M": {"b": TAKEN[name]}}]}):
        assert not refused(both_ways(FORMATS[form], value))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", ["L", "M"])
@pytest.mark.parametrize("leaf", [{"S": "x"}, {"L": []}, {"M": {}}, {"SS": ["a"]}], ids=str)
def test_depth(form: str, kind: str, leaf: dict[str, Any]) -> None:
    outcomes: list[bool] = []
    value: dict[str, Any] = leaf
    for _ in range(34):
        value = {"L": [value]} if kind == "L" else {"M": {"in": value}}
        outcomes.append(refused(both_ways(FORMATS[form], value)))
    assert outcomes == sorted(outcomes)
    assert outcomes.index(True) == (30 if "L" in leaf or "M" in leaf else 31)


@pytest.mark.parametrize("form", FORMATS)
def test_a_value_in_itself(form: str) -> None:
    endless: dict[str, Any] = {"L": []}
    endless["L"].append(endless)
    assert refused(both_ways(FORMATS[form], endless))


# ---- Python values -------------------------------------------------------------------------------------------------

PYTHON: dict[str, Any] = {
    "scalars": ["", "a", "\u00e4", b"", b"\x00", Binary(b"b"), None, True, False, 0, -1, 10**17, Decimal("1.5")],
    "integers": [2**63 - 1, -(2**63), 2**63, -(2**63) - 1, 10**37, 10**125 // 10**90, 1000],
    "decimals": [Decimal(text) for text in ("1.50", "-0", "0.0", "1E3", "1E-130", "9E125", "0E5", "12345.6789")],
    "subclasses": [Number.SEVEN, Text("a"), OrderedDict(a=1), type("Own", (Decimal,), {})("2.5")],
    "sets": [{"a"}, {1, 2}, frozenset({b"x"})],
    "maps": {"z": {"b": 1, "a": {"y": [], "x": {}}}, "a": ("tuple", ("in", "it")), BEYOND: 1, BETWEEN: 2},
    "many": {f"{number * 7919 % 65_537}": number for number in range(100)},
    "buffers": [bytearray(b"a"), Binary(bytearray(b"b"))],
}
NO_PYTHON_VALUES: dict[str, Any] = {
    "float": 1.5,
    "object": object(),
    "memoryview": memoryview(b"a"),
    "39 digits": 10**39 + 1,
    "39 decimal digits": Decimal("1" * 39),
    "39 digits with zeros": Decimal("1" + "0" * 38),
    "NaN": Decimal("NaN"),
    "infinite": Decimal("Infinity"),
    "too large": Decimal("1E126"),
    "too small": Decimal("1E-131"),
    "far zero": Decimal("0E-400"),
    "name of a number": {1: "a"},
    "equal names": {Text("a"): 1, Text("a"): 2},
    "mixed set": {"a", 1},
    "lone surrogate": SURROGATE,
    "name of a lone surrogate": {SURROGATE: 1},
}


def in_dialect(dialect: Dialect) -> CryptoConfig:
    plain = make_config()
    return CryptoConfig(plain.materials_provider, plain.encryption_context, plain.attribute_actions, dialect=dialect)


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", PYTHON)
def test_python_values(name: str, dialect: Dialect) -> None:
    for value in (PYTHON[name], ["before", {"in": PYTHON[name]}]):
        item = {"id": "1", "value": value}
        stored = encrypt_python_item(item, in_dialect(dialect))
        plaintext = AES.decrypt("AES/CBC/PKCS5Padding", "value", bytes(stored["value"]))
        tree = _engine.to_wire(item)
        assert plaintext == _engine.serialize_attribute(OrderedDict(tree["value"]), dialect.value)
        assert _engine.to_wire(decrypt_python_item(stored, make_config())).keys() == tree.keys()


@pytest.mark.parametrize("name", NO_PYTHON_VALUES)
def test_python_values_refused_alike(name: str) -> None:
    bad = NO_PYTHON_VALUES[name]
    for value in ([bad], {"a": "x", "b": bad}, ["before", {"in": {"b": [1, bad]}}]):
        signed = outcome(lambda given: encrypt_python_item(given, make_config()), {"id": "1", "value": value})
        assert refused(signed)
        # A dict of a class of its own around the value is no difference but that it takes the tree.
        in_tree: Any = [OrderedDict(a=value)]
        walked = outcome(lambda given: encrypt_python_item(given, make_config()), {"id": "1", "value": [{"a": value}]})
        assert walked == outcome(lambda given: encrypt_python_item(given, make_config()), {"id": "1", "value": in_tree})
        assert SURROGATE not in str(signed)
