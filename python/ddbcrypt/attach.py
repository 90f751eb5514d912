# SPDX-License-Identifier: Apache-2.0
"""Attach encryption to whatever is built on botocore: a client, a resource, a Table.

The package has both functions from the beginning, so what they need, boto3 among it, is imported when they are called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from ddbcrypt.dynamodb.registry import OnUnknownTable, TableConfiguration
    from ddbcrypt.dynamodb.scene import UpdateMode
    from ddbcrypt.metrics import Metrics

__all__ = ("attach", "detach")

_T = TypeVar("_T")


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
    from ddbcrypt.around.targets import attach_target, make_scene

    return attach_target(target, make_scene(tables, plaintext_tables, on_unknown_table, update_mode, metrics))


def detach(target: Any) -> None:
    """Take the hooks off again: the object sends and gets items as they are from then on. No network call.

    :param target: what ``attach`` returned; a resource and the Tables that share its client are detached together
    :raises InvalidArgumentError: when nothing is attached to it, and for the client of a wrapper
    """
    from ddbcrypt.around.targets import detach_target

    detach_target(target)
