# SPDX-License-Identifier: Apache-2.0
"""Peak memory of one large item, above what its caller holds, in fresh processes.

    python -m benchmarks.suites.memory FORMAT FORM DIRECTION

The process holds the item to work on and has worked on a small one. Then it gives free memory back to the system, resets
the kernel's mark of its highest resident size (``5`` to ``/proc/self/clear_refs``), takes its resident size, makes the
one call, keeps the result, and reads the mark (``VmHWM``): pages, so nothing that C allocates is missed. It runs on one
core, as the kernel counts pages for each core and sums them up now and then. Without ``/proc`` (macOS)
``ru_maxrss`` takes the place of both.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import markdown, shapes
from benchmarks.cells import BYTES, Report
from benchmarks.timing import DIRECTIONS

if TYPE_CHECKING:
    from benchmarks.session import Session

FORMATS = ("legacy", "structured")
FORMS = {"wire": "DynamoDB JSON", "python": "Python values"}
STATUS, MARKS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
ROOT = Path(__file__).resolve().parents[2]


def measure(session: Session) -> None:
    """Fill ``memory/<format>/<form>/<direction>/peak`` and ``/item``, in bytes."""
    session.say("memory")
    children = 2 if session.options.quick else 7
    for data_format in FORMATS:
        for form in FORMS:
            for direction in DIRECTIONS:
                command = [sys.executable, "-m", __spec__.name, data_format, form, direction]
                found = [
                    json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
                    for _ in range(children)
                ]
                place = f"memory/{data_format}/{form}/{direction}"
                session.report.add(f"{place}/peak", BYTES, [one["peak"] for one in found])
                session.report.add(f"{place}/item", BYTES, [one["item"] for one in found])


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


def _child(data_format: str, form: str, direction: str) -> dict[str, int]:
    from benchmarks.contestants import encryptor, libraries
    from ddbcrypt.dynamodb.sizes import item_size

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    library = libraries.ddbcrypt()
    large, small = shapes.maximal().item, shapes.small().item

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


def render(report: Report) -> str:
    rows = []
    for data_format in FORMATS:
        for form, label in FORMS.items():
            for direction in DIRECTIONS:
                place = f"memory/{data_format}/{form}/{direction}"
                peak, item = report.get(place, "peak"), report.get(place, "item")
                if peak is None or item is None:
                    continue
                rows.append([
                    data_format, label, direction, f"{item.median:,.0f}", f"{peak.median:,.0f} ±{peak.spread:.0%}",
                    f"{peak.median / item.median:.2f}",
                ])  # fmt: skip
    header = ["format", "item as", "direction", "item, bytes", "peak above the caller's own, bytes", "times the item"]
    return markdown.table(header, rows, left=3)


if __name__ == "__main__":
    print(json.dumps(_child(*sys.argv[1:4])))
