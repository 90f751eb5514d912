# SPDX-License-Identifier: Apache-2.0
"""boto3's condition objects (``Attr("a").eq(1) & ...``) as the expression, names and values that boto3 would send.

They are built here rather than left to boto3, so that what was checked is what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import ConditionBase, ConditionExpressionBuilder

from ddbcrypt.dynamodb.operations import Operation
from ddbcrypt.exceptions import InvalidArgumentError

_KEY_CONDITION = "KeyConditionExpression"


def build_conditions(operation: Operation, request: dict[str, Any], *, wire: bool) -> dict[str, str]:
    """Replace each condition object in ``request`` and return its expressions, parameter name to text.

    ``request`` is the caller's parameters in a dict of our own; its names and values are replaced, not changed.
    A boto3 client takes only strings, a resource (``wire`` false) both.

    :raises InvalidArgumentError: for an expression of another type, or where the user's placeholders clash with boto3's
    """
    builder = ConditionExpressionBuilder()
    expressions: dict[str, str] = {}
    for parameter in operation.expressions:
        condition = request.get(parameter)
        if isinstance(condition, ConditionBase) and not wire:
            built = builder.build_expression(condition, is_key_condition=parameter == _KEY_CONDITION)
            request[parameter] = condition = built.condition_expression
            _merge(request, "ExpressionAttributeNames", built.attribute_name_placeholders)
            _merge(request, "ExpressionAttributeValues", built.attribute_value_placeholders)
        if isinstance(condition, str):
            expressions[parameter] = condition
        elif parameter in request:
            kinds = "a string" if wire else "a string or a boto3 condition"
            message = f"{parameter} has to be {kinds}, not {type(condition).__name__}"
            raise InvalidArgumentError(message)
    return expressions


def _merge(request: dict[str, Any], parameter: str, built: Mapping[str, Any]) -> None:
    if not built:
        return
    given = request.get(parameter, {})
    for placeholder in built:
        # boto3 would silently give the user's placeholder another meaning
        if placeholder in given:
            message = (
                f"{parameter} holds {placeholder}, a placeholder that a boto3 condition in the same call generates: "
                "name yours differently"
            )
            raise InvalidArgumentError(message)
    request[parameter] = {**given, **built}
