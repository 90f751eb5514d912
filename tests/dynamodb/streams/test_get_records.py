# SPDX-License-Identifier: Apache-2.0
"""``get_records`` of an attached ``dynamodbstreams`` client, on moto and DynamoDB Local."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

from ddbcrypt.attach import attach, detach
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.dynamodb.options import request_options
from ddbcrypt.exceptions import InvalidArgumentError, SignatureVerificationError, UnsupportedOperationError
from ddbcrypt.metrics import Metrics
from ddbcrypt.streams import flows
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, PARTITION_KEY, Item, from_wire, key_of, to_wire, visit
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import connect_client, connect_service
from tests.support.endpoint import Endpoint

STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}


@pytest.fixture
def streamed(database: Database) -> Iterator[str]:
    """The name of an empty table that has a stream."""
    name = database.create_table(**STREAM)
    yield name
    database.client.delete_table(TableName=name)


@pytest.fixture
def config(keys: Keys) -> LegacyTableConfig:
    return LegacyTableConfig(DDBCRYPT.provider(keys), DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS))


@pytest.fixture
def written(database: Database, streamed: str, config: LegacyTableConfig) -> list[Item]:
    """Two states of an item, which was then deleted, with an item beside it."""
    client = attach(connect_client(database.endpoint_url), {streamed: config})
    first, second, beside = visit(1), {**visit(1), "name": "another protected name"}, visit(2)
    for item in (first, second, beside):
        client.put_item(TableName=streamed, Item=to_wire(item))
    database.client.delete_item(TableName=streamed, Key=to_wire(key_of(first)))
    return [first, second, beside]


def stream_of(database: Database, table: str) -> tuple[str, str]:
    """The ARN of a table's stream, and its shard."""
    arn = database.client.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    plain = connect_service("dynamodbstreams", database.endpoint_url)
    return arn, plain.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]


def first_iterator(client: Any, database: Database, table: str) -> str:
    """An iterator at the stream's beginning."""
    arn, shard = stream_of(database, table)
    answer = client.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    iterator: str = answer["ShardIterator"]
    return iterator


def changes(response: Any) -> list[tuple[str, Item | None, Item | None]]:
    """Name, old and new image of each record."""
    images = [(record["eventName"], record["dynamodb"]) for record in response["Records"]]
    return [(name, _item(change, "OldImage"), _item(change, "NewImage")) for name, change in images]


def _item(change: Item, image: str) -> Item | None:
    return from_wire(change[image]) if image in change else None


def test_images_are_decrypted(
    database: Database, streamed: str, config: LegacyTableConfig, written: list[Item]
) -> None:
    first, second, beside = written
    metrics = Metrics()
    client = attach(connect_service("dynamodbstreams", database.endpoint_url), {streamed: config}, metrics=metrics)
    response = client.get_records(ShardIterator=first_iterator(client, database, streamed))
    assert changes(response) == [
        ("INSERT", None, first),
        ("MODIFY", first, second),
        ("INSERT", None, beside),
        ("REMOVE", second, None),
    ]
    assert metrics.snapshot()["items_decrypted"] == 5


def test_the_next_iterator_is_known(
    database: Database, streamed: str, config: LegacyTableConfig, written: list[Item]
) -> None:
    client = attach(connect_service("dynamodbstreams", database.endpoint_url), {streamed: config})
    iterator = first_iterator(client, database, streamed)
    seen = []
    for _ in range(10):
        response = client.get_records(ShardIterator=iterator, Limit=1)
        seen += changes(response)
        iterator = response["NextShardIterator"]
        if len(seen) == 4:
            break
    assert [name for name, _, _ in seen] == ["INSERT", "MODIFY", "INSERT", "REMOVE"]
    assert client.get_records(ShardIterator=iterator)["Records"] == []


def test_a_record_that_does_not_verify(
    database: Database, streamed: str, config: LegacyTableConfig, written: list[Item]
) -> None:
    bad = {**database.raw_items(streamed)[0], "status": {"S": "changed"}}
    database.client.put_item(TableName=streamed, Item=bad)
    client = attach(connect_service("dynamodbstreams", database.endpoint_url), {streamed: config})
    iterator = first_iterator(client, database, streamed)
    with pytest.raises(SignatureVerificationError, match=f"{PARTITION_KEY}='p-001'"):
        client.get_records(ShardIterator=iterator)
    with request_options(on_error="collect") as options:
        response = client.get_records(ShardIterator=iterator)
    assert [name for name, _, _ in changes(response)] == ["INSERT", "MODIFY", "INSERT", "REMOVE"]
    (failed,) = options.failures
    assert (failed.table_name, from_wire(dict(failed.key))) == (streamed, key_of(visit(2)))
    assert isinstance(failed.error, SignatureVerificationError)


