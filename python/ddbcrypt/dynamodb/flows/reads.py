# SPDX-License-Identifier: Apache-2.0
"""``query`` and ``scan``, of tables and of indexes."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from ddbcrypt.dynamodb.checks import check_start_key, take_projection
from ddbcrypt.dynamodb.effects import Decrypt, Effect, Flow, Send, send
from ddbcrypt.dynamodb.fetching import fetch_whole
from ddbcrypt.dynamodb.options import RequestOptions, current_options
from ddbcrypt.dynamodb.outcomes import set_aside
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, SignatureVerificationError
from ddbcrypt.expressions import Condition, evaluate, parse_key_condition, project


def read(scene: Scene, request: dict[str, Any]) -> Flow:
    """Read a page of whole items, decrypt them, and carry the projection out on them.

    With ``Select="COUNT"`` there are no items, and DynamoDB's count is not verified.
    """
    table = yield from scene.registry.resolve(request.get("TableName"))
    if table is None:
        return (yield from send(request))
    options = current_options()
    request, projection = take_projection(table, request)
    check_start_key(table, request, scene.start_keys.holds)
    parsed: dict[str, Any] = yield Send(request)
    if "Error" in parsed:
        return parsed
    if "LastEvaluatedKey" in parsed:
        scene.start_keys.remember(table, parsed["LastEvaluatedKey"])
    if parsed.get("Items"):
        if "IndexName" in request:
            items = yield from _of_index(table, request, parsed, options)
        else:
            items = yield from _decrypted(table, parsed["Items"], options, _key_condition(request))
        parsed["Items"] = items if projection is None else [project(projection, item) for item in items]
        if "Count" in parsed:  # of what is returned: items may have been set aside, or deleted since the index had them
            parsed["Count"] = len(items)
    return parsed


def _decrypted(
    table: ProtectedTable,
    stored: Sequence[Mapping[str, Any]],
    options: RequestOptions,
    condition: Condition | None = None,
) -> Generator[Effect, Any, list[dict[str, Any]]]:
    collect = options.on_error == "collect"
    done: list[Any] = yield Decrypt([(table, item) for item in stored], collect)
    if condition is not None:
        for place, item in enumerate(done):
            if isinstance(item, DynamodbEncryptionSdkError) or evaluate(condition, item):
                continue
            error = SignatureVerificationError("DynamoDB answered with an item that the key condition does not choose")
            table.name_item(error, item)
            if not collect:
                raise error
            done[place] = error
    return set_aside([(table, item) for item in stored], done, options) if collect else done


def _key_condition(request: Mapping[str, Any]) -> Condition | None:
    """Give what a query says of the key, which is never encrypted: an item that verifies may still be another one."""
    text = request.get("KeyConditionExpression")
    if text is None:
        return None
    return parse_key_condition(text, request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues"))


def _of_index(
    table: ProtectedTable, request: Mapping[str, Any], parsed: dict[str, Any], options: RequestOptions
) -> Generator[Effect, Any, list[dict[str, Any]]]:
    if not options.fetch_from_table:
        before = len(options.failures)
        try:
            items: list[dict[str, Any]] = yield from _decrypted(
                table, parsed["Items"], options, _key_condition(request)
            )
        except DynamodbEncryptionSdkError as error:
            error.add_note(_index_note(request))
            raise
        for failed in options.failures[before:]:
            failed.error.add_note(_index_note(request))
        return items
    stored = yield from fetch_whole(table, request, parsed["Items"])
    return (yield from _decrypted(table, stored, options))


def _index_note(request: Mapping[str, Any]) -> str:
    return (
        f'The items were read through the index "{request["IndexName"]}": unless it projects all attributes, they lack '
        "a part of what is signed and cannot verify. With request_options(fetch_from_table=True) the whole items are "
        "fetched from the table by primary key."
    )
