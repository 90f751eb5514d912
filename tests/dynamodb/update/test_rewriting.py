# SPDX-License-Identifier: Apache-2.0
"""Updates of protected attributes, run over a table in memory: what is read and written, and what comes back."""

from typing import Any

import pytest

from ddbcrypt.dynamodb.flows.updates import update_item
from ddbcrypt.exceptions import (
    InvalidArgumentError,
    ItemNotEncryptedError,
    ItemTooLargeError,
    SignatureVerificationError,
    UnsupportedOperationError,
)
from ddbcrypt.expressions import ExpressionError
from ddbcrypt.identifiers import CryptoAction
from tests.dynamodb.update.memory import CONFLICT, Memory, run, scene_of
from tests.dynamodb.update.tables import ITEM, KEY, make_table

TABLE = make_table()
ADD_ONE = {
    "UpdateExpression": "SET #count = #count + :one",
    "ExpressionAttributeNames": {"#count": "count"},
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}


def stored_memory(item: dict[str, Any] | None = None) -> Memory:
    memory = Memory()
    memory.put(TABLE.encrypt([item or ITEM])[0])
    return memory


def update(memory: Memory, table: Any = TABLE, **request: Any) -> dict[str, Any]:
    scene = scene_of(table)
    return run(scene, update_item(scene, {"TableName": "t", "Key": KEY, **request}), memory)


def read(memory: Memory) -> dict[str, Any]:
    return TABLE.decrypt([memory.get(id="a")])[0]


def test_an_item_is_read_changed_and_written_back() -> None:
    memory = stored_memory()
    assert update(memory, **ADD_ONE) == {}
    assert read(memory) == {**ITEM, "count": {"N": "6"}}
    assert memory.operations == ["GetItem", "UpdateItem"]
    assert memory.sleeps == []


def test_the_write_touches_what_changes_under_the_signature_and_nothing_else() -> None:
    memory = stored_memory()
    before = memory.get(id="a")
    update(memory, **ADD_ONE)
    (write,) = memory.writes()
    set_names = {write["ExpressionAttributeNames"][part.split("=")[0]] for part in _sets(write)}
    assert set_names == {"name", "count", "events", "place", *TABLE.reserved_names}
    touched = set(write["ExpressionAttributeNames"].values())
    assert touched == set_names
    after = memory.get(id="a")
    assert {name: after[name] for name in ("id", "status", "height", "hits", "tags")} == {
        name: before[name] for name in ("id", "status", "height", "hits", "tags")
    }
    assert str(write).find("secret") == -1


def _sets(write: dict[str, Any]) -> list[str]:
    expression: str = write["UpdateExpression"]
    assert expression.startswith("SET ")
    return expression.removeprefix("SET ").split(" REMOVE ")[0].split(",")


def test_the_write_is_conditional_on_what_was_read() -> None:
    memory = stored_memory()
    before = memory.get(id="a")
    update(
        memory,
        UpdateExpression="SET #status = :done, hits = hits + :one",
        ConditionExpression="contains(tags, :x) AND attribute_not_exists(gone)",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":done": {"S": "done"}, ":one": {"N": "1"}, ":x": {"S": "x"}},
    )
    (write,) = memory.writes()
    names, values = write["ExpressionAttributeNames"], write["ExpressionAttributeValues"]
    parts = dict(part.split("=") for part in write["ConditionExpression"].split(" AND ") if "=" in part)
    assert {names[name]: values[value] for name, value in parts.items()} == {
        **{name: before[name] for name in TABLE.reserved_names},
        "hits": {"N": "1"},
        "tags": {"SS": ["x", "y"]},
    }
    assert read(memory) == {**ITEM, "status": {"S": "done"}, "hits": {"N": "2"}}


def test_an_attribute_is_removed_and_another_made() -> None:
    memory = stored_memory()
    update(
        memory,
        UpdateExpression="REMOVE #name, tags SET fresh = :fresh",
        ExpressionAttributeNames={"#name": "name"},
        ExpressionAttributeValues={":fresh": {"M": {"a": {"L": [{"NULL": True}]}}}},
    )
    expected = {name: value for name, value in ITEM.items() if name not in ("name", "tags")}
    assert read(memory) == {**expected, "fresh": {"M": {"a": {"L": [{"NULL": True}]}}}}


