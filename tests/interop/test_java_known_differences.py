# SPDX-License-Identifier: Apache-2.0
"""Items that the Java and the Python client cannot read of each other, both live; ddbcrypt reads them from both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ddbcrypt import _engine, exceptions
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.identifiers import Dialect
from tests.interop.java_materials import WRAPPING_ALGORITHM, Pair, Secret, of_case, wrapped
from tests.interop.java_oracle import start_java_oracle
from tests.interop.oracle import Oracle, from_json, request_for
from tests.interop.ours import case_of, config_for
from tests.interop.test_orders import APART, BINARY_SET
from tests.strategies import RESERVED, Case, item_meaning

DESCRIPTION, SIGNATURE = RESERVED
Item = dict[str, Any]
SHAPES = {**APART, "binary set": BINARY_SET}
LONG = "12345678901234567890123456789012345678"
ROUNDED = "12345678901234567890123456790000000000"


@pytest.fixture(scope="module")
def java() -> Iterator[Oracle]:
    with start_java_oracle() as running:
        yield running


def write(client: Oracle, case: Case) -> Item:
    return from_json(client.ask(request_for("encrypt", case, case.item))["item"])


def read(client: Oracle, case: Case, item: Mapping[str, Any]) -> Item:
    return from_json(client.ask(request_for("decrypt", case, item))["item"])


def refuses(client: Oracle, case: Case, item: Mapping[str, Any]) -> bool:
    """Whether the signature does not fit for a client, and nothing else is wrong."""
    client.send(request_for("decrypt", case, item))
    answer = client.receive()
    return not answer["ok"] and answer["error"]["type"] in ("SignatureException", "SignatureVerificationError")


@pytest.mark.parametrize("shape", SHAPES)
def test_items_of_each_order_are_read_by_one_client_and_by_ddbcrypt(java: Oracle, oracle: Oracle, shape: str) -> None:
    case = case_of(SHAPES[shape], default="SIGN_ONLY")
    for writer, other in ((java, oracle), (oracle, java)):
        item = write(writer, case)
        assert refuses(other, case, item)
        assert item_meaning(read(writer, case, item)) == item_meaning(case.item)
        assert item_meaning(decrypt_dynamodb_item(item, config_for(case))) == item_meaning(case.item)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_dialect_is_read_by_its_client_alone(java: Oracle, oracle: Oracle, shape: str) -> None:
    case = case_of(SHAPES[shape], default="SIGN_ONLY")
    for dialect, reader, other in ((Dialect.JAVA, java, oracle), (Dialect.PYTHON, oracle, java)):
        item = encrypt_dynamodb_item(case.item, config_for(case, dialect=dialect))
        assert item_meaning(read(reader, case, item)) == item_meaning(case.item)
        assert refuses(other, case, item)
        # The signature of a MAC is the client's own, byte for byte.
        assert item[SIGNATURE] == write(reader, case)[SIGNATURE]


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "attribute names" not in shape])
def test_inside_of_an_encrypted_attribute_the_order_does_not_matter(java: Oracle, oracle: Oracle, shape: str) -> None:
    case = case_of(SHAPES[shape])
    for dialect in Dialect:
        item = encrypt_dynamodb_item(case.item, config_for(case, dialect=dialect))
        for client in (java, oracle):
            assert item_meaning(read(client, case, item)) == item_meaning(case.item)


@pytest.mark.parametrize("shape", ["N", "NS", "L", "M"])
def test_a_signed_number_of_38_digits_is_read_from_both(java: Oracle, oracle: Oracle, shape: str) -> None:
    value: Any = {"N": LONG, "NS": [LONG, "7"], "L": [{"N": LONG}], "M": {"in": {"NS": [LONG]}}}[shape]
    case = case_of({"n": {shape: value}}, default="SIGN_ONLY")
    javas, pythons = write(java, case), write(oracle, case)
    assert refuses(oracle, case, javas)
    assert refuses(java, case, pythons)
    assert decrypt_dynamodb_item(javas, config_for(case)) == case.item
    config = config_for(case, accept_28_digit_numbers=True)
    for item in (javas, pythons):
        assert item_meaning(decrypt_dynamodb_item(item, config)) == item_meaning(case.item)
    # Only the exact signature is written, and the Java client's is the same.
    assert encrypt_dynamodb_item(case.item, config)[SIGNATURE] == javas[SIGNATURE]


def test_an_encrypted_number_of_38_digits_is_exact_but_in_the_python_client(java: Oracle, oracle: Oracle) -> None:
    case = case_of({"n": {"N": LONG}})
    for item in (write(java, case), encrypt_dynamodb_item(case.item, config_for(case))):
        assert decrypt_dynamodb_item(item, config_for(case)) == read(java, case, item) == case.item
        assert read(oracle, case, item) == {"n": {"N": ROUNDED}}


@pytest.mark.parametrize("text", ["-0", "-0.0", "-0E+3"])
def test_minus_zero_is_zero_in_java_and_here(java: Oracle, oracle: Oracle, text: str) -> None:
    case = case_of({"n": {"N": text}}, default="SIGN_ONLY")
    javas = write(java, case)
    assert refuses(oracle, case, javas)
    assert decrypt_dynamodb_item(javas, config_for(case)) == case.item
    assert encrypt_dynamodb_item(case.item, config_for(case))[SIGNATURE] == javas[SIGNATURE]
    # DynamoDB stores 0 for it, and the signature is over that.
    stored = {**javas, "n": {"N": "0"}}
    for client in (java, oracle):
        assert read(client, case, stored) == {"n": {"N": "0"}}
    assert decrypt_dynamodb_item(stored, config_for(case)) == {"n": {"N": "0"}}
    pythons = {**write(oracle, case), "n": {"N": "0"}}
    assert refuses(oracle, case, pythons)
    assert refuses(java, case, pythons)


@pytest.mark.parametrize("text", ["9" * 39, "1E+400", "1E-131"])
@pytest.mark.parametrize("action", ["SIGN_ONLY", "ENCRYPT_AND_SIGN"])
def test_numbers_that_dynamodb_refuses_are_written_by_java_and_refused_here(
    java: Oracle, text: str, action: str
) -> None:
    case = case_of({"n": {"N": text}}, default=action)
    item = write(java, case)
    assert item.keys() >= {"n", SIGNATURE}
    with pytest.raises(exceptions.InvalidNumberError):
        encrypt_dynamodb_item(case.item, config_for(case))
    with pytest.raises(exceptions.DynamodbEncryptionSdkError) as refusal:
        decrypt_dynamodb_item(item, config_for(case))
    assert refusal.value.attribute == "n"


def test_pairs_of_a_description_have_javas_order_and_are_read_by_all(java: Oracle, oracle: Oracle) -> None:
    pairs = {f"name {number:02}": f"value {number}" for number in range(20)}
    case = case_of({"s": {"S": "x"}}, description=pairs)
    javas, pythons = write(java, case), write(oracle, case)
    ours = encrypt_dynamodb_item(case.item, config_for(case))
    assert ours[DESCRIPTION] == pythons[DESCRIPTION] != javas[DESCRIPTION]
    held = [_engine.deserialize_description(item[DESCRIPTION]["B"]) for item in (javas, ours)]
    assert held[0] == {name: value for name, value in held[1].items() if name != "amzn-ddb-map-signingAlg"}
    assert sorted(held[0], key=lambda name: javas[DESCRIPTION]["B"].index(name.encode())) != sorted(held[0])
    for item in (javas, pythons, ours):
        assert read(java, case, item) == read(oracle, case, item) == case.item
        assert decrypt_dynamodb_item(item, config_for(case)) == case.item


def test_without_an_encryption_key_java_writes_no_description(java: Oracle, oracle: Oracle) -> None:
    case = case_of({"s": {"S": "x"}}, default="SIGN_ONLY", encryption_key=None)
    javas = write(java, case)
    assert javas.keys() == {"s", SIGNATURE}
    assert decrypt_dynamodb_item(javas, config_for(case)) == read(oracle, case, javas) == case.item
    ours = encrypt_dynamodb_item(case.item, config_for(case))
    assert ours.keys() == {"s", SIGNATURE, DESCRIPTION}
    assert read(java, case, ours) == case.item


def test_without_a_table_name_java_signs_the_word_null(java: Oracle) -> None:
    case = case_of({"s": {"S": "x"}}, table=None)
    javas = write(java, case)
    with pytest.raises(exceptions.SignatureVerificationError):
        decrypt_dynamodb_item(javas, config_for(case))
    assert decrypt_dynamodb_item(javas, config_for(replace(case, table="null"))) == case.item


def test_java_hands_on_unverified_what_has_no_protected_attribute(java: Oracle) -> None:
    case = case_of({"s": {"S": "x"}}, {"s": "DO_NOTHING"})
    forged = {**case.item, SIGNATURE: {"B": b"no signature"}}
    assert read(java, case, forged) == forged
    assert write(java, case) == case.item
    for item in (forged, case.item):
        with pytest.raises((exceptions.SignatureVerificationError, exceptions.ItemNotEncryptedError)):
            decrypt_dynamodb_item(item, config_for(case))


def test_a_description_chooses_the_padding_in_java_and_not_here(java: Oracle) -> None:
    """The description is not signed: who can alter it could use the reader to decrypt what OAEP protects."""
    case = case_of({"s": {"S": "x"}})
    signer = Secret("HmacSHA256", bytes(range(32)))
    configured = wrapped(Pair("RSA"), signer)
    weak = wrapped(Pair("RSA"), signer, {WRAPPING_ALGORITHM: "RSA/ECB/PKCS1Padding"})
    item = encrypt_dynamodb_item(case.item, weak.config(case))
    assert from_json(java.ask(configured.request("decrypt", case, item))["item"]) == case.item
    with pytest.raises(exceptions.UnwrappingError, match="PKCS1Padding"):
        decrypt_dynamodb_item(item, configured.config(case))


Change = Callable[[Item], Item]
ALTERATIONS: dict[str, Change] = {
    "signed value": lambda item: {**item, "id": {"S": "b"}},
    "ciphertext": lambda item: {**item, "s": {"B": item["s"]["B"][:-1] + bytes([item["s"]["B"][-1] ^ 1])}},
    "signature": lambda item: {**item, SIGNATURE: {"B": item[SIGNATURE]["B"][:-1]}},
    "more": lambda item: {**item, "t": {"S": "x"}},
    "less": lambda item: {name: value for name, value in item.items() if name != "id"},
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_what_was_altered_is_refused_by_both(java: Oracle, alteration: str) -> None:
    case = case_of({"id": {"S": "a"}, "s": {"S": "x"}}, {"id": "SIGN_ONLY", "t": "SIGN_ONLY"})
    for item in (write(java, case), encrypt_dynamodb_item(case.item, of_case(case).config(case))):
        altered = ALTERATIONS[alteration](item)
        assert altered != item
        assert refuses(java, case, altered)
        with pytest.raises(exceptions.SignatureVerificationError):
            decrypt_dynamodb_item(altered, config_for(case))
