# SPDX-License-Identifier: Apache-2.0
"""Operations without items: most pass as they are; those that define keys are looked at, others are refused."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.effects import Effect, Flow, Send, send
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.operations import Handling, Operation, Treatment, check_definitions, tables_of


def other_operation(scene: Scene, operation: Operation, params: Mapping[str, Any]) -> Flow | None:
    """Give the flow of an operation that carries no items, None where it passes as it is.

    :raises UnsupportedOperationError: for an operation that nobody has written a flow for
    """
    if operation.treatment is not Treatment.PASS:
        message = f"ddbcrypt has no way to send {operation.method} yet. Nothing was sent."
        raise UnsupportedOperationError(message)
    if operation.name == "DeleteTable":
        return _delete_table(scene, dict(params))
    if any(operation.request.get(name) is Handling.DEFINITIONS for name in params):
        return _defining(scene, operation, dict(params))
    return None


def _defining(scene: Scene, operation: Operation, request: dict[str, Any]) -> Flow:
    """Refuse keys, indexes and times to live of encrypted attributes."""
    for name in tables_of(operation, request):
        if not scene.registry.is_configured(name):
            continue
        if operation.name == "CreateTable":
            scene.registry.forget(name)
            table = scene.registry.defined(name, request.get("KeySchema"))
        else:
            table = yield from _existing(scene, name)
        if table is not None:
            check_definitions(operation, request, table.is_encrypted)
    return (yield from send(request))


def _existing(scene: Scene, name: str) -> Generator[Effect, Any, ProtectedTable | None]:
    try:
        return (yield from scene.registry.resolve(name))
    except ClientError as error:
        # the target of a restore: its source is looked at, and there are no items in it yet
        if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
            return None
        raise


def _delete_table(scene: Scene, request: dict[str, Any]) -> Flow:
    """A table that is made anew under the name may have another primary key."""
    parsed: dict[str, Any] = yield Send(request)
    name = request.get("TableName")
    if isinstance(name, str):
        scene.registry.forget(name)
    return parsed
