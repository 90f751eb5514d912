# SPDX-License-Identifier: Apache-2.0
"""Tables of the structured format over asynchronous objects, beside legacy ones, and what their keys wait for."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from ddbcrypt import aio
from ddbcrypt.dynamodb.options import request_options
from ddbcrypt.dynamodb.protected import PlaintextItem
from ddbcrypt.exceptions import SignatureVerificationError, UnsupportedOperationError
from ddbcrypt.keyrings import (
    AwsKmsKeyring,
    CachingCmm,
    CryptographicMaterialsManager,
    DefaultCmm,
    Keyring,
    MultiKeyring,
    RequiredEncryptionContextCmm,
)
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.metrics import Metrics
from ddbcrypt.structured import LegacyOverride, LegacyPolicy, PlaintextOverride
from ddbcrypt.structures import TableIndex, TableInfo
from tests.aio.conftest import connect_client, connect_resource
from tests.dynamodb.attach.attached import config as legacy
from tests.dynamodb.attach.attached import tamper
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import by_key, from_wire, key_of, to_wire, visit
from tests.dynamodb.leaks import assert_is_ciphertext
from tests.dynamodb.library import Keys
from tests.dynamodb.structured.tables import SHAPES, SYMMETRIC, Shape, assert_is_structured, keyring, structured
from tests.support.endpoint import Endpoint, Forward
from tests.support.patience import PATIENCE_SECONDS

ITEM = visit(1)
KEY = to_wire(key_of(ITEM))
WAIT_SECONDS = PATIENCE_SECONDS
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
READS_LEGACY = LegacyPolicy.FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT
READS_PLAINTEXT = PlaintextOverride.FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ


def stored(database: Database, table: str) -> dict[str, Any]:
    """The only item of a table, as it is stored."""
    (item,) = database.raw_items(table)
    return item


@pytest.mark.parametrize("shape", SHAPES, ids=str)
async def test_client(database: Database, table: str, shape: Shape) -> None:
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: structured(table, shape)})
        await client.put_item(TableName=table, Item=to_wire(ITEM))
        assert_is_structured(stored(database, table), ITEM)
        answer = await client.get_item(TableName=table, Key=KEY)
        assert from_wire(answer["Item"]) == ITEM
        changed = await client.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression="SET remark = :r ADD #v :one",
            ExpressionAttributeNames={"#v": "views"},
            ExpressionAttributeValues={":r": {"S": "a protected remark"}, ":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )
        expected = {**ITEM, "remark": "a protected remark", "views": Decimal(2)}
        assert from_wire(changed["Attributes"]) == expected
        assert_is_structured(stored(database, table), expected)
        answer = await client.delete_item(TableName=table, Key=KEY, ReturnValues="ALL_OLD")
        assert from_wire(answer["Attributes"]) == expected


@pytest.mark.parametrize("shape", SHAPES, ids=str)
async def test_resource_and_its_tables(database: Database, table: str, shape: Shape) -> None:
    items = [visit(number) for number in range(30)]
    async with connect_resource(database.endpoint_url) as resource:
        aio.attach(resource, {table: structured(table, shape)})
        of_resource = await resource.Table(table)
        async with of_resource.batch_writer() as writer:
            for item in items:
                await writer.put_item(Item=item)
        answer = await of_resource.scan(ProjectionExpression="patient, visit, details")
    kept = [{name: item[name] for name in ("patient", "visit", "details")} for item in items]
    assert by_key(answer["Items"]) == kept
    for raw in database.raw_items(table):
        assert_is_structured(raw, visit(int(raw["visit"]["N"])))


async def test_many_tasks_at_once(database: Database, table: str) -> None:
    metrics = Metrics()
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: structured(table)}, metrics=metrics)
        await asyncio.gather(*(client.put_item(TableName=table, Item=to_wire(visit(n))) for n in range(40)))
        gets = (client.get_item(TableName=table, Key=to_wire(key_of(visit(n)))) for n in range(40))
        answers = await asyncio.gather(*gets)
        pages = client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="patient = :p",
            ExpressionAttributeValues={":p": {"S": "p-001"}},
            PaginationConfig={"PageSize": 15},
        )
        paged = [from_wire(item) async for page in pages for item in page["Items"]]
    assert [from_wire(answer["Item"]) for answer in answers] == paged == [visit(n) for n in range(40)]
    assert metrics.snapshot()["items_encrypted"] == 40
    assert metrics.snapshot()["items_decrypted"] == 80


async def test_tampered_items(database: Database, table: str) -> None:
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: structured(table)})
        for number in range(3):
            await client.put_item(TableName=table, Item=to_wire(visit(number)))
        tamper(database.client, table, ITEM)
        with pytest.raises(SignatureVerificationError, match="visit=1"):
            await client.get_item(TableName=table, Key=KEY)
        with request_options(on_error="collect") as options:
            answer = await client.scan(TableName=table)
    assert by_key([from_wire(item) for item in answer["Items"]]) == [visit(0), visit(2)]
    assert [from_wire(dict(failure.key)) for failure in options.failures] == [key_of(ITEM)]


async def test_an_update_that_others_overtake(database: Database, table: str, endpoint: Endpoint) -> None:
    """Their change of another attribute stays, and ours is made on top of it."""
    metrics = Metrics()
    async with (
        connect_client(database.endpoint_url) as other,
        connect_client(endpoint.endpoint_url) as client,
    ):
        for one in (other, client):
            aio.attach(one, {table: structured(table)}, metrics=metrics if one is client else None)
        await other.put_item(TableName=table, Item=to_wire(ITEM))
        theirs = [{**ITEM, "name": "another protected name"}]
        loop = asyncio.get_running_loop()

        def overtake(operation: str, _: dict[str, Any], __: Forward) -> None:
            if operation == "UpdateItem" and theirs:
                put = other.put_item(TableName=table, Item=to_wire(theirs.pop()))
                asyncio.run_coroutine_threadsafe(put, loop).result(WAIT_SECONDS)

        endpoint.inject(overtake)
        await client.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression="SET remark = :r",
            ExpressionAttributeValues={":r": {"S": "ours"}},
        )
        answer = await client.get_item(TableName=table, Key=KEY)
    assert from_wire(answer["Item"]) == {**ITEM, "name": "another protected name", "remark": "ours"}
    assert metrics.snapshot()["update_conflicts"] == 1


class Tables(NamedTuple):
    legacy: str
    structured: str
    plain: str


@pytest.fixture
def names(database: Database) -> Iterator[Tables]:
    made = Tables(*(database.create_table() for _ in Tables._fields))
    yield made
    for name in made:
        database.client.delete_table(TableName=name)


async def test_tables_of_both_formats_in_one_call(database: Database, names: Tables, keys: Keys) -> None:
    configs: dict[str, Any] = {names.legacy: legacy(keys), names.structured: structured(names.structured)}
    second = visit(2)
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, configs, plaintext_tables=[names.plain])
        await client.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": to_wire(ITEM)}}] for name in names})
        assert_is_ciphertext(stored(database, names.legacy), ITEM)
        assert_is_structured(stored(database, names.structured), ITEM)
        assert from_wire(stored(database, names.plain)) == ITEM
        await client.transact_write_items(
            TransactItems=[{"Put": {"TableName": name, "Item": to_wire(second)}} for name in names]
        )
        wanted = [KEY, to_wire(key_of(second))]
        answer = await client.batch_get_item(RequestItems={name: {"Keys": wanted} for name in names})
        gets = [{"Get": {"TableName": name, "Key": wanted[1]}} for name in names]
        got = await client.transact_get_items(TransactItems=gets)
    found = {name: by_key([from_wire(item) for item in items]) for name, items in answer["Responses"].items()}
    assert found == {name: [ITEM, second] for name in names}
    assert [from_wire(one["Item"]) for one in got["Responses"]] == [second] * 3


@pytest.mark.parametrize("kind", ["client", "table"])
async def test_a_plaintext_read_is_marked(database: Database, table: str, kind: str) -> None:
    metrics = Metrics()
    configs = {table: structured(table, plaintext_override=READS_PLAINTEXT)}
    database.client.put_item(TableName=table, Item=to_wire(ITEM))
    if kind == "client":
        async with connect_client(database.endpoint_url) as client:
            aio.attach(client, configs, metrics=metrics)
            got = (await client.get_item(TableName=table, Key=KEY))["Item"]
            (scanned,) = (await client.scan(TableName=table))["Items"]
            assert from_wire(got) == from_wire(scanned) == ITEM
    else:
        async with connect_resource(database.endpoint_url) as resource:
            of_resource = aio.attach(await resource.Table(table), configs, metrics=metrics)
            got = (await of_resource.get_item(Key=key_of(ITEM)))["Item"]
            (scanned,) = (await of_resource.scan())["Items"]
            assert got == scanned == ITEM
    assert type(got) is type(scanned) is PlaintextItem
    assert metrics.snapshot()["plaintext_reads"] == 2


async def test_legacy_items_are_read(database: Database, table: str, keys: Keys) -> None:
    old = legacy(keys)
    override = LegacyOverride(READS_LEGACY, old.materials_provider, old.attribute_actions)
    async with connect_client(database.endpoint_url) as client, connect_client(database.endpoint_url) as before:
        aio.attach(before, {table: old})
        aio.attach(client, {table: structured(table, legacy_override=override)})
        await before.put_item(TableName=table, Item=to_wire(ITEM))
        assert from_wire((await client.get_item(TableName=table, Key=KEY))["Item"]) == ITEM
        await client.update_item(
            TableName=table, Key=KEY, UpdateExpression="SET remark = :r", ExpressionAttributeValues={":r": {"S": "new"}}
        )
    assert_is_structured(stored(database, table), {**ITEM, "remark": "new"})


async def test_large_items_go_to_a_thread(database: Database, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ddbcrypt.aio import running

    threads: list[int] = []
    encrypt = running.encrypt_jobs

    def noted(*args: Any) -> Any:
        threads.append(threading.get_ident())
        return encrypt(*args)

    monkeypatch.setattr(running, "encrypt_jobs", noted)
    large = {**ITEM, "remark": "x" * 300_000}
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: structured(table)})
        await client.put_item(TableName=table, Item=to_wire(large))
        await client.put_item(TableName=table, Item=to_wire(visit(2)))
        answer = await client.get_item(TableName=table, Key=KEY)
    assert from_wire(answer["Item"]) == large
    assert [thread == threading.get_ident() for thread in threads] == [False, True]


class SlowKeyring(Keyring):
    """An application's own keyring, which works when it is let go on; it says nothing of itself."""

    def __init__(self, *, go_on: bool = False) -> None:
        self.inner = keyring()
        self.threads: list[int] = []
        self.go_on = threading.Event()
        if go_on:
            self.go_on.set()

    def on_encrypt(self, materials: Any) -> Any:
        self.wait()
        return self.inner.on_encrypt(materials)

    def on_decrypt(self, materials: Any, encrypted_data_keys: Any) -> Any:
        self.wait()
        return self.inner.on_decrypt(materials, encrypted_data_keys)

    def wait(self) -> None:
        self.threads.append(threading.get_ident())
        if not self.go_on.wait(WAIT_SECONDS):
            raise TimeoutError("the event loop did not go on")


