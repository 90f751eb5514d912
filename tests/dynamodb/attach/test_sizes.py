# SPDX-License-Identifier: Apache-2.0
"""The size of an encrypted item is checked by DynamoDB's own rules. Not on moto, which has a limit of its own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.sizes import MOST_BYTES, item_size
from ddbcrypt.exceptions import ItemTooLargeError
from tests.dynamodb.attach.attached import attached_client, config, wire_key
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import Item, key_of, to_wire, visit
from tests.dynamodb.library import Keys

#: What fills an item, besides the text that makes it as large as is wanted.
FILLINGS: dict[str, Item] = {
    "text": {},
    "umlauts": {"ä" * 50: "ö" * 1_000, "😀": "\U00010000" * 500},
    "binary": {"b": Binary(b"\xff" * 1_000), "set": {Binary(b"12"), Binary(b"345")}},
    "nested": {"m": {"k": {"kk": "v"}, "l": [None, True, "x", ["y"]]}, "l": [], "empty": {}},
    "texts": {"s": {"one", "two", "thrée"}},
    "numbers": {"n": Decimal(12), "ns": {Decimal(1), Decimal(-123), Decimal("0.5")}},
}


def _sized(filling: Item, size: int) -> Item:
    item = to_wire({**key_of(visit(1)), **filling, "fill": ""})
    item["fill"] = {"S": "x" * (size - item_size(item))}
    assert item_size(item) == size
    return item


@pytest.mark.parametrize("filling", FILLINGS)
def test_dynamodb_counts_alike(dynamodb_local: Database, filling: str) -> None:
    table = dynamodb_local.create_table()
    put: Callable[..., Any] = dynamodb_local.client.put_item
    # numbers are documented as an approximation
    about = 8 if filling == "numbers" else 0
    put(TableName=table, Item=_sized(FILLINGS[filling], MOST_BYTES - about))
    with pytest.raises(ClientError, match="size"):
        put(TableName=table, Item=_sized(FILLINGS[filling], MOST_BYTES + 1 + about))
    dynamodb_local.client.delete_table(TableName=table)


def test_item_that_encryption_makes_too_large(dynamodb_local: Database, keys: Keys) -> None:
    table = dynamodb_local.create_table()
    client = attached_client(dynamodb_local.endpoint_url, {table: config(keys)})
    # each attribute gains its IV, padding and type by encryption, and the item its signature and description
    item = to_wire({**key_of(visit(1)), **{f"piece {number:02}": "x" * 17_025 for number in range(24)}})
    assert item_size(item) < MOST_BYTES
    dynamodb_local.client.put_item(TableName=table, Item=item)
    dynamodb_local.client.delete_item(TableName=table, Key=wire_key(visit(1)))
    for write in (
        lambda: client.put_item(TableName=table, Item=item),
        lambda: client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}}]}),
        lambda: client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item}}]),
    ):
        with pytest.raises(ItemTooLargeError, match="at most 409,600") as caught:
            write()
        assert caught.value.item_key == wire_key(visit(1))
    assert dynamodb_local.raw_items(table) == []
    dynamodb_local.client.delete_table(TableName=table)
