# SPDX-License-Identifier: Apache-2.0
"""What an item costs as it grows: from 100 bytes to 400 KB in one value, and from 1 to 1,000 values.

A line is fitted through the medians, each deviation weighed by its point's own time; over the last tenfold growth the
exponent says whether the cost grows with the size (1) or faster.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks import markdown, shapes
from benchmarks.cells import Report
from benchmarks.contestants import encryptor, libraries
from benchmarks.timing import DIRECTIONS, Contestant, python_runner

if TYPE_CHECKING:
    from benchmarks.session import Session

FORMATS = ("legacy", "structured")
AXES: dict[str, tuple[tuple[int, ...], Callable[[int], dict[str, Any]]]] = {
    "bytes": ((100, 400, 1_000, 4_000, 10_000, 40_000, 100_000, 400_000), shapes.binary_of),
    "attributes": ((1, 4, 10, 40, 100, 400, 1_000), shapes.attributes_of),
}
#: The points that the exponent is taken between: the last, and that of a tenth of it.
LAST = {"bytes": (40_000, 400_000), "attributes": (100, 1_000)}


def measure(session: Session) -> None:
    """Fill ``growth/<format>/<axis>/<direction>/<size>``, for items in DynamoDB JSON."""
    clock = session.options.clock
    library = libraries.ddbcrypt()
    for axis, (sizes, make) in AXES.items():
        session.say(f"growth: {axis}")
        contestants = []
        for size in sizes:
            wire = library.to_wire(make(size))
            ours = encryptor.encryptor_for(wire)
            for direction in DIRECTIONS:
                for data_format in FORMATS:
                    call = (
                        library.call(wire, "wire", direction)
                        if data_format == "legacy"
                        else encryptor.call(ours, wire, "wire", direction)
                    )
                    name = f"growth/{data_format}/{axis}/{direction}/{size}"
                    contestants.append(Contestant(name, python_runner(call, clock)))
        session.time(contestants, session.options.fewer(21))


@dataclass(frozen=True)
class Line:
    """Nanoseconds at size 0 and for one more; the largest deviation, as a part of what was measured, and its size."""

    start: float
    slope: float
    deviation: float
    at: int


def fit(points: dict[int, float]) -> Line:
    """The line with the least sum of squares of relative deviations."""
    weights = {size: 1 / time**2 for size, time in points.items()}
    total = sum(weights.values())
    mean_size = sum(weight * size for size, weight in weights.items()) / total
    mean_time = sum(weights[size] * time for size, time in points.items()) / total
    over = sum(weights[size] * (size - mean_size) * (time - mean_time) for size, time in points.items())
    slope = over / sum(weight * (size - mean_size) ** 2 for size, weight in weights.items())
    start = mean_time - slope * mean_size
    deviations = {size: time / (start + slope * size) - 1 for size, time in points.items()}
    at = max(deviations, key=lambda size: abs(deviations[size]))
    return Line(start, slope, deviations[at], at)


def exponent(report: Report, data_format: str, axis: str, direction: str) -> tuple[float, float] | None:
    """Of the growth over the last tenfold, by medians and by fastest rounds; None where it was not measured."""
    first, last = (report.get("growth", data_format, axis, direction, size) for size in LAST[axis])
    if first is None or last is None:
        return None
    tenfold = math.log(LAST[axis][1] / LAST[axis][0])
    return math.log(last.median / first.median) / tenfold, math.log(last.best / first.best) / tenfold


def render(report: Report) -> str:
    parts = []
    lines = []
    for axis, (sizes, _) in AXES.items():
        rows = []
        for data_format in FORMATS:
            for direction in DIRECTIONS:
                cells = {size: report.get("growth", data_format, axis, direction, size) for size in sizes}
                points = {size: cell.median for size, cell in cells.items() if cell is not None}
                grown = exponent(report, data_format, axis, direction)
                if grown is None:
                    continue
                rows.append([data_format, direction, *(markdown.plain_time(cell) for cell in cells.values())])
                line = fit(points)
                lines.append([
                    data_format, axis, direction, markdown.microseconds(line.start), f"{line.slope:.3g}",
                    f"{line.deviation:+.0%} at {line.at:,}", f"{grown[0]:.2f} ({grown[1]:.2f})",
                ])  # fmt: skip
        header = ["format", "direction", *(f"{size:,}" for size in sizes)]
        parts.append(f"Microseconds by {axis}:\n\n" + markdown.table(header, rows, left=2))
    header = [
        "format",
        "by",
        "direction",
        "start µs",
        "slope ns",
        "largest deviation",
        "exponent over the last tenfold",
    ]
    parts.append("Fitted lines:\n\n" + markdown.table(header, lines, left=3))
    return "\n\n".join(parts)
