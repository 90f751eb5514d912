# SPDX-License-Identifier: Apache-2.0
"""RSA keys for the unit tests, made once, in every encoding."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ddbcrypt import EncryptionKeyType, JceNameLocalDelegatedKey, KeyEncodingType

ENCODINGS = {KeyEncodingType.DER: serialization.Encoding.DER, KeyEncodingType.PEM: serialization.Encoding.PEM}
PADDINGS = (
    "RSA/ECB/PKCS1Padding",
    "RSA/ECB/OAEPWithSHA-1AndMGF1Padding",
    "RSA/ECB/OAEPWithSHA-256AndMGF1Padding",
    "RSA/ECB/OAEPWithSHA-384AndMGF1Padding",
    "RSA/ECB/OAEPWithSHA-512AndMGF1Padding",
)
SIGNATURES = ("SHA224withRSA", "SHA256withRSA", "SHA384withRSA", "SHA512withRSA")


def rsa_pair(bits: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    """A key pair, always the same one; another one for another ``number``."""
    return _pair(bits, number)


@cache
def _pair(bits: int, number: int) -> rsa.RSAPrivateKey:
    del number
    return rsa.generate_private_key(65537, bits)


def encoded(kind: EncryptionKeyType, encoding: KeyEncodingType, bits: int = 2048, number: int = 0) -> bytes:
    pair = rsa_pair(bits, number)
    if kind is EncryptionKeyType.PUBLIC:
        return pair.public_key().public_bytes(ENCODINGS[encoding], serialization.PublicFormat.SubjectPublicKeyInfo)
    return pair.private_bytes(ENCODINGS[encoding], serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def private_key(algorithm: str = "RSA", number: int = 0) -> JceNameLocalDelegatedKey:
    material = encoded(EncryptionKeyType.PRIVATE, KeyEncodingType.DER, number=number)
    return JceNameLocalDelegatedKey(material, algorithm, EncryptionKeyType.PRIVATE, KeyEncodingType.DER)


def public_key(algorithm: str = "RSA", number: int = 0) -> JceNameLocalDelegatedKey:
    material = encoded(EncryptionKeyType.PUBLIC, KeyEncodingType.DER, number=number)
    return JceNameLocalDelegatedKey(material, algorithm, EncryptionKeyType.PUBLIC, KeyEncodingType.DER)
