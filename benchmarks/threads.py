# SPDX-License-Identifier: Apache-2.0
"""How many items one thread and two threads of one process get through.

    python benchmarks/threads.py [--markdown]

Each thread encrypts (or decrypts) with a configuration of its own, or all share one, which shows whether a shared key
is waited for. Wall time, as that is what threads are to save.
"""

from __future__ import annotations

import argparse
import statistics

import libraries
import report
import shapes
from gil import rate


def measure(shape: shapes.Shape, direction: str, shared: bool, rounds: int, seconds: float) -> list[str]:
    first = libraries.ddbcrypt()
    second = first if shared else libraries.ddbcrypt()

    def call(library: libraries.Library) -> libraries.Call:
        if direction == "encrypt":
            return library.encrypt_call(shape.item, "python")
        return library.decrypt_call(library.encrypt(shape.item, "python"), "python")

    calls = [call(first), call(second)]
    one, two = [], []
    for _ in range(rounds):
        one.append(sum(rate(calls[:1], seconds)))
        two.append(sum(rate(calls, seconds)))
    alone, together = statistics.median(one), statistics.median(two)
    return [
        shape.name,
        direction,
        "shared" if shared else "own",
        f"{alone:,.0f}",
        f"{together:,.0f}",
        f"{together / alone:.2f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the throughput of one and two threads.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    rows = [
        measure(shape, direction, shared, arguments.rounds, arguments.seconds)
        for shape in shapes.all_shapes()
        for direction in ("encrypt", "decrypt")
        for shared in (True, False)
    ]
    header = ["shape", "direction", "keys", "1 thread, items/s", "2 threads, items/s", "ratio"]
    text = f"Measured on {report.today()}.\n\n{report.table(header, rows, left=3)}"
    print(text)
    if arguments.markdown:
        report.write_region("threads", text)


if __name__ == "__main__":
    main()
