# SPDX-License-Identifier: Apache-2.0
"""Items that updates wrote, trails in their descriptions, are read by the reference's Python client and Java's."""

from collections.abc import Iterator
from typing import Any

import pytest

from ddbcrypt.dynamodb.flows.updates import update_item
from ddbcrypt.dynamodb.legacy_table import LegacyTable, LegacyTableConfig
from ddbcrypt.dynamodb.update.trail import TRAIL_IDS
from ddbcrypt.structures import TableIndex, TableInfo
from tests.dynamodb.update.memory import Memory, run, scene_of
from tests.dynamodb.update.tables import ITEM, KEY
from tests.interop.java_materials import Materials, Pair, Secret, of_case, static, wrapped
from tests.interop.java_oracle import start_java_oracle
from tests.interop.oracle import Oracle, accepted, from_json, request_for
from tests.interop.ours import actions_for, case_of
from tests.strategies import Case, item_meaning

ENCRYPTED = case_of(ITEM, {"id": "SIGN_ONLY", "status": "SIGN_ONLY", "hits": "DO_NOTHING", "tags": "DO_NOTHING"})
SIGNED = case_of(ITEM, {"hits": "DO_NOTHING", "tags": "DO_NOTHING"}, "SIGN_ONLY")
HMAC = Secret("HmacSHA256", bytes(range(32)))


@pytest.fixture(scope="module")
def java() -> Iterator[Oracle]:
    with start_java_oracle() as running:
        yield running


@pytest.fixture(scope="module")
def reference() -> Iterator[Oracle]:
    with Oracle() as running:
        yield running


def updated(case: Case, materials: Materials, times: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """An item after so many updates, as it is stored, and what it says."""
    info = TableInfo("patients", TableIndex("id"))
    table: LegacyTable = LegacyTableConfig(materials.ours, actions_for(case), info).table(info)
    memory, scene = Memory(), scene_of(table)
    memory.put(table.encrypt([case.item])[0])
    for _ in range(times):
        request = {
            "TableName": "patients",
            "Key": KEY,
            "UpdateExpression": "SET #count = #count + :one, events = list_append(events, :event), hits = hits + :one",
            "ExpressionAttributeNames": {"#count": "count"},
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":event": {"L": [{"S": "more"}]}},
        }
        assert run(scene, update_item(scene, request), memory) == {}
    stored = memory.get(id="a")
    assert len(table.update_trail(stored)) == min(times + 1, TRAIL_IDS)
    events = {"L": [{"S": "one"}, *[{"S": "more"}] * times]}
    expected = {**case.item, "count": {"N": str(5 + times)}, "events": events, "hits": {"N": str(1 + times)}}
    return stored, expected


@pytest.mark.parametrize("times", [1, TRAIL_IDS + 2])
@pytest.mark.parametrize("case", [ENCRYPTED, SIGNED], ids=["encrypted", "signed"])
def test_the_reference_reads_updated_items(reference: Oracle, case: Case, times: int) -> None:
    stored, expected = updated(case, of_case(case), times)
    answer = accepted(reference.ask(request_for("decrypt", case, stored)))
    assert item_meaning(from_json(answer["item"])) == item_meaning(expected)


@pytest.mark.parametrize("times", [1, TRAIL_IDS + 2])
@pytest.mark.parametrize(
    "materials",
    [
        static(Secret("AES", bytes(range(32))), HMAC),
        wrapped(Secret("AESWrap", bytes(range(32))), HMAC),
        static(Secret("AES", bytes(range(32))), Pair("SHA256withRSA", number=1)),
    ],
    ids=["static", "wrapped", "rsa"],
)
@pytest.mark.parametrize("case", [ENCRYPTED, SIGNED], ids=["encrypted", "signed"])
def test_java_reads_updated_items(java: Oracle, case: Case, materials: Materials, times: int) -> None:
    stored, expected = updated(case, materials, times)
    answer = accepted(java.ask(materials.request("decrypt", case, stored)))
    assert item_meaning(from_json(answer["item"])) == item_meaning(expected)
