# SPDX-License-Identifier: Apache-2.0
"""EncryptedTable."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.resources.base import ServiceResource

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    EncryptedClient,
    EncryptedTable,
    EncryptionContext,
    InvalidArgumentError,
    OldImageError,
    SignatureVerificationError,
    TableIndex,
    TableInfo,
    UnsupportedOperationError,
)
from tests.unit.client_recording import SECRET, Body, Recorder, actions, parsed, provider, python_item

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/people"
ATTRIBUTES = sorted(name for name in dir(Recorder().table()) if not name.startswith("_"))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def table(recorder: Recorder) -> EncryptedTable:
    return EncryptedTable(recorder.table(), provider(), attribute_actions=actions())


def test_an_item_is_stored_encrypted_and_read_back(recorder: Recorder, table: EncryptedTable) -> None:
    item = python_item(age=Decimal("41"), tags={"a", "b"}, numbers={Decimal(1), Decimal("2.5")}, raw=b"\x00\xff")
    before = copy.deepcopy(item)
    table.put_item(Item=item)
    assert item == before
    assert SECRET not in json.dumps(recorder.calls)
    (stored,) = recorder.stored()
    assert stored["id"] == {"S": "1"}
    assert set(stored["name"]) == {"B"}
    assert table.get_item(Key={"id": "1"})["Item"] == item
    assert "Item" not in table.get_item(Key={"id": "none"})
    assert [body["TableName"] for body in recorder.sent("DescribeTable")] == ["people"]


def test_queries_and_scans(recorder: Recorder, table: EncryptedTable) -> None:
    items = [python_item(str(number)) for number in range(3)]
    for item in items:
        table.put_item(Item=item)
    condition = Key("id").gte("0")
    assert table.query(KeyConditionExpression=condition, FilterExpression=Attr("city").exists())["Items"] == items
    first = table.scan(Limit=2)
    assert first["Items"] == items[:2]
    assert table.scan(ExclusiveStartKey=first["LastEvaluatedKey"])["Items"] == items[2:]
    assert table.scan(Select="COUNT")["Count"] == 3
    recorder.stored()[2]["city"] = {"S": "Basel"}
    with pytest.raises(SignatureVerificationError, match="id='2'"):
        table.scan()


def test_the_old_item_is_decrypted(recorder: Recorder, table: EncryptedTable) -> None:
    table.put_item(Item=python_item())
    condition = Attr("name").exists()
    response = table.put_item(Item=python_item(age=4), ReturnValues="ALL_OLD", ConditionExpression=condition)
    assert response["Attributes"] == python_item()
    recorder.stored()[0]["city"] = {"S": "Basel"}
    with pytest.raises(OldImageError) as caught:
        table.put_item(Item=python_item(), ReturnValues="ALL_OLD")
    assert caught.value.response is not None
    assert caught.value.response["Attributes"]["city"] == {"S": "Basel"}


def test_the_reference_clients_arguments_by_position(recorder: Recorder) -> None:
    info = TableInfo("people", TableIndex("id"))
    EncryptedTable(recorder.table(), provider(), info, actions(), False).put_item(Item=python_item())
    assert recorder.sent("DescribeTable") == []
    EncryptedClient(recorder.client(), provider(), actions(), True, False).scan(TableName="people")


def test_a_table_info_with_keys_needs_no_lookup(recorder: Recorder) -> None:
    info = TableInfo("people", TableIndex("id"), [])
    table = EncryptedTable(recorder.table(), provider(), table_info=info, attribute_actions=actions())
    table.put_item(Item=python_item())
    assert recorder.sent("DescribeTable") == []
    assert table.meta.client.scan(TableName="people")["Items"] == [python_item()]
    assert recorder.sent("DescribeTable") == []


def test_a_table_info_without_keys_is_not_changed(recorder: Recorder) -> None:
    info = TableInfo("people")
    EncryptedTable(recorder.table(), provider(), table_info=info).put_item(Item=python_item())
    assert info == TableInfo("people")
    assert len(recorder.sent("DescribeTable")) == 1


def test_the_name_in_a_table_info_is_what_is_signed(recorder: Recorder) -> None:
    """A table that was restored under another name is read under the name that its items were signed for."""
    EncryptedTable(recorder.table(), provider()).put_item(Item=python_item())
    (stored,) = recorder.stored()
    recorder.items["numbers"] = {"restored": stored}
    with pytest.raises(SignatureVerificationError):
        EncryptedTable(recorder.table("numbers"), provider(), TableInfo("numbers", TableIndex("id"))).scan()
    restored = EncryptedTable(recorder.table("numbers"), provider(), TableInfo("people", TableIndex("id")))
    assert restored.scan()["Items"] == [python_item()]


def test_a_table_by_arn_is_signed_by_name(recorder: Recorder, table: EncryptedTable) -> None:
    by_arn = EncryptedTable(recorder.table(ARN), provider(), attribute_actions=actions())
    by_arn.put_item(Item=python_item())
    assert recorder.sent("PutItem")[0]["TableName"] == ARN
    assert table.get_item(Key={"id": "1"})["Item"] == python_item()
    with by_arn.batch_writer() as batch:
        batch.put_item(Item=python_item("2"))
    assert table.get_item(Key={"id": "2"})["Item"] == python_item("2")


def test_unknown_keys_are_an_error(recorder: Recorder) -> None:
    for info in (None, TableInfo("people")):
        with pytest.raises(InvalidArgumentError, match="people"):
            EncryptedTable(recorder.table(), provider(), info, auto_refresh_table_indexes=False)
    assert recorder.calls == []


def test_an_action_that_would_encrypt_the_key_is_refused(recorder: Recorder) -> None:
    own_actions = AttributeActions(attribute_actions={"id": CryptoAction.ENCRYPT_AND_SIGN})
    with pytest.raises(InvalidArgumentError, match='"id"'):
        EncryptedTable(recorder.table(), provider(), attribute_actions=own_actions)


def test_actions_are_copied(recorder: Recorder) -> None:
    own_actions = actions()
    table = EncryptedTable(recorder.table(), provider(), attribute_actions=own_actions)
    assert own_actions == actions()
    own_actions.attribute_actions["name"] = CryptoAction.DO_NOTHING
    table.put_item(Item=python_item())
    table.meta.client.put_item(TableName="visits", Item={"id": "1", "at": 1, "name": SECRET})
    assert SECRET not in json.dumps(recorder.calls)


def test_a_requests_own_configuration(recorder: Recorder, table: EncryptedTable) -> None:
    config = CryptoConfig(provider(7), EncryptionContext("people", "id"), AttributeActions(CryptoAction.SIGN_ONLY))
    table.put_item(Item=python_item(), crypto_config=config)
    assert recorder.stored()[0]["name"] == {"S": SECRET}
    assert table.get_item(Key={"id": "1"}, crypto_config=config)["Item"] == python_item()
    condition = Attr("name").eq(SECRET)
    assert table.scan(FilterExpression=condition, crypto_config=config)["Items"] == [python_item()]
    with pytest.raises(SignatureVerificationError):
        table.scan()
    encrypting = CryptoConfig(provider(), EncryptionContext("people"), AttributeActions())
    with pytest.raises(InvalidArgumentError, match='"id"'):
        table.put_item(Item=python_item(), crypto_config=encrypting)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_of_a_boto3_table_is_there(table: EncryptedTable, name: str) -> None:
    assert hasattr(table, name)
    assert name in dir(table)


def test_what_describes_the_table_passes(recorder: Recorder, table: EncryptedTable) -> None:
    assert table.name == table.table_name == "people"
    assert table.table_status == "ACTIVE"
    table.reload()
    table.wait_until_exists()
    assert table.meta.data is not None
    assert table.meta.data["TableName"] == "people"
    assert table.meta.service_name == "dynamodb"
    assert table.meta.identifiers == ["name"]
    assert table.meta.resource_model.name == "Table"
    assert recorder.sent_item_calls() == []
    assert {"put_item", "table_status"} <= set(dir(table))
    assert repr(table) == "EncryptedTable(name='people')"


def test_attributes_that_do_not_exist(recorder: Recorder, table: EncryptedTable) -> None:
    recorder.calls.clear()
    assert not hasattr(table, "no_such_thing")
    assert not hasattr(EncryptedTable.__new__(EncryptedTable), "table_status")
    assert recorder.calls == []


def test_its_client_is_encrypted(recorder: Recorder, table: EncryptedTable) -> None:
    client = table.meta.client
    client.put_item(TableName="people", Item=python_item())
    assert SECRET not in json.dumps(recorder.calls)
    assert table.get_item(Key={"id": "1"})["Item"] == python_item()
    with pytest.raises(UnsupportedOperationError):
        client.execute_statement(Statement=SECRET)
    assert len(recorder.sent("DescribeTable")) == 1
    client.put_item(TableName="visits", Item={"id": "1", "at": 1, "name": SECRET})
    assert SECRET not in json.dumps(recorder.calls)
    assert len(recorder.sent("DescribeTable")) == 2


def test_the_table_that_was_given_stays_as_it_was(recorder: Recorder) -> None:
    boto = recorder.table()
    client = boto.meta.client
    table = EncryptedTable(boto, provider(), attribute_actions=actions())
    assert boto.meta.client is client
    assert table.meta.client is not client
    boto.put_item(Item=python_item())
    assert recorder.stored()[0]["name"] == {"S": SECRET}
    with pytest.raises(InvalidArgumentError, match="encrypts already"):
        EncryptedTable(table._table, provider())


def test_an_item_is_deleted(recorder: Recorder, table: EncryptedTable) -> None:
    table.put_item(Item=python_item())
    old = parsed(recorder.stored()[0])
    recorder.answers["DeleteItem"] = lambda _: {"Attributes": old}
    response = table.delete_item(
        Key={"id": "1"}, ReturnValues="ALL_OLD", ConditionExpression=Attr("name").exists() & Attr("city").eq("Bern")
    )
    assert response["Attributes"] == python_item()
    with pytest.raises(UnsupportedOperationError, match='"name"'):
        table.delete_item(Key={"id": "1"}, ConditionExpression=Attr("name").eq(SECRET))


def test_an_item_is_updated(recorder: Recorder, table: EncryptedTable) -> None:
    table.put_item(Item=python_item())
    before = dict(recorder.stored()[0])
    recorder.answers["UpdateItem"] = lambda _: {}
    response = table.update_item(
        Key={"id": "1"},
        UpdateExpression="SET #n = :n",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues={":n": SECRET + "!"},
        ReturnValues="ALL_NEW",
    )
    assert response["Attributes"] == python_item(name=SECRET + "!")
    (sent,) = recorder.sent("UpdateItem")
    assert SECRET not in json.dumps(sent)
    assert sent["ConditionExpression"]
    assert recorder.stored()[0] == before


def test_updates_may_be_refused(recorder: Recorder) -> None:
    table = EncryptedTable(recorder.table(), provider(), attribute_actions=actions(), update_mode="refuse")
    with pytest.raises(UnsupportedOperationError, match="update_item"):
        table.update_item(Key={"id": "1"}, UpdateExpression="REMOVE note")
    assert recorder.sent_item_calls() == []
    with pytest.raises(InvalidArgumentError, match="update_mode"):
        EncryptedTable(recorder.table(), provider(), update_mode="maybe")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("operation", "request_", "parameter"),
    [
        ("put_item", {"Item": python_item(), "TableName": "other"}, "TableName"),
        ("put_item", {"Item": python_item(), "Expected": {}}, "Expected"),
        ("get_item", {"Key": {"id": "1"}, "Also": SECRET}, "Also"),
        ("query", {"KeyConditions": {}}, "KeyConditions"),
        ("scan", {"ScanFilter": {}}, "ScanFilter"),
    ],
)
def test_parameters_are_refused_by_name(
    recorder: Recorder, table: EncryptedTable, operation: str, request_: dict[str, Any], parameter: str
) -> None:
    with pytest.raises(UnsupportedOperationError, match=parameter):
        getattr(table, operation)(**request_)
    assert recorder.sent_item_calls() == []


def test_projections_are_applied_after_verification(recorder: Recorder, table: EncryptedTable) -> None:
    table.put_item(Item=python_item())
    names = {"#n": "name"}
    expected = {"city": "Bern", "name": SECRET}
    got = table.get_item(Key={"id": "1"}, ProjectionExpression="city, #n", ExpressionAttributeNames=names)
    assert got["Item"] == expected
    assert table.scan(ProjectionExpression="city, #n", ExpressionAttributeNames=names)["Items"] == [expected]
    condition = Key("id").eq("1")
    read = table.query(
        KeyConditionExpression=condition, ProjectionExpression="city, #n", ExpressionAttributeNames=names
    )
    assert read["Items"] == [expected]
    for operation in ("GetItem", "Scan", "Query"):
        (body,) = recorder.sent(operation)
        assert "ProjectionExpression" not in body
        assert "name" not in body.get("ExpressionAttributeNames", {}).values()
    recorder.stored()[0]["note"] = {"S": "not signed"}
    recorder.stored()[0]["city"] = {"S": "Basel"}
    with pytest.raises(SignatureVerificationError):
        table.scan(ProjectionExpression="note")


def test_constructor_arguments_are_checked(recorder: Recorder) -> None:
    boto = recorder.table()
    with pytest.raises(TypeError, match="table"):
        EncryptedTable("people", provider())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Mock.*no botocore events"):
        EncryptedTable(mock.Mock(spec=ServiceResource), provider())
    with pytest.raises(TypeError, match="EncryptedTable"):
        EncryptedTable(EncryptedTable(boto, provider()), provider())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Table of dynamodb"):
        EncryptedTable(recorder.resource(), provider())
    with pytest.raises(TypeError, match="materials_provider"):
        EncryptedTable(boto, "key")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="table_info"):
        EncryptedTable(boto, provider(), "people")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="attribute_actions"):
        EncryptedTable(boto, provider(), None, {})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="auto_refresh_table_indexes"):
        EncryptedTable(boto, provider(), None, None, 1)  # type: ignore[arg-type]


def test_a_batch_writer(recorder: Recorder, table: EncryptedTable) -> None:
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item=python_item(str(number)))
        batch.delete_item(Key={"id": "59"})
    assert SECRET not in json.dumps(recorder.calls)
    assert [len(body["RequestItems"]["people"]) for body in recorder.sent("BatchWriteItem")] == [25, 25, 11]
    assert table.scan()["Items"] == [python_item(str(number)) for number in range(59)]
    assert len(recorder.sent("DescribeTable")) == 1


def test_a_batch_writer_sends_again_what_was_not_processed(recorder: Recorder, table: EncryptedTable) -> None:
    process = recorder._BatchWriteItem

    def half(body: Body) -> Body:
        requests = body["RequestItems"]["people"]
        left = requests[1:]
        process({"RequestItems": {"people": requests[:1]}})
        return {"UnprocessedItems": {"people": parsed(left)} if left else {}}

    recorder.answers["BatchWriteItem"] = half
    with table.batch_writer() as batch:
        for number in range(4):
            batch.put_item(Item=python_item(str(number)))
        batch.delete_item(Key={"id": "0"})
    assert len(recorder.sent("BatchWriteItem")) == 5
    assert SECRET not in json.dumps(recorder.calls)
    assert table.scan()["Items"] == [python_item(str(number)) for number in (1, 2, 3)]


def test_a_batch_writer_overwrites_by_key(recorder: Recorder) -> None:
    table = EncryptedTable(recorder.table("visits"), provider())
    with table.batch_writer(overwrite_by_pkeys=["id", "at"]) as batch:
        batch.put_item(Item={"id": "1", "at": 1, "name": "first"})
        batch.put_item(Item={"id": "1", "at": 2, "name": "other"})
        batch.put_item(Item={"id": "1", "at": 1, "name": "second"})
    (body,) = recorder.sent("BatchWriteItem")
    assert len(body["RequestItems"]["visits"]) == 2
    assert table.get_item(Key={"id": "1", "at": 1})["Item"]["name"] == "second"
