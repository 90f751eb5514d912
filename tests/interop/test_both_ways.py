# SPDX-License-Identifier: Apache-2.0
"""Items of all shapes, written by one client and read by the other: the reference runs live beside ddbcrypt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import HealthCheck, Phase, given, seed, settings

from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from tests.interop.oracle import Oracle, accepted, from_json, request_for
from tests.interop.ours import config_for
from tests.strategies import Case, cases, exact, item_meaning

EXAMPLES = 520
BULK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


def to_python(item: dict[str, Any]) -> dict[str, Any]:
    """As boto3's resource hands items over."""
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(attribute) for name, attribute in item.items()}


def to_wire(item: dict[str, Any]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.items()}


def has_wide_number(attribute: dict[str, Any]) -> bool:
    """Whether a number in plain notation has over 38 digits before the point: the reference cannot type those."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return exact(value).adjusted() >= 38
    if kind == "NS":
        return any(exact(member).adjusted() >= 38 for member in value)
    if kind == "L":
        return any(map(has_wide_number, value))
    if kind == "M":
        return any(map(has_wide_number, value.values()))
    return False


def depth(attribute: dict[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    members = value if kind == "L" else value.values() if kind == "M" else ()
    return 1 + max(map(depth, members), default=0)


def check(case: Case, oracle: Oracle) -> None:
    config = config_for(case)
    expected = item_meaning(case.item)
    typed = to_python(case.item)
    typed_reader = "dynamodb" if any(map(has_wide_number, case.item.values())) else "python"

    ours = encrypt_dynamodb_item(case.item, config)
    ours_typed = encrypt_python_item(typed, config)
    oracle.send(request_for("encrypt", case, case.item))
    oracle.send(request_for("encrypt", case, case.item, "python"))
    oracle.send(request_for("decrypt", case, ours))
    oracle.send(request_for("decrypt", case, to_wire(ours_typed), typed_reader))
    theirs, theirs_typed, read, read_typed = (oracle.receive() for _ in range(4))

    written = from_json(accepted(theirs)["item"])
    written_typed = from_json(accepted(theirs_typed)["item"])
    assert written.keys() == ours.keys() == ours_typed.keys()
    assert written.get("*amzn-ddb-map-desc*") == ours.get("*amzn-ddb-map-desc*")
    assert item_meaning(decrypt_dynamodb_item(written, config)) == expected
    assert decrypt_python_item(to_python(written_typed), config) == typed
    assert item_meaning(to_wire(decrypt_python_item(to_python(written), config))) == expected
    assert item_meaning(from_json(accepted(read)["item"])) == expected
    assert item_meaning(from_json(accepted(read_typed)["item"])) == expected


def bulk(number: int, body: Callable[[Case], None]) -> None:
    """Runs ``body`` on many cases, always the same ones for one ``number``."""

    @seed(number)
    @BULK
    @given(cases())
    def examples(case: Case) -> None:
        body(case)

    examples()


@pytest.mark.parametrize("number", range(4))
def test_each_client_reads_what_the_other_wrote(
    oracle: Oracle, record_property: Callable[[str, object], None], number: int
) -> None:
    seen: Counter[str] = Counter()

    def body(case: Case) -> None:
        check(case, oracle)
        seen["items"] += 1
        seen["attributes"] += len(case.item)
        seen.update(kind for attribute in case.item.values() for kind in attribute)
        seen["deepest"] = max(seen["deepest"], *map(depth, case.item.values()), 0)
        seen["widest"] = max(seen["widest"], len(case.item))

    bulk(number, body)
    # What the requirement names must really have occurred.
    assert seen["items"] >= 500
    assert all(seen[kind] for kind in ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M")), seen
    assert seen["deepest"] == 31
    assert seen["widest"] > 60
    for direction in ("reference to ddbcrypt", "ddbcrypt to reference"):
        for api in ("DynamoDB JSON", "Python values"):
            record_property(f"count: interop: items written and read, {direction}, {api}", seen["items"])
    record_property("count: interop: attributes in them", seen["attributes"])
