# SPDX-License-Identifier: Apache-2.0
"""``batch_write_item``: puts encrypted in one go; what DynamoDB did not process comes back as the caller gave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from ddbcrypt.dynamodb.calls import Call
from ddbcrypt.dynamodb.items import Job, encrypt_batch
from ddbcrypt.dynamodb.operations import BATCH_WRITE, check_parameters
from ddbcrypt.dynamodb.requests import check_key, mapping
from ddbcrypt.dynamodb.responses import copy_members
from ddbcrypt.dynamodb.tables import TableConfig, of_table
from ddbcrypt.dynamodb.unprocessed import Sent, original
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError

_KINDS = {"PutRequest": "Item", "DeleteRequest": "Key"}


class _Write(NamedTuple):
    """A request of the batch as the caller gave it: kind, item or key, and the whole."""

    kind: str
    content: Mapping[str, Any]
    request: Mapping[str, Any]


def batch_write_item(
    call: Call, request: dict[str, Any], table_of: Callable[[str], TableConfig], *, wire: bool
) -> dict[str, Any]:
    """Write and delete items of several tables. ``UnprocessedItems`` can be sent again as they are."""
    asked = mapping(request["RequestItems"], "RequestItems")
    writes = {name: [_parsed(name, write) for write in _writes(name, of_one)] for name, of_one in asked.items()}
    tables = {name: table_of(name) for name in writes}
    sent = _encrypted(writes, tables, wire=wire)
    request["RequestItems"] = {name: [one.request for one in of_one] for name, of_one in sent.items()}
    result = copy_members(BATCH_WRITE, call(**request))
    if result.get("UnprocessedItems"):
        result["UnprocessedItems"] = _originals(result["UnprocessedItems"], sent, tables, wire=wire)
    return result


def _writes(table_name: str, of_one: object) -> Sequence[object]:
    if not isinstance(of_one, (list, tuple)):
        message = f'RequestItems["{table_name}"] has to be a list of requests'
        raise InvalidArgumentError(message)
    return cast("Sequence[object]", of_one)


def _parsed(table_name: str, write: object) -> _Write:
    request = mapping(write, f'a request in RequestItems["{table_name}"]')
    if len(request) != 1:
        message = f'A request in RequestItems["{table_name}"] has to hold one of PutRequest and DeleteRequest'
        raise InvalidArgumentError(message)
    ((kind, members),) = request.items()
    member = _KINDS.get(kind)
    if member is None:
        message = f"batch_write_item takes PutRequest and DeleteRequest, not {kind}. Nothing was sent."
        raise UnsupportedOperationError(message)
    members = mapping(members, kind)
    check_parameters(BATCH_WRITE.method, frozenset((member,)), members)
    if member not in members:
        message = f'A {kind} in RequestItems["{table_name}"] needs the parameter {member}'
        raise InvalidArgumentError(message)
    return _Write(kind, mapping(members[member], f"{kind}.{member}"), request)


def _encrypted(
    writes: Mapping[str, Sequence[_Write]], tables: Mapping[str, TableConfig], *, wire: bool
) -> dict[str, list[Sent]]:
    jobs: list[Job] = []
    for name, of_one in writes.items():
        table = tables[name]
        for index, write in enumerate(of_one):
            if write.kind == "PutRequest":
                jobs.append(Job(write.content, table, name, index))
            else:
                check_key("DeleteRequest.Key", write.content, table.crypto_config.attribute_actions)
    items = iter(encrypt_batch(jobs, wire=wire))
    sent: dict[str, list[Sent]] = {}
    for name, of_one in writes.items():
        sent[name] = []
        for write in of_one:
            content = next(items) if write.kind == "PutRequest" else dict(write.content)
            request = {write.kind: {_KINDS[write.kind]: content}}
            sent[name].append(Sent(write.kind, content, request, write.request))
    return sent


def _originals(
    unprocessed: Mapping[str, Sequence[Mapping[str, Any]]],
    sent: Mapping[str, Sequence[Sent]],
    tables: Mapping[str, TableConfig],
    *,
    wire: bool,
) -> dict[str, list[Mapping[str, Any]]]:
    result: dict[str, list[Mapping[str, Any]]] = {}
    for answered, requests in unprocessed.items():
        # under the caller's name of the table, so that a batch writer finds them
        name, candidates = of_table(sent, answered)
        left = list(candidates)
        originals = [original(request, left, tables[name], wire=wire) for request in requests]
        result.setdefault(name, []).extend(originals)
    return result
