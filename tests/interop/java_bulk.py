# SPDX-License-Identifier: Apache-2.0
"""One random item both ways between ddbcrypt and the Java client, and many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from ddbcrypt import _engine
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.identifiers import CryptoAction, Dialect
from tests.interop.java_materials import Materials
from tests.interop.oracle import Oracle, accepted, from_json
from tests.strategies import RESERVED, Case, cases, item_meaning, meaning

MaterialsOf = Callable[[Case], Materials]
Record = Callable[[str, object], None]


def protected(case: Case) -> bool:
    """Whether any attribute of the item is signed. The Java client does nothing to an item without such."""
    return any(case.action(name) != "DO_NOTHING" for name in case.item)


def signs_alike(case: Case, stored: dict[str, Any]) -> bool:
    """Whether the signature of a stored item is over the same bytes in both clients' orders."""
    names = {name: CryptoAction[case.action(name)] for name in case.item}
    plain = {name: value for name, value in stored.items() if name not in RESERVED}
    orders = (_engine.string_to_sign(plain, case.table, CryptoAction.SIGN_ONLY, names, order, 0) for order in (0, 1))
    return len(set(orders)) == 1


def check(case: Case, materials: Materials, java: Oracle) -> bool:
    """Each client reads what the other wrote; whether the clients' orders are the same for this item."""
    config = materials.config(case, dialect=Dialect.JAVA)
    expected = item_meaning(case.item)
    in_java_order = encrypt_dynamodb_item(case.item, config)
    in_python_order = encrypt_dynamodb_item(case.item, materials.config(case))
    java.send(materials.request("encrypt", case, case.item))
    java.send(materials.request("decrypt", case, in_java_order))
    java.send(materials.request("decrypt", case, in_python_order))
    written, read, read_in_python_order = (java.receive() for _ in range(3))

    theirs = from_json(accepted(written)["item"])
    check_actions(case, theirs)
    check_actions(case, in_java_order)
    assert item_meaning(decrypt_dynamodb_item(theirs, config)) == expected
    assert item_meaning(from_json(accepted(read)["item"])) == expected
    alike = signs_alike(case, in_python_order)
    assert read_in_python_order["ok"] == alike
    if alike:
        assert item_meaning(from_json(read_in_python_order["item"])) == expected
    else:
        assert read_in_python_order["error"]["type"] == "SignatureException"
    return alike


def check_actions(case: Case, stored: dict[str, Any]) -> None:
    """What is encrypted is a binary that the plaintext is not, and nothing else is touched."""
    assert stored.keys() - set(RESERVED) == case.item.keys()
    for name, value in case.item.items():
        if case.action(name) == "ENCRYPT_AND_SIGN":
            assert len(stored[name]["B"]) % 16 == 0
            assert len(stored[name]["B"]) >= 32
        else:
            assert meaning(stored[name]) == meaning(value)


def bulk(
    java: Oracle,
    number: int,
    examples: int,
    materials_of: MaterialsOf,
    change: Callable[[Case], Case] = lambda case: case,
) -> Counter[str]:
    """Many random items, always the same ones for one ``number``; how many of what there were."""
    seen: Counter[str] = Counter()

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(cases(max_digits=38))
    def run(generated: Case) -> None:
        # Without a name of a table the Java client signs the word "null"; that is a test of its own.
        case = change(replace(generated, table=generated.table or "patients"))
        if not protected(case):
            return
        alike = check(case, materials_of(case), java)
        seen["items"] += 1
        seen["orders differ"] += not alike
        seen.update({case.action(name) for name in case.item})
        seen.update({kind for attribute in case.item.values() for kind in attribute})

    run()
    return seen


def in_turn(choices: list[Materials]) -> MaterialsOf:
    """The next of ``choices`` for each item."""

    def endless() -> Iterator[Materials]:
        while True:
            yield from choices

    turn = endless()
    return lambda _case: next(turn)


def record_counts(record: Record, what: str, seen: Counter[str]) -> None:
    for direction in ("Java client to ddbcrypt", "ddbcrypt to Java client"):
        record(f"count: interop: items with {what}, {direction}", seen["items"])
    record(f"count: interop: items with {what} on which the orders of the clients differ", seen["orders differ"])
