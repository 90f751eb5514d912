# SPDX-License-Identifier: Apache-2.0
"""Migration of a table to other keys, attribute actions or another format, while applications use it.

``python -m ddbcrypt migrate`` is the command over it. Each item is verified, decrypted, encrypted anew and written back
on condition that nobody changed it meanwhile.
"""

from ddbcrypt.migration.checkpoint import Checkpoint, CheckpointError
from ddbcrypt.migration.pair import TablePair
from ddbcrypt.migration.report import FailedItem, MigrationReport, Outcome
from ddbcrypt.migration.run import Migration
from ddbcrypt.migration.settings import MigrationSettings

__all__ = (
    "Checkpoint",
    "CheckpointError",
    "FailedItem",
    "Migration",
    "MigrationReport",
    "MigrationSettings",
    "Outcome",
    "TablePair",
)
