# SPDX-License-Identifier: Apache-2.0
"""Counters of what ddbcrypt did, and callbacks for each count."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextvars import ContextVar
from typing import Final, Literal

from ddbcrypt.internal.forks import HasLock

__all__ = ("Counted", "Metrics")

#: What is counted.
Counted = Literal[
    "items_encrypted",  # and signed; an update of protected attributes encrypts once for each attempt
    "items_decrypted",  # and verified
    "bytes_encrypted",  # the items' plaintext, by DynamoDB's rules for the size of an item
    "bytes_decrypted",
    "items_failed",  # items that did not verify or decrypt
    "plaintext_reads",  # items that a policy let be read in plaintext: nothing of them was verified
    "refusals",  # calls that were refused before anything of them was sent
    "update_conflicts",  # attempts of an update that others were ahead of
    "kms_calls",  # calls of AWS KMS, those that failed included
    "cache_hits",  # keys that a cache of keys or materials had, or got from a lookup under way
    "cache_misses",  # keys that it had to ask for
]


class Metrics(HasLock):
    """Counts what is done through whatever it is given to. Thread-safe; makes no network call.

    >>> metrics = Metrics(callback=lambda name, amount: statsd.incr(f"ddbcrypt.{name}", amount))
    >>> attach(client, tables, metrics=metrics)
    >>> metrics.snapshot()
    {'items_encrypted': 1, 'bytes_encrypted': 211}

    One object may be given to several. Nothing of an item is counted but its size. Without an object nothing is
    counted, which costs nothing.

    :param callback: called with the name and the amount of each count, in the thread that counts, outside any lock,
        possibly in several threads at once; it must be quick, and what it raises reaches the caller of DynamoDB, after
        what was counted was done
    """

    #: Whether a count goes anywhere: sizes are worked out only then.
    counts = True

    def __init__(self, callback: Callable[[str, int], None] | None = None) -> None:
        super().__init__()
        self._callback = callback
        self._counts: Counter[str] = Counter()

    def count(self, name: Counted, amount: int = 1) -> None:
        """Add to a counter; nothing is done for an amount of 0."""
        if amount == 0:
            return
        with self._lock:
            self._counts[name] += amount
        if self._callback is not None:
            self._callback(name, amount)

    def snapshot(self) -> Mapping[str, int]:
        """Give all counters as they are now; what was never counted is not in it."""
        with self._lock:
            return dict(self._counts)

    @contextlib.contextmanager
    def counting(self) -> Generator[None, None, None]:
        """Count calls of KMS and uses of caches in a ``with`` block: those of this thread, or of this asyncio task.

        Attached objects do this by themselves. For the functions of :mod:`ddbcrypt.encrypted.item`, which know of no
        metrics.
        """
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


class _Nothing(Metrics):
    """Counts nothing."""

    counts = False

    def count(self, name: Counted, amount: int = 1) -> None:
        """Do nothing."""


#: Where nobody wants to know.
NO_METRICS: Final = _Nothing()
_CURRENT: Final[ContextVar[Metrics]] = ContextVar("ddbcrypt_metrics", default=NO_METRICS)


def count_here(name: Counted, amount: int = 1) -> None:
    """Count in the metrics that are in force in this context, if there are any: providers know of no others."""
    _CURRENT.get().count(name, amount)
