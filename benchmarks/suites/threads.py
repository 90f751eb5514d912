# SPDX-License-Identifier: Apache-2.0
"""How many items one thread and several threads of one process get through, in wall time.

All threads share one configuration, or each has its own, which shows whether a shared key is waited for. Beside it
stands hashing of large blocks without the GIL: what the machine itself gives to more threads.
"""

from __future__ import annotations

import copy
import hashlib
import os
from typing import TYPE_CHECKING, Any

from benchmarks import markdown
from benchmarks.cells import RATE, Report
from benchmarks.contestants import encryptor, libraries
from benchmarks.shapes import Shape, all_shapes
from benchmarks.timing import DIRECTIONS, Step, rate

if TYPE_CHECKING:
    from benchmarks.session import Session

BATCH = {"small": 100, "nested": 25, "wide": 25, "large": 10, "max": 5, "mixed": 5}
KINDS = {
    "batch": "legacy, batches, shared keys",
    "single": "legacy, single items, shared keys",
    "own": "legacy, single items, own keys",
    "structured batch": "structured, batches, shared keys",
}
MACHINE = "threads/machine/hash"


def counts() -> list[int]:
    """1, 2, and 4, 8 and so on where there are as many cores."""
    found = [1, 2]
    while found[-1] * 2 <= (os.cpu_count() or 1):
        found.append(found[-1] * 2)
    return found


def measure(session: Session) -> None:
    """Fill ``threads/<shape>/<direction>/<kind>/<count>`` with items a second of all threads together."""
    rounds, seconds = session.options.fewer(5), 0.02 if session.options.quick else 0.1
    block = bytes(1 << 18)
    _measure(session, MACHINE, [lambda: hashlib.sha256(block).digest()] * max(counts()), 1, rounds, seconds)
    for shape in session.shapes:
        session.say(f"threads: {shape.name}")
        for direction in DIRECTIONS:
            for kind in KINDS:
                items = BATCH[shape.name] if "batch" in kind else 1
                steps = _steps(shape, direction, kind, items)
                _measure(session, f"threads/{shape.name}/{direction}/{kind}", steps, items, rounds, seconds)


def _measure(session: Session, place: str, steps: list[Step], items: int, rounds: int, seconds: float) -> None:
    samples: dict[int, list[float]] = {count: [] for count in counts()}
    for step in steps:
        step()
    for _ in range(rounds):
        for count, found in samples.items():
            found.append(sum(rate(steps[:count], seconds)) * items)
    for count, found in samples.items():
        session.report.add(f"{place}/{count}", RATE, found)


def _steps(shape: Shape, direction: str, kind: str, items: int) -> list[Step]:
    most = max(counts())
    if kind == "own":
        return [libraries.ddbcrypt().call(shape.item, "python", direction) for _ in range(most)]
    library = libraries.ddbcrypt()
    if kind == "single":
        return [library.call(shape.item, "python", direction)] * most
    wire = library.to_wire(shape.item)

    def batch() -> list[dict[str, Any]]:
        return [copy.deepcopy(wire) for _ in range(items)]

    if kind == "batch":
        return [library.batch_call(batch(), "wire", direction) for _ in range(most)]
    ours = encryptor.encryptor_for(wire)
    return [encryptor.batch_call(ours, batch(), "wire", direction) for _ in range(most)]


def render(report: Report) -> str:
    found = sorted({int(cell.name.rpartition("/")[2]) for cell in report.under("threads")})
    more = [count for count in found if count > 1]
    places = [(f"threads/{shape.name}/{way}/{kind}", [shape.name, way, label])
              for shape in all_shapes() for way in DIRECTIONS for kind, label in KINDS.items()]  # fmt: skip
    rows = []
    for place, names in [(MACHINE, ["SHA-256 of 256 KB", "", "the machine itself"]), *places]:
        one = report.get(place, 1)
        if one is None:
            continue
        ratios = [markdown.ratio_cell(report.ratio(f"{place}/{count}", f"{place}/1")) for count in more]
        rows.append([*names, f"{one.median:,.0f} ±{one.spread:.0%}", *ratios])
    header = ["shape", "direction", "what", "1 thread, items/s", *(f"{count} threads, times one" for count in more)]
    return markdown.table(header, rows, left=3)
