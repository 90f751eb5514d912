# SPDX-License-Identifier: Apache-2.0
"""The whole migration: segments of a parallel scan, each in a thread."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.migration.checkpoint import Checkpoint
from ddbcrypt.migration.items import ItemMigrator, Prepared
from ddbcrypt.migration.pace import Pace
from ddbcrypt.migration.pair import TablePair
from ddbcrypt.migration.report import FailedItem, MigrationReport, Outcome
from ddbcrypt.migration.settings import MigrationSettings

__all__ = ("Migration", "Observer")


class Observer(Protocol):
    """What is told of a migration as it goes on. It is called by several threads, one at a time."""

    def item(self, outcome: Outcome, failed: FailedItem | None) -> None:
        """One more item is done.

        :param outcome: what became of it
        :param failed: the item and its error, where the outcome is ``FAILED``
        """


class Migration:
    """One run of a migration.

    :param client: a DynamoDB client without encryption, with a connection for each segment
    :param pair: the table as it is and as it is to be
    :param settings: how it is run
    :param checkpoint: where to begin, and where progress is kept; its number of segments counts. None for a new one
        that keeps nothing
    :param observer: is told of each item, or None
    :raises TypeError: an argument is of another type
    """

    def __init__(
        self,
        client: Any,
        pair: TablePair,
        settings: MigrationSettings | None = None,
        checkpoint: Checkpoint | None = None,
        observer: Observer | None = None,
    ) -> None:
        settings = settings or MigrationSettings()
        require_instance("pair", pair, TablePair)
        require_instance("settings", settings, MigrationSettings)
        self._client = client
        self._pair = pair
        self._settings = settings
        self._checkpoint = checkpoint or Checkpoint(lambda _: {}, settings.segments)
        self._observer = observer
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._pace = Pace(settings.items_per_second, self._stop)

    def run(self) -> MigrationReport:
        """Migrate all items, or all that are left. Network calls: ``Scan``, ``UpdateItem``, ``GetItem``, and for keys.

        Not to be called twice. What it raises ends the run at once; the checkpoint then holds the pages that are done.

        :raises botocore.exceptions.ClientError: DynamoDB refused a request for another reason than the item
        :raises CheckpointError: the checkpoint cannot be written
        :raises: what providers and keyrings raise where a key service cannot be reached
        """
        segments = [number for number in range(self._checkpoint.segments) if not self._checkpoint.is_done(number)]
        with ThreadPoolExecutor(max(1, len(segments)), "ddbcrypt-migrate") as pool:
            running = [pool.submit(self._segment, number) for number in segments]
            try:
                wait(running, return_when=FIRST_EXCEPTION)
            finally:
                # After an error in one segment, or an interrupt, the others end with the item that they are at.
                self._stop.set()
        _raise_first(running)
        self._checkpoint.remove()
        return self._checkpoint.report

    def _segment(self, number: int) -> None:
        start = self._checkpoint.position(number)
        while not self._stop.is_set():
            request: dict[str, Any] = {
                "TableName": self._pair.table_name,
                "Segment": number,
                "TotalSegments": self._checkpoint.segments,
                "Limit": self._settings.page_items,
                # A writer may have put an item in the old format a moment ago.
                "ConsistentRead": True,
            }
            if start is not None:
                request["ExclusiveStartKey"] = start
            page = self._client.scan(**request)
            counts = self._page(page.get("Items", ()))
            if counts is None:
                return
            start = page.get("LastEvaluatedKey") or None
            self._checkpoint.advance(number, start, *counts)
            if start is None:
                return

    def _page(self, items: Sequence[Mapping[str, Any]]) -> tuple[Counter[Outcome], int] | None:
        """Migrate the items of a page; None where the run was stopped before its end."""
        counts: Counter[Outcome] = Counter()
        conflicts: list[None] = []
        migrator = ItemMigrator(
            self._client, self._pair, self._settings, self._stop.wait, lambda: conflicts.append(None)
        )
        for stored, prepared in zip(items, migrator.prepare(items), strict=True):
            self._pace.wait()
            if self._stop.is_set():
                return None
            outcome, error = migrator.finish(prepared) if isinstance(prepared, Prepared) else prepared
            counts[outcome] += 1
            self._tell(outcome, stored, error)
        return counts, len(conflicts)

    def _tell(self, outcome: Outcome, stored: Mapping[str, Any], error: DynamodbEncryptionSdkError | None) -> None:
        if self._observer is None:
            return
        failed = None if error is None else FailedItem(self._pair.target.name, self._pair.key_of(stored), error)
        with self._lock:
            self._observer.item(outcome, failed)


def _raise_first(running: Sequence[Future[None]]) -> None:
    for future in running:
        error = future.exception()
        if error is not None:
            raise error
