# SPDX-License-Identifier: Apache-2.0
"""Wrapped materials and their provider: what is written, what is read, and what the description may not choose."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ddbcrypt import (
    CryptographicMaterialsProvider,
    EncryptionContext,
    InvalidAlgorithmError,
    JceNameLocalDelegatedKey,
    UnwrappingError,
    WrappingError,
    _engine,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from ddbcrypt.materials.wrapped import WrappedCryptographicMaterials
from tests.unit.rsa_keys import PADDINGS, private_key, public_key
from tests.unit.support import AES, AES_BYTES, DESCRIPTION, HMAC, local_key, make_config

KEY, ALGORITHM, WRAPPING = "amzn-ddb-env-key", "amzn-ddb-env-alg", "amzn-ddb-wrap-alg"
OAEP256, PKCS1 = PADDINGS[2], PADDINGS[0]
ITEM = {"id": {"S": "1"}, "name": {"S": "Ada"}, "n": {"N": "38"}}


def provider(key: JceNameLocalDelegatedKey = AES, **options: Any) -> WrappedCryptographicMaterialsProvider:
    return WrappedCryptographicMaterialsProvider(HMAC, key, key, **options)


def encrypt(given: CryptographicMaterialsProvider) -> dict[str, Any]:
    return encrypt_dynamodb_item(ITEM, make_config(provider=given))


def decrypt(item: dict[str, Any], given: CryptographicMaterialsProvider) -> dict[str, Any]:
    return decrypt_dynamodb_item(item, make_config(provider=given))


def description_of(item: dict[str, Any]) -> dict[str, str]:
    return _engine.deserialize_description(item[DESCRIPTION]["B"])


def described(item: dict[str, Any], **changes: str | None) -> dict[str, Any]:
    """The item under a changed description: the names are the last parts of the entries', with _ for -."""
    description = description_of(item)
    for name, value in changes.items():
        full = f"amzn-ddb-{name.replace('_', '-')}"
        if value is None:
            description.pop(full)
        else:
            description[full] = value
    return {**item, DESCRIPTION: {"B": _engine.serialize_description(description)}}


@pytest.mark.parametrize("name", ["AES", "AESWrap", "RSA"])
def test_an_item_carries_its_own_data_key(name: str) -> None:
    key = private_key() if name == "RSA" else local_key(name, AES_BYTES)
    given = provider(key, material_description={"purpose": "tests"})
    first, second = encrypt(given), encrypt(given)
    description = description_of(first)
    assert description.pop(KEY) != description_of(second)[KEY]
    assert description == {
        "purpose": "tests",
        ALGORITHM: "AES/256",
        WRAPPING: OAEP256 if name == "RSA" else "AESWrap",
        "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding",
        "amzn-ddb-map-signingAlg": "HmacSHA256",
    }
    assert decrypt(first, given) == decrypt(second, given) == ITEM


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("content", ["AES", "AES/128", "AES/192", "AES/256"])
def test_configured_algorithms(padding: str, content: str) -> None:
    given = provider(private_key(), material_description={WRAPPING: padding, ALGORITHM: content})
    item = encrypt(given)
    description = description_of(item)
    assert (description[WRAPPING], description[ALGORITHM]) == (padding, content)
    wrapped = base64.b64decode(description[KEY])
    bits = int(content.partition("/")[2] or 256)
    assert len(private_key().engine_key.unwrap(padding, wrapped)) * 8 == bits
    assert decrypt(item, given) == ITEM
    # The Java client writes AES whatever the length is.
    assert decrypt(described(item, env_alg="AES"), given) == ITEM
    assert decrypt(described(item, env_alg=None), given) == ITEM


