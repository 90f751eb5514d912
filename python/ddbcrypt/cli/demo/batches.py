# SPDX-License-Identifier: Apache-2.0
"""Batches of requests, sent until DynamoDB has taken all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from ddbcrypt.cli.items import Item
from ddbcrypt.cli.outcome import CommandError, ExitCode

__all__ = ("read_batches", "write_batches")

_WRITES = 25  # DynamoDB's limits on the size of a batch
_READS = 100
_FIRST_PAUSE_S = 0.05
_LAST_PAUSE_S = 5.0


def write_batches(client: Any, table: str, requests: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Send write requests with ``batch_write_item`` of a plain or encrypted client, the unprocessed ones again.

    Yields each batch when it is written. Raises ``CommandError`` where DynamoDB takes none for long.
    """
    for start in range(0, len(requests), _WRITES):
        batch = list(requests[start : start + _WRITES])
        pending = batch
        pauses = _Pauses(table)
        while pending:
            pauses.before(len(pending))
            response = client.batch_write_item(RequestItems={table: pending})
            pending = response.get("UnprocessedItems", {}).get(table, [])
        yield batch


def read_batches(client: Any, table: str, keys: Sequence[Item]) -> Iterator[list[Item]]:
    """Read items by key with ``batch_get_item``, the unprocessed keys again; yields the items of each response."""
    for start in range(0, len(keys), _READS):
        pending: dict[str, Any] = {"Keys": list(keys[start : start + _READS]), "ConsistentRead": True}
        pauses = _Pauses(table)
        while pending:
            pauses.before(len(pending["Keys"]))
            response = client.batch_get_item(RequestItems={table: pending})
            pending = response.get("UnprocessedKeys", {}).get(table, {})
            yield response["Responses"].get(table, [])


class _Pauses:
    """Waits before a batch is sent again, longer each time that nothing of it was processed."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._remaining: int | None = None
        self._pause = _FIRST_PAUSE_S

    def before(self, count: int) -> None:
        if self._remaining is None:
            self._remaining = count
            return
        self._pause = _FIRST_PAUSE_S if count < self._remaining else self._pause * 2
        self._remaining = count
        if self._pause > _LAST_PAUSE_S:
            raise CommandError(
                ExitCode.DATABASE,
                f"table {self._table}: {count} requests of a batch stay unprocessed; is it throttled?",
            )
        time.sleep(self._pause)
