# SPDX-License-Identifier: Apache-2.0
"""A long run: what a million items leave behind in the process (``tests/memory/soak.py``)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cells import COUNT, Report

if TYPE_CHECKING:
    from benchmarks.session import Session

SOAK = Path(__file__).resolve().parents[2] / "tests" / "memory" / "soak.py"
ITEMS = 1_000_000


def measure(session: Session) -> None:
    """Fill ``soak/...``; a process that grew over a limit ends the run with what it reports."""
    session.say(f"soak: {ITEMS:,} items")
    command = [sys.executable, str(SOAK), "--items", str(ITEMS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        raise SystemExit("benchmarks: the memory soak ended without a report")
    found = json.loads(done.stdout)
    session.report.add("soak/items", COUNT, [found["items"]])
    session.report.add("soak/seconds", COUNT, [found["seconds"]])
    session.report.add("soak/over", COUNT, [len(found["over"])])
    for name, grown in found["growth"].items():
        if grown is not None:
            session.report.add(f"soak/growth/{name}", COUNT, [grown])


def render(report: Report) -> str:
    items, seconds = report.get("soak/items"), report.get("soak/seconds")
    if items is None or seconds is None:
        return ""
    names = {"resident_kib": "KiB of resident memory", "c_heap_bytes": "bytes of C heap", "python_blocks": "blocks"}
    grown = [
        f"{cell.median:,.0f} {label}" for name, label in names.items() if (cell := report.get("soak/growth", name))
    ]
    over = report.get("soak/over")
    verdict = "within all limits" if over is not None and not over.median else "OVER a limit"
    return (
        f"{items.median:,.0f} small items, encrypted and decrypted in {seconds.median:,.0f} seconds, left behind: "
        f"{', '.join(grown)} of Python's allocator; {verdict}."
    )
