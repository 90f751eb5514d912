# SPDX-License-Identifier: Apache-2.0
"""Delegated keys: objects that encrypt, decrypt, sign, verify or wrap, wherever their key material may be."""

from __future__ import annotations

import abc
from typing import NoReturn

from ddbcrypt.identifiers import EncryptionKeyType

__all__ = ("DelegatedKey",)


class DelegatedKey(abc.ABC):
    """Base class of delegated keys. Derive from it to keep a key elsewhere, in an HSM for example.

    A subclass must have the property :attr:`algorithm`, and overrides the methods that it supports; the others raise
    ``NotImplementedError``. ddbcrypt calls the methods with keyword arguments, from the thread that called ddbcrypt;
    for a batch whose materials provider makes network calls, wrapping and unwrapping from a thread of the batch. A key
    that several threads share must be safe for that. Nothing is caught but what the methods below name.
    """

    __slots__ = ()

    @property
    @abc.abstractmethod
    def algorithm(self) -> str:
        """Name of the key's algorithm, such as ``AES`` or ``HmacSHA256``."""

    @property
    def allowed_for_raw_materials(self) -> bool:
        """Whether raw materials may encrypt attributes with this key itself, with no data key between. False here."""
        return False

    @classmethod
    def generate(cls, algorithm: str, key_length: int) -> DelegatedKey:
        """Make a new key.

        :param algorithm: name of the algorithm
        :param key_length: length in bits
        """
        _unsupported(cls, "generate")

    def encrypt(
        self, algorithm: str, name: str, plaintext: bytes, additional_associated_data: dict[str, str] | None = None
    ) -> bytes:
        """Encrypt the canonical bytes of one attribute.

        :param algorithm: transformation, for items ``<algorithm>/CBC/PKCS5Padding``
        :param name: name of the attribute
        :param plaintext: what to encrypt
        :param additional_associated_data: for keys that authenticate more than the plaintext; items pass none
        :returns: ciphertext, with all that decryption needs besides the key
        """
        _unsupported(type(self), "encrypt")

    def decrypt(
        self, algorithm: str, name: str, ciphertext: bytes, additional_associated_data: dict[str, str] | None = None
    ) -> bytes:
        """Decrypt what :meth:`encrypt` gave. It is called after the item's signature has been verified.

        :param algorithm: transformation, for items ``<algorithm>/CBC/PKCS5Padding``
        :param name: name of the attribute
        :param ciphertext: what to decrypt
        :param additional_associated_data: what was passed to :meth:`encrypt`
        :returns: plaintext
        """
        _unsupported(type(self), "decrypt")

    def wrap(
        self, algorithm: str, content_key: bytes, additional_associated_data: dict[str, str] | None = None
    ) -> bytes:
        """Encrypt a data key.

        :param algorithm: name of the wrapping algorithm
        :param content_key: the data key's bytes
        :param additional_associated_data: for keys that authenticate more than the data key
        :returns: wrapped data key
        """
        _unsupported(type(self), "wrap")

    def unwrap(
        self,
        algorithm: str,
        wrapped_key: bytes,
        wrapped_key_algorithm: str,
        wrapped_key_type: EncryptionKeyType,
        additional_associated_data: dict[str, str] | None = None,
    ) -> DelegatedKey:
        """Decrypt a data key that :meth:`wrap` gave.

        :param algorithm: name of the wrapping algorithm
        :param wrapped_key: what :meth:`wrap` returned
        :param wrapped_key_algorithm: algorithm of the data key
        :param wrapped_key_type: kind of the data key
        :param additional_associated_data: what was passed to :meth:`wrap`
        :returns: the data key as a delegated key
        :raises UnwrappingError: it does not unwrap, whatever the reason; an item then fails as if its signature did not
            fit. ``DelegatedKeyError``, ``DecryptionError`` and ``ValueError`` mean the same; any other exception
            reaches the caller
        """
        _unsupported(type(self), "unwrap")

    def sign(self, algorithm: str, data: bytes) -> bytes:
        """Sign ``data``.

        :param algorithm: the key's own :attr:`algorithm`
        :param data: what to sign
        :returns: signature, not empty
        """
        _unsupported(type(self), "sign")

    def verify(self, algorithm: str, signature: bytes, data: bytes) -> None:
        """Return where ``signature`` fits ``data``, and raise where it does not.

        ``SignatureVerificationError`` says "it does not fit", and verification is tried once more in the order that
        the Java client signs members in, where that gives other data. Any other exception ends decryption at once and
        reaches the caller as it is.

        :param algorithm: the key's own :attr:`algorithm`
        :param signature: signature to check
        :param data: what was signed
        """
        _unsupported(type(self), "verify")

    def signing_algorithm(self) -> str:
        """Name of the signing algorithm that the material description is to hold.

        It is for materials providers that build a verification key from it. The description holds none where this
        raises ``NotImplementedError``.
        """
        _unsupported(type(self), "signing_algorithm")


def _unsupported(kind: type, method: str) -> NoReturn:
    raise NotImplementedError(f'{kind.__name__} does not support "{method}"')
