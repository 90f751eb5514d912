# SPDX-License-Identifier: Apache-2.0
"""Responses of updates that DynamoDB did not answer itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.effects import Answer
from ddbcrypt.dynamodb.protected import PlaintextItem
from ddbcrypt.dynamodb.update.plan import UpdatePlan
from ddbcrypt.expressions import Applied, updated_new, updated_old
from ddbcrypt.internal.guards import is_mapping

_BAD_REQUEST: Final = 400


class Consumption:
    """The sum of the ``ConsumedCapacity`` of several calls on one table, where the caller asked for it."""

    def __init__(self) -> None:
        self._sum: dict[str, Any] = {}

    def add(self, response: Mapping[str, Any]) -> None:
        """Add a response's."""
        self._sum = _added(self._sum, response.get("ConsumedCapacity") or {})

    def put_into(self, response: dict[str, Any]) -> None:
        """Put the sum into a response."""
        if self._sum:
            response["ConsumedCapacity"] = self._sum


def _added(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(one)
    for name, value in other.items():
        there = result.get(name)
        if is_mapping(value):
            result[name] = _added(there or {}, value)
        elif isinstance(value, str) or there is None:
            result[name] = value
        else:
            result[name] = there + value
    return result


def failed_condition(plan: UpdatePlan, item: Mapping[str, Any] | None) -> Answer:
    """Make the error that DynamoDB gives for a condition that does not hold.

    :param item: the verified item, None where there is none
    """
    code = "ConditionalCheckFailedException"
    message = "The conditional request failed"
    parsed: dict[str, Any] = {"Error": {"Code": code, "Message": message}, "message": message}
    if item is not None and plan.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        parsed["Item"] = _marked(item, item)
    return Answer(parsed, _BAD_REQUEST)


def carried_out(
    plan: UpdatePlan,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any],
    applied: Applied | None,
    image: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Make the response of an update, without what it consumed.

    :param old: the verified item before, None where there was none
    :param new: the item as it was written, in plaintext
    :param image: the stored item that DynamoDB returned with the write; None where it did not
    """
    choice = plan.request.get("ReturnValues", "NONE")
    attributes: Mapping[str, Any] = {}
    if choice == "ALL_OLD":
        attributes = _with_unprotected(plan, old, image) if old is not None else {}
    elif choice == "ALL_NEW":
        attributes = _with_unprotected(plan, new, image)
    elif applied is not None and choice == "UPDATED_OLD":
        attributes = updated_old(applied)
    elif applied is not None and choice == "UPDATED_NEW":
        attributes = updated_new(applied)
    if not attributes:
        return {}
    return {"Attributes": _marked(attributes, old if choice.endswith("_OLD") else None)}


def _marked(attributes: Mapping[str, Any], item: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give attributes in a new dict, which says of those of an item in plaintext that nothing of them was verified."""
    return PlaintextItem(attributes) if isinstance(item, PlaintextItem) else dict(attributes)


def _with_unprotected(plan: UpdatePlan, item: Mapping[str, Any], image: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if image is None:
        return item
    is_protected, is_reserved = plan.table.is_protected, plan.table.is_reserved
    # Protected values are those that we verified or wrote ourselves; the others are DynamoDB's to tell.
    kept = {name: value for name, value in item.items() if name in plan.key_names or is_protected(name)}
    return kept | {
        name: value
        for name, value in image.items()
        if name not in kept and not is_protected(name) and not is_reserved(name)
    }
