# SPDX-License-Identifier: Apache-2.0
"""Where the reference client is wrong, and what ddbcrypt does there: each test shows both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_python_item, encrypt_dynamodb_item
from tests.interop import forge
from tests.interop.oracle import Oracle, OracleError, from_json, request_for
from tests.interop.ours import case_of, config_for
from tests.strategies import Case, item_meaning

LONG = "12345678901234567890123456789012345678"
ROUNDED = "12345678901234567890123456790000000000"
NEAR = "12345678901234567890123456789012345679"
SIGN_N = {"n": "SIGN_ONLY"}


def reference_writes(oracle: Oracle, case: Case, api: str = "dynamodb") -> dict[str, Any]:
    return from_json(oracle.ask(request_for("encrypt", case, case.item, api))["item"])


def reference_reads(oracle: Oracle, case: Case, item: dict[str, Any], api: str = "dynamodb") -> dict[str, Any]:
    return from_json(oracle.ask(request_for("decrypt", case, item, api))["item"])


def test_an_encrypted_number_of_38_digits_keeps_them_here_and_is_rounded_there(oracle: Oracle) -> None:
    case = case_of({"n": {"N": LONG}, "many": {"NS": [LONG, "1"]}})
    config = config_for(case)
    ours = encrypt_dynamodb_item(case.item, config)
    assert decrypt_dynamodb_item(ours, config)["n"] == {"N": LONG}
    assert reference_reads(oracle, case, ours)["n"] == {"N": ROUNDED}
    theirs = reference_writes(oracle, case)
    # What the reference encrypted is rounded already: nobody can bring the digits back.
    assert decrypt_dynamodb_item(theirs, config)["n"] == {"N": ROUNDED}


def test_a_signed_number_of_38_digits_is_protected_here_whole_and_there_in_part(oracle: Oracle) -> None:
    case = case_of({"n": {"N": LONG}}, SIGN_N)
    theirs = reference_writes(oracle, case)
    altered = {**theirs, "n": {"N": NEAR}}
    assert reference_reads(oracle, case, altered) == {"n": {"N": NEAR}}
    config = config_for(case)
    ours = encrypt_dynamodb_item(case.item, config)
    assert decrypt_dynamodb_item(ours, config) == case.item
    with pytest.raises(exceptions.SignatureVerificationError):
        decrypt_dynamodb_item({**ours, "n": {"N": NEAR}}, config)
    with pytest.raises(OracleError) as refusal:
        reference_reads(oracle, case, ours)
    assert refusal.value.kind == "SignatureVerificationError"


@pytest.mark.parametrize("shape", ["N", "NS", "L", "M"])
def test_a_signature_over_28_digits_is_read_only_on_request(oracle: Oracle, shape: str) -> None:
    value: Any = {"N": LONG, "NS": [LONG, "7"], "L": [{"N": LONG}], "M": {"in": {"NS": [LONG]}}}[shape]
    case = case_of({"n": {shape: value}, "secret": {"S": "x"}}, SIGN_N)
    theirs = reference_writes(oracle, case)
    with pytest.raises(exceptions.SignatureVerificationError, match="accept_28_digit_numbers"):
        decrypt_dynamodb_item(theirs, config_for(case))
    config = config_for(case, accept_28_digit_numbers=True)
    # The stored digits come back as they are; only the signature is over fewer.
    assert item_meaning(decrypt_dynamodb_item(theirs, config)) == item_meaning(case.item)
    # The opt-in reads exact signatures as well.
    assert decrypt_dynamodb_item(encrypt_dynamodb_item(case.item, config), config) == case.item


def test_the_opt_in_accepts_only_what_rounds_alike(oracle: Oracle) -> None:
    case = case_of({"n": {"N": LONG}}, SIGN_N)
    theirs = reference_writes(oracle, case)
    config = config_for(case, accept_28_digit_numbers=True)
    assert decrypt_dynamodb_item({**theirs, "n": {"N": NEAR}}, config) == {"n": {"N": NEAR}}
    for other in ("12345678901234567890123456799", "1" + LONG[1:-1] + "E+2", "-" + LONG):
        with pytest.raises(exceptions.SignatureVerificationError):
            decrypt_dynamodb_item({**theirs, "n": {"N": other}}, config)


def test_the_error_does_not_name_the_opt_in_where_no_number_is_long() -> None:
    case = case_of({"n": {"N": LONG[:28]}, "s": {"S": LONG}}, {**SIGN_N, "s": "SIGN_ONLY"})
    ours = encrypt_dynamodb_item(case.item, config_for(case))
    with pytest.raises(exceptions.SignatureVerificationError) as refusal:
        decrypt_dynamodb_item({**ours, "n": {"N": "1"}}, config_for(case))
    assert "accept_28_digit_numbers" not in str(refusal.value)


def test_members_that_become_equal_by_rounding_are_read_on_request(oracle: Oracle) -> None:
    case = case_of({"n": {"NS": [LONG, NEAR]}}, SIGN_N)
    theirs = reference_writes(oracle, case)
    with pytest.raises(exceptions.SignatureVerificationError):
        decrypt_dynamodb_item(theirs, config_for(case))
    read = decrypt_dynamodb_item(theirs, config_for(case, accept_28_digit_numbers=True))
    assert item_meaning(read) == item_meaning(case.item)


@pytest.mark.parametrize("text", ["abc", "", "1_000", " 1", "Infinity", "-Infinity", "NaN", "0x1", "٣"])
@pytest.mark.parametrize("action", ["ENCRYPT_AND_SIGN", "SIGN_ONLY"])
def test_what_is_no_number_is_written_there_and_refused_here(oracle: Oracle, text: str, action: str) -> None:
    case = case_of({"n": {"N": text}, "s": {"S": "x"}}, {"n": action})
    theirs = reference_writes(oracle, case)
    with pytest.raises(exceptions.InvalidNumberError, match="n") as refusal:
        encrypt_dynamodb_item(case.item, config_for(case))
    assert refusal.value.attribute == "n"
    if text == "٣":
        return  # the reference takes other scripts' digits and encrypts the number that they mean
    with pytest.raises(exceptions.DynamodbEncryptionSdkError) as unread:
        decrypt_dynamodb_item(theirs, config_for(case))
    assert unread.value.attribute == "n"


@pytest.mark.parametrize("text", ["1E+400", "1E-131", "1E+126", "9" * 39])
def test_numbers_that_dynamodb_refuses_are_refused_before_it_sees_them(text: str) -> None:
    case = case_of({"n": {"N": text}}, SIGN_N)
    with pytest.raises(exceptions.InvalidNumberError):
        encrypt_dynamodb_item(case.item, config_for(case))


@pytest.mark.parametrize("text", ["-0", "-0.0", "-0E+3"])
def test_minus_zero_is_signed_as_the_zero_that_dynamodb_stores(oracle: Oracle, text: str) -> None:
    case = case_of({"n": {"N": text}}, SIGN_N)
    as_stored = {"n": {"N": "0"}}
    with pytest.raises(OracleError) as refusal:
        reference_reads(oracle, case, {**reference_writes(oracle, case), **as_stored})
    assert refusal.value.kind == "SignatureVerificationError"
    ours = {**encrypt_dynamodb_item(case.item, config_for(case)), **as_stored}
    assert decrypt_dynamodb_item(ours, config_for(case)) == as_stored
    assert reference_reads(oracle, case, ours) == as_stored


def test_minus_zero_that_the_reference_encrypted_is_zero_here(oracle: Oracle) -> None:
    case = case_of({"n": {"N": "-0"}})
    read = decrypt_dynamodb_item(reference_writes(oracle, case), config_for(case))
    assert read == {"n": {"N": "0"}}


@pytest.mark.parametrize("text", ["1E+38", "-7E+125", "12345E+100"])
def test_numbers_with_many_zeros_become_python_values_here_only(oracle: Oracle, text: str) -> None:
    case = case_of({"n": {"N": text}})
    theirs = reference_writes(oracle, case)
    typed = {name: TypeDeserializer().deserialize(value) for name, value in theirs.items()}
    assert decrypt_python_item(typed, config_for(case)) == {"n": Decimal(text)}
    with pytest.raises(OracleError) as refusal:
        reference_reads(oracle, case, theirs, "python")
    assert refusal.value.kind == "Rounded"


def test_equal_set_members_are_written_there_and_refused_here(oracle: Oracle) -> None:
    for members in ({"NS": ["1", "1.0"]}, {"SS": ["a", "a"]}, {"BS": [b"a", b"a"]}):
        case = case_of({"set": members})
        theirs = reference_writes(oracle, case)
        with pytest.raises(exceptions.DuplicateSetMemberError) as refusal:
            encrypt_dynamodb_item(case.item, config_for(case))
        assert refusal.value.attribute == "set"
        # Reading what is there already is another matter.
        ((kind, read),) = decrypt_dynamodb_item(theirs, config_for(case))["set"].items()
        assert kind in members
        assert len(read) == 2


def nest(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels - 1):
        value = {"L": [value]}
    return value


def test_depth_is_bounded_here(oracle: Oracle) -> None:
    case = case_of({"deep": nest(33)})
    theirs = reference_writes(oracle, case)
    assert reference_reads(oracle, case, theirs) == case.item
    with pytest.raises(exceptions.NestingDepthError):
        encrypt_dynamodb_item(case.item, config_for(case))
    with pytest.raises((exceptions.DecryptionError, exceptions.DeserializationError)):
        decrypt_dynamodb_item(theirs, config_for(case))


def test_bytes_after_an_attribute_are_ignored_there_and_refused_here(oracle: Oracle) -> None:
    case = case_of({})
    item = forge.sealed(case, {"s": forge.canonical({"S": "x"}) + b"more"})
    assert reference_reads(oracle, case, item) == {"s": {"S": "x"}}
    with pytest.raises((exceptions.DecryptionError, exceptions.DeserializationError)):
        decrypt_dynamodb_item(item, config_for(case))


def test_a_description_cannot_choose_another_mode_here(oracle: Oracle) -> None:
    case = case_of({})
    assert case.encryption_key is not None
    ciphertext = forge.encrypt_ctr(case.encryption_key, forge.canonical({"S": "x"}))
    item = forge.signed(case, {"s": {"B": ciphertext}}, [(forge.MODE, "/CTR/NoPadding")])
    assert reference_reads(oracle, case, item) == {"s": {"S": "x"}}
    with pytest.raises(exceptions.UnsupportedEncryptionModeError):
        decrypt_dynamodb_item(item, config_for(case))


def test_a_signed_null_that_is_false_is_no_null_here(oracle: Oracle) -> None:
    case = case_of({"n": {"NULL": False}}, SIGN_N)
    assert reference_writes(oracle, case)["n"] == {"NULL": False}
    with pytest.raises(exceptions.DynamodbEncryptionSdkError):
        encrypt_dynamodb_item(case.item, config_for(case))


def test_the_callers_item_is_taken_apart_there_and_left_alone_here(oracle: Oracle) -> None:
    case = case_of({"s": {"S": "x"}})
    theirs = reference_writes(oracle, case)
    answer = oracle.ask(request_for("decrypt", case, theirs, watch=True))
    assert answer["argument_changed"] is True
    before = {name: dict(attribute) for name, attribute in theirs.items()}
    decrypt_dynamodb_item(theirs, config_for(case))
    assert theirs == before
