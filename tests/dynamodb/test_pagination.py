# SPDX-License-Identifier: Apache-2.0
"""Results in pages: by ``Limit``, by DynamoDB's 1 MB, by paginators, by segments; and counts without items."""

import os
from decimal import Decimal
from typing import Any

import pytest

from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front, make_front
from tests.dynamodb.items import by_key, key_of, visit
from tests.dynamodb.library import Keys

COUNT = 10


@pytest.fixture
def filled(front: Front) -> Front:
    for number in range(COUNT):
        front.put(visit(number))
    return front


def test_limit_and_start_key(filled: Front) -> None:
    found: list[Any] = []
    pages = 0
    more: dict[str, Any] = {}
    while True:
        response = filled.query("p-001", Limit=3, **more)
        found += response["Items"]
        pages += 1
        if "LastEvaluatedKey" not in response:
            break
        assert len(response["Items"]) == 3
        assert filled.incoming(response["LastEvaluatedKey"]) == key_of(response["Items"][-1])
        more = {"ExclusiveStartKey": response["LastEvaluatedKey"]}
    assert pages == 4
    assert found == [visit(number) for number in range(COUNT)]


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_pages(filled: Front, operation: str) -> None:
    condition = filled.key_condition("p-001") if operation == "query" else {}
    pages = filled.pages(operation, PaginationConfig={"PageSize": 4}, **condition)
    assert max(map(len, pages)) == 4
    assert len([page for page in pages if page]) == 3
    assert by_key([item for page in pages for item in page]) == [visit(number) for number in range(COUNT)]


def test_paginator_stops_after_max_items(database: Database, table: str, keys: Keys) -> None:
    """On a wire client: boto3 itself cannot make a token of a resource's numbers."""
    front = make_front("wire-client", database.endpoint_url, table, keys)
    front.batch_write(front.put_requests([visit(number) for number in range(COUNT)]))
    paginator = front.wrapper.get_paginator("query")
    request = {**front.common, **front.key_condition("p-001")}
    pages = list(paginator.paginate(**request, PaginationConfig={"PageSize": 2, "MaxItems": 5}))
    found = [front.incoming(item) for page in pages for item in page["Items"]]
    assert found == [visit(number) for number in range(5)]


def test_over_one_megabyte(front: Front) -> None:
    items = [{**visit(number), "scan": os.urandom(300_000)} for number in range(8)]
    for item in items:
        front.put(item)
    response = front.query("p-001")
    assert "LastEvaluatedKey" in response
    assert 1 <= len(response["Items"]) < 8
    for operation, condition in (("query", front.key_condition("p-001")), ("scan", {})):
        pages = front.pages(operation, **condition)
        assert len(pages) >= 2
        assert by_key([item for page in pages for item in page]) == items


def test_segments_of_a_scan(filled: Front) -> None:
    found = [item for segment in range(2) for item in filled.scan(Segment=segment, TotalSegments=2)["Items"]]
    assert by_key(found) == [visit(number) for number in range(COUNT)]


def test_count(filled: Front) -> None:
    for response in (filled.query("p-001", Select="COUNT"), filled.scan(Select="COUNT")):
        assert response["Count"] == COUNT
        assert "Items" not in response
    names, values = {"#s": "status"}, filled.outgoing({":s": "status 3"})
    counted = filled.scan(
        Select="COUNT",
        FilterExpression="#s = :s",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    assert (counted["Count"], counted["ScannedCount"]) == (1, COUNT)


def test_start_key_as_another_decimal(filled: Front) -> None:
    start = filled.outgoing({"patient": "p-001", "visit": Decimal("7.0")})
    assert filled.query("p-001", ExclusiveStartKey=start)["Items"] == [visit(8), visit(9)]
