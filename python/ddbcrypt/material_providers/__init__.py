# SPDX-License-Identifier: Apache-2.0
"""Materials providers: what gives each item its cryptographic materials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddbcrypt.internal.lazy import loader
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.structures import EncryptionContext

if not TYPE_CHECKING:
    __getattr__, __dir__ = loader(
        __name__,
        {},
        submodules=("asymmetric", "aws_kms", "keystore", "most_recent", "rotating", "static", "store", "wrapped"),
    )

__all__ = ("CryptographicMaterialsProvider",)


class CryptographicMaterialsProvider:
    """Base class of materials providers.

    ddbcrypt asks a provider once per item, from the thread that called ddbcrypt or, where :attr:`makes_network_calls`
    is true, from a thread of the batch, so a provider that several threads share must be safe for that. What a provider
    raises reaches the caller.
    """

    #: Whether asking for materials may make network calls; items of a batch are then prepared several at once.
    makes_network_calls: bool = False

    @property
    def may_block(self) -> bool:
        """Whether asking for materials may wait for something: a network call, a file, a device.

        The clients of asyncio ask such a provider in a thread. True for every provider that makes network calls, and
        for an application's own class unless that says otherwise (``may_block = False`` in the class).
        """
        return self.makes_network_calls or not type(self).__module__.startswith("ddbcrypt.")

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials to verify and decrypt an item.

        :param encryption_context: what is known of the item, with the material description that it carries. The
            description is not signed: nothing in it may lead to a weaker choice than the provider's configuration
        :raises AttributeError: there are none, as in this base class
        """
        raise AttributeError(f"{type(self).__name__} has no decryption materials")

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials to encrypt and sign an item.

        :param encryption_context: what is known of the item
        :raises AttributeError: there are none, as in this base class
        """
        raise AttributeError(f"{type(self).__name__} has no encryption materials")

    def refresh(self) -> None:
        """Forget what is cached. This base class caches nothing."""
