# SPDX-License-Identifier: Apache-2.0
"""The items that are measured: made from a fixed seed, so every run and every library sees the same bytes."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TABLE = "patients"
KEYS = ("patient_id", "visited_at")
_LETTERS = string.ascii_letters + string.digits + " -_.,"


@dataclass(frozen=True)
class Shape:
    """One item, as Python values, with a line that says what is in it."""

    name: str
    description: str
    item: dict[str, Any]


class _Source:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self, length: int) -> str:
        return "".join(self._random.choices(_LETTERS, k=length))

    def number(self, digits: int, scale: int = 0) -> Decimal:
        first = self._random.choice("123456789")
        last = self._random.choice("123456789")
        middle = "".join(self._random.choices(string.digits, k=max(0, digits - 2)))
        return Decimal(f"{first}{middle}{last}").scaleb(-scale)

    def binary(self, length: int) -> bytes:
        return self._random.randbytes(length)

    def keys(self) -> dict[str, Any]:
        return {KEYS[0]: "patient-" + self.text(12), KEYS[1]: self.number(10)}


def small() -> Shape:
    source = _Source(1)
    item = source.keys()
    item.update(
        {
            "given_name": source.text(20),
            "family_name": source.text(20),
            "street": source.text(20),
            "weight": source.number(4, 1),
            "visits": source.number(3),
            "consent": True,
            "photo_digest": source.binary(32),
            "allergies": {source.text(8) for _ in range(3)},
        }
    )
    return Shape("small", "2 keys + 3 S of 20 characters, 2 N, BOOL, B of 32 bytes, SS of 3", item)


def nested() -> Shape:
    source = _Source(2)
    item = source.keys()
    item["address"] = {
        "street": source.text(24),
        "town": source.text(12),
        "position": {"latitude": source.number(8, 6), "longitude": source.number(9, 6), "checked": True},
    }
    item["visits"] = [
        {
            "at": source.text(20),
            "ward": source.text(10),
            "pulse": source.number(3),
            "readings": [source.number(4, 1) for _ in range(6)],
            "notes": {"doctor": source.text(16), "text": source.text(60), "seen": False, "next": None},
        }
        for _ in range(5)
    ]
    item["contacts"] = [{"name": source.text(18), "phones": {source.text(12), source.text(12)}} for _ in range(3)]
    return Shape("nested", "2 keys + a map, a list of 5 maps and a list of 3 maps, three levels, about 2 KB", item)


def wide() -> Shape:
    source = _Source(3)
    item = source.keys()
    item.update({f"attribute_{index:02}": source.text(200) for index in range(50)})
    return Shape("wide", "2 keys + 50 S of 200 characters", item)


def large() -> Shape:
    source = _Source(4)
    item = source.keys()
    item["scan"] = source.binary(100 * 1024)
    return Shape("large", "2 keys + one B of 100 KB", item)


def maximal() -> Shape:
    """Near DynamoDB's limit of 400 KB for an item, once encrypted."""
    source = _Source(5)
    item = source.keys()
    item["scan"] = source.binary(390 * 1024)
    return Shape("max", "2 keys + one B of 390 KB", item)


def mixed() -> Shape:
    """As large, of every type that takes room."""
    source = _Source(5)
    item = source.keys()
    item["scan"] = source.binary(202 * 1024)
    item.update({f"report_{index:02}": source.text(4096) for index in range(20)})
    item["visits"] = [
        {"at": source.text(20), "pulse": source.number(3), "seen": True, "text": source.text(120)} for _ in range(300)
    ]
    item["readings"] = {source.number(12, 3) for _ in range(2000)}
    item["tags"] = {source.text(20) for _ in range(500)}
    return Shape(
        "mixed",
        "2 keys + B of 202 KB, 20 S of 4 KB, a list of 300 maps of 4, NS of 2,000 numbers of 12 digits, SS of 500: "
        "about 360 KB",
        item,
    )


def binary_of(size: int) -> dict[str, Any]:
    """An item with one B of ``size`` bytes."""
    source = _Source(size)
    return source.keys() | {"scan": source.binary(size)}


def strings_of(size: int) -> dict[str, Any]:
    """An item with ``size`` bytes of S of 200 characters."""
    source = _Source(size)
    return source.keys() | {f"attribute_{index:03}": source.text(200) for index in range(size // 200)}


def attributes_of(count: int) -> dict[str, Any]:
    """An item with ``count`` S of 20 characters besides its keys."""
    source = _Source(count)
    return source.keys() | {f"attribute_{index:04}": source.text(20) for index in range(count)}


def all_shapes() -> list[Shape]:
    return [small(), nested(), wide(), large(), maximal(), mixed()]