class PromptKeyring(SlowKeyring):
    """One that says of itself that it never blocks."""

    may_block = False


class OwnManager(CryptographicMaterialsManager):
    """An application's own materials manager, which says nothing of itself."""

    def __init__(self, inner: CryptographicMaterialsManager) -> None:
        self.inner = inner

    def get_encryption_materials(self, *args: Any, **more: Any) -> Any:
        return self.inner.get_encryption_materials(*args, **more)

    def decrypt_materials(self, *args: Any, **more: Any) -> Any:
        return self.inner.decrypt_materials(*args, **more)


async def tick_until_asked(slow: Any) -> None:
    """Let the loop run while a thread waits for a key; then let that go on."""
    while not slow.threads:
        await asyncio.sleep(0.001)
    for _ in range(50):
        await asyncio.sleep(0.001)
    assert not slow.go_on.is_set()
    slow.go_on.set()


#: What a configuration is given, over a keyring.
OVER: dict[str, Callable[[Keyring], dict[str, Any]]] = {
    "keyring": lambda inner: {"keyring": inner},
    "multi": lambda inner: {"keyring": MultiKeyring(inner, [keyring("other")])},
    "default": lambda inner: {"keyring": None, "cmm": DefaultCmm(inner)},
    "caching": lambda inner: {"keyring": None, "cmm": CachingCmm(inner, 600)},
    "own": lambda inner: {"keyring": None, "cmm": OwnManager(DefaultCmm(inner))},
}


