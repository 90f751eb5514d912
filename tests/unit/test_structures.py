# SPDX-License-Identifier: Apache-2.0
"""Encryption context, attribute actions, table indexes and table information."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from ddbcrypt import AttributeActions, CryptoAction, EncryptionContext, InvalidArgumentError, TableIndex, TableInfo
from tests.unit.support import DESCRIPTION, ENCRYPT, NOTHING, SIGN, SIGNATURE

ACTIONS = [NOTHING, SIGN, ENCRYPT]


def test_actions_are_ordered_by_how_much_they_protect() -> None:
    assert sorted([ENCRYPT, NOTHING, SIGN]) == [NOTHING, SIGN, ENCRYPT]
    assert max(SIGN, ENCRYPT) is ENCRYPT
    assert min(SIGN, NOTHING) is NOTHING


def test_action_falls_back_to_the_default() -> None:
    actions = AttributeActions(attribute_actions={"open": NOTHING})
    assert actions.default_action is ENCRYPT
    assert actions.action("open") is NOTHING
    assert actions.action("other") is ENCRYPT


@pytest.mark.parametrize(
    ("default", "named", "expected"),
    [
        (NOTHING, {}, True),
        (NOTHING, {"a": NOTHING}, True),
        (NOTHING, {"a": SIGN}, False),
        (SIGN, {"a": NOTHING}, False),
        (ENCRYPT, {}, False),
    ],
)
def test_take_no_actions(default: CryptoAction, named: dict[str, CryptoAction], expected: bool) -> None:
    assert AttributeActions(default, named).take_no_actions is expected


def test_an_action_that_is_added_later_counts() -> None:
    actions = AttributeActions(NOTHING)
    actions.attribute_actions["secret"] = ENCRYPT
    assert not actions.take_no_actions


@pytest.mark.parametrize("name", [SIGNATURE, DESCRIPTION])
def test_no_action_for_reserved_attributes(name: str) -> None:
    with pytest.raises(ValueError, match="reserved") as caught:
        AttributeActions(attribute_actions={name: SIGN})
    assert name in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        {"default_action": "SIGN_ONLY"},
        {"default_action": None},
        {"attribute_actions": [("a", SIGN)]},
        {"attribute_actions": {"a": "SIGN_ONLY"}},
        {"attribute_actions": {b"a": SIGN}},
    ],
)
def test_actions_of_wrong_types(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        AttributeActions(**arguments)


@pytest.mark.parametrize("default", ACTIONS)
@pytest.mark.parametrize("own", [None, NOTHING, SIGN])
def test_index_keys_are_at_most_signed(default: CryptoAction, own: CryptoAction | None) -> None:
    named = {} if own is None else {"key": own}
    actions = AttributeActions(default, named)
    actions.set_index_keys("key")
    assert actions.action("key") is (min(default, SIGN) if own is None else own)
    assert actions.attribute_actions == {"key": actions.action("key")}
    assert named == ({} if own is None else {"key": own}), "the caller's dict was changed"


def test_an_index_key_that_is_to_be_encrypted_is_refused_and_nothing_changes() -> None:
    actions = AttributeActions(SIGN, {"key": ENCRYPT})
    with pytest.raises(InvalidArgumentError, match='"key".*ENCRYPT_AND_SIGN'):
        actions.set_index_keys("other", "key")
    assert actions.attribute_actions == {"key": ENCRYPT}


def test_copies_of_actions_are_independent() -> None:
    actions = AttributeActions(SIGN, {"a": NOTHING})
    for other in (actions.copy(), copy.copy(actions), copy.deepcopy(actions), pickle.loads(pickle.dumps(actions))):
        assert other == actions
        assert other is not actions
    other = actions.copy()
    other.set_index_keys("key")
    assert "key" not in actions.attribute_actions
    assert other != actions


def test_merging_takes_the_dominant_action() -> None:
    one = AttributeActions(SIGN, {"a": NOTHING, "b": ENCRYPT})
    two = AttributeActions(NOTHING, {"a": SIGN, "c": NOTHING})
    merged = one + two
    assert merged == AttributeActions(SIGN, {"a": SIGN, "b": ENCRYPT, "c": SIGN})
    assert merged == two + one
    with pytest.raises(TypeError):
        one + {"a": SIGN}  # type: ignore[operator]


@pytest.mark.parametrize("action", ACTIONS)
def test_contains_action(action: CryptoAction) -> None:
    assert AttributeActions(action).contains_action(action)
    other = SIGN if action is NOTHING else NOTHING
    assert AttributeActions(other, {"a": action}).contains_action(action)
    assert not AttributeActions(other).contains_action(action)


def test_context_defaults_and_equality() -> None:
    context = EncryptionContext()
    assert context.table_name is None
    assert context.attributes == {}
    assert context.material_description == {}
    assert context == EncryptionContext(None, None, None, {}, {})
    assert context != EncryptionContext(table_name="t")
    assert context != EncryptionContext(attributes={"a": {"S": "b"}})
    assert context != "context"


@pytest.mark.parametrize(
    "arguments",
    [
        {"table_name": b"t"},
        {"partition_key_name": 1},
        {"sort_key_name": 1},
        {"attributes": []},
        {"attributes": {"a": "b"}},
        {"attributes": {"a": {}}},
        {"attributes": {"a": {"S": "b", "N": "1"}}},
        {"material_description": {"a": 1}},
        {"material_description": {1: "a"}},
    ],
)
def test_context_of_wrong_types(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        EncryptionContext(**arguments)


def test_context_repr_does_not_show_the_item() -> None:
    context = EncryptionContext(table_name="t", attributes={"a": {"S": "sensitive"}})
    assert "'t'" in repr(context)
    assert "sensitive" not in repr(context)


def test_context_copy_has_a_description_of_its_own() -> None:
    given = {"a": "b"}
    context = EncryptionContext("t", "p", "s", {"x": {"S": "y"}}, given)
    other = copy.copy(context)
    assert other == context
    other.material_description["a"] = "changed"
    other.attributes = {}
    assert context.material_description == {"a": "b"} == given
    assert context.attributes == {"x": {"S": "y"}}
    assert pickle.loads(pickle.dumps(context)) == context


def test_context_subclass_copies_with_its_own_attributes() -> None:
    class Context(EncryptionContext):
        pass

    context = Context(table_name="t")
    context.note = "kept"  # type: ignore[attr-defined]
    other = copy.copy(context)
    assert type(other) is Context
    assert other.note == "kept"  # type: ignore[attr-defined]
    assert other.table_name == "t"


def test_context_converts_a_python_item_when_asked() -> None:
    context = EncryptionContext()
    item = {"a": "b"}
    context.set_python_item(item)
    other = copy.copy(context)
    assert context.attributes == other.attributes == {"a": {"S": "b"}}
    assert context.attributes is context.attributes
    assert item == {"a": "b"}


def test_table_index() -> None:
    assert TableIndex("p").attributes == {"p"}
    assert TableIndex("p", "s").attributes == {"p", "s"}
    schema = [{"KeyType": "RANGE", "AttributeName": "s"}, {"KeyType": "HASH", "AttributeName": "p"}]
    assert TableIndex.from_key_schema(schema) == TableIndex("p", "s")
    assert TableIndex.from_key_schema(schema[1:]) == TableIndex("p")
    assert TableIndex("p") != TableIndex("p", "s")
    with pytest.raises(KeyError):
        TableIndex.from_key_schema(schema[:1])


@pytest.mark.parametrize("arguments", [{"partition": 1}, {"partition": "p", "sort": 1}, {"partition": None}])
def test_table_index_of_wrong_types(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        TableIndex(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"partition": ""}, "partition is empty"),
        ({"partition": "p", "sort": ""}, "sort is empty"),
        ({"partition": "p", "sort": "p"}, 'partition and sort are the same, "p"'),
    ],
)
def test_table_index_of_names_that_no_key_has(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        TableIndex(**arguments)


class RecordingClient:
    """Answers DescribeTable with a fixed table."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table
        self.asked: list[str] = []

    def describe_table(self, *, TableName: str) -> dict[str, Any]:
        self.asked.append(TableName)
        return {"Table": self.table}


