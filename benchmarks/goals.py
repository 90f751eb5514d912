# SPDX-License-Identifier: Apache-2.0
"""What must be, all in one place, and whether a run shows it. Nothing here is asserted by a test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.cells import Report
from benchmarks.shapes import all_shapes
from benchmarks.suites import growth, memory
from benchmarks.timing import DIRECTIONS

SHAPES = [shape.name for shape in all_shapes()]

#: Legacy format, DynamoDB JSON. By shape, for encrypt and decrypt: times faster than the reference, at least; and times
#: the libcrypto floor, at most.
LEGACY_REFERENCE = {"small": (50, 70), "nested": (90, 60), "wide": (42, 62), "large": (1.6, 2.7), "max": (1.24, 1.6)}
LEGACY_FLOOR = {"small": (2.0, 2.2), "nested": (1.8, 6), "wide": (1.3, 1.5), "large": (1.05, 1.1), "max": (1.05, 1.1)}
#: Times faster than the Java client, one thread of each.
LEGACY_JAVA = {"small": (2.5, 2.5), "nested": (2.5, 2.5)}
#: Structured format with the HMAC suite.
STRUCTURED_JAVA = {"small": (20, 20), "nested": (20, 14)}
STRUCTURED_FLOOR = {"small": (2.5, 2.5), "wide": (1.3, 1.3), "large": (1.1, 1.1)}
#: With the ECDSA suite, small: times what libcrypto takes for key pair and signature, or verification, alone.
SIGNATURE_ALONE = 1.2
#: Python values, times DynamoDB JSON, at most.
PYTHON_VALUES = 1.3
#: Batches of 100 small items: times faster than single calls, at least.
BATCH_OF_100 = 1.3
#: Two threads, second core free, on batches: times one thread, at least.
TWO_THREADS = {"nested": {"encrypt": 1.3}} | {
    shape: dict.fromkeys(DIRECTIONS, 1.8) for shape in ("wide", "large", "max", "mixed")
}
#: Peak memory of the largest shapes above the caller's own: times the item's size, at most.
MEMORY = 3.0
#: Cost over the last tenfold growth of an item: 1 is linear.
EXPONENT = 1.1
#: Attached clients and Tables over loopback in wall time: times plain boto3, at most.
HOOKS = 1.10


FLOOR = ("floor",)
FLOOR_AND_MARSHAL = ("floor", "marshal")


@dataclass(frozen=True)
class Goal:
    """A figure with its limit; ``value`` and ``best`` (of the fastest rounds) are None where it was not measured."""

    name: str
    limit: float
    at_least: bool
    value: float | None
    best: float | None
    #: For "times faster than another client": the time that the limit allows, as a multiple of the libcrypto floor's.
    #: Under 1 no implementation on this libcrypto can meet it.
    allowed_floors: float | None = None
    #: The same of the floor and CPython's marshal of the item together, also where the limit is in floors. Under 1 an
    #: implementation has to be quicker than marshal is at reading one item and building the other.
    allowed_both: float | None = None

    @property
    def met(self) -> bool | None:
        """None: not measured."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def verdict(self) -> str:
        return {None: "not measured", True: "met", False: "NOT met"}[self.met]

    def row(self) -> list[str]:
        """What is to be, what is, the same of the fastest rounds, the verdict, and the limit in floors, and
        in floors with marshal."""
        limit = f"{'at least' if self.at_least else 'at most'} {self.limit:g}"
        values = (self.value, self.best, self.allowed_floors, self.allowed_both)
        found = ["" if value is None else f"{value:.2f}" for value in values]
        return [self.name, self.verdict, limit, *found]

    def as_json(self) -> dict[str, Any]:
        return {
            "goal": self.name,
            "limit": self.limit,
            "at_least": self.at_least,
            "value": self.value,
            "allowed_floors": self.allowed_floors,
            "allowed_both": self.allowed_both,
            "verdict": self.verdict,
        }


def all_goals(report: Report) -> list[Goal]:
    """Every goal with what the run shows."""
    return [*_legacy(report), *_batches(report), *_threads(report), *_resources(report), *_structured(report),
            *_hooks(report)]  # fmt: skip


