# SPDX-License-Identifier: Apache-2.0
"""Runs the inspection, from the command line's options to the exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ddbcrypt.cli.inspect_sources import Source, read_file, read_stream, read_table
from ddbcrypt.cli.inspect_text import Printer
from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.inspection import ItemReport, inspect_item, unreadable_item

__all__ = ("run",)


def run(options: argparse.Namespace) -> ExitCode:
    """Inspect what the options name; prints to standard output. A network call is made for ``--table`` alone.

    Returns ``DIFFERENT`` where an item has an error. Raises ``CommandError`` where there is nothing to inspect.
    """
    formats: Counter[str] = Counter()
    errors = 0
    printer = None if options.json else Printer()
    for source in _sources(options):
        report = _report(source, options.encrypted)
        formats[report.format.value] += 1
        errors += report.has_errors
        if printer is None:
            sys.stdout.write(json.dumps({"source": source.where, **report.as_dict()}) + "\n")
        else:
            printer.item(source.title, report)
    if printer is not None and formats.total() > 1:
        printer.summary(dict(sorted(formats.items())), errors)
    return ExitCode.DIFFERENT if errors else ExitCode.OK


def _report(source: Source, encrypted: list[str]) -> ItemReport:
    if source.problem is not None:
        return unreadable_item(source.problem)
    return inspect_item(source.item, encrypted=encrypted)


def _sources(options: argparse.Namespace) -> Iterator[Source]:
    if (options.file is None) is (options.table is None):
        raise CommandError(ExitCode.USAGE, "inspect needs a FILE, - for standard input, or --table and --key")
    if options.table is not None:
        if options.key is None:
            raise CommandError(ExitCode.USAGE, "--table needs --key, the item's primary key in DynamoDB JSON")
        return iter((read_table(options.table, options.key, options.endpoint_url),))
    if options.key is not None or options.endpoint_url is not None:
        raise CommandError(ExitCode.USAGE, "--key and --endpoint-url go with --table")
    return read_stream(sys.stdin.buffer) if options.file == "-" else read_file(Path(options.file))
