# SPDX-License-Identifier: Apache-2.0
"""EncryptedResource and its tables."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest
from boto3.resources.base import ServiceResource

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    EncryptedResource,
    EncryptedTable,
    EncryptionContext,
    InvalidArgumentError,
    SignatureVerificationError,
    TableIndex,
    TableInfo,
    UnsupportedOperationError,
)
from ddbcrypt.dynamodb.table_infos import TableInfoCache
from ddbcrypt.encrypted.resource import EncryptedTablesCollectionManager
from tests.unit.client_recording import SECRET, Body, Recorder, actions, provider, python_item

ATTRIBUTES = sorted(name for name in dir(Recorder().resource()) if not name.startswith("_"))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def resource(recorder: Recorder) -> EncryptedResource:
    return EncryptedResource(recorder.resource(), provider(), actions())


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_of_a_boto3_resource_is_there(resource: EncryptedResource, name: str) -> None:
    assert hasattr(resource, name)
    assert name in dir(resource)


def test_a_table(recorder: Recorder, resource: EncryptedResource) -> None:
    table = resource.Table("people")
    assert isinstance(table, EncryptedTable)
    table.put_item(Item=python_item())
    assert SECRET not in json.dumps(recorder.calls)
    assert resource.Table("people").get_item(Key={"id": "1"})["Item"] == python_item()
    assert len(recorder.sent("DescribeTable")) == 1


def test_a_table_with_a_configuration_of_its_own(recorder: Recorder, resource: EncryptedResource) -> None:
    signed = AttributeActions(CryptoAction.SIGN_ONLY)
    info = TableInfo("people", TableIndex("id"))
    table = resource.Table("people", materials_provider=provider(7), table_info=info, attribute_actions=signed)
    table.put_item(Item=python_item())
    assert recorder.stored()[0]["name"] == {"S": SECRET}
    assert recorder.sent("DescribeTable") == []
    with pytest.raises(SignatureVerificationError):
        resource.Table("people").scan()


def test_without_lookups_a_table_needs_its_keys(recorder: Recorder) -> None:
    resource = EncryptedResource(recorder.resource(), provider(), actions(), False)
    with pytest.raises(InvalidArgumentError, match="people"):
        resource.Table("people")
    resource.Table("people", table_info=TableInfo("people", TableIndex("id"))).put_item(Item=python_item())
    assert resource.Table("people", auto_refresh_table_indexes=True).scan()["Items"] == [python_item()]
    assert len(recorder.sent("DescribeTable")) == 1


def test_batches(recorder: Recorder, resource: EncryptedResource) -> None:
    requests = {"people": [{"PutRequest": {"Item": python_item()}}]}
    assert resource.batch_write_item(RequestItems=requests)["UnprocessedItems"] == {}
    assert SECRET not in json.dumps(recorder.calls)
    keys = {"people": {"Keys": [{"id": "1"}]}}
    assert resource.batch_get_item(RequestItems=keys)["Responses"] == {"people": [python_item()]}
    config = CryptoConfig(provider(7), EncryptionContext("people", "id"), AttributeActions(CryptoAction.SIGN_ONLY))
    with pytest.raises(SignatureVerificationError):
        resource.batch_get_item(RequestItems=keys, crypto_config=config)


def test_its_client_is_encrypted(recorder: Recorder, resource: EncryptedResource) -> None:
    resource.meta.client.put_item(TableName="people", Item=python_item())
    assert SECRET not in json.dumps(recorder.calls)
    with pytest.raises(UnsupportedOperationError, match="PartiQL"):
        resource.meta.client.execute_statement(Statement=SECRET)


def test_the_resource_that_was_given_stays_as_it_was(recorder: Recorder) -> None:
    boto = recorder.resource()
    client = boto.meta.client
    EncryptedResource(boto, provider(), actions()).Table("people").put_item(Item=python_item())
    assert boto.meta.client is client
    boto.Table("people").put_item(Item=python_item())
    assert recorder.stored()[0]["name"] == {"S": SECRET}


def test_collections_of_tables(recorder: Recorder, resource: EncryptedResource) -> None:
    tables = resource.tables
    assert isinstance(tables, EncryptedTablesCollectionManager)
    names = ["numbers", "people", "visits"]
    for collection in (tables.all(), tables.filter(), tables.iterator(), tables.page_size(2), tables.all().all()):
        found = list(collection)
        assert [table.name for table in found] == names
        assert all(type(table) is EncryptedTable for table in found)
    assert [table.name for table in tables.limit(2)] == names[:2]
    assert [table.name for table in tables.filter().limit(1)] == names[:1]
    assert [[table.name for table in page] for page in tables.pages()] == [names]
    assert [[table.name for table in page] for page in tables.page_size(5).filter(Limit=9).pages()] == [names]
    assert recorder.sent("ListTables")[-1]["Limit"] == 5
    assert len(recorder.sent("DescribeTable")) == 3
    people = list(tables.all())[1]
    people.put_item(Item=python_item())
    assert SECRET not in json.dumps(recorder.calls)
    assert resource.Table("people").scan()["Items"] == [python_item()]


def test_a_created_table_is_encrypted(recorder: Recorder, resource: EncryptedResource) -> None:
    recorder.answers["CreateTable"] = lambda body: {"TableDescription": {"TableName": body["TableName"]}}
    request: Body = {
        "TableName": "people",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    table = resource.create_table(**request)
    assert isinstance(table, EncryptedTable)
    table.put_item(Item=python_item())
    assert SECRET not in json.dumps(recorder.calls)
    assert table.get_item(Key={"id": "1"})["Item"] == python_item()
    assert recorder.sent("DescribeTable") == []


def test_constructor_arguments_are_checked(recorder: Recorder) -> None:
    boto: Any = recorder.resource()
    with pytest.raises(TypeError, match="resource"):
        EncryptedResource("dynamodb", provider())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="service resource of dynamodb"):
        EncryptedResource(recorder.table(), provider())
    with pytest.raises(TypeError, match="Mock.*no botocore events"):
        EncryptedResource(mock.Mock(spec=ServiceResource), provider())
    with pytest.raises(TypeError, match="materials_provider"):
        EncryptedResource(boto, "key")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="attribute_actions"):
        EncryptedResource(boto, provider(), {})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="auto_refresh_table_indexes"):
        EncryptedResource(boto, provider(), None, "no")  # type: ignore[arg-type]
    cache = TableInfoCache(boto.meta.client, True)
    with pytest.raises(TypeError, match="collection"):
        EncryptedTablesCollectionManager([], provider(), actions(), cache)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="table_info_cache"):
        EncryptedTablesCollectionManager(boto.tables, provider(), actions(), None)  # type: ignore[arg-type]
    assert not hasattr(EncryptedResource.__new__(EncryptedResource), "_resource")
    assert recorder.calls == []
