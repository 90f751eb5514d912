# SPDX-License-Identifier: Apache-2.0
"""What the limited API costs: the checkout built twice, with it and without it, measured in alternating rounds.

python benchmarks/abi3.py [--markdown]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import libraries
import report
import shapes
from builds import Served, announce_engine, build
from timing import CLOCKS, Contestant, Runner, python_runner, run_rounds

BUILDS = {"limited API (cp311)": "cp311", "full API": ""}
DIRECTIONS = ("encrypt", "decrypt")


def serve(shape_name: str, clock: str) -> None:
    """The measured process: reads ``encrypt N`` or ``decrypt N``, answers with nanoseconds for one."""
    announce_engine()
    (shape,) = (found for found in shapes.all_shapes() if found.name == shape_name)
    library = libraries.ddbcrypt()
    runners = {name: python_runner(library.call(shape.item, "python", name), clock) for name in DIRECTIONS}
    for line in sys.stdin:
        direction, iterations = line.split()
        print(runners[direction](int(iterations)), flush=True)


def served_runner(process: Served, direction: str) -> Runner:
    return lambda iterations: float(process.ask(f"{direction} {iterations}"))


def compare(sites: dict[str, Path], shape: str, rounds: int, clock: str) -> list[list[str]]:
    served = {label: Served(site, [__file__, "--serve", shape, "--clock", clock]) for label, site in sites.items()}
    contestants = {
        (label, direction): Contestant(f"{label} {direction}", served_runner(process, direction))
        for label, process in served.items()
        for direction in DIRECTIONS
    }
    run_rounds(list(contestants.values()), rounds, 10e6)
    for process in served.values():
        process.close()
    rows = []
    limited, full = BUILDS
    for direction in DIRECTIONS:
        dear, cheap = contestants[limited, direction], contestants[full, direction]
        rows.append(
            [
                shape,
                direction,
                report.microseconds(dear.median_ns),
                report.microseconds(cheap.median_ns),
                f"{dear.median_ns / cheap.median_ns - 1:+.1%}",
                f"{dear.fastest_ns / cheap.fastest_ns - 1:+.1%}",
            ]
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the limited API costs.")
    parser.add_argument("--rounds", type=int, default=101)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu")
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.clock)
        return
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        sites = {}
        for label, py_api in BUILDS.items():
            folder = Path(temporary) / (py_api or "full")
            folder.mkdir()
            sites[label] = build(folder, py_api=py_api)
        for shape in ("small", "nested", "wide"):
            rows += compare(sites, shape, arguments.rounds, arguments.clock)
    header = ["shape", "direction", "limited API µs", "full API µs", "cost, medians", "cost, fastest rounds"]
    text = (
        f"Measured on {report.today()}, {arguments.rounds} alternating rounds.\n\n{report.table(header, rows, left=2)}"
    )
    print(text)
    if arguments.markdown:
        report.write_region("abi3", text)


if __name__ == "__main__":
    main()