def test_a_missing_item_is_made_signed() -> None:
    memory = Memory()
    request = {
        "UpdateExpression": "SET #name = :name, hits = if_not_exists(hits, :one)",
        "ExpressionAttributeNames": {"#name": "name"},
        "ExpressionAttributeValues": {":name": {"S": "new"}, ":one": {"N": "1"}},
    }
    response = update(memory, **request, ReturnValues="ALL_NEW")
    expected = {**KEY, "name": {"S": "new"}, "hits": {"N": "1"}}
    assert response == {"Attributes": expected}
    assert read(memory) == expected
    (write,) = memory.writes()
    assert write["ConditionExpression"].startswith("attribute_not_exists(")


def test_an_update_without_an_expression_makes_a_signed_item() -> None:
    memory = Memory()
    assert update(memory) == {}
    assert read(memory) == KEY


@pytest.mark.parametrize("choice", ["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"])
def test_nothing_is_removed_from_a_missing_item(choice: str) -> None:
    memory = Memory()
    request = {"UpdateExpression": "REMOVE events, hits", "ReturnConsumedCapacity": "TOTAL", "ReturnValues": choice}
    capacity = {"TableName": "t", "CapacityUnits": 0.5, "Table": {"CapacityUnits": 0.5}}
    assert update(memory, **request) == {"ConsumedCapacity": capacity}
    assert memory.items == {}
    assert memory.operations == ["GetItem"]


def test_a_removal_with_anything_else_makes_a_missing_item() -> None:
    memory = Memory()
    value = {"ExpressionAttributeValues": {":one": {"N": "1"}}}
    update(memory, UpdateExpression="REMOVE events SET fresh = :one", **value)
    assert read(memory) == {**KEY, "fresh": {"N": "1"}}


def test_a_removal_on_a_condition_that_a_missing_item_does_not_meet() -> None:
    memory = Memory()
    response = update(memory, UpdateExpression="REMOVE events", ConditionExpression="attribute_exists(events)")
    assert response["Error"]["Code"] == CONFLICT


def test_a_removal_that_dynamodb_would_refuse_on_a_missing_item() -> None:
    with pytest.raises(ExpressionError):
        update(Memory(), UpdateExpression="REMOVE events[0].deep")


def test_an_update_without_an_expression_changes_nothing() -> None:
    memory = stored_memory()
    assert update(memory, ReturnValues="ALL_NEW") == {"Attributes": ITEM}
    assert read(memory) == ITEM


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("NONE", None),
        ("ALL_OLD", ITEM),
        ("ALL_NEW", {**ITEM, "count": {"N": "6"}, "hits": {"N": "9"}}),
        ("UPDATED_OLD", {"count": {"N": "5"}, "hits": {"N": "1"}}),
        ("UPDATED_NEW", {"count": {"N": "6"}, "hits": {"N": "9"}}),
    ],
)
def test_return_values(choice: str, expected: Any) -> None:
    request = {
        **ADD_ONE,
        "UpdateExpression": "SET #count = #count + :one, hits = :nine",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":nine": {"N": "9"}},
    }
    response = update(stored_memory(), **request, ReturnValues=choice)
    assert response.get("Attributes") == expected


