# SPDX-License-Identifier: Apache-2.0
"""The ``demo`` sub-command: encrypt, store, read back, compare, tamper, against an embedded or a given DynamoDB."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddbcrypt.cli.outcome import ExitCode

__all__ = ("HELP", "configure")

#: The line of the sub-command in the list of all.
HELP = "store a file of items encrypted, read it back, compare, tamper"
_DESCRIPTION = """\
Encrypts, signs and stores a file of items in DynamoDB, shows what DynamoDB holds, reads all back, compares, and alters
a stored item to show that it is refused. Keys are made for the run and dropped after it. Without options it needs no
AWS account and no network: it starts an embedded DynamoDB (moto) on the loopback interface and takes the sample that
comes with ddbcrypt.
"""

_EPILOG = """\
exit codes: 0 nothing differed; 1 something differed or an altered item was accepted; 2 command line; 3 items file;
4 endpoint or table; 5 optional dependency missing; 130 interrupted.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give the sub-command's parser its options, and the function to run as its default for ``run``."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument(
        "--items",
        metavar="FILE",
        type=Path,
        help='items in DynamoDB JSON, one a line, alone or as {"Item": ...}; may be gzipped; read into memory',
    )
    parser.add_argument(
        "--endpoint-url",
        metavar="URL",
        help="a DynamoDB to use in place of the embedded one, with boto3's usual credentials and region",
    )
    parser.add_argument(
        "--table",
        metavar="NAME",
        default="ddbcrypt-demo",
        help="table, created and removed again where it does not exist (default: %(default)s)",
    )
    parser.add_argument(
        "--partition-key",
        metavar="NAME",
        help="partition key of a created table (default: pk)",
    )
    parser.add_argument(
        "--sort-key",
        metavar="NAME",
        help="sort key of a created table (default: sk, or none where --partition-key is given)",
    )
    parser.add_argument(
        "--sign-only",
        metavar="NAME",
        action="append",
        help="attribute that is signed and left readable, repeatable (default for the sample: clinic, updated_at)",
    )
    parser.add_argument(
        "--do-nothing",
        metavar="NAME",
        action="append",
        help="attribute that is neither encrypted nor signed, repeatable (default for the sample: view_count)",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="also use a table that holds items; those with the keys of the file's items are replaced and lost",
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="leave table and items at the given endpoint (nobody can decrypt them: the keys go with the run)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    # Imported on use: boto3 alone would double the time of --help.
    from ddbcrypt.cli.demo.command import run

    return run(options)
