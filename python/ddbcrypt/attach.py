# SPDX-License-Identifier: Apache-2.0
"""Attach encryption to whatever is built on botocore: a client, a resource, a Table."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from boto3.resources.base import ServiceResource
from botocore.client import BaseClient

from ddbcrypt.around.pynamodb import attach_pynamodb, detach_pynamodb, is_pynamodb
from ddbcrypt.around.sessions import attach_session, detach_session, is_session
from ddbcrypt.dynamodb.clones import clone_client, clone_table
from ddbcrypt.dynamodb.kinds import AnyHooks, hooks_of
from ddbcrypt.dynamodb.registry import OnUnknownTable, Registry, TableConfiguration
from ddbcrypt.dynamodb.scene import Scene, Settings, UpdateMode
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.metrics import Metrics

__all__ = ("attach", "detach")

_T = TypeVar("_T")
#: The hooks of each client, by its event emitter: clients compare by identity, but clones share what they do not own.
#: Weak at both ends: the emitter holds the hooks, and they hold the client that holds it.
_ATTACHED: Final[weakref.WeakKeyDictionary[Any, weakref.ref[AnyHooks]]] = weakref.WeakKeyDictionary()
_LOCK: Final = threading.Lock()


def attach(
    target: _T,
    tables: Mapping[str, TableConfiguration],
    *,
    plaintext_tables: Iterable[str] = (),
    on_unknown_table: OnUnknownTable = "refuse",
    update_mode: UpdateMode = "rewrite",
    metrics: Metrics | None = None,
) -> _T:
    """Encrypt and sign items on their way out of a boto3 object, verify and decrypt them on their way in.

    ... docstring to be completed by the helper who finishes this module
    """
    registry = Registry(tables, plaintext=plaintext_tables, on_unknown_table=on_unknown_table)
    scene = Scene(registry, Settings(update_mode=update_mode), metrics or Metrics())
    if isinstance(target, BaseClient):
        attach_client(target, scene)
        return target
    if is_session(target):
        attach_session(target, scene)
        return target
    if is_pynamodb(target):
        attach_pynamodb(target, scene)
        return target
    if isinstance(target, ServiceResource):
        client: Any = target.meta.client
        if type(target).__name__ == "dynamodb.Table":
            own = clone_client(client)
            attach_client(own, scene)
            table: _T = clone_table(target, own)
            return table
        attach_client(client, scene)
        return target
    message = f"cannot attach to {type(target).__name__}: its calls emit no botocore events"
    raise UnsupportedOperationError(message)


def attach_client(client: Any, scene: Scene) -> None:
    """Put hooks on a client, in place."""
    with _LOCK:
        reference = _ATTACHED.get(client.meta.events)
        there = None if reference is None else reference()
        if there is not None:
            if there.scene is scene or (
                there.scene.registry.same_as(scene.registry) and there.scene.settings == scene.settings
            ):
                return
            raise InvalidArgumentError("the client is attached already, with another configuration: detach it first")
        hooks = hooks_of(client, scene)
        hooks.register()
        _ATTACHED[client.meta.events] = weakref.ref(hooks)


def detach(target: Any) -> None:
    """Take the hooks off again: the object sends and gets items as they are from then on."""
    if is_session(target):
        detach_session(target)
        return
    if is_pynamodb(target):
        detach_pynamodb(target)
        return
    client = target if isinstance(target, BaseClient) else target.meta.client
    with _LOCK:
        reference = _ATTACHED.pop(client.meta.events, None)
        hooks = None if reference is None else reference()
        if hooks is None:
            raise InvalidArgumentError("nothing is attached to it")
        hooks.unregister(client.meta.events)
