# SPDX-License-Identifier: Apache-2.0
"""A table whose items are encrypted and signed, whatever the format: what the flows know of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.identifiers import CryptoAction


class PlaintextItem(dict[str, Any]):
    """An item that was stored in plaintext, as a policy of its table allows: nothing of it was verified."""


class ProtectedTable(ABC):
    """One protected table. Thread-safe as far as its materials provider or keyring is.

    :ivar name: the table's plain name
    :ivar key_names: the primary key, partition key first; empty where it is not known
    :ivar signature_attribute: the reserved attribute that every signed item has and that differs with each write
    :ivar reserved_names: all reserved attributes that the format writes
    """

    name: str
    key_names: tuple[str, ...]
    signature_attribute: str
    reserved_names: frozenset[str]

    @property
    @abstractmethod
    def may_block(self) -> bool:
        """Whether encryption and decryption may wait for something (for keys): asyncio has them done in a thread."""

    @property
    def existence_attributes(self) -> tuple[str, ...]:
        """Attributes of which an item of the table has at least one: not those of a new item that nobody signed.

        Empty where items may be without a signature.
        """
        return (self.signature_attribute,)

    @property
    def signs_items(self) -> bool:
        """Whether items are signed at all: they pass as they are where every attribute's action is ``DO_NOTHING``."""
        return True

    def unsigned_in(self, stored: Mapping[str, Any]) -> frozenset[str]:
        """Give the protected attributes that no signature of a stored item covers, those that it may yet get included.

        Others may change them, and the item's reserved attributes stay as they are.
        """
        if any(name in stored for name in self.reserved_names):
            return frozenset()
        return frozenset(filter(self.is_protected, stored))

    def is_current(self, stored: Mapping[str, Any]) -> bool:
        """Whether a stored item that the table reads is protected as the table would write it now.

        Formats whose actions are the reader's own read no item that is not.
        """
        return True

    def update_trail(self, stored: Mapping[str, Any]) -> tuple[str, ...]:
        """Give the ids of the last updates of a stored item, oldest first; none where the format has no place for them.

        The first may stand for the state before the first update. Nothing signs them.
        """
        return ()

    def state_id(self, stored: Mapping[str, Any]) -> str | None:
        """Give the id that the trails of the next updates of a stored item begin or go on with."""
        return None

    def with_update_id(
        self, encrypted: Mapping[str, Any], stored: Mapping[str, Any] | None, update_id: str
    ) -> dict[str, Any]:
        """Give an encrypted item that goes on with the trail of the stored one it replaces."""
        return dict(encrypted)

    @property
    @abstractmethod
    def named_attributes(self) -> frozenset[str]:
        """The attributes that the configuration names. An item may lack any of them but its key, and have others."""

    @abstractmethod
    def action(self, name: str) -> CryptoAction:
        """Give the attribute action of a top-level attribute."""

    @abstractmethod
    def is_reserved(self, name: str) -> bool:
        """Whether the format reserves the attribute name."""

    @abstractmethod
    def encrypt(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Encrypt and sign items in DynamoDB JSON. All or nothing; an error has the item's ``index``."""

    @abstractmethod
    def decrypt(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Verify and decrypt items in DynamoDB JSON. All or nothing; an error has the item's ``index``."""

    @abstractmethod
    def name_item(self, error: DynamodbEncryptionSdkError, item: Mapping[str, Any]) -> None:
        """Set ``item_key`` of an error and show the key in its message."""

    def is_encrypted(self, name: str) -> bool:
        """Whether the stored value of the attribute is ciphertext."""
        return self.action(name) is CryptoAction.ENCRYPT_AND_SIGN

    def is_protected(self, name: str) -> bool:
        """Whether the attribute is under the signature."""
        return self.action(name) is not CryptoAction.DO_NOTHING
