# SPDX-License-Identifier: Apache-2.0
"""Every operation of DynamoDB's model: encrypted, harmless and on a short list, or refused before anything is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StructureShape

from ddbcrypt.exceptions import UnsupportedOperationError
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import CLIENT_KINDS, Front, make_front
from tests.dynamodb.items import key_of, to_wire, visit
from tests.dynamodb.library import Keys
from tests.support.connect import connect_client, connect_resource
from tests.support.endpoint import Endpoint

ENCRYPTED = {"BatchGetItem", "BatchWriteItem", "GetItem", "PutItem", "Query", "Scan"}
# Operations that read about tables, neither take nor give items, and change nothing.
HARMLESS = {
    "DescribeBackup",
    "DescribeContinuousBackups",
    "DescribeContributorInsights",
    "DescribeEndpoints",
    "DescribeExport",
    "DescribeGlobalTable",
    "DescribeGlobalTableSettings",
    "DescribeImport",
    "DescribeKinesisStreamingDestination",
    "DescribeLimits",
    "DescribeTable",
    "DescribeTableReplicaAutoScaling",
    "DescribeTimeToLive",
    "GetResourcePolicy",
    "ListBackups",
    "ListContributorInsights",
    "ListExports",
    "ListGlobalTables",
    "ListImports",
    "ListTables",
    "ListTagsOfResource",
}
# Shapes that hold values of items, or text that may.
DATA_SHAPES = {"AttributeValue", "PartiQLStatement", "Expected", "AttributeValueUpdate"}
# Operations that copy items to or from elsewhere without showing them in the API.
COPIES = {"EnableKinesisStreamingDestination", "ExportTableToPointInTime", "ImportTable", "StartBulkPutItems"}


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
    assert carrying >= ENCRYPTED
    assert {"UpdateItem", "DeleteItem", "TransactWriteItems", "TransactGetItems", "ExecuteStatement"} <= carrying
    assert {"BatchExecuteStatement", "ExecuteTransaction"} <= carrying - HARMLESS
    # DescribeExport repeats the filter that somebody gave an export; it has no items.
    assert carrying & HARMLESS <= {"DescribeExport"}


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in ENCRYPTED | HARMLESS])
def test_operation_is_refused(client: Front, moto_endpoint: Endpoint, operation: str) -> None:
    method = xform_name(operation)
    shape = MODEL.operation_model(operation).input_shape
    parameters = _sample(shape) if shape else {}
    for given in ({}, parameters):
        with pytest.raises(UnsupportedOperationError, match=rf"\b{method}\b"):
            getattr(client.wrapper, method)(**given)
    assert moto_endpoint.operations == []


@pytest.mark.parametrize("operation", sorted(HARMLESS))
def test_harmless_operation_passes_or_is_refused(client: Front, operation: str) -> None:
    method = xform_name(operation)
    assert callable(getattr(client.wrapper, method))
    assert operation in OPERATIONS


def test_harmless_operations_work(client: Front, moto_endpoint: Endpoint) -> None:
    name = client.table_name
    assert client.wrapper.describe_table(TableName=name)["Table"]["TableName"] == name
    assert name in [
        found for page in client.wrapper.get_paginator("list_tables").paginate() for found in page["TableNames"]
    ]
    client.wrapper.get_waiter("table_exists").wait(TableName=name)
    assert set(moto_endpoint.operations) == {"DescribeTable", "ListTables"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_paginators(client: Front, moto_endpoint: Endpoint, operation: str) -> None:
    """Only paginators of query and scan, and those of the harmless operations, can be had."""
    method = xform_name(operation)
    plain = connect_client(moto_endpoint.endpoint_url)
    if not plain.can_paginate(method) or operation in {"Query", "Scan"} or operation in HARMLESS:
        return
    with pytest.raises(UnsupportedOperationError, match=method):
        client.wrapper.get_paginator(method)
    assert not client.wrapper.can_paginate(method)


def test_presigned_url_is_refused(client: Front, moto_endpoint: Endpoint) -> None:
    with pytest.raises(UnsupportedOperationError, match="generate_presigned_url"):
        client.wrapper.generate_presigned_url("put_item", Params={"TableName": "t"})
    assert moto_endpoint.operations == []


TABLE_ACTIONS = ["batch_writer", "delete", "delete_item", "get_item", "put_item", "query", "scan", "update",
                 "update_item"]  # fmt: skip
TABLE_ENCRYPTED = {"batch_writer", "get_item", "put_item", "query", "scan"}
TABLE_HARMLESS = {"load", "reload", "get_available_subresources", "wait_until_exists", "wait_until_not_exists"}


def test_actions_of_a_table(watched_table: Front, moto_endpoint: Endpoint, moto: Database) -> None:
    """Every public method of a boto3 Table is encrypted, harmless, or refused."""
    plain = connect_resource(moto.endpoint_url).Table(watched_table.table_name)
    plain.load()
    methods = {name for name in dir(plain) if not name.startswith("_") and callable(getattr(type(plain), name, None))}
    assert set(TABLE_ACTIONS) <= methods
    for name in sorted(methods - TABLE_ENCRYPTED - TABLE_HARMLESS):
        with pytest.raises(UnsupportedOperationError, match=name):
            getattr(watched_table.wrapper, name)()
    assert set(moto_endpoint.operations) <= {"DescribeTable"}


def test_attributes_of_a_table(watched_table: Front, moto_endpoint: Endpoint) -> None:
    table = watched_table.wrapper
    assert table.table_status == "ACTIVE"
    assert {key["AttributeName"] for key in table.key_schema} == {"patient", "visit"}
    assert table.name == table.table_name == watched_table.table_name
    table.reload()
    assert set(moto_endpoint.operations) == {"DescribeTable"}


def test_client_behind_a_table_is_no_way_round(watched_table: Front, moto_endpoint: Endpoint, moto: Database) -> None:
    client = watched_table.wrapper.meta.client
    with pytest.raises(UnsupportedOperationError, match="update_item"):
        client.update_item(TableName=watched_table.table_name, Key=key_of(visit(1)))
    client.put_item(TableName=watched_table.table_name, Item=visit(1))
    (sent,) = moto_endpoint.sent("PutItem")
    assert sent["Item"]["name"].keys() == {"B"}
    assert watched_table.get(key_of(visit(1))) == visit(1)
    moto.client.delete_item(TableName=watched_table.table_name, Key=to_wire(key_of(visit(1))))
