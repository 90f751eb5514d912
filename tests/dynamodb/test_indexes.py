# SPDX-License-Identifier: Apache-2.0
"""Reading through secondary indexes: whole items verify, parts of items are refused with the reason."""

from typing import Any

import pytest

from ddbcrypt.exceptions import ItemNotEncryptedError, SignatureVerificationError
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import KINDS, Front, make_front
from tests.dynamodb.items import KEY_SCHEMA, KEY_TYPES, RESERVED, by_key, visit
from tests.dynamodb.library import Keys

COUNT = 6


def _index(name: str, projection: dict[str, Any]) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}, {"AttributeName": "visit", "KeyType": "RANGE"}],
        "Projection": projection,
    }


@pytest.fixture
def indexed(database: Database) -> Any:
    name = database.create_table(
        KeySchema=KEY_SCHEMA,
        AttributeDefinitions=[*KEY_TYPES, {"AttributeName": "status", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[
            _index("whole", {"ProjectionType": "ALL"}),
            _index("keys", {"ProjectionType": "KEYS_ONLY"}),
            _index("some", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name", *sorted(RESERVED)]}),
        ],
    )
    yield name
    database.client.delete_table(TableName=name)


@pytest.fixture(params=KINDS)
def filled(request: pytest.FixtureRequest, database: Database, indexed: str, keys: Keys) -> Front:
    front = make_front(request.param, database.endpoint_url, indexed, keys)
    for number in range(COUNT):
        front.put({**visit(number), "status": "open"})
    return front


def _condition(front: Front, index: str) -> dict[str, Any]:
    return {
        "IndexName": index,
        "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": front.outgoing({":s": "open"}),
    }


def test_index_of_whole_items(filled: Front) -> None:
    items = [{**visit(number), "status": "open"} for number in range(COUNT)]
    assert filled.call("query", **_condition(filled, "whole"))["Count"] == COUNT
    pages = filled.pages("query", **_condition(filled, "whole"), PaginationConfig={"PageSize": 4})
    assert [item for page in pages for item in page] == items
    pages = filled.pages("scan", IndexName="whole", PaginationConfig={"PageSize": 4})
    assert by_key([item for page in pages for item in page]) == items


@pytest.mark.parametrize(("index", "error"), [("keys", ItemNotEncryptedError), ("some", SignatureVerificationError)])
def test_index_of_parts_is_refused(filled: Front, index: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        filled.call("query", **_condition(filled, index))
    assert f'"{index}"' in " ".join(caught.value.__notes__)
    assert filled.call("query", **_condition(filled, index), Select="COUNT")["Count"] == COUNT
