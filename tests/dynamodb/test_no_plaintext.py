# SPDX-License-Identifier: Apache-2.0
"""What leaves the process, recorded at the endpoint: no protected plaintext, by any operation that is allowed."""

from collections.abc import Callable
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

from tests.dynamodb.frontends import Front, make_front
from tests.dynamodb.items import key_of, visit
from tests.dynamodb.leaks import assert_no_secret, secrets_of
from tests.dynamodb.library import Keys
from tests.support.connect import connect_client
from tests.support.endpoint import Endpoint
from tests.support.injections import HoldBackKeys, HoldBackWrites

SECRETS = set().union(*(secrets_of(visit(number)) for number in range(40)))


def _assert_nothing_leaked(endpoint: Endpoint) -> int:
    searched = 0
    for request in endpoint.requests:
        for secret in SECRETS:
            assert secret not in request.body
            assert secret not in request.headers.encode("utf-8", "surrogateescape")
        searched += assert_no_secret(request.parameters, SECRETS)
    return searched


def _use_everything(front: Front, endpoint: Endpoint) -> None:
    item = visit(1)
    values = front.outgoing({":s": "status 1"})
    names = {"#s": "status", "#n": "name"}
    front.put(item, ReturnValues="ALL_OLD")
    front.put(item, ReturnValues="ALL_OLD")
    front.put(
        item,
        ConditionExpression="#s = :s AND attribute_exists(#n)",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    assert front.get(key_of(item)) == item
    assert front.query("p-001")["Items"] == [item]
    assert front.query("p-001", Select="COUNT")["Count"] == 1
    found = front.scan(
        FilterExpression="#s = :s OR attribute_not_exists(#n)",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    assert found["Items"] == [item]
    assert front.pages("scan") == [[item]]
    assert front.pages("query", **front.key_condition("p-001")) == [[item]]
    if front.kind != "wire-client":
        front.call("query", KeyConditionExpression=Key("patient").eq("p-001"), FilterExpression=Attr("name").exists())
    if front.kind == "table":
        endpoint.inject(HoldBackWrites(keep=3, times=2))
        with front.wrapper.batch_writer() as batch:
            for number in range(2, 30):
                batch.put_item(Item=visit(number))
            batch.delete_item(Key=key_of(visit(2)))
        return
    endpoint.inject(HoldBackWrites(keep=3))
    response = front.batch_write(front.put_requests([visit(number) for number in range(2, 20)]))
    front.wrapper.batch_write_item(RequestItems=response["UnprocessedItems"])
    front.batch_write([{"DeleteRequest": {"Key": front.outgoing(key_of(visit(2)))}}])
    endpoint.inject(HoldBackKeys(keep=1))
    response = front.batch_get([key_of(visit(number)) for number in range(3, 9)])
    front.wrapper.batch_get_item(RequestItems=response["UnprocessedKeys"])


def test_no_request_holds_protected_plaintext(
    watched: Front, endpoint: Endpoint, record_property: Callable[[str, Any], None]
) -> None:
    _use_everything(watched, endpoint)
    batches = {"BatchWriteItem"} if watched.kind == "table" else {"BatchWriteItem", "BatchGetItem"}
    assert set(endpoint.operations) == {"DescribeTable", "PutItem", "GetItem", "Query", "Scan"} | batches
    assert endpoint.operations.count("DescribeTable") == 1
    record_property("count: bytes of requests searched for protected plaintext", _assert_nothing_leaked(endpoint))


def test_the_search_finds_plaintext(endpoint: Endpoint, table: str, keys: Keys) -> None:
    """The proof that the test above can fail: a plain client's request is found out."""
    front = make_front("wire-client", endpoint.endpoint_url, table, keys)
    connect_client(endpoint.endpoint_url).put_item(TableName=table, Item=front.outgoing(visit(1)))
    with pytest.raises(AssertionError):
        _assert_nothing_leaked(endpoint)
