# SPDX-License-Identifier: Apache-2.0
"""JceNameLocalDelegatedKey: which keys it takes, what it does with them, and that they do not get out."""

from __future__ import annotations

import copy
import hashlib
import hmac
import logging
import pickle
import weakref
from typing import Any

import pytest

from ddbcrypt import (
    DecryptionError,
    DelegatedKey,
    EncryptionError,
    EncryptionKeyType,
    InvalidAlgorithmError,
    InvalidKeyError,
    JceNameLocalDelegatedKey,
    JceTransformationError,
    KeyEncodingType,
    SignatureVerificationError,
    UnwrappingError,
    WrappingError,
    _engine,
)
from ddbcrypt.pickling import allow_secrets
from tests.unit.support import AES, AES_BYTES, HMAC, HMAC_BYTES, local_key

HMACS = ("HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512")
CBC = "AES/CBC/PKCS5Padding"
WRAP = local_key("AESWrap", AES_BYTES)
RAW_KEY = (EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)


@pytest.mark.parametrize("size", [16, 24, 32])
def test_aes_key(size: int) -> None:
    key = local_key("AES", AES_BYTES[:size])
    assert key.algorithm == "AES"
    assert key.key == AES_BYTES[:size]
    assert key.allowed_for_raw_materials
    ciphertext = key.encrypt(CBC, "name", b"plaintext")
    assert len(ciphertext) == 32
    assert key.encrypt(algorithm=CBC, name="name", plaintext=b"plaintext") != ciphertext, "the IV was not random"
    assert key.decrypt(algorithm=CBC, name="name", ciphertext=ciphertext) == b"plaintext"


@pytest.mark.parametrize("algorithm", HMACS)
@pytest.mark.parametrize("size", [1, 16, 200, 1024])
def test_hmac_key(algorithm: str, size: int) -> None:
    material = bytes(range(256)) * 4
    key = local_key(algorithm, material[:size])
    expected = hmac.new(material[:size], b"data", f"sha{algorithm[-3:]}").digest()
    assert key.sign(algorithm=algorithm, data=b"data") == expected
    key.verify(algorithm=algorithm, signature=expected, data=b"data")
    assert key.signing_algorithm() == key.algorithm == algorithm
    assert not key.allowed_for_raw_materials


@pytest.mark.parametrize("signature", [b"", b"\0" * 32, HMAC.sign("HmacSHA256", b"data")[:-1]])
def test_a_signature_that_does_not_fit(signature: bytes) -> None:
    with pytest.raises(SignatureVerificationError):
        HMAC.verify("HmacSHA256", signature, b"data")


@pytest.mark.parametrize(
    "transformation", ["AES/CBC/PKCS5Padding", "AES/CBC/NoPadding", "AES/CTR/NoPadding", "AES/CTR/PKCS5Padding"]
)
def test_transformations(transformation: str) -> None:
    plaintext = bytes(48)
    ciphertext = AES.encrypt(transformation, "a", plaintext)
    assert AES.decrypt(transformation, "a", ciphertext) == plaintext
    assert len(ciphertext) == 16 + (64 if "PKCS5" in transformation else 48)


@pytest.mark.parametrize(
    "transformation", ["AES", "AES/ECB/PKCS5Padding", "AES/GCM/NoPadding", "AES/CBC/OAEP", "aes/cbc/pkcs5padding", ""]
)
def test_unknown_transformations(transformation: str) -> None:
    with pytest.raises(JceTransformationError):
        AES.encrypt(transformation, "a", b"")
    with pytest.raises(JceTransformationError):
        AES.decrypt(transformation, "a", bytes(32))


def test_a_partial_block_without_padding() -> None:
    with pytest.raises(EncryptionError):
        AES.encrypt("AES/CBC/NoPadding", "a", b"partial")


@pytest.mark.parametrize("ciphertext", [b"", bytes(15), bytes(16), bytes(31), bytes(33)])
def test_malformed_ciphertext(ciphertext: bytes) -> None:
    with pytest.raises(DecryptionError):
        AES.decrypt(CBC, "a", ciphertext)


