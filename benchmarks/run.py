# SPDX-License-Identifier: Apache-2.0
"""``make bench``: ddbcrypt, the reference Python client and the libcrypto floor, on every shape, in one run.

    python benchmarks/run.py [--markdown] [--shape small] [--rounds 21] [--clock cpu|wall]

The installed ddbcrypt is measured. Before a shape is timed, each library must read what the other wrote.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import floor
import libraries
import machine
import report
import shapes
from timing import CLOCKS, Contestant, python_runner, run_rounds

DIRECTIONS = ("encrypt", "decrypt")
FORMS = {"python": "Python values", "wire": "DynamoDB JSON"}
# The goals, through the Python API: times faster than the reference, and at most this multiple of the floor.
REFERENCE_TARGETS = {"small": 30.0, "nested": 40.0, "wide": 30.0}
FLOOR_TARGETS = {"large": 1.15}


@dataclass(frozen=True)
class Result:
    shape: str
    form: str
    direction: str
    ours_ns: float
    spread: float
    reference_ns: float
    floor_ns: float

    @property
    def times_faster(self) -> float:
        return self.reference_ns / self.ours_ns

    @property
    def times_floor(self) -> float:
        return self.ours_ns / self.floor_ns

    def cells(self) -> list[str]:
        return [
            self.shape,
            FORMS[self.form],
            self.direction,
            report.microseconds(self.ours_ns),
            f"{self.spread:.0%}",
            report.microseconds(self.reference_ns),
            f"{self.times_faster:.1f}",
            report.microseconds(self.floor_ns),
            f"{self.times_floor:.2f}",
        ]


HEADER = [
    "shape",
    "item as",
    "direction",
    "ddbcrypt µs",
    "spread",
    "reference µs",
    "times faster",
    "floor µs",
    "times the floor",
]


def measure_shape(
    shape: shapes.Shape, ours: libraries.Library, theirs: libraries.Library, bottom: floor.Floor, options: Options
) -> tuple[list[Result], str]:
    libraries.check_agreement(ours, theirs, shape.item)
    ways = bottom.define(shape.item)
    contestants: dict[tuple[str, str, str], Contestant] = {}
    for form in FORMS:
        plain = shape.item if form == "python" else theirs.to_wire(shape.item)
        for library in (ours, theirs):
            encrypted = library.encrypt(plain, form)
            calls = {
                "encrypt": library.encrypt_call(plain, form),
                "decrypt": library.decrypt_call(encrypted, form),
            }
            for direction, call in calls.items():
                key = (library.label, form, direction)
                contestants[key] = Contestant(" ".join(key), python_runner(call, options.clock))
    for direction in DIRECTIONS:
        key = ("floor", "", direction)
        contestants[key] = Contestant(" ".join(key), _floor_runner(bottom, direction))

    run_rounds(list(contestants.values()), options.rounds, options.round_ns)
    results = []
    for form in FORMS:
        for direction in DIRECTIONS:
            mine = contestants[(ours.label, form, direction)]
            results.append(
                Result(
                    shape=shape.name,
                    form=form,
                    direction=direction,
                    ours_ns=mine.median_ns,
                    spread=mine.spread,
                    reference_ns=contestants[(theirs.label, form, direction)].median_ns,
                    floor_ns=contestants[("floor", "", direction)].median_ns,
                )
            )
    return results, ways


def _floor_runner(bottom: floor.Floor, direction: str) -> Callable[[int], float]:
    return lambda iterations: bottom.run(direction, iterations)


def verdicts(results: list[Result]) -> list[str]:
    """Each goal with what was measured; both directions count."""
    lines = []
    for result in results:
        if result.form != "python":
            continue
        if goal := REFERENCE_TARGETS.get(result.shape):
            met = "met" if result.times_faster >= goal else "NOT met"
            lines.append(
                f"{result.shape} {result.direction}: {result.times_faster:.1f} times faster, goal {goal:g}: {met}"
            )
        if goal := FLOOR_TARGETS.get(result.shape):
            met = "met" if result.times_floor <= goal else "NOT met"
            lines.append(
                f"{result.shape} {result.direction}: {result.times_floor:.2f} times the floor, goal {goal:g}: {met}"
            )
    return lines


@dataclass(frozen=True)
class Options:
    rounds: int
    round_ns: float
    clock: str
    names: list[str]
    markdown: bool


def parse_arguments() -> Options:
    parser = argparse.ArgumentParser(
        description="Measure ddbcrypt beside the reference client and the libcrypto floor."
    )
    known = [shape.name for shape in shapes.all_shapes()]
    parser.add_argument("--shape", action="append", choices=known, help="only this shape; may be repeated")
    parser.add_argument("--rounds", type=int, default=21, help="rounds of each shape (default %(default)s)")
    parser.add_argument(
        "--round-ms", type=float, default=25.0, help="length of a contestant's turn (default %(default)s)"
    )
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu", help="thread CPU time, or wall time")
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.round_ms <= 0:
        parser.error("--rounds and --round-ms must be positive")
    return Options(
        rounds=arguments.rounds,
        round_ns=arguments.round_ms * 1e6,
        clock=arguments.clock,
        names=arguments.shape or known,
        markdown=arguments.markdown,
    )


def main() -> None:
    from ddbcrypt import _engine

    options = parse_arguments()
    ours, theirs = libraries.ddbcrypt(), libraries.reference()
    chosen = [shape for shape in shapes.all_shapes() if shape.name in options.names]
    results: list[Result] = []
    ways: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        program = floor.build(Path(folder) / "floor")
        with floor.Floor(program, options.clock) as bottom:
            facts = machine.facts(_engine.LIBCRYPTO_VERSION, bottom.version())
            for shape in chosen:
                print(f"measuring {shape.name}: {shape.description}", flush=True)
                measured, way = measure_shape(shape, ours, theirs, bottom, options)
                results += measured
                ways.append(f"{shape.name}: {way}")

    clock = "thread CPU time" if options.clock == "cpu" else "wall time"
    parts = [
        f"Measured on {report.today()}: median of {options.rounds} alternating rounds, {clock}.",
        report.table(["machine", ""], [list(fact) for fact in facts], left=2),
        report.table(HEADER, [result.cells() for result in results], left=3),
        "\n".join(f"- {line}" for line in verdicts(results)),
        "The floor's fastest ways:\n\n" + "\n".join(f"- {line}" for line in ways),
    ]
    text = "\n\n".join(part for part in parts if part)
    print("\n" + text)
    if options.markdown:
        report.write_region("bench", text)
        print(f"\nwritten to {report.DOCUMENT.name}")


if __name__ == "__main__":
    main()
