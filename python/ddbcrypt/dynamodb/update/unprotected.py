# SPDX-License-Identifier: Apache-2.0
"""Updates of attributes that nothing protects: DynamoDB carries them out, on items that are signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.expressions import Update, split_update

_PLACEHOLDER: Final = "#ddbcrypt"


def check_reserved(table: ProtectedTable, names: frozenset[str], parameter: str) -> None:
    """Refuse an expression that touches what the format keeps for itself.

    :raises UnsupportedOperationError: naming the attribute
    """
    for name in sorted(names):
        if table.is_reserved(name):
            message = (
                f'{parameter} touches "{name}", which is reserved: ddbcrypt keeps the item\'s signature and what '
                "belongs to it there. Leave it out of the expression. Nothing was sent."
            )
            error = UnsupportedOperationError(message)
            error.attribute = name
            raise error


def guard_update(table: ProtectedTable, request: Mapping[str, Any], update: Update | None) -> dict[str, Any]:
    """Give an update's request with the condition that the item exists and is signed.

    Without it an update of an item that is not there would make one without a signature, which nobody could read.

    :param request: what ``UpdateItem`` takes, or ``Update`` inside a transaction; not changed
    :param update: its parsed UpdateExpression, None where it has none
    :raises UnsupportedOperationError: when the update reads or writes a protected or reserved attribute
    """
    if update is not None:
        check_reserved(table, update.attributes, "UpdateExpression")
        protected = split_update(update, table.is_protected)
        if protected:
            name = min(protected.names)
            message = (
                f'UpdateExpression touches "{name}", which is encrypted or signed: DynamoDB cannot sign the changed '
                "item. Call update_item, which reads, verifies and writes the item back, or read the item and put it "
                "whole (in a transaction: Put, on condition that it is as it was read). Nothing was sent."
            )
            error = UnsupportedOperationError(message)
            error.attribute = name
            raise error
    return with_signature_condition(table, request)


def with_signature_condition(table: ProtectedTable, request: Mapping[str, Any]) -> dict[str, Any]:
    """Give a request with the condition that the item exists with its signature attribute, where it has to have one."""
    if not table.signs_items or not table.existence_attributes:
        return dict(request)
    names: dict[str, str] = dict(request.get("ExpressionAttributeNames") or {})
    own = _PLACEHOLDER
    tests: list[str] = []
    for name in table.existence_attributes:
        while own in names:
            own += "_"
        names[own] = name
        tests.append(f"attribute_exists({own})")
    condition = tests[0] if len(tests) == 1 else f"({' OR '.join(tests)})"
    theirs = request.get("ConditionExpression")
    if theirs is not None:
        condition = f"{_in_parentheses(theirs)} AND {condition}"
    return {**request, "ConditionExpression": condition, "ExpressionAttributeNames": names}


def _in_parentheses(condition: str) -> str:
    """Give a readable condition in one pair of parentheses: DynamoDB refuses redundant ones, and boto3 writes some."""
    text = condition.strip()
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:  # where the first group ends; a text that begins with none has it at once
            return text if character == ")" and place == len(text) - 1 else f"({text})"
    return f"({text})"
