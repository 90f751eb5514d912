# SPDX-License-Identifier: Apache-2.0
"""Attributes removed, added, renamed, swapped and copied; the two reserved ones missing or of another type."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Any

import pytest

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import encrypt_dynamodb_item
from tests.interop.forge import DESCRIPTION, SIGNATURE
from tests.tamper.judge import Judge

NEW_VALUES: list[dict[str, Any]] = [
    {"S": "x"},
    {"S": ""},
    {"N": "0"},
    {"B": b""},
    {"B": bytes(48)},
    {"BOOL": False},
    {"NULL": True},
    {"SS": ["a"]},
    {"NS": ["1"]},
    {"BS": [b"a"]},
    {"L": []},
    {"M": {}},
]


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


def test_no_attribute_can_be_removed(judge: Judge) -> None:
    names = list(judge.case.item)
    for name in names:
        judge.decide(without(judge.stored, name), name)
    for pair in combinations(names, 2):
        judge.decide(without(judge.stored, *pair), pair)
    judge.refuse({name: judge.stored[name] for name in (SIGNATURE, DESCRIPTION)}, "all of them")


def test_no_attribute_can_be_added(judge: Judge) -> None:
    # Names before, between and after the others, one that has an action of its own, and near misses of the reserved.
    names = ["!", "id2", "\U0010ffff", " id", "*amzn-ddb-map-sig", SIGNATURE.upper(), DESCRIPTION + " "]
    names += [name for name in judge.case.actions if name not in judge.stored]
    for name in names:
        for value in (*NEW_VALUES, *judge.stored.values()):
            judge.decide({**judge.stored, name: value}, ("added", name, value))


def test_no_attribute_can_be_renamed(judge: Judge) -> None:
    for name in judge.case.item:
        rest = without(judge.stored, name)
        for other in (name + "x", name[:-1] + "\0", name.upper(), " " + name, name[::-1], "\U0010ffff", "!"):
            if other and other not in judge.stored:
                judge.decide({**rest, other: judge.stored[name]}, ("renamed", name, other))


def test_no_two_values_can_be_swapped_or_copied(judge: Judge) -> None:
    stored = judge.stored
    for one, two in permutations(judge.case.item, 2):
        judge.decide({**stored, one: stored[two]}, ("copied", two, one))
    for one, two in combinations(judge.case.item, 2):
        judge.decide({**stored, one: stored[two], two: stored[one]}, ("swapped", one, two))
    for name in judge.case.item:
        for reserved in (SIGNATURE, DESCRIPTION):
            judge.decide({**stored, name: stored[reserved]}, ("copied", reserved, name))
            judge.refuse({**stored, reserved: stored[name]}, ("copied", name, reserved))
    judge.refuse({**stored, SIGNATURE: stored[DESCRIPTION], DESCRIPTION: stored[SIGNATURE]}, "reserved swapped")


def test_a_signature_must_be_there_and_binary(judge: Judge) -> None:
    good = judge.stored[SIGNATURE]["B"]
    bad: list[Any] = [*NEW_VALUES, {"S": good.hex()}, {"BS": [good]}, {"L": [{"B": good}]}, {"M": {"B": {"B": good}}}]
    bad += [
        None,
        {},
        good,
        b"",
        "",
        [],
        0,
        {"B": None},
        {"B": good.hex()},
        {"B": good, "S": "x"},
        {"b": good},
        {"B": [good]},
    ]
    for value in bad:
        judge.refuse({**judge.stored, SIGNATURE: value}, ("signature", value))
    with pytest.raises(exceptions.ItemNotEncryptedError):
        judge.opened(without(judge.stored, SIGNATURE))
    with pytest.raises(exceptions.ItemNotEncryptedError):
        judge.opened(without(judge.stored, SIGNATURE, DESCRIPTION))


def test_a_description_must_be_binary_and_may_only_be_missing_where_it_says_nothing(judge: Judge) -> None:
    good = judge.stored[DESCRIPTION]["B"]
    bad: list[Any] = [
        *NEW_VALUES,
        {"S": good.decode()},
        {"BS": [good]},
        {"L": [{"B": good}]},
        {"M": {"B": {"B": good}}},
    ]
    bad += [None, {}, good, b"", "", [], 0, {"B": None}, {"B": good.decode()}, {"B": good, "S": "x"}, {"b": good}]
    for value in bad:
        judge.refuse({**judge.stored, DESCRIPTION: value}, ("description", value))
    judge.refuse_or_same(without(judge.stored, DESCRIPTION), "no description")
    judge.refuse_or_same({**judge.stored, DESCRIPTION: {"B": bytes(4)}}, "empty description")


def test_a_stored_item_is_no_plaintext_to_encrypt_again(judge: Judge) -> None:
    with pytest.raises(exceptions.ReservedAttributeError):
        encrypt_dynamodb_item(judge.stored, judge.config)
