# SPDX-License-Identifier: Apache-2.0
"""A delegated key in local memory, whose algorithm goes by its name in the Java Cryptography Extension (JCE)."""

from __future__ import annotations

import hmac
import logging
import os
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.exceptions import (
    DecryptionError,
    EncryptionError,
    InvalidAlgorithmError,
    InvalidKeyError,
    JceTransformationError,
    SigningError,
    UnwrappingError,
    WrappingError,
)
from ddbcrypt.identifiers import LOGGER_NAME, EncryptionKeyType, KeyEncodingType
from ddbcrypt.internal.identifiers import MINIMUM_HMAC_BITS
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.pickling import secrets_allowed

__all__ = ("JceNameLocalDelegatedKey",)

_LOGGER = logging.getLogger(LOGGER_NAME)

_AES_BITS: Final = (128, 192, 256)
_HMAC_BITS: Final = range(8, 8193, 8)
_RSA_BITS: Final = range(2048, 8193)
_Lengths = tuple[int, ...] | range
#: Algorithm to the key lengths that it takes, in bits.
_KEY_BITS: Final[dict[str, _Lengths]] = {
    "AES": _AES_BITS,
    "AESWrap": _AES_BITS,
    "RSA": _RSA_BITS,
    "HmacSHA224": _HMAC_BITS,
    "HmacSHA256": _HMAC_BITS,
    "HmacSHA384": _HMAC_BITS,
    "HmacSHA512": _HMAC_BITS,
    "SHA224withRSA": _RSA_BITS,
    "SHA256withRSA": _RSA_BITS,
    "SHA384withRSA": _RSA_BITS,
    "SHA512withRSA": _RSA_BITS,
}
_LENGTHS: Final[dict[_Lengths, str]] = {
    _AES_BITS: "128, 192 or 256 bits",
    _HMAC_BITS: "8 to 8192 bits in steps of 8",
    _RSA_BITS: "2048 to 8192 bits",
}
_DEFAULT_SYMMETRIC_BITS: Final = 256
_DEFAULT_RSA_BITS: Final = 2048

_ENCRYPTING: Final = ("AES", "RSA")
_WRAPPING: Final = ("AES", "AESWrap", "RSA")
#: Whatever is wrong with a wrapped key, this and no more is said of it.
_DOES_NOT_UNWRAP: Final = "the wrapped key does not unwrap with this key and algorithm"


