# SPDX-License-Identifier: Apache-2.0
"""Errors of single items: their class, the item and attribute that they name, and what they must not show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary

from ddbcrypt import (
    CryptographicMaterialsProvider,
    DecryptionError,
    DynamodbEncryptionSdkError,
    EncryptionError,
    InvalidArgumentError,
    InvalidMaterialDescriptionError,
    InvalidMaterialDescriptionVersionError,
    ItemNotEncryptedError,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    ReservedAttributeError,
    SignatureVerificationError,
    StaticCryptographicMaterialsProvider,
    UnsupportedEncryptionModeError,
    UnsupportedTypeError,
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from ddbcrypt import _engine as engine
from tests.unit.support import (
    AES,
    DESCRIPTION,
    ENCRYPT,
    HMAC,
    NOTHING,
    SIGN,
    SIGNATURE,
    local_key,
    make_config,
    static_provider,
)

SECRET = "sensitive value"
WIRE = {"id": {"S": "p-1"}, "visit": {"N": "7"}, "name": {"S": SECRET}, "note": {"S": SECRET}}
CONFIG = make_config(sort="visit", actions={"note": SIGN})


def _decrypt_error(item: dict[str, Any], config: Any = CONFIG) -> DynamodbEncryptionSdkError:
    with pytest.raises(DynamodbEncryptionSdkError) as caught:
        decrypt_dynamodb_item(item, config)
    assert SECRET not in str(caught.value)
    return caught.value


def _stored() -> dict[str, Any]:
    return encrypt_dynamodb_item(WIRE, CONFIG)


@pytest.mark.parametrize("name", [SIGNATURE, DESCRIPTION])
@pytest.mark.parametrize("action", [ENCRYPT, SIGN])
def test_reserved_names_are_refused_before_the_provider_is_asked(name: str, action: Any) -> None:
    config = make_config(default=action, provider=CryptographicMaterialsProvider())
    for encrypt, value in ((encrypt_dynamodb_item, {"S": SECRET}), (encrypt_python_item, SECRET)):
        with pytest.raises(ReservedAttributeError) as caught:
            encrypt({"id": {"S": "1"} if isinstance(value, dict) else "1", name: value}, config)
        assert caught.value.attribute == name
        assert name in str(caught.value)
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("attribute_action", [{}, {"name": ENCRYPT}])
def test_no_encryption_key(attribute_action: dict[str, Any]) -> None:
    config = make_config(
        default=SIGN if attribute_action else ENCRYPT,
        actions=attribute_action,
        provider=static_provider(encryption_key=None),
    )
    with pytest.raises(EncryptionError, match="no encryption key"):
        encrypt_dynamodb_item(WIRE, config)
    with pytest.raises(DecryptionError, match="no decryption key"):
        decrypt_dynamodb_item(encrypt_dynamodb_item(WIRE, make_config()), config)


def test_no_encryption_key_matters_only_where_an_action_asks_for_one() -> None:
    config = make_config(default=SIGN, actions={"other": ENCRYPT}, provider=static_provider(encryption_key=None))
    with pytest.raises(EncryptionError):
        encrypt_dynamodb_item(WIRE, config)


def test_materials_whose_key_is_none() -> None:
    class NoKey(RawEncryptionMaterials):
        encryption_key = None  # type: ignore[assignment]

    provider = StaticCryptographicMaterialsProvider(encryption_materials=NoKey(HMAC))
    with pytest.raises(EncryptionError, match="no encryption key"):
        encrypt_dynamodb_item(WIRE, make_config(provider=provider))
    encrypted = encrypt_dynamodb_item(WIRE, make_config(default=SIGN, provider=provider))
    assert "sym-mode" not in encrypted[DESCRIPTION]["B"].decode()


def test_a_key_that_cannot_sign() -> None:
    provider = StaticCryptographicMaterialsProvider(
        RawDecryptionMaterials(AES, AES), RawEncryptionMaterials(signing_key=AES, encryption_key=AES)
    )
    with pytest.raises((DynamodbEncryptionSdkError, NotImplementedError)):
        encrypt_dynamodb_item(WIRE, make_config(provider=provider))
    with pytest.raises((DynamodbEncryptionSdkError, NotImplementedError)):
        decrypt_dynamodb_item(_stored(), make_config(provider=provider))


def test_an_item_that_is_not_encrypted() -> None:
    error = _decrypt_error(WIRE)
    assert isinstance(error, ItemNotEncryptedError)
    assert error.item_key == {"id": {"S": "p-1"}, "visit": {"N": "7"}}
    assert "id='p-1', visit=7" in str(error)
    assert SIGNATURE in str(error)


@pytest.mark.parametrize(
    "signature",
    [{"B": b""}, {"S": "text"}, {"N": "1"}, {"NULL": True}, {"B": "text"}, {}, {"B": b"a", "S": "b"}, None, b"bytes"],
)
def test_a_signature_that_is_no_bytes(signature: Any) -> None:
    error = _decrypt_error({**_stored(), SIGNATURE: signature})
    assert isinstance(error, SignatureVerificationError)
    assert error.attribute == SIGNATURE
    assert error.item_key is not None


@pytest.mark.parametrize("signature", ["text", None, 1, Binary(b""), b"", [b"bytes"], {"B": b"bytes"}])
def test_a_signature_that_is_no_bytes_among_python_values(signature: Any) -> None:
    item = encrypt_python_item({"id": "p-1", "visit": 7, "name": SECRET}, CONFIG)
    with pytest.raises(SignatureVerificationError):
        decrypt_python_item({**item, SIGNATURE: signature}, CONFIG)


@pytest.mark.parametrize("wrap", [bytes, bytearray, Binary])
def test_signature_and_description_in_any_type_of_bytes(wrap: Any) -> None:
    item = encrypt_python_item({"id": "p-1", "visit": 7, "name": SECRET}, CONFIG)
    for name in (SIGNATURE, DESCRIPTION):
        item[name] = wrap(item[name].value)
    assert decrypt_python_item(item, CONFIG) == {"id": "p-1", "visit": Decimal(7), "name": SECRET}


@pytest.mark.parametrize(
    ("description", "error"),
    [
        ({"S": "text"}, InvalidMaterialDescriptionError),
        ({"B": b""}, InvalidMaterialDescriptionError),
        ({"B": b"\0\0\0"}, InvalidMaterialDescriptionError),
        ({"B": b"\0\0\0\1"}, InvalidMaterialDescriptionVersionError),
        ({"B": b"\0\0\0\0\0\0\0\1"}, InvalidMaterialDescriptionError),
        ({"B": b"\0\0\0\0\xff\xff\xff\xff"}, InvalidMaterialDescriptionError),
        (None, InvalidMaterialDescriptionError),
    ],
)
def test_a_malformed_description(description: Any, error: type[Exception]) -> None:
    caught = _decrypt_error({**_stored(), DESCRIPTION: description})
    assert isinstance(caught, error)
    assert caught.attribute == DESCRIPTION
    assert "id='p-1'" in str(caught)


@pytest.mark.parametrize("mode", ["/CTR/NoPadding", "/ECB/PKCS5Padding", "/CBC/PKCS5Padding ", ""])
def test_a_description_with_another_mode(mode: str) -> None:
    stored = _stored()
    description = {**engine.deserialize_description(stored[DESCRIPTION]["B"]), "amzn-ddb-map-sym-mode": mode}
    error = _decrypt_error({**stored, DESCRIPTION: {"B": engine.serialize_description(description)}})
    assert isinstance(error, UnsupportedEncryptionModeError)


def test_a_description_that_names_a_weaker_signing_algorithm_changes_nothing() -> None:
    stored = _stored()
    description = {**engine.deserialize_description(stored[DESCRIPTION]["B"]), "amzn-ddb-map-signingAlg": "none"}
    changed = {**stored, DESCRIPTION: {"B": engine.serialize_description(description)}}
    assert decrypt_dynamodb_item(changed, CONFIG) == WIRE
    error = _decrypt_error({**changed, "note": {"S": "other"}})
    assert isinstance(error, SignatureVerificationError)


@pytest.mark.parametrize(
    "change", [{"id": {"S": "p-2"}}, {"visit": {"N": "8"}}, {"note": {"S": "x"}}, {"new": {"S": ""}}]
)
def test_a_changed_item(change: dict[str, Any]) -> None:
    error = _decrypt_error({**_stored(), **change})
    assert type(error) is SignatureVerificationError
    assert error.__cause__ is None
    changed = {**WIRE, **change}
    assert error.item_key == {"id": changed["id"], "visit": changed["visit"]}


@pytest.mark.parametrize(
    "config",
    [
        make_config(sort="visit", table="other", actions={"note": SIGN}),
        make_config(sort="visit", table=None, actions={"note": SIGN}),
        make_config(sort="visit"),
        make_config(sort="visit", actions={"note": NOTHING}),
        make_config(
            sort="visit",
            actions={"note": SIGN},
            provider=static_provider(signing_key=local_key("HmacSHA256", bytes(32))),
        ),
        make_config(
            sort="visit",
            actions={"note": SIGN},
            provider=static_provider(signing_key=local_key("HmacSHA512", HMAC.key)),
        ),
    ],
    ids=["table", "no table", "encrypted instead", "ignored instead", "key", "algorithm"],
)
def test_another_configuration(config: Any) -> None:
    assert isinstance(_decrypt_error(_stored(), config), SignatureVerificationError)


def test_another_encryption_key() -> None:
    provider = static_provider(encryption_key=local_key("AES", bytes(32)))
    error = _decrypt_error(_stored(), make_config(sort="visit", actions={"note": SIGN}, provider=provider))
    assert error.attribute == "name"
    assert "id='p-1'" in str(error)


def test_the_attribute_of_a_bad_value_is_named() -> None:
    config = make_config()
    with pytest.raises(UnsupportedTypeError) as caught:
        encrypt_python_item({"id": "p-1", "weight": 61.5}, config)
    assert caught.value.attribute == "weight"
    assert caught.value.item_key == {"id": "p-1"}
    assert "weight" in str(caught.value)
    assert "id='p-1'" in str(caught.value)
    assert "61.5" not in str(caught.value)


@pytest.mark.parametrize(
    ("wire", "value", "shown"),
    [
        (True, {"S": "a'b\n"}, repr("a'b\n")),
        (True, {"N": "1.50"}, "1.50"),
        (True, {"B": b"\x00\xff"}, repr(b"\x00\xff")),
        (True, {"S": "x" * 64}, repr("x" * 64)),
        (True, {"S": "x" * 65}, repr("x" * 64) + "..."),
        (True, {"N": "9" * 200}, "9" * 64 + "..."),
        (True, {"S": "\ud800"}, repr("\ud800")),
        (True, {"M": {}}, "<dict>"),
        (True, "malformed", "'malformed'"),
        (False, "text", "'text'"),
        (False, 12, "12"),
        (False, 10**80, "<int>"),
        (False, Decimal("1.50"), "1.50"),
        (False, Binary(b"x" * 100), repr(b"x" * 64) + "..."),
        (False, b"bytes", "b'bytes'"),
        (False, 1.5, "<float>"),
    ],
)
def test_how_a_key_is_shown(wire: bool, value: Any, shown: str) -> None:
    function: Any = decrypt_dynamodb_item if wire else decrypt_python_item
    with pytest.raises(ItemNotEncryptedError) as caught:
        function({"id": value, "name": SECRET}, make_config())
    assert caught.value.item_key == {"id": value}
    assert f"(item key: id={shown})" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_key_that_is_missing() -> None:
    error = _decrypt_error({"id": {"S": "p-1"}})
    assert error.item_key == {"id": {"S": "p-1"}}
    assert "visit is missing" in str(error)


def test_without_key_names_there_is_no_key() -> None:
    error = _decrypt_error(WIRE, make_config(partition=None))
    assert error.item_key is None
    assert "item key" not in str(error)


def test_a_key_that_came_to_be_encrypted_is_not_shown() -> None:
    config = make_config()
    config.encryption_context.partition_key_name = "name"
    error = _decrypt_error(WIRE, config)
    assert error.item_key is None


def test_a_key_attribute_that_runs_code_when_shown_is_not_run() -> None:
    class Loud(str):
        __slots__ = ()

        def __repr__(self) -> str:
            raise AssertionError("shown")

    with pytest.raises(ItemNotEncryptedError, match="<Loud>"):
        decrypt_python_item({"id": Loud("x")}, make_config())


def test_an_item_whose_methods_raise_does_not_hide_the_error() -> None:
    class Item(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise ZeroDivisionError

        def items(self) -> Any:
            raise ZeroDivisionError

    with pytest.raises(ItemNotEncryptedError) as caught:
        decrypt_dynamodb_item(Item(WIRE), CONFIG)
    assert caught.value.item_key is None


def test_what_is_not_the_package_s_is_not_touched() -> None:
    class Provider(CryptographicMaterialsProvider):
        def encryption_materials(self, encryption_context: Any) -> Any:
            raise InvalidArgumentError

    with pytest.raises(InvalidArgumentError) as caught:
        encrypt_dynamodb_item(WIRE, make_config(provider=Provider()))
    assert str(caught.value) == "item key: id='p-1'"


LONG = "1234567890123456789012345678901.5"
TAIL = "1234567890123456789012345678902.5"


def _signed_like_the_reference(item: dict[str, Any], config: Any) -> dict[str, Any]:
    """Sign the numbers rounded to 28 digits, as the reference Python client does."""
    stored = encrypt_dynamodb_item(item, config)
    body = {name: value for name, value in stored.items() if name not in (SIGNATURE, DESCRIPTION)}
    actions = config.attribute_actions
    data = engine.string_to_sign(body, "patients", actions.default_action, actions.attribute_actions, 0, 1)
    return {**stored, SIGNATURE: {"B": HMAC.sign("HmacSHA256", data)}}


@pytest.mark.parametrize(
    "attribute",
    [{"N": LONG}, {"NS": ["1", LONG]}, {"L": [{"M": {"a": {"N": LONG}}}]}, {"N": "0." + "0" * 20 + "1" * 29}],
)
def test_numbers_that_the_reference_rounds(attribute: dict[str, Any]) -> None:
    item = {"id": {"S": "1"}, "value": attribute}
    config = make_config(actions={"value": SIGN})
    stored = _signed_like_the_reference(item, config)
    error = _decrypt_error(stored, config)
    assert isinstance(error, SignatureVerificationError)
    assert "accept_28_digit_numbers=True" in str(error)
    assert "'value'" in str(error)
    assert "1234567890" not in str(error)
    accepting = make_config(actions={"value": SIGN}, accept_28_digit_numbers=True)
    assert decrypt_dynamodb_item(stored, accepting) == item
    changed = {**stored, "id": {"S": "2"}}
    error = _decrypt_error(changed, accepting)
    assert isinstance(error, SignatureVerificationError)
    assert "accept_28_digit_numbers" not in str(error)


@pytest.mark.parametrize(
    "attribute",
    [
        {"N": "1" * 28},
        {"N": "1" * 28 + "0" * 10},
        {"N": "0." + "0" * 30 + "1"},
        {"N": "-" + "1" * 28 + "E-50"},
        {"S": LONG},
        {"NS": ["1"]},
    ],
)
def test_the_option_is_named_only_where_it_could_help(attribute: dict[str, Any]) -> None:
    config = make_config(actions={"value": SIGN})
    stored = encrypt_dynamodb_item({"id": {"S": "1"}, "value": attribute, "encrypted": {"N": LONG}}, config)
    error = _decrypt_error({**stored, "id": {"S": "2"}}, config)
    assert "accept_28_digit_numbers" not in str(error)


def test_exact_numbers_need_no_option() -> None:
    config = make_config(actions={"value": SIGN})
    item = {"id": {"S": "1"}, "value": {"N": LONG}}
    stored = encrypt_dynamodb_item(item, config)
    assert decrypt_dynamodb_item(stored, config) == item
    assert decrypt_dynamodb_item(stored, make_config(actions={"value": SIGN}, accept_28_digit_numbers=True)) == item
    error = _decrypt_error({**stored, "value": {"N": TAIL}}, config)
    assert isinstance(error, SignatureVerificationError)


def test_the_option_is_named_for_python_values_too() -> None:
    config = make_config(actions={"value": SIGN})
    stored = encrypt_python_item({"id": "1", "value": Decimal(LONG)}, config)
    with pytest.raises(SignatureVerificationError, match="accept_28_digit_numbers=True"):
        decrypt_python_item({**stored, "id": "2"}, config)


@pytest.mark.parametrize(
    "function", [encrypt_dynamodb_item, decrypt_dynamodb_item, encrypt_python_item, decrypt_python_item]
)
@pytest.mark.parametrize("config", [None, "x", {"materials_provider": None}])
def test_what_is_no_configuration_is_named(function: Any, config: Any) -> None:
    with pytest.raises(TypeError, match=f'"crypto_config" must be CryptoConfig, not {type(config).__name__}'):
        function({"id": {"S": "1"}}, config)
