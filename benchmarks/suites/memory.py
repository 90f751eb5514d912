# SPDX-License-Identifier: Apache-2.0
"""Peak memory of one large item, above what its caller holds, in fresh processes (``programs/memory_work.py``)."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import markdown
from benchmarks.cells import BYTES, Report
from benchmarks.timing import DIRECTIONS

if TYPE_CHECKING:
    from benchmarks.session import Session

FORMATS = ("legacy", "structured")
FORMS = {"wire": "DynamoDB JSON", "python": "Python values"}
SHAPES = ("max", "mixed")
PROGRAM = "benchmarks.programs.memory_work"
ROOT = Path(__file__).resolve().parents[2]


def measure(session: Session) -> None:
    """Fill ``memory/<shape>/<format>/<form>/<direction>/peak`` and ``/item``, in bytes."""
    children = 1 if session.options.quick else 5
    for shape, data_format, form, direction in itertools.product(SHAPES, FORMATS, FORMS, DIRECTIONS):
        if shape not in session.options.shapes or (session.options.quick and shape != "max"):
            continue
        command = [sys.executable, "-m", PROGRAM, shape, data_format, form, direction]
        found = [
            json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
            for _ in range(children)
        ]
        place = f"memory/{shape}/{data_format}/{form}/{direction}"
        session.report.add(f"{place}/peak", BYTES, [one["peak"] for one in found])
        session.report.add(f"{place}/item", BYTES, [one["item"] for one in found])


def render(report: Report) -> str:
    rows = []
    for shape, data_format, form, direction in itertools.product(SHAPES, FORMATS, FORMS, DIRECTIONS):
        place = f"memory/{shape}/{data_format}/{form}/{direction}"
        peak, item = report.get(place, "peak"), report.get(place, "item")
        if peak is not None and item is not None:
            cells = [
                f"{item.median:,.0f}",
                f"{peak.median:,.0f} ±{peak.spread:.0%}",
                f"{peak.median / item.median:.2f}",
            ]
            rows.append([shape, data_format, FORMS[form], direction, *cells])
    header = [
        "shape",
        "format",
        "item as",
        "direction",
        "item, bytes",
        "peak above the caller's own, bytes",
        "times the item",
    ]
    return markdown.table(header, rows, left=4)
