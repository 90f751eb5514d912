# SPDX-License-Identifier: Apache-2.0
"""The old encryptions of PKCS#12, triple DES and RC2, through the ``cryptography`` package where it is installed.

Java wrote them by default up to 2021, OpenSSL up to version 1.1. ddbcrypt does not bring these ciphers itself.
"""

from __future__ import annotations

from ddbcrypt.exceptions import KeyStoreFormatError
from ddbcrypt.internal.keystore.entries import certificate_key

__all__ = ("decrypt_legacy_key", "legacy_certificates")

_ADVICE = (
    "convert the key store with keytool -importkeystore -deststoretype pkcs12 of a current Java, or install the "
    "package cryptography (ddbcrypt[keystore])"
)


def decrypt_legacy_key(encrypted: bytes, password: str, *, secret: bool) -> bytes | None:
    """Decrypt an EncryptedPrivateKeyInfo; None where it does not decrypt.

    :raises KeyStoreFormatError: it is a secret key, which the package does not read, or the package is not installed
    """
    if secret:
        raise KeyStoreFormatError(f"the secret key is protected by triple DES or RC2: {_ADVICE.partition(',')[0]}")
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError:
        raise _not_installed() from None
    try:
        key = serialization.load_der_private_key(encrypted, password.encode())
    except (TypeError, ValueError):
        return None
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def legacy_certificates(data: bytes, password: str) -> dict[str, bytes]:
    """Give the public keys of a PKCS#12 file's certificates by alias; empty where they do not decrypt.

    :raises KeyStoreFormatError: the package is not installed
    """
    try:
        from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
    except ImportError:
        raise _not_installed() from None
    try:
        store = pkcs12.load_pkcs12(data, password.encode())
    except ValueError as error:
        raise KeyStoreFormatError("the key store's certificates are in an encryption that is not read") from error
    found: dict[str, bytes] = {}
    for certificate in (store.cert, *store.additional_certs):
        if certificate is not None and certificate.friendly_name is not None:
            alias = certificate.friendly_name.decode("utf-8", "replace").lower()
            found[alias] = certificate_key(certificate.certificate.public_bytes(Encoding.DER))
    return found


def _not_installed() -> KeyStoreFormatError:
    return KeyStoreFormatError(f"the key store is protected by triple DES or RC2: {_ADVICE}")
