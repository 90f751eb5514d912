# SPDX-License-Identifier: Apache-2.0
"""What ``attach`` takes: which kind of object it is, and what is done to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar, cast

from boto3.resources.base import ServiceResource
from botocore.client import BaseClient

from ddbcrypt.around.pynamodb import attach_pynamodb, detach_pynamodb, is_pynamodb
from ddbcrypt.around.sessions import attach_session, detach_session, is_session
from ddbcrypt.dynamodb.attaching import attach_client, detach_client, is_attached
from ddbcrypt.dynamodb.clones import clone_client, clone_table
from ddbcrypt.dynamodb.registry import OnUnknownTable, Registry, TableConfiguration, check_configurations
from ddbcrypt.dynamodb.scene import Scene, Settings, UpdateMode
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.metrics import NO_METRICS, Metrics

_T = TypeVar("_T")
_ON_UNKNOWN: Final = ("refuse", "plaintext")
_UPDATE_MODES: Final = ("rewrite", "refuse")


def make_scene(
    tables: Mapping[str, TableConfiguration],
    plaintext_tables: Iterable[str],
    on_unknown_table: OnUnknownTable,
    update_mode: UpdateMode,
    metrics: Metrics | None,
) -> Scene:
    """Check the arguments of ``attach``, and put them together.

    :raises InvalidArgumentError: for an argument that does not fit
    :raises TypeError: for an argument of a wrong type
    """
    registry = _registry(tables, plaintext_tables, on_unknown_table)
    if update_mode not in _UPDATE_MODES:
        message = f'update_mode is "rewrite" or "refuse", not {update_mode!r}'
        raise InvalidArgumentError(message)
    if metrics is not None:
        require_instance("metrics", metrics, Metrics)
    return Scene(registry, Settings(update_mode=update_mode), NO_METRICS if metrics is None else metrics)


def attach_target(target: _T, scene: Scene) -> _T:
    """Attach it, in place or as a new object, which is returned.

    :raises InvalidArgumentError: it is attached already, with another configuration
    :raises UnsupportedOperationError: for an object whose calls emit no botocore events, or that holds no items
    """
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


def _attach_resource(resource: Any, scene: Scene) -> Any:
    client = resource.meta.client
    if resource.meta.resource_model.name != "Table" or is_attached(client):
        attach_client(client, scene)
        return resource
    own = clone_client(client)
    attach_client(own, scene)
    return clone_table(resource, own)


def detach_target(target: Any) -> None:
    """Take the hooks off again.

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
    detach_client(client)