class JceNameLocalDelegatedKey(DelegatedKey):
    """A key in local memory.

    What it can do goes by its algorithm:

    - ``AES``: encrypt, decrypt, wrap, unwrap
    - ``AESWrap``: wrap, unwrap
    - ``RSA``: encrypt, wrap; with the private key also decrypt, unwrap
    - ``HmacSHA224``, ``HmacSHA256``, ``HmacSHA384``, ``HmacSHA512``: sign, verify
    - ``SHA224withRSA``, ``SHA256withRSA``, ``SHA384withRSA``, ``SHA512withRSA`` (RSASSA-PKCS1-v1_5): verify; with the
      private key also sign

    It is immutable, and safe to share between threads; copies of it are the object itself. A public key pickles; a
    secret one only inside :func:`ddbcrypt.pickling.allow_secrets`, so that no key gets into a file or another process
    by accident. No method makes a network call.

    :param bytes key: key material. AES and AESWrap: 16, 24 or 32 bytes. HMAC: 1 to 1,024 bytes, of which under 16 are
        warned about. RSA: 2,048 to 8,192 bits; private keys as PKCS#8 or PKCS#1 without a password, public keys as
        SubjectPublicKeyInfo or PKCS#1
    :param str algorithm: name as above
    :param EncryptionKeyType key_type: ``SYMMETRIC``; for RSA ``PRIVATE`` or ``PUBLIC``
    :param KeyEncodingType key_encoding: ``RAW``; for RSA ``DER`` or ``PEM``
    :raises JceTransformationError: algorithm unknown
    :raises InvalidKeyError: length, type or encoding do not fit the algorithm, or the key is truncated or malformed, or
        protected by a password (also a ``ValueError``)
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
        asymmetric = "RSA" in algorithm
        if (key_type is EncryptionKeyType.SYMMETRIC) is asymmetric or (
            key_encoding is KeyEncodingType.RAW
        ) is asymmetric:
            expected = "PRIVATE or PUBLIC in encoding DER or PEM" if asymmetric else "SYMMETRIC in encoding RAW"
            raise InvalidKeyError(
                f"{algorithm} takes a key of type {expected}, not {key_type.name} in {key_encoding.name}"
            )
        self.engine_key = _engine.Key(algorithm, key, key_type.value, key_encoding.value)
        self._key: bytes | None = bytes(key)
        self._algorithm = algorithm
        self._key_type = key_type
        self._key_encoding = key_encoding
        bits = len(key) * 8
        if algorithm.startswith("Hmac") and bits < MINIMUM_HMAC_BITS:
            _LOGGER.warning("%s key of %d bits is unsafe: use at least %d bits", algorithm, bits, MINIMUM_HMAC_BITS)

    @classmethod
    def generate(cls, algorithm: str, key_length: int | None = None) -> JceNameLocalDelegatedKey:
        """Make a new key out of random bytes: symmetric in raw encoding, or an RSA private key as PKCS#8 in DER.

        :param algorithm: name as for the class
        :param key_length: length in bits. AES and AESWrap: 128, 192 or 256. HMAC: whole bytes, 8 to 8,192. RSA: 2,048
            to 8,192. Where it is None: 256, for RSA 2,048
        :raises JceTransformationError: algorithm unknown
        :raises InvalidKeyError: length does not fit the algorithm
        """
        allowed = _key_bits(algorithm)
        default = _DEFAULT_RSA_BITS if allowed is _RSA_BITS else _DEFAULT_SYMMETRIC_BITS
        bits = default if key_length is None else key_length
        if isinstance(bits, bool) or not isinstance(bits, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f'"key_length" must be int or None, not {type(bits).__name__}')
        if bits not in allowed:
            raise InvalidKeyError(f"{algorithm} takes keys of {_LENGTHS[allowed]}, not {bits}")
        if allowed is _RSA_BITS:
            return cls(_engine.generate_rsa(bits), algorithm, EncryptionKeyType.PRIVATE, KeyEncodingType.DER)
        return cls(os.urandom(bits // 8), algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)

    @classmethod
    def from_engine_key(cls, engine_key: _engine.Key) -> JceNameLocalDelegatedKey:
        """Make a key of a symmetric key that is in the engine alone; for ddbcrypt's own use.

        Its bytes never become a Python object: it has no :attr:`key`, never pickles, and equals nothing but itself.
        """
        made = cls.__new__(cls)
        made.engine_key = engine_key
        made._key = None  # noqa: SLF001
        made._algorithm = engine_key.algorithm  # noqa: SLF001
        made._key_type = EncryptionKeyType.SYMMETRIC  # noqa: SLF001
        made._key_encoding = KeyEncodingType.RAW  # noqa: SLF001
        return made

    @property
    def key(self) -> bytes:
        """The key material. Unlike the engine's copy of it, it is not wiped when the object dies.

        :raises AttributeError: the key was derived in the engine, and its bytes stay there
        """
        if self._key is None:
            raise AttributeError("the bytes of a key that was derived in the engine stay there")
        return self._key

    @property
    def algorithm(self) -> str:
        """Name of the key's algorithm."""
        return self._algorithm

    @property
    def allowed_for_raw_materials(self) -> bool:
        """Whether raw materials may encrypt attributes with this key: true for AES."""
        return self._algorithm == "AES"

    @property
    def key_type(self) -> EncryptionKeyType:
        """Kind of the key. A private key can do what its public key can."""
        return self._key_type

    @property
    def key_encoding(self) -> KeyEncodingType:
        """How :attr:`key` is encoded."""
        return self._key_encoding

    def encrypt(
        self, algorithm: str, name: str, plaintext: bytes, additional_associated_data: dict[str, str] | None = None
    ) -> bytes:
        """Encrypt. AES puts a random IV of 16 bytes in front. AES and RSA keys only.

        :param algorithm: ``AES/CBC/`` or ``AES/CTR/`` with ``PKCS5Padding`` or ``NoPadding``; ``RSA/ECB/`` with
            ``PKCS1Padding``, ``OAEPWithSHA-1AndMGF1Padding`` or the same with ``SHA-256``, ``SHA-384``, ``SHA-512``
        :param name: not used
        :param plaintext: what to encrypt; for ``AES/CBC/NoPadding`` a multiple of 16 bytes, for RSA a few bytes
        :param additional_associated_data: not used
        :raises JceTransformationError: any other transformation
        :raises InvalidAlgorithmError: the transformation is not one of the key's algorithm
        :raises EncryptionError: partial block without padding, or too long for RSA
        :raises NotImplementedError: neither an AES nor an RSA key
        """
        if self._algorithm not in _ENCRYPTING:
            raise self._unable("encrypt")
        try:
            return self.engine_key.encrypt(algorithm, plaintext)
        except WrappingError as error:
            raise EncryptionError(*error.args) from None

    def decrypt(
        self, algorithm: str, name: str, ciphertext: bytes, additional_associated_data: dict[str, str] | None = None
    ) -> bytes:
        """Decrypt what :meth:`encrypt` gave. AES and RSA private keys only. It verifies nothing.

        :param algorithm: as for :meth:`encrypt`
        :param name: not used
        :param ciphertext: what :meth:`encrypt` returned
        :param additional_associated_data: not used
        :raises JceTransformationError: any other transformation
        :raises InvalidAlgorithmError: the transformation is not one of the key's algorithm
        :raises DecryptionError: the one error of every malformed ciphertext
        :raises NotImplementedError: neither an AES nor an RSA private key
        """
        if self._algorithm not in _ENCRYPTING or self._key_type is EncryptionKeyType.PUBLIC:
            raise self._unable("decrypt")
        try:
            return self.engine_key.decrypt(algorithm, ciphertext)
        except UnwrappingError as error:
            raise DecryptionError(*error.args) from None

    def wrap(
        self, algorithm: str, content_key: bytes, additional_associated_data: dict[str, str] | None = None
    ) -> bytes:
        """Encrypt a data key: by AES key wrap (RFC 3394) or by RSA. AES, AESWrap and RSA keys only.

        :param algorithm: ``AESWrap``; an ``RSA/ECB/`` transformation as for :meth:`encrypt`, or ``RSA``, which means
            ``RSA/ECB/PKCS1Padding``
        :param content_key: the data key's bytes; for AES key wrap 16 to 4,096 in steps of 8
        :param additional_associated_data: not used
        :raises JceTransformationError: any other transformation
        :raises InvalidAlgorithmError: the transformation is not one of the key's algorithm
        :raises WrappingError: the data key is of a length that cannot be wrapped
        :raises NotImplementedError: not an AES, AESWrap or RSA key
        """
        if self._algorithm not in _WRAPPING:
            raise self._unable("wrap")
        self._check_wrapping(algorithm)
        return self.engine_key.wrap(algorithm, content_key)

    def unwrap(
        self,
        algorithm: str,
        wrapped_key: bytes,
        wrapped_key_algorithm: str,
        wrapped_key_type: EncryptionKeyType,
        additional_associated_data: dict[str, str] | None = None,
    ) -> JceNameLocalDelegatedKey:
        """Decrypt a data key that :meth:`wrap` gave. AES, AESWrap and RSA private keys only.

        :param algorithm: as for :meth:`wrap`
        :param wrapped_key: what :meth:`wrap` returned
        :param wrapped_key_algorithm: algorithm of the data key, a symmetric one
        :param wrapped_key_type: ``SYMMETRIC``
        :param additional_associated_data: not used
        :raises JceTransformationError: any other transformation, or ``wrapped_key_algorithm`` is unknown
        :raises InvalidAlgorithmError: the transformation is not one of the key's algorithm
        :raises UnwrappingError: another ``wrapped_key_type``; or the one error of every wrapped key that gives no data
            key, whatever is wrong with it
        :raises NotImplementedError: not an AES, AESWrap or RSA private key
        """
        if self._algorithm not in _WRAPPING or self._key_type is EncryptionKeyType.PUBLIC:
            raise self._unable("unwrap")
        if wrapped_key_type is not EncryptionKeyType.SYMMETRIC:
            raise UnwrappingError(f"only keys of type SYMMETRIC can be unwrapped, not {wrapped_key_type!r}")
        _key_bits(wrapped_key_algorithm)
        self._check_wrapping(algorithm)
        try:
            return JceNameLocalDelegatedKey(
                self.engine_key.unwrap(algorithm, wrapped_key),
                wrapped_key_algorithm,
                wrapped_key_type,
                KeyEncodingType.RAW,
            )
        except (UnwrappingError, InvalidKeyError):
            raise UnwrappingError(_DOES_NOT_UNWRAP) from None

    def sign(self, algorithm: str, data: bytes) -> bytes:
        """HMAC or RSA signature of ``data``. HMAC and RSA signing keys only.

        :param algorithm: the key's own algorithm
        :param data: what to sign
        :raises InvalidAlgorithmError: another algorithm than the key's
        :raises SigningError: it is a public key
        :raises NotImplementedError: not a signing key
        """
        if self._algorithm in _WRAPPING:
            raise self._unable("sign")
        self._check_own(algorithm)
        if self._key_type is EncryptionKeyType.PUBLIC:
            raise SigningError(f"a public key for {self._algorithm} cannot sign: give the private one")
        return self.engine_key.sign(data)

    def verify(self, algorithm: str, signature: bytes, data: bytes) -> None:
        """Return where ``signature`` fits ``data``; HMACs are compared in constant time. As :meth:`sign`, or public.

        :param algorithm: the key's own algorithm
        :param signature: signature to check
        :param data: what was signed
        :raises SignatureVerificationError: it does not fit
        :raises InvalidAlgorithmError: another algorithm than the key's
        :raises NotImplementedError: not a signing key
        """
        if self._algorithm in _WRAPPING:
            raise self._unable("verify")
        self._check_own(algorithm)
        self.engine_key.verify(signature, data)

    def signing_algorithm(self) -> str:
        """Name of the algorithm, for the material description. HMAC and RSA signing keys only.

        :raises NotImplementedError: not a signing key
        """
        if self._algorithm in _WRAPPING:
            raise self._unable("signing_algorithm")
        return self._algorithm

    def _unable(self, method: str) -> NotImplementedError:
        kind = "public " if self._key_type is EncryptionKeyType.PUBLIC else ""
        return NotImplementedError(
            f'{type(self).__name__} does not support "{method}" with a {kind}key for {self._algorithm}'
        )

    def _check_own(self, algorithm: str) -> None:
        if algorithm != self._algorithm:
            raise InvalidAlgorithmError(f'a key for "{self._algorithm}" cannot be used for "{algorithm}"')

    def _check_wrapping(self, algorithm: str) -> None:
        """Refuse RSA's names for an AES key, which the engine would wrap with by AES key wrap all the same."""
        if self._algorithm != "RSA" and algorithm.partition("/")[0] == "RSA":
            raise InvalidAlgorithmError(f'a key for "{self._algorithm}" cannot wrap by "{algorithm}"')

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
        if self._key is None or other._key is None:
            return self is other
        return (
            self._algorithm == other._algorithm
            and self._key_type is other._key_type
            and self._key_encoding is other._key_encoding
            and hmac.compare_digest(self._key, other._key)
        )

    def __hash__(self) -> int:
        return id(self) if self._key is None else hash((type(self), self._algorithm, self._key))

    def __copy__(self) -> JceNameLocalDelegatedKey:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> JceNameLocalDelegatedKey:
        return self

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        """Pickle as the constructor's arguments, and what attributes a subclass has.

        :raises TypeError: the key is secret, and the caller not inside :func:`ddbcrypt.pickling.allow_secrets`
        """
        if self._key is None:
            raise TypeError(f"{type(self).__name__} was derived in the engine and never pickles")
        if self._key_type is not EncryptionKeyType.PUBLIC and not secrets_allowed():
            raise TypeError(
                f"{type(self).__name__} does not pickle, so that key material stays in this process; build the key "
                "anew where it is needed, or pickle it inside ddbcrypt.pickling.allow_secrets()"
            )
        arguments = (self._key, self._algorithm, self._key_type, self._key_encoding)
        return (type(self), arguments, getattr(self, "__dict__", None) or None)


def _key_bits(algorithm: str) -> _Lengths:
    """Look up the key lengths that ``algorithm`` takes, in bits."""
    require_instance("algorithm", algorithm, str)
    try:
        return _KEY_BITS[algorithm]
    except KeyError:
        known = ", ".join(_KEY_BITS)
        raise JceTransformationError(f'unknown algorithm "{algorithm}"; there are {known}') from None