@pytest.mark.parametrize("choice", ["ALL_OLD", "UPDATED_OLD"])
def test_a_new_item_has_no_old_values(choice: str) -> None:
    request = {"UpdateExpression": "SET note = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}}
    assert "Attributes" not in update(Memory(), **request, ReturnValues=choice)


def test_images_have_the_unprotected_values_that_the_write_met() -> None:
    memory = stored_memory()

    def count_a_view(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
        memory.put({**memory.get(id="a"), "hits": {"N": "100"}, "seen": {"BOOL": True}})
        return memory.update(request)

    table = make_table(actions={"hits": "DO_NOTHING", "seen": "DO_NOTHING", "tags": "DO_NOTHING"})
    memory.put(table.encrypt([ITEM])[0])
    memory.mishaps.append(count_a_view)
    response = update(memory, table, **ADD_ONE, ReturnValues="ALL_NEW")
    assert response["Attributes"] == {**ITEM, "count": {"N": "6"}, "hits": {"N": "100"}, "seen": {"BOOL": True}}
    assert memory.get(id="a")["hits"] == {"N": "100"}


def test_a_condition_is_evaluated_on_the_verified_item() -> None:
    memory = stored_memory()
    request = {
        "ConditionExpression": "#name = :name AND place.#n < :eight",
        "UpdateExpression": "SET hits = :nine",
        "ExpressionAttributeNames": {"#name": "name", "#n": "number"},
        "ExpressionAttributeValues": {":name": {"S": "secret name"}, ":eight": {"N": "8"}, ":nine": {"N": "9"}},
    }
    assert update(memory, **request) == {}
    assert read(memory) == {**ITEM, "hits": {"N": "9"}}


@pytest.mark.parametrize("shown", [True, False])
def test_a_condition_that_does_not_hold_is_the_error_of_dynamodb(shown: bool) -> None:
    memory = stored_memory()
    extra = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if shown else {}
    values = {":one": {"N": "1"}, ":six": {"N": "6"}}
    response = update(
        memory, **{**ADD_ONE, "ExpressionAttributeValues": values}, ConditionExpression="#count = :six", **extra
    )
    assert response["Error"]["Code"] == CONFLICT
    assert response.get("Item") == (ITEM if shown else None)
    assert memory.operations == ["GetItem"]


def test_a_condition_of_existence_on_a_missing_item() -> None:
    response = update(
        Memory(),
        **ADD_ONE,
        ConditionExpression="attribute_exists(id)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert response["Error"]["Code"] == CONFLICT
    assert "Item" not in response


def test_what_is_consumed_is_added_up() -> None:
    response = update(stored_memory(), **ADD_ONE, ReturnConsumedCapacity="TOTAL", ReturnItemCollectionMetrics="SIZE")
    assert response["ConsumedCapacity"] == {"TableName": "t", "CapacityUnits": 1.5, "Table": {"CapacityUnits": 1.5}}
    assert response["ItemCollectionMetrics"] == {"ItemCollectionKey": KEY}


def test_an_item_that_does_not_verify_is_not_written() -> None:
    memory = stored_memory()
    memory.put({**memory.get(id="a"), "status": {"S": "altered"}})
    with pytest.raises(SignatureVerificationError, match="id='a'"):
        update(memory, **ADD_ONE)
    assert memory.operations == ["GetItem"]


def test_an_unsigned_item_is_not_written() -> None:
    memory = Memory()
    memory.put(ITEM)
    with pytest.raises(ItemNotEncryptedError):
        update(memory, **ADD_ONE)
    assert memory.operations == ["GetItem"]


def test_an_item_with_another_key_is_refused() -> None:
    memory = stored_memory()
    memory.items['{"id": {"S": "a"}}'] = TABLE.encrypt([{**ITEM, "id": {"S": "b"}}])[0]
    with pytest.raises(SignatureVerificationError, match="primary key was not asked for"):
        update(memory, **ADD_ONE)
    assert memory.operations == ["GetItem"]


@pytest.mark.parametrize(
    "request_part",
    [
        {"UpdateExpression": "SET missing.deep = :one"},
        {"UpdateExpression": "SET #count = missing + :one"},
        {
            "UpdateExpression": "SET #count = #name + :one",
            "ExpressionAttributeNames": {"#count": "count", "#name": "name"},
        },
        {"UpdateExpression": "SET id = :one"},
    ],
)
def test_what_dynamodb_would_refuse_on_this_item_is_refused(request_part: dict[str, Any]) -> None:
    memory = stored_memory()
    if "#count" not in request_part["UpdateExpression"]:
        request_part = {**request_part, "ExpressionAttributeNames": None}
    request = {**ADD_ONE, **request_part}
    if request["ExpressionAttributeNames"] is None:
        del request["ExpressionAttributeNames"]
    with pytest.raises(ExpressionError):
        update(memory, **request)
    assert "UpdateItem" not in memory.operations


@pytest.mark.parametrize(
    ("request_part", "match"),
    [
        ({"ExpressionAttributeNames": {"#count": "count", "#more": "more"}}, "#more"),
        ({"ExpressionAttributeValues": {":one": {"N": "1"}, ":two": {"N": "2"}}}, ":two"),
        ({"ReturnValues": "EVERYTHING"}, "ReturnValues"),
        ({"ReturnValuesOnConditionCheckFailure": "ALL_NEW"}, "ReturnValuesOnConditionCheckFailure"),
        ({"ReturnConsumedCapacity": "SOME"}, "ReturnConsumedCapacity"),
        ({"Key": "a"}, "Key"),
        ({"UpdateExpression": "SET ="}, "UpdateExpression"),
    ],
)
def test_malformed_requests_send_nothing(request_part: dict[str, Any], match: str) -> None:
    memory = stored_memory()
    with pytest.raises(InvalidArgumentError, match=match):
        update(memory, **{**ADD_ONE, **request_part})
    assert memory.calls == []


@pytest.mark.parametrize(
    "request_part",
    [
        {"UpdateExpression": "REMOVE name", "ExpressionAttributeNames": None},
        {"ConditionExpression": "attribute_exists(name)"},
    ],
    ids=["update", "condition"],
)
def test_reserved_words_are_refused_before_anything_is_read(request_part: dict[str, Any]) -> None:
    memory = stored_memory()
    request = {**ADD_ONE, **request_part}
    if request["ExpressionAttributeNames"] is None:
        del request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
    with pytest.raises(ExpressionError, match="reserved word"):
        update(memory, **request)
    assert memory.calls == []


@pytest.mark.parametrize("parameter", ["UpdateExpression", "ConditionExpression"])
@pytest.mark.parametrize("name", sorted(TABLE.reserved_names))
def test_reserved_attributes_are_refused(name: str, parameter: str) -> None:
    memory = stored_memory()
    expression = {"UpdateExpression": "REMOVE #r", "ConditionExpression": "attribute_exists(#r)"}[parameter]
    request = {"UpdateExpression": "REMOVE #n", parameter: expression}
    names = {"#r": name} if parameter == "UpdateExpression" else {"#r": name, "#n": "name"}
    with pytest.raises(UnsupportedOperationError, match="reserved") as caught:
        update(memory, **request, ExpressionAttributeNames=names)
    assert caught.value.attribute == name
    assert memory.calls == []


def test_a_key_with_an_encrypted_attribute_is_not_sent() -> None:
    memory = stored_memory()
    with pytest.raises(UnsupportedOperationError, match='Key holds the attribute "name"'):
        update(memory, **ADD_ONE, Key={**KEY, "name": {"S": "secret name"}})
    assert memory.calls == []


def test_an_item_that_grows_too_large_is_not_written() -> None:
    memory = stored_memory()
    with pytest.raises(ItemTooLargeError, match="400 KB"):
        update(memory, UpdateExpression="SET note = :a", ExpressionAttributeValues={":a": {"S": "a" * 409_500}})
    assert memory.operations == ["GetItem"]


def test_more_attributes_than_an_expression_can_name_are_refused_before_the_write() -> None:
    many = {**KEY, **{f"attribute-{number}": {"N": str(number)} for number in range(600)}}
    memory = stored_memory(many)
    with pytest.raises(UnsupportedOperationError, match="4096"):
        update(memory, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "1"}})
    assert memory.operations == ["GetItem"]


def test_some_hundred_attributes_fit() -> None:
    many = {**KEY, **{f"attribute-{number}": {"N": str(number)} for number in range(450)}}
    memory = stored_memory(many)
    update(memory, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "1"}})
    assert read(memory) == {**many, "n": {"N": "1"}}


