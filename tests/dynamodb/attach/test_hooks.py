# SPDX-License-Identifier: Apache-2.0
"""The hooks themselves: once, taken off again, on clones that leave the original alone, in threads; what is refused."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.client import BaseClient

import ddbcrypt
from ddbcrypt.exceptions import InvalidArgumentError, SignatureVerificationError, UnsupportedOperationError
from tests.dynamodb.attach.attached import SIGNATURE, attached_client, attached_table, config
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import from_wire, key_of, to_wire, visit
from tests.dynamodb.library import Keys
from tests.support.connect import connect_client, connect_resource
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS


@pytest.fixture
def table(moto: Database) -> str:
    return moto.create_table()


def test_twice_is_once(moto_endpoint: Endpoint, moto: Database, table: str, keys: Keys) -> None:
    given = config(keys)
    client = attached_client(moto_endpoint.endpoint_url, {table: given})
    assert ddbcrypt.attach(client, {table: given}) is client
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    (stored,) = moto.raw_items(table)
    key = {"patient": stored["patient"], "visit": stored["visit"]}
    assert from_wire(client.get_item(TableName=table, Key=key)["Item"]) == visit(1)
    decrypted = ddbcrypt.decrypt_dynamodb_item(stored, _crypto_config(given, table))
    assert from_wire(decrypted) == visit(1)


def _crypto_config(given: ddbcrypt.LegacyTableConfig, table: str) -> ddbcrypt.CryptoConfig:
    actions = given.attribute_actions.copy()
    actions.set_index_keys("patient", "visit")
    context = ddbcrypt.EncryptionContext(table_name=table, partition_key_name="patient", sort_key_name="visit")
    return ddbcrypt.CryptoConfig(given.materials_provider, context, actions)


@pytest.mark.parametrize(
    "other",
    [
        {"update_mode": "refuse"},
        {"on_unknown_table": "plaintext"},
        {"plaintext_tables": ["plain"]},
        {"tables": {}},
    ],
    ids=lambda other: next(iter(other)),
)
def test_twice_with_another_configuration(moto: Database, table: str, keys: Keys, other: dict[str, Any]) -> None:
    given = config(keys)
    client = attached_client(moto.endpoint_url, {table: given})
    with pytest.raises(InvalidArgumentError, match="detach it first"):
        ddbcrypt.attach(client, **{"tables": {table: given}, **other})


def test_twice_with_other_metrics(moto: Database, table: str, keys: Keys) -> None:
    metrics, tables = ddbcrypt.Metrics(), {table: config(keys)}
    client = attached_client(moto.endpoint_url, tables, metrics=metrics)
    for same in (metrics, None):
        assert ddbcrypt.attach(client, tables, metrics=same) is client
    with pytest.raises(InvalidArgumentError, match="counts go elsewhere.*detach it first"):
        ddbcrypt.attach(client, tables, metrics=ddbcrypt.Metrics())
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    assert metrics.snapshot()["items_encrypted"] == 1
    uncounted = attached_client(moto.endpoint_url, tables)
    with pytest.raises(InvalidArgumentError, match="counts go elsewhere"):
        ddbcrypt.attach(uncounted, tables, metrics=metrics)


def test_detached_object_is_as_it_was(moto: Database, table: str, keys: Keys) -> None:
    client = attached_client(moto.endpoint_url, {table: config(keys)})
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    ddbcrypt.detach(client)
    assert SIGNATURE in client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))["Item"]
    assert client.execute_statement(Statement=f'SELECT * FROM "{table}"')["Items"]  # noqa: S608 - a table of ours
    with pytest.raises(InvalidArgumentError, match="nothing is attached"):
        ddbcrypt.detach(client)
    ddbcrypt.attach(client, {table: config(keys)}, update_mode="refuse")
    with pytest.raises(SignatureVerificationError):
        ddbcrypt.attach(connect_client(moto.endpoint_url), {table: config(Keys())}).scan(TableName=table)


def test_table_is_cloned_and_the_original_left(moto: Database, table: str, keys: Keys) -> None:
    resource = connect_resource(moto.endpoint_url)
    original = resource.Table(table)
    attached = ddbcrypt.attach(original, {table: config(keys)})
    assert attached is not original
    assert attached.meta.client is not original.meta.client
    attached.put_item(Item=visit(1))
    assert SIGNATURE in original.get_item(Key=key_of(visit(1)))["Item"]
    assert SIGNATURE in resource.meta.client.get_item(TableName=table, Key=key_of(visit(1)))["Item"]
    assert attached.get_item(Key=key_of(visit(1)))["Item"] == visit(1)
    assert attached.meta.client.get_item(TableName=table, Key=key_of(visit(1)))["Item"] == visit(1)
    assert (attached.name, attached.key_schema) == (table, original.key_schema)
    ddbcrypt.detach(attached)
    assert SIGNATURE in attached.get_item(Key=key_of(visit(1)))["Item"]


def test_table_of_an_attached_resource(moto: Database, table: str, keys: Keys) -> None:
    given = config(keys)
    resource = ddbcrypt.attach(connect_resource(moto.endpoint_url), {table: given})
    one = resource.Table(table)
    assert ddbcrypt.attach(one, {table: given}) is one
    with pytest.raises(InvalidArgumentError, match="detach it first"):
        ddbcrypt.attach(one, {table: config(Keys())})


def test_clients_of_one_session_are_attached_one_by_one(moto: Database, table: str, keys: Keys) -> None:
    one, other = connect_client(moto.endpoint_url), connect_client(moto.endpoint_url)
    ddbcrypt.attach(one, {table: config(keys)})
    one.put_item(TableName=table, Item=to_wire(visit(1)))
    assert SIGNATURE in other.get_item(TableName=table, Key=to_wire(key_of(visit(1))))["Item"]


def test_threads_share_a_client_with_options_of_their_own(moto: Database, table: str, keys: Keys) -> None:
    client = attached_client(moto.endpoint_url, {table: config(keys)})
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    moto.client.put_item(TableName=table, Item=to_wire(visit(2)))
    together = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    outcomes: dict[str, Any] = {}

    def collects() -> None:
        with ddbcrypt.request_options(on_error="collect") as options:
            together.wait()
            answer = client.scan(TableName=table)
            together.wait()
        outcomes["collects"] = [from_wire(item) for item in answer["Items"]], len(options.failures)

    def raises() -> None:
        together.wait()
        try:
            client.scan(TableName=table)
        except ddbcrypt.DynamodbEncryptionSdkError as error:
            outcomes["raises"] = error
        together.wait()

    threads = [threading.Thread(target=work) for work in (collects, raises)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes["collects"] == ([visit(1)], 1)
    assert isinstance(outcomes["raises"], ddbcrypt.ItemNotEncryptedError)


@pytest.mark.parametrize("method", ["get_item", "put_item", "query", "execute_statement", "describe_table"])
def test_nothing_is_presigned(moto_endpoint: Endpoint, table: str, keys: Keys, method: str) -> None:
    client = attached_client(moto_endpoint.endpoint_url, {table: config(keys)})
    parameters: dict[str, Any] = {
        "get_item": {"TableName": table, "Key": to_wire(key_of(visit(1)))},
        "put_item": {"TableName": table, "Item": to_wire(visit(1))},
        "query": {"TableName": table, "KeyConditionExpression": "patient = patient"},
        "execute_statement": {"Statement": "SELECT"},
        "describe_table": {"TableName": table},
    }
    with pytest.raises(UnsupportedOperationError):
        client.generate_presigned_url(method, Params=parameters[method])
    assert moto_endpoint.operations == []


def test_unknown_tables(moto_endpoint: Endpoint, moto: Database, table: str, keys: Keys) -> None:
    other = moto.create_table()
    client = attached_client(moto_endpoint.endpoint_url, {table: config(keys)})
    for call in (
        lambda: client.put_item(TableName=other, Item=to_wire(visit(1))),
        lambda: client.get_item(TableName=other, Key=to_wire(key_of(visit(1)))),
        lambda: client.scan(TableName=other),
    ):
        with pytest.raises(UnsupportedOperationError, match=f'"{other}" is not configured'):
            call()
    assert moto_endpoint.operations == []
    for options in ({"plaintext_tables": [other]}, {"on_unknown_table": "plaintext"}):
        client = attached_client(moto_endpoint.endpoint_url, {table: config(keys)}, **options)
        client.put_item(TableName=other, Item=to_wire(visit(1)))
        assert from_wire(client.get_item(TableName=other, Key=to_wire(key_of(visit(1))))["Item"]) == visit(1)
    assert from_wire(moto.raw_items(other)[0]) == visit(1)


def test_refusals_are_counted(moto: Database, table: str, keys: Keys) -> None:
    counted: list[tuple[str, int]] = []
    metrics = ddbcrypt.Metrics(lambda name, amount: counted.append((name, amount)))
    client = attached_client(moto.endpoint_url, {table: config(keys)}, metrics=metrics)
    with pytest.raises(UnsupportedOperationError):
        client.execute_statement(Statement="SELECT")
    with pytest.raises(UnsupportedOperationError):
        client.scan(TableName=table, FilterExpression="insurance = visit")
    assert counted == [("refusals", 1), ("refusals", 1)]
    assert metrics.snapshot()["refusals"] == 2


class _Unhooked:
    """Has a client's methods and none of its events."""

    def put_item(self, **_: Any) -> None:
        """Would be sent in plaintext."""


