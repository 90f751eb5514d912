# SPDX-License-Identifier: Apache-2.0
"""``batch_get_item`` and ``batch_write_item``: items of several tables, protected or not, in one go."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ddbcrypt.dynamodb.answers import AskedKeys
from ddbcrypt.dynamodb.checks import check_key, mapping, sequence, take_projection
from ddbcrypt.dynamodb.effects import Decrypt, Effect, Encrypt, Flow, Send
from ddbcrypt.dynamodb.options import RequestOptions, current_options
from ddbcrypt.dynamodb.originals import Sent, copy_nested, original
from ddbcrypt.dynamodb.outcomes import failed_item
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.dynamodb.sizes import check_size
from ddbcrypt.dynamodb.tables import of_table
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.expressions import Projection, project
from ddbcrypt.operations import check_part, find

_GET_ITEMS: Final = find("BatchGetItem")
_WRITE_ITEMS: Final = find("BatchWriteItem")
_KINDS: Final = {"PutRequest": "Item", "DeleteRequest": "Key"}
_PROJECTED: Final = ("ProjectionExpression", "ExpressionAttributeNames")


class _Read(NamedTuple):
    """What is asked of a protected table."""

    table: ProtectedTable
    given: Mapping[str, Any]
    keys: AskedKeys
    projection: Projection | None

    def finished(self, item: dict[str, Any]) -> dict[str, Any]:
        self.keys.check(self.table, item)
        return item if self.projection is None else project(self.projection, item)


def batch_get_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Read whole items by key, decrypt them, and carry each table's projection out on them.

    ``UnprocessedKeys`` can be sent again as they are: they have the caller's projection.
    """
    asked = mapping(request.get("RequestItems"), "RequestItems")
    options = current_options()
    sent: dict[str, Any] = {}
    reads: dict[str, _Read | None] = {}
    for name, of_one in asked.items():
        table = yield from scene.registry.resolve(name)
        if table is None:
            sent[name], reads[name] = of_one, None
        else:
            given = mapping(of_one, f'RequestItems["{name}"]')
            sent[name], reads[name] = _whole(name, table, given)
    request["RequestItems"] = sent
    parsed: dict[str, Any] = yield Send(request)
    if "Error" in parsed:
        return parsed
    if parsed.get("Responses"):
        yield from _decrypt_responses(parsed, reads, options)
    if parsed.get("UnprocessedKeys"):
        parsed["UnprocessedKeys"] = _unprocessed_keys(parsed["UnprocessedKeys"], reads)
    return parsed


def _whole(name: str, table: ProtectedTable, given: Mapping[str, Any]) -> tuple[dict[str, Any], _Read]:
    if "Keys" not in given:
        message = f'RequestItems["{name}"] needs a list of Keys'
        raise InvalidArgumentError(message)
    request = dict(given)
    check_part(_GET_ITEMS, "KeysAndAttributes", request)
    keys = [check_key(table, key, "Keys") for key in sequence(given["Keys"], f'RequestItems["{name}"]["Keys"]')]
    request["Keys"] = keys
    request, projection = take_projection(table, request)
    return request, _Read(table, given, AskedKeys(keys), projection)


def _decrypt_responses(
    parsed: dict[str, Any], reads: Mapping[str, _Read | None], options: RequestOptions
) -> Generator[Effect, Any, None]:
    collect = options.on_error == "collect"
    of_items: list[tuple[str, _Read, Mapping[str, Any]]] = []
    result: dict[str, list[Any]] = {}
    for answered, items in parsed["Responses"].items():
        _, reading = of_table(reads, answered)
        if reading is None:
            result[answered] = items
        else:
            result[answered] = []
            of_items.extend((answered, reading, item) for item in items)
    done: list[Any] = yield Decrypt([(reading.table, item) for _, reading, item in of_items], collect)
    for (answered, reading, stored), one in zip(of_items, done, strict=True):
        try:
            if isinstance(one, DynamodbEncryptionSdkError):
                raise one
            result[answered].append(reading.finished(one))
        except DynamodbEncryptionSdkError as error:
            if not collect:
                raise
            options.failures.append(failed_item(reading.table, stored, error))
    parsed["Responses"] = result


