# SPDX-License-Identifier: Apache-2.0
"""Every kind of asynchronous object over both databases: what is stored is ciphertext, what comes back is the item."""

import asyncio
import datetime as dt
import traceback
from typing import Any

import pytest
from aiobotocore.session import get_session

from ddbcrypt import aio
from ddbcrypt.attach import attach, detach
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.dynamodb.options import request_options
from ddbcrypt.exceptions import SignatureVerificationError, UnsupportedOperationError, UnsupportedTypeError
from ddbcrypt.metrics import Metrics
from tests.aio.conftest import connect_client, connect_resource, session, settings
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import (
    ACTIONS,
    DEFAULT_ACTION,
    RESERVED,
    by_key,
    from_wire,
    is_protected,
    key_of,
    to_wire,
    visit,
)
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import REGION
from tests.support.connect import connect_client as connect_blocking
from tests.support.endpoint import Endpoint
from tests.support.injections import HoldBackKeys, HoldBackWrites, Throttle

BORN = dt.date(1961, 5, 4)
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}


@pytest.fixture
def config(keys: Keys) -> LegacyTableConfig:
    return LegacyTableConfig(DDBCRYPT.provider(keys), DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS))


def assert_ciphertext(database: Database, table: str, count: int) -> None:
    """Each stored item is signed, and its protected attributes are binary."""
    stored = database.raw_items(table)
    assert len(stored) == count
    for item in stored:
        assert RESERVED <= item.keys()
        assert all("B" in value for name, value in item.items() if is_protected(name))


async def test_client(database: Database, table: str, config: LegacyTableConfig) -> None:
    async with connect_client(database.endpoint_url) as client:
        assert aio.attach(client, {table: config}) is client
        item = to_wire(visit(1))
        await client.put_item(TableName=table, Item=item)
        assert item == to_wire(visit(1))
        assert_ciphertext(database, table, 1)
        answer = await client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))
        assert from_wire(answer["Item"]) == visit(1)
        answer = await client.delete_item(TableName=table, Key=to_wire(key_of(visit(1))), ReturnValues="ALL_OLD")
        assert from_wire(answer["Attributes"]) == visit(1)
        assert database.raw_items(table) == []


async def test_paginators_and_batches(database: Database, table: str, config: LegacyTableConfig) -> None:
    items = [visit(number) for number in range(7)]
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: config})
        requests = [{"PutRequest": {"Item": to_wire(item)}} for item in items]
        await client.batch_write_item(RequestItems={table: requests})
        assert_ciphertext(database, table, 7)
        got = await client.batch_get_item(RequestItems={table: {"Keys": [to_wire(key_of(item)) for item in items]}})
        assert by_key([from_wire(item) for item in got["Responses"][table]]) == items
        for operation, parameters in (
            ("scan", {}),
            (
                "query",
                {"KeyConditionExpression": "patient = :p", "ExpressionAttributeValues": {":p": {"S": "p-001"}}},
            ),
        ):
            pages = client.get_paginator(operation).paginate(
                TableName=table, PaginationConfig={"PageSize": 3}, **parameters
            )
            seen = [[from_wire(item) for item in page["Items"]] async for page in pages]
            assert [len(page) for page in seen][:2] == [3, 3]
            assert by_key([item for page in seen for item in page]) == items


async def test_resource_and_its_tables(database: Database, table: str, config: LegacyTableConfig) -> None:
    async with connect_resource(database.endpoint_url) as resource:
        attach(resource, {table: config})  # ddbcrypt.attach takes them too
        of_resource = await resource.Table(table)
        await of_resource.put_item(Item=visit(1))
        async with of_resource.batch_writer() as writer:
            for number in range(2, 31):
                await writer.put_item(Item=visit(number))
        assert_ciphertext(database, table, 30)
        answer = await of_resource.get_item(Key=key_of(visit(1)))
        assert answer["Item"] == visit(1)
        answer = await of_resource.scan()
        assert by_key(answer["Items"]) == [visit(number) for number in range(1, 31)]


