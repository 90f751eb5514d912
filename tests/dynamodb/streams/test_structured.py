# SPDX-License-Identifier: Apache-2.0
"""Stream records of tables of the structured format, and of tables on their way to it."""

import base64
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from ddbcrypt.attach import attach
from ddbcrypt.dynamodb.options import request_options
from ddbcrypt.dynamodb.protected import PlaintextItem
from ddbcrypt.exceptions import InvalidArgumentError, ItemNotEncryptedError, SignatureVerificationError
from ddbcrypt.keyrings import DataKeyUnwrappingError
from ddbcrypt.metrics import Metrics
from ddbcrypt.streams import decrypt_stream_record
from ddbcrypt.structured import LegacyOverride, LegacyPolicy, PlaintextOverride
from ddbcrypt.structures import TableIndex, TableInfo
from tests.dynamodb.attach.attached import config as legacy
from tests.dynamodb.attach.attached import tamper
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import Item, from_wire, key_of, to_wire, visit
from tests.dynamodb.library import Keys
from tests.dynamodb.streams.records import (
    change,
    kinesis_change,
    kinesis_client_record,
    kinesis_lambda_record,
    lambda_record,
)
from tests.dynamodb.structured.tables import SHAPES, STRUCTURED_RESERVED, SYMMETRIC, Shape, keyring, structured
from tests.support.connect import connect_client, connect_service

TABLE = "visits-physical"
INFO = TableInfo(TABLE, TableIndex("patient", "visit"))
KEYS = Keys()
#: The name that items are bound to is not the table's, as after a restore into another table.
LOGICAL = "visits"
FIRST, SECOND = visit(1), {**visit(1), "name": "another protected name"}
#: Small: DynamoDB Local's streams leave an empty binary value out, and a set has no order.
PLAIN = {**key_of(FIRST), "name": "in plaintext", "scan": FIRST["scan"]}
RECORDS: dict[str, Callable[[str, Item], Item]] = {
    "lambda": lambda_record,
    "kinesis-lambda": kinesis_lambda_record,
    "kinesis-client": kinesis_client_record,
    "kinesis-json": kinesis_change,
}
READS_PLAINTEXT = PlaintextOverride.FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}


def encrypted(item: Item, config: Any) -> Item:
    """An item as it is stored."""
    stored: Item = config.table(INFO).encrypt([to_wire(item)])[0]
    return stored


def reads_legacy() -> Any:
    """A configuration that reads what the legacy one wrote."""
    old = legacy(KEYS)
    policy = LegacyPolicy.FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT
    return structured(LOGICAL, legacy_override=LegacyOverride(policy, old.materials_provider, old.attribute_actions))


@pytest.mark.parametrize("suite", SHAPES, ids=str)
@pytest.mark.parametrize("shape", RECORDS.values(), ids=RECORDS)
def test_both_images(shape: Callable[[str, Item], Item], suite: Shape) -> None:
    config = structured(LOGICAL, suite)
    record = shape(TABLE, change(FIRST, NewImage=encrypted(SECOND, config), OldImage=encrypted(FIRST, config)))
    before = copy.deepcopy(record)
    result = decrypt_stream_record(record, {TABLE: config}, binaries="bytes")
    assert from_wire(result["dynamodb"]["NewImage"]) == SECOND
    assert from_wire(result["dynamodb"]["OldImage"]) == FIRST
    assert from_wire(result["dynamodb"]["Keys"]) == key_of(FIRST)
    assert record == before


@pytest.mark.parametrize("shape", RECORDS.values(), ids=RECORDS)
def test_binaries_stay_text_as_they_came(shape: Callable[[str, Item], Item]) -> None:
    config = structured(LOGICAL)
    result = decrypt_stream_record(shape(TABLE, change(FIRST, NewImage=encrypted(FIRST, config))), config)
    json.dumps(result)  # nothing in it but what JSON has
    assert result["dynamodb"]["NewImage"]["scan"] == {"B": base64.b64encode(FIRST["scan"].value).decode()}


def test_a_record_need_not_name_its_table() -> None:
    """The configuration has the logical name and the primary key itself."""
    config = structured(LOGICAL)
    result = decrypt_stream_record({"dynamodb": change(FIRST, NewImage=encrypted(FIRST, config))}, config)
    assert from_wire(result["dynamodb"]["NewImage"]) == FIRST
    assert not STRUCTURED_RESERVED & result["dynamodb"]["NewImage"].keys()
    with pytest.raises(InvalidArgumentError, match="does not say which table"):
        decrypt_stream_record({"dynamodb": change(FIRST)}, {TABLE: config})


