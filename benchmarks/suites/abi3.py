# SPDX-License-Identifier: Apache-2.0
"""What the limited API costs: the checkout built twice, with it and without it, measured in alternating rounds."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks import markdown
from benchmarks.builds import Served
from benchmarks.cells import Report
from benchmarks.timing import DIRECTIONS, Contestant, Runner

if TYPE_CHECKING:
    from benchmarks.session import Session

BUILDS = ("limited", "full")
SHAPES = ("small", "nested", "wide")
#: The difference is small: more rounds than elsewhere find it.
MORE_ROUNDS = 2
PROGRAM = "benchmarks.programs.abi3_work"


def _runner(process: Served, direction: str) -> Runner:
    return lambda iterations: float(process.ask(f"{direction} {iterations}"))


def measure(session: Session) -> None:
    """Fill ``abi3/<shape>/<direction>/limited`` and ``/full``, for Python values."""
    sites = {"limited": session.built(py_api="cp311").site, "full": session.built().site}
    for shape in session.shapes:
        if shape.name not in SHAPES:
            continue
        session.say(f"abi3: {shape.name}")
        with ExitStack() as stack:
            arguments = [PROGRAM, shape.name, session.options.clock]
            served = {label: stack.enter_context(Served(sites[label], arguments)) for label in BUILDS}
            contestants = [
                Contestant(f"abi3/{shape.name}/{direction}/{label}", _runner(served[label], direction))
                for direction in DIRECTIONS
                for label in BUILDS
            ]
            session.time(contestants, session.options.rounds * MORE_ROUNDS)


def render(report: Report) -> str:
    rows = []
    for shape in SHAPES:
        for direction in DIRECTIONS:
            place = f"abi3/{shape}/{direction}"
            ratio = report.ratio(f"{place}/limited", f"{place}/full")
            if ratio is None:
                continue
            cells = [markdown.time_cell(report.get(place, build)) for build in BUILDS]
            rows.append([shape, direction, *cells, f"{ratio.medians - 1:+.1%}", f"{ratio.best - 1:+.1%}"])
    header = ["shape", "direction", "limited API µs", "full API µs", "cost, medians", "cost, fastest rounds"]
    return markdown.table(header, rows, left=2)
