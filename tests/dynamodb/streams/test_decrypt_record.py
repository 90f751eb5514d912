# SPDX-License-Identifier: Apache-2.0
"""``decrypt_stream_record``: every way in which a record arrives, and records that are not what they seem."""

import base64
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.exceptions import (
    DeserializationError,
    InvalidArgumentError,
    ItemNotEncryptedError,
    NestingDepthError,
    SignatureVerificationError,
)
from ddbcrypt.metrics import Metrics
from ddbcrypt.streams import decrypt_stream_record
from ddbcrypt.structures import TableIndex, TableInfo
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, Item, from_wire, key_of, to_wire, visit
from tests.dynamodb.library import DDBCRYPT, REFERENCE, Keys
from tests.dynamodb.streams.records import (
    change,
    in_json,
    kinesis_change,
    kinesis_client_record,
    kinesis_lambda_record,
    lambda_record,
)

TABLE = "visits"
INFO = TableInfo(TABLE, TableIndex("patient", "visit"))
KEYS = Keys()
CONFIG = LegacyTableConfig(DDBCRYPT.provider(KEYS), DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS), INFO)
#: One key attribute, and a configuration that does not know its name.
LOOSE = LegacyTableConfig(DDBCRYPT.provider(KEYS), DDBCRYPT.actions(DEFAULT_ACTION, {**ACTIONS, "visit": "SIGN_ONLY"}))

RECORDS: dict[str, Callable[[str, Item], Item]] = {
    "lambda": lambda_record,
    "kinesis-lambda": kinesis_lambda_record,
    "kinesis-client": kinesis_client_record,
    "kinesis-json": kinesis_change,
}


def encrypted(item: Item, config: LegacyTableConfig = CONFIG) -> Item:
    """An item as it is stored."""
    return config.table(INFO).encrypt([to_wire(item)])[0]


def other(item: Item) -> Item:
    """The same item after a change."""
    return {**item, "name": "another protected name"}


@pytest.fixture(params=RECORDS)
def shape(request: pytest.FixtureRequest) -> Callable[[str, Item], Item]:
    """Each way of delivery."""
    return RECORDS[request.param]


def test_both_images(shape: Callable[[str, Item], Item]) -> None:
    item = visit(1)
    record = shape(TABLE, change(item, NewImage=encrypted(other(item)), OldImage=encrypted(item)))
    before = copy.deepcopy(record)
    result = decrypt_stream_record(record, CONFIG, binaries="bytes")
    assert from_wire(result["dynamodb"]["NewImage"]) == other(item)
    assert from_wire(result["dynamodb"]["OldImage"]) == item
    assert from_wire(result["dynamodb"]["Keys"]) == key_of(item)
    assert result["eventName"] == "MODIFY"
    assert record == before


def test_binaries_stay_text_as_they_came(shape: Callable[[str, Item], Item]) -> None:
    item = visit(2)
    result = decrypt_stream_record(shape(TABLE, change(item, NewImage=encrypted(item))), CONFIG)
    json.dumps(result)  # nothing in it but what JSON has
    image = result["dynamodb"]["NewImage"]
    assert image["scan"] == {"B": base64.b64encode(item["scan"].value).decode()}
    assert {tuple(sorted(image["samples"]["BS"]))} == {tuple(sorted(in_json(to_wire(item)["samples"]["BS"])))}
    assert image["details"]["M"]["binary"] == {"B": ""}
    assert "OldImage" not in result["dynamodb"]


def test_record_of_a_plain_client() -> None:
    item = visit(3)
    record = {"eventID": "1", "eventName": "INSERT", "dynamodb": change(item, NewImage=encrypted(item))}
    result = decrypt_stream_record(record, CONFIG)
    assert from_wire(result["dynamodb"]["NewImage"]) == item
    assert isinstance(result["dynamodb"]["NewImage"]["scan"]["B"], bytes)


def test_item_of_the_reference_client() -> None:
    item = visit(4)
    context = REFERENCE.module("structures").EncryptionContext(
        table_name=TABLE, partition_key_name="patient", sort_key_name="visit"
    )
    actions = REFERENCE.actions(DEFAULT_ACTION, {**ACTIONS, "patient": "SIGN_ONLY", "visit": "SIGN_ONLY"})
    config = REFERENCE.module("encrypted").CryptoConfig(REFERENCE.provider(KEYS), context, actions)
    stored = REFERENCE.module("encrypted.item").encrypt_dynamodb_item(to_wire(item), config)
    result = decrypt_stream_record(lambda_record(TABLE, change(item, OldImage=stored)), CONFIG, binaries="bytes")
    assert from_wire(result["dynamodb"]["OldImage"]) == item


def test_keys_only(shape: Callable[[str, Item], Item]) -> None:
    result = decrypt_stream_record(shape(TABLE, change(visit(5))), CONFIG)
    assert from_wire(result["dynamodb"]["Keys"]) == key_of(visit(5))


def test_primary_key_from_the_record() -> None:
    info = TableInfo(TABLE, TableIndex("patient"))
    stored = LOOSE.table(info).encrypt([to_wire(visit(6))])[0]
    body = {"Keys": {"patient": {"S": visit(6)["patient"]}}, "NewImage": stored}
    result = decrypt_stream_record(lambda_record(TABLE, body), LOOSE, binaries="bytes")
    assert from_wire(result["dynamodb"]["NewImage"]) == visit(6)


def test_two_key_attributes_need_a_table_info() -> None:
    record = lambda_record(TABLE, change(visit(7), NewImage=encrypted(visit(7))))
    with pytest.raises(InvalidArgumentError, match='"visits" is not known: give its configuration a table_info'):
        decrypt_stream_record(record, LOOSE)


