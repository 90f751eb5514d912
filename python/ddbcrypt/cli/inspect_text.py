# SPDX-License-Identifier: Apache-2.0
"""Prints reports for people: with colours where rich is installed and the output is a terminal, plainly elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ddbcrypt.cli.text import printable, shorten
from ddbcrypt.inspection import AttributeReport, HeaderReport, ItemFormat, ItemReport, Severity
from ddbcrypt.inspection.structured import MEANINGS_OF_LEGEND

__all__ = ("Printer",)

_TITLES: Final = {
    ItemFormat.LEGACY: "format of the DynamoDB Encryption Client (legacy)",
    ItemFormat.STRUCTURED: "format of the AWS Database Encryption SDK (structured)",
    ItemFormat.FOREIGN: "another encryption client's",
    ItemFormat.PLAINTEXT: "neither encrypted nor signed",
    ItemFormat.UNREADABLE: "not an item",
}
_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_NAME_WIDTH: Final = 40
_VALUE_WIDTH: Final = 48


class Printer:
    """Writes to standard output. Not thread-safe."""

    def __init__(self) -> None:
        self._console = _console()
        self._first = True

    def item(self, title: str, report: ItemReport) -> None:
        """Print all that a report says, with no attribute value."""
        if not self._first:
            self._line("")
        self._first = False
        writer = f", {report.writer}" if report.format is ItemFormat.FOREIGN else ""
        self._line(f"{title}: {_TITLES[report.format]}{writer}", "bold")
        if report.materials is not None:
            self._line(f"  keys         {report.materials}")
        if report.signature is not None:
            fitting = " or ".join(report.signature.algorithms) or "no algorithm"
            self._line(f"  signature    {report.signature.size:,} bytes, as of {fitting}")
        if report.description is not None:
            description = report.description
            self._line(f"  description  {description.size:,} bytes{'' if description.is_whole else ', malformed'}")
            self._columns(
                [
                    (
                        entry.name,
                        _value(entry.value),
                        entry.meaning if entry.value is not None else f"({entry.meaning})",
                    )
                    for entry in description.entries
                ]
            )
        if report.header is not None:
            self._header(report.header)
        if report.attributes:
            self._line("  attributes")
            self._columns([_attribute_row(attribute) for attribute in report.attributes])
        for finding in report.findings:
            where = f"{finding.attribute!r}: " if finding.attribute is not None else ""
            self._line(f"  {finding.severity.value:<8} {where}{finding.message}", _STYLES[finding.severity])

    def _header(self, header: HeaderReport) -> None:
        self._line(f"  header       {header.size:,} bytes, version {header.version}, message id {header.message_id}")
        self._line(f"  suite        {header.suite}")
        counts = [
            f"{header.legend.count(letter)} {meaning}"
            for letter, meaning in MEANINGS_OF_LEGEND.items()
            if letter in header.legend
        ]
        self._line(f"  legend       {'; '.join(counts) or 'nothing is signed'}")
        self._line("  data keys")
        self._columns([(key.provider_id, f"{key.size:,} bytes", key.meaning) for key in header.data_keys])
        if header.encryption_context:
            self._line("  encryption context, as far as it is stored")
            self._columns([(name, _value(value)) for name, value in header.encryption_context.items()])

    def summary(self, formats: Mapping[str, int], errors: int) -> None:
        """Print how many items of each format there were, and how many with errors."""
        counts = ", ".join(f"{count:,} {name}" for name, count in formats.items())
        self._line("")
        self._line(f"{sum(formats.values()):,} items: {counts}; {errors:,} with errors", "bold")

    def _columns(self, rows: Sequence[Sequence[str]]) -> None:
        cleaned = [[printable(cell) for cell in row] for row in rows]
        widths = [max(len(row[column]) for row in cleaned) for column in range(len(cleaned[0]))] if cleaned else []
        for row in cleaned:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self._line(f"    {'  '.join(cells)}".rstrip())

    def _line(self, text: str, style: str = "") -> None:
        text = printable(text)
        if self._console is None:
            sys.stdout.write(text + "\n")
        else:
            self._console.print(text, style=style, soft_wrap=True)


def _console() -> Any:
    """Give rich's console on a terminal; None where there is none, or no rich."""
    if not sys.stdout.isatty():
        return None
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        return None
    return Console(highlight=False, markup=False, emoji=False)


def _attribute_row(attribute: AttributeReport) -> tuple[str, str, str, str]:
    return (
        shorten(attribute.name, _NAME_WIDTH),
        attribute.type or "?",
        _extent(attribute),
        attribute.meaning + _holds(attribute),
    )


def _extent(attribute: AttributeReport) -> str:
    parts = [] if attribute.size is None else [f"{attribute.size:,} bytes"]
    if attribute.members is not None:
        parts.append(f"{attribute.members:,} members")
    return ", ".join(parts)


def _holds(attribute: AttributeReport) -> str:
    if attribute.plaintext_sizes is None or attribute.text_sizes is None:
        return ""
    return (
        f" of {attribute.plaintext_sizes[0]:,} to {attribute.plaintext_sizes[1]:,} bytes "
        f"(text or binary of {attribute.text_sizes[0]:,} to {attribute.text_sizes[1]:,})"
    )


def _value(value: str | None) -> str:
    return "(not shown)" if value is None else shorten(value, _VALUE_WIDTH)
