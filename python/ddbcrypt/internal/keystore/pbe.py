# SPDX-License-Identifier: Apache-2.0
"""Password-based encryption and integrity of PKCS#12: PBES2 (RFC 8018) and the MAC of RFC 7292."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import DecryptionError, KeyStoreFormatError
from ddbcrypt.internal.keystore.der import INTEGER, OCTET_STRING, OID, SEQUENCE, DerReader, encode_oid

__all__ = ("decrypt_pbes2", "is_pbes2", "mac_fits")

_PBES2: Final = encode_oid("1.2.840.113549.1.5.13")
_PBKDF2: Final = encode_oid("1.2.840.113549.1.5.12")
_PBMAC1: Final = encode_oid("1.2.840.113549.1.5.14")
_PRFS: Final = {
    encode_oid("1.2.840.113549.2.7"): "sha1",
    encode_oid("1.2.840.113549.2.8"): "sha224",
    encode_oid("1.2.840.113549.2.9"): "sha256",
    encode_oid("1.2.840.113549.2.10"): "sha384",
    encode_oid("1.2.840.113549.2.11"): "sha512",
}
_CIPHER_BYTES: Final = {
    encode_oid("2.16.840.1.101.3.4.1.2"): 16,
    encode_oid("2.16.840.1.101.3.4.1.22"): 24,
    encode_oid("2.16.840.1.101.3.4.1.42"): 32,
}
_MAC_DIGESTS: Final = {
    encode_oid("1.3.14.3.2.26"): "sha1",
    encode_oid("2.16.840.1.101.3.4.2.4"): "sha224",
    encode_oid("2.16.840.1.101.3.4.2.1"): "sha256",
    encode_oid("2.16.840.1.101.3.4.2.2"): "sha384",
    encode_oid("2.16.840.1.101.3.4.2.3"): "sha512",
}
#: Some seconds of work; a file that asks for more is refused rather than obeyed.
_ITERATION_LIMIT: Final = 5_000_000
_IV_BYTES: Final = 16
_MAC_KEY: Final = 3


def is_pbes2(algorithm: bytes) -> bool:
    """Tell whether an AlgorithmIdentifier's content names PBES2."""
    return DerReader(algorithm).read(OID) == _PBES2


def decrypt_pbes2(algorithm: bytes, ciphertext: bytes, password: str) -> bytes | None:
    """Decrypt; None where the padding shows that the password is wrong, which it does not always.

    :raises KeyStoreFormatError: malformed, or of a cipher or a key derivation that is not read
    """
    fields = DerReader(algorithm)
    fields.read(OID)
    scheme = DerReader(fields.read(SEQUENCE))
    derivation = DerReader(scheme.read(SEQUENCE))
    if derivation.read(OID) != _PBKDF2:
        raise KeyStoreFormatError("the key store derives keys by another function than PBKDF2")
    cipher = DerReader(scheme.read(SEQUENCE))
    size = _CIPHER_BYTES.get(cipher.read(OID))
    if size is None:
        raise KeyStoreFormatError("the key store encrypts keys with another cipher than AES in CBC mode")
    iv = cipher.read(OCTET_STRING)
    if len(iv) != _IV_BYTES:
        raise KeyStoreFormatError("the key store is malformed: an IV has not 16 bytes")
    # Java and OpenSSL both take the password's UTF-8 here.
    key = _pbkdf2(DerReader(derivation.read(SEQUENCE)), password.encode("utf-8", "surrogatepass"), size)
    try:
        return _engine.Key("AES", key).decrypt("AES/CBC/PKCS5Padding", iv + ciphertext)
    except DecryptionError:
        return None


def _pbkdf2(parameters: DerReader, password: bytes, size: int) -> bytes:
    salt = parameters.read(OCTET_STRING)
    iterations = _iterations(parameters)
    if parameters.peek() == INTEGER:
        parameters.read_number()  # length of the key, which the cipher tells
    prf = "sha1"
    if not parameters.at_end():
        name = _PRFS.get(DerReader(parameters.read(SEQUENCE)).read(OID))
        if name is None:
            raise KeyStoreFormatError("the key store derives keys with a hash function that is not known")
        prf = name
    return hashlib.pbkdf2_hmac(prf, password, salt, iterations, size)


def mac_fits(mac_data: bytes, authenticated: bytes, password: str) -> bool:
    """Tell whether the MAC of a PKCS#12 file fits its content and the password.

    :raises KeyStoreFormatError: malformed, or of a kind that is not read
    """
    fields = DerReader(mac_data)
    digest_info = DerReader(fields.read(SEQUENCE))
    algorithm = DerReader(digest_info.read(SEQUENCE)).read(OID)
    if algorithm == _PBMAC1:
        raise KeyStoreFormatError("the key store's integrity is protected by PBMAC1, which is not read")
    digest = _MAC_DIGESTS.get(algorithm)
    if digest is None:
        raise KeyStoreFormatError("the key store's integrity is protected by a hash function that is not known")
    expected = digest_info.read(OCTET_STRING)
    salt = fields.read(OCTET_STRING)
    iterations = 1 if fields.at_end() else _iterations(fields)
    secret = password.encode("utf-16-be", "surrogatepass") + b"\0\0"
    key = _pkcs12_key(digest, secret, salt, iterations)
    return hmac.compare_digest(hmac.new(key, authenticated, digest).digest(), expected)


def _pkcs12_key(digest: str, password: bytes, salt: bytes, iterations: int) -> bytes:
    """Derive a MAC key by RFC 7292, appendix B.2. It is one digest long, so the first round is all there is."""
    hasher = hashlib.new(digest)
    block = hasher.block_size
    hasher.update(bytes((_MAC_KEY,)) * block + _repeated(salt, block) + _repeated(password, block))
    derived = hasher.digest()
    for _ in range(1, iterations):
        derived = hashlib.new(digest, derived).digest()
    return derived


def _repeated(data: bytes, block: int) -> bytes:
    """Repeat ``data`` to fill whole blocks."""
    size = -(-len(data) // block) * block
    return (data * (size // len(data) + 1))[:size] if data else b""


def _iterations(reader: DerReader) -> int:
    count = reader.read_number()
    if not 1 <= count <= _ITERATION_LIMIT:
        raise KeyStoreFormatError(f"the key store asks for {count} iterations: 1 to {_ITERATION_LIMIT} are carried out")
    return count
