# SPDX-License-Identifier: Apache-2.0
"""The command line of ddbcrypt: ``python -m ddbcrypt SUBCOMMAND``.

A sub-command is a package or module of this folder with ``HELP`` and ``configure(parser)``, listed in
:mod:`ddbcrypt.cli.parser`.
"""

from ddbcrypt.cli.parser import main

__all__ = ("main",)
