# SPDX-License-Identifier: Apache-2.0
"""Attach encryption to whatever is built on botocore: a client, a resource, a Table."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar, cast

from boto3.resources.base import ServiceResource
from botocore.client import BaseClient

from ddbcrypt.around.pynamodb import attach_pynamodb, detach_pynamodb, is_pynamodb
from ddbcrypt.around.sessions import attach_session, detach_session, is_session
from ddbcrypt.dynamodb.clones import clone_client, clone_table
from ddbcrypt.dynamodb.kinds import AnyHooks, hooks_of
from ddbcrypt.dynamodb.registry import OnUnknownTable, Registry, TableConfiguration
from ddbcrypt.dynamodb.scene import Scene, Settings, UpdateMode
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.metrics import NO_METRICS, Metrics

__all__ = ("attach", "detach")

_T = TypeVar("_T")
#: The hooks of each client, by its event emitter: clients compare by identity, but clones share what they do not own.
#: Weak at both ends: the emitter holds the hooks, and they hold the client that holds it.
_ATTACHED: Final[weakref.WeakKeyDictionary[Any, weakref.ref[AnyHooks]]] = weakref.WeakKeyDictionary()
#: Emitters of clients that wrappers made for themselves: without hooks the wrapper would go on, in plaintext.
_WRAPPERS: Final[weakref.WeakSet[Any]] = weakref.WeakSet()
_LOCK: Final = threading.Lock()
_ON_UNKNOWN: Final = ("refuse", "plaintext")
_UPDATE_MODES: Final = ("rewrite", "refuse")


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

    Whatever is called on the object afterwards goes through its hooks: operations, paginators, waiters, batch writers,
    and libraries that use it. ``docs/operations.md`` says what is done to each operation; what is not known to be safe
    raises ``UnsupportedOperationError`` before anything is sent. Options of single calls: :func:`request_options`.

    ======================================  ===========================================================================
    target                                  what is attached
    ======================================  ===========================================================================
    client of dynamodb or dynamodbstreams   it, in place; the target is returned
    resource of dynamodb                    the client that all its Tables share, those made before included
    Table                                   a clone of the Table with a client of its own, which is returned
                                            (``.meta.client`` too); the original stays as it was
    session of boto3 or botocore            DynamoDB clients and resources that are made from it afterwards
    client or resource of aiobotocore,      as above; see :mod:`ddbcrypt.aio`
    aioboto3
    model or connection of PynamoDB         its clients; version 6 or newer
    ======================================  ===========================================================================

    Attaching makes no network call. The primary key of a table is asked for by ``DescribeTable`` at its first use,
    unless its configuration has it, and remembered. An attached object is as thread-safe as it was before, where the
    configurations' providers are; attach before threads use it.

    :param tables: configurations by table name or ARN: a :class:`LegacyTableConfig`, or a
        ``structured.DynamoDbTableEncryptionConfig``
    :param plaintext_tables: names or ARNs of tables whose items pass as they are
    :param on_unknown_table: what is done to items of all other tables: ``"refuse"``, since a mistyped name must not
        mean plaintext, or ``"plaintext"``
    :param update_mode: ``"rewrite"``: ``update_item`` on protected attributes reads, verifies, changes and writes the
        item back; ``"refuse"``: ``update_item`` is refused on protected tables
    :param metrics: counts what is done
    :raises InvalidArgumentError: for an argument that does not fit, and when the target is attached already with
        another configuration or other metrics; with the same, or without metrics, nothing is done
    :raises TypeError: for an argument of a wrong type
    :raises UnsupportedOperationError: for an object whose calls emit no botocore events, or that holds no items
    """
    registry = _registry(tables, plaintext_tables, on_unknown_table)
    if update_mode not in _UPDATE_MODES:
        message = f'update_mode is "rewrite" or "refuse", not {update_mode!r}'
        raise InvalidArgumentError(message)
    if metrics is not None:
        require_instance("metrics", metrics, Metrics)
    scene = Scene(registry, Settings(update_mode=update_mode), NO_METRICS if metrics is None else metrics)
    # a mock claims any class: what counts is the object's own
    kind = type(target)
    given: Any = target
    if issubclass(kind, ServiceResource):
        return cast("_T", _attach_resource(given, scene))
    if issubclass(kind, BaseClient):
        attach_client(given, scene)
        return target
    if is_session(given):
        attach_session(given, scene)
        return target
    if is_pynamodb(given):
        attach_pynamodb(given, scene)
        return target
    message = (
        f"cannot attach to an object of {kind.__module__}.{kind.__qualname__}: its calls emit no botocore events, so "
        "nothing would be encrypted. Attach to the boto3 client, resource, Table or session that it is made of"
    )
    raise UnsupportedOperationError(message)


