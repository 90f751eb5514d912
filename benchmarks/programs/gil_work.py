# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.programs.gil_work SECONDS``: items a second of the engine that is loaded, a case a line."""

from __future__ import annotations

import json
import sys

from benchmarks import shapes
from benchmarks.builds import announce_engine
from benchmarks.contestants import libraries
from benchmarks.timing import rate


def busy() -> None:
    sum(range(200))


def work(case: str, seconds: float) -> list[float]:
    """Items a second: of one thread, of two, and of one beside a busy neighbour."""
    kind, size, direction = case.split()
    item = shapes.binary_of(int(size)) if kind == "binary" else shapes.strings_of(int(size))
    calls = [library.call(item, "python", direction) for library in (libraries.ddbcrypt(), libraries.ddbcrypt())]
    return [sum(rate(calls[:1], seconds)), sum(rate(calls, seconds)), rate([calls[0], busy], seconds)[0]]


def main() -> None:
    announce_engine()
    for line in sys.stdin:
        print(json.dumps(work(line, float(sys.argv[1]))), flush=True)


if __name__ == "__main__":
    main()
