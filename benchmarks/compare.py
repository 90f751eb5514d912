# SPDX-License-Identifier: Apache-2.0
"""An older run's figures beside this one's."""

from __future__ import annotations

from benchmarks import markdown
from benchmarks.cells import BYTES, COUNT, RATE, TIME, Cell, Report


def compare(old: Report, new: Report) -> str:
    """A table of all figures that both have. A mark says where the quartiles of both do not even touch."""
    rows = []
    for name, now in new.cells.items():
        before = old.cells.get(name)
        if before is None or before.unit != now.unit:
            continue
        ratio = f"{now.median / before.median:.2f}" if before.median else markdown.ABSENT
        rows.append([name, _mark(before, now), _figure(before), _figure(now), ratio])
    lines = [markdown.table(["figure", "beyond the spread", "old", "new", "new / old"], rows, left=2)]
    for label, there, other in (("only in the old run", old, new), ("only in this run", new, old)):
        names = [name for name in there.cells if name not in other.cells]
        if names:
            lines.append(f"{len(names)} figures {label}: {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}")
    differing = {name: (old.machine.get(name), value) for name, value in new.machine.items()}
    lines += [f"{name} was {was}, is {now}" for name, (was, now) in differing.items() if was != now]
    return "\n\n".join(lines)


def _mark(before: Cell, now: Cell) -> str:
    if now.low > before.high:
        larger = True
    elif now.high < before.low:
        larger = False
    else:
        return ""
    if now.unit in (TIME, BYTES, COUNT):
        return "WORSE" if larger else "better"
    return "better" if larger else "WORSE"


def _figure(cell: Cell) -> str:
    if cell.unit == TIME:
        return f"{markdown.microseconds(cell.median)} µs ±{cell.spread:.0%}"
    suffix = {RATE: "/s", BYTES: " bytes", COUNT: ""}[cell.unit]
    return f"{cell.median:,.0f}{suffix} ±{cell.spread:.0%}"
