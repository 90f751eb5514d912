# SPDX-License-Identifier: Apache-2.0
"""Trails of update ids: what is written is read back, bounded, and what others wrote there is no trail."""

import pytest

from ddbcrypt import _engine
from ddbcrypt.dynamodb.update.trail import TRAIL_IDS, anchor, new_update_id, read_trail, write_trail
from ddbcrypt.internal.identifiers import DESCRIPTION_ATTRIBUTE, SIGNATURE_ATTRIBUTE, UPDATE_IDS
from tests.dynamodb.update.tables import ITEM, make_table


def test_ids_differ_and_have_one_length() -> None:
    ids = {new_update_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {16}
    assert len(anchor(b"signature")) == 16
    assert anchor(b"signature") != anchor(b"another signature")


def test_a_trail_keeps_the_last_ids_in_order() -> None:
    ids: tuple[str, ...] = ()
    for _ in range(TRAIL_IDS + 5):
        ids = (*ids, new_update_id())
        assert read_trail(write_trail(ids)) == ids[-TRAIL_IDS:]
    assert len(write_trail(ids)) == 16 * TRAIL_IDS


@pytest.mark.parametrize(
    "text",
    [None, "", "a", "a" * 15, "a" * 17, "a" * 16 * (TRAIL_IDS + 1), "=" * 16, "ä" * 16, "a" * 15 + "\n", " " * 16],
)
def test_what_is_no_trail_is_none(text: str | None) -> None:
    assert read_trail(text) == ()


def test_an_item_carries_the_trail_and_decrypts_as_before() -> None:
    table = make_table()
    (stored,) = table.encrypt([ITEM])
    assert table.update_trail(stored) == ()
    state = table.state_id(stored)
    marked = table.with_update_id(table.encrypt([ITEM])[0], stored, "i" * 16)
    assert table.update_trail(marked) == (state, "i" * 16)
    assert table.state_id(marked) == "i" * 16
    again = table.with_update_id(table.encrypt([ITEM])[0], marked, "j" * 16)
    assert table.update_trail(again) == (state, "i" * 16, "j" * 16)
    assert table.decrypt([marked, again]) == [ITEM, ITEM]
    before = _engine.deserialize_description(stored[DESCRIPTION_ATTRIBUTE]["B"])
    after = _engine.deserialize_description(again[DESCRIPTION_ATTRIBUTE]["B"])
    assert {name: value for name, value in after.items() if name != UPDATE_IDS} == before


def test_a_new_item_begins_a_trail() -> None:
    table = make_table()
    made = table.with_update_id(table.encrypt([ITEM])[0], None, "i" * 16)
    assert table.update_trail(made) == ("i" * 16,)


@pytest.mark.parametrize("description", [{"S": "text"}, {"B": b""}, {"B": b"\x00\x00\x00\x00\xff"}, {"B": "text"}, {}])
def test_a_malformed_description_has_no_trail(description: dict[str, object]) -> None:
    table = make_table()
    stored = {**table.encrypt([ITEM])[0], DESCRIPTION_ATTRIBUTE: description}
    assert table.update_trail(stored) == ()
    assert table.state_id(stored) == anchor(stored[SIGNATURE_ATTRIBUTE]["B"])
    assert table.state_id({}) is None