@pytest.mark.parametrize(
    ("configured", "written"),
    [
        (OAEP256, OAEP256.upper()),
        (PKCS1, "RSA"),
        ("RSA", PKCS1),
        (PADDINGS[1], "RSA/ECB/OAEPPadding"),
        (PADDINGS[1], "RSA/ECB/OAEPWithSHA1AndMGF1Padding"),
        ("rsa/ecb/oaepwithsha-512andmgf1padding", PADDINGS[4]),
    ],
)
def test_names_that_mean_the_same_are_one(configured: str, written: str) -> None:
    given = provider(private_key(), material_description={WRAPPING: configured})
    item = encrypt(given)
    assert description_of(item)[WRAPPING] == configured
    assert decrypt(described(item, wrap_alg=written), given) == ITEM
    # A description that names none, as old Java items, means the key's own name: "RSA", which is PKCS #1.
    unnamed = described(item, wrap_alg=None)
    if configured in ("RSA", PKCS1):
        assert decrypt(unnamed, given) == ITEM
    else:
        with pytest.raises(UnwrappingError):
            decrypt(unnamed, given)


def test_aes_means_key_wrap() -> None:
    assert decrypt(described(encrypt(provider()), wrap_alg="AES"), provider()) == ITEM


@pytest.mark.parametrize("configured", PADDINGS)
@pytest.mark.parametrize("named", [*PADDINGS, "RSA", "AESWrap", "", "RSA/ECB/NoPadding", "x" * 500])
def test_another_wrapping_algorithm_is_refused_before_unwrapping(configured: str, named: str) -> None:
    if named == configured or (named, configured) == ("RSA", PKCS1):
        return
    calls: list[str] = []

    class Watched(JceNameLocalDelegatedKey):
        def unwrap(self, algorithm: str, *arguments: Any, **named: Any) -> Any:
            calls.append(algorithm)
            return super().unwrap(algorithm, *arguments, **named)

    key = Watched(private_key().key, "RSA", private_key().key_type, private_key().key_encoding)
    given = provider(key, material_description={WRAPPING: configured})
    item = encrypt(given)
    with pytest.raises(UnwrappingError, match="accepted_wrapping_algorithms") as caught:
        decrypt(described(item, wrap_alg=named), given)
    assert calls == []
    assert len(str(caught.value)) < 500
    assert decrypt(item, given) == ITEM
    assert calls == [configured]


def test_older_wrapping_algorithms_from_a_list() -> None:
    old = provider(private_key(), material_description={WRAPPING: PKCS1})
    new = provider(private_key(), accepted_wrapping_algorithms=["RSA"])
    assert decrypt(encrypt(old), new) == ITEM
    assert description_of(encrypt(new))[WRAPPING] == OAEP256
    with pytest.raises(UnwrappingError):
        decrypt(encrypt(old), provider(private_key()))


def test_older_content_algorithms_from_a_list() -> None:
    old = encrypt(provider(material_description={ALGORITHM: "AES/128"}))
    new = provider(accepted_content_algorithms=("AES/128", "AES/192"))
    assert decrypt(old, new) == ITEM
    assert decrypt(described(old, env_alg="AES"), new) == ITEM
    assert description_of(encrypt(new))[ALGORITHM] == "AES/256"
    for named in ("AES/128", "AES/512", "AES/", "HmacSHA256", "DESede", ""):
        with pytest.raises(UnwrappingError, match="accepted_content_algorithms"):
            decrypt(described(old, env_alg=named), provider())


def test_the_context_chooses_when_writing() -> None:
    context = EncryptionContext(material_description={ALGORITHM: "AES/128", "more": "1", KEY: "of another item"})
    materials = provider(material_description={"own": "2"}).encryption_materials(context)
    description = dict(materials.material_description)
    assert len(base64.b64decode(description.pop(KEY))) == 24
    assert description == {ALGORITHM: "AES/128", "more": "1", "own": "2", WRAPPING: "AESWrap"}
    assert context.material_description[KEY] == "of another item"