@pytest.mark.parametrize("over", OVER)
async def test_slow_keys_do_not_stop_the_loop(database: Database, table: str, over: str) -> None:
    """A loop that waited for a key would never come to let the keyring go on."""
    slow = SlowKeyring()
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: structured(table, SYMMETRIC, **OVER[over](slow))})
        await asyncio.gather(tick_until_asked(slow), client.put_item(TableName=table, Item=to_wire(ITEM)))
        answer = await client.get_item(TableName=table, Key=KEY)
    assert from_wire(answer["Item"]) == ITEM
    assert threading.get_ident() not in slow.threads


class SlowProvider(CachingMostRecentProvider):
    """The keys of a legacy store, which come when it is let go on."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.slow = SlowKeyring()
        self.threads, self.go_on = self.slow.threads, self.slow.go_on

    makes_network_calls = False  # as long as no call was needed

    def decryption_materials(self, encryption_context: Any) -> Any:
        self.slow.wait()
        return self.inner.decryption_materials(encryption_context)


async def test_slow_keys_of_legacy_items_do_not_stop_the_loop(database: Database, table: str, keys: Keys) -> None:
    old = legacy(keys)
    slow = SlowProvider(old.materials_provider)
    override = LegacyOverride(READS_LEGACY, slow, old.attribute_actions)
    async with connect_client(database.endpoint_url) as client, connect_client(database.endpoint_url) as before:
        aio.attach(before, {table: old})
        await before.put_item(TableName=table, Item=to_wire(ITEM))
        aio.attach(client, {table: structured(table, legacy_override=override)})
        _, answer = await asyncio.gather(tick_until_asked(slow), client.get_item(TableName=table, Key=KEY))
    assert from_wire(answer["Item"]) == ITEM
    assert threading.get_ident() not in slow.threads


async def test_a_keyring_that_never_blocks_is_asked_in_the_loop(database: Database, table: str) -> None:
    prompt = PromptKeyring(go_on=True)
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: structured(table, keyring=prompt)})
        await client.put_item(TableName=table, Item=to_wire(ITEM))
    assert set(prompt.threads) == {threading.get_ident()}


def test_which_tables_may_block(keys: Keys) -> None:
    info = TableInfo("visits", TableIndex("patient", "visit"))

    def may_block(**changes: Any) -> bool:
        return structured("visits", **changes).table(info).may_block

    kms = AwsKmsKeyring("arn:aws:kms:eu-central-1:123456789012:key/1")
    for over in OVER.values():
        assert may_block(**over(kms))
        assert may_block(**over(SlowKeyring()))
    for name in OVER.keys() - {"own"}:
        assert not may_block(**OVER[name](keyring()))
        assert not may_block(**OVER[name](PromptKeyring()))
    assert may_block(keyring=MultiKeyring(keyring(), [keyring("other"), SlowKeyring()]))
    required = ["aws-crypto-attr.status"]
    assert may_block(keyring=None, cmm=RequiredEncryptionContextCmm(SlowKeyring(), required))
    assert not may_block(keyring=None, cmm=RequiredEncryptionContextCmm(keyring(), required))
    static = legacy(keys)
    for provider, expected in ((static.materials_provider, False), (SlowProvider(static), True)):
        override = LegacyOverride(READS_LEGACY, provider, static.attribute_actions)
        assert may_block(legacy_override=override) is expected


async def test_streams(database: Database) -> None:
    table = database.create_table(**STREAM)
    changed = {**ITEM, "name": "another protected name"}
    config = structured(table)
    async with (
        connect_client(database.endpoint_url) as client,
        connect_client(database.endpoint_url, service="dynamodbstreams") as streams,
        connect_client(database.endpoint_url, service="dynamodbstreams") as plain,
    ):
        aio.attach(client, {table: config})
        aio.attach(streams, {table: config})
        for item in (ITEM, changed):
            await client.put_item(TableName=table, Item=to_wire(item))
        arn = (await client.describe_table(TableName=table))["Table"]["LatestStreamArn"]
        shard = (await streams.describe_stream(StreamArn=arn))["StreamDescription"]["Shards"][0]["ShardId"]
        where = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        iterator = (await streams.get_shard_iterator(**where))["ShardIterator"]
        _, record = (await streams.get_records(ShardIterator=iterator))["Records"]
        assert from_wire(record["dynamodb"]["NewImage"]) == changed
        assert from_wire(record["dynamodb"]["OldImage"]) == ITEM
        with pytest.raises(UnsupportedOperationError, match="did not come from this client"):
            await streams.get_records(ShardIterator="from elsewhere")
        iterator = (await plain.get_shard_iterator(**where))["ShardIterator"]
        _, raw = (await plain.get_records(ShardIterator=iterator))["Records"]
        assert_is_structured(raw["dynamodb"]["NewImage"], changed)
        decrypted = await aio.decrypt_stream_record(raw, config)
        assert from_wire(decrypted["dynamodb"]["NewImage"]) == changed
        assert from_wire(decrypted["dynamodb"]["OldImage"]) == ITEM
    database.client.delete_table(TableName=table)
