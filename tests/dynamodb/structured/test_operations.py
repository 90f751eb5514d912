# SPDX-License-Identifier: Apache-2.0
"""Every operation on a table of the structured format, by every way to it, on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ddbcrypt.exceptions import ItemTooLargeError, UnsupportedOperationError
from ddbcrypt.structured.names import HEADER_ATTRIBUTE
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front
from tests.dynamodb.items import by_key, key_of, to_wire, visit
from tests.dynamodb.leaks import assert_no_secret, secrets_of
from tests.dynamodb.structured.tables import (
    KINDS,
    SHAPES,
    SYMMETRIC,
    Shape,
    assert_is_structured,
    client_of,
    structured,
    structured_front,
)
from tests.support.endpoint import Endpoint
from tests.support.injections import HoldBackKeys, HoldBackWrites

SECRETS = set().union(*(secrets_of(visit(number)) for number in range(30)))


@pytest.fixture(params=KINDS)
def front(request: pytest.FixtureRequest, endpoint: Endpoint, table: str) -> Front:
    """Each way to the table, through an endpoint that records."""
    return structured_front(request.param, endpoint.endpoint_url, table, structured(table))


def _stored(database: Database, table: str) -> dict[str, Any]:
    return {item["visit"]["N"]: item for item in database.raw_items(table)}


def test_one_item(front: Front, database: Database, table: str) -> None:
    item = visit(1)
    assert "Attributes" not in front.put(item, ReturnValues="ALL_OLD")
    assert_is_structured(_stored(database, table)["1"], item)
    assert front.get(key_of(item)) == item
    assert front.put({**item, "remark": "changed"}, ReturnValues="ALL_OLD")["Attributes"] == item
    shown = front.get(
        key_of(item), ProjectionExpression="#n, history[2][1], details", ExpressionAttributeNames={"#n": "name"}
    )
    assert shown == {"name": item["name"], "history": [[item["history"][2][1]]], "details": item["details"]}
    gone = front.call("delete_item", Key=front.outgoing(key_of(item)), ReturnValues="ALL_OLD")
    assert front.incoming(gone["Attributes"]) == {**item, "remark": "changed"}
    assert front.get(key_of(item)) is None


def test_pages(front: Front) -> None:
    items = [visit(number) for number in range(5)]
    for item in items:
        front.put(item)
    assert front.query("p-001")["Items"] == items
    assert by_key(front.scan()["Items"]) == items
    for operation in ("query", "scan"):
        conditions = front.key_condition("p-001") if operation == "query" else {}
        pages = front.pages(operation, **conditions, PaginationConfig={"PageSize": 2})
        assert [len(page) for page in pages if page] == [2, 2, 1]
        assert by_key([item for page in pages for item in page]) == items
    chosen = front.scan(
        FilterExpression="#s = :s",
        ProjectionExpression="insurance",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues=front.outgoing({":s": "status 3"}),
    )
    assert chosen["Items"] == [{"insurance": items[3]["insurance"]}]
    assert front.query("p-001", Select="COUNT")["Count"] == 5


def test_batches(front: Front, endpoint: Endpoint, database: Database, table: str) -> None:
    items = [visit(number) for number in range(6)]
    client = client_of(front)
    requests = [{"PutRequest": {"Item": front.outgoing(item)}} for item in items]
    endpoint.inject(HoldBackWrites(keep=4))
    left = client.batch_write_item(RequestItems={table: requests})["UnprocessedItems"]
    assert sorted(left[table], key=str) == sorted(requests[4:], key=str)
    assert not client.batch_write_item(RequestItems=left)["UnprocessedItems"]
    for number, stored in _stored(database, table).items():
        assert_is_structured(stored, visit(int(number)))
    asked = {"Keys": [front.outgoing(key_of(item)) for item in items]}
    endpoint.inject(HoldBackKeys(keep=4))
    answer = client.batch_get_item(RequestItems={table: asked})
    rest = client.batch_get_item(RequestItems=answer["UnprocessedKeys"])
    found = [front.incoming(item) for one in (answer, rest) for item in one["Responses"][table]]
    assert by_key(found) == items
    deletions = [{"DeleteRequest": {"Key": front.outgoing(key_of(item))}} for item in items]
    assert not client.batch_write_item(RequestItems={table: deletions})["UnprocessedItems"]
    assert database.raw_items(table) == []


@pytest.mark.parametrize("front", ["attached-table", "table", "resource"], indirect=True)
def test_batch_writer(front: Front, endpoint: Endpoint, database: Database, table: str) -> None:
    items = [visit(number) for number in range(30)]
    endpoint.inject(HoldBackWrites(keep=20))
    with front.wrapper.batch_writer() as writer:
        for item in items:
            writer.put_item(Item=item)
    stored = _stored(database, table)
    assert len(stored) == 30
    assert_is_structured(stored["29"], items[29])
    assert front.query("p-001")["Items"] == items


def test_transactions(front: Front, database: Database, table: str) -> None:
    client, items = client_of(front), [visit(number) for number in range(3)]
    values = front.outgoing({":v": Decimal(77), ":s": "status 0"})
    for item in items[:2]:
        front.put(item)
    keys = [front.outgoing(key_of(item)) for item in items]
    client.transact_write_items(
        TransactItems=[
            {
                "ConditionCheck": {
                    "TableName": table,
                    "Key": keys[0],
                    "ConditionExpression": "#s = :s",
                    "ExpressionAttributeNames": {"#s": "status"},
                    "ExpressionAttributeValues": {":s": values[":s"]},
                }
            },
            {
                "Update": {
                    "TableName": table,
                    "Key": keys[1],
                    "UpdateExpression": "SET #v = :v",
                    "ExpressionAttributeNames": {"#v": "views"},
                    "ExpressionAttributeValues": {":v": values[":v"]},
                }
            },
            {"Put": {"TableName": table, "Item": front.outgoing(items[2])}},
        ]
    )
    assert_is_structured(_stored(database, table)["2"], items[2])
    gets = [{"Get": {"TableName": table, "Key": key}} for key in keys]
    found = client.transact_get_items(TransactItems=gets)["Responses"]
    assert [front.incoming(one["Item"]) for one in found] == [items[0], {**items[1], "views": 77}, items[2]]


def test_updates_of_protected_attributes(front: Front, database: Database, table: str) -> None:
    item = visit(1)
    front.put(item)
    header = _stored(database, table)["1"][HEADER_ATTRIBUTE]
    answer = front.call(
        "update_item",
        Key=front.outgoing(key_of(item)),
        UpdateExpression="SET #n = :n, insurance = insurance + :one, #v = #v + :one REMOVE remark",
        ConditionExpression="begins_with(#n, :start)",
        ExpressionAttributeNames={"#n": "name", "#v": "views"},
        ExpressionAttributeValues=front.outgoing({":n": "protected change", ":one": 1, ":start": item["name"][:9]}),
        ReturnValues="ALL_NEW",
    )
    expected = {**item, "name": "protected change", "insurance": item["insurance"] + 1, "views": Decimal(2)}
    del expected["remark"]
    assert front.incoming(answer["Attributes"]) == expected
    stored = _stored(database, table)["1"]
    assert_is_structured(stored, expected)
    assert stored[HEADER_ATTRIBUTE] != header
    assert front.get(key_of(item)) == expected


def test_updates_of_unsigned_attributes(front: Front, endpoint: Endpoint, database: Database, table: str) -> None:
    item = visit(1)
    front.put(item)
    endpoint.forget()
    update = {
        "UpdateExpression": "ADD #v :one",
        "ExpressionAttributeNames": {"#v": "views"},
        "ExpressionAttributeValues": front.outgoing({":one": 1}),
    }
    front.call("update_item", Key=front.outgoing(key_of(item)), **update)
    assert endpoint.operations == ["UpdateItem"]
    assert front.get(key_of(item)) == {**item, "views": Decimal(2)}
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        front.call("update_item", Key=front.outgoing(key_of(visit(2))), **update)
    assert len(database.raw_items(table)) == 1


def test_an_item_with_a_beacon_is_not_updated(front: Front, database: Database, table: str) -> None:
    """The beacon of another client would be lost with the update, and with it the item in that client's searches."""
    item = visit(1)
    front.put(item)
    database.client.put_item(TableName=table, Item={**_stored(database, table)["1"], "aws_dbe_b_name": {"S": "c0ffee"}})
    before = database.raw_items(table)
    assert front.get(key_of(item)) == item
    with pytest.raises(UnsupportedOperationError, match=r'"aws_dbe_b_name" is a beacon'):
        front.call(
            "update_item",
            Key=front.outgoing(key_of(item)),
            UpdateExpression="SET remark = :r",
            ExpressionAttributeValues=front.outgoing({":r": "protected remark"}),
        )
    assert database.raw_items(table) == before


