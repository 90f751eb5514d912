# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.programs.abi3_work SHAPE CLOCK``: times the engine that is loaded.

Reads ``encrypt N`` or ``decrypt N`` a line, answers with nanoseconds for one.
"""

from __future__ import annotations

import sys

from benchmarks.builds import announce_engine
from benchmarks.contestants import libraries
from benchmarks.shapes import all_shapes
from benchmarks.timing import DIRECTIONS, python_runner


def main() -> None:
    announce_engine()
    name, clock = sys.argv[1:]
    (shape,) = (found for found in all_shapes() if found.name == name)
    library = libraries.ddbcrypt()
    runners = {way: python_runner(library.call(shape.item, "python", way), clock) for way in DIRECTIONS}
    for line in sys.stdin:
        direction, iterations = line.split()
        print(runners[direction](int(iterations)), flush=True)


if __name__ == "__main__":
    main()
