# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a key store file."""

from __future__ import annotations

from ddbcrypt.exceptions import DynamodbEncryptionSdkError

__all__ = ("KeyStoreAliasError", "KeyStoreError", "KeyStoreFormatError", "KeyStorePasswordError")


class KeyStoreError(DynamodbEncryptionSdkError):
    """A key store file cannot be used."""


class KeyStoreFormatError(KeyStoreError):
    """A key store file is truncated, malformed, or of a kind that is not read."""


class KeyStorePasswordError(KeyStoreError):
    """The password of a key store or of one of its keys is wrong, or the file was altered."""


class KeyStoreAliasError(KeyStoreError):
    """A key store has no entry of that alias."""
