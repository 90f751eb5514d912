# SPDX-License-Identifier: Apache-2.0
"""The wrappers on real databases: deletions, updates, transactions, projections and EncryptedResource."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ddbcrypt import EncryptedTable
from ddbcrypt.encrypted.resource import EncryptedResource
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, KEY_SCHEMA, KEY_TYPES, key_of, visit
from tests.dynamodb.leaks import assert_is_ciphertext
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import connect_resource


def test_delete(front: Front, database: Database) -> None:
    front.put(visit(1))
    key = front.outgoing(key_of(visit(1)))
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        front.call("delete_item", Key=key, ConditionExpression="attribute_not_exists(patient)")
    response = front.call("delete_item", Key=key, ReturnValues="ALL_OLD")
    assert front.incoming(response["Attributes"]) == visit(1)
    assert database.raw_items(front.table_name) == []


def test_update(front: Front, database: Database) -> None:
    front.put(visit(1))
    changed = {**visit(1), "name": "Another, Name", "added": "a new secret"}
    response = front.call(
        "update_item",
        Key=front.outgoing(key_of(visit(1))),
        UpdateExpression="SET #n = :n, added = :a",
        ConditionExpression="#n = :old",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues=front.outgoing(
            {":n": changed["name"], ":a": changed["added"], ":old": visit(1)["name"]}
        ),
        ReturnValues="ALL_NEW",
    )
    assert front.incoming(response["Attributes"]) == changed
    assert front.get(key_of(visit(1))) == changed
    (stored,) = database.raw_items(front.table_name)
    assert_is_ciphertext(stored, changed)


def test_projection(front: Front) -> None:
    front.put(visit(1))
    names = {"#n": "name", "#s": "status"}
    expected = {name: visit(1)[name] for name in ("name", "status")}
    projection: dict[str, Any] = {"ProjectionExpression": "#n, #s", "ExpressionAttributeNames": names}
    assert front.get(key_of(visit(1)), **projection) == expected
    assert front.scan(**projection)["Items"] == [expected]
    if front.kind != "table":
        assert front.pages("scan", **projection) == [[expected]]
        assert front.got(front.batch_get([key_of(visit(1))], **projection)) == [expected]


def test_transactions(client_front: Front, database: Database) -> None:
    front = client_front
    puts = [{"Put": {**front.common, "Item": front.outgoing(visit(number))}} for number in (1, 2)]
    front.wrapper.transact_write_items(TransactItems=puts)
    for stored in database.raw_items(front.table_name):
        assert_is_ciphertext(stored, visit(int(stored["visit"]["N"])))
    gets = [{"Get": {**front.common, "Key": front.outgoing(key_of(visit(number)))}} for number in (2, 1, 3)]
    responses = front.wrapper.transact_get_items(TransactItems=gets)["Responses"]
    assert [front.incoming(one["Item"]) if "Item" in one else None for one in responses] == [visit(2), visit(1), None]


def test_resource(database: Database, table: str, keys: Keys) -> None:
    resource = EncryptedResource(
        connect_resource(database.endpoint_url),
        DDBCRYPT.provider(keys),
        DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS),
    )
    one = resource.Table(table)
    one.put_item(Item=visit(1))
    with one.batch_writer() as batch:
        batch.put_item(Item=visit(2))
    assert one.scan()["Count"] == 2
    read = resource.batch_get_item(RequestItems={table: {"Keys": [key_of(visit(2))]}})
    assert read["Responses"] == {table: [visit(2)]}
    (found,) = [other for other in resource.tables.all() if other.name == table]
    assert found.get_item(Key=key_of(visit(1)))["Item"] == visit(1)
    for stored in database.raw_items(table):
        assert_is_ciphertext(stored, visit(int(stored["visit"]["N"])))

    made = resource.create_table(
        TableName=f"{table}-made", KeySchema=KEY_SCHEMA, AttributeDefinitions=KEY_TYPES, BillingMode="PAY_PER_REQUEST"
    )
    assert isinstance(made, EncryptedTable)
    made.wait_until_exists()
    made.put_item(Item=visit(3))
    (stored,) = database.raw_items(made.name)
    assert_is_ciphertext(stored, visit(3))
    made.delete()
    assert made.name not in [other.name for other in resource.tables.all()]
