# SPDX-License-Identifier: Apache-2.0
"""Table configurations in TOML files, for commands that need keys.

A file holds no key: it names key files beside it. What is in it and not known is an error, so that a misspelt entry
never weakens anything.
"""

from ddbcrypt.cli.table_files.file import TableFile, read_table_file

__all__ = ("TableFile", "read_table_file")
