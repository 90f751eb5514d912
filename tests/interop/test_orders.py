# SPDX-License-Identifier: Apache-2.0
"""The Python and the Java client sign names, map keys and set members in different orders: both are read here."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import _engine, exceptions
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.identifiers import CryptoAction
from tests.interop import forge
from tests.interop.oracle import Oracle, OracleError, accepted, from_json, request_for
from tests.interop.ours import case_of, config_for
from tests.strategies import item_meaning

HIGH = "\uff61"  # one UTF-16 unit above the surrogates
PAIR = "\U0001f600"  # two units, both in D800..DFFF

# Shapes on which the orders part, all of them SIGN_ONLY so that the order enters the signature.
APART: dict[str, dict[str, Any]] = {
    "attribute names": {HIGH: {"S": "1"}, PAIR: {"S": "2"}},
    "attribute names with a common start": {"a" + HIGH: {"S": "1"}, "a" + PAIR: {"S": "2"}, "a": {"S": "3"}},
    "map keys": {"m": {"M": {HIGH: {"S": "1"}, PAIR: {"S": "2"}}}},
    "map keys, nested": {"m": {"L": [{"M": {HIGH: {"L": []}, PAIR: {"BOOL": True}}}]}},
    "string set": {"s": {"SS": [HIGH, PAIR, "a"]}},
}
BINARY_SET = {"b": {"BS": [b"\xff", b"\x01", b"\x80\x01", b"\x7f", b""]}}


def java_binary_set() -> bytes:
    """BS members as Java compares them: signed bytes."""
    members = sorted(BINARY_SET["b"]["BS"], key=lambda member: [byte - 256 if byte > 127 else byte for byte in member])
    return b"\0B" + len(members).to_bytes(4, "big") + b"".join(map(forge.length_value, members))


@pytest.mark.parametrize("shape", APART)
def test_the_order_of_java_is_read_here_and_refused_there(oracle: Oracle, shape: str) -> None:
    case = case_of(APART[shape], default="SIGN_ONLY")
    javas = forge.signed(case, case.item, order=forge.by_utf16)
    pythons = forge.signed(case, case.item)
    assert javas != pythons
    for item in (javas, pythons):
        assert decrypt_dynamodb_item(item, config_for(case)) == case.item
    assert from_json(oracle.ask(request_for("decrypt", case, pythons))["item"]) == case.item
    with pytest.raises(OracleError) as refusal:
        oracle.ask(request_for("decrypt", case, javas))
    assert refusal.value.kind == "SignatureVerificationError"


@pytest.mark.parametrize("shape", APART)
def test_the_default_dialect_is_the_python_clients(oracle: Oracle, shape: str) -> None:
    case = case_of(APART[shape], default="SIGN_ONLY")
    ours = encrypt_dynamodb_item(case.item, config_for(case))
    assert ours[forge.SIGNATURE] == forge.signed(case, case.item)[forge.SIGNATURE]
    answer = accepted(oracle.ask(request_for("decrypt", case, ours)))
    assert item_meaning(from_json(answer["item"])) == item_meaning(case.item)


@pytest.mark.parametrize("shape", APART)
def test_the_engine_writes_the_order_of_java_on_request(shape: str) -> None:
    case = case_of(APART[shape], default="SIGN_ONLY")
    written = _engine.string_to_sign(case.item, case.table, CryptoAction.SIGN_ONLY, {}, 1, 0)
    assert written == forge.string_to_sign(case.item, case.table, case.action, forge.by_utf16)


def test_binary_sets_are_read_in_signed_order_too(oracle: Oracle) -> None:
    case = case_of(BINARY_SET, default="SIGN_ONLY")
    javas = forge.signed(case, case.item, order=forge.by_utf16, b=java_binary_set())
    assert decrypt_dynamodb_item(javas, config_for(case)) == case.item
    assert _engine.serialize_attribute(BINARY_SET["b"], 1) == java_binary_set()
    assert _engine.serialize_attribute(BINARY_SET["b"], 0) == forge.canonical(BINARY_SET["b"])
    with pytest.raises(OracleError):
        oracle.ask(request_for("decrypt", case, javas))


def test_pairs_of_a_description_are_read_in_any_order(oracle: Oracle) -> None:
    case = case_of({"s": {"S": "x"}})
    pairs = [(forge.MODE, forge.CBC), ("amzn-ddb-map-signingAlg", "HmacSHA256"), ("zz", "1"), ("aa", "2")]
    assert case.encryption_key is not None
    stored = {"s": {"B": forge.encrypt_cbc(case.encryption_key, forge.canonical({"S": "x"}))}}
    item = forge.signed(case, stored, pairs)
    assert decrypt_dynamodb_item(item, config_for(case)) == case.item
    assert from_json(oracle.ask(request_for("decrypt", case, item))["item"]) == case.item


def test_no_third_order_is_read() -> None:
    case = case_of({name: {"S": name} for name in "abc"}, default="SIGN_ONLY")
    item = forge.signed(case, case.item, order=lambda name: -ord(name))
    with pytest.raises(exceptions.SignatureVerificationError):
        decrypt_dynamodb_item(item, config_for(case))
