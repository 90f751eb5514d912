# SPDX-License-Identifier: Apache-2.0
"""Every operation of DynamoDB's model: done right, harmless and on a list, or refused before anything is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StructureShape

from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.operations import Treatment, find
from tests.architecture.models.make import ITEM_OPERATIONS
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import CLIENT_KINDS, Front, make_front
from tests.dynamodb.items import key_of, to_wire, visit
from tests.dynamodb.library import Keys
from tests.support.connect import connect_client, connect_resource
from tests.support.endpoint import Endpoint

DONE_RIGHT = frozenset(ITEM_OPERATIONS)
REFUSED = {
    "BatchExecuteStatement",
    "ExecuteStatement",
    "ExecuteTransaction",
    "ExportTableToPointInTime",
    "ImportTable",
    "SearchVectors",
    "StartBulkPutItems",
}
# Shapes that hold values of items, or text that may.
DATA_SHAPES = {"AttributeValue", "PartiQLStatement", "Expected", "AttributeValueUpdate"}
# Operations that load items from elsewhere, or hand them out, without showing them in the API.
COPIES = {"ExportTableToPointInTime", "ImportTable", "StartBulkPutItems"}


def _shapes(shape: Shape | None, seen: set[str]) -> Iterator[str]:
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    yield shape.name
    if isinstance(shape, StructureShape):
        for member in shape.members.values():
            yield from _shapes(member, seen)
    elif isinstance(shape, ListShape):
        yield from _shapes(shape.member, seen)
    elif isinstance(shape, MapShape):
        yield from _shapes(shape.key, seen)
        yield from _shapes(shape.value, seen)


def _sample(shape: Shape) -> Any:
    """A small valid value of a shape, required members only."""
    if isinstance(shape, StructureShape):
        return {name: _sample(shape.members[name]) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [_sample(shape.member)]
    if isinstance(shape, MapShape):
        return {"table": _sample(shape.value)}
    kinds: dict[str, Any] = {"boolean": True, "integer": 1, "long": 1, "double": 1.0, "blob": b"x", "timestamp": 0}
    return kinds.get(shape.type_name, (getattr(shape, "enum", None) or ["table"])[0])


@pytest.fixture(scope="module", params=CLIENT_KINDS)
def client(request: pytest.FixtureRequest, listening: Endpoint, moto_table: str, keys: Keys) -> Front:
    return make_front(request.param, listening.endpoint_url, moto_table, keys)


@pytest.fixture
def watched_table(moto_endpoint: Endpoint, moto_table: str, keys: Keys) -> Front:
    return make_front("table", moto_endpoint.endpoint_url, moto_table, keys)


MODEL = connect_client("http://127.0.0.1:9").meta.service_model
OPERATIONS = sorted(MODEL.operation_names)


def _carries_items(operation: str) -> bool:
    model = MODEL.operation_model(operation)
    seen: set[str] = set()
    shapes = {*_shapes(model.input_shape, seen), *_shapes(model.output_shape, seen)}
    return bool(shapes & DATA_SHAPES) or operation in COPIES


def test_the_model_is_covered() -> None:
    carrying = {operation for operation in OPERATIONS if _carries_items(operation)}
    assert carrying >= DONE_RIGHT
    # DescribeExport repeats the filter that somebody gave an export; it has no items.
    assert carrying - DONE_RIGHT - REFUSED <= {"DescribeExport"}
    refused = {operation for operation in OPERATIONS if find(operation).treatment is Treatment.REFUSE}
    assert refused == REFUSED & set(OPERATIONS)


@pytest.mark.parametrize("operation", sorted(REFUSED & set(OPERATIONS)))
def test_operation_is_refused(client: Front, moto_endpoint: Endpoint, operation: str) -> None:
    method = xform_name(operation)
    shape = MODEL.operation_model(operation).input_shape
    parameters = _sample(shape) if shape else {}
    for given in ({}, parameters):
        with pytest.raises(UnsupportedOperationError, match=rf"\b{method}\b"):
            getattr(client.wrapper, method)(**given)
    assert moto_endpoint.operations == []


def test_harmless_operations_work(client: Front, moto_endpoint: Endpoint) -> None:
    name = client.table_name
    assert client.wrapper.describe_table(TableName=name)["Table"]["TableName"] == name
    assert name in [
        found for page in client.wrapper.get_paginator("list_tables").paginate() for found in page["TableNames"]
    ]
    client.wrapper.get_waiter("table_exists").wait(TableName=name)
    assert set(moto_endpoint.operations) == {"DescribeTable", "ListTables"}


def test_presigned_url_is_refused(client: Front, moto_endpoint: Endpoint) -> None:
    key = client.outgoing(key_of(visit(1)))
    for operation, parameters in (("get_item", {"TableName": client.table_name, "Key": key}), ("list_tables", {})):
        with pytest.raises(UnsupportedOperationError, match=f"does not presign {operation}"):
            client.wrapper.generate_presigned_url(operation, Params=parameters)
    assert moto_endpoint.operations == []


def test_a_table_is_made_changed_and_deleted(client: Front, moto: Database) -> None:
    """What a person who runs a table does passes; the index over an encrypted attribute does not."""
    name = f"{client.table_name}-own-{client.kind}"
    schema = [{"AttributeName": "patient", "KeyType": "HASH"}]
    request: dict[str, Any] = {"TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema}
    types = [{"AttributeName": "patient", "AttributeType": "S"}]
    over_ciphertext = {
        "AttributeDefinitions": [*types, {"AttributeName": "name", "AttributeType": "S"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-name",
                "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }
    # no table of that name is known yet, and its attribute actions are those of all the client's tables
    with pytest.raises(UnsupportedOperationError, match='"name"'):
        client.wrapper.create_table(**request, **over_ciphertext)
    client.wrapper.create_table(**request, AttributeDefinitions=types)
    client.wrapper.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "views"}
    )
    with pytest.raises(UnsupportedOperationError, match='"name"'):
        client.wrapper.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "name"}
        )
    arn = client.wrapper.describe_table(TableName=name)["Table"]["TableArn"]
    client.wrapper.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}])
    client.wrapper.delete_table(TableName=name)
    assert name not in moto.client.list_tables()["TableNames"]


def test_methods_of_a_table_are_those_of_boto3(watched_table: Front, moto: Database) -> None:
    plain = connect_resource(moto.endpoint_url).Table(watched_table.table_name)
    plain.load()
    methods = {name for name in dir(plain) if not name.startswith("_") and callable(getattr(type(plain), name, None))}
    assert {"batch_writer", "delete", "delete_item", "get_item", "put_item", "query", "scan"} <= methods
    for name in methods:
        assert callable(getattr(watched_table.wrapper, name))


def test_attributes_of_a_table(watched_table: Front, moto_endpoint: Endpoint) -> None:
    table = watched_table.wrapper
    assert table.table_status == "ACTIVE"
    assert {key["AttributeName"] for key in table.key_schema} == {"patient", "visit"}
    assert table.name == table.table_name == watched_table.table_name
    table.reload()
    assert set(moto_endpoint.operations) == {"DescribeTable"}


def test_client_behind_a_table_is_no_way_round(watched_table: Front, moto_endpoint: Endpoint, moto: Database) -> None:
    client = watched_table.wrapper.meta.client
    with pytest.raises(UnsupportedOperationError, match="execute_statement"):
        client.execute_statement(Statement="SELECT * FROM visits")
    client.put_item(TableName=watched_table.table_name, Item=visit(1))
    (sent,) = moto_endpoint.sent("PutItem")
    assert sent["Item"]["name"].keys() == {"B"}
    assert watched_table.get(key_of(visit(1))) == visit(1)
    moto.client.delete_item(TableName=watched_table.table_name, Key=to_wire(key_of(visit(1))))
