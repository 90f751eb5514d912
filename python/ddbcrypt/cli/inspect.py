# SPDX-License-Identifier: Apache-2.0
"""The ``inspect`` sub-command: what an encrypted item is and what is wrong with it, without any key."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddbcrypt.cli.outcome import ExitCode

__all__ = ("HELP", "configure")

#: The line of the sub-command in the list of all.
HELP = "say what an encrypted item is, and what is wrong with it, without any key"
_DESCRIPTION = """\
Reads items in DynamoDB JSON and says of each, without any key: its format, the algorithms that fit its signature, its
material description in words, which attributes may be ciphertexts and how long what they hold is, and what is wrong
with it. A malformed item is reported, not an error. It prints no value of an attribute, and it proves nothing: only
the signature's key can tell whether an item was altered.
"""
_EPILOG = """\
FILE holds one JSON document (an item; what "aws dynamodb get-item", "query" or "scan" print; a list of items) or one
item a line as DynamoDB exports them, gzipped or not. Binary values are base64. With --json, each item is one line of
JSON with "source" and the fields that ddbcrypt.inspection.ItemReport documents.

exit codes: 0 no item has an error; 1 some item has one; 2 command line; 3 file missing, unreadable or empty; 4 endpoint
or table, or no item of that key; 130 interrupted.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give the sub-command's parser its options, and the function to run as its default for ``run``."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument("file", metavar="FILE", nargs="?", help="items in DynamoDB JSON; - for standard input")
    parser.add_argument("--table", metavar="NAME", help="read one item of this table, by GetItem, in place of a file")
    parser.add_argument("--key", metavar="JSON", help='its primary key in DynamoDB JSON, such as {"id": {"S": "7"}}')
    parser.add_argument(
        "--endpoint-url", metavar="URL", help="a DynamoDB other than AWS's, with boto3's usual credentials and region"
    )
    parser.add_argument(
        "--encrypted",
        metavar="NAME",
        action="append",
        default=[],
        help="an attribute that is configured to be encrypted, repeatable: it is an error if it cannot be a ciphertext",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, one line an item, and nothing else")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    # Imported on use, as for the other sub-commands.
    from ddbcrypt.cli.inspect_command import run

    return run(options)
