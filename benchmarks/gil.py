# SPDX-License-Identifier: Apache-2.0
"""From which size of item on does releasing the GIL around the C work pay?

    python benchmarks/gil.py [--markdown]

The checkout is built twice, to release the GIL for every item and for none, and both builds do the same work in turns:

- two threads, each with its own keys: how many items both get through, released as a multiple of held;
- a busy neighbour: how many items a thread gets through beside one that only computes in Python. A thread that gives
  the GIL away gets it back after the interpreter's switch interval (5 ms), however short its own C work was.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import libraries
import report
import shapes
from builds import Served, announce_engine, build
from threads import rate

SIZES = (2048, 4096, 8192, 16384, 32768, 65536, 131072)
KINDS = {"binary": "one B", "strings": "S of 200"}
BUILDS = {"released": 0, "held": 10**9}
DIRECTIONS = ("encrypt", "decrypt")


def busy() -> None:
    sum(range(200))


def measure(case: str, seconds: float) -> list[float]:
    """Items a second: of one thread, of two, and of one beside a busy neighbour."""
    kind, size, direction = case.split()
    item = shapes.binary_of(int(size)) if kind == "binary" else shapes.strings_of(int(size))
    calls = [library.call(item, "python", direction) for library in (libraries.ddbcrypt(), libraries.ddbcrypt())]
    return [sum(rate(calls[:1], seconds)), sum(rate(calls, seconds)), rate([calls[0], busy], seconds)[0]]


def serve(seconds: float) -> None:
    announce_engine()
    for line in sys.stdin:
        print(json.dumps(measure(line, seconds)), flush=True)


def compare(served: dict[str, Served], kind: str, size: int, direction: str, rounds: int) -> list[str]:
    samples: dict[str, list[Any]] = {label: [] for label in served}
    for _ in range(rounds):
        for label, process in served.items():
            samples[label].append(json.loads(process.ask(f"{kind} {size} {direction}")))
    middle = {
        label: [statistics.median(column) for column in zip(*rows, strict=True)] for label, rows in samples.items()
    }
    return [
        KINDS[kind],
        direction,
        f"{size:,}",
        report.microseconds(1e9 / middle["held"][0]),
        f"{middle['released'][1] / middle['held'][1]:.2f}",
        f"{middle['held'][2]:,.0f}",
        f"{middle['released'][2]:,.0f}",
    ]


HEADER = [
    "item",
    "direction",
    "bytes",
    "alone µs",
    "2 threads, released / held",
    "beside a busy thread, held: items/s",
    "released: items/s",
]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure from which size on releasing the GIL pays.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1, help="length of each measurement")
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.seconds)
        return
    with tempfile.TemporaryDirectory() as temporary:
        served = {}
        for label, size in BUILDS.items():
            folder = Path(temporary) / label
            folder.mkdir()
            site = build(folder, gil_release_bytes=size)
            served[label] = Served(site, [__file__, "--serve", "--seconds", str(arguments.seconds)])
        rows = [
            compare(served, kind, size, direction, arguments.rounds)
            for kind in KINDS
            for direction in DIRECTIONS
            for size in SIZES
        ]
        for process in served.values():
            process.close()
    text = f"Measured on {report.today()}.\n\n{report.table(HEADER, rows, left=2)}"
    print(text)
    if arguments.markdown:
        report.write_region("gil", text)


if __name__ == "__main__":
    main()
