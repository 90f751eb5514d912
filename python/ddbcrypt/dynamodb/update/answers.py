# SPDX-License-Identifier: Apache-2.0
"""Responses of updates that DynamoDB did not answer itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.effects import Answer
from ddbcrypt.dynamodb.protected import PlaintextItem
from ddbcrypt.dynamodb.update.plan import UpdatePlan
from ddbcrypt.expressions import Applied, updated_new, updated_old
from ddbcrypt.internal.guards import is_mapping

_BAD_REQUEST: Final = 400


class CallRecord:
    """What the calls made for one update tell of themselves.

    :ivar request_id: DynamoDB's id of the last one that was answered, None where none was
    """

    def __init__(self) -> None:
        self._consumed: dict[str, Any] = {}
        self.request_id: str | None = None

    def add(self, response: Mapping[str, Any]) -> None:
        """Take a response, an error's too: its id, and its ``ConsumedCapacity`` where the caller asked for that."""
        self._consumed = _added(self._consumed, response.get("ConsumedCapacity") or {})
        self.request_id = response.get("ResponseMetadata", {}).get("RequestId", self.request_id)

    def add_error(self, error: Exception) -> None:
        """Take the response of a call that failed, if there was one."""
        if isinstance(error, ClientError):
            self.add(cast("Mapping[str, Any]", error.response))

    def answer(self, response: dict[str, Any], status: int = 200) -> Answer:
        """Make the answer of a response, which gets the sum of what was consumed."""
        if self._consumed and "Error" not in response:
            response["ConsumedCapacity"] = self._consumed
        return Answer(response, status, self.request_id)


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


def failed_condition(plan: UpdatePlan, item: Mapping[str, Any] | None, record: CallRecord) -> Answer:
    """Make the error that DynamoDB gives for a condition that does not hold.

    :param item: the verified item, None where there is none
    :param record: of the calls that were made
    """
    code = "ConditionalCheckFailedException"
    message = "The conditional request failed"
    parsed: dict[str, Any] = {"Error": {"Code": code, "Message": message}, "message": message}
    if item is not None and plan.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        parsed["Item"] = _marked(item, item)
    return record.answer(parsed, _BAD_REQUEST)


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