def _schema(*names: str) -> dict[str, Any]:
    kinds = ("HASH", "RANGE")
    return {"KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=False)]}


def test_table_info_before_and_after_the_lookup() -> None:
    info = TableInfo("patients")
    for read in (
        lambda: info.primary_index,
        lambda: info.secondary_indexes,
        lambda: info.encryption_context_values,
        info.protected_index_keys,
    ):
        with pytest.raises(AttributeError, match="patients"):
            read()
    client = RecordingClient(
        {
            **_schema("id", "visit"),
            "GlobalSecondaryIndexes": [_schema("ward")],
            "LocalSecondaryIndexes": [_schema("id", "day")],
        }
    )
    info.refresh_indexed_attributes(client)
    assert client.asked == ["patients"]
    assert info.primary_index == TableIndex("id", "visit")
    assert info.secondary_indexes == [TableIndex("id", "day"), TableIndex("ward")]
    assert info.protected_index_keys() == {"id", "visit"}
    assert info.encryption_context_values == {
        "table_name": "patients",
        "partition_key_name": "id",
        "sort_key_name": "visit",
    }


def test_table_info_keeps_what_it_had_when_a_lookup_fails() -> None:
    info = TableInfo("patients", TableIndex("id"), [])
    with pytest.raises(KeyError):
        info.refresh_indexed_attributes(RecordingClient({"KeySchema": []}))
    assert info == TableInfo("patients", TableIndex("id"), [])


def test_table_info_hands_out_copies_of_key_names() -> None:
    info = TableInfo("patients", TableIndex("id"))
    info.protected_index_keys().clear()
    assert info.protected_index_keys() == {"id"}


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": 1},
        {"name": "t", "primary_index": "id"},
        {"name": "t", "secondary_indexes": (TableIndex("p"),)},
        {"name": "t", "secondary_indexes": ["p"]},
    ],
)
def test_table_info_of_wrong_types(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        TableInfo(**arguments)


@pytest.mark.parametrize(
    "value", [AttributeActions(), EncryptionContext(), TableIndex("p"), TableInfo("t")], ids=lambda value: type(value)
)
def test_mutable_objects_do_not_hash(value: object) -> None:
    with pytest.raises(TypeError):
        hash(value)
    assert type(value).__name__ in repr(value)
