# SPDX-License-Identifier: Apache-2.0
"""Items that are no items, reserved names, encrypted keys, and items that were never encrypted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from ddbcrypt import exceptions
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.client import EncryptedClient
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from ddbcrypt.encrypted.table import EncryptedTable
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.structures import AttributeActions, EncryptionContext, TableIndex, TableInfo
from tests.badinput.wiretap import TABLE, Wiretap
from tests.interop.ours import case_of, config_for, provider_for

CASE = case_of({}, {"id": "SIGN_ONLY", "visit": "SIGN_ONLY"})
CONFIG = config_for(CASE, keys=("id", "visit"))
RESERVED = ("*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*")
ALL_FOUR = [encrypt_dynamodb_item, encrypt_python_item, decrypt_dynamodb_item, decrypt_python_item]
Call = Callable[[Any, CryptoConfig], Any]


@pytest.mark.parametrize("name", RESERVED)
@pytest.mark.parametrize("call", [encrypt_dynamodb_item, encrypt_python_item])
def test_a_reserved_name_in_a_plaintext_item(call: Call, name: str) -> None:
    values: dict[str, Any] = {"id": {"S": "patient-77"}, "visit": {"N": "5"}, name: {"B": b"s3cret"}}
    if call is encrypt_python_item:
        values = {"id": "patient-77", "visit": 5, name: b"s3cret"}
    with pytest.raises(exceptions.ReservedAttributeError) as refusal:
        call(values, CONFIG)
    assert refusal.value.attribute == name
    assert name in str(refusal.value)
    assert "patient-77" in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_name_is_sent_by_neither_client_nor_table(name: str) -> None:
    wiretap = Wiretap()
    item = {"id": {"S": "patient-77"}, "visit": {"N": "5"}, name: {"S": "x"}}
    with pytest.raises(exceptions.ReservedAttributeError):
        wiretap.client(CASE).put_item(TableName=TABLE, Item=item)
    with pytest.raises(exceptions.ReservedAttributeError):
        wiretap.client(CASE).batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": item}}]})
    with pytest.raises(exceptions.ReservedAttributeError):
        wiretap.table(CASE).put_item(Item={"id": "patient-77", "visit": 5, name: "x"})
    assert wiretap.sent == []


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_name_takes_no_action(name: str) -> None:
    with pytest.raises(ValueError, match="reserved"):
        AttributeActions(attribute_actions={name: CryptoAction.DO_NOTHING})


@pytest.mark.parametrize("names", [("secret", None), ("id", "secret")])
def test_an_encrypted_primary_key_is_refused_by_a_configuration(names: tuple[str, str | None]) -> None:
    actions = AttributeActions(attribute_actions={"id": CryptoAction.SIGN_ONLY})
    context = EncryptionContext(table_name=TABLE, partition_key_name=names[0], sort_key_name=names[1])
    with pytest.raises(exceptions.InvalidArgumentError, match="secret"):
        CryptoConfig(provider_for(CASE), context, actions)


@pytest.mark.parametrize("name", ["id", "visit"])
def test_an_encrypted_primary_key_is_sent_by_neither_client_nor_table(name: str) -> None:
    wiretap = Wiretap()
    actions = AttributeActions(attribute_actions={name: CryptoAction.ENCRYPT_AND_SIGN})
    client = boto3.client("dynamodb", **wiretap.arguments())
    client.meta.events.register("before-send.dynamodb", wiretap)
    with pytest.raises(exceptions.InvalidArgumentError, match=name):
        EncryptedClient(client, provider_for(CASE), actions).put_item(
            TableName=TABLE, Item={"id": {"S": "a"}, "visit": {"N": "5"}}
        )
    table = boto3.resource("dynamodb", **wiretap.arguments()).Table(TABLE)
    table.meta.client.meta.events.register("before-send.dynamodb", wiretap)
    info = TableInfo(TABLE, TableIndex("id", "visit"), [])
    with pytest.raises(exceptions.InvalidArgumentError, match=name):
        EncryptedTable(table, provider_for(CASE), info, actions).put_item(Item={"id": "a", "visit": 5})
    assert wiretap.sent == []


@pytest.mark.parametrize("call", ALL_FOUR)
@pytest.mark.parametrize("item", [None, "s3cret", b"s3cret", 5, [("id", {"S": "s3cret"})], {"id"}, iter(()), object()])
def test_an_item_that_is_no_mapping(call: Call, item: Any) -> None:
    with pytest.raises(exceptions.InvalidArgumentError) as refusal:
        call(item, CONFIG)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("name", [5, None, b"bytes", ("a",), 1.5])
def test_a_name_that_is_no_string(name: Any) -> None:
    for call, value in ((encrypt_dynamodb_item, {"S": "s3cret"}), (encrypt_python_item, "s3cret")):
        with pytest.raises(exceptions.UnsupportedTypeError) as refusal:
            call({name: value}, CONFIG)
        assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("name", ["caf\ud83d", "\udfff"])
def test_a_name_that_utf8_cannot_hold(name: str) -> None:
    for call, value in ((encrypt_dynamodb_item, {"S": "s3cret"}), (encrypt_python_item, "s3cret")):
        with pytest.raises(exceptions.InvalidTextError) as refusal:
            call({name: value}, CONFIG)
        assert "s3cret" not in str(refusal.value)
    stored = encrypt_dynamodb_item({"id": {"S": "a"}}, CONFIG)
    with pytest.raises(exceptions.DynamodbEncryptionSdkError):
        decrypt_dynamodb_item({**stored, name: {"S": "x"}}, CONFIG)


def test_a_table_name_that_utf8_cannot_hold() -> None:
    with pytest.raises(exceptions.DynamodbEncryptionSdkError):
        encrypt_dynamodb_item({"id": {"S": "a"}}, config_for(case_of({}, table="caf\ud83d")))


PLAIN = {"id": {"S": "patient-77"}, "visit": {"N": "5"}, "secret": {"S": "s3cret"}}


def test_an_item_that_is_not_encrypted() -> None:
    with pytest.raises(exceptions.ItemNotEncryptedError) as refusal:
        decrypt_dynamodb_item(PLAIN, CONFIG)
    assert "patient-77" in str(refusal.value)
    assert "s3cret" not in str(refusal.value)
    with pytest.raises(exceptions.ItemNotEncryptedError):
        decrypt_python_item({"id": "patient-77", "visit": 5, "secret": "s3cret"}, CONFIG)
    for item in ({}, {"*amzn-ddb-map-desc*": {"B": bytes(4)}}):
        with pytest.raises(exceptions.ItemNotEncryptedError):
            decrypt_dynamodb_item(item, CONFIG)


@pytest.mark.parametrize("operation", ["get_item", "query", "scan", "batch_get_item"])
def test_an_item_that_is_not_encrypted_is_not_handed_over(operation: str) -> None:
    good = {name: dict(value) for name, value in PLAIN.items()}
    wiretap = Wiretap(
        {
            "GetItem": {"Item": good},
            "Query": {"Items": [good], "Count": 1, "ScannedCount": 1},
            "Scan": {"Items": [good], "Count": 1, "ScannedCount": 1},
            "BatchGetItem": {"Responses": {TABLE: [good]}, "UnprocessedKeys": {}},
        }
    )
    key = {"id": {"S": "patient-77"}, "visit": {"N": "5"}}
    arguments: dict[str, Any] = {
        "get_item": {"TableName": TABLE, "Key": key},
        "query": {
            "TableName": TABLE,
            "KeyConditionExpression": "id = :id",
            "ExpressionAttributeValues": {":id": {"S": "patient-77"}},
        },
        "scan": {"TableName": TABLE},
        "batch_get_item": {"RequestItems": {TABLE: {"Keys": [key]}}},
    }[operation]
    with pytest.raises(exceptions.ItemNotEncryptedError, match="patient-77") as refusal:
        getattr(wiretap.client(CASE), operation)(**arguments)
    assert "s3cret" not in str(refusal.value)
