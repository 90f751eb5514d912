# SPDX-License-Identifier: Apache-2.0
"""What keyrings and materials managers hand around: data keys, plain and encrypted (framework/structures.md).

The plaintext keys in here are ordinary ``bytes``, which Python cannot wipe. None of these objects pickles or shows a
key in its ``repr``; keep them no longer than an item needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, NoReturn

from ddbcrypt.keyrings.context import check_context, require_keys
from ddbcrypt.keyrings.errors import InvalidMaterialsError
from ddbcrypt.keyrings.suites import DATA_KEY_BYTES, AlgorithmSuite, as_suite

__all__ = ("DecryptionMaterials", "EncryptedDataKey", "EncryptionMaterials")


class EncryptedDataKey(NamedTuple):
    """A data key as one keyring encrypted it. Immutable, holds no secret; safe to share between threads.

    :ivar provider_id: namespace of the keyring that made it, ``aws-kms`` and ``aws-kms-hierarchy`` for those of AWS KMS
    :ivar provider_info: what that keyring needs to know its key by, the key's name above all
    :ivar ciphertext: the data key, encrypted
    """

    provider_id: str
    provider_info: bytes
    ciphertext: bytes


class _Materials:
    """What both kinds of materials hold."""

    __slots__ = ("algorithm_suite", "encryption_context", "plaintext_data_key", "required_context_keys")

    def __init__(
        self,
        algorithm_suite: AlgorithmSuite,
        encryption_context: Mapping[str, str],
        required_context_keys: Iterable[str],
        plaintext_data_key: bytes | None,
    ) -> None:
        self.algorithm_suite = as_suite(algorithm_suite)
        self.encryption_context: Mapping[str, str] = check_context(encryption_context)
        self.required_context_keys = frozenset(required_context_keys)
        self.plaintext_data_key = plaintext_data_key
        if self.required_context_keys:
            require_keys(self.encryption_context, self.required_context_keys, "the encryption context of materials")
        if plaintext_data_key is not None:
            check_key("plaintext data key", plaintext_data_key)

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds keys and does not pickle")


class EncryptionMaterials(_Materials):
    """Materials to encrypt an item with. Do not change one: ``with_...`` gives a new one.

    Safe to share between threads. No network call.

    :param algorithm_suite: the suite, an :class:`AlgorithmSuite` or its number
    :param encryption_context: what the data key is bound to; it is copied
    :param required_context_keys: keys of the context that are not stored with the item; a reader has to give them
    :param plaintext_data_key: the data key, 32 bytes, or None as long as no keyring made one
    :param encrypted_data_keys: that data key, encrypted, once for each recipient
    :param symmetric_signing_keys: for each of these the key, 32 bytes, that signs the item for that recipient
    :param signing_key: private P-384 key as PKCS#8 DER, just where the suite has an ECDSA signature
    :raises EncryptionContextError: a required key is not in the context
    :raises InvalidMaterialsError: a key of another length, encrypted keys without the key, as many signing keys as not
        encrypted keys, a signing key that the suite does not use
    """

    __slots__ = ("encrypted_data_keys", "signing_key", "symmetric_signing_keys")

    def __init__(
        self,
        algorithm_suite: AlgorithmSuite,
        encryption_context: Mapping[str, str],
        *,
        required_context_keys: Iterable[str] = (),
        plaintext_data_key: bytes | None = None,
        encrypted_data_keys: Iterable[EncryptedDataKey] = (),
        symmetric_signing_keys: Iterable[bytes] = (),
        signing_key: bytes | None = None,
    ) -> None:
        super().__init__(algorithm_suite, encryption_context, required_context_keys, plaintext_data_key)
        self.encrypted_data_keys = tuple(encrypted_data_keys)
        self.symmetric_signing_keys = tuple(symmetric_signing_keys)
        self.signing_key = signing_key
        if self.encrypted_data_keys and plaintext_data_key is None:
            raise InvalidMaterialsError("encryption materials have encrypted data keys but no plaintext data key")
        if len(self.encrypted_data_keys) != len(self.symmetric_signing_keys):
            raise InvalidMaterialsError("each encrypted data key needs one symmetric signing key")
        for key in self.symmetric_signing_keys:
            check_key("symmetric signing key", key)
        if signing_key is not None and not self.algorithm_suite.is_signed:
            raise InvalidMaterialsError(f"suite {self.algorithm_suite.name} has no signature, so no signing key fits")

    def with_encrypted_key(
        self, plaintext_data_key: bytes, encrypted: EncryptedDataKey, symmetric_signing_key: bytes
    ) -> EncryptionMaterials:
        """Give these materials with one more encrypted data key.

        :param plaintext_data_key: the data key; where the materials have one, that one
        :param encrypted: the same key, encrypted
        :param symmetric_signing_key: signs the item for whoever decrypts ``encrypted``
        :raises InvalidMaterialsError: another data key than the one that is there, or a key of another length
        """
        if self.plaintext_data_key is None:
            check_key("plaintext data key", plaintext_data_key)
        elif self.plaintext_data_key != plaintext_data_key:
            raise InvalidMaterialsError("a keyring has to encrypt the data key that the materials hold, and no other")
        check_key("symmetric signing key", symmetric_signing_key)
        # What the constructor checks holds already; it would cost more than the keyring's own work.
        new = object.__new__(EncryptionMaterials)
        new.algorithm_suite = self.algorithm_suite
        new.encryption_context = self.encryption_context
        new.required_context_keys = self.required_context_keys
        new.signing_key = self.signing_key
        new.plaintext_data_key = plaintext_data_key
        new.encrypted_data_keys = (*self.encrypted_data_keys, encrypted)
        new.symmetric_signing_keys = (*self.symmetric_signing_keys, symmetric_signing_key)
        return new

    def __repr__(self) -> str:
        return (
            f"EncryptionMaterials({self.algorithm_suite.name}, encryption_context={self.encryption_context!r}, "
            f"encrypted_data_keys={len(self.encrypted_data_keys)})"
        )


class DecryptionMaterials(_Materials):
    """Materials to decrypt an item with. Do not change one: ``with_...`` gives a new one.

    Safe to share between threads. No network call.

    :param algorithm_suite: the suite, an :class:`AlgorithmSuite` or its number
    :param encryption_context: what the data key is bound to; it is copied
    :param required_context_keys: keys of the context that the item does not store
    :param plaintext_data_key: the data key, 32 bytes, or None as long as no keyring decrypted one
    :param symmetric_signing_key: the key, 32 bytes, that the item was signed with for this recipient; there just where
        the data key is
    :param verification_key: public P-384 key as compressed point, just where the suite has an ECDSA signature
    :raises EncryptionContextError: a required key is not in the context
    :raises InvalidMaterialsError: a key of another length, one key without the other, a verification key that the
        suite does not use
    """

    __slots__ = ("symmetric_signing_key", "verification_key")

    def __init__(
        self,
        algorithm_suite: AlgorithmSuite,
        encryption_context: Mapping[str, str],
        *,
        required_context_keys: Iterable[str] = (),
        plaintext_data_key: bytes | None = None,
        symmetric_signing_key: bytes | None = None,
        verification_key: bytes | None = None,
    ) -> None:
        super().__init__(algorithm_suite, encryption_context, required_context_keys, plaintext_data_key)
        self.symmetric_signing_key = symmetric_signing_key
        self.verification_key = verification_key
        if (plaintext_data_key is None) != (symmetric_signing_key is None):
            raise InvalidMaterialsError("decryption materials have the data key and the symmetric signing key, or none")
        if symmetric_signing_key is not None:
            check_key("symmetric signing key", symmetric_signing_key)
        if verification_key is not None and not self.algorithm_suite.is_signed:
            raise InvalidMaterialsError(f"suite {self.algorithm_suite.name} has no signature to verify with a key")

    def with_data_key(self, plaintext_data_key: bytes, symmetric_signing_key: bytes) -> DecryptionMaterials:
        """Give these materials with the decrypted data key.

        :param plaintext_data_key: the data key
        :param symmetric_signing_key: the key that the item was signed with for this recipient
        :raises InvalidMaterialsError: there is one already, or a key has another length
        """
        if self.plaintext_data_key is not None:
            raise InvalidMaterialsError("the decryption materials hold a data key already")
        check_key("plaintext data key", plaintext_data_key)
        check_key("symmetric signing key", symmetric_signing_key)
        new = object.__new__(DecryptionMaterials)
        new.algorithm_suite = self.algorithm_suite
        new.encryption_context = self.encryption_context
        new.required_context_keys = self.required_context_keys
        new.verification_key = self.verification_key
        new.plaintext_data_key = plaintext_data_key
        new.symmetric_signing_key = symmetric_signing_key
        return new

    def __repr__(self) -> str:
        return (
            f"DecryptionMaterials({self.algorithm_suite.name}, encryption_context={self.encryption_context!r}, "
            f"has_data_key={self.plaintext_data_key is not None})"
        )


def check_key(what: str, key: object) -> None:
    """Refuse what is not 32 bytes."""
    if not isinstance(key, bytes) or len(key) != DATA_KEY_BYTES:
        raise InvalidMaterialsError(f"the {what} has to be {DATA_KEY_BYTES} bytes")
