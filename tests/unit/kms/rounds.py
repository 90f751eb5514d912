# SPDX-License-Identifier: Apache-2.0
"""Counts how many calls are under way at the same time, without a clock."""

from __future__ import annotations

import threading

from ddbcrypt.internal.fetching import CONCURRENT_CALLS
from tests.support.patience import PATIENCE_SECONDS

WAIT_SECONDS = PATIENCE_SECONDS


class Rounds:
    """Lets calls through in rounds: as many at once as there can be, the next ones when these are over.

    A round of fewer calls than expected waits for the others until it times out, so that the count of rounds says how
    many calls were under way at the same time, and no clock does.
    """

    def __init__(self, count: int, width: int = CONCURRENT_CALLS) -> None:
        self.sizes: list[int] = []
        self.most = 0
        self._left = count
        self._width = width
        self._waiting = 0
        self._under_way = 0
        self._round = 0
        self._condition = threading.Condition()

    def wait(self) -> None:
        """Called from inside each call."""
        with self._condition:
            self._under_way += 1
            self._waiting += 1
            self.most = max(self.most, self._under_way)
            mine = self._round
            if self._waiting == min(self._width, self._left):
                # One call more than there should be at once would come in during this.
                self._condition.wait(0.05)
                self.sizes.append(self._waiting)
                self._left -= self._waiting
                self._waiting = 0
                self._round += 1
                self._condition.notify_all()
            elif not self._condition.wait_for(lambda: self._round > mine, WAIT_SECONDS):
                raise TimeoutError("the other calls of this round do not come")
            self._under_way -= 1