async def test_a_table_alone(database: Database, table: str, config: LegacyTableConfig) -> None:
    async with connect_resource(database.endpoint_url) as resource:
        plain = await resource.Table(table)
        attached = aio.attach(plain, {table: config})
        assert attached is not plain
        await attached.put_item(Item=visit(1))
        assert_ciphertext(database, table, 1)
        assert (await attached.get_item(Key=key_of(visit(1))))["Item"] == visit(1)
        # the resource it came from is as it was
        assert RESERVED <= (await plain.get_item(Key=key_of(visit(1))))["Item"].keys()


async def test_session(database: Database, table: str, config: LegacyTableConfig) -> None:
    made = session()
    assert aio.attach(made, {table: config}) is made
    async with (
        made.client("dynamodb", **settings(database.endpoint_url)) as client,
        made.resource("dynamodb", **settings(database.endpoint_url)) as resource,
    ):
        await client.put_item(TableName=table, Item=to_wire(visit(1)))
        assert_ciphertext(database, table, 1)
        of_resource = await resource.Table(table)
        assert (await of_resource.get_item(Key=key_of(visit(1))))["Item"] == visit(1)
    detach(made)
    async with made.client("dynamodb", **settings(database.endpoint_url)) as client:
        raw = (await client.get_item(TableName=table, Key=to_wire(key_of(visit(1)))))["Item"]
        assert RESERVED <= raw.keys()


@pytest.mark.parametrize("of_session", [False, True])
async def test_no_error_shows_a_python_value(moto: Database, config: LegacyTableConfig, of_session: bool) -> None:
    made = aio.attach(session(), {"visits": config}) if of_session else session()
    async with made.resource("dynamodb", **settings(moto.endpoint_url)) as resource:
        if not of_session:
            aio.attach(resource, {"visits": config})
        visits = await resource.Table("visits")
        with pytest.raises(UnsupportedTypeError, match="'born'") as caught:
            await visits.put_item(Item={**visit(1), "born": BORN})
        assert "1961" not in "".join(traceback.format_exception(caught.value))


async def test_client_of_aiobotocore(database: Database, table: str, config: LegacyTableConfig) -> None:
    secrets = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
    async with get_session().create_client("dynamodb", **secrets, **settings(database.endpoint_url)) as client:
        aio.attach(client, {table: config})
        await client.put_item(TableName=table, Item=to_wire(visit(1)))
        assert_ciphertext(database, table, 1)
        waiter = client.get_waiter("table_exists")
        await waiter.wait(TableName=table)
        answer = await client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))
        assert from_wire(answer["Item"]) == visit(1)


async def test_many_tasks_at_once(database: Database, table: str, config: LegacyTableConfig) -> None:
    metrics = Metrics()
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: config}, metrics=metrics)
        await asyncio.gather(*(client.put_item(TableName=table, Item=to_wire(visit(n))) for n in range(40)))
        answers = await asyncio.gather(
            *(client.get_item(TableName=table, Key=to_wire(key_of(visit(n)))) for n in range(40))
        )
    assert [from_wire(answer["Item"]) for answer in answers] == [visit(n) for n in range(40)]
    assert_ciphertext(database, table, 40)
    assert metrics.snapshot()["items_encrypted"] == metrics.snapshot()["items_decrypted"] == 40


async def test_twice_and_detach(database: Database, table: str, config: LegacyTableConfig) -> None:
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: config})
        aio.attach(client, {table: config})
        await client.put_item(TableName=table, Item=to_wire(visit(1)))
        detach(client)
        raw = (await client.get_item(TableName=table, Key=to_wire(key_of(visit(1)))))["Item"]
        assert RESERVED <= raw.keys()
        aio.attach(client, {table: config})
        got = (await client.get_item(TableName=table, Key=to_wire(key_of(visit(1)))))["Item"]
        assert from_wire(got) == visit(1)


