# SPDX-License-Identifier: Apache-2.0
"""EncryptedClient: what is refused, with nothing sent."""

from __future__ import annotations

import copy
from typing import Any
from unittest import mock

import pytest
from botocore.client import BaseClient
from botocore.exceptions import OperationNotPageableError
from botocore.paginate import Paginator

from ddbcrypt import EncryptedClient, InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.encrypted.client import EncryptedPaginator
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.operations import Treatment, find
from tests.unit.client_recording import SECRET, Recorder, actions, parsed, provider, wire_item

OPERATIONS = sorted(Recorder().client().meta.method_to_api_mapping)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(recorder: Recorder) -> EncryptedClient:
    return EncryptedClient(recorder.client(), provider(), actions())


@pytest.mark.parametrize("method", OPERATIONS)
def test_what_the_table_of_operations_refuses_is_refused(
    recorder: Recorder, client: EncryptedClient, method: str
) -> None:
    operation = find(client.meta.method_to_api_mapping[method])
    assert method in dir(client)
    if operation.treatment is not Treatment.REFUSE:
        assert method not in {"execute_statement", "import_table", "search_vectors"}
        return
    with pytest.raises(UnsupportedOperationError, match=method) as caught:
        getattr(client, method)(TableName="people", Item=wire_item())
    assert isinstance(caught.value, NotImplementedError)
    assert "Instead, " in str(caught.value)
    assert SECRET not in str(caught.value)
    assert recorder.calls == []


