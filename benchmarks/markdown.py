# SPDX-License-Identifier: Apache-2.0
"""Markdown tables, and the regions of ``docs/benchmarks.md`` that they fill."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cells import Cell, Ratio

DOCS = Path(__file__).resolve().parent.parent / "docs"
DOCUMENT = DOCS / "benchmarks.md"
ABSENT = "-"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A Markdown table, padded to be read as plain text too; the first ``left`` columns are text, the rest figures."""
    widths = [max(len(row[index]) for row in [header, *rows]) for index in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if index < left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "| " + " | ".join(padded) + " |"

    rule = [("-" * width) if index < left else "-" * (width - 1) + ":" for index, width in enumerate(widths)]
    return "\n".join([line(header), "| " + " | ".join(rule) + " |", *(line(row) for row in rows)])


def microseconds(nanoseconds: float) -> str:
    value = nanoseconds / 1000
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def time_cell(cell: Cell | None) -> str:
    """Microseconds, and half the distance between the quartiles."""
    return ABSENT if cell is None else f"{microseconds(cell.median)} ±{cell.spread:.0%}"


def plain_time(cell: Cell | None) -> str:
    return ABSENT if cell is None else microseconds(cell.median)


def ratio_cell(ratio: Ratio | None) -> str:
    """Ratio of medians, and of the fastest rounds in parentheses."""
    return ABSENT if ratio is None else f"{_short(ratio.medians)} ({_short(ratio.best)})"


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def write_region(name: str, text: str) -> None:
    """Puts ``text`` between the markers ``<!-- name -->`` and ``<!-- /name -->`` of the document."""
    document = DOCUMENT.read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(document)) != 1:
        raise SystemExit(f"{DOCUMENT.name}: the markers {start} and {end} must stand there once")
    replacement = f"{start}\n{text.strip()}\n{end}"
    DOCUMENT.write_text(pattern.sub(lambda _: replacement, document), encoding="utf-8")