def test_a_public_key_writes_what_the_private_key_reads() -> None:
    writer = WrappedCryptographicMaterialsProvider(HMAC, wrapping_key=public_key())
    reader = WrappedCryptographicMaterialsProvider(HMAC, unwrapping_key=private_key())
    item = encrypt(writer)
    assert decrypt(item, reader) == ITEM
    with pytest.raises(UnwrappingError, match="no unwrapping key"):
        decrypt(item, writer)
    with pytest.raises(WrappingError, match="no wrapping key"):
        encrypt(reader)


def test_an_item_without_a_data_key() -> None:
    item = described(encrypt(provider()), env_key=None)
    with pytest.raises(UnwrappingError, match="holds no wrapped data key"):
        decrypt(item, provider())


@pytest.mark.parametrize(
    ("key", "options"),
    [
        (AES, {"material_description": {WRAPPING: PKCS1}}),
        (AES, {"accepted_wrapping_algorithms": [OAEP256]}),
        (AES, {"material_description": {ALGORITHM: "AES/512"}}),
        (AES, {"material_description": {ALGORITHM: "DESede"}}),
        (AES, {"accepted_content_algorithms": ["HmacSHA256"]}),
        (HMAC, {}),
        (local_key("AESWrap", AES_BYTES), {"material_description": {WRAPPING: "RSA"}}),
    ],
)
def test_a_wrong_configuration_is_refused_at_once(key: JceNameLocalDelegatedKey, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidAlgorithmError):
        provider(key, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"signing_key": None},
        {"wrapping_key": AES_BYTES},
        {"unwrapping_key": "key"},
        {"material_description": {"a": 1}},
        {"material_description": []},
        {"accepted_wrapping_algorithms": "RSA"},
        {"accepted_content_algorithms": [128]},
        {"accepted_content_algorithms": None},
    ],
)
def test_arguments_of_wrong_types(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        WrappedCryptographicMaterialsProvider(**{"signing_key": HMAC, **options})


def test_the_configuration_is_copied_and_compares() -> None:
    description = {"a": "1"}
    given = provider(material_description=description)
    description["a"] = "2"
    assert description_of(encrypt(given))["a"] == "1"
    assert given == provider(material_description={"a": "1"})
    assert given != provider()
    assert given != provider(material_description={"a": "1"}, accepted_content_algorithms=["AES/128"])
    assert given != AES
    assert AES_BYTES.hex() not in repr(given)
    assert "'a': '1'" in repr(given)


def test_materials_made_and_read_by_hand() -> None:
    made = WrappedCryptographicMaterials(HMAC, wrapping_key=private_key(), material_description={WRAPPING: PKCS1})
    assert made.signing_key is made.verification_key is HMAC
    assert made.encryption_key is made.decryption_key
    read = WrappedCryptographicMaterials(
        HMAC,
        unwrapping_key=private_key(),
        material_description=made.material_description,
        accepted_wrapping_algorithms=[PKCS1],
    )
    assert read.decryption_key == made.encryption_key
    assert read.material_description == made.material_description
    with pytest.raises(UnwrappingError, match="accepted_wrapping_algorithms"):
        WrappedCryptographicMaterials(
            HMAC, unwrapping_key=private_key(), material_description=made.material_description
        )
    assert made == made
    assert made != read


@pytest.mark.parametrize("data_key", ["", "!", "AAAA", "AAAAA", "A" * 56, "é"])
def test_materials_by_hand_say_that_the_data_key_does_not_unwrap(data_key: str) -> None:
    with pytest.raises(UnwrappingError, match="^the data key of the item does not unwrap$"):
        WrappedCryptographicMaterials(HMAC, unwrapping_key=AES, material_description={KEY: data_key})


def test_materials_by_hand_without_the_key_that_is_needed() -> None:
    with pytest.raises(WrappingError, match="no wrapping key"):
        WrappedCryptographicMaterials(HMAC, unwrapping_key=AES)
    with pytest.raises(UnwrappingError, match="no unwrapping key"):
        WrappedCryptographicMaterials(HMAC, wrapping_key=AES, material_description={KEY: "AAAA"})