@pytest.mark.parametrize(
    ("operation", "way_round"),
    [
        ("execute_statement", "PartiQL"),
        ("batch_execute_statement", "put_item"),
        ("execute_transaction", "transactions"),
        ("import_table", "encrypt_dynamodb_item"),
        ("search_vectors", "query"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(client: EncryptedClient, operation: str, way_round: str) -> None:
    with pytest.raises(UnsupportedOperationError, match=way_round):
        getattr(client, operation)()


def test_nothing_is_presigned(recorder: Recorder, client: EncryptedClient) -> None:
    for operation, parameters in (
        ("put_item", {"TableName": "people", "Item": wire_item()}),
        ("get_item", {"TableName": "people", "Key": {"id": {"S": "1"}}}),
    ):
        with pytest.raises(UnsupportedOperationError, match=f"does not presign {operation}") as caught:
            client.generate_presigned_url(operation, Params=parameters)  # type: ignore[attr-defined]
        assert SECRET not in str(caught.value)
    assert recorder.calls == []


def test_what_describes_tables_passes(recorder: Recorder, client: EncryptedClient) -> None:
    assert client.describe_table(TableName="people")["Table"]["TableStatus"] == "ACTIVE"
    assert client.list_tables()["TableNames"] == ["numbers", "people", "visits"]
    assert client.meta.region_name == "eu-west-1"
    assert issubclass(client.exceptions.ConditionalCheckFailedException, Exception)
    assert "table_exists" in client.waiter_names
    client.get_waiter("table_exists").wait(TableName="people")
    assert recorder.sent_item_calls() == ["ListTables"]


def test_attributes_that_do_not_exist(client: EncryptedClient) -> None:
    assert not hasattr(client, "no_such_thing")
    assert not hasattr(client, "_make_api_call")
    assert hasattr(client, "transact_write_items")
    assert not hasattr(EncryptedClient.__new__(EncryptedClient), "describe_table")
    assert {"put_item", "describe_table", "meta"} <= set(dir(client))
    assert "EncryptedClient" in repr(client)


@pytest.mark.parametrize(
    ("operation", "request_", "parameter"),
    [
        ("put_item", {"Item": wire_item(), "Expected": {"name": {"Exists": False}}}, "Expected"),
        ("put_item", {"Item": wire_item(), "ConditionalOperator": "AND"}, "ConditionalOperator"),
        ("put_item", {"Item": wire_item(), "AttributesToGet": ["id"]}, "AttributesToGet"),
        ("put_item", {"Item": wire_item(), "Comment": SECRET}, "Comment"),
        ("get_item", {"Key": {"id": {"S": "1"}}, "IndexName": "x"}, "IndexName"),
        ("query", {"KeyConditions": {"name": {"ComparisonOperator": "NULL"}}}, "KeyConditions"),
        ("query", {"KeyConditionExpression": "id = :i", "QueryFilter": {}}, "QueryFilter"),
        ("scan", {"ScanFilter": {"name": {"ComparisonOperator": "NULL"}}}, "ScanFilter"),
        ("scan", {"KeyConditionExpression": "id = :i"}, "KeyConditionExpression"),
    ],
)
def test_parameters_are_refused_by_name(
    recorder: Recorder, client: EncryptedClient, operation: str, request_: dict[str, Any], parameter: str
) -> None:
    with pytest.raises(UnsupportedOperationError, match=parameter) as caught:
        getattr(client, operation)(TableName="people", **request_)
    assert SECRET not in str(caught.value)
    assert recorder.calls == []


READS = ["get_item", "query", "scan", "batch_get_item", "transact_get_items", "paginate"]


def read(client: EncryptedClient, operation: str, **parameters: Any) -> list[Any]:
    """The items that an operation reads of the table "people"."""
    key = {"id": {"S": "1"}}
    if operation == "get_item":
        return [client.get_item(TableName="people", Key=key, **parameters)["Item"]]
    if operation == "batch_get_item":
        answer = client.batch_get_item(RequestItems={"people": {"Keys": [key], **parameters}})
        return list(answer["Responses"]["people"])
    if operation == "transact_get_items":
        answer = client.transact_get_items(TransactItems=[{"Get": {"TableName": "people", "Key": key, **parameters}}])
        return [one["Item"] for one in answer["Responses"]]
    if operation == "paginate":
        pages = client.get_paginator("scan").paginate(TableName="people", **parameters)
        return [item for page in pages for item in page["Items"]]
    if operation == "query":
        values = {":id": {"S": "1"}}
        parameters |= {"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": values}
    return list(getattr(client, operation)(TableName="people", **parameters)["Items"])


@pytest.mark.parametrize("operation", READS)
def test_a_projection_is_applied_to_the_verified_item(
    recorder: Recorder, client: EncryptedClient, operation: str
) -> None:
    client.put_item(TableName="people", Item=wire_item())
    stored = parsed(recorder.stored()[0])
    recorder.answers["TransactGetItems"] = lambda _: {"Responses": [{"Item": stored}]}
    request = {"ProjectionExpression": "city, #n", "ExpressionAttributeNames": {"#n": "name"}}
    before = copy.deepcopy(request)
    assert read(client, operation, **request) == [{"city": {"S": "Bern"}, "name": {"S": SECRET}}]
    assert request == before
    name, body = recorder.calls[-1]
    assert name != "PutItem"
    assert "ProjectionExpression" not in str(body)
    assert "#n" not in str(body)


@pytest.mark.parametrize("operation", READS)
def test_the_legacy_projection_is_refused(recorder: Recorder, client: EncryptedClient, operation: str) -> None:
    with pytest.raises(UnsupportedOperationError, match="AttributesToGet: use ProjectionExpression"):
        read(client, operation, AttributesToGet=["city"])
    assert recorder.sent_item_calls() == []


def test_select_follows_the_projection(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item())
    page = client.scan(TableName="people", Select="SPECIFIC_ATTRIBUTES", ProjectionExpression="city")
    assert page["Items"] == [{"city": {"S": "Bern"}}]
    assert recorder.sent("Scan") == [{"TableName": "people"}]


def test_keys_must_not_carry_encrypted_attributes(recorder: Recorder, client: EncryptedClient) -> None:
    key = {"id": {"S": "1"}, "name": {"S": SECRET}}
    no_number = {"id": {"S": "1"}, "name": {"N": "sNaN"}}  # cannot even be compared
    calls: list[Any] = [
        lambda: client.get_item(TableName="people", Key=key),
        lambda: client.scan(TableName="people", ExclusiveStartKey=key),
        lambda: client.scan(TableName="people", ExclusiveStartKey=no_number),
        lambda: list(client.get_paginator("scan").paginate(TableName="people", ExclusiveStartKey=key)),
        lambda: client.batch_get_item(RequestItems={"people": {"Keys": [key]}}),
        lambda: client.batch_write_item(RequestItems={"people": [{"DeleteRequest": {"Key": key}}]}),
    ]
    for call in calls:
        with pytest.raises(UnsupportedOperationError, match='"name"') as caught:
            call()
        assert caught.value.attribute == "name"
        assert SECRET not in str(caught.value)
    assert recorder.sent_item_calls() == []


@pytest.mark.parametrize("operation", ["put_item", "get_item", "delete_item", "update_item", "query", "scan"])
def test_what_is_missing_is_named(recorder: Recorder, client: EncryptedClient, operation: str) -> None:
    with pytest.raises(InvalidArgumentError, match="TableName"):
        getattr(client, operation)()
    assert recorder.calls == []


@pytest.mark.parametrize("operation", ["batch_get_item", "batch_write_item"])
@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"RequestItems": [wire_item()]},
        {"RequestItems": {"people": 5}},
        {"RequestItems": {"people": [{"PutRequest": {"Item": 5}}]}},
        {"RequestItems": {"people": [{"PutRequest": {}}]}},
        {"RequestItems": {"people": [{"PutRequest": {"Item": wire_item()}, "DeleteRequest": {}}]}},
        {"RequestItems": {"people": [{"UpdateRequest": {"Item": wire_item()}}]}},
        {"RequestItems": {"people": [{"PutRequest": {"Item": wire_item(), "Also": SECRET}}]}},
        {"RequestItems": {"people": {"Keys": {"id": SECRET}}}},
        {"RequestItems": {"people": {"Keys": [SECRET]}}},
        {"RequestItems": {"people": {"Keys": [], "Also": SECRET}}},
        {"RequestItems": {}, "Also": SECRET},
    ],
)
def test_malformed_batches_are_refused(
    recorder: Recorder, client: EncryptedClient, operation: str, request_: dict[str, Any]
) -> None:
    before = copy.deepcopy(request_)
    with pytest.raises((InvalidArgumentError, UnsupportedOperationError)) as caught:
        getattr(client, operation)(**request_)
    assert SECRET not in str(caught.value)
    assert request_ == before
    assert recorder.sent_item_calls() == []


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in {"query", "scan"}])
def test_paginators_of_other_operations(recorder: Recorder, client: EncryptedClient, operation: str) -> None:
    plain = recorder.client()
    assert client.can_paginate(operation) is plain.can_paginate(operation)
    if client.can_paginate(operation):
        assert type(client.get_paginator(operation)).__name__ == type(plain.get_paginator(operation)).__name__
        assert isinstance(client.get_paginator(operation), Paginator)
        return
    with pytest.raises(OperationNotPageableError, match=operation):
        client.get_paginator(operation)


