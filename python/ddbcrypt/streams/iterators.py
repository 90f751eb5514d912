# SPDX-License-Identifier: Apache-2.0
"""Of which stream a shard iterator is: DynamoDB's answers do not say it, so it is remembered."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from ddbcrypt.internal.forks import HasLock

#: An iterator lives 15 minutes; a reader uses one per shard at a time.
_MOST: Final = 20_000


class Iterators(HasLock):
    """The stream ARN of each shard iterator that went through an attached client. Thread-safe; bounded."""

    def __init__(self) -> None:
        super().__init__()
        self._streams: OrderedDict[str, str] = OrderedDict()

    def remember(self, iterator: object, stream_arn: str) -> None:
        """Note an iterator of an answer; the one that was not used for longest is forgotten."""
        if not isinstance(iterator, str):
            return
        with self._lock:
            self._streams[iterator] = stream_arn
            self._streams.move_to_end(iterator)
            while len(self._streams) > _MOST:
                self._streams.popitem(last=False)

    def stream_of(self, iterator: object) -> str | None:
        """Give the ARN, or None where the iterator did not come through here. An iterator may be used again."""
        if not isinstance(iterator, str):
            return None
        with self._lock:
            arn = self._streams.get(iterator)
            if arn is not None:
                self._streams.move_to_end(iterator)
            return arn
