# SPDX-License-Identifier: Apache-2.0
"""Import time in fresh processes, what an import brings with it, and the size of the wheel."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from benchmarks import markdown
from benchmarks.cells import BYTES, COUNT, TIME, Report

if TYPE_CHECKING:
    from benchmarks.session import Session

#: The reference's own import brings all of it; here a client's wrapper is what brings boto3.
MODULES = {
    "ddbcrypt": "ddbcrypt",
    "dynamodb_encryption_sdk": "the reference client",
    "ddbcrypt.encrypted.item": "ddbcrypt",
    "dynamodb_encryption_sdk.encrypted.item": "the reference client",
    "ddbcrypt.encrypted.client": "ddbcrypt",
    "dynamodb_encryption_sdk.encrypted.client": "the reference client",
    "ddbcrypt.structured": "ddbcrypt, structured format",
    "boto3": "boto3 alone",
}
#: Whether an import brings these along.
HEAVY = ("boto3", "botocore", "botocore.session", "cryptography", "lark", "asyncio")
#: Imports ``{module}`` and says how long that took and what is there afterwards.
PROGRAM = """
import sys, time
before = set(sys.modules)
start = time.perf_counter_ns()
import {module}
took = time.perf_counter_ns() - start
found = sorted(set(sys.modules) - before)
import json
print(json.dumps([took, found]))
"""


def measure(session: Session) -> None:
    """Fill ``imports/<module>/time``, ``/modules`` and ``/brings <name>``, and ``imports/wheel/...``."""
    session.say("imports")
    times: dict[str, list[float]] = {module: [] for module in MODULES}
    found: dict[str, list[str]] = {}
    for _ in range(session.options.fewer(15)):
        for module, samples in times.items():
            took, found[module] = _import(module)
            samples.append(took)
    for module, samples in times.items():
        session.report.add(f"imports/{module}/time", TIME, samples)
        session.report.add(f"imports/{module}/modules", COUNT, [len(found[module])])
        for name in HEAVY:
            session.report.add(f"imports/{module}/brings {name}", COUNT, [float(name in found[module])])
    wheel = session.built().wheel
    session.report.add("imports/wheel/packed", BYTES, [wheel.stat().st_size])
    with zipfile.ZipFile(wheel) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    session.report.add("imports/wheel/unpacked", BYTES, [sum(sizes.values())])
    session.report.add("imports/wheel/engine", BYTES, [sum(s for name, s in sizes.items() if name.endswith(".so"))])


def _import(module: str) -> tuple[int, list[str]]:
    command = [sys.executable, "-c", PROGRAM.format(module=module)]
    took, found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return took, found


def render(report: Report) -> str:
    rows = []
    for module, label in MODULES.items():
        took, count = report.get("imports", module, "time"), report.get("imports", module, "modules")
        if took is None or count is None:
            continue
        brought = [name for name in HEAVY if (cell := report.get("imports", module, f"brings {name}")) and cell.median]
        milliseconds = f"{took.median / 1e6:.1f} ±{took.spread:.0%}"
        rows.append([f"`import {module}`", label, ", ".join(brought), milliseconds, f"{count.median:,.0f}"])
    text = markdown.table(["", "", "brings, of these", "milliseconds", "modules"], rows, left=3)
    sizes = [report.get("imports/wheel", name) for name in ("packed", "unpacked", "engine")]
    if all(sizes):
        packed, unpacked, engine = (f"{cell.median / 1000:,.0f} KB" for cell in sizes if cell)
        text += f"\n\nThe wheel has {packed}; unpacked {unpacked}, of which the engine {engine}."
    return f"Of {', '.join(HEAVY)} an import brings those that are named.\n\n{text}"
