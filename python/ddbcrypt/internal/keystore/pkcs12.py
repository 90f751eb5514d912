# SPDX-License-Identifier: Apache-2.0
"""PKCS#12 key stores (RFC 7292), as ``keytool`` and OpenSSL write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ddbcrypt.exceptions import KeyStoreFormatError, KeyStorePasswordError
from ddbcrypt.internal.keystore.der import BMP_STRING, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, DerReader, encode_oid
from ddbcrypt.internal.keystore.entries import Entry, KeyStore, certificate_key
from ddbcrypt.internal.keystore.legacy import decrypt_legacy_key, legacy_certificates
from ddbcrypt.internal.keystore.pbe import decrypt_pbes2, is_pbes2, mac_fits

__all__ = ("read_pkcs12",)

_EXPLICIT: Final = 0xA0
_IMPLICIT_OCTETS: Final = 0x80
_VERSION: Final = 3
_DATA: Final = encode_oid("1.2.840.113549.1.7.1")
_ENCRYPTED_DATA: Final = encode_oid("1.2.840.113549.1.7.6")
_KEY_BAG: Final = encode_oid("1.2.840.113549.1.12.10.1.1")
_SHROUDED_KEY_BAG: Final = encode_oid("1.2.840.113549.1.12.10.1.2")
_CERTIFICATE_BAG: Final = encode_oid("1.2.840.113549.1.12.10.1.3")
_SECRET_BAG: Final = encode_oid("1.2.840.113549.1.12.10.1.5")
_X509: Final = encode_oid("1.2.840.113549.1.9.22.1")
_FRIENDLY_NAME: Final = encode_oid("1.2.840.113549.1.9.20")


class _Bag(NamedTuple):
    kind: bytes
    value: DerReader
    alias: str


def read_pkcs12(data: bytes, password: str) -> KeyStore:
    """Read a PKCS#12 file. A private or secret key goes before a certificate of the same alias.

    :raises KeyStoreFormatError: truncated, malformed, or with an algorithm that is not read
    :raises KeyStorePasswordError: the password is wrong, or the file was altered
    """
    outer = DerReader(data)
    fields = DerReader(outer.read(SEQUENCE))
    if not outer.at_end():
        raise KeyStoreFormatError("the key store is malformed: other bytes follow it")
    if fields.peek() != INTEGER or fields.read_number() != _VERSION:
        raise KeyStoreFormatError("the file is no PKCS#12 key store of version 3")
    kind, content = _content_info(fields.read(SEQUENCE))
    if kind != _DATA:
        raise KeyStoreFormatError("the key store is signed with a certificate instead of protected by a password")
    authenticated = content.read(OCTET_STRING)
    if fields.at_end():
        raise KeyStoreFormatError("the key store has no MAC: anyone could have altered it")
    if not mac_fits(fields.read(SEQUENCE), authenticated, password):
        raise KeyStorePasswordError("the password of the key store is wrong, or the file was altered")

    certificates: dict[str, Entry] = {}
    keys: dict[str, Entry] = {}
    for safe in _safes(data, authenticated, password):
        if isinstance(safe, dict):
            certificates.update({alias: Entry(alias, public_key=key) for alias, key in safe.items()})
            continue
        for bag in _bags(safe):
            entry = _entry(bag)
            if entry is not None:
                (certificates if entry.decrypt is None else keys)[entry.alias] = entry
    return KeyStore({**certificates, **keys})


def _safes(data: bytes, authenticated: bytes, password: str) -> Iterator[bytes | dict[str, bytes]]:
    """Give the SafeContents; for one in an old encryption, its certificates' keys by alias."""
    infos = DerReader(DerReader(authenticated).read(SEQUENCE))
    while not infos.at_end():
        kind, content = _content_info(infos.read(SEQUENCE))
        if kind == _DATA:
            yield content.read(OCTET_STRING)
        elif kind == _ENCRYPTED_DATA:
            encrypted = DerReader(content.read(SEQUENCE))
            encrypted.read(INTEGER)
            inner = DerReader(encrypted.read(SEQUENCE))
            inner.read(OID)
            algorithm = inner.read(SEQUENCE)
            if is_pbes2(algorithm):
                plaintext = decrypt_pbes2(algorithm, inner.read(_IMPLICIT_OCTETS), password)
                if plaintext is None:
                    raise KeyStorePasswordError("the password does not decrypt the key store's certificates")
                yield plaintext
            else:
                yield legacy_certificates(data, password)
        else:
            raise KeyStoreFormatError("the key store has a part that is encrypted for a certificate")


