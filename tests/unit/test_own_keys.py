# SPDX-License-Identifier: Apache-2.0
"""An application's own delegated keys: called as the reference client calls them, and trusted with nothing more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from ddbcrypt import (
    DecryptionError,
    DuplicateSetMemberError,
    DynamodbEncryptionSdkError,
    EncryptionError,
    EncryptionKeyType,
    JceNameLocalDelegatedKey,
    KeyEncodingType,
    SignatureVerificationError,
    SigningError,
    UnsupportedEncryptionModeError,
    UnsupportedTypeError,
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from ddbcrypt import _engine as engine
from tests import strategies
from tests.unit.support import (
    AES,
    AES_BYTES,
    DESCRIPTION,
    HMAC,
    NOTHING,
    SIGN,
    SIGNATURE,
    OwnCipher,
    OwnSigner,
    make_config,
    static_provider,
)

WIRE = {"id": {"S": "p-1"}, "name": {"S": "secret"}, "age": {"N": "42"}, "note": {"S": "signed"}, "open": {"S": "free"}}
PYTHON = {"id": "p-1", "name": "secret", "tags": {"a", "b"}, "open": "free", "note": "signed"}
ACTIONS = {"note": SIGN, "open": NOTHING}
TRANSFORMATION = "AES/CBC/PKCS5Padding"


def config_of(cipher: Any, signer: Any, **options: Any) -> Any:
    return make_config(actions=ACTIONS, provider=static_provider(cipher, signer), **options)


@pytest.mark.parametrize(
    ("cipher", "signer"), [(OwnCipher, OwnSigner), (lambda: AES, OwnSigner), (OwnCipher, lambda: HMAC)]
)
def test_own_keys_and_the_engines_read_each_other(cipher: Any, signer: Any) -> None:
    own, local = config_of(cipher(), signer()), config_of(AES, HMAC)
    for writer, reader in ((own, own), (own, local), (local, own)):
        assert decrypt_dynamodb_item(encrypt_dynamodb_item(WIRE, writer), reader) == WIRE
        assert decrypt_python_item(encrypt_python_item(PYTHON, writer), reader) == PYTHON


@settings(max_examples=40)
@given(strategies.items(max_attributes=8))
def test_any_item(item: dict[str, Any]) -> None:
    own, local = config_of(OwnCipher(), OwnSigner()), config_of(AES, HMAC)
    for writer, reader in ((own, local), (local, own)):
        decrypted = decrypt_dynamodb_item(encrypt_dynamodb_item(item, writer), reader)
        assert strategies.item_meaning(decrypted) == strategies.item_meaning(item)


def test_how_the_methods_are_called() -> None:
    cipher, signer = OwnCipher(), OwnSigner()
    config = config_of(cipher, signer)
    stored = encrypt_dynamodb_item(WIRE, config)
    assert sorted(cipher.calls) == [("encrypt", TRANSFORMATION, "age"), ("encrypt", TRANSFORMATION, "name")]
    assert signer.calls == [("sign", "HmacSHA256")]
    cipher.calls.clear()
    decrypt_dynamodb_item(stored, config)
    assert sorted(cipher.calls) == [("decrypt", TRANSFORMATION, "age"), ("decrypt", TRANSFORMATION, "name")]
    assert signer.calls == [("sign", "HmacSHA256"), ("verify", "HmacSHA256")]


def test_a_subclass_of_the_local_key_is_called_through_its_methods() -> None:
    class Counting(JceNameLocalDelegatedKey):
        encrypted = 0

        def encrypt(self, *args: Any, **kwargs: Any) -> bytes:
            self.encrypted += 1
            return super().encrypt(*args, **kwargs)

    key = Counting(AES_BYTES, "AES", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)
    stored = encrypt_dynamodb_item(WIRE, config_of(key, HMAC))
    assert key.encrypted == 2
    assert decrypt_dynamodb_item(stored, config_of(AES, HMAC)) == WIRE


def test_description_without_a_signing_algorithm() -> None:
    stored = encrypt_dynamodb_item(WIRE, config_of(OwnCipher(), OwnSigner()))
    assert engine.deserialize_description(stored[DESCRIPTION]["B"]) == {"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding"}


def test_description_with_the_signing_algorithm_that_the_key_names() -> None:
    class Naming(OwnSigner):
        def signing_algorithm(self) -> str:
            return "own algorithm"

    stored = encrypt_dynamodb_item(WIRE, config_of(OwnCipher(), Naming()))
    description = engine.deserialize_description(stored[DESCRIPTION]["B"])
    assert description["amzn-ddb-map-signingAlg"] == "own algorithm"


def test_signed_only_without_an_encryption_key() -> None:
    config = make_config(default=SIGN, provider=static_provider(None, OwnSigner()))
    stored = encrypt_dynamodb_item(WIRE, config)
    assert engine.deserialize_description(stored[DESCRIPTION]["B"]) == {}
    assert decrypt_dynamodb_item(stored, config) == WIRE
    del stored[DESCRIPTION]
    assert decrypt_dynamodb_item(stored, config) == WIRE


@pytest.mark.parametrize("name", ["id", "note", "name"])
def test_nothing_is_decrypted_before_the_signature_has_been_verified(name: str) -> None:
    cipher = OwnCipher()
    stored = encrypt_dynamodb_item(WIRE, config_of(AES, HMAC))
    with pytest.raises(SignatureVerificationError, match="own key: no") as caught:
        decrypt_dynamodb_item({**stored, name: stored["open"]}, config_of(cipher, OwnSigner()))
    assert cipher.calls == []
    assert caught.value.item_key is not None


def test_any_other_exception_of_verify_ends_decryption_at_once() -> None:
    class Broken(OwnSigner):
        def verify(self, algorithm: str, signature: bytes, data: bytes) -> None:
            self.calls.append(("verify", algorithm))
            raise ConnectionError("no route to the HSM")

    cipher, signer = OwnCipher(), Broken()
    with pytest.raises(ConnectionError):
        decrypt_dynamodb_item(encrypt_dynamodb_item(WIRE, config_of(AES, HMAC)), config_of(cipher, signer))
    assert cipher.calls == []
    assert len(signer.calls) == 1


def test_a_verify_that_returns_false_has_not_verified() -> None:
    class Boolean(OwnSigner):
        def verify(self, algorithm: str, signature: bytes, data: bytes) -> Any:
            return False

    with pytest.raises(SignatureVerificationError, match="Boolean"):
        decrypt_dynamodb_item(encrypt_dynamodb_item(WIRE, config_of(AES, HMAC)), config_of(OwnCipher(), Boolean()))


def _signed_in_javas_order(item: dict[str, Any], config: Any) -> dict[str, Any]:
    stored = encrypt_dynamodb_item(item, config)
    body = {name: value for name, value in stored.items() if name not in (SIGNATURE, DESCRIPTION)}
    actions = config.attribute_actions
    data = engine.string_to_sign(body, "patients", actions.default_action, actions.attribute_actions, 1, 0)
    return {**stored, SIGNATURE: {"B": HMAC.sign("HmacSHA256", data)}}


def test_javas_order_is_tried_when_pythons_does_not_fit() -> None:
    item = {"id": {"S": "1"}, "note": {"BS": [b"\x01", b"\xff"]}}
    signer = OwnSigner()
    config = config_of(OwnCipher(), signer)
    stored = _signed_in_javas_order(item, config)
    signer.calls.clear()
    assert strategies.item_meaning(decrypt_dynamodb_item(stored, config)) == strategies.item_meaning(item)
    assert len(signer.calls) == 2
    signer.calls.clear()
    plain = encrypt_dynamodb_item(WIRE, config)
    signer.calls.clear()
    with pytest.raises(SignatureVerificationError):
        decrypt_dynamodb_item({**plain, "id": {"S": "2"}}, config)
    assert len(signer.calls) == 1, "the same data was verified twice"


def test_numbers_rounded_to_28_digits_are_an_option() -> None:
    item = {"id": {"S": "1"}, "note": {"N": "1" * 38}}
    strict = config_of(OwnCipher(), OwnSigner())
    stored = encrypt_dynamodb_item(item, strict)
    body = {name: value for name, value in stored.items() if name not in (SIGNATURE, DESCRIPTION)}
    actions = strict.attribute_actions
    data = engine.string_to_sign(body, "patients", actions.default_action, actions.attribute_actions, 0, 1)
    stored[SIGNATURE] = {"B": HMAC.sign("HmacSHA256", data)}
    with pytest.raises(SignatureVerificationError, match="accept_28_digit_numbers=True"):
        decrypt_dynamodb_item(stored, strict)
    accepting = config_of(OwnCipher(), OwnSigner(), accept_28_digit_numbers=True)
    assert decrypt_dynamodb_item(stored, accepting) == item


@pytest.mark.parametrize("returned", [None, "text", b"", 1])
def test_a_sign_that_returns_no_signature(returned: Any) -> None:
    class Broken(OwnSigner):
        def sign(self, algorithm: str, data: bytes) -> Any:
            return returned

    with pytest.raises(SigningError, match="Broken"):
        encrypt_dynamodb_item(WIRE, config_of(OwnCipher(), Broken()))


@pytest.mark.parametrize("returned", [None, "text", 1])
def test_a_cipher_that_returns_no_bytes(returned: Any) -> None:
    class Broken(OwnCipher):
        def encrypt(self, *args: Any, **kwargs: Any) -> Any:
            return returned

        def decrypt(self, *args: Any, **kwargs: Any) -> Any:
            return returned

    config = config_of(Broken(), OwnSigner())
    with pytest.raises(EncryptionError, match="Broken"):
        encrypt_dynamodb_item(WIRE, config)
    with pytest.raises(DecryptionError, match="Broken") as caught:
        decrypt_dynamodb_item(encrypt_dynamodb_item(WIRE, config_of(AES, HMAC)), config)
    assert caught.value.attribute in ("name", "age")


@pytest.mark.parametrize(
    "plaintext", [b"", b"\x00", b"\x00s\x00\x00\x00\x06secre", b"\x00s\x00\x00\x00\x01ab", b"\x00x"]
)
def test_a_cipher_that_returns_what_is_no_attribute(plaintext: bytes) -> None:
    class Broken(OwnCipher):
        def decrypt(self, *args: Any, **kwargs: Any) -> bytes:
            return plaintext

    stored = encrypt_dynamodb_item(WIRE, config_of(AES, HMAC))
    with pytest.raises(DynamodbEncryptionSdkError) as caught:
        decrypt_dynamodb_item(stored, config_of(Broken(), OwnSigner()))
    assert caught.value.attribute in ("name", "age")
    assert "id='p-1'" in str(caught.value)


def test_a_signed_attribute_that_is_to_be_decrypted_but_is_not_binary() -> None:
    # Signed by a client with the same key under other actions, which put text where ciphertext is expected.
    config = config_of(OwnCipher(), OwnSigner())
    stored = encrypt_dynamodb_item(WIRE, config)
    body = {
        **{name: value for name, value in stored.items() if name not in (SIGNATURE, DESCRIPTION)},
        "name": {"S": "x"},
    }
    actions = config.attribute_actions
    data = engine.string_to_sign(body, "patients", actions.default_action, actions.attribute_actions, 0, 0)
    forged = {**stored, "name": {"S": "x"}, SIGNATURE: {"B": HMAC.sign("HmacSHA256", data)}}
    for reader in (config, config_of(AES, HMAC)):
        with pytest.raises(DecryptionError) as caught:
            decrypt_dynamodb_item(forged, reader)
        assert caught.value.attribute == "name"


@pytest.mark.parametrize("mode", [None, "/CTR/NoPadding"])
def test_modes_are_judged_as_the_engine_does(mode: str | None) -> None:
    stored = encrypt_dynamodb_item(WIRE, config_of(AES, HMAC))
    description = {} if mode is None else {"amzn-ddb-map-sym-mode": mode}
    stored[DESCRIPTION] = {"B": engine.serialize_description(description)}
    cipher = OwnCipher()
    for reader in (config_of(cipher, OwnSigner()), config_of(AES, HMAC)):
        with pytest.raises(UnsupportedEncryptionModeError):
            decrypt_dynamodb_item(stored, reader)
    assert cipher.calls == []


@pytest.mark.parametrize("name", ["name", "note", "open"])
def test_values_that_dynamodb_cannot_store(name: str) -> None:
    config = config_of(OwnCipher(), OwnSigner())
    with pytest.raises(UnsupportedTypeError) as unsupported:
        encrypt_python_item({"id": "1", name: 1.5}, config)
    with pytest.raises(DuplicateSetMemberError) as duplicate:
        encrypt_dynamodb_item({"id": {"S": "1"}, name: {"NS": ["1", "1.0"]}}, config)
    for error in (unsupported.value, duplicate.value):
        assert error.attribute == name
        assert f"attribute '{name}': " in str(error)
        assert error.item_key is not None


def test_results_share_nothing_that_can_change() -> None:
    item: dict[str, Any] = {"id": {"S": "1"}, "note": {"L": [{"S": "a"}]}, "open": {"M": {"a": {"S": "b"}}}}
    config = config_of(OwnCipher(), OwnSigner())
    stored = encrypt_dynamodb_item(item, config)
    stored["note"]["L"].append({"S": "more"})
    stored["open"]["M"].clear()
    assert item["note"] == {"L": [{"S": "a"}]}
    assert item["open"] == {"M": {"a": {"S": "b"}}}
