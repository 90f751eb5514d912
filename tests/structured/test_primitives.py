# SPDX-License-Identifier: Apache-2.0
"""The primitives that keyrings take from the engine, against ``cryptography``."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode

from ddbcrypt import _engine
from ddbcrypt.exceptions import (
    DecryptionError,
    InvalidArgumentError,
    InvalidKeyError,
    JceTransformationError,
    UnwrappingError,
    WrappingError,
)

DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "SHA1": hashes.SHA1(),  # noqa: S303 - one of the keyring's paddings
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}


@pytest.mark.parametrize("size", [16, 24, 32])
@pytest.mark.parametrize("length", [0, 1, 16, 33, 5000])
def test_gcm(size: int, length: int) -> None:
    key, iv, aad, plaintext = bytes(range(size)), bytes(12), b"context", bytes(length)
    sealed = _engine.gcm_seal(key, iv, aad, plaintext)
    assert sealed == AESGCM(key).encrypt(iv, plaintext, aad)
    assert _engine.gcm_open(key, iv, aad, sealed) == plaintext
    for changed in (
        (key, iv, b"contexu", sealed),
        (key, iv, aad, sealed[:-1]),
        (key, iv, aad, sealed[:15]),
        (key, iv, aad, b""),
        (key, bytes([1]) + iv[1:], aad, sealed),
        (bytes(size), iv, aad, sealed),
    ):
        with pytest.raises(DecryptionError):
            _engine.gcm_open(*changed)


def test_gcm_takes_keys_and_ivs_of_its_sizes() -> None:
    with pytest.raises(InvalidKeyError, match="16, 24 or 32 bytes, not 31"):
        _engine.gcm_seal(bytes(31), bytes(12), b"", b"")
    with pytest.raises(InvalidArgumentError, match="12 bytes, not 16"):
        _engine.gcm_open(bytes(32), bytes(16), b"", bytes(16))


@pytest.mark.parametrize("salt", [b"", b"salt", bytes(200)])
@pytest.mark.parametrize("size", [1, 32, 64, 65, 1024])
def test_hkdf(salt: bytes, size: int) -> None:
    expected = HKDF(hashes.SHA512(), size, salt or None, b"info").derive(b"material")
    assert _engine.hkdf_sha512(b"material", salt, b"info", size) == expected


@pytest.mark.parametrize("size", [1, 32, 64, 70])
def test_counter_kdf(size: int) -> None:
    kdf = KBKDFHMAC(
        hashes.SHA256(), Mode.CounterMode, size, 4, 4, CounterLocation.BeforeFixed, b"label", b"context", None
    )
    assert _engine.kdf_ctr_sha256(bytes(32), b"label", b"context", size) == kdf.derive(bytes(32))


@pytest.mark.parametrize("function", [_engine.hkdf_sha512, _engine.kdf_ctr_sha256])
@pytest.mark.parametrize("size", [0, 1025, 1 << 40])
def test_kdfs_are_bounded(function: object, size: int) -> None:
    with pytest.raises(InvalidArgumentError):
        function(b"key", b"", b"", size)  # type: ignore[operator]
    with pytest.raises(InvalidArgumentError):
        function(b"", b"", b"", 32)  # type: ignore[operator]


def test_random() -> None:
    assert len(_engine.structured_random(0)) == 0
    assert len({_engine.structured_random(32) for _ in range(100)}) == 100
    with pytest.raises(InvalidArgumentError):
        _engine.structured_random(65537)


def test_ecdsa_keys() -> None:
    pairs = [_engine.ecdsa_p384_generate() for _ in range(8)]
    assert len(set(pairs)) == 8
    for private_key, point in pairs:
        key = serialization.load_der_private_key(private_key, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        assert isinstance(key.curve, ec.SECP384R1)
        formats = serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        assert key.public_key().public_bytes(*formats) == point


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("encoding", [serialization.Encoding.DER, serialization.Encoding.PEM])
@pytest.mark.parametrize("name", DIGESTS)
def test_rsa_oaep(rsa_key: rsa.RSAPrivateKey, name: str, encoding: serialization.Encoding) -> None:
    digest = DIGESTS[name]
    scheme = padding.OAEP(padding.MGF1(digest), digest, None)
    public = rsa_key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = rsa_key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    padding_name = f"OAEP_{name}_MGF1"
    assert rsa_key.decrypt(_engine.rsa_encrypt(public, padding_name, b"key"), scheme) == b"key"
    sealed = rsa_key.public_key().encrypt(b"key", scheme)
    assert _engine.rsa_decrypt(private, padding_name, sealed) == b"key"
    with pytest.raises(UnwrappingError):
        _engine.rsa_decrypt(private, padding_name, sealed[:-1])
    with pytest.raises(WrappingError):
        _engine.rsa_encrypt(public, padding_name, bytes(250))
    with pytest.raises(InvalidKeyError):
        _engine.rsa_decrypt(public, padding_name, sealed)


def test_rsa_pkcs1_and_unknown_paddings(rsa_key: rsa.RSAPrivateKey) -> None:
    public = rsa_key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    sealed = _engine.rsa_encrypt(public, "PKCS1", b"key")
    assert rsa_key.decrypt(sealed, padding.PKCS1v15()) == b"key"
    for name in ("", "OAEP", "RSA/ECB/PKCS1Padding"):
        with pytest.raises(JceTransformationError):
            _engine.rsa_encrypt(public, name, b"key")