def test_record_that_does_not_name_its_table() -> None:
    record = {"dynamodb": change(visit(8), NewImage=encrypted(visit(8)))}
    with pytest.raises(InvalidArgumentError, match="does not say which table"):
        decrypt_stream_record(record, LOOSE)
    with pytest.raises(InvalidArgumentError, match="does not say which table"):
        decrypt_stream_record(record, {TABLE: CONFIG})


def test_configurations_by_table_name(shape: Callable[[str, Item], Item]) -> None:
    record = shape(TABLE, change(visit(9), NewImage=encrypted(visit(9))))
    assert decrypt_stream_record(record, {TABLE: CONFIG, "others": LOOSE})["dynamodb"]["NewImage"]["status"]
    with pytest.raises(InvalidArgumentError, match='"visits", which has no configuration'):
        decrypt_stream_record(record, {"others": CONFIG})


def test_changed_image_is_refused(shape: Callable[[str, Item], Item]) -> None:
    stored = encrypted(visit(10))
    stored["status"] = {"S": "changed"}
    metrics = Metrics()
    with pytest.raises(SignatureVerificationError, match="patient='p-001'") as raised:
        decrypt_stream_record(shape(TABLE, change(visit(10), NewImage=stored)), CONFIG, metrics=metrics)
    assert "It is in the stream record" in raised.value.__notes__[-1]
    assert metrics.snapshot() == {"items_failed": 1}


def test_image_of_another_item_is_refused(shape: Callable[[str, Item], Item]) -> None:
    record = shape(TABLE, change(visit(11), NewImage=encrypted(visit(12))))
    with pytest.raises(SignatureVerificationError, match="of another item than its Keys"):
        decrypt_stream_record(record, CONFIG)


def test_image_of_another_table_is_refused() -> None:
    stored = CONFIG.table(TableInfo("elsewhere", TableIndex("patient", "visit"))).encrypt([to_wire(visit(13))])[0]
    with pytest.raises(SignatureVerificationError):
        decrypt_stream_record(lambda_record(TABLE, change(visit(13), NewImage=stored)), CONFIG)


def test_plaintext_image_is_refused() -> None:
    with pytest.raises(ItemNotEncryptedError):
        decrypt_stream_record(lambda_record(TABLE, change(visit(14), NewImage=to_wire(visit(14)))), CONFIG)


def test_good_image_is_not_handed_over_beside_a_bad_one() -> None:
    bad = {**encrypted(visit(15)), "status": {"S": "changed"}}
    with pytest.raises(SignatureVerificationError):
        decrypt_stream_record(
            lambda_record(TABLE, change(visit(15), NewImage=encrypted(visit(15)), OldImage=bad)), CONFIG
        )


def test_items_are_counted() -> None:
    metrics = Metrics()
    body = change(visit(16), NewImage=encrypted(visit(16)), OldImage=encrypted(visit(16)))
    decrypt_stream_record(lambda_record(TABLE, body), CONFIG, metrics=metrics)
    assert metrics.snapshot()["items_decrypted"] == 2


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"dynamodb": "text"},
        {"kinesis": {}},
        {"kinesis": {"data": "!!!"}},
        {"kinesis": {"data": base64.b64encode(b"not JSON").decode()}},
        {"kinesis": {"data": base64.b64encode(b"[" * 200_000).decode()}},
        {"kinesis": {"data": base64.b64encode(b'"dynamodb"').decode()}},
        {"Data": b"\xff\xfe"},
        {"Data": b'{"dynamodb": []}'},
        {"Data": b" " * (16 * 1024 * 1024 + 1)},
        {"dynamodb": {"NewImage": []}},
        {"dynamodb": {"Keys": 1}},
        {"tableName": TABLE, "dynamodb": {"NewImage": {"scan": {"B": "not base64"}}}},
    ],
    ids=[f"case{number}" for number in range(13)],
)
def test_no_record_of_a_table(record: Any) -> None:
    with pytest.raises(DeserializationError):
        decrypt_stream_record(record, CONFIG)


def test_deep_nesting_is_bounded() -> None:
    value: Item = {"B": ""}
    for _ in range(5000):
        value = {"L": [value]}
    with pytest.raises(NestingDepthError):
        decrypt_stream_record({"tableName": TABLE, "dynamodb": {"NewImage": {"deep": value}}}, CONFIG)


@pytest.mark.parametrize("text", ["!!", "é", "YQ"])
def test_text_that_is_not_base64(text: str) -> None:
    record = {"tableName": TABLE, "dynamodb": {"NewImage": {**to_wire(key_of(visit(1))), "scan": {"B": text}}}}
    with pytest.raises(DeserializationError, match="attribute 'scan'"):
        decrypt_stream_record(record, CONFIG)


def test_not_a_stream_arn() -> None:
    record = {"eventSourceARN": "arn:aws:s3:::bucket", "dynamodb": change(visit(1))}
    with pytest.raises(InvalidArgumentError, match="not the ARN of a DynamoDB stream"):
        decrypt_stream_record(record, CONFIG)


def test_wrong_arguments() -> None:
    record = lambda_record(TABLE, change(visit(1)))
    with pytest.raises(TypeError, match="a mapping, not list"):
        decrypt_stream_record([record], CONFIG)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="configuration is expected"):
        decrypt_stream_record(record, object())  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="binaries is"):
        decrypt_stream_record(record, CONFIG, binaries="text")  # type: ignore[arg-type]
