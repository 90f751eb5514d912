# SPDX-License-Identifier: Apache-2.0
"""The calls of a ``dynamodbstreams`` client: ``get_records`` decrypts, the others carry no items."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.effects import Call, Decrypt, Effect, Flow, Send
from ddbcrypt.dynamodb.options import FailedItem, current_options
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, UnsupportedOperationError
from ddbcrypt.streams.images import IMAGES, check_keys
from ddbcrypt.streams.iterators import Iterators
from ddbcrypt.streams.table import table_name_of_stream
from ddbcrypt.structures import TableIndex, TableInfo

#: Operations of the service and the members of their requests. What AWS adds is refused until someone decides on it.
REQUESTS: Final[Mapping[str, frozenset[str]]] = {
    "DescribeStream": frozenset({"StreamArn", "Limit", "ExclusiveStartShardId", "ShardFilter"}),
    "GetRecords": frozenset({"ShardIterator", "Limit"}),
    "GetShardIterator": frozenset({"StreamArn", "ShardId", "ShardIteratorType", "SequenceNumber", "Timestamp"}),
    "ListStreams": frozenset({"TableName", "Limit", "ExclusiveStartStreamArn"}),
}
#: What comes back of a record: its members, and those of its ``dynamodb``. Other members are left out.
RECORD_MEMBERS: Final = frozenset(
    {"eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb", "userIdentity"}
)
CHANGE_MEMBERS: Final = frozenset(
    {"ApproximateCreationDateTime", "Keys", *IMAGES, "SequenceNumber", "SizeBytes", "StreamViewType"}
)
RESPONSE_MEMBERS: Final = frozenset({"Records", "NextShardIterator", "ResponseMetadata", "Error"})


def begin(
    scene: Scene, iterators: Iterators, operation: str, params: Mapping[str, Any], context: Mapping[str, Any]
) -> Flow | None:
    """Begin a call: its flow, or None where it passes as it is.

    :raises UnsupportedOperationError: for an operation, a parameter or a kind of request that is refused
    """
    try:
        _check(operation, params, context)
        function = _FLOWS.get(operation)
        return None if function is None else function(scene, iterators, dict(params))
    except UnsupportedOperationError:
        scene.metrics.count("refusals")
        raise


def _check(operation: str, params: Mapping[str, Any], context: Mapping[str, Any]) -> None:
    members = REQUESTS.get(operation)
    if members is None:
        message = f"{operation} of DynamoDB Streams is not known to ddbcrypt, so it is refused. Nothing was sent."
        raise UnsupportedOperationError(message)
    unknown = sorted(params.keys() - members)
    if unknown:
        message = f"the parameter {unknown[0]!r} of {operation} is not known to ddbcrypt, so it is refused"
        raise UnsupportedOperationError(message)
    if context.get("is_presign_request") and operation == "GetRecords":
        raise UnsupportedOperationError(
            "ddbcrypt does not presign get_records: whoever uses the URL gets items that are not verified and decrypted"
        )


def get_shard_iterator(scene: Scene, iterators: Iterators, request: dict[str, Any]) -> Flow:
    """Remember which stream the iterator is of. A stream of an unknown table is refused here already."""
    arn = request.get("StreamArn")
    if isinstance(arn, str):
        scene.registry.is_protected(table_name_of_stream(arn))
    parsed: dict[str, Any] = yield Send(request)
    if isinstance(arn, str):
        iterators.remember(parsed.get("ShardIterator"), arn)
    return parsed


def get_records(scene: Scene, iterators: Iterators, request: dict[str, Any]) -> Flow:
    """Verify and decrypt the images of all records; with ``on_error="collect"`` records that fail are set aside."""
    arn = iterators.stream_of(request.get("ShardIterator"))
    if arn is None:
        raise UnsupportedOperationError(
            "get_records: which table this shard iterator is of is not known, because it did not come from this client "
            "(or from another process). Call get_shard_iterator on this client, with AFTER_SEQUENCE_NUMBER to go on; "
            "or use a client that nothing is attached to and ddbcrypt.streams.decrypt_stream_record. Nothing was sent."
        )
    table = yield from _table(scene, arn)
    parsed: dict[str, Any] = yield Send(request)
    iterators.remember(parsed.get("NextShardIterator"), arn)
    if table is None or "Records" not in parsed:
        return parsed
    records = [_pinned(record) for record in parsed["Records"]]
    kept = yield from _decrypted(scene, table, records)
    return {**{name: parsed[name] for name in parsed.keys() & RESPONSE_MEMBERS}, "Records": kept}


_FLOWS: Final[Mapping[str, Callable[[Scene, Iterators, dict[str, Any]], Flow]]] = {
    "GetRecords": get_records,
    "GetShardIterator": get_shard_iterator,
}


def _table(scene: Scene, arn: str) -> Generator[Effect, Any, ProtectedTable | None]:
    name = table_name_of_stream(arn)
    table = scene.registry.known(name)
    if table is not None:
        return table
    if not scene.registry.is_protected(name):
        return None
    # This service has no DescribeTable, and whoever may read a stream may describe it.
    answer = yield Call("DescribeStream", {"StreamArn": arn, "Limit": 1})
    index = TableIndex.from_key_schema(answer["StreamDescription"]["KeySchema"])
    return scene.registry.described_as(TableInfo(name=name, primary_index=index))


def _pinned(record: Mapping[str, Any]) -> dict[str, Any]:
    result = {name: record[name] for name in record.keys() & RECORD_MEMBERS}
    change: Mapping[str, Any] = record.get("dynamodb") or {}
    result["dynamodb"] = {name: change[name] for name in change.keys() & CHANGE_MEMBERS}
    return result


def _decrypted(
    scene: Scene, table: ProtectedTable, records: list[dict[str, Any]]
) -> Generator[Effect, Any, list[dict[str, Any]]]:
    """Put the plaintext of all images into our own copies of the records; give those that are to be handed over."""
    options = current_options()
    collect = options.on_error == "collect"
    failed: dict[int, DynamodbEncryptionSdkError] = {}
    places: list[tuple[int, str]] = []
    for place, record in enumerate(records):
        change = record["dynamodb"]
        try:
            for name in IMAGES:
                if name in change:
                    check_keys(table, change.get("Keys") or {}, change[name])
                    places.append((place, name))
        except DynamodbEncryptionSdkError as error:
            if not collect:
                raise
            failed[place] = error
            scene.metrics.count("items_failed")
    places = [(place, name) for place, name in places if place not in failed]
    images = [(table, records[place]["dynamodb"][name]) for place, name in places]
    plain: list[Any] = (yield Decrypt(images, collect)) if images else []
    for (place, name), image in zip(places, plain, strict=True):
        if isinstance(image, DynamodbEncryptionSdkError):
            failed.setdefault(place, image)
        else:
            records[place]["dynamodb"][name] = image
    for place in sorted(failed):
        options.failures.append(FailedItem(table.name, records[place]["dynamodb"].get("Keys") or {}, failed[place]))
    return [record for place, record in enumerate(records) if place not in failed]
