# SPDX-License-Identifier: Apache-2.0
"""Wrappers over tables with configurations of their own, in place of a materials provider for all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    EncryptedClient,
    EncryptedResource,
    EncryptedTable,
    LegacyTableConfig,
    Metrics,
    TableIndex,
    TableInfo,
)
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.identifiers import Dialect
from ddbcrypt.keyrings import AlgorithmSuite, RawAesKeyring
from ddbcrypt.structured import DynamoDbTableEncryptionConfig
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE
from tests.unit.client_recording import SECRET, Recorder, actions, provider, python_item, wire_item


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def _structured(table: str = "people") -> DynamoDbTableEncryptionConfig:
    return DynamoDbTableEncryptionConfig(
        logical_table_name=table,
        partition_key_name="id",
        attribute_actions_on_encrypt={
            "id": CryptoAction.SIGN_ONLY,
            "name": CryptoAction.ENCRYPT_AND_SIGN,
            "city": CryptoAction.SIGN_ONLY,
            "note": CryptoAction.DO_NOTHING,
        },
        allowed_unsigned_attributes=["note"],
        keyring=RawAesKeyring("tests", "people", bytes(32)),
        algorithm_suite_id=AlgorithmSuite.SYMMETRIC_SIGNATURE,
    )


OPTIONS: dict[str, Any] = {
    "attribute_actions": AttributeActions(),
    "accept_28_digit_numbers": True,
    "encryption_context_override": lambda context: context,
    "dialect": Dialect.JAVA,
}


@pytest.mark.parametrize("option", [*OPTIONS, "table_info"])
def test_options_that_the_configuration_has_are_refused_by_name(recorder: Recorder, option: str) -> None:
    given = {option: {**OPTIONS, "table_info": TableInfo("people", TableIndex("id"))}[option]}
    with pytest.raises(InvalidArgumentError, match=option):
        EncryptedTable(recorder.table(), _structured(), **given)
    if option != "table_info":
        with pytest.raises(InvalidArgumentError, match=option):
            EncryptedClient(recorder.client(), {"people": _structured()}, **given)
        with pytest.raises(InvalidArgumentError, match=option):
            EncryptedResource(recorder.resource(), {"people": _structured()}, **given)
    if option in ("table_info", "attribute_actions"):
        resource = EncryptedResource(recorder.resource(), {"people": _structured()})
        with pytest.raises(InvalidArgumentError, match=option):
            resource.Table("people", **given)
        with pytest.raises(InvalidArgumentError, match=option):
            resource.Table("people", materials_provider=_structured(), **given)
    assert recorder.calls == []


@pytest.mark.parametrize("given", [{"people": provider()}, {"people": None}, {5: _structured()}, _structured(), None])
def test_other_things_are_no_configurations(recorder: Recorder, given: Any) -> None:
    with pytest.raises(TypeError):
        EncryptedClient(recorder.client(), given)
    with pytest.raises(TypeError):
        EncryptedResource(recorder.resource(), given)
    if not isinstance(given, DynamoDbTableEncryptionConfig):
        with pytest.raises(TypeError):
            EncryptedTable(recorder.table(), given)


def test_a_table_protects_itself_alone(recorder: Recorder) -> None:
    metrics = Metrics()
    table = EncryptedTable(recorder.table(), _structured(), metrics=metrics)
    table.put_item(Item=python_item())
    assert table.get_item(Key={"id": "1"})["Item"] == python_item()
    assert FOOTER_ATTRIBUTE in recorder.stored()[0]
    assert SECRET not in json.dumps(recorder.calls)
    assert metrics.snapshot()["items_encrypted"] == 1
    with pytest.raises(UnsupportedOperationError, match='"visits" is not configured'):
        table.meta.client.put_item(TableName="visits", Item=python_item(at="now"))
    assert recorder.sent_item_calls() == ["PutItem", "GetItem"]
    assert recorder.sent("DescribeTable") == []


def test_updates_can_be_refused(recorder: Recorder) -> None:
    table = EncryptedTable(recorder.table(), _structured(), update_mode="refuse")
    with pytest.raises(UnsupportedOperationError, match="update_mode"):
        table.update_item(Key={"id": "1"}, UpdateExpression="REMOVE note")


def test_a_legacy_table_of_a_mapping_is_asked_for_its_key(recorder: Recorder) -> None:
    configs = {"people": _structured(), "visits": LegacyTableConfig(provider(), actions())}
    client = EncryptedClient(recorder.client(), configs)
    for table in configs:
        client.put_item(TableName=table, Item=wire_item(at={"S": "now"}) if table == "visits" else wire_item())
    assert [body["TableName"] for body in recorder.sent("DescribeTable")] == ["visits"]
    assert "*amzn-ddb-map-sig*" in recorder.stored("visits")[0]
    assert FOOTER_ATTRIBUTE in recorder.stored("people")[0]
    silent = EncryptedClient(recorder.client(), configs, auto_refresh_table_indexes=False)
    silent.put_item(TableName="people", Item=wire_item("2"))
    with pytest.raises(InvalidArgumentError, match='"visits" is not known'):
        silent.put_item(TableName="visits", Item=wire_item(at={"S": "now"}))


def test_a_table_by_its_arn(recorder: Recorder) -> None:
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/people"
    client = EncryptedClient(recorder.client(), {arn: _structured()})
    client.put_item(TableName="people", Item=wire_item())
    assert client.get_item(TableName=arn, Key={"id": {"S": "1"}})["Item"] == wire_item()


def test_tables_of_a_resource(recorder: Recorder) -> None:
    resource = EncryptedResource(recorder.resource(), {"people": _structured()})
    resource.Table("people").put_item(Item=python_item())
    for tables in (resource.tables, resource.tables.all(), resource.tables.filter(), *[resource.tables.limit(9)]):
        found = {table.name: table for page in tables.pages() for table in page}
        assert found.keys() == {"numbers", "people", "visits"}
        assert found["people"].scan()["Items"] == [python_item()]
        with pytest.raises(UnsupportedOperationError, match='"visits"'):
            found["visits"].scan()
    assert all(isinstance(table, EncryptedTable) for table in found.values())


def test_a_legacy_resource_gives_a_structured_table(recorder: Recorder) -> None:
    resource = EncryptedResource(recorder.resource(), provider(), actions(), dialect=Dialect.JAVA)
    table = resource.Table("people", materials_provider=_structured())
    table.put_item(Item=python_item())
    assert FOOTER_ATTRIBUTE in recorder.stored()[0]
    assert table.get_item(Key={"id": "1"})["Item"] == python_item()


def test_a_created_table(recorder: Recorder) -> None:
    recorder.answers["CreateTable"] = lambda body: {"TableDescription": {"TableName": body["TableName"]}}
    resource = EncryptedResource(recorder.resource(), {"people": _structured()})
    request: dict[str, Any] = {
        "TableName": "people",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    index = {"IndexName": "by-name", "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}]}
    with pytest.raises(UnsupportedOperationError, match='"name"'):
        resource.create_table(**request, GlobalSecondaryIndexes=[{**index, "Projection": {"ProjectionType": "ALL"}}])
    table = resource.create_table(**request)
    assert isinstance(table, EncryptedTable)
    table.put_item(Item=python_item())
    assert FOOTER_ATTRIBUTE in recorder.stored()[0]
