# SPDX-License-Identifier: Apache-2.0
"""Operations that carry items: what each member of their requests and responses holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from botocore import xform_name

from ddbcrypt.operations.kinds import Handling, Operation, Treatment

_H = Handling

#: What every operation on items answers besides.
_CAPACITY: Final = {"ConsumedCapacity": _H.PASS}
_COLLECTIONS: Final = {"ItemCollectionMetrics": _H.PASS}
_ASKED: Final = {"ReturnConsumedCapacity": _H.PASS}
_PLACEHOLDERS: Final = {"ExpressionAttributeNames": _H.PLACEHOLDERS, "ExpressionAttributeValues": _H.PLACEHOLDERS}
_CONDITION: Final = {"ConditionExpression": _H.CONDITION, **_PLACEHOLDERS}
_ON_FAILURE: Final = {"ReturnValuesOnConditionCheckFailure": _H.PASS}
#: Members of a failed condition's error: the item that failed it.
_FAILED: Final = {"Item": _H.ITEM}

_WRITE: Final = {
    "TableName": _H.TABLE,
    "ReturnValues": _H.PASS,
    "ReturnItemCollectionMetrics": _H.PASS,
    "Expected": _H.LEGACY,
    "ConditionalOperator": _H.LEGACY,
    **_ASKED,
    **_CONDITION,
    **_ON_FAILURE,
}
_WRITTEN: Final = {"Attributes": _H.ITEM, **_CAPACITY, **_COLLECTIONS, **_FAILED}
_READ_MANY: Final = {
    "TableName": _H.TABLE,
    "IndexName": _H.PASS,
    "Select": _H.SELECT,
    "Limit": _H.PASS,
    "ConsistentRead": _H.PASS,
    "ExclusiveStartKey": _H.KEY,
    "ProjectionExpression": _H.PROJECTION,
    "FilterExpression": _H.CONDITION,
    "AttributesToGet": _H.LEGACY,
    "ConditionalOperator": _H.LEGACY,
    **_ASKED,
    **_PLACEHOLDERS,
}
_READ_ANSWER: Final = {
    "Items": _H.ITEMS,
    "Count": _H.PASS,
    "ScannedCount": _H.PASS,
    "LastEvaluatedKey": _H.KEY,
    **_CAPACITY,
}
_READ_ONE: Final = {
    "ProjectionExpression": _H.PROJECTION,
    "ExpressionAttributeNames": _H.PLACEHOLDERS,
}
_TRANSACTION_PART: Final = {"TableName": _H.TABLE, **_CONDITION, **_ON_FAILURE}


def _operation(
    name: str,
    treatment: Treatment,
    request: Mapping[str, Handling],
    response: Mapping[str, Handling],
    nested: Mapping[str, Mapping[str, Handling]] | None = None,
) -> Operation:
    return Operation(
        name=name,
        method=str(xform_name(name)),
        treatment=treatment,
        request=request,
        response=response,
        nested=nested or {},
    )


ITEM_OPERATIONS: Final = (
    _operation(
        "GetItem",
        Treatment.DECRYPT,
        {
            "TableName": _H.TABLE,
            "Key": _H.KEY,
            "ConsistentRead": _H.PASS,
            "AttributesToGet": _H.LEGACY,
            **_ASKED,
            **_READ_ONE,
        },
        {"Item": _H.ITEM, **_CAPACITY},
    ),
    _operation("PutItem", Treatment.ENCRYPT, {"Item": _H.ITEM, **_WRITE}, _WRITTEN),
    _operation("DeleteItem", Treatment.DECRYPT, {"Key": _H.KEY, **_WRITE}, _WRITTEN),
    _operation(
        "UpdateItem",
        Treatment.ENCRYPT,
        {"Key": _H.KEY, "UpdateExpression": _H.UPDATE, "AttributeUpdates": _H.LEGACY, **_WRITE},
        _WRITTEN,
    ),
    _operation(
        "Query",
        Treatment.DECRYPT,
        {
            "KeyConditionExpression": _H.CONDITION,
            "ScanIndexForward": _H.PASS,
            "KeyConditions": _H.LEGACY,
            "QueryFilter": _H.LEGACY,
            **_READ_MANY,
        },
        _READ_ANSWER,
    ),
    _operation(
        "Scan",
        Treatment.DECRYPT,
        {"TotalSegments": _H.PASS, "Segment": _H.PASS, "ScanFilter": _H.LEGACY, **_READ_MANY},
        _READ_ANSWER,
    ),
    _operation(
        "BatchGetItem",
        Treatment.DECRYPT,
        {"RequestItems": _H.ITEMS, **_ASKED},
        {"Responses": _H.ITEMS, "UnprocessedKeys": _H.ITEMS, **_CAPACITY},
        {
            "KeysAndAttributes": {
                "Keys": _H.KEY,
                "ConsistentRead": _H.PASS,
                "AttributesToGet": _H.LEGACY,
                **_READ_ONE,
            }
        },
    ),
    _operation(
        "BatchWriteItem",
        Treatment.ENCRYPT,
        {"RequestItems": _H.ITEMS, "ReturnItemCollectionMetrics": _H.PASS, **_ASKED},
        {"UnprocessedItems": _H.ITEMS, **_CAPACITY, **_COLLECTIONS},
        {
            "WriteRequest": {"PutRequest": _H.ITEMS, "DeleteRequest": _H.ITEMS},
            "PutRequest": {"Item": _H.ITEM},
            "DeleteRequest": {"Key": _H.KEY},
        },
    ),
    _operation(
        "TransactGetItems",
        Treatment.DECRYPT,
        {"TransactItems": _H.ITEMS, **_ASKED},
        {"Responses": _H.ITEMS, "CancellationReasons": _H.ITEMS, **_CAPACITY},
        {
            "TransactGetItem": {"Get": _H.ITEMS},
            "Get": {"TableName": _H.TABLE, "Key": _H.KEY, **_READ_ONE},
            "ItemResponse": {"Item": _H.ITEM},
        },
    ),
    _operation(
        "TransactWriteItems",
        Treatment.ENCRYPT,
        {
            "TransactItems": _H.ITEMS,
            "ClientRequestToken": _H.PASS,
            "ReturnItemCollectionMetrics": _H.PASS,
            **_ASKED,
        },
        {"CancellationReasons": _H.ITEMS, **_CAPACITY, **_COLLECTIONS},
        {
            "TransactWriteItem": {
                "ConditionCheck": _H.ITEMS,
                "Put": _H.ITEMS,
                "Delete": _H.ITEMS,
                "Update": _H.ITEMS,
            },
            "ConditionCheck": {"Key": _H.KEY, **_TRANSACTION_PART},
            "Put": {"Item": _H.ITEM, **_TRANSACTION_PART},
            "Delete": {"Key": _H.KEY, **_TRANSACTION_PART},
            "Update": {"Key": _H.KEY, "UpdateExpression": _H.UPDATE, **_TRANSACTION_PART},
            "CancellationReason": {"Code": _H.PASS, "Message": _H.PASS, "Item": _H.ITEM},
        },
    ),
)
