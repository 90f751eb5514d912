# SPDX-License-Identifier: Apache-2.0
"""Checks of a request before anything is sent. None of them changes what the caller gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.conditions import build_conditions
from ddbcrypt.dynamodb.expressions import check_expressions
from ddbcrypt.dynamodb.operations import Operation
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.guards import is_mapping
from ddbcrypt.structures import AttributeActions

_WHOLE: Final = ("ALL_ATTRIBUTES", "COUNT")


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """Give ``value``, which has to be a mapping.

    :raises InvalidArgumentError: when it is not
    """
    if not is_mapping(value):
        message = f"{what} has to be a dict, not {type(value).__name__}"
        raise InvalidArgumentError(message)
    return value


def check_select(request: Mapping[str, Any]) -> None:
    """Refuse a ``Select`` that reads parts of items.

    :raises InvalidArgumentError: for any other than ``ALL_ATTRIBUTES`` and ``COUNT``
    """
    select = request.get("Select")
    if select is not None and select not in _WHOLE:
        message = (
            f'The "Select" value "{select}" is not supported: the signature covers the whole item, so all of it has to '
            "be read. Use ALL_ATTRIBUTES or COUNT."
        )
        raise InvalidArgumentError(message)


def check_key(parameter: str, key: object, actions: AttributeActions) -> None:
    """Refuse key attributes that would carry the plaintext of an encrypted attribute.

    :raises UnsupportedOperationError: when one is encrypted
    """
    for name in mapping(key, parameter):
        if actions.action(name) is CryptoAction.ENCRYPT_AND_SIGN:
            message = (
                f'{parameter} holds the attribute "{name}", which is encrypted: it would be sent in plaintext. Give '
                "the attributes of the primary key only (their action has to be SIGN_ONLY or DO_NOTHING). Nothing was "
                "sent."
            )
            raise _about(name, message)


def check_start_key(request: Mapping[str, Any], actions: AttributeActions) -> None:
    """As :func:`check_key`, for the key of an index as well.

    :raises UnsupportedOperationError: when an attribute of the key is encrypted
    """
    start = request.get("ExclusiveStartKey")
    if start is None:
        return
    for name in mapping(start, "ExclusiveStartKey"):
        if actions.action(name) is CryptoAction.ENCRYPT_AND_SIGN:
            message = (
                f'ExclusiveStartKey holds the attribute "{name}", which is encrypted: it may be a plaintext. Read such '
                "an index with get_paginator, which continues by itself. Nothing was sent."
            )
            raise _about(name, message)


def check_conditions(operation: Operation, request: dict[str, Any], actions: AttributeActions, *, wire: bool) -> None:
    """Build and check the expressions of ``request``, a dict of our own.

    :raises UnsupportedOperationError: for an expression that may not be sent
    :raises InvalidArgumentError: for one of a wrong type
    """
    # copies: what is checked is what is sent, whatever another thread does to the caller's
    for parameter in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if parameter in request:
            request[parameter] = dict(mapping(request[parameter], parameter))
    expressions = build_conditions(operation, request, wire=wire)
    names = request.get("ExpressionAttributeNames", {})
    check_expressions(expressions, names, request.get("ExpressionAttributeValues", {}), actions)


def _about(attribute: str, message: str) -> UnsupportedOperationError:
    error = UnsupportedOperationError(message)
    error.attribute = attribute
    return error
