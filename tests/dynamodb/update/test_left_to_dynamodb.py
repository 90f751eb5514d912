# SPDX-License-Identifier: Apache-2.0
"""Updates of unprotected attributes: the caller's own request goes out, guarded; and updates that are refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.effects import Send
from ddbcrypt.dynamodb.flows.updates import update_item
from ddbcrypt.dynamodb.update.unprotected import guard_update
from ddbcrypt.exceptions import OldImageError, UnsupportedOperationError
from ddbcrypt.expressions import parse_update
from tests.dynamodb.update.memory import CONFLICT, Memory, error, failing, run, scene_of
from tests.dynamodb.update.tables import ITEM, KEY, make_table

TABLE = make_table()
HIT: dict[str, Any] = {"UpdateExpression": "ADD hits :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}


def stored_memory() -> Memory:
    memory = Memory()
    memory.put(TABLE.encrypt([ITEM])[0])
    return memory


def update(memory: Memory, table: Any = TABLE, *, settings: Any = None, **request: Any) -> dict[str, Any]:
    scene = scene_of(table, **(settings or {}))
    return run(scene, update_item(scene, {"TableName": "t", "Key": KEY, **request}), memory)


def test_the_request_goes_out_with_a_guard() -> None:
    memory = stored_memory()
    assert update(memory, **HIT) == {}
    ((operation, request),) = memory.calls
    assert operation == "UpdateItem"
    assert request == {
        "TableName": "t",
        "Key": KEY,
        **HIT,
        "ConditionExpression": "attribute_exists(#ddbcrypt)",
        "ExpressionAttributeNames": {"#ddbcrypt": TABLE.signature_attribute},
    }
    assert TABLE.decrypt([memory.get(id="a")]) == [{**ITEM, "hits": {"N": "2"}}]


def test_the_callers_condition_and_names_are_kept() -> None:
    memory = stored_memory()
    names = {"#ddbcrypt": "hits", "#ddbcrypt_": "tags"}
    update(
        memory,
        UpdateExpression="ADD #ddbcrypt :one",
        ConditionExpression="attribute_exists(#ddbcrypt_) OR attribute_exists(#ddbcrypt)",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    ((_, request),) = memory.calls
    assert request["ConditionExpression"] == (
        "(attribute_exists(#ddbcrypt_) OR attribute_exists(#ddbcrypt)) AND attribute_exists(#ddbcrypt__)"
    )
    assert request["ExpressionAttributeNames"] == {**names, "#ddbcrypt__": TABLE.signature_attribute}
    assert names == {"#ddbcrypt": "hits", "#ddbcrypt_": "tags"}


@pytest.mark.parametrize(
    ("condition", "sent"),
    [
        ("(attribute_exists(hits))", "(attribute_exists(hits))"),
        (" (attribute_exists(hits) OR attribute_exists(tags)) ", "(attribute_exists(hits) OR attribute_exists(tags))"),
        ("(attribute_exists(hits)) OR (attribute_exists(id))", "((attribute_exists(hits)) OR (attribute_exists(id)))"),
        ("attribute_exists(hits)", "(attribute_exists(hits))"),
    ],
)
def test_the_guard_makes_no_redundant_parentheses(condition: str, sent: str) -> None:
    memory = stored_memory()
    update(memory, **HIT, ConditionExpression=condition)
    ((_, request),) = memory.calls
    assert request["ConditionExpression"] == f"{sent} AND attribute_exists(#ddbcrypt)"


@pytest.mark.parametrize("condition", ["attribute_not_exists(gone)", "height = :three", "attribute_exists(#name)"])
def test_conditions_that_dynamodb_can_evaluate_are_its_own(condition: str) -> None:
    memory = stored_memory()
    request: dict[str, Any] = {**HIT, "ConditionExpression": condition}
    if ":three" in condition:
        request["ExpressionAttributeValues"] = {**HIT["ExpressionAttributeValues"], ":three": {"N": "3"}}
    if "#name" in condition:
        request["ExpressionAttributeNames"] = {"#name": "name"}
    assert update(memory, **request) == {}
    assert memory.operations == ["UpdateItem"]


def test_a_condition_on_ciphertext_is_evaluated_here() -> None:
    memory = stored_memory()
    names, values = {"#count": "count"}, {":one": {"N": "1"}, ":five": {"N": "5"}}
    response = update(
        memory,
        UpdateExpression="ADD hits :one",
        ConditionExpression="#count = :five",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    assert response == {}
    assert memory.operations == ["GetItem", "UpdateItem"]
    assert TABLE.decrypt([memory.get(id="a")]) == [{**ITEM, "hits": {"N": "2"}}]


def test_an_unprotected_value_that_is_read_from_a_protected_one_is_evaluated_here() -> None:
    memory = stored_memory()
    update(memory, UpdateExpression="SET hits = #count", ExpressionAttributeNames={"#count": "count"})
    assert memory.operations == ["GetItem", "UpdateItem"]
    assert TABLE.decrypt([memory.get(id="a")]) == [{**ITEM, "hits": {"N": "5"}}]


@pytest.mark.parametrize(("choice", "hits"), [("ALL_OLD", "1"), ("ALL_NEW", "2")])
def test_images_are_decrypted(choice: str, hits: str) -> None:
    response = update(stored_memory(), **HIT, ReturnValues=choice)
    assert response["Attributes"] == {**ITEM, "hits": {"N": hits}}


@pytest.mark.parametrize("choice", ["UPDATED_OLD", "UPDATED_NEW", "NONE"])
def test_a_part_of_an_item_holds_what_the_update_writes_alone(choice: str) -> None:
    forged = {"name": {"S": "forged"}, "status": {"S": "forged"}, TABLE.signature_attribute: {"B": b"x"}}
    scene = scene_of(TABLE)
    flow = update_item(scene, {"TableName": "t", "Key": KEY, **HIT, "ReturnValues": choice})
    assert isinstance(next(flow), Send)
    with pytest.raises(StopIteration) as end:
        flow.send({"Attributes": {**forged, "hits": {"N": "2"}}})
    assert end.value.value["Attributes"] == {"hits": {"N": "2"}}


def test_an_image_that_does_not_verify_is_told_apart() -> None:
    memory = stored_memory()
    memory.put({**memory.get(id="a"), "status": {"S": "altered"}})
    with pytest.raises(OldImageError, match="was carried out") as caught:
        update(memory, **HIT, ReturnValues="ALL_NEW")
    assert caught.value.response is not None
    assert caught.value.response["Attributes"]["hits"] == {"N": "2"}
    assert caught.value.item_key == KEY


def test_no_unsigned_item_is_made() -> None:
    memory = Memory()
    response = update(memory, **HIT)
    assert response["Error"]["Code"] == CONFLICT
    assert "exists and is signed" in response["Error"]["Message"]
    assert memory.items == {}


@pytest.mark.parametrize("altered", [True, False])
def test_the_item_of_a_failed_condition_is_decrypted_or_left_out(altered: bool) -> None:
    memory = stored_memory()
    if altered:
        memory.put({**memory.get(id="a"), "status": {"S": "altered"}})
    response = update(
        memory,
        **HIT,
        ConditionExpression="attribute_not_exists(hits)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert response["Error"]["Code"] == CONFLICT
    assert response.get("Item") == (None if altered else ITEM)
    assert ("left out" in response["Error"]["Message"]) is altered


def test_other_errors_of_dynamodb_pass() -> None:
    memory = stored_memory()
    memory.mishaps.append(failing(error("ValidationException")))
    assert update(memory, **HIT)["Error"] == {"Code": "ValidationException", "Message": "ValidationException"}


def test_items_that_nothing_signs_pass_as_they_are() -> None:
    table, memory = make_table("DO_NOTHING", {}), Memory()
    # Only the actions of all attributes, the key's among them, make a table's items pass.
    assert not table.signs_items
    request = {**HIT, "ReturnValues": "ALL_NEW"}
    assert update(memory, table, **request) == {"Attributes": {**KEY, "hits": {"N": "1"}}}
    assert memory.calls == [("UpdateItem", {"TableName": "t", "Key": KEY, **request})]


@pytest.mark.parametrize("expression", ["ADD hits :one", "SET height = :one"])
def test_updates_can_be_refused_as_in_the_reference(expression: str) -> None:
    memory = stored_memory()
    with pytest.raises(UnsupportedOperationError, match="update_item.*Nothing was sent"):
        update(memory, settings={"update_mode": "refuse"}, **{**HIT, "UpdateExpression": expression})
    assert memory.calls == []


@pytest.mark.parametrize(
    ("expression", "name"),
    [("SET height = :one", "height"), ("SET hits = height", "height"), ("ADD secret :one", "secret")],
)
def test_a_transaction_cannot_touch_what_is_protected(expression: str, name: str) -> None:
    values = {":one": {"N": "1"}} if ":one" in expression else None
    request = {"TableName": "t", "Key": KEY, "UpdateExpression": expression, "ExpressionAttributeValues": values}
    with pytest.raises(UnsupportedOperationError, match=f'"{name}".*Put') as caught:
        guard_update(TABLE, request, parse_update(expression, None, values))
    assert caught.value.attribute == name


def test_a_transaction_is_guarded() -> None:
    request = {"TableName": "t", "Key": KEY, **HIT}
    guarded = guard_update(
        TABLE, request, parse_update(HIT["UpdateExpression"], None, HIT["ExpressionAttributeValues"])
    )
    assert guarded["ConditionExpression"] == "attribute_exists(#ddbcrypt)"
    assert "ConditionExpression" not in request
    memory = Memory()
    with pytest.raises(ClientError, match=CONFLICT):
        memory.update(guarded)
