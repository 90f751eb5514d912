# SPDX-License-Identifier: Apache-2.0
"""Keys of a wrong length, type, encoding or algorithm. No message shows key bytes."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from ddbcrypt import _engine, exceptions
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.identifiers import CryptoAction, EncryptionKeyType, KeyEncodingType
from ddbcrypt.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from tests.interop.ours import case_of, config_for, key
from tests.strategies import HMAC_NAMES

ENCRYPT = CryptoAction.ENCRYPT_AND_SIGN
SYMMETRIC, RAW = EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW


def material(size: int) -> bytes:
    return (b"s3cret-k3y" * (size // 10 + 1))[:size]


@pytest.mark.parametrize("size", [0, 1, 8, 15, 17, 23, 25, 31, 33, 48, 64, 256])
def test_an_aes_key_of_wrong_length(size: int) -> None:
    with pytest.raises(exceptions.InvalidKeyError) as refusal:
        key("AES", material(size))
    assert isinstance(refusal.value, ValueError)
    assert "16, 24 or 32" in str(refusal.value) or "128, 192 or 256" in str(refusal.value)
    assert "s3cret" not in str(refusal.value)
    with pytest.raises(exceptions.InvalidKeyError):
        _engine.Key("AES", material(size))


@pytest.mark.parametrize("algorithm", HMAC_NAMES)
@pytest.mark.parametrize("size", [0, 1025, 100_000])
def test_an_hmac_key_of_wrong_length(algorithm: str, size: int) -> None:
    with pytest.raises(exceptions.InvalidKeyError) as refusal:
        key(algorithm, material(size))
    assert "s3cret" not in str(refusal.value)


def test_a_short_hmac_key_works_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "ddbcrypt"):
        key("HmacSHA256", material(15))
    assert "128" in caplog.text
    assert "s3cret" not in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING, "ddbcrypt"):
        key("HmacSHA256", material(16))
    assert caplog.text == ""


@pytest.mark.parametrize(
    "algorithm", ["", "aes", "AES/CBC", "DES", "HmacMD5", "HmacSHA1", "HMACSHA256", "AES\0", "caf\ud83d"]
)
def test_an_unknown_algorithm(algorithm: str) -> None:
    with pytest.raises(exceptions.JceTransformationError):
        key(algorithm, material(32))
    with pytest.raises(exceptions.DynamodbEncryptionSdkError):
        _engine.Key(algorithm, material(32))


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        (EncryptionKeyType.PRIVATE, RAW),
        (EncryptionKeyType.PUBLIC, RAW),
        (SYMMETRIC, KeyEncodingType.DER),
        (SYMMETRIC, KeyEncodingType.PEM),
    ],
)
@pytest.mark.parametrize("algorithm", ["AES", "HmacSHA256"])
def test_a_key_of_wrong_type_or_encoding(algorithm: str, kind: EncryptionKeyType, encoding: KeyEncodingType) -> None:
    with pytest.raises(exceptions.InvalidKeyError):
        JceNameLocalDelegatedKey(material(32), algorithm, kind, encoding)


@pytest.mark.parametrize("raw", [None, "s3cret-k3y" * 3 + "s3", 32, [1] * 32, bytearray(32), memoryview(bytes(32))])
def test_key_material_that_is_no_bytes(raw: Any) -> None:
    with pytest.raises(TypeError) as refusal:
        JceNameLocalDelegatedKey(raw, "AES", SYMMETRIC, RAW)
    assert "s3cret" not in str(refusal.value)


def test_an_hmac_key_cannot_encrypt_nor_an_aes_key_sign() -> None:
    signing, encryption = key("HmacSHA256", material(32)), key("AES", material(32))
    for materials in (RawEncryptionMaterials, RawDecryptionMaterials):
        with pytest.raises(ValueError, match="raw materials"):
            materials(signing, signing)
    for wrong in (_engine.Key("HmacSHA256", material(32)), None, b"key", object()):
        with pytest.raises((exceptions.DynamodbEncryptionSdkError, TypeError)):
            _engine.encrypt_item({"a": {"S": "x"}}, True, "t", ENCRYPT, {}, wrong, signing.engine_key, {}, 0)
    for wrong in (_engine.Key("AES", material(32)), None, b"key", object()):
        with pytest.raises((exceptions.DynamodbEncryptionSdkError, TypeError)):
            _engine.encrypt_item({"a": {"S": "x"}}, True, "t", ENCRYPT, {}, encryption.engine_key, wrong, {}, 0)


@pytest.mark.parametrize(
    "transformation",
    ["", "AES", "AES/CBC", "AES/ECB/NoPadding", "AES/GCM/NoPadding", "DES/CBC/PKCS5Padding", "aes/cbc/pkcs5padding"],
)
def test_a_transformation_that_there_is_not(transformation: str) -> None:
    aes = key("AES", material(32))
    with pytest.raises(exceptions.JceTransformationError):
        aes.encrypt(transformation, "name", b"plaintext")
    with pytest.raises(exceptions.JceTransformationError):
        aes.decrypt(transformation, "name", bytes(32))


def test_materials_without_an_encryption_key() -> None:
    stored = encrypt_dynamodb_item({"a": {"S": "s3cret"}}, config_for(case_of({})))
    config = config_for(case_of({}, encryption_key=None))
    with pytest.raises(exceptions.EncryptionError) as unwritten:
        encrypt_dynamodb_item({"a": {"S": "s3cret"}}, config)
    assert "s3cret" not in str(unwritten.value)
    with pytest.raises(exceptions.DecryptionError):
        decrypt_dynamodb_item(stored, config)


def test_no_repr_shows_a_key() -> None:
    case = case_of({}, encryption_key=material(32), signing_key=material(40))
    config = config_for(case)
    parts = [config, config.materials_provider, config.encryption_materials(), config.decryption_materials()]
    parts += [config.encryption_materials().signing_key, config.encryption_materials().encryption_key]
    for part in parts:
        assert "s3cret" not in repr(part)
        assert "s3cret" not in str(part)
    assert "s3cret" not in repr(_engine.Key("AES", material(32)))
