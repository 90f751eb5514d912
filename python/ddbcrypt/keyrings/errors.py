# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in keyrings, materials managers and branch key stores.

All derive from :class:`~ddbcrypt.exceptions.DynamodbEncryptionSdkError`. Messages name keys by their public names,
never a key's bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from ddbcrypt.exceptions import DynamodbEncryptionSdkError, UnwrappingError, WrappingError

__all__ = (
    "BranchKeyExistsError",
    "BranchKeyNotFoundError",
    "BranchKeyStoreError",
    "DataKeyUnwrappingError",
    "DataKeyWrappingError",
    "EncryptionContextError",
    "InvalidMaterialsError",
    "KeyringError",
)


class KeyringError(DynamodbEncryptionSdkError):
    """Base class of all errors of keyrings, materials managers and branch key stores."""


class DataKeyWrappingError(KeyringError, WrappingError):
    """A keyring cannot make or wrap a data key.

    :ivar errors: what the services that were called answered, where the error is not raised from it
    """

    errors: tuple[Exception, ...] = ()


class DataKeyUnwrappingError(KeyringError, UnwrappingError):
    """A keyring cannot unwrap any of an item's encrypted data keys.

    :ivar errors: what each of the data keys or keyrings that were tried came to, in their order
    """

    errors: tuple[Exception, ...] = ()

    @classmethod
    def of(cls, message: str, errors: Sequence[Exception]) -> DataKeyUnwrappingError:
        """Make one error of several; the message of each is appended to ``message``.

        :param message: what failed as a whole
        :param errors: what each attempt came to
        """
        reasons = "; ".join(dict.fromkeys(str(error) for error in errors))
        joined = cls(f"{message}: {reasons}" if reasons else message)
        joined.errors = tuple(errors)
        return joined


class EncryptionContextError(KeyringError):
    """An encryption context lacks a key, holds a reserved one, contradicts another, or cannot be serialised."""


class InvalidMaterialsError(KeyringError):
    """Materials do not hold what their algorithm suite asks for, or hold it twice."""


class BranchKeyStoreError(KeyringError):
    """Something went wrong in a branch key store, or a record of it is not as it should be."""


class BranchKeyNotFoundError(BranchKeyStoreError):
    """A branch key store has no such branch key, version or beacon key."""


class BranchKeyExistsError(BranchKeyStoreError):
    """A branch key of that id is there already, or its active version was changed meanwhile; nothing was written."""
