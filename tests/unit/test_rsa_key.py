# SPDX-License-Identifier: Apache-2.0
"""JceNameLocalDelegatedKey with RSA: what loads and what does not, and what either half of a pair can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from ddbcrypt import (
    DecryptionError,
    EncryptionError,
    EncryptionKeyType,
    InvalidAlgorithmError,
    InvalidKeyError,
    JceNameLocalDelegatedKey,
    JceTransformationError,
    KeyEncodingType,
    SignatureVerificationError,
    SigningError,
    UnwrappingError,
    WrappingError,
)
from tests.unit.rsa_keys import PADDINGS, SIGNATURES, encoded, private_key, public_key, rsa_pair

PRIVATE, PUBLIC, SYMMETRIC = EncryptionKeyType.PRIVATE, EncryptionKeyType.PUBLIC, EncryptionKeyType.SYMMETRIC
DER, PEM, RAW = KeyEncodingType.DER, KeyEncodingType.PEM, KeyEncodingType.RAW
OAEP = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"


def oaep(digest: hashes.HashAlgorithm) -> padding.OAEP:
    return padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=digest, label=None)  # noqa: S303


OTHERS: dict[str, padding.AsymmetricPadding] = dict(
    zip(
        PADDINGS,
        (
            padding.PKCS1v15(),
            oaep(hashes.SHA1()),  # noqa: S303
            oaep(hashes.SHA256()),
            oaep(hashes.SHA384()),
            oaep(hashes.SHA512()),
        ),
        strict=True,
    )
)


@pytest.mark.parametrize("transformation", PADDINGS)
def test_paddings_are_those_of_another_implementation(transformation: str) -> None:
    ours = private_key()
    theirs = rsa_pair()
    encrypted = theirs.public_key().encrypt(b"0123456789abcdef", OTHERS[transformation])
    assert ours.decrypt(transformation, "name", encrypted) == b"0123456789abcdef"
    assert ours.unwrap(transformation, encrypted, "AES", SYMMETRIC).key == b"0123456789abcdef"
    for key in (ours, public_key()):
        assert theirs.decrypt(key.encrypt(transformation, "name", b"text"), OTHERS[transformation]) == b"text"
        assert theirs.decrypt(key.wrap(transformation, bytes(32)), OTHERS[transformation]) == bytes(32)


@pytest.mark.parametrize("algorithm", SIGNATURES)
def test_signatures_are_those_of_another_implementation(algorithm: str) -> None:
    digest = getattr(hashes, algorithm[:6])()
    ours = private_key(algorithm)
    rsa_pair().public_key().verify(ours.sign(algorithm, b"data"), b"data", padding.PKCS1v15(), digest)
    signature = rsa_pair().sign(b"data", padding.PKCS1v15(), digest)
    for key in (ours, public_key(algorithm)):
        key.verify(algorithm, signature, b"data")
        for wrong in (b"", signature[:-1], signature + b"\0", bytes(256)):
            with pytest.raises(SignatureVerificationError):
                key.verify(algorithm, wrong, b"data")
        with pytest.raises(SignatureVerificationError):
            key.verify(algorithm, signature, b"date")
        assert key.signing_algorithm() == key.algorithm == algorithm
        assert not key.allowed_for_raw_materials


def test_the_bare_name_is_pkcs1() -> None:
    assert rsa_pair().decrypt(public_key().wrap("RSA", b"key"), padding.PKCS1v15()) == b"key"


@pytest.mark.parametrize("kind", [PRIVATE, PUBLIC])
@pytest.mark.parametrize("encoding", [DER, PEM])
@pytest.mark.parametrize("algorithm", ["RSA", "SHA512withRSA"])
def test_encodings(kind: EncryptionKeyType, encoding: KeyEncodingType, algorithm: str) -> None:
    material = encoded(kind, encoding)
    key = JceNameLocalDelegatedKey(material, algorithm, kind, encoding)
    assert (key.key, key.algorithm, key.key_type, key.key_encoding) == (material, algorithm, kind, encoding)
    assert material.hex() not in repr(key)
    same = JceNameLocalDelegatedKey(material, algorithm, kind, encoding)
    assert key == same
    assert hash(key) == hash(same)


def test_a_private_key_in_its_older_form() -> None:
    material = rsa_pair().private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    key = JceNameLocalDelegatedKey(material, "RSA", PRIVATE, DER)
    assert key.unwrap(OAEP, public_key().wrap(OAEP, bytes(16)), "AES", SYMMETRIC).key == bytes(16)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: public_key().decrypt(OAEP, "a", bytes(256)), NotImplementedError),
        (lambda: public_key().unwrap(OAEP, bytes(256), "AES", SYMMETRIC), NotImplementedError),
        (lambda: public_key().sign("RSA", b""), NotImplementedError),
        (lambda: public_key().signing_algorithm(), NotImplementedError),
        (lambda: private_key("SHA256withRSA").wrap(OAEP, bytes(16)), NotImplementedError),
        (lambda: private_key("SHA256withRSA").encrypt(OAEP, "a", bytes(16)), NotImplementedError),
        (lambda: public_key("SHA256withRSA").sign("SHA256withRSA", b""), SigningError),
        (lambda: private_key("SHA256withRSA").sign("SHA512withRSA", b""), InvalidAlgorithmError),
        (lambda: private_key().encrypt("AES/CBC/PKCS5Padding", "a", b""), InvalidAlgorithmError),
        (lambda: private_key().wrap("AESWrap", bytes(16)), InvalidAlgorithmError),
        (lambda: private_key().wrap("RSA/ECB/NoPadding", bytes(16)), JceTransformationError),
        (lambda: private_key().encrypt(OAEP, "a", bytes(191)), EncryptionError),
        (lambda: private_key().wrap(OAEP, bytes(191)), WrappingError),
    ],
)
def test_what_a_key_cannot_do(call: Callable[[], Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        call()


@pytest.mark.parametrize("transformation", PADDINGS)
def test_whatever_is_wrong_with_a_wrapped_key_gives_one_error(transformation: str) -> None:
    key = private_key()
    good = key.wrap(transformation, bytes(16))
    foreign = [
        bytes(256),
        good[:100] + bytes((good[100] ^ 1,)) + good[101:],
        private_key(number=1).wrap(transformation, bytes(16)),
    ]
    texts = set()
    for wrapped in (b"", good[:-1], good + b"\0", key.wrap(transformation, bytes(17)), *foreign):
        try:
            unwrapped = key.unwrap(transformation, wrapped, "AES", SYMMETRIC)
        except UnwrappingError as error:
            texts.add(str(error))
        else:
            # Foreign bytes may end up as a PKCS #1 padding; libcrypto from 3.2 on even makes up a key of any length.
            assert transformation == PADDINGS[0]
            assert wrapped in foreign
            assert unwrapped.key != bytes(16)
        if len(wrapped) != len(good):
            with pytest.raises(DecryptionError):
                key.decrypt(transformation, "a", wrapped)
    assert len(texts) == 1


def _elliptic() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _protected() -> bytes:
    return rsa_pair().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
    )


@pytest.mark.parametrize(
    ("material", "kind", "encoding", "text"),
    [
        (lambda: encoded(PUBLIC, DER), PRIVATE, DER, "a private one is needed"),
        (lambda: encoded(PUBLIC, PEM), PRIVATE, PEM, "a private one is needed"),
        (lambda: encoded(PRIVATE, DER), PUBLIC, DER, "a public one is expected"),
        (lambda: encoded(PRIVATE, DER)[:-1], PRIVATE, DER, "truncated"),
        (lambda: encoded(PRIVATE, PEM)[:400], PRIVATE, PEM, "truncated"),
        (lambda: encoded(PRIVATE, DER) + b"x", PRIVATE, DER, "other bytes"),
        (lambda: encoded(PRIVATE, PEM), PRIVATE, DER, "not an RSA private key in DER"),
        (lambda: b"", PRIVATE, DER, "no bytes"),
        (lambda: encoded(PRIVATE, DER, 1024), PRIVATE, DER, "not 1024"),
        (lambda: encoded(PUBLIC, PEM, 1024), PUBLIC, PEM, "not 1024"),
        (_elliptic, PRIVATE, DER, "another algorithm"),
        (_protected, PRIVATE, PEM, "password"),
        (lambda: encoded(PRIVATE, DER), SYMMETRIC, RAW, "SYMMETRIC in RAW"),
        (lambda: encoded(PRIVATE, DER), PRIVATE, RAW, "PRIVATE in RAW"),
    ],
)
def test_bad_key_files_each_say_what_is_wrong(
    material: Callable[[], bytes], kind: EncryptionKeyType, encoding: KeyEncodingType, text: str
) -> None:
    with pytest.raises(InvalidKeyError, match=text):
        JceNameLocalDelegatedKey(material(), "RSA", kind, encoding)


@pytest.mark.parametrize("algorithm", ["RSA", "SHA256withRSA"])
def test_generate(algorithm: str) -> None:
    key = JceNameLocalDelegatedKey.generate(algorithm)
    assert (key.algorithm, key.key_type, key.key_encoding) == (algorithm, PRIVATE, DER)
    loaded = serialization.load_der_private_key(key.key, None)
    assert getattr(loaded, "key_size", 0) == 2048
    assert key != JceNameLocalDelegatedKey.generate(algorithm, 2048)


@pytest.mark.parametrize("bits", [0, 512, 1024, 2047, 8193, 1_000_000])
def test_generate_with_a_length_that_does_not_fit(bits: int) -> None:
    with pytest.raises(InvalidKeyError, match=f"2048 to 8192 bits, not {bits}"):
        JceNameLocalDelegatedKey.generate("RSA", bits)