def test_an_update_makes_a_new_item(front: Front, database: Database, table: str) -> None:
    front.call(
        "update_item",
        Key=front.outgoing(key_of(visit(5))),
        UpdateExpression="SET remark = :r",
        ExpressionAttributeValues=front.outgoing({":r": "protected remark"}),
    )
    made = {**key_of(visit(5)), "remark": "protected remark"}
    assert_is_structured(_stored(database, table)["5"], made)
    assert front.get(key_of(visit(5))) == made


def test_conditions(front: Front) -> None:
    item = visit(1)
    front.put(item)
    condition: dict[str, Any] = {
        "ConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": front.outgoing({":s": "status 1"}),
    }
    front.put({**item, "status": "next"}, **condition)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        front.put(item, **condition)
    condition["ExpressionAttributeNames"] = {"#s": "name"}
    with pytest.raises(UnsupportedOperationError, match='"name"'):
        front.put(item, **condition)
    with pytest.raises(UnsupportedOperationError, match="aws_dbe_foot"):
        front.call("delete_item", Key=front.outgoing(key_of(item)), ConditionExpression="aws_dbe_foot <> remark")
    assert front.get(key_of(item)) == {**item, "status": "next"}


def test_no_plaintext_is_sent(front: Front, endpoint: Endpoint, table: str) -> None:
    client = client_of(front)
    front.put(visit(1), ReturnValues="ALL_OLD")
    client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": front.outgoing(visit(2))}}]})
    client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": front.outgoing(visit(3))}}])
    front.call(
        "update_item",
        Key=front.outgoing(key_of(visit(1))),
        UpdateExpression="SET #n = :n",
        ConditionExpression="contains(diagnoses, :d)",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues=front.outgoing({":n": visit(4)["name"], ":d": "protected diagnosis J45"}),
    )
    assert front.get(key_of(visit(1))) == {**visit(1), "name": visit(4)["name"]}
    assert len(front.query("p-001")["Items"]) == 3
    searched = 0
    for request in endpoint.requests:
        assert not any(secret in request.body for secret in SECRETS)
        searched += assert_no_secret(request.parameters, SECRETS)
    assert searched > 5000
    assert "DescribeTable" not in endpoint.operations  # the configuration has the key


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_suite_and_header_version(moto: Database, moto_table: str, shape: Shape) -> None:
    config = structured(moto_table, shape)
    front = structured_front("attached-table", moto.endpoint_url, moto_table, config)
    item = visit(1, f"p-{shape}")
    front.put(item)
    (stored,) = (one for one in moto.raw_items(moto_table) if one["patient"] == {"S": f"p-{shape}"})
    assert_is_structured(stored, item)
    assert stored[HEADER_ATTRIBUTE]["B"][0] == shape.version
    front.call(
        "update_item", Key=key_of(item), UpdateExpression="SET remark = #s", ExpressionAttributeNames={"#s": "status"}
    )
    front.call(
        "update_item",
        Key=key_of(item),
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": "next"},
    )
    assert front.query(f"p-{shape}")["Items"] == [{**item, "remark": "status 1", "status": "next"}]
    front.call("delete_item", Key=key_of(item))


def test_an_item_that_is_too_large_is_not_sent(moto_endpoint: Endpoint, moto_table: str) -> None:
    for kind in KINDS:
        front = structured_front(kind, moto_endpoint.endpoint_url, moto_table, structured(moto_table, SYMMETRIC))
        item = {**visit(1), "remark": "protected " * 40_950}
        with pytest.raises(ItemTooLargeError, match=r"409,600.*p-001"):
            front.put(item)
        with pytest.raises(ItemTooLargeError, match=r"409,600"):
            client_of(front).batch_write_item(
                RequestItems={moto_table: [{"PutRequest": {"Item": front.outgoing(item)}}]}
            )
    assert moto_endpoint.operations == []


def test_callers_keep_what_they_gave(moto: Database, moto_table: str) -> None:
    front = structured_front("attached-client", moto.endpoint_url, moto_table, structured(moto_table))
    item = to_wire(visit(1, "p-kept"))
    front.wrapper.put_item(TableName=moto_table, Item=item)
    assert item == to_wire(visit(1, "p-kept"))
    front.wrapper.delete_item(TableName=moto_table, Key=key_of(item))
