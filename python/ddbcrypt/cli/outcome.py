# SPDX-License-Identifier: Apache-2.0
"""How a command ends."""

from __future__ import annotations

from enum import IntEnum

__all__ = ("CommandError", "ExitCode")


class ExitCode(IntEnum):
    """Exit codes of all sub-commands."""

    OK = 0
    #: The command ran, and something differed that should be equal, or was accepted that should be refused.
    DIFFERENT = 1
    #: The command line is not valid (argparse's own code).
    USAGE = 2
    #: The file of items is missing, unreadable or not what it should be.
    ITEMS = 3
    #: The endpoint or the table: unreachable, no permission, not empty, other keys.
    DATABASE = 4
    #: An optional dependency is not installed.
    EXTRAS = 5
    #: A configuration file, a key file or a checkpoint: missing, not valid, or of something else.
    CONFIGURATION = 6
    #: Ctrl-C, as shells count it.
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot go on; the message is for the user, without a traceback.

    :param code: exit code of the process
    :param message: one or more lines of text
    """

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