def _unprocessed_keys(unprocessed: Mapping[str, Any], reads: Mapping[str, _Read | None]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for answered, of_one in unprocessed.items():
        name, reading = of_table(reads, answered)
        if reading is not None:
            for parameter in _PROJECTED:
                of_one.pop(parameter, None)
                if parameter in reading.given:
                    of_one[parameter] = copy_nested(reading.given[parameter])
        result[name] = of_one
    return result


class _Write(NamedTuple):
    """A request of the batch as the caller gave it: kind, item or key, and the whole."""

    kind: str
    content: Mapping[str, Any]
    request: Mapping[str, Any]


def batch_write_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Encrypt the items that are put. ``UnprocessedItems`` are the caller's own requests and can be sent again."""
    asked = mapping(request.get("RequestItems"), "RequestItems")
    tables: dict[str, ProtectedTable | None] = {}
    for name in asked:
        tables[name] = yield from scene.registry.resolve(name)
    writes: dict[str, list[_Write]] = {}
    jobs: list[tuple[ProtectedTable, Mapping[str, Any]]] = []
    for name, of_one in asked.items():
        table = tables[name]
        if table is None:
            continue
        writes[name] = [_parsed(name, write) for write in sequence(of_one, f'RequestItems["{name}"]')]
        jobs.extend((table, write.content) for write in writes[name] if write.kind == "PutRequest")
    encrypted: list[dict[str, Any]] = []
    if jobs:
        encrypted = yield Encrypt(jobs)
    for (table, plain), item in zip(jobs, encrypted, strict=True):
        check_size(table, item, plain)
    sent = _sent(writes, tables, encrypted)
    request["RequestItems"] = {
        name: [one.request for one in sent[name]] if name in sent else of_one for name, of_one in asked.items()
    }
    parsed: dict[str, Any] = yield Send(request)
    if parsed.get("UnprocessedItems") and "Error" not in parsed:
        parsed["UnprocessedItems"] = _originals(parsed["UnprocessedItems"], sent, tables)
    return parsed


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
    check_part(_WRITE_ITEMS, kind, members)
    if member not in members:
        message = f'A {kind} in RequestItems["{table_name}"] needs the parameter {member}'
        raise InvalidArgumentError(message)
    return _Write(kind, mapping(members[member], f"{kind}.{member}"), request)


def _sent(
    writes: Mapping[str, Sequence[_Write]],
    tables: Mapping[str, ProtectedTable | None],
    encrypted: Sequence[dict[str, Any]],
) -> dict[str, list[Sent]]:
    items = iter(encrypted)
    sent: dict[str, list[Sent]] = {}
    for name, of_one in writes.items():
        table = tables[name]
        sent[name] = []
        for write in of_one:
            if write.kind == "PutRequest" or table is None:
                content = next(items)
            else:
                content = check_key(table, write.content, "DeleteRequest.Key")
            request = {write.kind: {_KINDS[write.kind]: content}}
            sent[name].append(Sent(write.kind, content, request, write.request))
    return sent


def _originals(
    unprocessed: Mapping[str, Sequence[Mapping[str, Any]]],
    sent: Mapping[str, Sequence[Sent]],
    tables: Mapping[str, ProtectedTable | None],
) -> dict[str, list[Any]]:
    result: dict[str, list[Any]] = {}
    for answered, requests in unprocessed.items():
        # under the caller's name of the table, so that a batch writer finds them
        name, table = of_table(tables, answered)
        if table is None:
            originals = list(requests)
        else:
            left = list(sent[name])
            originals = [original(table, request, left) for request in requests]
        result.setdefault(name, []).extend(originals)
    return result
