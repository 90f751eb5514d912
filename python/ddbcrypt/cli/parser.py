# SPDX-License-Identifier: Apache-2.0
"""The argument parser and the entry point."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence

from ddbcrypt.cli import demo, inspect, migrate
from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.cli.text import printable
from ddbcrypt.identifiers import __version__

__all__ = ("main", "make_parser")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; each sub-command sets ``run`` to its function."""
    parser = argparse.ArgumentParser(
        prog="ddbcrypt", description="Client-side encryption for Amazon DynamoDB.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"ddbcrypt {__version__}")
    subparsers = parser.add_subparsers(title="sub-commands", metavar="SUBCOMMAND", required=True)
    demo.configure(subparsers.add_parser("demo", help=demo.HELP, allow_abbrev=False))
    inspect.configure(subparsers.add_parser("inspect", help=inspect.HELP, allow_abbrev=False))
    migrate.configure(subparsers.add_parser("migrate", help=migrate.HELP, allow_abbrev=False))
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line.

    :param arguments: the words after the program's name; those of the process where None
    :returns: the exit code, see :class:`ddbcrypt.cli.outcome.ExitCode`
    :raises SystemExit: from argparse, for ``--help``, ``--version`` and an invalid command line

    Whether network calls are made is up to the sub-command. Not thread-safe: it writes to the standard streams.
    """
    for stream in (sys.stdout, sys.stderr):
        # Items hold any character; a terminal or pipe of a smaller encoding is to show escapes, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = make_parser().parse_args(arguments)
    try:
        code: ExitCode = options.run(options)
        sys.stdout.flush()
    except CommandError as error:
        message = printable(str(error), keep="\n")
        sys.stderr.write(f"ddbcrypt: {message}\n")
        return error.code
    except KeyboardInterrupt:
        sys.stderr.write("ddbcrypt: interrupted\n")
        return ExitCode.INTERRUPTED
    return code
