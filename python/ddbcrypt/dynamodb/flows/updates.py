# SPDX-License-Identifier: Apache-2.0
"""``update_item``: left to DynamoDB where it touches nothing protected, else read, verified, changed, written back."""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from typing import Any, Final, NamedTuple

from ddbcrypt.dynamodb.answers import check_answer, decrypt_error, decrypt_old
from ddbcrypt.dynamodb.effects import Answer, Call, Decrypt, Effect, Encrypt, Flow, Send, Sleep, send
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.dynamodb.sizes import check_size
from ddbcrypt.dynamodb.update.answers import CallRecord, carried_out, failed_condition
from ddbcrypt.dynamodb.update.fate import Fate, fate_of, is_certain, is_conflict
from ddbcrypt.dynamodb.update.plan import UpdatePlan
from ddbcrypt.dynamodb.update.trail import new_update_id
from ddbcrypt.dynamodb.update.unprotected import with_signature_condition
from ddbcrypt.dynamodb.update.writing import make_write
from ddbcrypt.exceptions import (
    UncertainUpdateError,
    UnsupportedOperationError,
    UpdateConflictError,
)
from ddbcrypt.expressions import Applied

#: The longest wait after the first conflict, and after any, in seconds; it doubles, and the wait is drawn below it.
_FIRST_WAIT: Final = 0.02
_LONGEST_WAIT: Final = 1.0
_GUARDED: Final = "ddbcrypt adds the condition that the item exists and is signed: such an update makes no new item"


def update_item(scene: Scene, request: dict[str, Any]) -> Flow:
    """Update an item, which is signed before and after.

    :raises UnsupportedOperationError: where updates are refused, and for what DynamoDB cannot take in one request
    :raises InvalidArgumentError: for a malformed expression, and for one that DynamoDB would refuse on this item
    :raises UpdateConflictError: when others changed the item at each attempt
    :raises UncertainUpdateError: when an answer was lost and nothing tells whether the update was carried out
    """
    table = yield from scene.registry.resolve(request.get("TableName"))
    if table is None or not table.signs_items:
        return (yield from send(request))
    if scene.settings.update_mode == "refuse":
        message = (
            'ddbcrypt does not support update_item with update_mode="refuse": its values would be stored in plaintext '
            "and the item's signature would no longer fit. Instead, read the item with get_item, change it and write "
            'it with put_item, or leave update_mode at "rewrite". Nothing was sent.'
        )
        raise UnsupportedOperationError(message)
    plan = UpdatePlan.of(table, request)
    if plan.left_to_dynamodb:
        return (yield from _left_to_dynamodb(plan))
    return (yield from _rewritten(scene, plan))


def _left_to_dynamodb(plan: UpdatePlan) -> Generator[Effect, Any, dict[str, Any]]:
    table = plan.table
    parsed: dict[str, Any] = yield Send(with_signature_condition(table, plan.request))
    error: dict[str, Any] | None = parsed.get("Error")
    if error is not None:
        if table.existence_attributes and error.get("Code") == "ConditionalCheckFailedException":
            message = error.get("Message", "The conditional request failed")
            parsed["Error"] = {**error, "Message": f"{message} ({_GUARDED})"}
        return (yield from decrypt_error(table, parsed, plan.key))
    if plan.request.get("ReturnValues") in ("ALL_OLD", "ALL_NEW"):
        yield from decrypt_old(table, parsed, plan.key, "update_item")
    elif "Attributes" in parsed:
        # A part of an item is not verified: nothing is in it but the unprotected attributes that the update writes.
        written = plan.update.written if plan.update is not None else frozenset[str]()
        parsed["Attributes"] = {name: value for name, value in parsed["Attributes"].items() if name in written}
    return parsed


class _Attempt(NamedTuple):
    """A write that was tried, with what it was to replace."""

    stored: Mapping[str, Any] | None
    old: Mapping[str, Any] | None
    new: Mapping[str, Any]
    applied: Applied | None
    encrypted: Mapping[str, Any]
    update_id: str

    def response(self, plan: UpdatePlan, image: Mapping[str, Any] | None) -> dict[str, Any]:
        return carried_out(plan, self.old, self.new, self.applied, image)


