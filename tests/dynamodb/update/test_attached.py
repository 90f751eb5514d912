# SPDX-License-Identifier: Apache-2.0
"""``update_item`` through attached clients and Tables, on moto and on DynamoDB Local."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError, ParamValidationError

from ddbcrypt.attach import attach
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.exceptions import SignatureVerificationError
from ddbcrypt.expressions import ExpressionError
from ddbcrypt.metrics import Metrics
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, PARTITION_KEY, RESERVED, SORT_KEY, to_wire, visit
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import connect_client, connect_resource
from tests.support.endpoint import Endpoint

KEY = {PARTITION_KEY: "p-001", SORT_KEY: 7}
ITEM = visit(7)
BIRTHDAY: dict[str, Any] = {
    "UpdateExpression": "SET #n = :n, details.#place = :place, history[0] = :place ADD readings :more REMOVE remark",
    "ExpressionAttributeNames": {"#n": "name", "#place": "protected place"},
    "ExpressionAttributeValues": {":n": "Protected Name", ":place": "protected road", ":more": {Decimal("42.5")}},
}
AFTER = {
    **{name: value for name, value in ITEM.items() if name != "remark"},
    "name": "Protected Name",
    "details": {**ITEM["details"], "protected place": "protected road"},
    "history": ["protected road", *ITEM["history"][1:]],
    "readings": {*ITEM["readings"], Decimal("42.5")},
}


@pytest.fixture
def config(keys: Keys) -> LegacyTableConfig:
    return LegacyTableConfig(DDBCRYPT.provider(keys), DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS))


@pytest.fixture
def visits(database: Database, table: str, config: LegacyTableConfig) -> Any:
    """A Table with one item."""
    attached = attach(connect_resource(database.endpoint_url).Table(table), {table: config})
    attached.put_item(Item=ITEM)
    return attached


@pytest.fixture
def client(database: Database, visits: Any, table: str, config: LegacyTableConfig) -> Any:
    return attach(connect_client(database.endpoint_url), {table: config})


def test_a_table_updates_protected_attributes_of_all_types(visits: Any, database: Database, table: str) -> None:
    (before,) = database.raw_items(table)
    response = visits.update_item(Key=KEY, **BIRTHDAY, ReturnValues="ALL_NEW")
    assert response["Attributes"] == AFTER
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert visits.get_item(Key=KEY)["Item"] == AFTER
    (after,) = database.raw_items(table)
    assert after.keys() == before.keys() - {"remark"}
    assert {name for name in after if after[name] == before[name]} == {*KEY, *ACTIONS}


def test_a_client_updates(client: Any, table: str) -> None:
    request = {**BIRTHDAY, "ExpressionAttributeValues": to_wire(BIRTHDAY["ExpressionAttributeValues"])}
    response = client.update_item(TableName=table, Key=to_wire(KEY), **request, ReturnValues="ALL_OLD")
    assert response["Attributes"].keys() == ITEM.keys()
    read = client.get_item(TableName=table, Key=to_wire(KEY))["Item"]
    assert read["history"] == to_wire(AFTER)["history"]


@pytest.mark.parametrize("holds", [True, False])
def test_the_answer_has_the_id_of_the_last_request(client: Any, table: str, holds: bool) -> None:
    answered: list[tuple[str, str]] = []

    def note(parsed_response: Any, event_name: str, **_: Any) -> None:
        answered.append((event_name.rpartition(".")[2], parsed_response["ResponseMetadata"]["RequestId"]))

    client.meta.events.register("response-received.dynamodb", note)
    request = {
        "UpdateExpression": "REMOVE remark",
        "ConditionExpression": f"attribute_{'' if holds else 'not_'}exists(remark)",
    }
    if holds:
        answer = client.update_item(TableName=table, Key=to_wire(KEY), **request)
    else:
        with pytest.raises(ClientError) as caught:
            client.update_item(TableName=table, Key=to_wire(KEY), **request)
        answer = caught.value.response
    operations = [operation for operation, _ in answered if operation != "DescribeTable"]
    assert operations == (["GetItem", "UpdateItem"] if holds else ["GetItem"])
    assert answered[-1][1]
    assert answer["ResponseMetadata"]["RequestId"] == answered[-1][1]


def test_nothing_is_removed_from_a_missing_item(visits: Any, database: Database, table: str) -> None:
    response = visits.update_item(Key={**KEY, SORT_KEY: 8}, UpdateExpression="REMOVE remark", ReturnValues="ALL_NEW")
    assert "Attributes" not in response
    assert len(database.raw_items(table)) == 1


def test_a_missing_item_is_made(visits: Any, database: Database, table: str) -> None:
    key = {**KEY, SORT_KEY: 8}
    response = visits.update_item(
        Key=key, UpdateExpression="SET remark = :a", ExpressionAttributeValues={":a": "b"}, ReturnValues="UPDATED_NEW"
    )
    assert response["Attributes"] == {"remark": "b"}
    assert visits.get_item(Key=key)["Item"] == {**key, "remark": "b"}
    assert all(item.keys() >= RESERVED for item in database.raw_items(table))


def test_unprotected_attributes_are_updated_in_place(visits: Any) -> None:
    request: dict[str, Any] = {
        "UpdateExpression": "SET #v = #v + :one",
        "ExpressionAttributeNames": {"#v": "views"},
        "ExpressionAttributeValues": {":one": 1},
    }
    assert visits.update_item(Key=KEY, **request, ReturnValues="UPDATED_NEW")["Attributes"] == {"views": 8}
    assert visits.update_item(Key=KEY, **request, ReturnValues="ALL_OLD")["Attributes"] == {**ITEM, "views": 8}
    assert visits.get_item(Key=KEY)["Item"] == {**ITEM, "views": 9}
    with pytest.raises(ClientError, match="exists and is signed"):
        visits.update_item(Key={**KEY, SORT_KEY: 8}, **request)


def test_a_failed_condition_is_boto3s_own_exception(client: Any, table: str) -> None:
    request = {
        "UpdateExpression": "SET remark = :a",
        "ConditionExpression": "contains(remark, :a)",
        "ExpressionAttributeValues": to_wire({":a": "a"}),
    }
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.update_item(TableName=table, Key=to_wire(KEY), **request, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert caught.value.response["Error"]["Message"] == "The conditional request failed"
    assert caught.value.response["Item"]["name"] == to_wire(ITEM)["name"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_conditions_of_boto3_are_evaluated(visits: Any) -> None:
    request: dict[str, Any] = {"UpdateExpression": "SET remark = :a", "ExpressionAttributeValues": {":a": "a"}}
    visits.update_item(Key=KEY, **request, ConditionExpression=Attr("insured").eq(value=False) & Attr("name").exists())
    assert visits.get_item(Key=KEY)["Item"]["remark"] == "a"
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        visits.update_item(Key=KEY, **request, ConditionExpression=Attr("remark").ne("a"))


def test_expressions_that_dynamodb_would_refuse(visits: Any) -> None:
    with pytest.raises(ExpressionError, match="remark"):
        visits.update_item(
            Key=KEY, UpdateExpression="SET remark = remark + :one", ExpressionAttributeValues={":one": 1}
        )
    with pytest.raises((ClientError, ParamValidationError)):
        visits.update_item(
            Key={PARTITION_KEY: "p-001"}, UpdateExpression="SET remark = :a", ExpressionAttributeValues={":a": "a"}
        )
    assert visits.get_item(Key=KEY)["Item"] == ITEM


def test_a_tampered_item_is_not_updated(visits: Any, database: Database, table: str) -> None:
    (stored,) = database.raw_items(table)
    altered = {**stored, "status": {"S": "altered"}}
    database.client.put_item(TableName=table, Item=altered)
    with pytest.raises(SignatureVerificationError):
        visits.update_item(Key=KEY, **BIRTHDAY)
    assert database.raw_items(table) == [altered]


def test_no_plaintext_leaves_and_the_callers_request_never_does(
    endpoint: Endpoint, visits: Any, table: str, config: LegacyTableConfig
) -> None:
    metrics = Metrics()
    attached = attach(connect_resource(endpoint.endpoint_url).Table(table), {table: config}, metrics=metrics)
    attached.update_item(
        Key=KEY,
        **BIRTHDAY,
        ConditionExpression=Attr("name").begins_with("Łucja Protected"),
        ReturnConsumedCapacity="TOTAL",
    )
    assert endpoint.operations == ["DescribeTable", "GetItem", "UpdateItem"]
    assert not any("rotected" in request.body.decode() for request in endpoint.requests)
    assert "UpdateExpression" not in endpoint.sent("GetItem")[0]
    counted = metrics.snapshot()
    assert (counted["items_decrypted"], counted["items_encrypted"]) == (1, 1)


def test_capacity_is_added_up(visits: Any, table: str) -> None:
    consumed = visits.update_item(Key=KEY, **BIRTHDAY, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert consumed["TableName"] == table
    # moto says half a unit for each of the two calls.
    assert consumed["CapacityUnits"] >= 1


def test_an_item_of_many_attributes_is_updated(dynamodb_local: Database, config: LegacyTableConfig) -> None:
    # moto parses expressions recursively, and not such long ones.
    name = dynamodb_local.create_table()
    table = attach(connect_resource(dynamodb_local.endpoint_url).Table(name), {name: config})
    many = {**KEY, **{f"attribute-{number}": number for number in range(450)}}
    table.put_item(Item=many)
    table.update_item(
        Key=KEY,
        UpdateExpression="SET #a = #a + :one REMOVE #b",
        ExpressionAttributeNames={"#a": "attribute-7", "#b": "attribute-8"},
        ExpressionAttributeValues={":one": 1},
    )
    expected = {**many, "attribute-7": 8}
    del expected["attribute-8"]
    assert table.get_item(Key=KEY)["Item"] == expected
    dynamodb_local.client.delete_table(TableName=name)


@pytest.mark.parametrize(
    "condition",
    [
        Attr("status").eq("status 7") & Attr("views").eq(7),
        Attr("status").eq("other") | Attr("views").eq(7),
        ~Attr("status").eq("other"),
        "(attribute_exists(patient))",
    ],
    ids=["and", "or", "not", "text"],
)
def test_conditions_as_boto3_writes_them_beside_the_guard(visits: Any, condition: Any) -> None:
    response = visits.update_item(
        Key=KEY,
        UpdateExpression="ADD #v :one",
        ConditionExpression=condition,
        ExpressionAttributeNames={"#v": "views"},
        ExpressionAttributeValues={":one": 1},
        ReturnValues="UPDATED_NEW",
    )
    assert response["Attributes"] == {"views": Decimal(8)}


def test_the_error_of_a_call_of_our_own_shows_no_item(
    endpoint: Endpoint, visits: Any, table: str, config: LegacyTableConfig
) -> None:
    reason = {"Code": "None", "Item": {"name": {"S": "forged"}}}
    error = {"__type": "x#TransactionCanceledException", "message": "why", "CancellationReasons": [reason]}
    endpoint.inject(lambda operation, *_: (400, error) if operation == "GetItem" else None)
    client = attach(connect_client(endpoint.endpoint_url), {table: config})
    with pytest.raises(ClientError, match="why") as caught:
        client.update_item(TableName=table, Key=to_wire(KEY), UpdateExpression="REMOVE remark")
    assert "forged" not in str(caught.value.response)