def test_objects_without_events_are_refused_by_name(moto: Database, table: str, keys: Keys) -> None:
    client = connect_client(moto.endpoint_url)
    attached = attached_table(moto.endpoint_url, table, keys)
    targets: dict[str, Any] = {
        "_Unhooked": _Unhooked(),
        "MagicMock": mock.MagicMock(spec=BaseClient),
        "Paginator.Scan": client.get_paginator("scan"),
        "BatchWriter": attached.batch_writer(),
    }
    for name, target in targets.items():
        with pytest.raises(UnsupportedOperationError, match=name):
            ddbcrypt.attach(target, {table: config(keys)})


def test_clients_of_other_services_are_refused(table: str, keys: Keys) -> None:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1")
    with pytest.raises(UnsupportedOperationError, match="'sqs'"):
        ddbcrypt.attach(session.client("sqs"), {table: config(keys)})


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"tables": ["people"]}, TypeError),
        ({"tables": {"people": "AES"}}, TypeError),
        ({"tables": {1: None}}, TypeError),
        ({"tables": {}, "plaintext_tables": "people"}, InvalidArgumentError),
        ({"tables": {}, "on_unknown_table": "ignore"}, InvalidArgumentError),
        ({"tables": {}, "update_mode": "overwrite"}, InvalidArgumentError),
        ({"tables": {}, "metrics": {}}, TypeError),
        ({"tables": {"arn:aws:dynamodb:eu-central-1:1:table/t/index/i": config(Keys())}}, InvalidArgumentError),
        ({"tables": {"t": config(Keys())}, "plaintext_tables": ["t"]}, InvalidArgumentError),
    ],
    ids=["list", "text", "name", "one-name", "unknown", "mode", "metrics", "index-arn", "both"],
)
def test_arguments_that_do_not_fit(moto: Database, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ddbcrypt.attach(connect_client(moto.endpoint_url), **arguments)


def test_nothing_outlives_an_attached_client(moto: Database, table: str, keys: Keys) -> None:
    client = attached_client(moto.endpoint_url, {table: config(keys)})
    client.scan(TableName=table)
    events = weakref.ref(client.meta.events)
    del client
    gc.collect()
    assert events() is None
