# SPDX-License-Identifier: Apache-2.0
"""Alterations of a signed attribute value: other values, other members, other types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.strategies import exact

Attribute = dict[str, Any]


def variants(attribute: Attribute) -> Iterator[Attribute]:
    """Attributes that differ from ``attribute`` in one place, at any depth. Some may mean the same."""
    ((kind, value),) = attribute.items()
    yield from other_types(kind, value)
    if kind in ("S", "B"):
        yield from ({kind: changed} for changed in other_sequences(value))
    elif kind == "N":
        yield from ({kind: changed} for changed in other_numbers(value))
    elif kind == "BOOL":
        yield {kind: not value}
    elif kind in ("SS", "NS", "BS"):
        yield from other_sets(kind, value)
    elif kind == "L":
        yield from other_lists(value)
    elif kind == "M":
        yield from other_maps(value)


def other_sequences(value: Any) -> Iterator[Any]:
    extra: list[Any] = [b"\0", b" ", b"a"] if isinstance(value, bytes) else ["\0", " ", "a", "\u0301"]
    for addition in extra:
        yield value + addition
        yield addition + value
    for at in range(len(value)):
        yield value[:at] + value[at + 1 :]
        yield value[:at] + value[at : at + 1] * 2 + value[at + 1 :]
    yield value[::-1]
    yield value.swapcase()
    yield value[:0]


def other_numbers(text: str) -> Iterator[str]:
    value = exact(text)
    yield from (
        f"{value}1" if "." in str(value) else f"{value}.1",
        str(-value),
        f"{value}E1" if "E" not in str(value) else "2",
    )
    yield from ("0", "1E-130", "9.9E+125", str(value + 1), str(value - 1), str(value * 10), str(value / 10))
    digits = "".join(map(str, value.as_tuple().digits))
    for at, digit in enumerate(digits):
        changed = digits[:at] + str((int(digit) + 1) % 10) + digits[at + 1 :]
        yield f"{'-' if value.is_signed() else ''}{changed}E{value.as_tuple().exponent}"


def other_types(kind: str, value: Any) -> Iterator[Attribute]:
    text = str(value)
    yield from (
        {"S": text},
        {"B": text.encode()},
        {"BOOL": True},
        {"BOOL": False},
        {"NULL": True},
        {"S": ""},
        {"B": b""},
    )
    yield from ({"SS": [text]}, {"BS": [text.encode()]}, {"L": [{kind: value}]}, {"M": {"x": {kind: value}}})
    yield from ({"L": []}, {"M": {}}, {"N": "0"}, {"N": "1"})
    if kind == "N":
        yield {"NS": [value]}
    if kind in ("SS", "NS", "BS"):
        yield {"L": [{kind[0]: member} for member in value]}
    if kind == "SS":
        yield {"BS": [member.encode() for member in value]}
    if kind == "NS":
        yield {"SS": value}
    if kind == "L":
        yield {"M": {str(at): member for at, member in enumerate(value)}}
    if kind == "M":
        yield {"L": list(value.values())}
    if kind == "S":
        yield {"B": value.encode()}


def other_sets(kind: str, members: list[Any]) -> Iterator[Attribute]:
    fresh = {"SS": "new", "NS": "99", "BS": b"new"}[kind]
    yield {kind: [*members, fresh]}
    for at, member in enumerate(members):
        rest = members[:at] + members[at + 1 :]
        if rest:
            yield {kind: rest}
        others = other_numbers(member) if kind == "NS" else other_sequences(member)
        yield from ({kind: [*rest, other]} for other in others)
        yield {kind: [*members, member]}


def other_lists(members: list[Attribute]) -> Iterator[Attribute]:
    yield {"L": [*members, {"NULL": True}]}
    yield {"L": members[::-1]}
    for at, member in enumerate(members):
        yield {"L": members[:at] + members[at + 1 :]}
        yield {"L": [*members[:at], member, member, *members[at + 1 :]]}
        yield from ({"L": [*members[:at], other, *members[at + 1 :]]} for other in variants(member))


def other_maps(members: dict[str, Attribute]) -> Iterator[Attribute]:
    yield {"M": {**members, "new": {"NULL": True}}}
    for name, member in members.items():
        rest = {other: value for other, value in members.items() if other != name}
        yield {"M": rest}
        yield {"M": {**rest, name + "x": member}}
        yield {"M": {**rest, name.swapcase() + " ": member}}
        yield from ({"M": {**rest, name: other}} for other in members.values())
        yield from ({"M": {**rest, name: other}} for other in variants(member))
