# SPDX-License-Identifier: Apache-2.0
"""Java's own key store format, JKS: private keys and certificates.

Its protection is weak by today's measure, a stream of SHA-1 digests for the keys and one digest over all, so
``keytool`` warns about it; it is read here because the Java client's key stores were of this kind by default.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from ddbcrypt.exceptions import KeyStoreFormatError, KeyStorePasswordError
from ddbcrypt.internal.keystore.der import OCTET_STRING, OID, SEQUENCE, DerReader, encode_oid
from ddbcrypt.internal.keystore.entries import Entry, KeyStore, certificate_key

__all__ = ("read_jks",)

_MAGIC_BYTES: Final = 4
_VERSIONS: Final = (1, 2)
_PRIVATE_KEY: Final = 1
_CERTIFICATE: Final = 2
_DATE_BYTES: Final = 8
_DIGEST_BYTES: Final = 20
_WHITENER: Final = b"Mighty Aphrodite"
_PROTECTION: Final = encode_oid("1.3.6.1.4.1.42.2.17.1.1")


def read_jks(data: bytes, password: str) -> KeyStore:
    """Read a JKS file.

    :raises KeyStoreFormatError: truncated or malformed
    :raises KeyStorePasswordError: the password is wrong, or the file was altered
    """
    reader = _Reader(data[:-_DIGEST_BYTES])
    reader.take(_MAGIC_BYTES)
    version = reader.number(4)
    if version not in _VERSIONS:
        raise KeyStoreFormatError(f"the key store is of JKS version {version}: versions 1 and 2 are read")
    entries: dict[str, Entry] = {}
    for _ in range(reader.number(4)):
        kind = reader.number(4)
        # Java's modified UTF-8 differs for NUL and beyond U+FFFF, which a name of an alias will hardly have.
        alias = reader.take(reader.number(2)).decode("utf-8", "replace").lower()
        reader.take(_DATE_BYTES)
        if kind == _PRIVATE_KEY:
            entries[alias] = Entry(alias, decrypt=_decryption(alias, reader.take(reader.number(4))))
            for _ in range(reader.number(4)):
                _read_certificate(reader, version)
        elif kind == _CERTIFICATE:
            entries[alias] = Entry(alias, public_key=certificate_key(_read_certificate(reader, version)))
        else:
            raise KeyStoreFormatError(f"the key store is malformed: there is an entry of kind {kind}")
    if not reader.at_end():
        raise KeyStoreFormatError("the key store is malformed: other bytes follow its entries")
    # After the structure, so that a truncated file is not taken for one with another password.
    digest = _sha1(password.encode("utf-16-be", "surrogatepass") + _WHITENER + data[:-_DIGEST_BYTES])
    if not hmac.compare_digest(digest, data[-_DIGEST_BYTES:]):
        raise KeyStorePasswordError("the password of the key store is wrong, or the file was altered")
    return KeyStore(entries)


def _read_certificate(reader: _Reader, version: int) -> bytes:
    if version > 1:
        reader.take(reader.number(2))  # type of the certificate, X.509
    return reader.take(reader.number(4))


def _decryption(alias: str, encrypted: bytes) -> Callable[[str], bytes]:
    return lambda password: _decrypt(alias, encrypted, password)


def _decrypt(alias: str, encrypted: bytes, password: str) -> bytes:
    fields = DerReader(DerReader(encrypted).read(SEQUENCE))
    if DerReader(fields.read(SEQUENCE)).read(OID) != _PROTECTION:
        raise KeyStoreFormatError(f"key store entry {alias!r} is protected by an algorithm that JKS does not have")
    protected = fields.read(OCTET_STRING)
    secret = password.encode("utf-16-be", "surrogatepass")
    digest, body, check = (
        protected[:_DIGEST_BYTES],
        protected[_DIGEST_BYTES:-_DIGEST_BYTES],
        protected[-_DIGEST_BYTES:],
    )
    stream = bytearray()
    while len(stream) < len(body):
        digest = _sha1(secret + digest)
        stream += digest
    key = bytes(a ^ b for a, b in zip(body, stream, strict=False))
    if not hmac.compare_digest(_sha1(secret + key), check):
        raise KeyStorePasswordError(f"the password of key store entry {alias!r} is wrong, or the file was altered")
    return key


def _sha1(data: bytes) -> bytes:
    # The format's own choice; nothing new is protected with it.
    return hashlib.sha1(data, usedforsecurity=False).digest()


class _Reader:
    """Reads big-endian numbers and runs of bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def at_end(self) -> bool:
        return self._position == len(self._data)

    def take(self, size: int) -> bytes:
        end = self._position + size
        if end > len(self._data):
            raise KeyStoreFormatError("the key store is truncated")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")
