# SPDX-License-Identifier: Apache-2.0
"""``get_item``, ``put_item`` and ``delete_item``."""

from __future__ import annotations

from typing import Any

from ddbcrypt.dynamodb.effects import Decrypt, Encrypt, Flow, Send
from ddbcrypt.dynamodb.scene import Scene


def put_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Encrypt the item; decrypt the old one that the response may hold."""
    table = yield from scene.registry.resolve(request.get("TableName"))
    if table is None:
        return (yield Send(request))
    (request["Item"],) = yield Encrypt(((table, request["Item"]),))
    return (yield Send(request))


def get_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Decrypt the item."""
    table = yield from scene.registry.resolve(request.get("TableName"))
    parsed = yield Send(request)
    if table is not None and "Item" in parsed:
        (parsed["Item"],) = yield Decrypt(((table, parsed["Item"]),))
    return parsed


def delete_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Delete."""
    yield from scene.registry.resolve(request.get("TableName"))
    return (yield Send(request))