def test_paginators_of_items(recorder: Recorder, client: EncryptedClient) -> None:
    assert client.can_paginate("scan")
    paginator = client.get_paginator("scan")
    assert isinstance(paginator, EncryptedPaginator)
    assert paginator.result_keys is not None
    assert not hasattr(paginator, "_method")
    for request in (
        {"Also": SECRET},
        {"FilterExpression": "name = :n", "ExpressionAttributeValues": {":n": {"S": "x"}}},
    ):
        with pytest.raises(UnsupportedOperationError):
            next(paginator.paginate(TableName="people", **request))
    with pytest.raises(InvalidArgumentError, match="TableName"):
        next(paginator.paginate())
    assert recorder.sent_item_calls() == []


def test_constructor_arguments_are_checked(recorder: Recorder) -> None:
    boto = recorder.client()
    with pytest.raises(TypeError, match="client"):
        EncryptedClient(recorder.table(), provider())
    with pytest.raises(TypeError, match="Mock.*no botocore events"):
        EncryptedClient(mock.Mock(spec=BaseClient), provider())
    with pytest.raises(TypeError, match="EncryptedClient"):
        EncryptedClient(EncryptedClient(boto, provider()), provider())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not of sts"):
        EncryptedClient(Recorder._session().client("sts"), provider())
    with pytest.raises(TypeError, match="materials_provider"):
        EncryptedClient(boto, "key")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="attribute_actions"):
        EncryptedClient(boto, provider(), {})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="auto_refresh_table_indexes"):
        EncryptedClient(boto, provider(), None, 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expect_standard_dictionaries"):
        EncryptedClient(boto, provider(), None, True, "no")  # type: ignore[arg-type]

    def config(**_: Any) -> Any:
        raise AssertionError

    with pytest.raises(TypeError, match="paginator"):
        EncryptedPaginator(boto, decrypt_dynamodb_item, config)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="crypto_config_method"):
        EncryptedPaginator(boto.get_paginator("scan"), decrypt_dynamodb_item, None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="decrypt_method"):
        EncryptedPaginator(boto.get_paginator("scan"), encrypt_dynamodb_item, config)
    with pytest.raises(ValueError, match="query or scan"):
        EncryptedPaginator(boto.get_paginator("list_tables"), decrypt_dynamodb_item, config)
