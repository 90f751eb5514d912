# SPDX-License-Identifier: Apache-2.0
"""Parameters that would carry protected plaintext are refused before anything but DescribeTable is sent."""

from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

from ddbcrypt.exceptions import DynamodbEncryptionSdkError, InvalidArgumentError, UnsupportedOperationError
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import KINDS, Front, make_front
from tests.dynamodb.items import key_of, visit
from tests.dynamodb.library import Keys
from tests.support.endpoint import Endpoint


@pytest.fixture(params=KINDS)
def watched(request: pytest.FixtureRequest, moto_endpoint: Endpoint, moto_table: str, keys: Keys) -> Front:
    return make_front(request.param, moto_endpoint.endpoint_url, moto_table, keys)


# Parameters that would carry protected plaintext, or let a protected value be guessed.
UNSAFE: dict[str, tuple[str, dict[str, Any]]] = {
    "filter compares": ("scan", {"FilterExpression": "#n = :v"}),
    "filter compares a nested one": ("scan", {"FilterExpression": "#n.inner = :v"}),
    "filter compares a list's": ("scan", {"FilterExpression": "#n[0] = :v"}),
    "filter begins with": ("scan", {"FilterExpression": "begins_with(#n, :v)"}),
    "filter contains": ("scan", {"FilterExpression": "contains(#n, :v)"}),
    "filter by IN": ("scan", {"FilterExpression": "#n IN (:v)"}),
    "filter by BETWEEN": ("scan", {"FilterExpression": "#n BETWEEN :v AND :v"}),
    "filter by size": ("scan", {"FilterExpression": "size(#n) > :v"}),
    "filter hidden in NOT": ("scan", {"FilterExpression": "attribute_exists(#n) AND NOT (#n = :v)"}),
    "key condition": ("query", {"KeyConditionExpression": "patient = :v AND #n = :v"}),
    "condition of a put": ("put_item", {"ConditionExpression": "#n = :v"}),
}


@pytest.mark.parametrize(("operation", "parameters"), UNSAFE.values(), ids=UNSAFE.keys())
def test_expression_over_a_protected_attribute_is_refused(
    watched: Front, moto_endpoint: Endpoint, operation: str, parameters: dict[str, Any]
) -> None:
    if operation == "put_item":
        parameters = {**parameters, "Item": watched.outgoing(visit(1))}
    request = {
        **parameters,
        "ExpressionAttributeNames": {"#n": "name"},
        "ExpressionAttributeValues": watched.outgoing({":v": visit(1)["name"]}),
    }
    with pytest.raises(UnsupportedOperationError, match="name"):
        watched.call(operation, **request)
    assert set(moto_endpoint.operations) <= {"DescribeTable"}


def test_condition_object_over_a_protected_attribute_is_refused(
    moto_endpoint: Endpoint, moto_table: str, keys: Keys
) -> None:
    front = make_front("table", moto_endpoint.endpoint_url, moto_table, keys)
    with pytest.raises(UnsupportedOperationError, match="name"):
        front.call("scan", FilterExpression=Attr("name").eq(visit(1)["name"]))
    with pytest.raises(UnsupportedOperationError, match="name"):
        front.call(
            "query", KeyConditionExpression=Key("patient").eq("p-001"), FilterExpression=Attr("name").size().gt(3)
        )
    assert set(moto_endpoint.operations) <= {"DescribeTable"}


def test_other_ways_of_plaintext_are_refused(watched: Front, moto_endpoint: Endpoint) -> None:
    secret = visit(1)["name"]
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("get_item", {"Key": watched.outgoing({**key_of(visit(1)), "name": secret})}),
        ("get_item", {"Key": watched.outgoing(key_of(visit(1))), "ProjectionExpression": "patient,,"}),
        ("delete_item", {"Key": watched.outgoing(key_of(visit(1))), "Expected": {"name": {"Exists": False}}}),
        (
            "update_item",
            {"Key": watched.outgoing(key_of(visit(1))), "AttributeUpdates": {"name": {"Action": "DELETE"}}},
        ),
        ("get_item", {"Key": watched.outgoing(key_of(visit(1))), "AttributesToGet": ["name"]}),
        ("scan", {"ExpressionAttributeValues": watched.outgoing({":unused": secret})}),
        ("scan", {"ScanFilter": {"name": {"ComparisonOperator": "EQ", "AttributeValueList": []}}}),
        ("scan", {"ExclusiveStartKey": watched.outgoing({**key_of(visit(1)), "name": secret})}),
        ("put_item", {"Item": watched.outgoing(visit(1)), "Expected": {"name": {"Exists": False}}}),
        ("put_item", {"Item": watched.outgoing({**visit(1), "*amzn-ddb-map-sig*": b"mine"})}),
        ("put_item", {"Item": watched.outgoing(visit(1)), "Unheard": secret}),
    ]
    if watched.kind != "table":
        attempts += [
            (
                "batch_write_item",
                {"RequestItems": {watched.table_name: [{"UpdateRequest": {"Item": watched.outgoing(visit(1))}}]}},
            ),
            (
                "batch_write_item",
                {"RequestItems": {watched.table_name: [{"DeleteRequest": {"Key": watched.outgoing(visit(1))}}]}},
            ),
            (
                "batch_get_item",
                {"RequestItems": {watched.table_name: {"Keys": [watched.outgoing(visit(1))]}}},
            ),
        ]
    for operation, parameters in attempts:
        common = {} if operation.startswith("batch") else watched.common
        with pytest.raises((UnsupportedOperationError, InvalidArgumentError, DynamodbEncryptionSdkError)) as caught:
            getattr(watched.wrapper, operation)(**common, **parameters)
        assert secret not in str(caught.value), operation
        assert set(moto_endpoint.operations) <= {"DescribeTable"}, operation


def test_item_that_cannot_be_encrypted_sends_nothing(watched: Front, moto_endpoint: Endpoint, moto: Database) -> None:
    bad = watched.outgoing(visit(1))
    bad["broken"] = {"N": "1_000"} if watched.kind == "wire-client" else 1.5
    with pytest.raises(DynamodbEncryptionSdkError, match="broken"):
        watched.call("put_item", Item=bad)
    if watched.kind == "table":
        with pytest.raises(DynamodbEncryptionSdkError, match="broken"), watched.wrapper.batch_writer() as batch:
            batch.put_item(Item=bad)
    else:
        requests = [*watched.put_requests([visit(2)]), {"PutRequest": {"Item": bad}}]
        with pytest.raises(DynamodbEncryptionSdkError, match="broken") as caught:
            watched.batch_write(requests)
        assert "p-001" in str(caught.value) or watched.kind == "dict-client"  # its key's name is not known yet
    assert set(moto_endpoint.operations) <= {"DescribeTable"}
    assert moto.raw_items(watched.table_name) == []
