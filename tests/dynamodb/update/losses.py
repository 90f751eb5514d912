# SPDX-License-Identifier: Apache-2.0
"""Answers that are lost after the database carried a write out, and writes that are lost before."""

import random
import threading
import time
from collections import Counter
from typing import Any

from tests.support.endpoint import Answer, Forward


class LoseAnswers:
    """Of the writes of one operation, lose some: seeded, counted, safe between threads.

    An answer is lost by closing the connection, or, more seldom, by answering later than the client waits.

    :param share: how many of all writes lose their answer
    :param stalls: how many of those are answered too late
    :param unsent: how many of all writes are lost themselves
    """

    def __init__(self, operation: str, *, share: float, stalls: int, seconds: float, unsent: float) -> None:
        self._operation = operation
        self._share = share
        self._stalls = stalls
        self._seconds = seconds
        self._unsent = unsent
        self._random = random.Random(20)
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    def __call__(self, operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != self._operation:
            return None
        fate = self._fate()
        if fate == "passed":
            return None
        if fate != "unsent":
            forward(request)
        if fate == "stalled":
            time.sleep(self._seconds)
        # The connection is closed without an answer.
        raise ConnectionAbortedError(fate)

    def _fate(self) -> str:
        with self._lock:
            draw = self._random.random()
            if draw >= self._share + self._unsent:
                fate = "passed"
            elif draw >= self._share:
                fate = "unsent"
            elif self.counts["stalled"] < self._stalls:
                fate = "stalled"
            else:
                fate = "closed"
            self.counts[fate] += 1
            return fate
