# SPDX-License-Identifier: Apache-2.0
"""Checks of a request before anything is sent. None of them changes what the caller gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, cast

from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.expressions import (
    Condition,
    Projection,
    Update,
    check_condition,
    check_placeholders,
    check_words,
    parse_condition,
    parse_key_condition,
    parse_projection,
    parse_update,
    without_projection,
)
from ddbcrypt.internal.guards import is_mapping

_CONDITIONS: Final[Mapping[str, Callable[..., Condition]]] = {
    "ConditionExpression": parse_condition,
    "FilterExpression": parse_condition,
    "KeyConditionExpression": parse_key_condition,
}
_PROJECTION: Final = "ProjectionExpression"
_UPDATE: Final = "UpdateExpression"
_PLACEHOLDERS: Final = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_ALL: Final = frozenset((*_CONDITIONS, _PROJECTION, _UPDATE, *_PLACEHOLDERS))


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """Give ``value``, which has to be a mapping.

    :raises InvalidArgumentError: when it is not
    """
    if not is_mapping(value):
        message = f"{what} has to be a dict, not {type(value).__name__}"
        raise InvalidArgumentError(message)
    return value


def sequence(value: object, what: str) -> Sequence[Any]:
    """Give ``value``, which has to be a list.

    :raises InvalidArgumentError: when it is not
    """
    if not isinstance(value, (list, tuple)):
        message = f"{what} has to be a list, not {type(value).__name__}"
        raise InvalidArgumentError(message)
    return cast("Sequence[Any]", value)


def required(request: Mapping[str, Any], parameter: str, method: str) -> Mapping[str, Any]:
    """Give a parameter that has to be there and be a mapping.

    :raises InvalidArgumentError: when it is missing or of another type
    """
    if parameter not in request:
        message = f"{method} needs the parameter {parameter}"
        raise InvalidArgumentError(message)
    return mapping(request[parameter], parameter)


def check_expressions(table: ProtectedTable, request: dict[str, Any]) -> Update | None:
    """Check all expressions of a request, a dict of our own, which gets its own copies of names and values.

    :returns: the update expression, which is parsed but for the caller to check
    :raises UnsupportedOperationError: for an expression that may not be sent
    :raises ExpressionError: for one that DynamoDB refuses
    """
    if _ALL.isdisjoint(request):
        return None
    # copies: what is checked is what is sent, whatever another thread does to the caller's
    for parameter in _PLACEHOLDERS:
        if request.get(parameter) is not None:
            request[parameter] = dict(mapping(request[parameter], parameter))
    names, values = (request.get(parameter) for parameter in _PLACEHOLDERS)
    parsed: list[Condition | Projection | Update] = []
    for parameter, parse in _CONDITIONS.items():
        if parameter in request:
            condition = parse(request[parameter], names, values, parameter=parameter)
            check_condition(condition, table.is_encrypted, table.is_reserved, parameter)
            parsed.append(condition)
    if _PROJECTION in request:
        parsed.append(parse_projection(request[_PROJECTION], names))
    update: Update | None = None
    if _UPDATE in request:
        update = parse_update(request[_UPDATE], names, values)
        parsed.append(update)
    _check_values_used(values, parsed)
    check_placeholders(names, values, *parsed)
    return update


def take_projection(table: ProtectedTable, request: dict[str, Any]) -> tuple[dict[str, Any], Projection | None]:
    """Check a read's expressions and take its projection off: the signature covers the whole item.

    :returns: the request that asks for whole items, and the projection to carry out on them
    :raises UnsupportedOperationError: for an expression that may not be sent
    :raises ExpressionError: for one that DynamoDB refuses
    """
    check_expressions(table, request)
    if _PROJECTION not in request:
        return request, None
    request, projection = without_projection(request)
    if projection is not None:
        check_words(projection)  # DynamoDB does not see it
    return request, projection


def _check_values_used(values: object, parsed: Sequence[Condition | Projection | Update]) -> None:
    if values is None:
        return
    used = frozenset[str]().union(*(one.used_values for one in parsed))
    for placeholder in mapping(values, "ExpressionAttributeValues"):
        if placeholder not in used:
            message = (
                f"ExpressionAttributeValues holds {placeholder}, which no expression uses: it would be sent in "
                "plaintext for nothing. Nothing was sent."
            )
            raise UnsupportedOperationError(message)


def check_key(table: ProtectedTable, key: object, parameter: str) -> dict[str, Any]:
    """Copy a primary key, refusing attributes that would carry the plaintext of an encrypted attribute.

    :raises UnsupportedOperationError: when one is encrypted
    :raises InvalidArgumentError: when it is no mapping
    """
    copied = dict(mapping(key, parameter))
    for name in copied:
        if table.is_encrypted(name):
            _refuse_attribute(
                name,
                f'{parameter} holds the attribute "{name}", which is encrypted: it would be sent in plaintext. Give '
                "the attributes of the primary key only (their action has to be SIGN_ONLY or DO_NOTHING). Nothing was "
                "sent.",
            )
    return copied


def check_start_key(
    table: ProtectedTable, request: dict[str, Any], is_ours: Callable[[Mapping[str, Any]], bool]
) -> None:
    """As :func:`check_key`, for ``ExclusiveStartKey``, which may hold the key of an index as well.

    :param is_ours: whether a start key is one that DynamoDB gave out through this client: ciphertext, then
    :raises UnsupportedOperationError: when an attribute of the key is encrypted
    """
    start = request.get("ExclusiveStartKey")
    if start is None:
        return
    key = request["ExclusiveStartKey"] = dict(mapping(start, "ExclusiveStartKey"))
    for name in key:
        if table.is_encrypted(name) and not is_ours(key):
            _refuse_attribute(
                name,
                f'ExclusiveStartKey holds the attribute "{name}", which is encrypted: it may be a plaintext. Continue '
                "with the LastEvaluatedKey that this client returned, or with its paginator. Nothing was sent.",
            )


def _refuse_attribute(name: str, message: str) -> NoReturn:
    error = UnsupportedOperationError(message)
    error.attribute = name
    raise error