@pytest.mark.parametrize(
    ("key", "call"),
    [
        (HMAC, lambda key: key.encrypt(CBC, "a", b"")),
        (HMAC, lambda key: key.decrypt(CBC, "a", bytes(32))),
        (AES, lambda key: key.sign("AES", b"")),
        (AES, lambda key: key.verify("AES", b"", b"")),
        (AES, lambda key: key.signing_algorithm()),
        (HMAC, lambda key: key.wrap("AESWrap", bytes(16))),
        (HMAC, lambda key: key.unwrap("AESWrap", bytes(24), "AES", EncryptionKeyType.SYMMETRIC)),
        (WRAP, lambda key: key.encrypt(CBC, "a", b"")),
        (WRAP, lambda key: key.decrypt(CBC, "a", bytes(32))),
        (WRAP, lambda key: key.sign("AESWrap", b"")),
    ],
)
def test_what_a_key_cannot_do(key: JceNameLocalDelegatedKey, call: Any) -> None:
    with pytest.raises(NotImplementedError, match="JceNameLocalDelegatedKey"):
        call(key)


def test_a_key_is_for_its_own_algorithm_only() -> None:
    with pytest.raises(InvalidAlgorithmError, match="HmacSHA256.*HmacSHA512"):
        HMAC.sign("HmacSHA512", b"")
    with pytest.raises(InvalidAlgorithmError):
        HMAC.verify("HmacSHA512", b"", b"")


@pytest.mark.parametrize("key", [AES, WRAP])
@pytest.mark.parametrize("size", [16, 24, 32, 64])
def test_wrap_and_unwrap(key: JceNameLocalDelegatedKey, size: int) -> None:
    content = bytes(range(size))
    wrapped = key.wrap(algorithm="AESWrap", content_key=content)
    assert len(wrapped) == size + 8
    unwrapped = key.unwrap("AESWrap", wrapped, "HmacSHA256", EncryptionKeyType.SYMMETRIC)
    assert unwrapped == local_key("HmacSHA256", content)


def test_key_wrap_gives_what_its_specification_says() -> None:
    # RFC 3394, section 4.6: 256 bits of key data with a 256-bit key.
    key = local_key("AESWrap", bytes(range(32)))
    content = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    expected = "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
    assert key.wrap("AESWrap", content).hex() == expected


@pytest.mark.parametrize("size", [0, 8, 15, 17, 33, 4104])
def test_lengths_that_key_wrap_does_not_take(size: int) -> None:
    with pytest.raises(WrappingError):
        AES.wrap("AESWrap", bytes(size))


_WRAPPED = AES.wrap("AESWrap", bytes(32))


@pytest.mark.parametrize(
    ("wrapped", "algorithm"),
    [
        (b"", "AES"),
        (bytes(24), "AES"),
        (_WRAPPED[:-1], "AES"),
        (_WRAPPED[:-8], "AES"),
        (_WRAPPED + bytes(8), "AES"),
        (bytes((_WRAPPED[0] ^ 1,)) + _WRAPPED[1:], "AES"),
        (AES.wrap("AESWrap", bytes(40)), "AES"),
    ],
)
def test_whatever_is_wrong_with_a_wrapped_key_gives_one_error(wrapped: bytes, algorithm: str) -> None:
    with pytest.raises(UnwrappingError) as caught:
        AES.unwrap("AESWrap", wrapped, algorithm, EncryptionKeyType.SYMMETRIC)
    assert caught.value.args == ("the wrapped key does not unwrap with this key and algorithm",)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("kind", [EncryptionKeyType.PRIVATE, EncryptionKeyType.PUBLIC])
def test_only_symmetric_keys_are_unwrapped(kind: EncryptionKeyType) -> None:
    with pytest.raises(UnwrappingError, match="SYMMETRIC"):
        AES.unwrap("AESWrap", _WRAPPED, "AES", kind)


def test_wrapping_algorithms_that_are_not_the_keys() -> None:
    with pytest.raises(InvalidAlgorithmError, match="RSA"):
        AES.wrap("RSA/ECB/PKCS1Padding", bytes(32))
    with pytest.raises(InvalidAlgorithmError, match="RSA"):
        AES.unwrap("RSA", _WRAPPED, "AES", EncryptionKeyType.SYMMETRIC)
    with pytest.raises(JceTransformationError):
        AES.wrap("DESedeWrap", bytes(32))
    with pytest.raises(JceTransformationError):
        AES.unwrap("AESWrap", _WRAPPED, "DESede", EncryptionKeyType.SYMMETRIC)


