# SPDX-License-Identifier: Apache-2.0
"""The Java client as an oracle, and its encryption-context override beside ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ddbcrypt import exceptions
from ddbcrypt.context_overrides import override_table_names
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from tests.interop.java_materials import Materials, Pair, Secret, asymmetric, static
from tests.interop.java_oracle import start_java_oracle
from tests.interop.oracle import Oracle, OracleError, from_json, request_for
from tests.interop.ours import case_of
from tests.strategies import item_meaning

ITEM = {"id": {"S": "a"}, "data": {"B": b"\x00\xff"}, "deep": {"L": [{"M": {"x": {"BS": [b"1", b"2"]}}}]}}
WRITTEN_IN, RESTORED_AS = "patients", "patients-restored"


@pytest.fixture(scope="module")
def java() -> Iterator[Oracle]:
    with start_java_oracle() as running:
        yield running


def test_the_java_client_answers_in_its_released_version(java: Oracle) -> None:
    answer = java.ask({"op": "ping"})
    assert (answer["client"], answer["version"]) == ("aws-dynamodb-encryption-java", "2.0.3")


def test_it_reads_what_it_wrote(java: Oracle) -> None:
    case = case_of(ITEM)
    written = from_json(java.ask(request_for("encrypt", case, ITEM))["item"])
    assert set(written) == {*ITEM, "*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"}
    assert item_meaning(from_json(java.ask(request_for("decrypt", case, written))["item"])) == item_meaning(ITEM)


def test_answers_come_in_order_with_refusals_between_them(java: Oracle) -> None:
    good = {"op": "ping"}
    bad = request_for("decrypt", case_of(ITEM), ITEM)
    answers = list(java.pipeline([good, bad] * 300))
    assert [answer["ok"] for answer in answers] == [True, False] * 300
    assert {answer["error"]["type"] for answer in answers if not answer["ok"]} == {"SignatureException"}


@pytest.mark.parametrize("op", ["dance", "new_version"])
def test_what_cannot_be_asked_is_refused_and_the_process_lives_on(java: Oracle, op: str) -> None:
    with pytest.raises(OracleError):
        java.ask({"op": op})
    assert java.ask({"op": "ping"})["ok"]


@pytest.mark.parametrize(
    "materials",
    [static(Secret("AES", bytes(32)), Secret("HmacSHA256", bytes(32))), asymmetric(Pair("SHA256withRSA", number=1))],
    ids=["static", "asymmetric"],
)
def test_a_table_that_was_restored_is_read_with_an_override(java: Oracle, materials: Materials) -> None:
    written = case_of(ITEM, {"id": "SIGN_ONLY"}, table=WRITTEN_IN)
    restored = replace(written, table=RESTORED_AS)
    names = {RESTORED_AS: WRITTEN_IN}
    config = materials.config(restored, encryption_context_override=override_table_names(names))

    ours_written = encrypt_dynamodb_item(ITEM, materials.config(written))
    ours_restored = encrypt_dynamodb_item(ITEM, config)
    theirs_written = from_json(java.ask(materials.request("encrypt", written, ITEM))["item"])
    theirs_restored = from_json(java.ask(materials.request("encrypt", restored, ITEM, override=names))["item"])
    for item in (ours_written, ours_restored, theirs_written, theirs_restored):
        with_override = java.ask(materials.request("decrypt", restored, item, override=names))
        under_old_name = java.ask(materials.request("decrypt", written, item))
        for answer in (with_override, under_old_name):
            assert item_meaning(from_json(answer["item"])) == item_meaning(ITEM)
        assert item_meaning(decrypt_dynamodb_item(item, config)) == item_meaning(ITEM)
        assert item_meaning(decrypt_dynamodb_item(item, materials.config(written))) == item_meaning(ITEM)
        # Under its new name alone it is no item of this table.
        with pytest.raises(OracleError) as refusal:
            java.ask(materials.request("decrypt", restored, item))
        assert refusal.value.kind == "SignatureException"
        with pytest.raises(exceptions.SignatureVerificationError):
            decrypt_dynamodb_item(item, materials.config(restored))
