# SPDX-License-Identifier: Apache-2.0
"""Checks of a request against the table, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn

from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.internal.guards import is_list, is_mapping
from ddbcrypt.operations.kinds import Handling, Operation, Treatment

_LEGACY: Final[Mapping[str, str]] = {
    "AttributeUpdates": "UpdateExpression",
    "AttributesToGet": "ProjectionExpression",
    "ConditionalOperator": "AND and OR in the expression",
    "Expected": "ConditionExpression",
    "KeyConditions": "KeyConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
}
#: Deeper than any of DynamoDB's definitions.
_DEEPEST: Final = 16


def check_request(operation: Operation, params: Mapping[str, Any]) -> None:
    """Refuse an operation or a parameter that is not known to be safe. Thread-safe; no network call.

    :param operation: the decision about it
    :param params: the parameters of the call; not changed
    :raises UnsupportedOperationError: naming the operation or the parameter, and what to use instead
    """
    if operation.treatment is Treatment.REFUSE:
        refuse(operation)
    if not params.keys() <= operation.allowed:
        _refuse_member(operation.method, operation.allowed, params)


def check_part(operation: Operation, shape: str, members: Mapping[str, Any]) -> None:
    """As :func:`check_request`, for a structure inside the request, such as the ``Put`` of a transaction.

    :param operation: the decision about it
    :param shape: botocore's name of the structure
    :param members: the structure; not changed
    :raises UnsupportedOperationError: naming the member
    """
    handled = operation.nested[shape]
    if not members.keys() <= handled.keys() or any(handled[name] is Handling.LEGACY for name in members):
        allowed = frozenset(name for name, handling in handled.items() if handling is not Handling.LEGACY)
        _refuse_member(f"{operation.method}'s {shape}", allowed, members)


def refuse(operation: Operation) -> NoReturn:
    """Raise the refusal of an operation.

    :param operation: the decision about it
    :raises UnsupportedOperationError: always
    """
    message = (
        f"ddbcrypt does not support {operation.method}: {operation.reason}. Instead, {operation.instead}. "
        "Nothing was sent."
    )
    raise UnsupportedOperationError(message)


def _refuse_member(where: str, allowed: frozenset[str], given: Mapping[str, Any]) -> NoReturn:
    name = next(name for name in given if name not in allowed)
    if name in _LEGACY:
        message = f"{where} refuses the legacy parameter {name}: use {_LEGACY[name]}. Nothing was sent."
    else:
        message = (
            f"{where} does not take the parameter {name}: it is not among those that are known to carry no plaintext. "
            "Nothing was sent."
        )
    raise UnsupportedOperationError(message)


def tables_of(operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """Give the names or ARNs of the tables that a request without items names.

    :param operation: the decision about it
    :param params: the parameters of the call
    """
    for name, handling in operation.request.items():
        if handling is Handling.TABLE and isinstance(params.get(name), str):
            yield params[name]


def check_definitions(operation: Operation, params: Mapping[str, Any], is_encrypted: Callable[[str], bool]) -> None:
    """Refuse keys, indexes, vectors and times to live of encrypted attributes, which DynamoDB could not read.

    :param operation: the decision about it
    :param params: the parameters of the call; not changed
    :param is_encrypted: says of an attribute's name whether it is encrypted
    :raises UnsupportedOperationError: naming the attribute
    """
    for member, handling in operation.request.items():
        if handling is not Handling.DEFINITIONS or member not in params:
            continue
        for name in _attribute_names(params[member], 0):
            if is_encrypted(name):
                message = (
                    f'{operation.method}: {member} names the attribute "{name}", which is encrypted: DynamoDB would '
                    "see ciphertext. Set its attribute action to SIGN_ONLY, or leave it out. Nothing was sent."
                )
                error = UnsupportedOperationError(message)
                error.attribute = name
                raise error


def _attribute_names(value: object, depth: int) -> Iterator[str]:
    """Give every ``AttributeName`` inside a definition; an index may project any attribute (``NonKeyAttributes``)."""
    if depth > _DEEPEST:
        raise UnsupportedOperationError("a definition nests deeper than any of DynamoDB's. Nothing was sent.")
    if is_mapping(value):
        if value.get("Enabled") is False:
            return  # a time to live that is switched off
        for name, member in value.items():
            if isinstance(member, str):
                if name.endswith("AttributeName"):
                    yield member
            elif name != "NonKeyAttributes":
                yield from _attribute_names(member, depth + 1)
    elif is_list(value):
        for member in value:
            yield from _attribute_names(member, depth + 1)
