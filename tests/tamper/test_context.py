# SPDX-License-Identifier: Apache-2.0
"""The right item read wrongly: other table, other actions, other keys, values of another item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ddbcrypt.encrypted.item import encrypt_dynamodb_item
from tests.interop.forge import DESCRIPTION, SIGNATURE
from tests.interop.ours import config_for
from tests.strategies import ACTIONS, HMAC_NAMES
from tests.tamper.corpus import sibling
from tests.tamper.judge import Judge


def test_an_item_belongs_to_its_table(judge: Judge) -> None:
    table = judge.case.table or "None"
    others = {
        table.upper(),
        table + "s",
        table + "<TABLE",
        "TABLE>" + table,
        table[:-1],
        table[1:],
        table[::-1],
        "",
        " " + table,
    }
    others |= {table[:at] + "x" + table[at + 1 :] for at in range(len(table))}
    for other in sorted(others - {table}):
        judge.refuse(judge.stored, ("table", other), config_for(replace(judge.case, table=other)))
    if judge.case.table is not None:
        judge.refuse(judge.stored, "no table", config_for(replace(judge.case, table=None)))


def test_an_item_belongs_to_its_actions(judge: Judge) -> None:
    case = judge.case
    for name in case.item:
        for action in ACTIONS:
            other = replace(case, actions={**case.actions, name: action})
            if other.encryption_key is None and action == "ENCRYPT_AND_SIGN":
                other = replace(other, encryption_key=bytes(32))
            if not other.protects_nothing:
                judge.decide(judge.stored, (name, action), other)
    for action in ACTIONS:
        for actions in (case.actions, {}):
            other = replace(case, default=action, actions=actions, encryption_key=case.encryption_key or bytes(32))
            if not other.protects_nothing:
                judge.decide(judge.stored, (action, actions), other)


def test_the_signing_key_must_be_right(judge: Judge) -> None:
    case = judge.case
    others = [replace(case, signing_algorithm=name) for name in HMAC_NAMES if name != case.signing_algorithm]
    right = case.signing_key
    for at in range(len(right)):
        for bit in range(8):
            wrong = right[:at] + bytes([right[at] ^ 1 << bit]) + right[at + 1 :]
            others.append(replace(case, signing_key=wrong))
    others += [replace(case, signing_key=right[:size]) for size in range(1, len(right))]
    others += [replace(case, signing_key=wrong) for wrong in (right + b"x", right[::-1] + b"\1", b"\1" * len(right))]
    for other in others:
        judge.refuse(judge.stored, ("signing key", other.signing_key.hex()), config_for(other))


def test_the_encryption_key_must_be_right(judge: Judge) -> None:
    right = judge.case.encryption_key
    encrypted = [name for name in judge.case.item if judge.case.action(name) == "ENCRYPT_AND_SIGN"]
    if right is None or not encrypted:
        assert judge.opened(judge.stored)
        return
    wrong = [
        right[:at] + bytes([right[at] ^ 1 << bit]) + right[at + 1 :] for at in range(len(right)) for bit in range(8)
    ]
    wrong += [bytes(size) for size in (16, 24, 32)] + [right[:16] if len(right) > 16 else right + right]
    for key in wrong:
        judge.refuse(judge.stored, ("encryption key", key.hex()), config_for(replace(judge.case, encryption_key=key)))
    judge.refuse(judge.stored, "no encryption key", config_for(replace(judge.case, encryption_key=None)))


def test_values_belong_to_their_item(judge: Judge) -> None:
    other = sibling(judge.case)
    stored = encrypt_dynamodb_item(other.item, config_for(other))
    again = encrypt_dynamodb_item(judge.case.item, judge.config)
    names = list(judge.case.item)
    for source, of in ((stored, "another item"), (again, "another writing of the same item")):
        for name in names:
            judge.decide({**judge.stored, name: source[name]}, (name, of))
        if any(judge.case.action(name) == "ENCRYPT_AND_SIGN" for name in names) or source is stored:
            judge.refuse({**judge.stored, SIGNATURE: source[SIGNATURE]}, ("signature", of))
            protected = {name: source[name] for name in names if judge.case.action(name) != "DO_NOTHING"}
            judge.refuse({**judge.stored, **protected}, ("all but the signature", of))
        judge.refuse_or_same({**judge.stored, DESCRIPTION: source[DESCRIPTION]}, ("description", of))
    judge.refuse({**stored, "id": judge.stored["id"]}, "another item under this key")
    judge.refuse({**judge.stored, "id": stored["id"]}, "this item under another key")


@pytest.mark.parametrize("name", ["id"])
def test_the_key_of_an_item_is_named_in_the_refusal(judge: Judge, name: str) -> None:
    config = config_for(judge.case, keys=(name, None))
    changed = {**judge.stored, SIGNATURE: {"B": bytes(32)}}
    with pytest.raises(Exception, match=judge.case.item[name]["S"]) as refusal:
        judge.opened(changed, config)
    assert refusal.value.item_key == {name: judge.case.item[name]}  # type: ignore[attr-defined]