def _rewritten(scene: Scene, plan: UpdatePlan) -> Generator[Effect, Any, Answer]:
    plan.check_words()
    record = CallRecord()
    stored = yield from _read(plan, record)
    last: Exception | None = None
    for number in range(scene.settings.update_attempts):
        old: dict[str, Any] | None = None
        if stored is not None:
            (old,) = yield Decrypt(((plan.table, stored),))
            check_answer(plan.table, (plan.key,), old or {})
        if not plan.holds(old):
            return failed_condition(plan, old, record)
        applied = plan.carry_out(old)
        if stored is None and plan.only_removes:
            return record.answer({})  # there is nothing to remove, and DynamoDB makes no item for that
        attempt = yield from _prepared(plan, stored, old, applied)
        write = make_write(plan, stored, attempt.encrypted, attempt.applied.changed if attempt.applied else ())
        try:
            answer: dict[str, Any] = yield Call("UpdateItem", write)
        except Exception as error:
            last = error
            if is_certain(error) and not is_conflict(error):
                raise
            record.add_error(error)
        else:
            record.add(answer)
            return _answer(attempt.response(plan, answer.get("Attributes")), answer, record)
        yield Sleep(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2**number)))
        stored = yield from _read_again(plan, record, last)
        if _has_arrived(plan, attempt, stored, last):
            image = stored if _is_tried(plan, attempt, stored) else None
            return _answer(attempt.response(plan, image), {}, record)
        scene.metrics.count("update_conflicts")
    message = (
        f"The item was changed by others at each of {scene.settings.update_attempts} attempts to update it. Nothing "
        "was written: try again, or make fewer writers update it at once"
    )
    refusal = UpdateConflictError(message)
    plan.table.name_item(refusal, plan.key)
    raise refusal from last


def _prepared(
    plan: UpdatePlan, stored: Mapping[str, Any] | None, old: Mapping[str, Any] | None, applied: Applied | None
) -> Generator[Effect, Any, _Attempt]:
    made = old if applied is None else applied.item
    new = {**plan.key, **(made or {})} if old is None else dict(made or {})
    (encrypted,) = yield Encrypt(((plan.table, new),))
    update_id = new_update_id()
    encrypted = plan.table.with_update_id(encrypted, stored, update_id)
    check_size(plan.table, encrypted, new)
    return _Attempt(stored, old, new, applied, encrypted, update_id)


def _read(plan: UpdatePlan, record: CallRecord) -> Generator[Effect, Any, dict[str, Any] | None]:
    request = {"TableName": plan.request["TableName"], "Key": dict(plan.key), "ConsistentRead": True}
    if "ReturnConsumedCapacity" in plan.request:
        request["ReturnConsumedCapacity"] = plan.request["ReturnConsumedCapacity"]
    response = yield Call("GetItem", request)
    record.add(response)
    return response.get("Item") or None


def _read_again(
    plan: UpdatePlan, record: CallRecord, error: Exception
) -> Generator[Effect, Any, dict[str, Any] | None]:
    try:
        return (yield from _read(plan, record))
    except Exception as failure:
        if is_certain(error):
            raise
        if is_conflict(error):
            raise _uncertain(plan) from failure
        raise error from failure


def _has_arrived(plan: UpdatePlan, attempt: _Attempt, now: Mapping[str, Any] | None, error: Exception) -> bool:
    """Whether a write that failed was carried out nevertheless; False where it was not and can be tried again.

    :raises UncertainUpdateError: when nothing tells
    :raises: the write's error, where there was no answer and the write was not carried out yet, or nothing tells
    """
    fate = fate_of(plan.table, attempt.stored, attempt.encrypted, attempt.update_id, now)
    if fate is Fate.ARRIVED:
        return True
    if fate is Fate.OVERTAKEN or is_certain(error):
        return False
    if not is_conflict(error):
        error.add_note(
            "ddbcrypt read the item after this error: the update had not been carried out by then, or was overwritten. "
            "Read the item before the update is made again."
        )
        raise error
    # The signature is as it was: it was another part of the condition that failed.
    if fate is Fate.PENDING and plan.touched_unprotected:
        return False
    raise _uncertain(plan) from error


def _is_tried(plan: UpdatePlan, attempt: _Attempt, now: Mapping[str, Any] | None) -> bool:
    name = plan.table.signature_attribute
    return now is not None and now.get(name) == attempt.encrypted.get(name)


def _uncertain(plan: UpdatePlan) -> UncertainUpdateError:
    message = (
        "An answer to the update was lost, and the item was replaced since in a way that does not tell whether the "
        "update had been carried out. Read the item, and update it again only if it does not hold the change"
    )
    error = UncertainUpdateError(message)
    plan.table.name_item(error, plan.key)
    return error


def _answer(response: dict[str, Any], written: Mapping[str, Any], record: CallRecord) -> Answer:
    if "ItemCollectionMetrics" in written:
        response["ItemCollectionMetrics"] = written["ItemCollectionMetrics"]
    return record.answer(response)
