# SPDX-License-Identifier: Apache-2.0
"""Runs a scenario many times in this process and reports how much memory it kept.

    python tests/memory/soak.py [--scenario python-items] [--items 1000000]

Prints one line of JSON: growth of the resident set, of the C heap in use and of Python's allocated blocks, between the
end of a warm-up and the end of the run. Exits with status 1 when one of them is over its limit.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from workload import SCENARIOS

# Far above what is seen (nothing, a hundred bytes, ten blocks), far below one smallest block for every tenth item.
LIMITS = {"resident_kib": 512, "c_heap_bytes": 16384, "python_blocks": 500}


class _MallInfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


def c_heap_bytes() -> int | None:
    """Bytes that malloc has handed out and not got back; None where the C library does not tell."""
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo2 is None:
        return None
    mallinfo2.restype = _MallInfo
    info = mallinfo2()
    return int(info.uordblks + info.hblkhd)


def resident_kib() -> int:
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() // 1024
    # No current figure without /proc: the peak does as well, as it can only show more growth.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def measure() -> dict[str, int | None]:
    gc.collect()
    return {
        "resident_kib": resident_kib(),
        "c_heap_bytes": c_heap_bytes(),
        "python_blocks": sys.getallocatedblocks(),
    }


def run(steps: Iterator[int], count: int) -> None:
    done = sum(1 for _ in islice(steps, count))
    if done != count:
        raise AssertionError(f"the scenario ended after {done} of {count} steps")


def main() -> int:
    parser = argparse.ArgumentParser(description="Show that a long run does not grow the process.")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="python-items")
    parser.add_argument("--items", type=int, default=1_000_000, help="items or calls after the warm-up")
    parser.add_argument("--warm-up", type=int, default=20_000, help="items or calls before the first measurement")
    arguments = parser.parse_args()

    steps = SCENARIOS[arguments.scenario]()
    run(steps, arguments.warm_up)
    before = measure()
    start = time.perf_counter()
    run(steps, arguments.items)
    seconds = time.perf_counter() - start
    after = measure()

    growth = {
        name: None if (first := before[name]) is None or (last := after[name]) is None else last - first
        for name in LIMITS
    }
    over = [name for name, grown in growth.items() if grown is not None and grown > LIMITS[name]]
    report = {
        "scenario": arguments.scenario,
        "items": arguments.items,
        "seconds": round(seconds, 1),
        "growth": growth,
        "limits": LIMITS,
        "resident_kib": after["resident_kib"],
        "over": over,
    }
    print(json.dumps(report))
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
