# SPDX-License-Identifier: Apache-2.0
"""One expression carried out twice on the same plaintext item: by DynamoDB Local and by ddbcrypt.

Answers are comparable: a bool, the meaning of items (numbers by value, sets without order), or ``REFUSED``.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from ddbcrypt.expressions import (
    ExpressionError,
    apply,
    check_placeholders,
    evaluate,
    parse_condition,
    parse_projection,
    parse_update,
    project,
    updated_new,
    updated_old,
)
from tests.expressions.cases import Case
from tests.strategies import item_meaning

KEY = {"pk": {"S": "k"}}
REFUSED = "refused"
SCHEMA: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}


def _refusal(error: ClientError) -> str:
    # any other error, a throttled or failed request above all, is not an answer
    assert error.response["Error"]["Code"] == "ValidationException", error
    return REFUSED


class DynamoDB:
    """DynamoDB's answers, in a table of its own."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = {"TableName": table}

    def _put(self, case: Case) -> None:
        if case.item is None:
            self._client.delete_item(**self._table, Key=KEY)
        else:
            self._client.put_item(**self._table, Item={**KEY, **case.item})

    def condition(self, case: Case) -> bool | str:
        self._put(case)
        try:
            self._client.delete_item(**self._table, Key=KEY, ConditionExpression=case.text, **case.parameters())
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except ClientError as error:
            return _refusal(error)
        return True

    def projection(self, case: Case) -> Any:
        self._put(case)
        try:
            answer = self._client.get_item(
                **self._table, Key=KEY, ConsistentRead=True, ProjectionExpression=case.text, **case.parameters()
            )
        except ClientError as error:
            return _refusal(error)
        return item_meaning(answer["Item"])

    def update(self, case: Case, returned: str) -> Any:
        """The new item and what ``ReturnValues`` gave."""
        self._put(case)
        try:
            answer = self._client.update_item(
                **self._table, Key=KEY, UpdateExpression=case.text, ReturnValues=returned, **case.parameters()
            )
        except ClientError as error:
            return _refusal(error)
        stored = self._client.get_item(**self._table, Key=KEY, ConsistentRead=True)["Item"]
        return item_meaning(stored), item_meaning(answer.get("Attributes", {}))


def our_condition(case: Case) -> bool | str:
    try:
        condition = parse_condition(case.text, case.names, case.values)
        check_placeholders(case.names or None, case.values or None, condition)
        return evaluate(condition, {**KEY, **(case.item or {})})
    except ExpressionError:
        return REFUSED


def our_projection(case: Case) -> Any:
    try:
        projection = parse_projection(case.text, case.names)
        check_placeholders(case.names or None, case.values or None, projection)
        return item_meaning(project(projection, {**KEY, **(case.item or {})}))
    except ExpressionError:
        return REFUSED


def our_update(case: Case, returned: str) -> Any:
    item = None if case.item is None else {**KEY, **case.item}
    try:
        update = parse_update(case.text, case.names, case.values)
        check_placeholders(case.names or None, case.values or None, update)
        applied = apply(update, item, ["pk"])
    except ExpressionError:
        return REFUSED
    of_touched = updated_old if returned == "UPDATED_OLD" else updated_new
    # DynamoDB Local answers with whole attributes; the service does not
    return item_meaning({**KEY, **applied.item}), item_meaning(of_touched(applied, whole=True))