@pytest.mark.parametrize("suite", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["status", "name", "aws_dbe_head", "aws_dbe_foot", "visit"])
def test_changed_images_are_refused(name: str, suite: Shape) -> None:
    config = structured(LOGICAL, suite)
    stored = encrypted(FIRST, config)
    stored[name] = encrypted(visit(2), config)[name]
    metrics = Metrics()
    record = lambda_record(TABLE, {**change(FIRST, NewImage=stored), "Keys": key_of(stored)})
    # keys, and what is in the encryption context, also decide whether the data key decrypts
    with pytest.raises((SignatureVerificationError, DataKeyUnwrappingError)) as raised:
        decrypt_stream_record(record, config, metrics=metrics)
    assert raised.value.item_key == key_of(stored)
    assert "It is in the stream record" in raised.value.__notes__[-1]
    assert metrics.snapshot() == {"items_failed": 1}


def test_images_from_elsewhere_are_refused() -> None:
    config = structured(LOGICAL)
    with pytest.raises(SignatureVerificationError, match="another item than its Keys"):
        decrypt_stream_record(lambda_record(TABLE, change(FIRST, NewImage=encrypted(visit(2), config))), config)
    for other in (structured("elsewhere"), structured(LOGICAL, keyring=keyring("other"))):
        record = lambda_record(TABLE, change(FIRST, NewImage=encrypted(FIRST, other)))
        with pytest.raises(DataKeyUnwrappingError, match="visit=1"):
            decrypt_stream_record(record, config)


def test_a_plaintext_image_is_refused_or_marked() -> None:
    record = lambda_record(TABLE, change(FIRST, NewImage=to_wire(FIRST)))
    with pytest.raises(ItemNotEncryptedError, match="visit=1"):
        decrypt_stream_record(record, structured(LOGICAL))
    metrics = Metrics()
    config = structured(LOGICAL, plaintext_override=READS_PLAINTEXT)
    for binaries in ("as_given", "bytes"):
        record = lambda_record(TABLE, change(FIRST, NewImage=to_wire(PLAIN), OldImage=encrypted(PLAIN, config)))
        body = decrypt_stream_record(record, config, binaries=binaries, metrics=metrics)["dynamodb"]
        assert isinstance(body["NewImage"], PlaintextItem)
        assert type(body["OldImage"]) is dict
        assert body["NewImage"] == body["OldImage"]
    counts = metrics.snapshot()
    assert (counts["plaintext_reads"], counts["items_decrypted"]) == (2, 2)


def test_a_record_of_the_change_to_this_format() -> None:
    """An item that a migration rewrote: its old image is in the legacy format."""
    old = legacy(KEYS).table(TableInfo(LOGICAL, TableIndex("patient", "visit"))).encrypt([to_wire(FIRST)])[0]
    config = reads_legacy()
    record = lambda_record(TABLE, change(FIRST, NewImage=encrypted(SECOND, config), OldImage=old))
    body = decrypt_stream_record(record, config, binaries="bytes")["dynamodb"]
    assert (from_wire(body["OldImage"]), from_wire(body["NewImage"])) == (FIRST, SECOND)
    with pytest.raises(ItemNotEncryptedError):
        decrypt_stream_record(record, structured(LOGICAL))


@pytest.mark.parametrize("suite", [SYMMETRIC, SHAPES[-1]], ids=str)
def test_get_records(database: Database, suite: Shape) -> None:
    table = database.create_table(**STREAM)
    config = structured(LOGICAL, suite, plaintext_override=READS_PLAINTEXT)
    client = attach(connect_client(database.endpoint_url), {table: config})
    for item in (FIRST, SECOND):
        client.put_item(TableName=table, Item=to_wire(item))
    client.delete_item(TableName=table, Key=to_wire(key_of(FIRST)))
    database.client.put_item(TableName=table, Item=to_wire(PLAIN))
    client.put_item(TableName=table, Item=to_wire(visit(4)))
    tamper(database.client, table, visit(4))
    metrics = Metrics()
    streams = attach(connect_service("dynamodbstreams", database.endpoint_url), {table: config}, metrics=metrics)
    arn = client.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    with pytest.raises((SignatureVerificationError, DataKeyUnwrappingError), match="visit=4"):
        streams.get_records(ShardIterator=iterator)
    with request_options(on_error="collect") as options:
        records = [record["dynamodb"] for record in streams.get_records(ShardIterator=iterator)["Records"]]
    images = [
        tuple(from_wire(record[name]) if name in record else None for name in ("OldImage", "NewImage"))
        for record in records
    ]
    assert images == [(None, FIRST), (FIRST, SECOND), (SECOND, None), (None, PLAIN), (None, visit(4))]
    assert [type(record.get("NewImage")) is PlaintextItem for record in records] == [False, False, False, True, False]
    (failed,) = options.failures
    assert (failed.table_name, failed.key) == (table, to_wire(key_of(visit(4))))
    database.client.delete_table(TableName=table)
