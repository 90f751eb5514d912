# SPDX-License-Identifier: Apache-2.0
"""``transact_write_items`` and ``transact_get_items``."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Final, NamedTuple

from ddbcrypt.dynamodb.answers import check_answer, decrypt_failed, key_of
from ddbcrypt.dynamodb.checks import check_expressions, check_key, mapping, required, sequence, take_projection
from ddbcrypt.dynamodb.effects import Decrypt, Effect, Encrypt, Flow, Send
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.dynamodb.sizes import check_size
from ddbcrypt.dynamodb.update.unprotected import guard_update
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.expressions import Projection, project
from ddbcrypt.operations import check_part, find

_GET_ITEMS: Final = find("TransactGetItems")
_WRITE_ITEMS: Final = find("TransactWriteItems")
_ACTIONS: Final = ("ConditionCheck", "Put", "Delete", "Update")
_MISMATCH: Final = "IdempotentParameterMismatchException"
_TOKEN: Final = "ClientRequestToken"  # noqa: S105 - no password


class _Action(NamedTuple):
    """One action of a transaction: its kind, its request in a dict of our own, and its table if that is protected."""

    kind: str
    request: dict[str, Any]
    table: ProtectedTable | None
    sent: dict[str, Any]


def transact_write_items(scene: Scene, request: dict[str, Any]) -> Flow:
    """Encrypt the items that are put; check the other actions; decrypt the items in ``CancellationReasons``.

    A transaction that is sent again with its ``ClientRequestToken`` goes out as it did before, to the last byte,
    where this client still knows it.
    """
    given = sequence(request.get("TransactItems"), "TransactItems")
    actions: list[_Action] = []
    for one in given:
        action = yield from _action(scene, one)
        actions.append(action)
    token = request.get(_TOKEN)
    digest = scene.transactions.digest(given) if isinstance(token, str) else None
    items = scene.transactions.find(token, digest) if isinstance(token, str) else None
    if items is None:
        items = yield from _encrypted(actions)
        if isinstance(token, str):
            scene.transactions.remember(token, digest, items)
    for action, item in zip(_puts(actions), items, strict=True):
        action.sent["Item"] = item
    request["TransactItems"] = [{action.kind: action.sent} for action in actions]
    parsed: dict[str, Any] = yield Send(request)
    error = parsed.get("Error")
    if error is None:
        return parsed
    if error.get("Code") == _MISMATCH:
        note = (
            "ddbcrypt: encryption is randomised, so a transaction can be sent again with its ClientRequestToken only "
            "through the client that sent it first, within ten minutes, with the same items"
        )
        parsed["Error"] = {**error, "Message": f"{error.get('Message', '')} ({note})".lstrip()}
    if parsed.get("CancellationReasons"):
        yield from _decrypt_reasons(actions, parsed["CancellationReasons"])
    return parsed


def _action(scene: Scene, one: object) -> Generator[Effect, Any, _Action]:
    members = mapping(one, "a member of TransactItems")
    if len(members) != 1:
        message = f"A member of TransactItems has to hold one of {', '.join(_ACTIONS)}"
        raise InvalidArgumentError(message)
    ((kind, content),) = members.items()
    if kind not in _ACTIONS:
        message = f"transact_write_items takes {', '.join(_ACTIONS)}, not {kind}. Nothing was sent."
        raise UnsupportedOperationError(message)
    request = dict(mapping(content, f"TransactItems.{kind}"))
    table = yield from scene.registry.resolve(request.get("TableName"))
    if table is None:
        return _Action(kind, request, None, request)
    check_part(_WRITE_ITEMS, kind, request)
    update = check_expressions(table, request)
    sent = request
    if kind == "Put":
        request["Item"] = required(request, "Item", "TransactItems.Put")
        sent = dict(request)
    else:
        request["Key"] = check_key(table, required(request, "Key", f"TransactItems.{kind}"), "Key")
        if kind == "Update":
            if scene.settings.update_mode == "refuse":
                message = (
                    'ddbcrypt does not support an Update in a transaction with update_mode="refuse": read the item, '
                    "change it and Put it. Nothing was sent."
                )
                raise UnsupportedOperationError(message)
            sent = guard_update(table, request, update)
    return _Action(kind, request, table, sent)


def _puts(actions: list[_Action]) -> list[_Action]:
    return [action for action in actions if action.kind == "Put" and action.table is not None]


def _encrypted(actions: list[_Action]) -> Generator[Effect, Any, list[dict[str, Any]]]:
    """Give the items that are put, encrypted, in order."""
    jobs = [(action.table, action.request["Item"]) for action in _puts(actions) if action.table is not None]
    items: list[dict[str, Any]] = []
    if jobs:
        items = yield Encrypt(jobs)
    for (table, plain), item in zip(jobs, items, strict=True):
        check_size(table, item, plain)
    return items


def _decrypt_reasons(actions: list[_Action], reasons: list[dict[str, Any] | None]) -> Generator[Effect, Any, None]:
    for place, reason in enumerate(reasons):
        if not reason or not reason.get("Item"):
            continue
        action = actions[place] if place < len(actions) else None
        if action is None:
            del reason["Item"]  # of no action of ours: nothing can be told of it
            continue
        table = action.table
        if table is None:
            continue
        key = key_of(table, action.request["Item"]) if action.kind == "Put" else action.request["Key"]
        note = yield from decrypt_failed(table, reason, key)
        if note is not None:
            reason["Message"] = f"{reason.get('Message', '')} ({note})".lstrip()


class _Get(NamedTuple):
    """An item that is asked for, of a protected table."""

    table: ProtectedTable
    key: dict[str, Any]
    projection: Projection | None


def transact_get_items(scene: Scene, request: dict[str, Any]) -> Flow:
    """Read whole items, decrypt them, and carry each projection out on its item. All or nothing."""
    sent: list[dict[str, Any]] = []
    gets: list[_Get | None] = []
    for one in sequence(request.get("TransactItems"), "TransactItems"):
        members = mapping(one, "a member of TransactItems")
        if set(members) != {"Get"}:
            raise UnsupportedOperationError(
                "transact_get_items takes members of TransactItems that hold Get alone. Nothing was sent."
            )
        content = dict(mapping(members["Get"], "TransactItems.Get"))
        table = yield from scene.registry.resolve(content.get("TableName"))
        if table is None:
            gets.append(None)
        else:
            check_part(_GET_ITEMS, "Get", content)
            key = content["Key"] = check_key(table, required(content, "Key", "TransactItems.Get"), "Key")
            content, projection = take_projection(table, content)
            gets.append(_Get(table, key, projection))
        sent.append({"Get": content})
    request["TransactItems"] = sent
    parsed: dict[str, Any] = yield Send(request)
    responses = parsed.get("Responses")
    if not responses or "Error" in parsed:
        return parsed
    parsed["Responses"] = yield from _decrypted(responses, gets)
    return parsed


def _decrypted(
    responses: list[Mapping[str, Any] | None], gets: list[_Get | None]
) -> Generator[Effect, Any, list[Mapping[str, Any] | None]]:
    if len(responses) != len(gets):
        message = f"DynamoDB answered with {len(responses)} items where {len(gets)} were asked for"
        raise DynamodbEncryptionSdkError(message)
    found = [
        (place, get, response["Item"])
        for place, (get, response) in enumerate(zip(gets, responses, strict=True))
        if get is not None and response and response.get("Item")
    ]
    result = list(responses)
    if found:
        done = yield Decrypt([(get.table, item) for _, get, item in found])
        for (place, get, _), item in zip(found, done, strict=True):
            check_answer(get.table, (get.key,), item)
            shown = item if get.projection is None else project(get.projection, item)
            result[place] = {**(result[place] or {}), "Item": shown}
    return result
