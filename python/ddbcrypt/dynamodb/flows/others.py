# SPDX-License-Identifier: Apache-2.0
"""Operations without items: most pass as they are; those that define keys are looked at, others are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.effects import Flow, Send
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.operations import Operation, Treatment, check_definitions, refusal


def other_operation(scene: Scene, operation: Operation, params: Mapping[str, Any]) -> Flow | None:
    """Give the flow of an operation that carries no items, None where it passes as it is.

    :raises UnsupportedOperationError: for an operation that is refused
    """
    if operation.treatment is not Treatment.PASS:
        raise refusal(operation)
    function = _LOOKED_AT.get(operation.name)
    return None if function is None else function(scene, dict(params))


def _create_table(scene: Scene, request: dict[str, Any]) -> Flow:
    """Refuse indexes over ciphertext. Nothing is asked: there is no table yet."""
    name = request.get("TableName")
    if isinstance(name, str):
        table = scene.registry.defined(name, request.get("KeySchema"))
        if table is not None:
            check_definitions(request, table.is_encrypted)
        scene.registry.forget(name)
    return (yield Send(request))


def _update_table(scene: Scene, request: dict[str, Any]) -> Flow:
    """Refuse new indexes over ciphertext."""
    name = request.get("TableName")
    if isinstance(name, str) and scene.registry.is_configured(name):
        table = yield from scene.registry.resolve(name)
        if table is not None:
            check_definitions(request, table.is_encrypted)
    return (yield Send(request))


def _delete_table(scene: Scene, request: dict[str, Any]) -> Flow:
    """A table that is made anew under the name may have another primary key."""
    parsed = yield Send(request)
    name = request.get("TableName")
    if isinstance(name, str):
        scene.registry.forget(name)
    return parsed


def _update_time_to_live(scene: Scene, request: dict[str, Any]) -> Flow:
    """Refuse an encrypted attribute: DynamoDB could not read the time in it."""
    name = request.get("TableName")
    specification = request.get("TimeToLiveSpecification")
    attribute = specification.get("AttributeName") if isinstance(specification, Mapping) else None
    if isinstance(name, str) and isinstance(attribute, str) and scene.registry.is_configured(name):
        table = yield from scene.registry.resolve(name)
        if table is not None and (table.is_encrypted(attribute) or table.is_reserved(attribute)):
            message = (
                f'update_time_to_live names the attribute "{attribute}", which is encrypted: DynamoDB cannot read the '
                "time in it, and no item would ever expire. Make it SIGN_ONLY. Nothing was sent."
            )
            error = UnsupportedOperationError(message)
            error.attribute = attribute
            raise error
    return (yield Send(request))


_LOOKED_AT: Final = {
    "CreateTable": _create_table,
    "DeleteTable": _delete_table,
    "UpdateTable": _update_table,
    "UpdateTimeToLive": _update_time_to_live,
}
