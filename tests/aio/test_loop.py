# SPDX-License-Identifier: Apache-2.0
"""The event loop goes on: keys are asked for, and large items encrypted, in threads."""

import asyncio
import threading
from typing import Any

import pytest

from ddbcrypt import aio
from ddbcrypt.aio.weight import HEAVY_BYTES, is_heavy
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.material_providers.rotating import KeyGeneration, RotatingMaterialsProvider
from ddbcrypt.material_providers.store.meta import MetaStore
from ddbcrypt.structures import TableIndex, TableInfo
from tests.aio.conftest import connect_client
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, from_wire, key_of, to_wire, visit
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import connect_resource as connect_blocking_resource
from tests.support.patience import PATIENCE_SECONDS

WAIT_SECONDS = PATIENCE_SECONDS


class SlowProvider(CryptographicMaterialsProvider):
    """An application's own provider, which gives keys when it is let go on; it says nothing of itself."""

    def __init__(self, inner: Any, *, go_on: bool = False) -> None:
        self.inner = inner
        self.threads: list[int] = []
        self.go_on = threading.Event()
        if go_on:
            self.go_on.set()

    def encryption_materials(self, encryption_context: Any) -> Any:
        self._wait()
        return self.inner.encryption_materials(encryption_context)

    def decryption_materials(self, encryption_context: Any) -> Any:
        self._wait()
        return self.inner.decryption_materials(encryption_context)

    def _wait(self) -> None:
        self.threads.append(threading.get_ident())
        if not self.go_on.wait(WAIT_SECONDS):
            raise TimeoutError("the event loop did not go on")


class PromptProvider(SlowProvider):
    """One that says of itself that it never blocks."""

    may_block = False


async def tick_until_asked(provider: SlowProvider, times: int) -> None:
    """Let the loop run while a provider is asked, ``times`` times at once, and waits; then let it go on."""
    while len(provider.threads) < times:
        await asyncio.sleep(0.001)
    for _ in range(50):
        await asyncio.sleep(0.001)
    assert not provider.go_on.is_set()
    provider.go_on.set()


def configuration(provider: Any, table: str) -> LegacyTableConfig:
    actions = DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS)
    return LegacyTableConfig(provider, actions, TableInfo(table, TableIndex("patient", "visit")))


async def test_slow_keys_do_not_stop_the_loop(database: Database, table: str, keys: Keys) -> None:
    """A loop that waited for a key would never come to let the provider go on."""
    provider = SlowProvider(DDBCRYPT.provider(keys))
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: configuration(provider, table)})
        puts = [client.put_item(TableName=table, Item=to_wire(visit(number))) for number in range(3)]
        await asyncio.gather(tick_until_asked(provider, 3), *puts)
        provider.go_on.clear()
        get = client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))
        _, answer = await asyncio.gather(tick_until_asked(provider, 4), get)
    assert from_wire(answer["Item"]) == visit(1)
    assert threading.get_ident() not in provider.threads


async def test_a_provider_that_never_blocks_is_asked_in_the_loop(database: Database, table: str, keys: Keys) -> None:
    provider = PromptProvider(DDBCRYPT.provider(keys), go_on=True)
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: configuration(provider, table)})
        await client.put_item(TableName=table, Item=to_wire(visit(1)))
    assert provider.threads == [threading.get_ident()]


async def test_large_items_go_to_a_thread(
    database: Database, table: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ddbcrypt.aio import running

    threads: list[int] = []
    encrypt = running.encrypt_jobs

    def noted(*args: Any) -> Any:
        threads.append(threading.get_ident())
        return encrypt(*args)

    monkeypatch.setattr(running, "encrypt_jobs", noted)
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: configuration(DDBCRYPT.provider(keys), table)})
        large = {**visit(1), "document": "x" * 300_000}
        await client.put_item(TableName=table, Item=to_wire(large))
        await client.put_item(TableName=table, Item=to_wire(visit(2)))
        answer = await client.get_item(TableName=table, Key=to_wire(key_of(large)))
    assert from_wire(answer["Item"]) == large
    assert [thread == threading.get_ident() for thread in threads] == [False, True]


async def test_cancelled_while_waiting_for_a_key(database: Database, table: str, keys: Keys) -> None:
    provider = SlowProvider(DDBCRYPT.provider(keys))
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: configuration(provider, table)})
        put = asyncio.create_task(client.put_item(TableName=table, Item=to_wire(visit(1))))
        while not provider.threads:
            await asyncio.sleep(0.001)
        put.cancel()
        with pytest.raises(asyncio.CancelledError):
            await put
        provider.go_on.set()
        await client.put_item(TableName=table, Item=to_wire(visit(2)))  # the client goes on
    assert [item["visit"] for item in database.raw_items(table)] == [{"N": "2"}]


async def test_keys_in_a_meta_store(database: Database, table: str, keys: Keys) -> None:
    """The store's own calls are boto3's, which block: they have to be made in a thread, the first one too."""
    key_table = f"{table}-keys"
    store_table = connect_blocking_resource(database.endpoint_url).Table(key_table)
    threads: set[int] = set()
    # before the store makes a client of its own of this one
    store_table.meta.client.meta.events.register("before-call.dynamodb", lambda **_: threads.add(threading.get_ident()))
    MetaStore.create_table(store_table.meta.client, key_table, 1, 1)
    store = MetaStore(store_table, DDBCRYPT.provider(keys))
    provider = CachingMostRecentProvider(store, "clinic", 600)
    threads.clear()
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: configuration(provider, table)})
        await client.put_item(TableName=table, Item=to_wire(visit(1)))
        answer = await client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))
    assert from_wire(answer["Item"]) == visit(1)
    assert threads
    assert threading.get_ident() not in threads
    database.client.delete_table(TableName=key_table)


def test_which_providers_may_block(keys: Keys) -> None:
    static = DDBCRYPT.provider(keys)
    kms = AwsKmsCryptographicMaterialsProvider("arn:aws:kms:eu-central-1:123456789012:key/1")
    assert not static.may_block
    assert kms.may_block
    assert not RotatingMaterialsProvider(KeyGeneration({"key": "1"}, static)).may_block
    assert RotatingMaterialsProvider(KeyGeneration({"key": "1"}, static), unlabelled=kms).may_block
    assert SlowProvider(static).may_block
    assert RotatingMaterialsProvider(KeyGeneration({"key": "1"}, SlowProvider(static))).may_block
    assert not PromptProvider(static).may_block


def test_weight() -> None:
    assert not is_heavy([])
    assert not is_heavy([to_wire(visit(1))])
    assert is_heavy([{"a": {"S": "x" * HEAVY_BYTES}}])
    assert is_heavy([{"a": {"B": b"x" * HEAVY_BYTES}}])
    assert is_heavy([{"a": {"M": {"b": {"L": [{"SS": ["x" * HEAVY_BYTES]}]}}}}])
    assert is_heavy([to_wire(visit(number)) for number in range(100)])
    assert is_heavy([{str(number): {"BOOL": True} for number in range(300)}])
    assert not is_heavy([{str(number): {"BOOL": True} for number in range(200)}])
    assert is_heavy([{"a": {"NS": ["1"] * 2100}}])
    assert not is_heavy([{"a": {"NS": ["1"] * 1000}}])
    assert not is_heavy([{"a": "no DynamoDB JSON"}])
