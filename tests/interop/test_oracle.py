# SPDX-License-Identifier: Apache-2.0
"""The oracle itself: who answers, in which order, and that a refusal is an answer."""

from __future__ import annotations

import pytest

from tests.interop.oracle import Oracle, OracleError, from_json, request_for, to_json
from tests.interop.ours import case_of
from tests.strategies import item_meaning

ITEM = {"id": {"S": "a"}, "data": {"B": b"\x00\xff"}, "deep": {"L": [{"M": {"x": {"BS": [b"1", b"2"]}}}]}}


def test_the_reference_client_answers_in_its_released_version(oracle: Oracle) -> None:
    answer = oracle.ask({"op": "ping"})
    assert (answer["client"], answer["version"]) == ("dynamodb-encryption-sdk", "3.3.0")


def test_items_travel_unchanged_through_json() -> None:
    assert from_json(to_json(ITEM)) == ITEM
    assert to_json(ITEM)["data"] == {"B": "AP8="}


@pytest.mark.parametrize("api", ["dynamodb", "python"])
def test_the_oracle_reads_what_it_wrote(oracle: Oracle, api: str) -> None:
    case = case_of(ITEM)
    written = from_json(oracle.ask(request_for("encrypt", case, ITEM, api))["item"])
    assert set(written) == {*ITEM, "*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"}
    read = from_json(oracle.ask(request_for("decrypt", case, written, api))["item"])
    assert item_meaning(read) == item_meaning(ITEM)


def test_answers_come_in_order_with_refusals_between_them(oracle: Oracle) -> None:
    good = {"op": "ping"}
    bad = request_for("decrypt", case_of(ITEM), ITEM)
    answers = list(oracle.pipeline([good, bad] * 300))
    assert [answer["ok"] for answer in answers] == [True, False] * 300
    assert {answer["error"]["type"] for answer in answers if not answer["ok"]} == {"DecryptionError"}


def test_a_refusal_is_raised_with_the_name_of_its_class(oracle: Oracle) -> None:
    with pytest.raises(OracleError, match="No signature") as refusal:
        oracle.ask(request_for("decrypt", case_of(ITEM), ITEM))
    assert refusal.value.kind == "DecryptionError"
