# SPDX-License-Identifier: Apache-2.0
"""Query and scan through attached objects: filters, projections, counts, pages, indexes, items set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

import ddbcrypt
from ddbcrypt.exceptions import (
    DynamodbEncryptionSdkError,
    ItemNotEncryptedError,
    SignatureVerificationError,
    UnsupportedOperationError,
)
from ddbcrypt.expressions import ExpressionError
from tests.dynamodb.attach.attached import (
    attached_client,
    attached_table,
    config,
    put_all,
    python_items,
    tamper,
    wire_key,
)
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import KEY_SCHEMA, KEY_TYPES, by_key, key_of, to_wire, visit
from tests.dynamodb.library import Keys
from tests.support.endpoint import Answer, Endpoint, Forward
from tests.support.injections import HoldBackKeys

COUNT = 6
QUERY: dict[str, Any] = {
    "KeyConditionExpression": "patient = :p",
    "ExpressionAttributeValues": {":p": {"S": "p-001"}},
}


@pytest.fixture
def client(endpoint: Endpoint, table: str, keys: Keys) -> Any:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)})
    put_all(client, table, [visit(number) for number in range(COUNT)])
    return client


def test_filter_on_signed_attributes(client: Any, table: str) -> None:
    answer = client.query(
        TableName=table,
        KeyConditionExpression="patient = :p AND visit > :v",
        FilterExpression="#s <> :s AND attribute_exists(insurance)",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":p": {"S": "p-001"}, ":v": {"N": "1"}, ":s": {"S": "status 3"}},
    )
    assert python_items(answer) == [visit(2), visit(4), visit(5)]
    assert (answer["Count"], answer["ScannedCount"]) == (3, 4)


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_filter_on_ciphertext_is_refused(client: Any, endpoint: Endpoint, table: str, operation: str) -> None:
    endpoint.forget()
    request = dict(QUERY) if operation == "query" else {}
    with pytest.raises(UnsupportedOperationError, match="insurance") as caught:
        getattr(client, operation)(
            TableName=table,
            FilterExpression="insurance > :i",
            **{
                **request,
                "ExpressionAttributeValues": {**request.get("ExpressionAttributeValues", {}), ":i": {"N": "1"}},
            },
        )
    assert caught.value.attribute == "insurance"
    assert endpoint.operations == []


def _get(client: Any, table: str, part: dict[str, Any]) -> None:
    client.get_item(TableName=table, Key=wire_key(visit(0)), **part)


def _batch(client: Any, table: str, part: dict[str, Any]) -> None:
    client.batch_get_item(RequestItems={table: {"Keys": [wire_key(visit(0))], **part}})


def _transact(client: Any, table: str, part: dict[str, Any]) -> None:
    client.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": wire_key(visit(0)), **part}}])


def _query(client: Any, table: str, part: dict[str, Any]) -> None:
    client.query(TableName=table, **QUERY, **part)


def _scan(client: Any, table: str, part: dict[str, Any]) -> None:
    client.scan(TableName=table, **part)


@pytest.mark.parametrize("read", [_get, _batch, _transact, _query, _scan])
def test_a_reserved_word_in_a_projection_is_refused_before_anything_is_read(
    client: Any, endpoint: Endpoint, table: str, read: Callable[[Any, str, dict[str, Any]], None]
) -> None:
    endpoint.forget()
    with pytest.raises(ExpressionError, match="name, a reserved word"):
        read(client, table, {"ProjectionExpression": "visit, name"})
    assert endpoint.operations == []


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_projection(client: Any, endpoint: Endpoint, table: str, operation: str) -> None:
    request = QUERY if operation == "query" else {}
    answer = getattr(client, operation)(
        TableName=table,
        ProjectionExpression="visit, #n",
        ExpressionAttributeNames={"#n": "name"},
        Select="SPECIFIC_ATTRIBUTES",
        **request,
    )
    found = sorted(python_items(answer), key=lambda item: item["visit"])
    assert found == [{"visit": Decimal(n), "name": visit(n)["name"]} for n in range(COUNT)]
    (sent,) = endpoint.sent(operation.capitalize())
    assert {"ProjectionExpression", "ExpressionAttributeNames", "Select"}.isdisjoint(sent)


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_count(client: Any, table: str, operation: str) -> None:
    answer = getattr(client, operation)(TableName=table, Select="COUNT", **(QUERY if operation == "query" else {}))
    assert answer["Count"] == COUNT
    assert "Items" not in answer


def test_pages_and_paginators(client: Any, table: str) -> None:
    for operation, request in (("query", QUERY), ("scan", {})):
        pages = list(
            client.get_paginator(operation).paginate(TableName=table, **request, PaginationConfig={"PageSize": 4})
        )
        assert max(len(page["Items"]) for page in pages) == 4
        found = [item for page in pages for item in python_items(page)]
        assert by_key(found) == [visit(number) for number in range(COUNT)]


def test_resource_with_condition_objects(database: Database, client: Any, table: str, keys: Keys) -> None:
    attached = attached_table(database.endpoint_url, table, keys)
    answer = attached.query(
        KeyConditionExpression=Key("patient").eq("p-001"), FilterExpression=Attr("status").eq("status 4")
    )
    assert answer["Items"] == [visit(4)]
    with pytest.raises(UnsupportedOperationError, match="insurance"):
        attached.scan(FilterExpression=Attr("insurance").gt(1))
    pages = attached.meta.client.get_paginator("scan").paginate(TableName=table)
    assert by_key([item for page in pages for item in page["Items"]]) == [visit(number) for number in range(COUNT)]


def test_start_key_with_plaintext_is_refused(client: Any, endpoint: Endpoint, table: str) -> None:
    endpoint.forget()
    start = {**wire_key(visit(1)), "insurance": {"N": "31415926535897932384"}}
    with pytest.raises(UnsupportedOperationError, match="ExclusiveStartKey"):
        client.scan(TableName=table, ExclusiveStartKey=start)
    assert endpoint.operations == []


def test_altered_item_hides_all_or_is_set_aside(client: Any, database: Database, table: str) -> None:
    tamper(database.client, table, visit(2))
    with pytest.raises(SignatureVerificationError) as caught:
        client.query(TableName=table, **QUERY)
    assert caught.value.item_key == wire_key(visit(2))
    with ddbcrypt.request_options(on_error="collect") as options:
        answer = client.query(TableName=table, **QUERY)
    assert python_items(answer) == [visit(number) for number in range(COUNT) if number != 2]
    assert (answer["Count"], answer["ScannedCount"]) == (COUNT - 1, COUNT)
    (failed,) = options.failures
    assert (failed.table_name, failed.key) == (table, wire_key(visit(2)))
    assert isinstance(failed.error, SignatureVerificationError)
    with pytest.raises(SignatureVerificationError):
        client.query(TableName=table, **QUERY)


def test_item_of_another_key_than_a_query_asks_for_is_refused(client: Any, endpoint: Endpoint, table: str) -> None:
    put_all(client, table, [visit(9, "p-002")])

    def others(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != "Query":
            return None
        return forward({**request, "ExpressionAttributeValues": {":p": {"S": "p-002"}}})

    endpoint.inject(others)
    with pytest.raises(SignatureVerificationError, match="key condition") as caught:
        client.query(TableName=table, **QUERY)
    assert caught.value.item_key == wire_key(visit(9, "p-002"))
    with ddbcrypt.request_options(on_error="collect") as options:
        assert client.query(TableName=table, **QUERY)["Items"] == []
    assert [failed.key for failed in options.failures] == [wire_key(visit(9, "p-002"))]


def _index(name: str, projection: dict[str, Any]) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}, {"AttributeName": "visit", "KeyType": "RANGE"}],
        "Projection": projection,
    }


@pytest.fixture
def indexed(database: Database) -> Iterator[str]:
    name = database.create_table(
        KeySchema=KEY_SCHEMA,
        AttributeDefinitions=[*KEY_TYPES, {"AttributeName": "status", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[
            _index("whole", {"ProjectionType": "ALL"}),
            _index("keys", {"ProjectionType": "KEYS_ONLY"}),
        ],
    )
    yield name
    database.client.delete_table(TableName=name)


def _by_status(index: str) -> dict[str, Any]:
    return {
        "IndexName": index,
        "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": {":s": {"S": "open"}},
    }


def _open(number: int) -> dict[str, Any]:
    return {**visit(number), "status": "open"}


def test_index_that_lacks_signed_attributes(endpoint: Endpoint, indexed: str, keys: Keys) -> None:
    client = attached_client(endpoint.endpoint_url, {indexed: config(keys)})
    put_all(client, indexed, [_open(number) for number in range(COUNT)])
    items = [_open(number) for number in range(COUNT)]
    assert python_items(client.query(TableName=indexed, **_by_status("whole"))) == items
    with pytest.raises(ItemNotEncryptedError) as caught:
        client.query(TableName=indexed, **_by_status("keys"))
    assert 'through the index "keys"' in caught.value.__notes__[-1]
    endpoint.inject(HoldBackKeys(keep=2, times=2))
    with ddbcrypt.request_options(fetch_from_table=True):
        answer = client.query(TableName=indexed, **_by_status("keys"), ScanIndexForward=False)
        assert python_items(answer) == items[::-1]
        assert answer["Count"] == COUNT
        assert len(endpoint.sent("BatchGetItem")) == 3
        projected = client.query(TableName=indexed, **_by_status("keys"), ProjectionExpression="insurance", Limit=2)
    assert python_items(projected) == [{"insurance": visit(number)["insurance"]} for number in range(2)]
    assert client.query(TableName=indexed, **_by_status("keys"), Select="COUNT")["Count"] == COUNT


def test_whole_items_are_fetched_in_hundreds(endpoint: Endpoint, indexed: str, keys: Keys) -> None:
    client = attached_client(endpoint.endpoint_url, {indexed: config(keys)})
    items = [{**key_of(visit(number)), "status": "open", "remark": f"remark {number}"} for number in range(120)]
    for start in range(0, len(items), 24):
        requests = [{"PutRequest": {"Item": to_wire(item)}} for item in items[start : start + 24]]
        assert not client.batch_write_item(RequestItems={indexed: requests})["UnprocessedItems"]
    with ddbcrypt.request_options(fetch_from_table=True):
        assert python_items(client.query(TableName=indexed, **_by_status("keys"))) == items
    assert [len(sent["RequestItems"][indexed]["Keys"]) for sent in endpoint.sent("BatchGetItem")] == [100, 20]


def test_whole_items_that_stay_unprocessed(
    endpoint: Endpoint, indexed: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = attached_client(endpoint.endpoint_url, {indexed: config(keys)})
    put_all(client, indexed, [_open(1)])
    endpoint.inject(HoldBackKeys(keep=0, times=100))
    monkeypatch.setattr("ddbcrypt.dynamodb.running.time.sleep", lambda _: None)
    with (
        ddbcrypt.request_options(fetch_from_table=True),
        pytest.raises(DynamodbEncryptionSdkError, match="unprocessed 10 times"),
    ):
        client.query(TableName=indexed, **_by_status("keys"))


@pytest.fixture
def index_of_ciphertext(database: Database) -> Iterator[str]:
    """An index whose key is encrypted: of no use for queries, but it can be scanned."""
    index = {
        "IndexName": "cipher",
        "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    types = [*KEY_TYPES, {"AttributeName": "name", "AttributeType": "B"}]
    name = database.create_table(KeySchema=KEY_SCHEMA, AttributeDefinitions=types, GlobalSecondaryIndexes=[index])
    yield name
    database.client.delete_table(TableName=name)


def test_start_key_of_ciphertext_that_dynamodb_gave(database: Database, index_of_ciphertext: str, keys: Keys) -> None:
    table = index_of_ciphertext
    client = attached_client(database.endpoint_url, {table: config(keys)})
    put_all(client, table, [visit(number) for number in range(COUNT)])
    pages = list(
        client.get_paginator("scan").paginate(TableName=table, IndexName="cipher", PaginationConfig={"PageSize": 2})
    )
    assert len(pages) >= 3
    found = [item for page in pages for item in python_items(page)]
    assert by_key(found) == [visit(number) for number in range(COUNT)]
    start = pages[0]["LastEvaluatedKey"]
    assert len(client.scan(TableName=table, IndexName="cipher", ExclusiveStartKey=start)["Items"]) == COUNT - 2
    another = attached_client(database.endpoint_url, {table: config(keys)})
    with pytest.raises(UnsupportedOperationError, match="LastEvaluatedKey that this client returned"):
        another.scan(TableName=table, IndexName="cipher", ExclusiveStartKey=start)
