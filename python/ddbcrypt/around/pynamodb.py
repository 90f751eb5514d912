# SPDX-License-Identifier: Apache-2.0
"""PynamoDB: its models and connections. It makes its botocore client itself, and may make another at any call."""

# ruff: noqa: SLF001 - PynamoDB has no public place where a client or a connection is made
from __future__ import annotations

import re
import sys
import threading
from typing import Any, Final, cast

from ddbcrypt.dynamodb.attaching import attach_client, detach_client, is_attached
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError

#: Older ones build and send their requests past botocore's parameter events.
_OLDEST: Final = 6
_SCENE: Final = "_ddbcrypt_scene"
_ORIGINAL: Final = "_ddbcrypt_get_connection"
_LOCK: Final = threading.Lock()
_CLASSES: Final[dict[type, type]] = {}


def is_pynamodb(target: object) -> bool:
    """Whether it is a model class, a connection or a table's connection of PynamoDB."""
    if "pynamodb" not in sys.modules:
        return False
    from pynamodb.connection import Connection, TableConnection
    from pynamodb.models import Model

    if isinstance(target, type):
        return issubclass(target, Model)
    return isinstance(target, Connection | TableConnection)


def attach_pynamodb(target: Any, scene: Scene) -> None:
    """Attach a model (a class), a ``Connection`` or a ``TableConnection`` of PynamoDB 6 or newer, in place.

    A model's connection is made at its first call, and anew where its table's name changes, and each makes its client
    anew where it had no credentials: each is attached before it is used. Models that derive from an attached one
    are attached with it. ``TransactWrite`` and ``TransactGet`` use the ``Connection`` that they are given, which has to
    be attached too. Attach before the first call; makes no network call.

    :raises UnsupportedOperationError: for an older PynamoDB
    :raises InvalidArgumentError: it is attached already, with another configuration or other metrics
    """
    _check_version()
    with _LOCK:
        if isinstance(target, type):
            _attach_model(target, scene)
        else:
            _attach_connection(_connection_of(target), scene)


def detach_pynamodb(target: Any) -> None:
    """Undo :func:`attach_pynamodb`.

    :raises InvalidArgumentError: nothing is attached to it
    """
    with _LOCK:
        if isinstance(target, type):
            if _ORIGINAL not in vars(target):
                message = f"nothing is attached to the model {target.__name__}"
                raise InvalidArgumentError(message)
            model: Any = target
            if _SCENE in vars(model):
                delattr(model, _SCENE)
            own = getattr(model, _ORIGINAL)
            delattr(model, _ORIGINAL)
            if own is None:
                del model._get_connection
            else:
                model._get_connection = own
            # the connection is kept in the class; the next call makes another, which is not attached
            model._connection = None
            return
        connection = _connection_of(target)
        if getattr(connection, _SCENE, None) is None:
            raise InvalidArgumentError("nothing is attached to the connection")
        delattr(connection, _SCENE)
        connection.__class__ = type(connection).__bases__[0]
        client = connection._client
        if client is not None and is_attached(client):  # a client gets its hooks when it is first used
            detach_client(client)


def _check_version() -> None:
    import pynamodb

    version = str(getattr(pynamodb, "__version__", ""))
    match = re.match(r"[0-9]+", version)
    if match is None or int(match[0]) < _OLDEST:
        message = (
            f"PynamoDB {version or 'of unknown version'} sends its requests past botocore's parameter events, so "
            f"ddbcrypt would not see them: use PynamoDB {_OLDEST} or newer"
        )
        raise UnsupportedOperationError(message)


def _attach_model(model: Any, scene: Scene) -> None:
    there = getattr(model, _SCENE, None)
    if there is not None:
        there.require_same(scene, "the model")
        return
    original: Any = cast("dict[str, Any]", vars(model)).get("_get_connection")
    bound = model._get_connection.__func__

    def attached_connection(cls: Any) -> Any:
        table_connection = bound(cls)
        connection = table_connection.connection
        if getattr(connection, _SCENE, None) is not scene:
            with _LOCK:
                _attach_connection(connection, scene)
        return table_connection

    setattr(model, _ORIGINAL, original)
    setattr(model, _SCENE, scene)
    model._get_connection = classmethod(attached_connection)


def _attach_connection(connection: Any, scene: Scene) -> None:
    there = getattr(connection, _SCENE, None)
    if there is not None:
        there.require_same(scene, "the connection")
        return
    # In this order: a thread that sees the scene goes on without the lock, and must find the class that encrypts.
    connection.__class__ = _attached_class(type(connection))
    setattr(connection, _SCENE, scene)


def _attached_class(base: Any) -> type:
    if base not in _CLASSES:

        class AttachedConnection(base):  # type: ignore[misc]  # any subclass of Connection
            """A connection whose client is attached, however often it is made anew."""

            @property
            def client(self) -> Any:
                parent: Any = super()
                client = parent.client
                attach_client(client, getattr(self, _SCENE))
                return client

        AttachedConnection.__name__ = AttachedConnection.__qualname__ = base.__name__
        _CLASSES[base] = AttachedConnection
    return _CLASSES[base]


def _connection_of(target: Any) -> Any:
    from pynamodb.connection import TableConnection

    return target.connection if isinstance(target, TableConnection) else target
