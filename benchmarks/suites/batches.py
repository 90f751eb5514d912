# SPDX-License-Identifier: Apache-2.0
"""What a batch saves: many items in one call, beside as many calls, each on the same items and keeping the results."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks import markdown
from benchmarks.cells import Report
from benchmarks.contestants import encryptor, libraries
from benchmarks.shapes import Shape
from benchmarks.timing import DIRECTIONS, Contestant, python_runner

if TYPE_CHECKING:
    from benchmarks.session import Session

SIZES = (1, 25, 100, 1000)
#: Single calls go through as many items, so that both find them as cold.
SINGLE_ITEMS = 100
SHAPES = ("small", "nested")
KINDS = {
    ("legacy", "wire"): "legacy, DynamoDB JSON",
    ("legacy", "python"): "legacy, Python values",
    ("structured", "wire"): "structured (HMAC), DynamoDB JSON",
}


def measure(session: Session) -> None:
    """Fill ``batches/<format>/<form>/<shape>/<direction>/single`` and the same with each size."""
    for shape in session.shapes:
        if shape.name in (SHAPES[:1] if session.options.quick else SHAPES):
            session.say(f"batches: {shape.name}")
            contestants = [
                contestant
                for kind in KINDS
                for direction in DIRECTIONS
                for contestant in _contestants(kind, shape, direction, session.options.clock)
            ]
            session.time(contestants, session.options.fewer(21))


def _contestants(kind: tuple[str, str], shape: Shape, direction: str, clock: str) -> list[Contestant]:
    data_format, form = kind
    place = f"batches/{data_format}/{form}/{shape.name}/{direction}"
    library = libraries.ddbcrypt()
    item = library.to_wire(shape.item) if form == "wire" else shape.item
    items = [copy.deepcopy(item) for _ in range(max(SIZES))]
    if data_format == "legacy":
        singles = [library.call(one, form, direction) for one in items[:SINGLE_ITEMS]]
        batches = {size: library.batch_call(items[:size], form, direction) for size in SIZES}
    else:
        ours = encryptor.encryptor_for(item)
        singles = [encryptor.call(ours, one, form, direction) for one in items[:SINGLE_ITEMS]]
        batches = {size: encryptor.batch_call(ours, items[:size], form, direction) for size in SIZES}
    made = [Contestant(f"{place}/single", python_runner(_one_by_one(singles), clock, SINGLE_ITEMS), SINGLE_ITEMS)]
    for size, call in batches.items():
        made.append(Contestant(f"{place}/{size}", python_runner(call, clock, size), size))
    return made


def _one_by_one(calls: list[Callable[[], Any]]) -> Callable[[], Any]:
    return lambda: [call() for call in calls]


def render(report: Report) -> str:
    rows = []
    for (data_format, form), label in KINDS.items():
        for shape in SHAPES:
            for direction in DIRECTIONS:
                place = f"batches/{data_format}/{form}/{shape}/{direction}"
                single = report.get(place, "single")
                if single is None:
                    continue
                gains = [markdown.ratio_cell(report.ratio(f"{place}/single", f"{place}/{size}")) for size in SIZES]
                rows.append([label, shape, direction, markdown.time_cell(single), *gains])
    header = ["format, items as", "shape", "direction", "single µs", *(f"batch of {size:,}" for size in SIZES)]
    return "Times faster than single calls, for each item:\n\n" + markdown.table(header, rows, left=3)
