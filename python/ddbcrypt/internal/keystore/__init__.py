# SPDX-License-Identifier: Apache-2.0
"""Readers of key store files: PKCS#12 and Java's JKS.

Own readers, because no library that is still kept up reads JKS, and the libraries for PKCS#12 give one private key of a
file and no secret keys, where a key store of the Java client holds an encryption key and a signing key.
"""

from __future__ import annotations

from typing import Final

from ddbcrypt.exceptions import KeyStoreFormatError
from ddbcrypt.internal.keystore.entries import Entry, KeyStore
from ddbcrypt.internal.keystore.jks import read_jks
from ddbcrypt.internal.keystore.pkcs12 import read_pkcs12

__all__ = ("Entry", "KeyStore", "read_key_store")

_JKS_MAGIC: Final = b"\xfe\xed\xfe\xed"
_JCEKS_MAGIC: Final = b"\xce\xce\xce\xce"
_SEQUENCE: Final = b"\x30"
#: Far more than any key store has; what is read is held in memory several times over.
_SIZE_LIMIT: Final = 16 * 1024 * 1024


def read_key_store(data: bytes, password: str) -> KeyStore:
    """Read a key store file and check its integrity; private and secret keys stay encrypted until they are asked for.

    :param data: content of the file
    :param password: password of the store
    :raises KeyStoreFormatError: neither PKCS#12 nor JKS, truncated, malformed, or with an algorithm that is not read
    :raises KeyStorePasswordError: the password is wrong, or the file was altered
    """
    if len(data) > _SIZE_LIMIT:
        raise KeyStoreFormatError(f"the file has {len(data)} bytes: key stores of up to {_SIZE_LIMIT} bytes are read")
    if data.startswith(_JKS_MAGIC):
        return read_jks(data, password)
    if data.startswith(_JCEKS_MAGIC):
        raise KeyStoreFormatError(
            "the file is a JCEKS key store, which holds serialised Java objects: convert it with "
            "keytool -importkeystore -srcstoretype jceks -deststoretype pkcs12"
        )
    if data.startswith(_SEQUENCE):
        return read_pkcs12(data, password)
    raise KeyStoreFormatError("the file is neither a PKCS#12 nor a JKS key store" if data else "the file is empty")
