# SPDX-License-Identifier: Apache-2.0
"""What a key store holds, and keys made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.exceptions import InvalidKeyError, KeyStoreAliasError
from ddbcrypt.identifiers import EncryptionKeyType, KeyEncodingType
from ddbcrypt.internal.keystore.der import INTEGER, OCTET_STRING, OID, SEQUENCE, DerReader, encode_oid

__all__ = ("Entry", "KeyStore", "certificate_key")

_RSA: Final = encode_oid("1.2.840.113549.1.1.1")
#: Algorithm of a secret key in PKCS#12, as Java writes it, to its JCE name.
_SECRET_ALGORITHMS: Final = {
    encode_oid("2.16.840.1.101.3.4.1"): "AES",
    encode_oid("1.2.840.113549.2.8"): "HmacSHA224",
    encode_oid("1.2.840.113549.2.9"): "HmacSHA256",
    encode_oid("1.2.840.113549.2.10"): "HmacSHA384",
    encode_oid("1.2.840.113549.2.11"): "HmacSHA512",
}
_VERSION: Final = 0xA0


class Entry(NamedTuple):
    """One entry.

    ``decrypt`` takes the password of the key and gives a PKCS#8 PrivateKeyInfo, which holds a secret key too where
    ``secret`` is true. It is None for a certificate, whose public key is ``public_key``, a SubjectPublicKeyInfo.
    """

    alias: str
    decrypt: Callable[[str], bytes] | None = None
    secret: bool = False
    public_key: bytes = b""

    def key(self, password: str, rsa_algorithm: str) -> JceNameLocalDelegatedKey:
        """Make a key of the entry. A private key holds its public key.

        :param password: password of the key
        :param rsa_algorithm: what an RSA key is to be for: ``RSA``, ``SHA256withRSA``, ...
        :raises KeyStorePasswordError: the password is wrong
        :raises InvalidKeyError: the key is of an algorithm that items do not use, or RSA of fewer than 2,048 bits
        """
        try:
            if self.decrypt is None:
                _require_rsa(DerReader(DerReader(self.public_key).read(SEQUENCE)).read(SEQUENCE))
                return JceNameLocalDelegatedKey(
                    self.public_key, rsa_algorithm, EncryptionKeyType.PUBLIC, KeyEncodingType.DER
                )
            info = self.decrypt(password)
            fields = DerReader(DerReader(info).read(SEQUENCE))
            fields.read(INTEGER)
            algorithm = fields.read(SEQUENCE)
            if not self.secret:
                _require_rsa(algorithm)
                return JceNameLocalDelegatedKey(info, rsa_algorithm, EncryptionKeyType.PRIVATE, KeyEncodingType.DER)
            name = _SECRET_ALGORITHMS.get(DerReader(algorithm).read(OID))
            if name is None:
                known = ", ".join(_SECRET_ALGORITHMS.values())
                raise InvalidKeyError(f"the secret key is of another algorithm than {known}")
            raw = fields.read(OCTET_STRING)
            return JceNameLocalDelegatedKey(raw, name, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)
        except InvalidKeyError as error:
            error.args = (f"key store entry {self.alias!r}: {error.args[0]}",)
            raise


class KeyStore:
    """The entries of a file. Aliases are without regard to case, as Java's are."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = dict(entries)

    def entry(self, alias: str) -> Entry:
        """Find an entry.

        :raises KeyStoreAliasError: there is none
        """
        try:
            return self._entries[alias.lower()]
        except KeyError:
            known = ", ".join(map(repr, sorted(self._entries))) or "none"
            raise KeyStoreAliasError(f"the key store has no entry {alias!r}; it has {known}") from None


def certificate_key(certificate: bytes) -> bytes:
    """Take the SubjectPublicKeyInfo out of an X.509 certificate, which is not validated: trust is the key store's.

    :raises KeyStoreFormatError: malformed
    """
    fields = DerReader(DerReader(DerReader(certificate).read(SEQUENCE)).read(SEQUENCE))
    if fields.peek() == _VERSION:
        fields.read(_VERSION)
    fields.read(INTEGER)  # serial number
    for _ in ("signature", "issuer", "validity", "subject"):
        fields.read(SEQUENCE)
    return fields.read_whole(SEQUENCE)


def _require_rsa(algorithm: bytes) -> None:
    if DerReader(algorithm).read(OID) != _RSA:
        raise InvalidKeyError("the key is of another algorithm than RSA")
