# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.programs.memory_work SHAPE FORMAT FORM DIRECTION``: peak memory of one call, as JSON.

The process holds the item to work on and has worked on a small one. Then it gives free memory back to the system, has
the kernel forget its highest resident size (``5`` to ``/proc/self/clear_refs``), takes its resident size, makes the one
call, keeps the result, and reads the highest size (``VmHWM``): pages, so nothing that C allocates is missed. It runs on
one core, as the kernel counts pages for each core and sums them up now and then. Without ``/proc`` (macOS)
``ru_maxrss`` takes the place of both.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from benchmarks import shapes
from benchmarks.contestants import encryptor, libraries
from ddbcrypt.dynamodb.sizes import item_size

STATUS, MARKS = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _status(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024


def _reset_mark() -> int:
    """The resident size from which the peak is taken."""
    gc.collect()
    if not MARKS.exists():
        return _peak()
    ctypes.CDLL(None).malloc_trim(0)
    MARKS.write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    if MARKS.exists():
        return _status("VmHWM")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def run(shape: str, data_format: str, form: str, direction: str) -> dict[str, int]:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    library = libraries.ddbcrypt()
    items = {one.name: one.item for one in shapes.all_shapes()}
    large, small = items[shape], items["small"]

    def prepare(item: dict[str, Any]) -> Any:
        given = library.to_wire(item) if form == "wire" else item
        if data_format == "legacy":
            return library.call(given, form, direction)
        return encryptor.call(encryptor.encryptor_for(given), given, form, direction)

    size = item_size(library.to_wire(large))
    work = prepare(large)
    prepare(small)()
    before = _reset_mark()
    result = work()
    peak = _peak() - before
    assert result
    return {"item": size, "peak": peak}


if __name__ == "__main__":
    print(json.dumps(run(*sys.argv[1:])))
