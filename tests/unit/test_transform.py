# SPDX-License-Identifier: Apache-2.0
"""dict_to_ddb and ddb_to_dict against boto3's own serializer and deserializer."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from ddbcrypt import (
    InvalidNumberError,
    InvalidTextError,
    NestingDepthError,
    SerializationError,
    UnsupportedTypeError,
    ddb_to_dict,
    dict_to_ddb,
)
from tests import strategies


def boto3_to_wire(item: dict[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in item.items()}


def boto3_from_wire(item: dict[str, Any]) -> dict[str, Any]:
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


def types_of(value: Any) -> Any:
    """The types of a value and of all that it holds."""
    if isinstance(value, dict):
        return dict, {name: types_of(member) for name, member in value.items()}
    if isinstance(value, list):
        return list, [types_of(member) for member in value]
    if isinstance(value, set):
        return set, {type(member) for member in value}
    return type(value)


def digits(value: Any) -> Any:
    """Decimals by their text: equal ones may be written differently."""
    if isinstance(value, dict):
        return {name: digits(member) for name, member in value.items()}
    if isinstance(value, list):
        return [digits(member) for member in value]
    if isinstance(value, set):
        return {digits(member) for member in value}
    return str(value) if isinstance(value, Decimal) else value


@given(strategies.items(max_attributes=8))
def test_from_wire_is_boto3s(item: dict[str, Any]) -> None:
    before = copy.deepcopy(item)
    expected = boto3_from_wire(item)
    ours = ddb_to_dict(item)
    assert ours == expected
    assert types_of(ours) == types_of(expected)
    assert digits(ours) == digits(expected)
    assert list(ours) == list(item)
    assert item == before


@given(strategies.items(max_attributes=8))
def test_to_wire_is_boto3s(wire_item: dict[str, Any]) -> None:
    item = boto3_from_wire(wire_item)
    before = copy.deepcopy(item)
    expected = boto3_to_wire(item)
    ours = dict_to_ddb(item)
    assert strategies.item_meaning(ours) == strategies.item_meaning(expected)
    assert ours == expected
    assert types_of(ours) == types_of(expected)
    assert item == before


@given(strategies.items(max_attributes=8))
def test_there_and_back(wire_item: dict[str, Any]) -> None:
    item = ddb_to_dict(wire_item)
    assert strategies.item_meaning(dict_to_ddb(item)) == strategies.item_meaning(wire_item)


@given(st.integers(-(10**38) + 1, 10**38 - 1))
def test_integers_are_boto3s(number: int) -> None:
    assert dict_to_ddb({"n": number}) == boto3_to_wire({"n": number})
    assert ddb_to_dict(dict_to_ddb({"n": number})) == {"n": number}


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        "",
        "text",
        b"",
        b"\xff",
        bytearray(b"mutable"),
        Binary(b"wrapped"),
        Binary(bytearray(b"wrapped")),
        0,
        -1,
        Decimal("1.50"),
        Decimal("1E+5"),
        {1, 2},
        {Decimal("1.5"), 2},
        {"a", "b"},
        frozenset({"a"}),
        {b"a", Binary(b"b")},
        [],
        [1, "a", [None]],
        (1, 2),
        {},
        {"nested": {"deeper": [True]}},
    ],
    ids=repr,
)
def test_python_types(value: Any) -> None:
    ours = dict_to_ddb({"a": value})
    assert ours == boto3_to_wire({"a": value})
    assert ddb_to_dict(ours) == boto3_from_wire(ours)


def test_results_do_not_share_what_can_change() -> None:
    given_bytes = bytearray(b"before")
    given_list: list[Any] = [["inner"]]
    wire = dict_to_ddb({"b": given_bytes, "l": given_list})
    given_bytes[:] = b"after!"
    given_list[0].append("more")
    assert wire == {"b": {"B": b"before"}, "l": {"L": [{"L": [{"S": "inner"}]}]}}


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (1.5, UnsupportedTypeError),
        ([1.5], UnsupportedTypeError),
        ({1.5}, UnsupportedTypeError),
        (object(), UnsupportedTypeError),
        ({"a", 1}, UnsupportedTypeError),
        (1j, UnsupportedTypeError),
        (10**38 + 1, InvalidNumberError),
        (Decimal("1E+126"), InvalidNumberError),
        (Decimal("NaN"), InvalidNumberError),
        (Decimal("Infinity"), InvalidNumberError),
        (Decimal("-Infinity"), InvalidNumberError),
        (Decimal("sNaN"), InvalidNumberError),
        ("\ud800", InvalidTextError),
        ({"\udfff": 1}, InvalidTextError),
    ],
    ids=repr,
)
def test_what_dynamodb_cannot_store(value: Any, error: type[SerializationError]) -> None:
    with pytest.raises(error) as caught:
        dict_to_ddb({"fine": 1, "attribute": value})
    assert caught.value.attribute == "attribute"
    assert "attribute" in str(caught.value)


def _nested(depth: int) -> Any:
    value: Any = "leaf"
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth() -> None:
    assert dict_to_ddb({"a": _nested(32)}) == boto3_to_wire({"a": _nested(32)})
    with pytest.raises(NestingDepthError):
        dict_to_ddb({"a": _nested(33)})
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(NestingDepthError):
        dict_to_ddb({"a": endless})


@pytest.mark.parametrize(
    "attribute",
    [
        {"N": "abc"},
        {"N": ""},
        {"N": 1},
        {"S": b"bytes"},
        {"S": None},
        {"B": "text"},
        {"BOOL": "true"},
        {"L": {}},
        {"M": []},
        {"SS": "abc"},
        {"X": "unknown"},
        {},
        {"S": "a", "N": "1"},
        "S",
        None,
    ],
    ids=repr,
)
def test_what_is_not_dynamodb_json(attribute: Any) -> None:
    with pytest.raises(SerializationError) as caught:
        ddb_to_dict({"attribute": attribute})
    assert caught.value.attribute == "attribute"


def test_equal_numbers_in_a_set_become_one_as_boto3_has_it() -> None:
    wire = {"a": {"NS": ["1", "1.0"]}}
    assert ddb_to_dict(wire) == boto3_from_wire(wire) == {"a": {Decimal(1)}}
