# SPDX-License-Identifier: Apache-2.0
"""ddbcrypt for asyncio: clients and resources of aiobotocore and aioboto3.

The same flows as for boto3 decide what is done to each call, on the same events; they wait where boto3's would block.
Keys that have to be asked for, and items of more than some 100 KB, go to a thread of asyncio's own pool, so the event
loop goes on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from ddbcrypt.attach import attach as _attach
from ddbcrypt.attach import detach
from ddbcrypt.dynamodb.kinds import is_async_client, is_async_session
from ddbcrypt.dynamodb.registry import OnUnknownTable, TableConfiguration
from ddbcrypt.dynamodb.scene import UpdateMode
from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.metrics import Metrics
from ddbcrypt.streams import decrypt_stream_record as _decrypt_stream_record
from ddbcrypt.streams.records import Binaries, Configurations

__all__ = ("attach", "decrypt_stream_record", "detach")

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
    """Encrypt and sign items on their way out of an asynchronous client, resource or Table, and the way back.

    As :func:`ddbcrypt.attach`, which takes these objects too; this one refuses those of boto3, whose calls block. It is
    no coroutine and makes no call itself: a table's primary key is asked for at the first request.

    >>> async with aioboto3.Session().resource("dynamodb") as dynamodb:
    ...     attach(dynamodb, {"visits": config})
    ...     table = await dynamodb.Table("visits")
    ...     await table.put_item(Item={...})

    Materials providers, keyrings and materials managers are asked in a thread where their ``may_block`` is true, which
    it is for all that make calls and for an application's own unless it says otherwise.

    :param target: a client of aiobotocore or aioboto3 (``dynamodb`` or ``dynamodbstreams``), a resource or Table of
        aioboto3, or a session of either, for what is made from it afterwards. A Table comes back as a new object over
        a client of its own; the others are attached in place
    :param tables: configuration of each protected table, by name or ARN
    :param plaintext_tables: tables whose items pass as they are
    :param on_unknown_table: ``"refuse"``, or ``"plaintext"`` to let the items of all other tables pass as they are
    :param update_mode: ``"rewrite"``, or ``"refuse"`` to refuse updates of protected attributes
    :param metrics: counts what is done
    :raises UnsupportedOperationError: for an object that is not asynchronous
    :raises InvalidArgumentError: another configuration is attached already, or the arguments contradict each other
    """
    client = getattr(getattr(target, "meta", None), "client", target)
    if not (is_async_client(client) or is_async_session(target)):
        message = f"{type(target).__name__} is not of aiobotocore or aioboto3: attach to it with ddbcrypt.attach"
        raise UnsupportedOperationError(message)
    return _attach(
        target,
        tables,
        plaintext_tables=plaintext_tables,
        on_unknown_table=on_unknown_table,
        update_mode=update_mode,
        metrics=metrics,
    )


async def decrypt_stream_record(
    record: Mapping[str, Any],
    config: Configurations,
    *,
    binaries: Binaries = "as_given",
    metrics: Metrics | None = None,
) -> dict[str, Any]:
    """Verify and decrypt one record of a table's stream in a thread, so that asking for keys does not block the loop.

    As :func:`ddbcrypt.streams.decrypt_stream_record`, with its errors. Tasks may call it at once.

    :param record: the record, as Lambda, Kinesis or a plain client's ``get_records`` gives it
    :param config: the table's configuration, or configurations by table name
    :param binaries: ``"as_given"``, or ``"bytes"`` for ``bytes`` where the record has base64 text
    :param metrics: counts what is done
    """
    return await asyncio.to_thread(_decrypt_stream_record, record, config, binaries=binaries, metrics=metrics)