async def test_tampered_items(database: Database, table: str, config: LegacyTableConfig) -> None:
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: config})
        for number in range(3):
            await client.put_item(TableName=table, Item=to_wire(visit(number)))
        stored = database.raw_items(table)
        changed = next(item for item in stored if item["visit"] == {"N": "1"})
        database.client.put_item(TableName=table, Item={**changed, "status": {"S": "changed"}})
        with pytest.raises(SignatureVerificationError, match="visit=1"):
            await client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))
        with pytest.raises(SignatureVerificationError, match="visit=1"):
            await client.scan(TableName=table)
        with request_options(on_error="collect") as options:
            answer = await client.scan(TableName=table)
        assert by_key([from_wire(item) for item in answer["Items"]]) == [visit(0), visit(2)]
        assert [from_wire(dict(failure.key)) for failure in options.failures] == [key_of(visit(1))]


async def test_refusals_send_nothing(
    database: Database, table: str, config: LegacyTableConfig, endpoint: Endpoint
) -> None:
    async with connect_client(endpoint.endpoint_url) as client:
        aio.attach(client, {table: config})
        with pytest.raises(UnsupportedOperationError, match='"mistyped" is not configured'):
            await client.put_item(TableName="mistyped", Item=to_wire(visit(1)))
        with pytest.raises(UnsupportedOperationError):
            await client.execute_statement(Statement="SELECT * FROM visits")
        with pytest.raises(UnsupportedOperationError):
            await client.generate_presigned_url(
                "get_item", Params={"TableName": table, "Key": to_wire(key_of(visit(1)))}
            )
    assert endpoint.operations == []


async def test_throttling_is_retried(
    database: Database, table: str, config: LegacyTableConfig, endpoint: Endpoint
) -> None:
    endpoint.inject(Throttle("PutItem", 2))
    async with connect_client(endpoint.endpoint_url, attempts=4) as client:
        aio.attach(client, {table: config})
        await client.put_item(TableName=table, Item=to_wire(visit(1)))
    assert endpoint.operations == ["DescribeTable", "PutItem", "PutItem", "PutItem"]
    assert_ciphertext(database, table, 1)


async def test_tasks_share_a_look_up(
    database: Database, table: str, config: LegacyTableConfig, endpoint: Endpoint
) -> None:
    async with connect_client(endpoint.endpoint_url) as client:
        aio.attach(client, {table: config})

        async def put(number: int) -> None:
            await client.put_item(TableName=table, Item=to_wire(visit(number)))

        first, *others = [asyncio.create_task(put(number)) for number in range(5)]
        while not endpoint.operations:
            await asyncio.sleep(0.001)
        first.cancel()
        await asyncio.gather(*others)
        with pytest.raises(asyncio.CancelledError):
            await first
    assert endpoint.operations.count("DescribeTable") == 1
    assert endpoint.operations.count("PutItem") == 4
    assert_ciphertext(database, table, 4)


async def test_a_failed_look_up_is_made_again(
    database: Database, table: str, config: LegacyTableConfig, endpoint: Endpoint
) -> None:
    endpoint.inject(Throttle("DescribeTable", 1))
    async with connect_client(endpoint.endpoint_url, attempts=1) as client:
        aio.attach(client, {table: config})
        puts = [client.put_item(TableName=table, Item=to_wire(visit(number))) for number in range(3)]
        answers = await asyncio.gather(*puts, return_exceptions=True)
        assert all(isinstance(answer, client.exceptions.ClientError) for answer in answers)
        assert endpoint.operations == ["DescribeTable"]
        await client.put_item(TableName=table, Item=to_wire(visit(1)))
    assert endpoint.operations == ["DescribeTable", "DescribeTable", "PutItem"]


