# SPDX-License-Identifier: Apache-2.0
"""A cache of branch keys, which several keyrings may share."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.timed_cache import TimedCache, default_clock
from ddbcrypt.internal.validate import require_callable, require_instance
from ddbcrypt.keyrings.branch_keys import BranchKeyMaterials
from ddbcrypt.metrics import count_here

__all__ = ("DEFAULT_CAPACITY", "BranchKeyCache")

#: Entries that a cache keeps if it is not told otherwise.
DEFAULT_CAPACITY = 1000


class BranchKeyCache:
    """Keeps branch keys for a time, in memory. Thread-safe: however many threads miss at once, the store is asked once.

    A key is never used when it was asked for ``ttl_seconds`` ago or longer. Failures are not remembered. The oldest
    unused entry goes first. Give one cache to several keyrings only where all of them may use its keys. It makes no
    network call but those of the stores.

    :param ttl_seconds: time limit, over 0 and finite
    :param capacity: most entries, 1 or more; a version that encrypts and decrypts takes two
    :param clock: gives seconds that are never set back, for tests; None for the system's monotonic clock
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: a number out of its range
    """

    def __init__(
        self, ttl_seconds: float, capacity: int = DEFAULT_CAPACITY, *, clock: Callable[[], float] | None = None
    ) -> None:
        self._ttl = check_seconds("ttl_seconds", ttl_seconds)
        require_instance("capacity", capacity, int)
        require_callable("clock", clock)
        if capacity < 1:
            raise InvalidArgumentError(f'"capacity" must be 1 or more, not {capacity}')
        self._entries: TimedCache[Hashable, BranchKeyMaterials] = TimedCache(
            "a branch key", capacity, self._ttl, self._ttl, clock or default_clock
        )

    @property
    def ttl_seconds(self) -> float:
        """Time limit of an entry."""
        return self._ttl

    def get(self, key: Hashable, look_up: Callable[[], BranchKeyMaterials]) -> BranchKeyMaterials:
        """Give the entry of ``key``, or what ``look_up()`` gives.

        :param key: what the entry is known by
        :param look_up: asks the store
        :raises: what ``look_up`` raised, here or in the thread whose lookup this one waited for
        """
        missed = False

        def missing() -> BranchKeyMaterials:
            nonlocal missed
            missed = True
            count_here("cache_misses")
            return look_up()

        found = self._entries.get(key, missing)
        if not missed:
            count_here("cache_hits")
        return found

    def clear(self) -> None:
        """Forget all branch keys, for example after a key was compromised."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)


def check_seconds(name: str, seconds: float) -> float:
    """Refuse what is not a finite number over 0."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f'"{name}" must be a number, not {type(seconds).__name__}')
    if not (math.isfinite(seconds) and seconds > 0):
        raise InvalidArgumentError(f'"{name}" must be over 0 and finite, not {seconds}')
    return float(seconds)
