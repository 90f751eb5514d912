# SPDX-License-Identifier: Apache-2.0
"""A limit of items a second that several threads share."""

from __future__ import annotations

import threading
import time


class Pace:
    """Spreads items evenly over time. Thread-safe.

    :param items_per_second: over 0, or None for no limit
    :param stop: ends all waits when it is set
    """

    def __init__(self, items_per_second: float | None, stop: threading.Event) -> None:
        self._interval = None if items_per_second is None else 1 / items_per_second
        self._stop = stop
        self._lock = threading.Lock()
        self._next = time.monotonic()

    def wait(self) -> None:
        """Wait for the turn of one item."""
        if self._interval is None:
            return
        with self._lock:
            now = time.monotonic()
            # What was not used is not made up for: a limit is for each second, not on the average.
            turn = max(self._next, now)
            self._next = turn + self._interval
        if turn > now:
            self._stop.wait(turn - now)
