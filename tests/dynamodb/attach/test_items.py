# SPDX-License-Identifier: Apache-2.0
"""One item through attached objects: written, read, deleted, with conditions, old images and projections."""

from __future__ import annotations

from typing import Any

import pytest

import ddbcrypt
from ddbcrypt.exceptions import (
    OldImageError,
    SignatureVerificationError,
    UnsupportedOperationError,
)
from tests.dynamodb.attach.attached import (
    SIGNATURE,
    attached_client,
    attached_table,
    config,
    put_all,
    tamper,
    wire_key,
)
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import from_wire, is_protected, key_of, to_wire, visit
from tests.dynamodb.library import Keys
from tests.support.connect import connect_client, connect_resource
from tests.support.endpoint import Answer, Endpoint, Forward
from tests.support.injections import Alter


@pytest.fixture
def client(database: Database, table: str, keys: Keys) -> Any:
    return attached_client(database.endpoint_url, {table: config(keys)})


def test_each_kind_of_object_reads_what_another_wrote(database: Database, table: str, keys: Keys) -> None:
    resource = ddbcrypt.attach(connect_resource(database.endpoint_url), {table: config(keys)})
    one_table = attached_table(database.endpoint_url, table, keys)
    client = attached_client(database.endpoint_url, {table: config(keys)})
    item = visit(1)
    writers = (
        lambda: client.put_item(TableName=table, Item=to_wire(item)),
        lambda: resource.Table(table).put_item(Item=item),
        lambda: resource.meta.client.put_item(TableName=table, Item=item),
        lambda: one_table.put_item(Item=item),
        lambda: one_table.meta.client.put_item(TableName=table, Item=item),
    )
    readers = (
        lambda: from_wire(client.get_item(TableName=table, Key=wire_key(item))["Item"]),
        lambda: resource.Table(table).get_item(Key=key_of(item))["Item"],
        lambda: resource.meta.client.get_item(TableName=table, Key=key_of(item))["Item"],
        lambda: one_table.get_item(Key=key_of(item))["Item"],
        lambda: one_table.meta.client.get_item(TableName=table, Key=key_of(item))["Item"],
    )
    for write in writers:
        write()
        (stored,) = database.raw_items(table)
        assert all(set(stored[name]) == {"B"} for name in item if is_protected(name))
        assert SIGNATURE in stored
        for read in readers:
            assert read() == item
        database.client.delete_item(TableName=table, Key=wire_key(item))


def test_caller_keeps_what_was_given(client: Any, table: str) -> None:
    item = to_wire(visit(1))
    request = {"TableName": table, "Item": item}
    client.put_item(**request)
    assert item == to_wire(visit(1))
    assert request["Item"] is item


def test_table_is_found_by_its_arn(database: Database, table: str, keys: Keys) -> None:
    arn = database.client.describe_table(TableName=table)["Table"]["TableArn"]
    by_name = attached_client(database.endpoint_url, {table: config(keys)})
    by_arn = attached_client(database.endpoint_url, {arn: config(keys)})
    by_arn.put_item(TableName=table, Item=to_wire(visit(1)))
    assert from_wire(by_name.get_item(TableName=table, Key=wire_key(visit(1)))["Item"]) == visit(1)


def test_old_item_of_put_and_delete(client: Any, table: str) -> None:
    assert "Attributes" not in client.put_item(TableName=table, Item=to_wire(visit(1)), ReturnValues="ALL_OLD")
    newer = {**visit(1), "status": "newer"}
    answer = client.put_item(TableName=table, Item=to_wire(newer), ReturnValues="ALL_OLD")
    assert from_wire(answer["Attributes"]) == visit(1)
    answer = client.delete_item(TableName=table, Key=wire_key(newer), ReturnValues="ALL_OLD")
    assert from_wire(answer["Attributes"]) == newer
    assert "Item" not in client.get_item(TableName=table, Key=wire_key(newer))


@pytest.mark.parametrize("method", ["put_item", "delete_item"])
def test_altered_old_item(client: Any, database: Database, table: str, method: str) -> None:
    put_all(client, table, [visit(1)])
    tamper(database.client, table, visit(1))
    item = {"Item": to_wire(visit(1))} if method == "put_item" else {"Key": wire_key(visit(1))}
    with pytest.raises(OldImageError, match=f"^{method} was carried out") as caught:
        getattr(client, method)(TableName=table, ReturnValues="ALL_OLD", **item)
    assert isinstance(caught.value.__cause__, SignatureVerificationError)
    assert caught.value.response is not None
    assert SIGNATURE in caught.value.response["Attributes"]
    assert caught.value.item_key == wire_key(visit(1))
    found = client.get_item(TableName=table, Key=wire_key(visit(1)))
    assert ("Item" in found) is (method == "put_item")


