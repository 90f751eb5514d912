# SPDX-License-Identifier: Apache-2.0
"""Items of a structured table that somebody changed behind our back: refused and named, or set aside, by every read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ddbcrypt
from ddbcrypt import Metrics
from ddbcrypt.exceptions import (
    DynamodbEncryptionSdkError,
    ItemNotEncryptedError,
    OldImageError,
    SignatureVerificationError,
)
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE
from tests.dynamodb.attach.attached import tamper
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front
from tests.dynamodb.items import Item, key_of, to_wire, visit
from tests.dynamodb.structured.tables import KINDS, SHAPES, Shape, client_of, keyring, structured, structured_front

ITEMS = [visit(number) for number in range(4)]
KEY = key_of(ITEMS[2])


@pytest.fixture(params=KINDS)
def front(request: pytest.FixtureRequest, moto: Database) -> Front:
    table = moto.create_table()
    front = structured_front(request.param, moto.endpoint_url, table, structured(table))
    for item in ITEMS:
        front.put(item)
    return front


def _reads(front: Front) -> list[Callable[[], Any]]:
    key, table = front.outgoing(KEY), front.table_name
    keys = {"Keys": [front.outgoing(key_of(item)) for item in ITEMS]}
    client = client_of(front)
    return [
        lambda: front.query("p-001"),
        lambda: front.scan(),
        lambda: front.pages("scan"),
        lambda: client.batch_get_item(RequestItems={table: keys}),
        lambda: front.get(KEY),
        lambda: front.get(KEY, ProjectionExpression="visit"),
        lambda: client.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": key}}]),
        lambda: front.call("update_item", Key=key, UpdateExpression="REMOVE remark"),
    ]


def test_every_read_refuses_and_names_the_item(front: Front, moto: Database) -> None:
    tamper(moto.client, front.table_name, ITEMS[2])
    before = moto.raw_items(front.table_name)
    for read in _reads(front):
        with pytest.raises(SignatureVerificationError, match=r"visit=2\b") as caught:
            read()
        assert caught.value.item_key == to_wire(KEY)
        assert ITEMS[2]["name"] not in str(caught.value)
    assert moto.raw_items(front.table_name) == before


def test_the_others_are_read_where_failures_are_collected(front: Front, moto: Database) -> None:
    tamper(moto.client, front.table_name, ITEMS[2])
    for read in _reads(front)[:2]:
        with ddbcrypt.request_options(on_error="collect") as options:
            assert read()["Items"] == [ITEMS[0], ITEMS[1], ITEMS[3]]
        (failed,) = options.failures
        assert (failed.table_name, failed.key) == (front.table_name, to_wire(KEY))
        assert isinstance(failed.error, SignatureVerificationError)


def test_an_old_image_that_does_not_verify(front: Front, moto: Database) -> None:
    tamper(moto.client, front.table_name, ITEMS[2])
    with pytest.raises(OldImageError, match="was carried out") as caught:
        front.put(ITEMS[2], ReturnValues="ALL_OLD")
    assert FOOTER_ATTRIBUTE in caught.value.response["Attributes"]
    assert front.get(KEY) == ITEMS[2]


def _swapped(stored: Item, other: Item) -> Item:
    return {**stored, HEADER_ATTRIBUTE: other[HEADER_ATTRIBUTE], FOOTER_ATTRIBUTE: other[FOOTER_ATTRIBUTE]}


def _without(name: str) -> Callable[[Item, Item], Item]:
    return lambda stored, _: {key: value for key, value in stored.items() if key != name}


CHANGES: dict[str, Callable[[Item, Item], Item]] = {
    "another item's content": lambda stored, other: {**other, **{name: stored[name] for name in KEY}},
    "another item's signature": _swapped,
    "another item's value": lambda stored, other: {**stored, "name": other["name"]},
    "swapped fields": lambda stored, _: {**stored, "name": stored["remark"], "remark": stored["name"]},
    "a signed attribute more": lambda stored, _: {**stored, "extra": {"S": "added"}},
    "an encrypted attribute less": _without("name"),
    "no header": _without(HEADER_ATTRIBUTE),
    "no footer": _without(FOOTER_ATTRIBUTE),
    "neither": lambda stored, _: to_wire(visit(2)),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_what_a_database_could_do(moto: Database, moto_table: str, what: str, shape: Shape) -> None:
    patient = f"p-{what}-{shape}"
    metrics = Metrics()
    config = structured(moto_table, shape)
    front = structured_front("attached-client", moto.endpoint_url, moto_table, config, metrics=metrics)
    wires = [to_wire(visit(number, patient)) for number in (1, 2)]
    for wire in wires:
        front.wrapper.put_item(TableName=moto_table, Item=wire)
    other, stored = (moto.client.get_item(TableName=moto_table, Key=key_of(wire))["Item"] for wire in wires)
    changed = {**CHANGES[what](stored, other), **key_of(stored)}
    moto.client.put_item(TableName=moto_table, Item=changed)
    with pytest.raises(DynamodbEncryptionSdkError, match=r"visit=2\b") as caught:
        front.wrapper.get_item(TableName=moto_table, Key=key_of(stored))
    assert isinstance(caught.value, ItemNotEncryptedError) == (what == "neither")
    assert metrics.snapshot()["items_failed"] == 1
    for wire in wires:
        front.wrapper.delete_item(TableName=moto_table, Key=key_of(wire))


def test_another_keyring_or_logical_table_does_not_read_it(front: Front, moto: Database) -> None:
    for changes in ({"keyring": keyring("other")}, {"logical_table_name": "other"}):
        config = structured(front.table_name, **changes)
        stranger = structured_front("attached-table", moto.endpoint_url, front.table_name, config)
        with pytest.raises(DynamodbEncryptionSdkError, match=r"visit=2\b"):
            stranger.get(KEY)


def test_a_logical_name_is_not_the_tables_own(front: Front, moto: Database) -> None:
    """A restored table keeps the name that its items are bound to; failures name it as DynamoDB does."""
    restored = moto.create_table()
    for stored in moto.raw_items(front.table_name):
        moto.client.put_item(TableName=restored, Item=stored)
    reader = structured_front("attached-table", moto.endpoint_url, restored, structured(front.table_name))
    assert reader.query("p-001")["Items"] == ITEMS
    tamper(moto.client, restored, ITEMS[2])
    with ddbcrypt.request_options(on_error="collect") as options:
        assert len(reader.query("p-001")["Items"]) == 3
    assert [failed.table_name for failed in options.failures] == [restored]
