# SPDX-License-Identifier: Apache-2.0
"""What somebody changed in the database is refused on every read, and the refusal names the item."""

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ddbcrypt.exceptions import DynamodbEncryptionSdkError, SignatureVerificationError
from ddbcrypt.structures import TableInfo
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front, make_front
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, PARTITION_KEY, SORT_KEY, Item, key_of, to_wire, visit
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import connect_resource
from tests.support.endpoint import Endpoint
from tests.support.injections import Alter

SIGNATURE, DESCRIPTION = "*amzn-ddb-map-sig*", "*amzn-ddb-map-desc*"
Change = Callable[[Item], Any]


def _flip(name: str, position: int) -> Change:
    def change(stored: Item) -> None:
        data = bytearray(stored[name]["B"])
        data[position] ^= 1
        stored[name] = {"B": bytes(data)}

    return change


def _set(name: str, value: Any) -> Change:
    return lambda stored: stored.update({name: value})


def _swap(stored: Item) -> None:
    stored["name"], stored["insurance"] = stored["insurance"], stored["name"]


def _rename(stored: Item) -> None:
    stored["renamed"] = stored.pop("name")


CHANGES: dict[str, Change] = {
    "IV of a ciphertext": _flip("name", 0),
    "last byte of a ciphertext": _flip("insurance", -1),
    "ciphertext cut by a block": lambda stored: stored["details"].update(B=stored["details"]["B"][:-16]),
    "empty ciphertext": _set("name", {"B": b""}),
    "ciphertext replaced by plaintext": _set("name", {"S": "somebody else"}),
    "signed value": _set("status", {"S": "status 2"}),
    "type of a signed value": _set("status", {"B": b"status 1"}),
    "member of a signed set": _set("limits", {"NS": ["1.5", "7", "-12001"]}),
    "attribute removed": lambda stored: stored.pop("allergies"),
    "signed attribute removed": lambda stored: stored.pop("status"),
    "attribute added": _set("extra", {"S": "new"}),
    "attribute renamed": _rename,
    "two ciphertexts swapped": _swap,
    "signature": _flip(SIGNATURE, 5),
    "signature cut": lambda stored: stored[SIGNATURE].update(B=stored[SIGNATURE]["B"][:-1]),
    "signature empty": _set(SIGNATURE, {"B": b""}),
    "signature of another type": _set(SIGNATURE, {"S": "sig"}),
    "signature removed": lambda stored: stored.pop(SIGNATURE),
    "description's version": _flip(DESCRIPTION, 3),
    "description's mode": lambda stored: stored[DESCRIPTION].update(
        B=stored[DESCRIPTION]["B"].replace(b"/CBC/", b"/ECB/")
    ),
    "description empty": _set(DESCRIPTION, {"B": b""}),
    "all protection removed": lambda stored: [
        stored.pop(name) for name in list(stored) if name not in (PARTITION_KEY, SORT_KEY, "status")
    ],
}


def _reads(front: Front, key: Item) -> dict[str, Callable[[], Any]]:
    reads: dict[str, Callable[[], Any]] = {
        "get_item": lambda: front.get(key),
        "query": lambda: front.query(key[PARTITION_KEY]),
        "scan": front.scan,
        "pages of a query": lambda: front.pages("query", **front.key_condition(key[PARTITION_KEY])),
        "pages of a scan": lambda: front.pages("scan"),
    }
    if front.kind != "table":
        reads["batch_get_item"] = lambda: front.batch_get([key_of(visit(0)), key])
    return reads


def _assert_refused(front: Front, key: Item, *, expected: type[Exception] = DynamodbEncryptionSdkError) -> None:
    for name, read in _reads(front, key).items():
        with pytest.raises(expected) as caught:
            read()
        message = str(caught.value)
        assert key[PARTITION_KEY] in message, (name, message)
        assert str(key[SORT_KEY]) in message, (name, message)
        item_key = getattr(caught.value, "item_key", None)
        assert item_key is not None, name
        assert item_key in (key, to_wire(key)), name


def _alter(database: Database, table: str, key: Item, change: Change) -> Item:
    stored = database.client.get_item(TableName=table, Key=to_wire(key), ConsistentRead=True)["Item"]
    change(stored)
    database.client.put_item(TableName=table, Item=stored)
    return stored


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_altered_item_is_refused(
    database: Database, table: str, keys: Keys, change: Change, record_property: Callable[[str, Any], None]
) -> None:
    fronts = [make_front(kind, database.endpoint_url, table, keys) for kind in ("table", "dict-client", "wire-client")]
    # An untouched item stands before the altered one in every read.
    fronts[0].put(visit(0))
    fronts[0].put(visit(17))
    before = database.client.get_item(TableName=table, Key=to_wire(key_of(visit(17))))["Item"]
    assert _alter(database, table, key_of(visit(17)), change) != before
    reads = 0
    for front in fronts:
        _assert_refused(front, key_of(visit(17)))
        assert front.get(key_of(visit(0))) == visit(0)
        reads += len(_reads(front, key_of(visit(17))))
    record_property("count: reads of an item altered in the database that were refused", reads)


