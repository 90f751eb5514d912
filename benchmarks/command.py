# SPDX-License-Identifier: Apache-2.0
"""The command line of ``make bench``."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import suites
from benchmarks.options import SHAPES, Options
from benchmarks.timing import CLOCKS


def parse(arguments: list[str] | None = None) -> Options:
    """Read the command line. ``--quick`` measures all that needs no second build, in less than a minute."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure ddbcrypt beside what does the same work.")
    names = list(suites.SUITES)
    parser.add_argument("--suite", action="append", choices=names, help="only this suite; may be repeated")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="only this shape; may be repeated")
    parser.add_argument("--rounds", type=int, help="rounds of each contestant (default 31, quick 2)")
    parser.add_argument("--round-ms", type=float, help="length of a contestant's turn (default 10, quick 1)")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu", help="thread CPU time, or wall time")
    parser.add_argument("--no-java", action="store_true", help="without the Java clients")
    parser.add_argument(
        "--quick", action="store_true", help="few short rounds, in less than a minute: shows that it runs"
    )
    parser.add_argument("--markdown", action="store_true", help="write tables and picture into docs/")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--compare", type=Path, metavar="OLD", help="show an older run's JSON beside this one")
    parser.add_argument("--load", type=Path, metavar="FILE", help="measure nothing: take the figures from this JSON")
    given = parser.parse_args(arguments)
    rounds = given.rounds if given.rounds is not None else 2 if given.quick else 31
    round_ms = given.round_ms if given.round_ms is not None else 1.0 if given.quick else 10.0
    if rounds < 1 or round_ms <= 0:
        parser.error("--rounds and --round-ms must be positive")
    if given.quick and given.markdown:
        parser.error("figures of --quick are not for the page")
    return Options(
        suites=given.suite or [name for name in names if suites.SUITES[name].quick or not given.quick],
        shapes=[name for name in SHAPES if not given.shape or name in given.shape],
        rounds=rounds,
        round_ns=round_ms * 1e6,
        warm_ns=1e8 if given.quick else 2.5e9,
        clock=given.clock,
        java=not given.no_java,
        quick=given.quick,
        markdown=given.markdown,
        json=given.json,
        compare=given.compare,
        load=given.load,
    )
