# SPDX-License-Identifier: Apache-2.0
"""Operations on tables through an attached client: most pass; what would read ciphertext is refused."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.exceptions import UnsupportedOperationError
from tests.dynamodb.attach.attached import attached_client, config, put_all
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import KEY_SCHEMA, KEY_TYPES, from_wire, to_wire, visit
from tests.dynamodb.library import Keys
from tests.support.endpoint import Endpoint


@pytest.fixture
def name() -> str:
    return f"made-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def client(moto_endpoint: Endpoint, name: str, keys: Keys) -> Any:
    return attached_client(moto_endpoint.endpoint_url, {name: config(keys)})


def _definition(name: str, key: str) -> dict[str, Any]:
    index = {
        "IndexName": "by-key",
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["insurance"]},
    }
    return {
        "TableName": name,
        "KeySchema": KEY_SCHEMA,
        "AttributeDefinitions": [*KEY_TYPES, {"AttributeName": key, "AttributeType": "S"}],
        "GlobalSecondaryIndexes": [index],
        "BillingMode": "PAY_PER_REQUEST",
    }


def test_table_is_made_and_used(client: Any, moto: Database, name: str) -> None:
    client.create_table(**_definition(name, "status"))
    put_all(client, name, [visit(1)])
    assert set(moto.raw_items(name)[0]["name"]) == {"B"}
    assert client.describe_table(TableName=name)["Table"]["TableName"] == name
    pages = client.get_paginator("list_tables").paginate()
    assert any(name in page["TableNames"] for page in pages)
    client.delete_table(TableName=name)


def test_index_over_ciphertext_is_refused(client: Any, moto_endpoint: Endpoint, name: str) -> None:
    with pytest.raises(UnsupportedOperationError, match='"insurance", which is encrypted') as caught:
        client.create_table(**_definition(name, "insurance"))
    assert caught.value.attribute == "insurance"
    assert moto_endpoint.operations == []
    client.create_table(**_definition(name, "status"))
    moto_endpoint.forget()
    index = {
        "IndexName": "more",
        "KeySchema": [{"AttributeName": "remark", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    with pytest.raises(UnsupportedOperationError, match='"remark", which is encrypted'):
        client.update_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "remark", "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": index}],
        )
    assert moto_endpoint.operations == ["DescribeTable"]


def test_time_to_live(client: Any, moto_endpoint: Endpoint, name: str) -> None:
    client.create_table(**_definition(name, "status"))
    with pytest.raises(UnsupportedOperationError, match='"insurance", which is encrypted'):
        client.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"AttributeName": "insurance", "Enabled": True}
        )
    assert "UpdateTimeToLive" not in moto_endpoint.operations
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"AttributeName": "views", "Enabled": True})
    described = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert described["AttributeName"] == "views"


def test_table_made_anew_with_another_key(client: Any, moto_endpoint: Endpoint, moto: Database, name: str) -> None:
    client.create_table(**_definition(name, "status"))
    put_all(client, name, [visit(1)])
    client.delete_table(TableName=name)
    schema = [{"AttributeName": "remark", "KeyType": "HASH"}]
    definition = _definition(name, "status")
    types = [{"AttributeName": key, "AttributeType": "S"} for key in ("remark", "status")]
    client.create_table(**{**definition, "KeySchema": schema, "AttributeDefinitions": types})
    item = to_wire({**visit(2), "remark": "a key now"})
    client.put_item(TableName=name, Item=item)
    (stored,) = moto.raw_items(name)
    assert stored["remark"] == {"S": "a key now"}
    assert set(stored["name"]) == {"B"}
    found = client.get_item(TableName=name, Key={"remark": item["remark"]})["Item"]
    assert from_wire(found) == from_wire(item)
    assert moto_endpoint.operations.count("DescribeTable") == 2


@pytest.mark.parametrize("range_key", ["id", ""])
def test_a_key_schema_that_dynamodb_will_refuse_is_left_to_it(keys: Keys, range_key: str) -> None:
    names = {"HASH": "id", "RANGE": range_key}
    schema = [{"AttributeName": name, "KeyType": kind} for kind, name in names.items()]
    assert Registry({"visits": config(keys)}).defined("visits", schema) is None
