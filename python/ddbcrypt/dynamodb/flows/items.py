# SPDX-License-Identifier: Apache-2.0
"""``get_item``, ``put_item`` and ``delete_item``."""

from __future__ import annotations

from functools import partial
from typing import Any

from ddbcrypt.dynamodb.answers import check_answer, decrypt_error, decrypt_old, key_of
from ddbcrypt.dynamodb.checks import check_expressions, check_key, required, take_projection
from ddbcrypt.dynamodb.effects import Decrypt, Encrypt, Flow, Send, send
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.dynamodb.sizes import check_size
from ddbcrypt.expressions import project


def put_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Encrypt the item; decrypt the old one, or the one that failed the condition, in the response.

    :raises OldImageError: when the item was written, but the old one does not verify or decrypt
    """
    table = yield from scene.registry.resolve(request.get("TableName"))
    if table is None:
        return (yield from send(request))
    check_expressions(table, request)
    plain = required(request, "Item", "put_item")
    (encrypted,) = yield Encrypt(((table, plain),))
    request["Item"] = encrypted
    parsed: dict[str, Any] = yield Send(request, partial(check_size, table, encrypted, plain), "Item")
    if "Error" in parsed:
        return (yield from decrypt_error(table, parsed, key_of(table, encrypted)))
    if "Attributes" in parsed:
        yield from decrypt_old(table, parsed, key_of(table, encrypted), "put_item")
    return parsed


def get_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Read the whole item, decrypt it, and carry the projection out on it."""
    table = yield from scene.registry.resolve(request.get("TableName"))
    if table is None:
        return (yield from send(request))
    key = check_key(table, required(request, "Key", "get_item"), "Key")
    request["Key"] = key
    request, projection = take_projection(table, request)
    parsed: dict[str, Any] = yield Send(request)
    if "Item" in parsed and "Error" not in parsed:
        (item,) = yield Decrypt(((table, parsed["Item"]),))
        check_answer(table, (key,), item)
        parsed["Item"] = item if projection is None else project(projection, item)
    return parsed


def delete_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Check the condition; decrypt the old item, or the one that failed the condition, in the response.

    :raises OldImageError: when the item was deleted, but does not verify or decrypt
    """
    table = yield from scene.registry.resolve(request.get("TableName"))
    if table is None:
        return (yield from send(request))
    key = check_key(table, required(request, "Key", "delete_item"), "Key")
    request["Key"] = key
    check_expressions(table, request)
    parsed: dict[str, Any] = yield Send(request)
    if "Error" in parsed:
        return (yield from decrypt_error(table, parsed, key))
    if "Attributes" in parsed:
        yield from decrypt_old(table, parsed, key, "delete_item")
    return parsed