def test_a_key_whose_bytes_stay_in_the_engine() -> None:
    key = JceNameLocalDelegatedKey.from_engine_key(_engine.Key.derive("AES", bytes(32), b"info", 16))
    assert (key.algorithm, key.key_type, key.key_encoding) == ("AES", *RAW_KEY)
    assert key.decrypt(CBC, "a", key.encrypt(CBC, "a", b"plaintext")) == b"plaintext"
    assert key == key
    assert key != JceNameLocalDelegatedKey.from_engine_key(_engine.Key.derive("AES", bytes(32), b"info", 16))
    assert key != AES
    assert {key: 1}[key] == 1
    with pytest.raises(AttributeError, match="stay"):
        _ = key.key
    with allow_secrets(), pytest.raises(TypeError, match="never pickles"):
        pickle.dumps(key)


@pytest.mark.parametrize("size", [0, 15, 17, 31, 33, 64])
def test_aes_keys_of_wrong_length(size: int) -> None:
    with pytest.raises(InvalidKeyError):
        local_key("AES", bytes(size))
    with pytest.raises(ValueError, match="."):
        local_key("AES", bytes(size))


@pytest.mark.parametrize("algorithm", HMACS)
@pytest.mark.parametrize("size", [0, 1025])
def test_hmac_keys_of_wrong_length(algorithm: str, size: int) -> None:
    with pytest.raises(InvalidKeyError):
        local_key(algorithm, bytes(size))


@pytest.mark.parametrize(
    "algorithm", ["DSA", "aeswrap", "SHA1withRSA", "MD5withRSA", "HmacMD5", "hmacsha256", "aes", ""]
)
def test_unknown_algorithms(algorithm: str) -> None:
    with pytest.raises(JceTransformationError, match="AES, AESWrap, RSA, HmacSHA224") as caught:
        local_key(algorithm, bytes(32))
    assert f'"{algorithm}"' in str(caught.value)
    with pytest.raises(JceTransformationError):
        JceNameLocalDelegatedKey.generate(algorithm, 256)


@pytest.mark.parametrize("algorithm", ["AES", "HmacSHA256"])
@pytest.mark.parametrize(
    ("key_type", "encoding"),
    [
        (EncryptionKeyType.PRIVATE, KeyEncodingType.RAW),
        (EncryptionKeyType.PUBLIC, KeyEncodingType.DER),
        (EncryptionKeyType.SYMMETRIC, KeyEncodingType.DER),
        (EncryptionKeyType.SYMMETRIC, KeyEncodingType.PEM),
    ],
)
def test_wrong_type_or_encoding(algorithm: str, key_type: EncryptionKeyType, encoding: KeyEncodingType) -> None:
    with pytest.raises(InvalidKeyError, match=f"{key_type.name} in {encoding.name}"):
        JceNameLocalDelegatedKey(bytes(32), algorithm, key_type, encoding)


