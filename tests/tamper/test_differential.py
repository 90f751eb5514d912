# SPDX-License-Identifier: Apache-2.0
"""What the reference client refuses, ddbcrypt refuses: generated items and random alterations, judged by both."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given, seed, settings

from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from tests.interop.oracle import Oracle, from_json, request_for
from tests.interop.ours import config_for
from tests.strategies import Case, cases, item_meaning
from tests.tamper.judge import REFUSALS
from tests.tamper.variants import variants

ITEMS = 150
ALTERATIONS = 20


def alterations(stored: dict[str, Any], others: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Random alterations of a stored item, some of them with values of another one."""
    names = list(stored)
    for _ in range(ALTERATIONS):
        name = rng.choice(names)
        rest = {other: value for other, value in stored.items() if other != name}
        kind = rng.randrange(6)
        if kind == 0:
            yield rest
        elif kind == 1:
            yield {
                **rest,
                name + rng.choice(("", "x", "\U0001f600")): stored[name],
                "added": rng.choice(list(stored.values())),
            }
        elif kind == 2:
            yield {**stored, name: rng.choice(list(others.values()))}
        elif kind == 3:
            yield {**stored, name: stored[rng.choice(names)]}
        elif "B" in stored[name] and stored[name]["B"]:
            data = bytearray(stored[name]["B"])
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            yield {**stored, name: {"B": bytes(data[: rng.choice((None, None, -1, -16))])}}
        else:
            yield {**stored, name: rng.choice(list(variants(stored[name])))}


def test_what_the_reference_refuses_is_refused(oracle: Oracle, record_property: Callable[[str, object], None]) -> None:
    drawn: list[Case] = []

    @seed(7)
    @settings(max_examples=ITEMS, database=None)
    @given(cases(max_attributes=12))
    def draw(case: Case) -> None:
        if not case.protects_nothing:
            drawn.append(case)

    draw()
    rng = random.Random(7)
    asked: list[tuple[Case, dict[str, Any]]] = []
    previous: dict[str, Any] = {"none": {"S": "x"}}
    for case in drawn:
        stored = encrypt_dynamodb_item(case.item, config_for(case))
        asked += [(case, altered) for altered in alterations(stored, previous, rng)]
        previous = stored
    seen: Counter[str] = Counter()
    answers = oracle.pipeline(request_for("decrypt", case, altered) for case, altered in asked)
    for (case, altered), answer in zip(asked, answers, strict=True):
        try:
            ours = decrypt_dynamodb_item(altered, config_for(case))
        except REFUSALS:
            seen["refused"] += 1
            seen["refused here only"] += answer["ok"]
        else:
            seen["accepted"] += 1
            if answer["ok"]:
                assert item_meaning(from_json(answer["item"])) == item_meaning(ours)
            else:
                # Nothing in the item is encrypted, and the description, which is not signed, names no mode: that
                # breaks the reference by accident.
                assert answer["error"]["type"] == "TypeError", (answer["error"], altered)
                assert same_plaintext(case, ours), altered
                seen["accepted here only"] += 1
    assert seen["refused"] > 1000
    record_property("count: tamper: alterations judged by the reference client too", len(asked))
    record_property("count: tamper: of them refused by ddbcrypt", seen["refused"])
    record_property("count: tamper: of them refused by ddbcrypt only", seen["refused here only"])
    record_property(
        "count: tamper: of them on which the reference broke down (no mode in the description)",
        seen["accepted here only"],
    )


def same_plaintext(case: Case, ours: dict[str, Any]) -> bool:
    protected = [name for name in case.item if case.action(name) != "DO_NOTHING"]
    return all(item_meaning(ours)[name] == item_meaning(case.item)[name] for name in protected)
