# SPDX-License-Identifier: Apache-2.0
"""One client with a legacy, a structured and a plaintext table: in one batch, and in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

import ddbcrypt
from ddbcrypt import CryptoConfig, EncryptedClient, EncryptedResource
from ddbcrypt.exceptions import InvalidArgumentError, SignatureVerificationError, UnsupportedOperationError
from tests.dynamodb.attach.attached import config, tamper
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import from_wire, key_of, to_wire, visit
from tests.dynamodb.leaks import assert_is_ciphertext
from tests.dynamodb.library import Keys
from tests.dynamodb.structured.tables import assert_is_structured, structured
from tests.support.connect import connect_client, connect_resource


class Tables(NamedTuple):
    legacy: str
    structured: str
    plain: str


@pytest.fixture
def names(database: Database) -> Iterator[Tables]:
    made = Tables(*(database.create_table() for _ in Tables._fields))
    yield made
    for name in made:
        database.client.delete_table(TableName=name)


@pytest.fixture
def configs(names: Tables, keys: Keys) -> dict[str, Any]:
    return {names.legacy: config(keys), names.structured: structured(names.structured)}


@pytest.fixture
def client(database: Database, names: Tables, configs: dict[str, Any]) -> Any:
    return ddbcrypt.attach(connect_client(database.endpoint_url), configs, plaintext_tables=[names.plain])


def _check_stored(database: Database, names: Tables, number: int) -> None:
    item = visit(number)
    (legacy,), (new,), (plain,) = (database.raw_items(name) for name in names)
    assert_is_ciphertext(legacy, item)
    assert_is_structured(new, item)
    assert from_wire(plain) == item


def test_one_batch(client: Any, database: Database, names: Tables) -> None:
    wire = to_wire(visit(1))
    writes = {name: [{"PutRequest": {"Item": wire}}] for name in names}
    assert not client.batch_write_item(RequestItems=writes)["UnprocessedItems"]
    _check_stored(database, names, 1)
    reads = {name: {"Keys": [key_of(wire)]} for name in names}
    found = client.batch_get_item(RequestItems=reads)["Responses"]
    assert found.keys() == set(names)
    assert [[from_wire(item) for item in items] for items in found.values()] == [[visit(1)]] * 3


def test_one_transaction(client: Any, database: Database, names: Tables) -> None:
    wire = to_wire(visit(2))
    client.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": wire}} for name in names])
    _check_stored(database, names, 2)
    gets = [{"Get": {"TableName": name, "Key": key_of(wire)}} for name in names]
    found = client.transact_get_items(TransactItems=gets)["Responses"]
    assert [from_wire(one["Item"]) for one in found] == [visit(2)] * 3


def test_cancelled_transactions_show_decrypted_items(client: Any, database: Database, names: Tables) -> None:
    wire = to_wire(visit(2))
    client.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": wire}} for name in names])
    puts: list[Any] = [
        {
            "Put": {
                "TableName": name,
                "Item": wire,
                "ConditionExpression": "attribute_not_exists(patient)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        for name in names
    ]
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=puts)
    reasons = caught.value.response["CancellationReasons"]
    assert [from_wire(reason["Item"]) for reason in reasons] == [visit(2)] * 3
    _check_stored(database, names, 2)


def test_the_tampered_item_of_a_batch_is_named_with_its_table(client: Any, database: Database, names: Tables) -> None:
    items = [visit(number) for number in range(3)]
    writes = {name: [{"PutRequest": {"Item": to_wire(item)}} for item in items] for name in names}
    client.batch_write_item(RequestItems=writes)
    tamper(database.client, names.structured, items[1])
    reads = {name: {"Keys": [to_wire(key_of(item)) for item in items]} for name in names}
    with pytest.raises(SignatureVerificationError, match=r"visit=1\b") as caught:
        client.batch_get_item(RequestItems=reads)
    assert caught.value.item_key == to_wire(key_of(items[1]))
    assert any(names.structured in note for note in caught.value.__notes__)
    with ddbcrypt.request_options(on_error="collect") as options:
        found = client.batch_get_item(RequestItems=reads)["Responses"]
    assert [len(found[name]) for name in names] == [3, 2, 3]
    (failed,) = options.failures
    assert (failed.table_name, failed.key) == (names.structured, to_wire(key_of(items[1])))


def test_wrappers_take_the_same_configurations(database: Database, names: Tables, configs: dict[str, Any]) -> None:
    client = EncryptedClient(connect_client(database.endpoint_url), configs)
    resource = EncryptedResource(connect_resource(database.endpoint_url), configs)
    wire = to_wire(visit(3))
    protected = (names.legacy, names.structured)
    client.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": wire}}] for name in protected})
    for name in protected:
        assert resource.Table(name).get_item(Key=key_of(visit(3)))["Item"] == visit(3)
    found = resource.batch_get_item(RequestItems={name: {"Keys": [key_of(visit(3))]} for name in protected})
    assert found["Responses"] == {name: [visit(3)] for name in protected}
    assert_is_structured(database.raw_items(names.structured)[0], visit(3))
    assert_is_ciphertext(database.raw_items(names.legacy)[0], visit(3))
    tables = {table.name: table for table in resource.tables.all()}
    assert tables[names.structured].scan()["Items"] == [visit(3)]
    for refused in (
        lambda: client.scan(TableName=names.plain),
        tables[names.plain].scan,
        resource.Table(names.plain).scan,
    ):
        with pytest.raises(UnsupportedOperationError, match=names.plain):
            refused()


def test_a_crypto_config_of_the_legacy_format_is_refused(client: Any, names: Tables, keys: Keys) -> None:
    actions = config(keys).attribute_actions.copy()
    actions.set_index_keys("patient", "visit")
    context = ddbcrypt.EncryptionContext(names.structured, partition_key_name="patient", sort_key_name="visit")
    own = CryptoConfig(config(keys).materials_provider, context, actions)
    with (
        ddbcrypt.request_options(crypto_config=own),
        pytest.raises(InvalidArgumentError, match=f"{names.structured}.*not in the legacy format"),
    ):
        client.get_item(TableName=names.structured, Key=to_wire(key_of(visit(1))))
