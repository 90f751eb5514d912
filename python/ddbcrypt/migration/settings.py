# SPDX-License-Identifier: Apache-2.0
"""How a migration is run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_instance

__all__ = ("MigrationSettings",)

_LIMITS: Final = {"segments": 256, "page_items": 10_000, "attempts": 1_000}


@dataclass(frozen=True, slots=True)
class MigrationSettings:
    """How a migration is run. Immutable; no network call.

    :param segments: of the parallel scan, 1 to 256, each with a thread of its own
    :param page_items: items of one request of the scan, 1 to 10,000. Progress is kept after each page
    :param items_per_second: the most items that are looked at a second, over all segments; None for no limit
    :param dry_run: verify, decrypt and encrypt, and write nothing
    :param rewrite_readable: also encrypt items anew that the target reads already, such as those of an older version
        of a material
    :param attempts: how often one item is tried that others change meanwhile, 1 to 1,000
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: a number out of its range
    """

    segments: int = 4
    page_items: int = 200
    items_per_second: float | None = None
    dry_run: bool = False
    rewrite_readable: bool = False
    attempts: int = 20

    def __post_init__(self) -> None:
        for name, largest in _LIMITS.items():
            value = getattr(self, name)
            require_instance(name, value, int)
            if not 1 <= value <= largest:
                message = f"{name} has to be 1 to {largest:,}, not {value}"
                raise InvalidArgumentError(message)
        require_instance("dry_run", self.dry_run, bool)
        require_instance("rewrite_readable", self.rewrite_readable, bool)
        rate = self.items_per_second
        if rate is not None:
            require_instance("items_per_second", rate, int if isinstance(rate, int) else float)
            if not (math.isfinite(rate) and rate > 0):
                raise InvalidArgumentError("items_per_second has to be over 0 and finite")