def _bags(safe: bytes) -> Iterator[_Bag]:
    bags = DerReader(DerReader(safe).read(SEQUENCE))
    while not bags.at_end():
        fields = DerReader(bags.read(SEQUENCE))
        kind = fields.read(OID)
        value = DerReader(fields.read(_EXPLICIT))
        yield _Bag(kind, value, "" if fields.at_end() else _alias(fields.read(SET)))


def _alias(attributes: bytes) -> str:
    reader = DerReader(attributes)
    while not reader.at_end():
        attribute = DerReader(reader.read(SEQUENCE))
        if attribute.read(OID) == _FRIENDLY_NAME:
            return DerReader(attribute.read(SET)).read(BMP_STRING).decode("utf-16-be", "replace").lower()
    return ""


def _entry(bag: _Bag) -> Entry | None:
    """Make an entry of a bag; None for what has no alias or is neither key nor certificate."""
    if bag.kind == _CERTIFICATE_BAG:
        fields = DerReader(bag.value.read(SEQUENCE))
        if not bag.alias or fields.read(OID) != _X509:
            return None
        certificate = DerReader(fields.read(_EXPLICIT)).read(OCTET_STRING)
        return Entry(bag.alias, public_key=certificate_key(certificate))
    if bag.kind == _KEY_BAG:
        return Entry(bag.alias, decrypt=_unprotected(bag.value.read_whole(SEQUENCE)))
    if bag.kind == _SHROUDED_KEY_BAG:
        return Entry(bag.alias, decrypt=_decryption(bag.alias, bag.value.read_whole(SEQUENCE), secret=False))
    if bag.kind == _SECRET_BAG:
        fields = DerReader(bag.value.read(SEQUENCE))
        if fields.read(OID) != _SHROUDED_KEY_BAG:
            return None
        encrypted = DerReader(fields.read(_EXPLICIT)).read(OCTET_STRING)
        return Entry(bag.alias, decrypt=_decryption(bag.alias, encrypted, secret=True), secret=True)
    return None


def _unprotected(info: bytes) -> Callable[[str], bytes]:
    def decrypt(password: str) -> bytes:
        return info

    return decrypt


def _decryption(alias: str, encrypted: bytes, *, secret: bool) -> Callable[[str], bytes]:
    return lambda password: _decrypt(alias, encrypted, password, secret=secret)


def _decrypt(alias: str, encrypted: bytes, password: str, *, secret: bool) -> bytes:
    """Decrypt an EncryptedPrivateKeyInfo."""
    fields = DerReader(DerReader(encrypted).read(SEQUENCE))
    algorithm = fields.read(SEQUENCE)
    if is_pbes2(algorithm):
        info = decrypt_pbes2(algorithm, fields.read(OCTET_STRING), password)
    else:
        info = decrypt_legacy_key(encrypted, password, secret=secret)
    # A wrong password gives right padding now and then, but hardly the head of a PrivateKeyInfo as well.
    if info is None or not _is_private_key_info(info):
        raise KeyStorePasswordError(f"the password of key store entry {alias!r} is wrong")
    return info


def _is_private_key_info(info: bytes) -> bool:
    try:
        outer = DerReader(info)
        fields = DerReader(outer.read(SEQUENCE))
        fields.read(INTEGER)
        fields.read(SEQUENCE)
        fields.read(OCTET_STRING)
    except KeyStoreFormatError:
        return False
    return outer.at_end()


def _content_info(content: bytes) -> tuple[bytes, DerReader]:
    fields = DerReader(content)
    return fields.read(OID), DerReader(fields.read(_EXPLICIT))
