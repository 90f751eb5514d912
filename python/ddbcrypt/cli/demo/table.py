# SPDX-License-Identifier: Apache-2.0
"""The table that the demo stores items in: found or created, and left as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from ddbcrypt.cli.demo.batches import write_batches
from ddbcrypt.cli.demo.endpoint import Endpoint
from ddbcrypt.cli.items import Item, SourceItem
from ddbcrypt.cli.outcome import CommandError, ExitCode

__all__ = ("DemoTable", "Keys", "database_error", "key_identity", "open_table")

_WAIT = {"Delay": 2, "MaxAttempts": 90}


@dataclass(frozen=True, slots=True)
class Keys:
    """Primary key of a table: attribute names in order (partition key, then sort key where there is one), and types."""

    names: tuple[str, ...]
    types: tuple[str, ...]

    def of(self, item: Item) -> Item:
        """Return the key attributes of an item that has them."""
        return {name: item[name] for name in self.names}


@dataclass(frozen=True, slots=True)
class DemoTable:
    """An open table.

    :ivar client: plain boto3 client
    :ivar created: whether the demo created it
    :ivar shared: whether it holds items that are not the demo's
    """

    client: Any
    name: str
    keys: Keys
    created: bool
    shared: bool

    def remove(self, items: Sequence[Item]) -> str:
        """Remove the table where the demo created it, else the items; return what was removed, for the user."""
        try:
            if self.created:
                self.client.delete_table(TableName=self.name)
                self.client.get_waiter("table_not_exists").wait(TableName=self.name, WaiterConfig=_WAIT)
                return f"table {self.name}"
            deletions = [{"DeleteRequest": {"Key": self.keys.of(item)}} for item in items]
            for _ in write_batches(self.client, self.name, deletions):
                pass
        except (BotoCoreError, ClientError) as error:
            raise database_error(f"table {self.name} cannot be cleared", error) from error
        return f"{len(items):,} items of table {self.name}"


def open_table(
    endpoint: Endpoint,
    name: str,
    wanted: tuple[str | None, str | None],
    source: tuple[Path, Sequence[SourceItem]],
    *,
    overwrite: bool,
) -> DemoTable:
    """Find the table, or create it with the keys of the items; check that every item has a key of its own.

    :param wanted: partition and sort key that the user named, None where not
    :param source: the file, for messages, and its items
    :param overwrite: whether a table that holds items may be used
    :raises CommandError: an item without key, other keys, items in the table, or the database's errors
    """
    path, items = source
    try:
        description = _describe(endpoint.probe, name)
        if description is None:
            keys = _check_items(path, items, _named_keys(wanted), None)
            _create(endpoint.client, name, keys)
            return DemoTable(endpoint.client, name, keys, created=True, shared=False)
        names, types = _schema(description)
        if wanted[0] not in (None, names[0]) or wanted[1] not in (None, *names[1:]):
            raise CommandError(ExitCode.DATABASE, f"table {name} exists with other keys: {', '.join(names)}")
        keys = _check_items(path, items, names, types)
        shared = bool(endpoint.client.scan(TableName=name, Limit=1, ConsistentRead=True)["Items"])
    except (BotoCoreError, ClientError) as error:
        raise database_error(endpoint.title, error) from error
    if shared and not overwrite:
        raise CommandError(
            ExitCode.DATABASE,
            f"table {name} holds items; name another table, or say --overwrite to replace and lose them",
        )
    return DemoTable(endpoint.client, name, keys, created=False, shared=shared)


def database_error(what: str, error: Exception) -> CommandError:
    """Return a database's error as the user's."""
    if isinstance(error, NoCredentialsError):
        what += ": set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (DynamoDB Local takes any)"
    return CommandError(ExitCode.DATABASE, f"{what}: {type(error).__name__}: {error}")


def key_identity(key: Item) -> tuple[Any, ...]:
    """Return a hashable that is equal for keys that DynamoDB holds equal."""
    identity: list[Any] = []
    for value in key.values():
        ((tag, content),) = value.items()
        identity.append(Decimal(content) if tag == "N" else content)
    return tuple(identity)


def _describe(client: Any, name: str) -> dict[str, Any] | None:
    try:
        described: dict[str, Any] = client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None
    return described


def _named_keys(wanted: tuple[str | None, str | None]) -> tuple[str, ...]:
    partition, sort = wanted
    if partition is None:
        return ("pk", sort or "sk")
    return (partition,) if sort is None else (partition, sort)


def _schema(description: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    kinds = {entry["KeyType"]: entry["AttributeName"] for entry in description["KeySchema"]}
    names = tuple(kinds[kind] for kind in ("HASH", "RANGE") if kind in kinds)
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in description["AttributeDefinitions"]}
    return names, tuple(types[name] for name in names)


def _check_items(
    path: Path, items: Sequence[SourceItem], names: tuple[str, ...], types: tuple[str, ...] | None
) -> Keys:
    seen: dict[tuple[Any, ...], int] = {}
    for source in items:
        found: list[str] = []
        for place, name in enumerate(names):
            tag = next(iter(source.item.get(name, ())), None)
            expected = types[place] if types else None
            if tag is None:
                raise _bad_key(
                    path, source, f'has no key attribute "{name}" (--partition-key and --sort-key name others)'
                )
            if tag not in ("S", "N", "B") or (expected and tag != expected):
                raise _bad_key(path, source, f'key attribute "{name}" is of type {tag}, not {expected or "S, N or B"}')
            found.append(tag)
        # The first item says of which type the keys of a new table are.
        types = types or tuple(found)
        earlier = seen.setdefault(key_identity({name: source.item[name] for name in names}), source.line)
        if earlier != source.line:
            raise _bad_key(path, source, f"has the key of line {earlier}")
    return Keys(names, types or ())


def _bad_key(path: Path, source: SourceItem, message: str) -> CommandError:
    return CommandError(ExitCode.ITEMS, f"{path}, line {source.line}: {message}")


def _create(client: Any, name: str, keys: Keys) -> None:
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": tag} for key, tag in zip(keys.names, keys.types, strict=True)
        ],
        KeySchema=[
            {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys.names, ("HASH", "RANGE"), strict=False)
        ],
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig=_WAIT)
