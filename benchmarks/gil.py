# SPDX-License-Identifier: Apache-2.0
"""From which size on does releasing the GIL around an item's C work pay?

    python benchmarks/gil.py [--markdown]

The C work of an item (``floor.c``, loaded as a shared library) is called through ctypes twice over: with the GIL
released and with it held, which is all that differs. Three measurements for each size:

- alone: what a release costs one thread that has nobody to share with;
- two writers: how many items two threads get through, each with some Python work between items, as marshalling is;
- a busy neighbour: how many items a thread gets through beside one that only computes in Python. A thread that gives
  the GIL away gets it back after the interpreter's switch interval (5 ms), however short its own C work was.
"""

from __future__ import annotations

import argparse
import ctypes
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import floor
import report

SIZES = (64, 512, 2048, 4096, 8192, 16384, 32768, 65536, 131072)
# About what marshalling a small item takes: a few microseconds with the GIL.
_PYTHON_WORK = 40


class Work:
    """One thread's item: its own floor, as contexts are not shared."""

    def __init__(self, library: ctypes.CDLL, call: Callable[[ctypes.c_void_p], None], size: int) -> None:
        library.floor_new.restype = ctypes.c_void_p
        self._floor = ctypes.c_void_p(library.floor_new())
        library.floor_define(self._floor, ctypes.create_string_buffer(f"24 4:26:S 6:{size}:E".encode()))
        library.floor_calibrate(self._floor, ctypes.c_int(int(time.CLOCK_MONOTONIC)))
        self._call = call

    def once(self) -> None:
        self._call(self._floor)

    def with_marshalling(self) -> None:
        {index: str(index) for index in range(_PYTHON_WORK)}
        self._call(self._floor)


def rate(steps: list[Callable[[], None]], seconds: float) -> list[int]:
    """Runs each step over and over in a thread of its own; how often each ran."""
    counts = [0] * len(steps)
    start, stop = threading.Barrier(len(steps) + 1), threading.Event()

    def loop(index: int, step: Callable[[], None]) -> None:
        done = 0
        start.wait()
        while not stop.is_set():
            step()
            done += 1
        counts[index] = done

    threads = [threading.Thread(target=loop, args=(index, step)) for index, step in enumerate(steps)]
    for thread in threads:
        thread.start()
    start.wait()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return [round(count / seconds) for count in counts]


def busy() -> None:
    sum(range(200))


def alone_ns(work: Work, iterations: int) -> float:
    start = time.thread_time_ns()
    for _ in range(iterations):
        work.once()
    return (time.thread_time_ns() - start) / iterations


def measure(libraries: dict[str, ctypes.CDLL], size: int, rounds: int, seconds: float) -> list[str]:
    workers = {
        kind: [Work(library, library.floor_encrypt, size) for _ in range(2)] for kind, library in libraries.items()
    }
    samples: dict[tuple[str, str], list[float]] = {}
    iterations = max(20, round(20e6 / alone_ns(workers["held"][0], 10)))
    for _ in range(rounds):
        for kind, (first, second) in workers.items():
            samples.setdefault(("alone", kind), []).append(alone_ns(first, iterations))
            pair = rate([first.with_marshalling, second.with_marshalling], seconds)
            samples.setdefault(("pair", kind), []).append(sum(pair))
            beside, _ = rate([first.with_marshalling, busy], seconds)
            samples.setdefault(("busy", kind), []).append(beside)
    middle = {key: statistics.median(values) for key, values in samples.items()}
    return [
        f"{size:,}",
        report.microseconds(middle["alone", "held"]),
        f"{middle['alone', 'released'] - middle['alone', 'held']:,.0f}",
        f"{middle['pair', 'released'] / middle['pair', 'held']:.2f}",
        f"{middle['busy', 'held']:,.0f}",
        f"{middle['busy', 'released']:,.0f}",
    ]


HEADER = [
    "bytes encrypted",
    "C work µs",
    "release costs ns",
    "two writers, released / held",
    "busy neighbour, held: items/s",
    "released: items/s",
]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure from which size on releasing the GIL pays.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="length of each threaded measurement")
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = str(floor.build(Path(folder) / "libfloor.so", shared=True))
        # ctypes releases the GIL around a CDLL's functions and holds it around a PyDLL's.
        libraries: dict[str, ctypes.CDLL] = {"held": ctypes.PyDLL(path), "released": ctypes.CDLL(path)}
        rows = [measure(libraries, size, arguments.rounds, arguments.seconds) for size in SIZES]
    text = f"Measured on {report.today()}.\n\n{report.table(HEADER, rows, left=0)}"
    print(text)
    if arguments.markdown:
        report.write_region("gil", text)


if __name__ == "__main__":
    main()