def _ratio(
    report: Report, name: str, over: str, under: str, limit: float, *, at_least: bool, place: str | None = None
) -> Goal:
    """``place``: where floor and marshal of the same item are."""
    ratio = report.ratio(over, under)
    found = (None, None) if ratio is None else (ratio.medians, ratio.best)
    allowed: list[float | None] = [None, None]
    if place is not None:
        for i, bottom in enumerate((FLOOR, FLOOR_AND_MARSHAL)):
            if bottom == FLOOR and not at_least:
                continue  # the limit itself
            other = report.ratio_to_sum(over if at_least else under, *(f"{place}/{who}" for who in bottom))
            if other is not None:
                allowed[i] = other.medians / limit if at_least else other.medians * limit
    return Goal(name, limit, at_least, *found, *allowed)


def _legacy(report: Report) -> Iterator[Goal]:
    for what, table, pair, at_least in (
        ("times faster than the reference", LEGACY_REFERENCE, ("reference wire", "wire"), True),
        ("times the libcrypto floor", LEGACY_FLOOR, ("wire", "floor"), False),
        ("times faster than Java", LEGACY_JAVA, ("java", "wire"), True),
    ):
        for shape, limits in table.items():
            for direction, limit in zip(DIRECTIONS, limits, strict=True):
                place = f"legacy/{shape}/{direction}"
                name = f"legacy, {shape} {direction}, {what}"
                over, under = (f"{place}/{who}" for who in pair)
                yield _ratio(report, name, over, under, limit, at_least=at_least, place=place)
    for shape in SHAPES:
        for direction in DIRECTIONS:
            place = f"legacy/{shape}/{direction}"
            name = f"legacy, {shape} {direction}, Python values as times DynamoDB JSON"
            yield _ratio(report, name, f"{place}/python", f"{place}/wire", PYTHON_VALUES, at_least=False)


def _batches(report: Report) -> Iterator[Goal]:
    for direction in DIRECTIONS:
        place = f"batches/legacy/wire/small/{direction}"
        name = f"legacy, small {direction}, batch of 100, times faster than single calls"
        yield _ratio(report, name, f"{place}/single", f"{place}/100", BATCH_OF_100, at_least=True)


def _threads(report: Report) -> Iterator[Goal]:
    for shape, limits in TWO_THREADS.items():
        for direction, limit in limits.items():
            place = f"threads/{shape}/{direction}/batch"
            name = f"legacy, {shape} {direction}, batches in two threads, times one thread"
            yield _ratio(report, name, f"{place}/2", f"{place}/1", limit, at_least=True)


def _resources(report: Report) -> Iterator[Goal]:
    for shape, data_format, form, direction in itertools.product(
        memory.SHAPES, memory.FORMATS, memory.FORMS, DIRECTIONS
    ):
        place = f"memory/{shape}/{data_format}/{form}/{direction}"
        name = f"{data_format}, {shape} {direction}, {memory.FORMS[form]}, peak memory as times the item"
        yield _ratio(report, name, f"{place}/peak", f"{place}/item", MEMORY, at_least=False)
    for data_format in growth.FORMATS:
        for axis in growth.AXES:
            for direction in DIRECTIONS:
                found = growth.exponent(report, data_format, axis, direction) or (None, None)
                name = f"{data_format}, {direction}, exponent of growth by {axis}"
                yield Goal(name, EXPONENT, at_least=False, value=found[0], best=found[1])


def _structured(report: Report) -> Iterator[Goal]:
    for what, table, pair, at_least in (
        ("times faster than Java", STRUCTURED_JAVA, ("java", "wire"), True),
        ("times the libcrypto floor", STRUCTURED_FLOOR, ("wire", "floor"), False),
    ):
        for shape, limits in table.items():
            for direction, limit in zip(DIRECTIONS, limits, strict=True):
                place = f"structured/HMAC/{shape}/{direction}"
                name = f"structured (HMAC), {shape} {direction}, {what}"
                over, under = (f"{place}/{who}" for who in pair)
                yield _ratio(report, name, over, under, limit, at_least=at_least, place=place)
    for direction in DIRECTIONS:
        place = f"structured/ECDSA/small/{direction}"
        name = f"structured (ECDSA), small {direction}, times libcrypto's signature alone"
        yield _ratio(report, name, f"{place}/wire", f"{place}/signature alone", SIGNATURE_ALONE, at_least=False)


def _hooks(report: Report) -> Iterator[Goal]:
    for kind in ("client", "Table"):
        for operation in ("put_item", "get_item"):
            place = f"hooks/loopback/wall/{kind}/{operation}"
            name = f"attached {kind}, {operation} over loopback, times plain boto3"
            yield _ratio(report, name, f"{place}/attached", f"{place}/plain", HOOKS, at_least=False)