async def test_unprocessed_parts_can_be_sent_again(
    database: Database, table: str, config: LegacyTableConfig, endpoint: Endpoint
) -> None:
    items = [visit(number) for number in range(6)]
    endpoint.inject(HoldBackWrites(keep=2))
    endpoint.inject(HoldBackKeys(keep=2))
    async with connect_client(endpoint.endpoint_url) as client:
        aio.attach(client, {table: config})
        requests: Any = {table: [{"PutRequest": {"Item": to_wire(item)}} for item in items]}
        sent = 0
        while requests:
            requests = (await client.batch_write_item(RequestItems=requests))["UnprocessedItems"]
            sent += 1
        assert sent == 2
        assert_ciphertext(database, table, 6)
        wanted: Any = {table: {"Keys": [to_wire(key_of(item)) for item in items]}}
        got = []
        while wanted:
            answer = await client.batch_get_item(RequestItems=wanted)
            got += answer["Responses"].get(table, [])
            wanted = answer["UnprocessedKeys"]
    assert by_key([from_wire(item) for item in got]) == items


async def test_transactions(database: Database, table: str, config: LegacyTableConfig) -> None:
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: config})
        await client.transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": to_wire(visit(n))}} for n in range(2)]
        )
        assert_ciphertext(database, table, 2)
        answer = await client.transact_get_items(
            TransactItems=[{"Get": {"TableName": table, "Key": to_wire(key_of(visit(n)))}} for n in range(2)]
        )
        assert [from_wire(one["Item"]) for one in answer["Responses"]] == [visit(0), visit(1)]


async def test_update_of_protected_attributes(database: Database, table: str, config: LegacyTableConfig) -> None:
    async with connect_client(database.endpoint_url) as client:
        aio.attach(client, {table: config})
        await client.put_item(TableName=table, Item=to_wire({**visit(1), "seen": 0}))
        key = to_wire(key_of(visit(1)))

        async def add_one() -> None:
            await client.update_item(
                TableName=table,
                Key=key,
                UpdateExpression="SET seen = seen + :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

        for _ in range(4):
            if database.name == "moto":  # it checks a condition and writes in two steps, with other writes between
                for _ in range(3):
                    await add_one()
            else:
                await asyncio.gather(add_one(), add_one(), add_one())
        answer = await client.get_item(TableName=table, Key=key)
        assert from_wire(answer["Item"]) == {**visit(1), "seen": 12}
    assert_ciphertext(database, table, 1)


async def test_streams(database: Database, config: LegacyTableConfig) -> None:
    table = database.create_table(**STREAM)
    async with (
        connect_client(database.endpoint_url) as client,
        connect_client(database.endpoint_url, service="dynamodbstreams") as streams,
    ):
        aio.attach(client, {table: config})
        aio.attach(streams, {table: config})
        await client.put_item(TableName=table, Item=to_wire(visit(1)))
        arn = (await client.describe_table(TableName=table))["Table"]["LatestStreamArn"]
        shard = (await streams.describe_stream(StreamArn=arn))["StreamDescription"]["Shards"][0]["ShardId"]
        answer = await streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        (record,) = (await streams.get_records(ShardIterator=answer["ShardIterator"]))["Records"]
        assert from_wire(record["dynamodb"]["NewImage"]) == visit(1)
        with pytest.raises(UnsupportedOperationError, match="did not come from this client"):
            await streams.get_records(ShardIterator="from elsewhere")
        raw = {"tableName": table, "dynamodb": {"Keys": record["dynamodb"]["Keys"]}}
        assert await aio.decrypt_stream_record(raw, {table: _with_info(config, table)}) == raw
    database.client.delete_table(TableName=table)


def _with_info(config: LegacyTableConfig, table: str) -> LegacyTableConfig:
    structures = DDBCRYPT.module("structures")
    info = structures.TableInfo(table, structures.TableIndex("patient", "visit"))
    return LegacyTableConfig(config.materials_provider, config.attribute_actions, info)


def test_blocking_objects_are_refused(database: Database) -> None:
    with pytest.raises(UnsupportedOperationError, match="not of aiobotocore"):
        aio.attach(connect_blocking(database.endpoint_url), {})
    with pytest.raises(UnsupportedOperationError, match="object is not of aiobotocore"):
        aio.attach(object(), {})
