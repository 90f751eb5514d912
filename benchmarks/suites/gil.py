# SPDX-License-Identifier: Apache-2.0
"""From which size of item on does releasing the GIL around the C work pay?

The checkout is built twice, to release the GIL for every item and for none, and both builds do the same work in turns:

- two threads, each with its own keys: how many items both get through, released as a multiple of held;
- a busy neighbour: how many items a thread gets through beside one that only computes in Python. A thread that gives
  the GIL away gets it back after the interpreter's switch interval (5 ms), however short its own C work was.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks import markdown
from benchmarks.builds import Served
from benchmarks.cells import RATE, Report
from benchmarks.timing import DIRECTIONS

if TYPE_CHECKING:
    from benchmarks.session import Session

SIZES = (2048, 4096, 8192, 16384, 32768, 65536, 131072)
KINDS = {"binary": "one B", "strings": "S of 200"}
BUILDS = {"released": 0, "held": 10**9}
WAYS = ("alone", "together", "beside")
ROUNDS, SECONDS = 3, 0.1
PROGRAM = "benchmarks.programs.gil_work"


def measure(session: Session) -> None:
    """Fill ``gil/<kind>/<direction>/<bytes>/<build>/<way>`` with items a second."""
    sites = {label: session.built(gil_release_bytes=size).site for label, size in BUILDS.items()}
    with ExitStack() as stack:
        served = {label: stack.enter_context(Served(site, [PROGRAM, str(SECONDS)])) for label, site in sites.items()}
        for kind in KINDS:
            session.say(f"gil: {KINDS[kind]}")
            for direction in DIRECTIONS:
                for size in SIZES:
                    found: dict[str, list[list[float]]] = {label: [] for label in served}
                    for _ in range(session.options.fewer(ROUNDS)):
                        for label, process in served.items():
                            found[label].append(json.loads(process.ask(f"{kind} {size} {direction}")))
                    for label, rows in found.items():
                        for way, samples in zip(WAYS, zip(*rows, strict=True), strict=True):
                            session.report.add(f"gil/{kind}/{direction}/{size}/{label}/{way}", RATE, samples)


def render(report: Report) -> str:
    rows = []
    for kind, label in KINDS.items():
        for direction in DIRECTIONS:
            for size in SIZES:
                place = f"gil/{kind}/{direction}/{size}"
                alone = report.get(place, "held", "alone")
                beside = [report.get(place, build, "beside") for build in ("held", "released")]
                if alone is None:
                    continue
                together = report.ratio(f"{place}/released/together", f"{place}/held/together")
                rows.append([
                    label, direction, f"{size:,}", markdown.microseconds(1e9 / alone.median),
                    markdown.ABSENT if together is None else f"{together.medians:.2f}",
                    *(markdown.ABSENT if cell is None else f"{cell.median:,.0f}" for cell in beside),
                ])  # fmt: skip
    header = ["item", "direction", "bytes", "alone µs", "2 threads, released / held"]
    header += ["beside a busy thread, held: items/s", "released: items/s"]
    return markdown.table(header, rows, left=2)