@pytest.mark.parametrize("method", ["put_item", "delete_item"])
def test_item_that_failed_the_condition(client: Any, database: Database, table: str, method: str) -> None:
    put_all(client, table, [visit(1)])
    item = {"Item": to_wire(visit(1))} if method == "put_item" else {"Key": wire_key(visit(1))}
    condition = {
        "ConditionExpression": "attribute_not_exists(patient) OR #s = :s",
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": {":s": {"S": "none such"}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        getattr(client, method)(TableName=table, **item, **condition)
    assert from_wire(caught.value.response["Item"]) == visit(1)
    tamper(database.client, table, visit(1))
    with pytest.raises(client.exceptions.ConditionalCheckFailedException, match="does not verify") as caught:
        getattr(client, method)(TableName=table, **item, **condition)
    assert "Item" not in caught.value.response


def test_conditions_that_dynamodb_can_check(client: Any, table: str) -> None:
    given = {"ExpressionAttributeValues": {":s": {"S": "status 1"}}, "ExpressionAttributeNames": {"#s": "status"}}
    put_all(client, table, [visit(1)])
    client.put_item(
        TableName=table,
        Item=to_wire(visit(1)),
        ConditionExpression="attribute_exists(insurance) AND #s = :s",
        **given,
    )
    client.delete_item(TableName=table, Key=wire_key(visit(1)), ConditionExpression="#s = :s", **given)
    assert "Item" not in client.get_item(TableName=table, Key=wire_key(visit(1)))


@pytest.mark.parametrize(
    "condition",
    [
        "insurance = :v",
        "size(insurance) > :v",
        "contains(details.place, :v)",
        "begins_with(remark, :v)",
        "attribute_type(insurance, :v)",
        "attribute_exists(details.place)",
        "NOT (insurance IN (:v))",
    ],
)
@pytest.mark.parametrize("method", ["put_item", "delete_item"])
def test_conditions_on_ciphertext_are_refused(
    moto_endpoint: Endpoint, moto_table: str, keys: Keys, method: str, condition: str
) -> None:
    client = attached_client(moto_endpoint.endpoint_url, {moto_table: config(keys)})
    item = {"Item": to_wire(visit(1))} if method == "put_item" else {"Key": wire_key(visit(1))}
    values = {"ExpressionAttributeValues": {":v": {"S": "S"}}} if ":v" in condition else {}
    with pytest.raises(UnsupportedOperationError, match="encrypted") as caught:
        getattr(client, method)(TableName=moto_table, ConditionExpression=condition, **item, **values)
    assert caught.value.attribute in ("insurance", "details", "remark")
    assert set(moto_endpoint.operations) <= {"DescribeTable"}


def test_projection_is_carried_out_on_the_verified_item(endpoint: Endpoint, table: str, keys: Keys) -> None:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)})
    put_all(client, table, [visit(1)])
    answer = client.get_item(
        TableName=table,
        Key=wire_key(visit(1)),
        ProjectionExpression="insurance, history[0], #d.#p",
        ExpressionAttributeNames={"#d": "details", "#p": "protected place"},
    )
    assert from_wire(answer["Item"]) == {
        "insurance": visit(1)["insurance"],
        "history": visit(1)["history"][:1],
        "details": {"protected place": "protected street"},
    }
    (sent,) = endpoint.sent("GetItem")
    assert "ProjectionExpression" not in sent
    assert "ExpressionAttributeNames" not in sent


def test_altered_item_is_not_projected(client: Any, database: Database, table: str) -> None:
    put_all(client, table, [visit(1)])
    tamper(database.client, table, visit(1))
    with pytest.raises(SignatureVerificationError):
        client.get_item(TableName=table, Key=wire_key(visit(1)), ProjectionExpression="insurance")


def test_item_with_another_key_is_refused(endpoint: Endpoint, table: str, keys: Keys) -> None:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)})
    put_all(client, table, [visit(1), visit(2)])
    other: dict[str, Any] = {}

    def swap(answer: dict[str, Any]) -> None:
        other.setdefault("Item", answer.get("Item"))
        answer["Item"] = other["Item"]

    endpoint.inject(Alter("GetItem", swap))
    client.get_item(TableName=table, Key=wire_key(visit(1)))
    with pytest.raises(SignatureVerificationError, match="was not asked for"):
        client.get_item(TableName=table, Key=wire_key(visit(2)))


def test_error_of_a_read_shows_no_item(endpoint: Endpoint, table: str, keys: Keys) -> None:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)})
    put_all(client, table, [visit(1)])

    def failed(operation: str, _request: dict[str, Any], _forward: Forward) -> Answer | None:
        kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
        item = {"name": {"S": "not verified"}}
        return (400, {"__type": kind, "message": "no", "Item": item}) if operation == "GetItem" else None

    endpoint.inject(failed)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.get_item(TableName=table, Key=wire_key(visit(1)))
    assert "Item" not in caught.value.response


@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem"])
def test_old_item_with_another_key_is_refused(endpoint: Endpoint, table: str, keys: Keys, operation: str) -> None:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)})
    put_all(client, table, [visit(1), visit(2)])
    (other,) = (item for item in _stored(endpoint, table) if item["visit"] == {"N": "2"})
    endpoint.inject(Alter(operation, lambda answer: answer.update(Attributes=other)))
    method = client.put_item if operation == "PutItem" else client.delete_item
    item = {"Item": to_wire(visit(1))} if operation == "PutItem" else {"Key": wire_key(visit(1))}
    with pytest.raises(OldImageError, match="was not asked for"):
        method(TableName=table, ReturnValues="ALL_OLD", **item)


def _stored(endpoint: Endpoint, table: str) -> list[Any]:
    """The items as they are on the wire, their binaries in base64."""
    found: list[Any] = []
    endpoint.inject(Alter("Scan", lambda answer: found.extend(answer["Items"])))
    connect_client(endpoint.endpoint_url).scan(TableName=table)
    return found


def test_member_that_nobody_decided_on_does_not_come_back(endpoint: Endpoint, table: str, keys: Keys) -> None:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)})
    put_all(client, table, [visit(1)])
    endpoint.inject(Alter("GetItem", lambda answer: answer.update(Attributes={"a": {"S": "not verified"}})))
    answer = client.get_item(TableName=table, Key=wire_key(visit(1)))
    assert set(answer) == {"Item", "ResponseMetadata"}
