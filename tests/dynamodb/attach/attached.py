# SPDX-License-Identifier: Apache-2.0
"""Attached boto3 objects for the tests, and alterations of what is stored."""

from __future__ import annotations

from typing import Any

import ddbcrypt
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, Item, from_wire, key_of, to_wire
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import connect_client, connect_resource

SIGNATURE = "*amzn-ddb-map-sig*"


def config(keys: Keys, **options: Any) -> ddbcrypt.LegacyTableConfig:
    """A configuration of the tests' tables."""
    actions = DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS)
    return ddbcrypt.LegacyTableConfig(DDBCRYPT.provider(keys), actions, **options)


def attached_client(endpoint_url: str, tables: dict[str, Any], *, attempts: int = 1, **options: Any) -> Any:
    """A client of DynamoDB JSON."""
    return ddbcrypt.attach(connect_client(endpoint_url, attempts=attempts), tables, **options)


def attached_table(endpoint_url: str, name: str, keys: Keys, **options: Any) -> Any:
    """A Table of Python values."""
    return ddbcrypt.attach(connect_resource(endpoint_url).Table(name), {name: config(keys)}, **options)


def put_all(client: Any, table: str, items: list[Item]) -> None:
    """Write items of Python values."""
    for item in items:
        client.put_item(TableName=table, Item=to_wire(item))


def wire_key(item: Item) -> Item:
    """An item's primary key in DynamoDB JSON."""
    return to_wire(key_of(item))


def tamper(plain_client: Any, table: str, item: Item, name: str = "status") -> None:
    """Change a signed attribute of a stored item behind our back."""
    plain_client.update_item(
        TableName=table,
        Key=wire_key(item),
        UpdateExpression="SET #n = :v",
        ExpressionAttributeNames={"#n": name},
        ExpressionAttributeValues={":v": {"S": "altered"}},
    )


def python_items(response: Any) -> list[Item]:
    """The ``Items`` of a response of a client of DynamoDB JSON."""
    return [from_wire(item) for item in response["Items"]]
