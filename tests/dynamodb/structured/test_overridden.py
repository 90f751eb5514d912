# SPDX-License-Identifier: Apache-2.0
"""Plaintext items and items of the legacy format in a structured table, under each policy, through boto3."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

import ddbcrypt
from ddbcrypt import Metrics
from ddbcrypt.dynamodb.protected import PlaintextItem
from ddbcrypt.exceptions import ItemNotEncryptedError, SignatureVerificationError
from ddbcrypt.structured import LegacyOverride, LegacyPolicy, PlaintextOverride
from tests.dynamodb.attach.attached import attached_client, config, put_all, tamper
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front
from tests.dynamodb.items import ACTIONS, from_wire, key_of, to_wire, visit
from tests.dynamodb.leaks import assert_is_ciphertext
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.dynamodb.structured.tables import (
    LEGACY_RESERVED,
    SHAPES,
    STRUCTURED_RESERVED,
    Shape,
    assert_is_structured,
    client_of,
    structured,
    structured_front,
)
from tests.support.endpoint import Endpoint, Forward

ITEM = visit(1)
RENAMED = {**ITEM, "name": "protected change"}
READS = PlaintextOverride.FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ
WRITES = PlaintextOverride.FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ
NEVER = PlaintextOverride.FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ
KINDS = ("attached-client", "attached-table", "table")


def _front(kind: str, database: Database, table: str, metrics: Metrics | None = None, **changes: Any) -> Front:
    return structured_front(kind, database.endpoint_url, table, structured(table, **changes), metrics=metrics)


def _rename(front: Front, **parameters: Any) -> Any:
    return front.call(
        "update_item",
        Key=front.outgoing(key_of(ITEM)),
        UpdateExpression="SET #n = :n",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues=front.outgoing({":n": RENAMED["name"]}),
        **parameters,
    )


def _count_view(front: Front) -> None:
    front.call(
        "update_item",
        Key=front.outgoing(key_of(ITEM)),
        UpdateExpression="ADD #v :one",
        ExpressionAttributeNames={"#v": "views"},
        ExpressionAttributeValues=front.outgoing({":one": 1}),
    )


def _stored(database: Database, table: str) -> dict[str, Any]:
    (stored,) = database.raw_items(table)
    return stored


@pytest.mark.parametrize("kind", KINDS)
def test_a_plaintext_read_is_marked_and_counted(database: Database, table: str, kind: str) -> None:
    metrics = Metrics()
    front = _front(kind, database, table, metrics, plaintext_override=READS)
    client = client_of(front)
    front.put(visit(2))
    database.client.put_item(TableName=table, Item=to_wire(ITEM))
    key = front.outgoing(key_of(ITEM))
    gets = [{"Get": {"TableName": table, "Key": key, "ProjectionExpression": "visit"}}]
    part = {"ProjectionExpression": "#n, details", "ExpressionAttributeNames": {"#n": "name"}}
    found = [
        front.call("get_item", Key=key)["Item"],
        front.call("get_item", Key=key, **part)["Item"],
        front.call("query", **front.key_condition("p-001"), Limit=1)["Items"][0],
        front.call(
            "scan",
            FilterExpression="#s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues=front.outgoing({":s": "status 1"}),
            ProjectionExpression="visit",
        )["Items"][0],
        client.batch_get_item(RequestItems={table: {"Keys": [key]}})["Responses"][table][0],
        client.transact_get_items(TransactItems=gets)["Responses"][0]["Item"],
    ]
    assert [type(item) for item in found] == [PlaintextItem] * len(found)
    whole = [front.incoming(found[place]) for place in (0, 2, 4)]
    assert whole == [ITEM] * 3
    assert front.incoming(found[1]) == {"name": ITEM["name"], "details": ITEM["details"]}
    assert metrics.snapshot()["plaintext_reads"] == len(found)
    assert metrics.snapshot().get("items_decrypted", 0) == 0
    encrypted = front.call("get_item", Key=front.outgoing(key_of(visit(2))))["Item"]
    assert type(encrypted) is dict
    assert metrics.snapshot()["plaintext_reads"] == len(found)
    assert metrics.snapshot()["items_decrypted"] == 1


def test_plaintext_is_refused_without_a_policy(database: Database, table: str) -> None:
    database.client.put_item(TableName=table, Item=to_wire(ITEM))
    for changes in ({}, {"plaintext_override": NEVER}):
        metrics = Metrics()
        front = _front("table", database, table, metrics, **changes)
        with pytest.raises(ItemNotEncryptedError, match=r"visit=1\b"):
            front.get(key_of(ITEM))
        with pytest.raises(ItemNotEncryptedError, match=r"visit=1\b"):
            _rename(front)
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            _count_view(front)
        assert "plaintext_reads" not in metrics.snapshot()
    assert from_wire(_stored(database, table)) == ITEM


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_of_a_plaintext_item_encrypts_it(database: Database, table: str, kind: str) -> None:
    front = _front(kind, database, table, plaintext_override=READS)
    database.client.put_item(TableName=table, Item=to_wire(ITEM))
    _count_view(front)
    assert from_wire(_stored(database, table)) == {**ITEM, "views": Decimal(2)}
    answer = _rename(front, ReturnValues="ALL_OLD")
    assert type(answer["Attributes"]) is PlaintextItem
    assert front.incoming(answer["Attributes"]) == {**ITEM, "views": Decimal(2)}
    assert_is_structured(_stored(database, table), {**RENAMED, "views": Decimal(2)})
    _count_view(front)
    assert front.get(key_of(ITEM)) == {**RENAMED, "views": Decimal(3)}


def test_where_plaintext_is_written(database: Database, table: str) -> None:
    front = _front("attached-table", database, table, plaintext_override=WRITES)
    front.put(ITEM)
    assert from_wire(_stored(database, table)) == ITEM
    assert front.get(key_of(ITEM)) == ITEM
    _rename(front)
    assert from_wire(_stored(database, table)) == RENAMED
    # what was encrypted before is read nevertheless
    _front("table", database, table).put(ITEM)
    assert_is_structured(_stored(database, table), ITEM)
    assert front.get(key_of(ITEM)) == ITEM


def test_an_update_where_plaintext_is_written_decrypts_an_encrypted_item(database: Database, table: str) -> None:
    _front("table", database, table).put(ITEM)
    front = _front("attached-table", database, table, plaintext_override=WRITES)
    _count_view(front)
    assert_is_structured(_stored(database, table), {**ITEM, "views": Decimal(2)})
    _rename(front)
    assert from_wire(_stored(database, table)) == {**RENAMED, "views": Decimal(2)}
    assert front.get(key_of(ITEM)) == {**RENAMED, "views": Decimal(2)}
    front.call("delete_item", Key=key_of(ITEM))
    _count_view(front)  # as without ddbcrypt, an update makes an item
    assert front.get(key_of(ITEM)) == {**key_of(ITEM), "views": Decimal(1)}


@pytest.mark.parametrize("kind", KINDS)
def test_old_images_in_plaintext_are_marked(database: Database, table: str, kind: str) -> None:
    metrics = Metrics()
    front = _front(kind, database, table, metrics, plaintext_override=READS)
    database.client.put_item(TableName=table, Item=to_wire(ITEM))
    with pytest.raises(ClientError, match="ConditionalCheckFailed") as caught:
        _rename(
            front, ConditionExpression="attribute_not_exists(remark)", ReturnValuesOnConditionCheckFailure="ALL_OLD"
        )
    assert caught.value.response["Item"]["name"] == to_wire(ITEM)["name"]
    assert type(caught.value.response["Item"]) is PlaintextItem
    new = _rename(front, ReturnValues="UPDATED_NEW")["Attributes"]
    assert type(new) is dict
    database.client.put_item(TableName=table, Item=to_wire(ITEM))
    old = front.put(RENAMED, ReturnValues="ALL_OLD")
    database.client.put_item(TableName=table, Item=to_wire(ITEM))
    gone = front.call("delete_item", Key=front.outgoing(key_of(ITEM)), ReturnValues="ALL_OLD")["Attributes"]
    assert type(gone) is PlaintextItem
    assert front.incoming(gone) == old["Attributes"] == ITEM
    assert metrics.snapshot()["plaintext_reads"] == 4


@pytest.mark.parametrize("policy", [READS, WRITES])
def test_a_plaintext_item_that_others_change_meanwhile(
    endpoint: Endpoint, database: Database, table: str, policy: PlaintextOverride
) -> None:
    """Another writer makes the very change that is tried: an update that was overtaken so is no update carried out."""
    counted = {**ITEM, "insurance": Decimal(1)}
    database.client.put_item(TableName=table, Item=to_wire(counted))
    metrics = Metrics()
    config = structured(table, plaintext_override=policy)
    front = structured_front("attached-table", endpoint.endpoint_url, table, config, metrics=metrics)
    ahead = [{**counted, "insurance": Decimal(2)}]

    def overtake(operation: str, _: dict[str, Any], __: Forward) -> None:
        if operation == "UpdateItem" and ahead:
            database.client.put_item(TableName=table, Item=to_wire(ahead.pop()))

    endpoint.inject(overtake)
    front.call(
        "update_item",
        Key=key_of(ITEM),
        UpdateExpression="SET insurance = insurance + :one",
        ExpressionAttributeValues={":one": 1},
    )
    assert front.get(key_of(ITEM))["insurance"] == 3
    assert metrics.snapshot()["update_conflicts"] == 1


def _legacy(policy: LegacyPolicy, keys: Keys) -> LegacyOverride:
    legacy = config(keys)
    return LegacyOverride(policy, DDBCRYPT.provider(keys), legacy.attribute_actions)


def _put_legacy(database: Database, table: str, keys: Keys, *numbers: int) -> None:
    put_all(attached_client(database.endpoint_url, {table: config(keys)}), table, [visit(n) for n in numbers])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_update_of_a_legacy_item_makes_it_structured(
    database: Database, table: str, keys: Keys, shape: Shape
) -> None:
    override = _legacy(LegacyPolicy.FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT, keys)
    made = structured(table, shape, legacy_override=override)
    front = structured_front("attached-table", database.endpoint_url, table, made)
    _put_legacy(database, table, keys, 1)
    _count_view(front)
    assert LEGACY_RESERVED <= _stored(database, table).keys()
    assert front.get(key_of(ITEM)) == {**ITEM, "views": Decimal(2)}
    _rename(front)
    stored = _stored(database, table)
    assert_is_structured(stored, {**RENAMED, "views": Decimal(2)})
    assert stored.keys() >= STRUCTURED_RESERVED
    _count_view(front)
    assert front.get(key_of(ITEM)) == {**RENAMED, "views": Decimal(3)}


@pytest.mark.parametrize("is_legacy", [True, False], ids=["legacy", "plaintext"])
@pytest.mark.parametrize("there_before", [True, False], ids=["changed", "added"])
def test_what_no_signature_covers_yet_is_not_overwritten(
    endpoint: Endpoint, database: Database, table: str, keys: Keys, there_before: bool, is_legacy: bool
) -> None:
    """An attribute that is protected from now on and was not before, and that another writer changes meanwhile."""
    item = ITEM if there_before else {name: value for name, value in ITEM.items() if name != "remark"}
    changes: dict[str, Any] = {"plaintext_override": READS}
    if is_legacy:
        unsigned = DDBCRYPT.actions("ENCRYPT_AND_SIGN", {**ACTIONS, "remark": "DO_NOTHING"})
        policy = LegacyPolicy.FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT
        changes = {"legacy_override": LegacyOverride(policy, DDBCRYPT.provider(keys), unsigned)}
        old = ddbcrypt.LegacyTableConfig(DDBCRYPT.provider(keys), unsigned)
        put_all(attached_client(database.endpoint_url, {table: old}), table, [item])
    else:
        database.client.put_item(TableName=table, Item=to_wire(item))
    ahead = ["protected by nobody"]

    def overtake(operation: str, _: dict[str, Any], __: Forward) -> None:
        if operation == "UpdateItem" and ahead:
            database.client.update_item(
                TableName=table,
                Key=to_wire(key_of(ITEM)),
                UpdateExpression="SET remark = :r",
                ExpressionAttributeValues={":r": {"S": ahead.pop()}},
            )

    endpoint.inject(overtake)
    front = structured_front("attached-table", endpoint.endpoint_url, table, structured(table, **changes))
    _rename(front)
    expected = {**RENAMED, "remark": "protected by nobody"}
    assert front.get(key_of(ITEM)) == expected
    assert_is_structured(_stored(database, table), expected)


@pytest.mark.parametrize("policy", LegacyPolicy)
@pytest.mark.parametrize("kind", KINDS)
def test_legacy_items_under_each_policy(moto: Database, keys: Keys, policy: LegacyPolicy, kind: str) -> None:
    table = moto.create_table()
    _put_legacy(moto, table, keys, 1, 2)
    metrics = Metrics()
    front = _front(kind, moto, table, metrics, legacy_override=_legacy(policy, keys))
    front.put(visit(3))
    (written,) = (item for item in moto.raw_items(table) if item["visit"] == {"N": "3"})
    if policy.writes_legacy:
        assert_is_ciphertext(written, visit(3))
    else:
        assert_is_structured(written, visit(3))
    if policy.reads_legacy:
        assert front.query("p-001")["Items"] == [visit(1), visit(2), visit(3)]
        tamper(moto.client, table, visit(2))
        with pytest.raises(SignatureVerificationError, match=r"visit=2\b"):
            front.query("p-001")
        return
    with pytest.raises(ItemNotEncryptedError, match=r"visit=1\b"):
        front.query("p-001")
    with ddbcrypt.request_options(on_error="collect") as options:
        assert front.query("p-001")["Items"] == [visit(3)]
    assert [failed.key["visit"] for failed in options.failures] == [{"N": "1"}, {"N": "2"}]
    with pytest.raises(ItemNotEncryptedError):
        _rename(front)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        _count_view(front)
    assert metrics.snapshot()["items_failed"] >= 3


def test_updates_where_the_legacy_format_is_written(database: Database, table: str, keys: Keys) -> None:
    override = _legacy(LegacyPolicy.FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT, keys)
    front = _front("table", database, table, legacy_override=override)
    _front("table", database, table).put(ITEM)
    _rename(front)
    assert_is_ciphertext(_stored(database, table), RENAMED)
    _rename(front)
    assert front.get(key_of(ITEM)) == RENAMED