def _registry(
    tables: Mapping[str, TableConfiguration], plaintext_tables: Iterable[str], on_unknown_table: OnUnknownTable
) -> Registry:
    check_configurations("tables", tables)
    if isinstance(plaintext_tables, str):
        raise InvalidArgumentError("plaintext_tables is a list of names, not one name")
    if on_unknown_table not in _ON_UNKNOWN:
        message = f'on_unknown_table is "refuse" or "plaintext", not {on_unknown_table!r}'
        raise InvalidArgumentError(message)
    return Registry(tables, plaintext=plaintext_tables, on_unknown_table=on_unknown_table)


def check_configurations(name: str, tables: Mapping[str, TableConfiguration]) -> None:
    """Refuse what is no mapping of table name to configuration.

    :param name: the argument's name, for the error
    :raises TypeError: naming the argument or the table
    """
    require_instance(name, tables, Mapping)
    for table, config in tables.items():
        require_instance(f"a name in {name}", table, str)
        if not all(callable(getattr(config, member, None)) for member in ("known_info", "table")):
            message = (
                f'the configuration of table "{table}" has to be a LegacyTableConfig or a '
                f"DynamoDbTableEncryptionConfig, not {type(config).__name__}"
            )
            raise TypeError(message)


def _attach_resource(resource: Any, scene: Scene) -> Any:
    client = resource.meta.client
    if resource.meta.resource_model.name != "Table" or is_attached(client):
        attach_client(client, scene)
        return resource
    own = clone_client(client)
    attach_client(own, scene)
    return clone_table(resource, own)


def attach_client(client: Any, scene: Scene, *, of_wrapper: bool = False) -> None:
    """Put hooks on a client, in place; nothing where it has the same already.

    :param of_wrapper: whether it is a wrapper's own, which is never detached
    :raises InvalidArgumentError: it has hooks with another configuration or other metrics
    :raises UnsupportedOperationError: for a client of another service
    """
    with _LOCK:
        reference = _ATTACHED.get(client.meta.events)
        there = None if reference is None else reference()
        if there is not None:
            there.scene.require_same(scene, "the client")
            return
        hooks = hooks_of(client, scene)
        hooks.register()
        _ATTACHED[client.meta.events] = weakref.ref(hooks)
        if of_wrapper:
            _WRAPPERS.add(client.meta.events)


def renew_client(client: Any) -> None:
    """Let the hooks of a client, where it has some, know that a resource has been made of it since."""
    with _LOCK:
        reference = _ATTACHED.get(client.meta.events)
        hooks = None if reference is None else reference()
        if hooks is not None:
            hooks.register()


def detach(target: Any) -> None:
    """Take the hooks off again: the object sends and gets items as they are from then on. No network call.

    :param target: what ``attach`` returned; a resource and the Tables that share its client are detached together
    :raises InvalidArgumentError: when nothing is attached to it, and for the client of a wrapper
    """
    if is_session(target):
        detach_session(target)
        return
    if is_pynamodb(target):
        detach_pynamodb(target)
        return
    # not of a wrapper, which has a meta.client too: it would go on without encryption
    resource: Any = target if issubclass(type(target), ServiceResource) else None
    client = target if isinstance(target, BaseClient) else None if resource is None else resource.meta.client
    if client is None:
        raise InvalidArgumentError("nothing is attached to it")
    with _LOCK:
        if client.meta.events in _WRAPPERS:
            raise InvalidArgumentError(
                "it is the client of a wrapper, which would go on without encryption: use the boto3 object that was "
                "given to the wrapper, which is as it was"
            )
        reference = _ATTACHED.pop(client.meta.events, None)
        hooks = None if reference is None else reference()
        if hooks is None:
            raise InvalidArgumentError("nothing is attached to it")
        hooks.unregister()


def is_attached(client: Any) -> bool:
    """Whether a client has hooks."""
    with _LOCK:
        return client.meta.events in _ATTACHED