def test_images_of_another_item(
    database: Database, streamed: str, config: LegacyTableConfig, written: list[Item]
) -> None:
    """A stream that swaps images of two items: each verifies, and is not what its record says."""
    client = connect_service("dynamodbstreams", database.endpoint_url)

    def swap(parsed: Any, **_: Any) -> None:
        if "Records" not in parsed:
            return
        first, _, beside, _ = (record["dynamodb"] for record in parsed["Records"])
        first["NewImage"], beside["NewImage"] = beside["NewImage"], first["NewImage"]

    client.meta.events.register_first("after-call.dynamodb-streams", swap)  # so it runs before ours
    attach(client, {streamed: config})
    iterator = first_iterator(client, database, streamed)
    with pytest.raises(SignatureVerificationError, match="another item than its Keys"):
        client.get_records(ShardIterator=iterator)
    with request_options(on_error="collect") as options:
        response = client.get_records(ShardIterator=iterator)
    assert [name for name, _, _ in changes(response)] == ["MODIFY", "REMOVE"]
    assert len(options.failures) == 2


def test_plaintext_table_passes(database: Database, streamed: str) -> None:
    item = {**key_of(visit(1)), "name": "of a plaintext table"}
    database.client.put_item(TableName=streamed, Item=to_wire(item))
    client = attach(connect_service("dynamodbstreams", database.endpoint_url), {}, plaintext_tables=[streamed])
    response = client.get_records(ShardIterator=first_iterator(client, database, streamed))
    assert changes(response) == [("INSERT", None, item)]


def test_detach(database: Database, streamed: str, config: LegacyTableConfig, written: list[Item]) -> None:
    client = attach(connect_service("dynamodbstreams", database.endpoint_url), {streamed: config})
    iterator = first_iterator(client, database, streamed)
    detach(client)
    response = client.get_records(ShardIterator=iterator)
    assert "*amzn-ddb-map-sig*" in response["Records"][0]["dynamodb"]["NewImage"]
    with pytest.raises(InvalidArgumentError, match="nothing is attached"):
        detach(client)


def test_refusals_send_nothing(moto: Database, moto_endpoint: Endpoint, config: LegacyTableConfig) -> None:
    metrics = Metrics()
    client = attach(connect_service("dynamodbstreams", moto_endpoint.endpoint_url), {"visits": config}, metrics=metrics)
    with pytest.raises(UnsupportedOperationError, match="did not come from this client"):
        client.get_records(ShardIterator="an iterator from elsewhere")
    arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/mistyped/stream/2026-11-24T08:00:00.000"
    with pytest.raises(UnsupportedOperationError, match='"mistyped" is not configured'):
        client.get_shard_iterator(StreamArn=arn, ShardId="s" * 30, ShardIteratorType="LATEST")
    with pytest.raises(UnsupportedOperationError, match="presign get_records"):
        client.generate_presigned_url("get_records", Params={"ShardIterator": "iterator"})
    assert moto_endpoint.requests == []
    assert metrics.snapshot() == {"refusals": 3}


def test_unknown_operations_and_members_are_refused() -> None:
    scene: Any = SimpleNamespace(metrics=Metrics())
    with pytest.raises(UnsupportedOperationError, match="GetFutureRecords"):
        flows.begin(scene, flows.Iterators(), "GetFutureRecords", {}, {})
    with pytest.raises(UnsupportedOperationError, match="'Future' of GetRecords"):
        flows.begin(scene, flows.Iterators(), "GetRecords", {"ShardIterator": "i", "Future": 1}, {})


def test_the_model_has_nothing_new() -> None:
    """What AWS adds to the service shows here, and is refused or left out until someone decides."""
    model = botocore.session.get_session().get_service_model("dynamodbstreams")
    assert {
        name: set(model.operation_model(name).input_shape.members) for name in model.operation_names
    } == flows.REQUESTS
    answer = model.operation_model("GetRecords").output_shape
    assert set(answer.members) <= flows.RESPONSE_MEMBERS
    record = answer.members["Records"].member
    assert set(record.members) == flows.RECORD_MEMBERS
    assert set(record.members["dynamodb"].members) == flows.CHANGE_MEMBERS


def test_remembered_iterators_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ddbcrypt.streams.iterators._MOST", 3)
    iterators = flows.Iterators()
    for name in "abc":
        iterators.remember(name, f"arn:{name}")
    assert iterators.stream_of("a") == "arn:a"
    iterators.remember("d", "arn:d")
    assert [iterators.stream_of(name) for name in "abcd"] == ["arn:a", None, "arn:c", "arn:d"]
    assert iterators.stream_of(None) is None