@pytest.mark.parametrize(
    "arguments",
    [
        ("0" * 32, "AES", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW),
        (bytearray(32), "AES", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW),
        (bytes(32), b"AES", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW),
        (bytes(32), "AES", "SYMMETRIC", KeyEncodingType.RAW),
        (bytes(32), "AES", EncryptionKeyType.SYMMETRIC, "RAW"),
    ],
)
def test_arguments_of_wrong_types(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        JceNameLocalDelegatedKey(*arguments)


@pytest.mark.parametrize(("algorithm", "bits"), [("AES", 128), ("AES", 192), ("AES", 256), ("HmacSHA512", 512)])
def test_generate(algorithm: str, bits: int) -> None:
    key = JceNameLocalDelegatedKey.generate(algorithm, bits)
    assert (len(key.key) * 8, key.algorithm) == (bits, algorithm)
    assert key != JceNameLocalDelegatedKey.generate(algorithm, bits)


@pytest.mark.parametrize("algorithm", ["AES", "AESWrap", *HMACS])
def test_generate_without_a_length(algorithm: str) -> None:
    assert len(JceNameLocalDelegatedKey.generate(algorithm).key) == 32


@pytest.mark.parametrize(
    ("algorithm", "bits"),
    [("AES", 0), ("AES", 64), ("AES", 257), ("AES", 512), ("AES", -128), ("HmacSHA256", 127), ("HmacSHA256", 0),
     ("HmacSHA256", 8200)],
)  # fmt: skip
def test_generate_with_a_length_that_does_not_fit(algorithm: str, bits: int) -> None:
    with pytest.raises(InvalidKeyError, match=str(bits)):
        JceNameLocalDelegatedKey.generate(algorithm, bits)


@pytest.mark.parametrize("bits", [True, 256.0, "256"])
def test_generate_with_a_length_of_wrong_type(bits: Any) -> None:
    with pytest.raises(TypeError):
        JceNameLocalDelegatedKey.generate("AES", bits)


@pytest.mark.parametrize(("bits", "warned"), [(64, True), (120, True), (128, False), (256, False)])
def test_short_hmac_keys_are_warned_about(caplog: pytest.LogCaptureFixture, bits: int, warned: bool) -> None:
    with caplog.at_level(logging.DEBUG, logger="ddbcrypt"):
        key = JceNameLocalDelegatedKey.generate("HmacSHA256", bits)
    records = [record for record in caplog.records if record.name == "ddbcrypt"]
    assert len(records) == (1 if warned else 0)
    for record in records:
        assert record.levelno == logging.WARNING
        assert f"{bits} bits" in record.getMessage()
        assert key.key.hex() not in record.getMessage()


def test_the_key_does_not_show() -> None:
    key = local_key("AES", b"sixteen letters!")
    for text in (repr(key), str(key), f"{key}"):
        assert "sixteen" not in text
        assert "AES" in text


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_key_does_not_pickle_by_itself(protocol: int) -> None:
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(AES, protocol)


def test_copies_are_the_key_itself() -> None:
    assert copy.copy(AES) is AES
    assert copy.deepcopy({"key": AES})["key"] is AES


def test_equality() -> None:
    assert AES == local_key("AES", AES_BYTES)
    assert hash(AES) == hash(local_key("AES", AES_BYTES))
    assert AES != local_key("AES", bytes(32))
    assert local_key("HmacSHA256", HMAC_BYTES) != local_key("HmacSHA512", HMAC_BYTES)
    assert AES != AES_BYTES


def test_the_key_is_immutable_but_can_be_referred_to_weakly() -> None:
    with pytest.raises(AttributeError):
        AES.key = bytes(32)  # type: ignore[misc]
    with pytest.raises(AttributeError):
        AES.other = 1  # type: ignore[attr-defined]
    assert weakref.ref(AES)() is AES


def test_a_subclass_keeps_what_it_overrides() -> None:
    class Counting(JceNameLocalDelegatedKey):
        signed = 0

        def sign(self, algorithm: str, data: bytes) -> bytes:
            self.signed += 1
            return super().sign(algorithm, data)

    key = Counting(HMAC_BYTES, "HmacSHA256", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)
    assert key.sign("HmacSHA256", b"") == hmac.new(HMAC_BYTES, b"", hashlib.sha256).digest()
    assert key.signed == 1
    assert isinstance(Counting.generate("AES", 128), Counting)
    assert key != HMAC


class Bare(DelegatedKey):
    """Only what a delegated key must have."""

    @property
    def algorithm(self) -> str:
        return "bare"


@pytest.mark.parametrize(
    "call",
    [
        lambda key: key.encrypt("a", "n", b""),
        lambda key: key.decrypt("a", "n", b""),
        lambda key: key.wrap("a", b""),
        lambda key: key.unwrap("a", b"", "AES", EncryptionKeyType.SYMMETRIC),
        lambda key: key.sign("a", b""),
        lambda key: key.verify("a", b"", b""),
        lambda key: key.signing_algorithm(),
        lambda key: key.generate("a", 1),
    ],
)
def test_the_base_class_supports_nothing(call: Any) -> None:
    assert not Bare().allowed_for_raw_materials
    with pytest.raises(NotImplementedError, match="Bare"):
        call(Bare())


def test_the_base_class_needs_an_algorithm() -> None:
    with pytest.raises(TypeError):
        DelegatedKey()  # type: ignore[abstract]
