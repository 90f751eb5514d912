# SPDX-License-Identifier: Apache-2.0
"""What a write returns: the old item decrypted, or the refusal of one that does not verify."""

import pytest
from botocore.exceptions import ClientError

from ddbcrypt.exceptions import OldImageError, SignatureVerificationError
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front
from tests.dynamodb.items import RESERVED, from_wire, key_of, visit

NEW = {"ConditionExpression": "attribute_not_exists(patient)"}


def test_old_item_is_decrypted(front: Front) -> None:
    first, second = visit(1), {**visit(1), "name": "another protected name"}
    assert "Attributes" not in front.put(first, ReturnValues="ALL_OLD")
    assert front.put(second, ReturnValues="ALL_OLD")["Attributes"] == first
    assert front.get(key_of(first)) == second
    assert "Attributes" not in front.put(first, ReturnValues="NONE")


def test_old_item_that_was_altered(front: Front, database: Database) -> None:
    front.put(visit(1))
    (stored,) = database.raw_items(front.table_name)
    database.client.put_item(TableName=front.table_name, Item={**stored, "status": {"S": "altered"}})
    with pytest.raises(OldImageError, match="p-001") as caught:
        front.put({**visit(1), "status": "new"}, ReturnValues="ALL_OLD")
    assert isinstance(caught.value.__cause__, SignatureVerificationError)
    assert caught.value.response is not None
    assert caught.value.response["Attributes"].keys() >= RESERVED
    assert caught.value.response["Attributes"]["status"] == {"S": "altered"}  # as DynamoDB has it
    assert front.get(key_of(visit(1))) == {**visit(1), "status": "new"}  # the write was carried out


def test_condition(front: Front) -> None:
    front.put(visit(1), **NEW)
    with pytest.raises(ClientError) as caught:
        front.put({**visit(1), "status": "new"}, **NEW)
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    values = front.outgoing({":s": "status 1"})
    same = {
        "ConditionExpression": "#s = :s AND attribute_exists(#n)",
        "ExpressionAttributeNames": {"#s": "status", "#n": "name"},
        "ExpressionAttributeValues": values,
    }
    front.put({**visit(1), "status": "new"}, **same)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        front.put(visit(1), **same)
    assert front.get(key_of(visit(1))) == {**visit(1), "status": "new"}


def test_item_of_a_failed_condition_is_decrypted(front: Front, database: Database) -> None:
    front.put(visit(1))
    with pytest.raises(ClientError) as caught:
        front.put({**visit(1), "status": "new"}, **NEW, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    # botocore leaves the item of an error in DynamoDB JSON, on resources too.
    assert from_wire(caught.value.response["Item"]) == visit(1)

    (stored,) = database.raw_items(front.table_name)
    database.client.put_item(TableName=front.table_name, Item={**stored, "status": {"S": "altered"}})
    with pytest.raises(ClientError) as refused:
        front.put(visit(1), **NEW, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert "Item" not in refused.value.response
    message = refused.value.response["Error"]["Message"]
    assert "signature does not fit" in message
    assert "p-001" in message


def test_capacity_passes(front: Front) -> None:
    assert front.put(visit(1), ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]["TableName"] == front.table_name
