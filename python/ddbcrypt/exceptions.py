# SPDX-License-Identifier: Apache-2.0
"""Every exception that ddbcrypt raises.

The names and bases of the reference client's exceptions are kept, so ``except`` clauses move with the import. What is
new derives from one of them. Messages name the item (its primary key, where it is known), the attribute, what was
expected and how to mend it; they never hold a key or the value of a protected attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = (
    "AwsKmsMaterialsProviderError",
    "DecryptionError",
    "DelegatedKeyDecryptionError",
    "DelegatedKeyEncryptionError",
    "DelegatedKeyError",
    "DeserializationError",
    "DuplicateSetMemberError",
    "DynamodbEncryptionSdkError",
    "EncryptionError",
    "EngineError",
    "ForeignCiphertextError",
    "InvalidAlgorithmError",
    "InvalidArgumentError",
    "InvalidKeyError",
    "InvalidMaterialDescriptionError",
    "InvalidMaterialDescriptionVersionError",
    "InvalidNumberError",
    "InvalidTextError",
    "InvalidVersionError",
    "ItemNotEncryptedError",
    "ItemTooLargeError",
    "JceTransformationError",
    "KeyStoreAliasError",
    "KeyStoreError",
    "KeyStoreFormatError",
    "KeyStorePasswordError",
    "NestingDepthError",
    "NoKnownVersionError",
    "OldImageError",
    "ProviderStoreError",
    "ReservedAttributeError",
    "SerializationError",
    "SignatureVerificationError",
    "SigningError",
    "UncertainUpdateError",
    "UnknownRegionError",
    "UnsupportedEncryptionModeError",
    "UnsupportedOperationError",
    "UnsupportedTypeError",
    "UnwrappingError",
    "UpdateConflictError",
    "VersionAlreadyExistsError",
    "WrappingError",
)


class DynamodbEncryptionSdkError(Exception):
    """Base class of all of ddbcrypt's exceptions.

    :ivar attribute: name of the top-level attribute that the error is about, or None
    :ivar item_key: primary key attributes of the item that the error is about (name to value, as the caller's item has
        them), or None where the key's names are not known
    :ivar index: position of the item in its batch, or None
    """

    attribute: str | None = None
    item_key: Mapping[str, Any] | None = None
    index: int | None = None


class InvalidArgumentError(DynamodbEncryptionSdkError):
    """An argument or a combination of arguments is not valid."""


class SerializationError(DynamodbEncryptionSdkError):
    """An attribute cannot be put into canonical form."""


class DeserializationError(DynamodbEncryptionSdkError):
    """Bytes that should be a canonical attribute or another structure of the format are not."""


class UnsupportedTypeError(SerializationError, TypeError):
    """A Python type that DynamoDB has no attribute type for, ``float`` above all: use ``decimal.Decimal``."""


class InvalidNumberError(SerializationError, ValueError):
    """Not a number that DynamoDB can store exactly: 38 digits, magnitude 0 or 1E-130 to 9.9E+125, finite."""


class InvalidTextError(SerializationError, ValueError):
    """Text that UTF-8 cannot hold, such as a lone surrogate."""


class DuplicateSetMemberError(SerializationError, ValueError):
    """A set holds two members that are equal in DynamoDB, such as the numbers ``1`` and ``1.0``."""


class NestingDepthError(SerializationError, ValueError):
    """An attribute nests deeper than DynamoDB's 32 levels."""


class InvalidMaterialDescriptionError(DeserializationError):
    """The material description attribute is malformed."""


class InvalidMaterialDescriptionVersionError(DeserializationError):
    """The material description attribute has a version other than 0."""


class InvalidAlgorithmError(InvalidArgumentError):
    """An algorithm is unknown or does not fit the key."""


class JceTransformationError(DynamodbEncryptionSdkError):
    """A JCE algorithm name or transformation is unknown or not supported."""


class DelegatedKeyError(DynamodbEncryptionSdkError):
    """Something went wrong in a delegated key."""


class DelegatedKeyEncryptionError(DelegatedKeyError):
    """A delegated key failed to encrypt."""


class DelegatedKeyDecryptionError(DelegatedKeyError):
    """A delegated key failed to decrypt."""


class InvalidKeyError(DelegatedKeyError, ValueError):
    """Key material of a length, type or encoding that the algorithm does not take."""


class EngineError(DynamodbEncryptionSdkError):
    """libcrypto refused an operation, for example because its provider lacks an algorithm."""


class AwsKmsMaterialsProviderError(DynamodbEncryptionSdkError):
    """Something went wrong in the AWS KMS materials provider."""


class UnknownRegionError(AwsKmsMaterialsProviderError):
    """The AWS KMS materials provider cannot tell which region to call."""


class DecryptionError(DynamodbEncryptionSdkError):
    """An item or attribute cannot be decrypted."""


class ItemNotEncryptedError(DecryptionError):
    """The item carries no signature attribute: it was never encrypted or signed in this format."""


class ForeignCiphertextError(DecryptionError):
    """The item or attribute is another encryption client's, which the message names."""


class UnsupportedEncryptionModeError(DecryptionError):
    """The material description names an attribute encryption mode other than ``/CBC/PKCS5Padding``."""


class UnwrappingError(DynamodbEncryptionSdkError):
    """A key cannot be unwrapped."""


class EncryptionError(DynamodbEncryptionSdkError):
    """An item or attribute cannot be encrypted."""


class ItemTooLargeError(EncryptionError):
    """The encrypted item is larger than the 400 KB that DynamoDB stores."""


class ReservedAttributeError(EncryptionError):
    """A plaintext item holds an attribute whose name the format reserves."""


class WrappingError(DynamodbEncryptionSdkError):
    """A key cannot be wrapped."""


class SigningError(DynamodbEncryptionSdkError):
    """Data cannot be signed."""


class SignatureVerificationError(DynamodbEncryptionSdkError):
    """The signature does not fit the item: something was altered, or key, table name or attribute actions differ."""


class OldImageError(DynamodbEncryptionSdkError):
    """The write was carried out, but the old item that it returned does not verify or decrypt (see ``__cause__``).

    :ivar response: the response of the write, with the old item as DynamoDB returned it
    """

    response: Mapping[str, Any] | None = None


class UnsupportedOperationError(DynamodbEncryptionSdkError, NotImplementedError):
    """An operation or a parameter that would send plaintext or return unverified data; nothing was sent."""


class UpdateConflictError(DynamodbEncryptionSdkError):
    """An update of protected attributes was given up: others changed the item each time. Nothing was written."""


class UncertainUpdateError(DynamodbEncryptionSdkError):
    """Whether an update was carried out cannot be told: its answer was lost, and others replaced the item since.

    Read the item and see whether it holds the change before the update is made again.
    """


class ProviderStoreError(DynamodbEncryptionSdkError):
    """Something went wrong in a provider store."""


class NoKnownVersionError(ProviderStoreError):
    """A provider store has no version of the requested material."""


class InvalidVersionError(ProviderStoreError):
    """The requested version of a material is not valid."""


class VersionAlreadyExistsError(ProviderStoreError):
    """A provider store already has the version that was to be added."""


class KeyStoreError(DynamodbEncryptionSdkError):
    """A key store file cannot be used."""


class KeyStoreFormatError(KeyStoreError):
    """A key store file is truncated, malformed, or of a kind that is not read."""


class KeyStorePasswordError(KeyStoreError):
    """The password of a key store or of one of its keys is wrong, or the file was altered."""


class KeyStoreAliasError(KeyStoreError):
    """A key store has no entry of that alias."""
