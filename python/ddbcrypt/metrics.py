# SPDX-License-Identifier: Apache-2.0
"""Counters of what ddbcrypt did, and callbacks for each count."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

__all__ = ("Counted", "Metrics")

#: What is counted.
Counted = Literal[
    "items_encrypted",
    "items_decrypted",
    "bytes_encrypted",
    "bytes_decrypted",
    "items_failed",
    "refusals",
    "update_conflicts",
    "plaintext_reads",
    "kms_calls",
    "cache_hits",
    "cache_misses",
]


class Metrics:
    """Counts what is done. Thread-safe; makes no network call.

    :param callback: called with the name and the amount of each count, in the thread that counts, outside any lock;
        what it raises is the caller's to see
    """

    def __init__(self, callback: Callable[[str, int], None] | None = None) -> None:
        self._callback = callback
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, name: Counted, amount: int = 1) -> None:
        """Add to a counter."""
        with self._lock:
            self._counts[name] += amount
        if self._callback is not None:
            self._callback(name, amount)

    def snapshot(self) -> Mapping[str, int]:
        """Give all counters as they are now."""
        with self._lock:
            return dict(self._counts)
