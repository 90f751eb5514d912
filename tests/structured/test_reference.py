# SPDX-License-Identifier: Apache-2.0
"""The engine and the format once more in plain Python write the same bytes and read each other's items."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from ddbcrypt import _engine
from tests.strategies import attributes, item_meaning, meaning
from tests.structured import reference
from tests.structured.cases import Case, cases, packed


@settings(max_examples=300)
@given(attributes())
def test_values_are_serialised_alike(value: dict[str, Any]) -> None:
    type_id, body = _engine.structured_serialize_value(value)
    assert (type_id, body) == reference.serialize(value)
    assert meaning(_engine.structured_deserialize_value(type_id, body)) == meaning(value)
    assert meaning(reference.deserialize(type_id, body)) == meaning(value)


@settings(max_examples=200)
@given(cases())
def test_items_are_encrypted_alike(case: Case) -> None:
    materials = case.write_materials()
    context = _engine.structured_context(case.item, True, case.plan)
    assert context == reference.base_context(case.configuration, case.item)
    encrypted = _engine.structured_encrypt(case.item, True, case.plan, packed(materials))
    header = reference.parse_header(encrypted["aws_dbe_head"]["B"])
    again = reference.encrypt(case.configuration, materials, case.item, header.message_id)
    assert encrypted.keys() == again.keys()
    assert encrypted["aws_dbe_head"] == again["aws_dbe_head"]
    tags_size = 48 * len(case.keyrings)
    assert encrypted["aws_dbe_foot"]["B"][:tags_size] == again["aws_dbe_foot"]["B"][:tags_size]
    for name, flag in case.configuration.actions.items():
        if flag == "e":
            assert encrypted[name] == again[name]
        else:
            assert meaning(encrypted[name]) == meaning(case.item[name])


@settings(max_examples=200)
@given(cases())
def test_items_are_read_both_ways(case: Case) -> None:
    materials = case.write_materials()
    ours = _engine.structured_encrypt(case.item, True, case.plan, packed(materials))
    theirs = reference.encrypt(case.configuration, materials, case.item, _engine.structured_random(32))
    expected = item_meaning(case.item)
    for which in range(len(case.keyrings)):
        assert item_meaning(case.decrypt(theirs, which)) == expected
        read = reference.decrypt(case.configuration, case.read_materials(ours, which), ours)
        assert item_meaning(read) == expected
        assert item_meaning(case.decrypt(ours, which)) == expected


@settings(max_examples=100)
@given(cases())
def test_header_and_actions_are_read_without_keys(case: Case) -> None:
    encrypted = case.encrypt()
    header = _engine.structured_header(encrypted, True)
    parsed = reference.parse_header(encrypted["aws_dbe_head"]["B"])
    assert header == {
        "version": parsed.version,
        "suite": parsed.suite,
        "message_id": parsed.message_id,
        "legend": parsed.legend,
        "encryption_context": parsed.context,
        "data_keys": parsed.data_keys,
    }
    actions = {name: action for name, action in case.plan[3].items() if name in case.item}
    assert _engine.structured_actions(encrypted, True, case.plan) == actions
    assert _engine.structured_actions(case.item, True, case.plan) == actions
    written = _engine.structured_context(case.item, True, case.plan)
    assert _engine.structured_context(encrypted, True, case.plan) == written
