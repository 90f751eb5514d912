# SPDX-License-Identifier: Apache-2.0
"""Expressions carried out by ddbcrypt and by DynamoDB Local on the same plaintext item: same answers, same refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings

from ddbcrypt.expressions import (
    ExpressionError,
    apply,
    check_placeholders,
    check_words,
    evaluate,
    parse_condition,
    parse_projection,
    parse_update,
    project,
    updated_new,
    updated_old,
)
from ddbcrypt.expressions.reserved_words import RESERVED_WORDS
from tests.dynamodb.conftest import Database
from tests.expressions.cases import Case, conditions, projections, updates
from tests.strategies import item_meaning

EXAMPLES = 1_200
KEY = {"pk": {"S": "key"}}
REFUSED = "refused"

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def table(dynamodb_local: Database) -> str:
    return dynamodb_local.create_table(
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )


def _refusal(error: ClientError) -> str:
    assert error.response["Error"]["Code"] == "ValidationException", error
    return REFUSED


def test_conditions(dynamodb_local: Database, table: str, record_property: Record) -> None:
    client = dynamodb_local.client
    seen: Counter[str] = Counter()

    def of_dynamodb(case: Case) -> bool | str:
        client.put_item(TableName=table, Item={**KEY, **case.item})
        try:
            client.delete_item(TableName=table, Key=KEY, ConditionExpression=case.text, **case.parameters())
        except client.exceptions.ConditionalCheckFailedException:
            return False
        except ClientError as error:
            return _refusal(error)
        return True

    def of_ours(case: Case) -> bool | str:
        try:
            condition = parse_condition(case.text, case.names, case.values)
            check_placeholders(case.names or None, case.values or None, condition)
            return evaluate(condition, {**KEY, **case.item})
        except ExpressionError:
            return REFUSED

    @settings(max_examples=EXAMPLES)
    @given(conditions)
    def compare(case: Case) -> None:
        expected = of_dynamodb(case)
        assert of_ours(case) == expected
        seen[str(expected)] += 1

    compare()
    assert seen["True"] + seen["False"] >= EXAMPLES * 0.6
    assert min(seen[answer] for answer in ("True", "False", REFUSED)) >= EXAMPLES // 20
    record_property("count: expressions: conditions, both answer the same", seen["True"] + seen["False"])
    record_property("count: expressions: conditions, both refuse", seen[REFUSED])


def test_projections(dynamodb_local: Database, table: str, record_property: Record) -> None:
    client = dynamodb_local.client
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(projections)
    def compare(case: Case) -> None:
        item = {**KEY, **case.item}
        client.put_item(TableName=table, Item=item)
        try:
            expected = client.get_item(
                TableName=table, Key=KEY, ProjectionExpression=case.text, **case.parameters()
            )["Item"]
        except ClientError as error:
            expected = _refusal(error)
        try:
            ours: Any = project(parse_projection(case.text, case.names), item)
        except ExpressionError:
            ours = REFUSED
        if expected == REFUSED or ours == REFUSED:
            assert ours == expected
            seen[REFUSED] += 1
        else:
            assert item_meaning(ours) == item_meaning(expected)
            seen["same"] += 1

    compare()
    assert seen["same"] >= EXAMPLES * 0.6
    assert seen[REFUSED] >= EXAMPLES // 20
    record_property("count: expressions: projections, both give the same", seen["same"])
    record_property("count: expressions: projections, both refuse", seen[REFUSED])


def test_updates(dynamodb_local: Database, table: str, record_property: Record) -> None:
    client = dynamodb_local.client
    seen: Counter[str] = Counter()

    def returned(case: Case) -> str:
        # either is asked of about half of the examples: one call less for each
        return ("UPDATED_OLD", "UPDATED_NEW")[len(case.text) % 2]

    def of_dynamodb(case: Case) -> Any:
        client.put_item(TableName=table, Item={**KEY, **case.item})
        try:
            answer = client.update_item(
                TableName=table, Key=KEY, UpdateExpression=case.text, ReturnValues=returned(case), **case.parameters()
            )
        except ClientError as error:
            return _refusal(error)
        stored = client.get_item(TableName=table, Key=KEY, ConsistentRead=True)["Item"]
        return item_meaning(stored), item_meaning(answer.get("Attributes", {}))

    def of_ours(case: Case) -> Any:
        try:
            update = parse_update(case.text, case.names, case.values)
            check_placeholders(case.names or None, case.values or None, update)
            applied = apply(update, {**KEY, **case.item}, ["pk"])
        except ExpressionError:
            return REFUSED
        # DynamoDB Local answers with whole attributes; the service does not
        of_touched = updated_old if returned(case) == "UPDATED_OLD" else updated_new
        return item_meaning(applied.item), item_meaning(of_touched(applied, whole=True))

    @settings(max_examples=EXAMPLES * 2)
    @given(updates)
    def compare(case: Case) -> None:
        expected = of_dynamodb(case)
        assert of_ours(case) == expected
        seen[REFUSED if expected == REFUSED else "same"] += 1

    compare()
    assert min(seen["same"], seen[REFUSED]) >= EXAMPLES // 3
    record_property("count: expressions: updates, both make the same", seen["same"])
    record_property("count: expressions: updates, both refuse", seen[REFUSED])
