# SPDX-License-Identifier: Apache-2.0
"""Lists and maps are read in one walk over their bytes, or through a tree; which one must not show.

A set has to go through the tree, and with it what stands beside it, so that the same bytes can be read both ways.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError

SET: dict[str, Any] = {"SS": ["beside"]}
VALUES: dict[str, dict[str, Any]] = {
    "map": {"M": {"name": {"S": "Ada"}, "n": {"N": "-12.5"}, "ok": {"BOOL": True}, "nil": {"NULL": True}}},
    "list": {"L": [{"S": ""}, {"B": b"\x00\xff"}, {"N": "0"}, {"BOOL": False}, {"L": []}, {"M": {}}]},
    "maps": {"L": [{"M": {"a": {"S": "x"}, "bc": {"S": "y\u00e4\u20ac\U0001f600"}}}] * 3},
    "deep": {"M": {"a": {"L": [{"M": {"b": {"L": [{"M": {"c": {"S": "z"}}}]}}}]}}},
    "same": {"M": {"aa": {"S": "1"}, "ab": {"S": "2"}, "b": {"L": [{"M": {"aa": {"N": "7"}}}]}}},
}
DIALECT = 0


def legacy_bytes(value: dict[str, Any]) -> bytes:
    return _engine.serialize_attribute(value, DIALECT)


def legacy_read(members: list[bytes]) -> dict[str, Any]:
    return _engine.deserialize_attribute(b"\x00L" + len(members).to_bytes(4, "big") + b"".join(members))


def structured_bytes(value: dict[str, Any]) -> bytes:
    type_id, data = _engine.structured_serialize_value(value)
    return type_id + len(data).to_bytes(4, "big") + data


def structured_read(members: list[bytes]) -> dict[str, Any]:
    return _engine.structured_deserialize_value(b"\x03\x00", len(members).to_bytes(4, "big") + b"".join(members))


FORMATS = {"legacy": (legacy_bytes, legacy_read), "structured": (structured_bytes, structured_read)}


def outcome(read: Callable[[list[bytes]], dict[str, Any]], members: list[bytes]) -> tuple[Any, ...]:
    """The last member, or how it is refused."""
    try:
        return ("read", read(members)["L"][-1])
    except DynamodbEncryptionSdkError as error:
        return (type(error), str(error))


def alterations(data: bytes) -> list[bytes]:
    """Cut short (not so much that the list around it is too short as well), grown, with one byte altered or missing."""
    changed = [data[:size] for size in range(8, len(data))] + [data + b"\x00"]
    for at, byte in enumerate(data):
        others = {byte ^ 1 << bit for bit in range(8)} | {0, 0xFF} - {byte}
        changed += [data[:at] + bytes([other]) + data[at + 1 :] for other in others]
        changed.append(data[:at] + data[at + 1 :])
    return changed


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", VALUES)
def test_the_walk_reads_what_the_tree_reads(form: str, name: str) -> None:
    write, read = FORMATS[form]
    data = write(VALUES[name])
    assert outcome(read, [data]) == outcome(read, [write(SET), data]) == ("read", VALUES[name])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", VALUES)
def test_altered_bytes_are_read_or_refused_alike(form: str, name: str) -> None:
    write, read = FORMATS[form]
    beside = write(SET)
    kinds: set[object] = set()
    for data in alterations(write(VALUES[name])):
        walked = outcome(read, [data])
        assert walked == outcome(read, [beside, data])
        kinds.add(walked[0])
    assert len(kinds) > 1, "nothing was read, or nothing refused"


def any_depth(form: str, nested: dict[str, Any]) -> bytes:
    """Lists of one member each, deeper than a writer goes."""
    if "S" in nested:
        return FORMATS[form][0](nested)
    data = (1).to_bytes(4, "big") + any_depth(form, nested["L"][0])
    return b"\x00L" + data if form == "legacy" else b"\x03\x00" + len(data).to_bytes(4, "big") + data


@pytest.mark.parametrize("form", FORMATS)
def test_what_only_the_tree_can_read(form: str) -> None:
    """Unsorted and equal names, numbers in other forms, depth: the walk leaves them to the tree."""
    write, read = FORMATS[form]
    sorted_map = write({"M": {"a": {"S": "1"}, "b": {"S": "2"}}})
    one = write({"M": {"a": {"S": "1"}}})
    start = one.index(b"a") - 6
    first, second = sorted_map[start : start + 14], sorted_map[start + 14 :]
    assert sorted_map == sorted_map[:start] + first + second
    unsorted = sorted_map[:start] + second + first
    assert read([unsorted])["L"] == [{"M": {"a": {"S": "1"}, "b": {"S": "2"}}}]
    with pytest.raises(DynamodbEncryptionSdkError, match="same name"):
        read([sorted_map[:start] + first + first])
    number = write({"L": [{"N": "15"}]}).replace(b"15", b"+5")
    assert outcome(read, [number]) == outcome(read, [write(SET), number])
    nested: dict[str, Any] = {"S": "x"}
    for _ in range(29):
        nested = {"L": [nested]}
    for _ in range(6):
        data = any_depth(form, nested)
        assert outcome(read, [data]) == outcome(read, [write(SET), data])
        nested = {"L": [nested]}