def test_an_item_without_a_description_gets_one() -> None:
    """The Java client writes none where it has no encryption key."""
    table, memory = make_table("SIGN_ONLY", {}), Memory()
    (stored,) = table.encrypt([ITEM])
    (name,) = table.reserved_names - {table.signature_attribute}
    del stored[name]
    memory.put(stored)
    assert update(memory, table, **ADD_ONE) == {}
    (write,) = memory.writes()
    assert "attribute_not_exists(" in write["ConditionExpression"]
    assert len(table.update_trail(memory.get(id="a"))) == 2
    assert table.decrypt([memory.get(id="a")]) == [{**ITEM, "count": {"N": "6"}}]


def test_the_callers_request_stays_as_it_was() -> None:
    names, values, key = {"#count": "count"}, {":one": {"N": "1"}}, {"id": {"S": "a"}}
    request = {
        "Key": key,
        "UpdateExpression": "SET #count = #count + :one, hits = hits + :one",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    update(stored_memory(), **request)
    assert (names, values, key) == ({"#count": "count"}, {":one": {"N": "1"}}, {"id": {"S": "a"}})


def test_no_write_leaves_with_a_protected_value() -> None:
    memory = stored_memory()
    update(
        memory,
        UpdateExpression="SET #name = :name, place.street = :name",
        ConditionExpression="#name <> :name AND contains(place.street, :part)",
        ExpressionAttributeNames={"#name": "name"},
        ExpressionAttributeValues={":name": {"S": "hidden name"}, ":part": {"S": "secret"}},
    )
    sent = repr(memory.calls)
    assert "hidden" not in sent
    assert "secret" not in sent
    assert TABLE.action("name") is CryptoAction.ENCRYPT_AND_SIGN
