# SPDX-License-Identifier: Apache-2.0
"""A delegated key in local memory, whose algorithm goes by its name in the Java Cryptography Extension (JCE)."""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Container
from typing import Any, Final, NoReturn

from ddbcrypt import _engine
from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.exceptions import InvalidAlgorithmError, InvalidKeyError, JceTransformationError
from ddbcrypt.identifiers import LOGGER_NAME, EncryptionKeyType, KeyEncodingType
from ddbcrypt.internal.identifiers import MINIMUM_HMAC_BITS
from ddbcrypt.internal.validate import require_instance

__all__ = ("JceNameLocalDelegatedKey",)

_LOGGER = logging.getLogger(LOGGER_NAME)

#: Algorithm to the key lengths that it takes, in bits.
_KEY_BITS: Final[dict[str, Container[int]]] = {
    "AES": (128, 192, 256),
    "HmacSHA224": range(8, 8193, 8),
    "HmacSHA256": range(8, 8193, 8),
    "HmacSHA384": range(8, 8193, 8),
    "HmacSHA512": range(8, 8193, 8),
}
_DEFAULT_BITS: Final = 256


class JceNameLocalDelegatedKey(DelegatedKey):
    """A raw symmetric key: ``AES`` to encrypt and decrypt, ``HmacSHA224/256/384/512`` to sign and verify.

    It is immutable, and safe to share between threads; copies of it are the object itself. It does not pickle, so that
    no key gets into a file or another process by accident. No method makes a network call.

    :param bytes key: key material. AES: 16, 24 or 32 bytes. HMAC: 1 to 1,024 bytes, of which under 16 are warned about
    :param str algorithm: name as above
    :param EncryptionKeyType key_type: ``SYMMETRIC``
    :param KeyEncodingType key_encoding: ``RAW``
    :raises JceTransformationError: algorithm unknown
    :raises InvalidKeyError: length, type or encoding do not fit the algorithm (also a ``ValueError``)
    :raises TypeError: an argument is of another type
    """

    __slots__ = ("__weakref__", "_algorithm", "_key", "_key_encoding", "_key_type", "engine_key")

    #: The key in the engine; for ddbcrypt's own use.
    engine_key: _engine.Key

    def __init__(self, key: bytes, algorithm: str, key_type: EncryptionKeyType, key_encoding: KeyEncodingType) -> None:
        require_instance("key", key, bytes)
        _key_bits(algorithm)
        require_instance("key_type", key_type, EncryptionKeyType)
        require_instance("key_encoding", key_encoding, KeyEncodingType)
        if key_type is not EncryptionKeyType.SYMMETRIC or key_encoding is not KeyEncodingType.RAW:
            raise InvalidKeyError(
                f"{algorithm} takes a key of type SYMMETRIC in encoding RAW, not {key_type.name} in {key_encoding.name}"
            )
        self.engine_key = _engine.Key(algorithm, key)
        self._key = bytes(key)
        self._algorithm = algorithm
        self._key_type = key_type
        self._key_encoding = key_encoding
        bits = len(key) * 8
        if algorithm != "AES" and bits < MINIMUM_HMAC_BITS:
            _LOGGER.warning("%s key of %d bits is unsafe: use at least %d bits", algorithm, bits, MINIMUM_HMAC_BITS)

    @classmethod
    def generate(cls, algorithm: str, key_length: int | None = None) -> JceNameLocalDelegatedKey:
        """Make a new key out of the operating system's random bytes.

        :param algorithm: ``AES`` or ``HmacSHA224/256/384/512``
        :param key_length: length in bits; 256 where it is None. AES: 128, 192 or 256. HMAC: whole bytes, 8 to 8,192
        :raises JceTransformationError: algorithm unknown
        :raises InvalidKeyError: length does not fit the algorithm
        """
        allowed = _key_bits(algorithm)
        bits = _DEFAULT_BITS if key_length is None else key_length
        if isinstance(bits, bool) or not isinstance(bits, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f'"key_length" must be int or None, not {type(bits).__name__}')
        if bits not in allowed:
            lengths = "128, 192 or 256 bits" if algorithm == "AES" else "8 to 8192 bits in steps of 8"
            raise InvalidKeyError(f"{algorithm} takes keys of {lengths}, not {bits}")
        return cls(os.urandom(bits // 8), algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)

    @property
    def key(self) -> bytes:
        """The key material. Unlike the engine's copy of it, it is not wiped when the object dies."""
        return self._key

    @property
    def algorithm(self) -> str:
        """Name of the key's algorithm."""
        return self._algorithm

    @property
    def allowed_for_raw_materials(self) -> bool:
        """Whether raw materials may encrypt attributes with this key: true for AES."""
        return self._algorithm == "AES"

    def encrypt(
        self, algorithm: str, name: str, plaintext: bytes, additional_associated_data: dict[str, str] | None = None
    ) -> bytes:
        """Encrypt under a random IV of 16 bytes, which the result begins with. AES keys only.

        :param algorithm: ``AES/CBC/`` or ``AES/CTR/`` with ``PKCS5Padding`` or ``NoPadding``
        :param name: not used
        :param plaintext: what to encrypt; for ``AES/CBC/NoPadding`` a multiple of 16 bytes
        :param additional_associated_data: not used
        :raises JceTransformationError: any other transformation
        :raises EncryptionError: partial block without padding
        :raises NotImplementedError: not an AES key
        """
        if self._algorithm != "AES":
            return super().encrypt(algorithm, name, plaintext, additional_associated_data)
        return self.engine_key.encrypt(algorithm, plaintext)

    def decrypt(
        self, algorithm: str, name: str, ciphertext: bytes, additional_associated_data: dict[str, str] | None = None
    ) -> bytes:
        """Decrypt what :meth:`encrypt` gave. AES keys only. It verifies nothing.

        :param algorithm: as for :meth:`encrypt`
        :param name: not used
        :param ciphertext: IV of 16 bytes and ciphertext
        :param additional_associated_data: not used
        :raises JceTransformationError: any other transformation
        :raises DecryptionError: the one error of every malformed ciphertext
        :raises NotImplementedError: not an AES key
        """
        if self._algorithm != "AES":
            return super().decrypt(algorithm, name, ciphertext, additional_associated_data)
        return self.engine_key.decrypt(algorithm, ciphertext)

    def sign(self, algorithm: str, data: bytes) -> bytes:
        """HMAC of ``data``. HMAC keys only.

        :param algorithm: the key's own algorithm
        :param data: what to sign
        :raises InvalidAlgorithmError: another algorithm than the key's
        :raises NotImplementedError: not an HMAC key
        """
        if self._algorithm == "AES":
            return super().sign(algorithm, data)
        self._check_own(algorithm)
        return self.engine_key.sign(data)

    def verify(self, algorithm: str, signature: bytes, data: bytes) -> None:
        """Compare ``signature`` with the HMAC of ``data`` in constant time. HMAC keys only.

        :param algorithm: the key's own algorithm
        :param signature: signature to check
        :param data: what was signed
        :raises SignatureVerificationError: it does not fit
        :raises InvalidAlgorithmError: another algorithm than the key's
        :raises NotImplementedError: not an HMAC key
        """
        if self._algorithm == "AES":
            super().verify(algorithm, signature, data)
            return
        self._check_own(algorithm)
        self.engine_key.verify(signature, data)

    def signing_algorithm(self) -> str:
        """Name of the algorithm, for the material description. HMAC keys only.

        :raises NotImplementedError: not an HMAC key
        """
        return super().signing_algorithm() if self._algorithm == "AES" else self._algorithm

    def _check_own(self, algorithm: str) -> None:
        if algorithm != self._algorithm:
            raise InvalidAlgorithmError(f'a key for "{self._algorithm}" cannot be used for "{algorithm}"')

    def __repr__(self) -> str:
        """Everything but the key material."""
        return (
            f"{type(self).__name__}(algorithm={self._algorithm!r}, key_type={self._key_type}, "
            f"key_encoding={self._key_encoding})"
        )

    def __eq__(self, other: object) -> bool:
        """Whether class, algorithm and key material are equal; the material is compared in constant time."""
        if not isinstance(other, JceNameLocalDelegatedKey) or type(other) is not type(self):
            return NotImplemented
        return self._algorithm == other._algorithm and hmac.compare_digest(self._key, other._key)

    def __hash__(self) -> int:
        return hash((type(self), self._algorithm, self._key))

    def __copy__(self) -> JceNameLocalDelegatedKey:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> JceNameLocalDelegatedKey:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} does not pickle, so that key material stays in this process; "
            "build the key anew where it is needed"
        )


def _key_bits(algorithm: str) -> Container[int]:
    """Look up the key lengths that ``algorithm`` takes, in bits."""
    require_instance("algorithm", algorithm, str)
    try:
        return _KEY_BITS[algorithm]
    except KeyError:
        known = ", ".join(_KEY_BITS)
        raise JceTransformationError(f'unknown algorithm "{algorithm}"; there are {known}') from None
