# SPDX-License-Identifier: Apache-2.0
"""The steps of the demo: store, show, read back, tamper."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ddbcrypt import EncryptedClient
from ddbcrypt.cli.demo.batches import read_batches, write_batches
from ddbcrypt.cli.demo.compare import differing_attributes
from ddbcrypt.cli.demo.screen import Screen
from ddbcrypt.cli.demo.table import DemoTable, key_identity
from ddbcrypt.cli.items import Item
from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.cli.text import brief
from ddbcrypt.exceptions import DynamodbEncryptionSdkError

__all__ = ("Counts", "Steps")

_PAGE_ITEMS = 250
#: How many items of one fault are named; the counts say of how many it is true.
_TOLD = 3
#: The stored attribute that holds an item's signature; there also where nothing of the item is encrypted.
_SIGNATURE = "*amzn-ddb-map-sig*"


@dataclass(slots=True)
class Counts:
    """What the steps found.

    :ivar problems: one line for each thing that is not as it should be; empty is success
    """

    stored: int = 0
    pages: int = 0
    equal: int = 0
    different: int = 0
    missing: int = 0
    unexpected: int = 0
    refused: int = 0
    store_s: float = 0.0
    read_s: float = 0.0
    problems: list[str] = field(default_factory=list[str])


class Steps:
    """The steps, on one table; each prints what it does and adds to ``counts``.

    :param screen: where to print
    :param table: the open table, with its plain client
    :param client: the encrypted client of the application
    :param path: file of the items, for messages
    :param items: the items, in plaintext; never changed
    """

    def __init__(
        self, screen: Screen, table: DemoTable, client: EncryptedClient, path: Path, items: Sequence[Item]
    ) -> None:
        self._screen = screen
        self._table = table
        self._client = client
        self._path = path
        self._items = items
        self.counts = Counts()

    def store(self) -> None:
        """Encrypt, sign and write all items. Raises ``CommandError`` for an item that ddbcrypt refuses."""
        total = len(self._items)
        self._screen.heading(f"Store {total:,} items of {self._path.name} in table {self._table.name}")
        requests = [{"PutRequest": {"Item": item}} for item in self._items]
        start = time.perf_counter()
        try:
            batches = write_batches(self._client, self._table.name, requests)
            for batch in self._screen.progress("encrypt, sign, write", total, batches):
                self.counts.stored += len(batch)
        except DynamodbEncryptionSdkError as error:
            raise CommandError(ExitCode.ITEMS, f"{self._path}: {_named(error)}") from error
        self.counts.store_s = time.perf_counter() - start
        self._screen.line(f"{self.counts.stored:,} of {total:,} items encrypted, signed and written")

    def show(self) -> None:
        """Show the first item on both sides."""
        item = self._items[0]
        self._screen.heading(f"One item, {self._key_text(item)}")
        seen = self._application_reads(item)
        stored = self._database_holds(item)
        if seen is not None and stored is not None:
            self._screen.side_by_side(seen, stored)

    def read_back(self) -> None:
        """Read, verify and decrypt all items, and compare them with what was stored."""
        keys, counts = self._table.keys, self.counts
        self._screen.heading("Read back, verify, decrypt and compare")
        expected = {key_identity(keys.of(item)): item for item in self._items}
        start = time.perf_counter()
        read = 0
        try:
            for page in self._screen.progress("read, verify, decrypt", len(self._items), self._pages()):
                counts.pages += 1
                read += len(page)
                for item in page:
                    original = expected.pop(key_identity(keys.of(item)), None)
                    self._compare(original, item)
        except DynamodbEncryptionSdkError as error:
            self._problem(f"reading back was refused: {_named(error)}")
        counts.read_s = time.perf_counter() - start
        counts.missing = len(expected)
        for item in list(expected.values())[:_TOLD]:
            self._problem(f"not read back: {self._key_text(item)}")
        self._screen.line(
            f"{read:,} items, pages: {counts.pages:,}; {counts.equal:,} equal, {counts.different:,} different, "
            f"{counts.missing:,} missing, {counts.unexpected:,} unexpected"
        )

    def tamper(self) -> None:
        """Alter one bit of a stored attribute with the plain client, read the item, and put the bit back."""
        item = self._items[0]
        self._screen.heading("Alter one stored attribute behind the application's back")
        stored = self._database_holds(item)
        if stored is None:
            return
        name = next((name for name in item if stored.get(name, item[name]) != item[name]), _SIGNATURE)
        genuine = bytes(stored.get(name, {}).get("B", b""))
        if not genuine:
            self._problem(f"{self._key_text(item)}: DynamoDB holds neither ciphertext nor signature")
            return
        middle = len(genuine) // 2
        altered = genuine[:middle] + bytes([genuine[middle] ^ 1]) + genuine[middle + 1 :]
        self._overwrite(item, name, altered)
        self._screen.line(f"one bit flipped in byte {middle:,} of the {len(genuine):,} that are stored for {name}")
        try:
            self._client.get_item(TableName=self._table.name, Key=self._table.keys.of(item), ConsistentRead=True)
        except DynamodbEncryptionSdkError as error:
            self.counts.refused += 1
            self._screen.line(f"refused: {_named(error)}", style="green")
        else:
            self._problem(f"{self._key_text(item)}: the altered item was accepted")
        self._overwrite(item, name, genuine)
        seen = self._application_reads(item)
        if seen is not None:
            differing = differing_attributes(item, seen)
            if differing:
                self._problem(f"{self._key_text(item)}: put back, it differs in {', '.join(differing)}")
            else:
                self._screen.line("the bit put back, the item reads as before")

    def _pages(self) -> Iterator[list[Item]]:
        name, keys = self._table.name, self._table.keys
        if self._table.shared:
            # A scan would meet items that are not the demo's, and rightly refuse them.
            yield from read_batches(self._client, name, [keys.of(item) for item in self._items])
            return
        paginator = self._client.get_paginator("scan")
        settings = {"PageSize": _PAGE_ITEMS}
        for page in paginator.paginate(TableName=name, ConsistentRead=True, PaginationConfig=settings):
            yield page["Items"]

    def _compare(self, original: Item | None, item: Item) -> None:
        if original is None:
            self.counts.unexpected += 1
            if self.counts.unexpected <= _TOLD:
                self._problem(f"read, but not stored or read before: {self._key_text(item)}")
        elif differing := differing_attributes(original, item):
            self.counts.different += 1
            if self.counts.different <= _TOLD:
                self._problem(f"{self._key_text(item)} differs in {', '.join(differing)}")
        else:
            self.counts.equal += 1

    def _application_reads(self, item: Item) -> Item | None:
        try:
            response = self._client.get_item(
                TableName=self._table.name, Key=self._table.keys.of(item), ConsistentRead=True
            )
        except DynamodbEncryptionSdkError as error:
            self._problem(f"reading was refused: {_named(error)}")
            return None
        return self._present(item, response.get("Item"))

    def _database_holds(self, item: Item) -> Item | None:
        response = self._table.client.get_item(
            TableName=self._table.name, Key=self._table.keys.of(item), ConsistentRead=True
        )
        return self._present(item, response.get("Item"))

    def _present(self, item: Item, found: Item | None) -> Item | None:
        if found is None:
            self._problem(f"{self._key_text(item)} is not in the table")
        return found

    def _overwrite(self, item: Item, name: str, value: bytes) -> None:
        self._table.client.update_item(
            TableName=self._table.name,
            Key=self._table.keys.of(item),
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": {"B": value}},
        )

    def _key_text(self, item: Item) -> str:
        return ", ".join(f"{name} {brief(value, 60)}" for name, value in self._table.keys.of(item).items())

    def _problem(self, text: str) -> None:
        self.counts.problems.append(text)
        self._screen.line(text, style="red")


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
