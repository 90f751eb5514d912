# SPDX-License-Identifier: Apache-2.0
"""What became of the items of a migration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ddbcrypt.dynamodb.options import FailedItem

__all__ = ("FailedItem", "MigrationReport", "Outcome")


class Outcome(Enum):
    """What became of one item."""

    #: It was written as the target has it (in a dry run: it would have been).
    MIGRATED = "migrated"
    #: The target reads it already, and it has the target's attribute actions and algorithm suite.
    READABLE = "readable"
    #: Others deleted it after it was scanned.
    GONE = "gone"
    #: It was left as it is: it verifies under neither configuration, cannot be encrypted, or is too large.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """The counts of a migration, those of earlier runs that it went on from included. Immutable.

    :ivar counts: items by outcome
    :ivar conflicts: how often an item was changed by others between its being read and written, and tried again
    """

    counts: Mapping[Outcome, int] = field(default_factory=Counter[Outcome])
    conflicts: int = 0

    @property
    def items(self) -> int:
        """How many items were looked at."""
        return sum(self.counts.values())

    @property
    def failed(self) -> int:
        """How many items were left as they are, for what is wrong with them."""
        return self.counts.get(Outcome.FAILED, 0)
