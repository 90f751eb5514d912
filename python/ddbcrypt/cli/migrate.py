# SPDX-License-Identifier: Apache-2.0
"""The ``migrate`` sub-command: other keys, attribute actions or another format for a table that is in use."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddbcrypt.cli.outcome import ExitCode

__all__ = ("HELP", "configure")

#: The line of the sub-command in the list of all.
HELP = "give a table's items other keys, attribute actions or another format, while it is in use"
_DESCRIPTION = """\
Reads all items of a table, verifies and decrypts each as --from says, encrypts and signs it as --to says, and writes it
back by an update of its signed attributes alone, on condition that nobody changed them meanwhile. Unsigned attributes
stay as others leave them. Items that --to reads already are skipped. Before it is run, every writer has to write as
--to says and every reader to read both.
"""
_EPILOG = """\
FILE is a configuration in TOML that names key files; docs/migration.md has its entries. A run that is stopped or killed
goes on where it was when the same command is given again: the checkpoint says where.

exit codes: 0 every item is as --to says; 1 some item could not be migrated, each is named; 2 command line; 4 endpoint
or table, or a key service that cannot be reached; 6 configuration, key file or checkpoint; 130 interrupted.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give the sub-command's parser its options, and the function to run as its default for ``run``."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument("table", metavar="TABLE", help="name or ARN of the table")
    parser.add_argument(
        "--from", dest="source", metavar="FILE", type=Path, required=True, help="how the items are protected"
    )
    parser.add_argument(
        "--to", dest="target", metavar="FILE", type=Path, required=True, help="how the items are to be protected"
    )
    parser.add_argument(
        "--endpoint-url", metavar="URL", help="a DynamoDB other than AWS's, with boto3's usual credentials and region"
    )
    parser.add_argument("--region", metavar="NAME", help="the table's region (default: boto3's usual one)")
    parser.add_argument("--dry-run", action="store_true", help="verify, decrypt and encrypt all items; write nothing")
    parser.add_argument(
        "--rewrite-readable",
        action="store_true",
        help="also encrypt anew what --to reads already, such as items under an older version of a material",
    )
    parser.add_argument(
        "--segments", metavar="N", type=int, help="parallel segments of the scan, 1 to 256 (default: 4)"
    )
    parser.add_argument(
        "--page-items", metavar="N", type=int, default=200, help="items of one page of the scan (default: %(default)s)"
    )
    parser.add_argument("--rate", metavar="N", type=float, help="items a second at most (default: no limit)")
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        help="where progress is kept (default: TABLE.migration.json in the current folder)",
    )
    parser.add_argument("--quiet", action="store_true", help="print no progress, only failed items and the report")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    # Imported on use, as for the other sub-commands.
    from ddbcrypt.cli.migrate_command import run

    return run(options)