def test_signature_error_where_the_signature_is_wrong(front: Front, database: Database) -> None:
    front.put(visit(0))
    front.put(visit(17))
    _alter(database, front.table_name, key_of(visit(17)), _set("status", {"S": "other"}))
    _assert_refused(front, key_of(visit(17)), expected=SignatureVerificationError)


def test_untouched_attribute_may_change(front: Front, database: Database) -> None:
    front.put(visit(17))
    _alter(database, front.table_name, key_of(visit(17)), _set("views", {"N": "1000000"}))
    assert front.get(key_of(visit(17))) == {**visit(17), "views": Decimal(1_000_000)}


def test_equal_values_verify(front: Front, database: Database) -> None:
    """The signature covers the canonical form: another order or spelling of the same value is the same value."""
    front.put(visit(17))
    _alter(database, front.table_name, key_of(visit(17)), _set("limits", {"NS": ["-1.2E4", "15E-1", "7.00"]}))
    assert front.get(key_of(visit(17))) == visit(17)


def test_item_moved_to_another_key(front: Front, database: Database) -> None:
    front.put(visit(0))
    front.put(visit(17))
    moved = database.client.get_item(TableName=front.table_name, Key=to_wire(key_of(visit(0))))["Item"]
    database.client.put_item(TableName=front.table_name, Item={**moved, "visit": {"N": "17"}})
    _assert_refused(front, key_of(visit(17)), expected=SignatureVerificationError)


def test_item_moved_to_another_table(front: Front, database: Database, keys: Keys) -> None:
    front.put(visit(17))
    front.put(visit(0))
    other = database.create_table()
    for stored in database.raw_items(front.table_name):
        database.client.put_item(TableName=other, Item=stored)
    elsewhere = make_front(front.kind, database.endpoint_url, other, keys)
    with pytest.raises(SignatureVerificationError, match="p-001"):
        elsewhere.get(key_of(visit(17)))
    with pytest.raises(SignatureVerificationError, match="p-001"):
        elsewhere.query("p-001")
    # Told the name that the items were signed for, as after a restore into a new table, it reads them.
    restored = DDBCRYPT.encrypted_table(
        connect_resource(database.endpoint_url).Table(other),
        DDBCRYPT.provider(keys),
        table_info=TableInfo(name=front.table_name),
        attribute_actions=DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS),
    )
    assert restored.get_item(Key=key_of(visit(17)))["Item"] == visit(17)
    database.client.delete_table(TableName=other)


def test_answer_with_an_item_of_another_key(watched: Front, endpoint: Endpoint, database: Database) -> None:
    """An item that verifies, but is not the one that was asked for: its own key is signed, so it is noticed."""
    watched.put(visit(0))
    watched.put(visit(17))
    other = to_json(database.client, watched.table_name, key_of(visit(0)))
    endpoint.inject(Alter("GetItem", lambda answer: answer.update(Item=other)))
    endpoint.inject(Alter("BatchGetItem", lambda answer: answer.update(Responses={watched.table_name: [other]})))
    assert watched.get(key_of(visit(0))) == visit(0)
    with pytest.raises(SignatureVerificationError, match="p-001"):
        watched.get(key_of(visit(17)))
    if watched.kind != "table":
        with pytest.raises(SignatureVerificationError, match="p-001"):
            watched.batch_get([key_of(visit(17))])


def to_json(client: Any, table: str, key: Item) -> Item:
    """A stored item as it stands in DynamoDB's answer, binaries in base64."""
    stored = client.get_item(TableName=table, Key=to_wire(key))["Item"]
    text = json.dumps(stored, default=lambda data: base64.b64encode(data).decode())
    parsed: Item = json.loads(text)
    return parsed


def test_wrong_keys(front: Front, database: Database) -> None:
    front.put(visit(0))
    front.put(visit(17))
    stranger = make_front(front.kind, database.endpoint_url, front.table_name, Keys())
    for read in _reads(stranger, key_of(visit(17))).values():
        with pytest.raises(SignatureVerificationError, match="p-001"):
            read()


def test_wrong_actions(front: Front, database: Database, keys: Keys) -> None:
    front.put(visit(17))
    for actions in (
        ACTIONS | {"name": "SIGN_ONLY"},
        ACTIONS | {"status": "DO_NOTHING"},
        ACTIONS | {"views": "SIGN_ONLY"},
    ):
        other = make_front(
            front.kind,
            database.endpoint_url,
            front.table_name,
            keys,
            actions=DDBCRYPT.actions(DEFAULT_ACTION, actions),
        )
        with pytest.raises(DynamodbEncryptionSdkError, match="p-001"):
            other.get(key_of(visit(17)))


def test_item_that_was_never_encrypted(front: Front, database: Database) -> None:
    front.put(visit(0))
    database.client.put_item(TableName=front.table_name, Item=to_wire(visit(17)))
    _assert_refused(front, key_of(visit(17)))
