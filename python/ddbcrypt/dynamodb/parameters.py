# SPDX-License-Identifier: Apache-2.0
"""The parameters that each item operation of the wrappers takes, for type checkers.

At run time ``ddbcrypt.operations`` decides on them.
"""

# no `from __future__ import annotations`: Required would be a string, which __required_keys__ does not understand
from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict

from boto3.dynamodb.conditions import ConditionBase

from ddbcrypt.encrypted import CryptoConfig


class _Common(TypedDict, total=False):
    ReturnConsumedCapacity: str
    crypto_config: CryptoConfig | None


class _Expressions(_Common, total=False):
    ExpressionAttributeNames: Mapping[str, str]
    ExpressionAttributeValues: Mapping[str, Any]


class TableGetItem(_Common, total=False):
    """Parameters of ``EncryptedTable.get_item``."""

    Key: Required[Mapping[str, Any]]
    ConsistentRead: bool
    ExpressionAttributeNames: Mapping[str, str]
    ProjectionExpression: str


class _Write(_Expressions, total=False):
    ConditionExpression: str | ConditionBase
    ReturnItemCollectionMetrics: str
    ReturnValues: str
    ReturnValuesOnConditionCheckFailure: str


class TablePutItem(_Write):
    """Parameters of ``EncryptedTable.put_item``."""

    Item: Required[Mapping[str, Any]]


class TableDeleteItem(_Write):
    """Parameters of ``EncryptedTable.delete_item``."""

    Key: Required[Mapping[str, Any]]


class TableUpdateItem(_Write, total=False):
    """Parameters of ``EncryptedTable.update_item``."""

    Key: Required[Mapping[str, Any]]
    UpdateExpression: str


class _TableRead(_Expressions, total=False):
    ConsistentRead: bool
    ExclusiveStartKey: Mapping[str, Any]
    FilterExpression: str | ConditionBase
    IndexName: str
    Limit: int
    ProjectionExpression: str
    Select: str
    fetch_from_table: bool | None


class TableQuery(_TableRead, total=False):
    """Parameters of ``EncryptedTable.query``."""

    KeyConditionExpression: Required[str | ConditionBase]
    ScanIndexForward: bool


class TableScan(_TableRead, total=False):
    """Parameters of ``EncryptedTable.scan``."""

    Segment: int
    TotalSegments: int


class ClientGetItem(TableGetItem):
    """Parameters of ``EncryptedClient.get_item``."""

    TableName: str


class ClientPutItem(TablePutItem):
    """Parameters of ``EncryptedClient.put_item``."""

    TableName: str


class ClientDeleteItem(TableDeleteItem):
    """Parameters of ``EncryptedClient.delete_item``."""

    TableName: str


class ClientUpdateItem(TableUpdateItem):
    """Parameters of ``EncryptedClient.update_item``."""

    TableName: str


class ClientQuery(TableQuery):
    """Parameters of ``EncryptedClient.query``."""

    TableName: str


class ClientScan(TableScan):
    """Parameters of ``EncryptedClient.scan``."""

    TableName: str


class ClientBatchGetItem(_Common):
    """Parameters of ``EncryptedClient.batch_get_item``."""

    RequestItems: Mapping[str, Mapping[str, Any]]


class ClientBatchWriteItem(_Common, total=False):
    """Parameters of ``EncryptedClient.batch_write_item``."""

    RequestItems: Required[Mapping[str, Sequence[Mapping[str, Any]]]]
    ReturnItemCollectionMetrics: str


class ClientTransactGetItems(_Common, total=False):
    """Parameters of ``EncryptedClient.transact_get_items``."""

    TransactItems: Required[Sequence[Mapping[str, Any]]]


class ClientTransactWriteItems(_Common, total=False):
    """Parameters of ``EncryptedClient.transact_write_items``."""

    ClientRequestToken: str
    ReturnItemCollectionMetrics: str
    TransactItems: Required[Sequence[Mapping[str, Any]]]
