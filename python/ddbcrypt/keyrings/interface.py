# SPDX-License-Identifier: Apache-2.0
"""What a keyring is (framework/keyring-interface.md)."""

from __future__ import annotations

import abc
from collections.abc import Sequence

from ddbcrypt.keyrings.errors import InvalidMaterialsError
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials

__all__ = ("Keyring",)


class Keyring(abc.ABC):
    """Makes, encrypts and decrypts data keys. Derive from it for keyrings of your own.

    Keyrings are used by several threads at once. They never change the materials that they are given.
    """

    #: Whether an item can cost a call over the network; batches then ask for several items at once.
    makes_network_calls: bool = False

    @property
    def may_block(self) -> bool:
        """Whether asking it may wait for something: a network call, a file, a device.

        The clients of asyncio then ask it in a thread. True for all that make network calls, and for an application's
        own class unless that says otherwise (``may_block = False`` in the class).
        """
        return self.makes_network_calls or not type(self).__module__.startswith("ddbcrypt.")

    @abc.abstractmethod
    def on_encrypt(self, materials: EncryptionMaterials) -> EncryptionMaterials:
        """Encrypt the data key, a new one where there is none yet, and give the materials with what came of it.

        :param materials: materials without or with a plaintext data key
        :raises KeyringError: it could not be made or encrypted
        """

    @abc.abstractmethod
    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        """Decrypt the first data key that is this keyring's, and give the materials with it.

        :param materials: materials without a plaintext data key
        :param encrypted_data_keys: those of an item, not authenticated
        :raises DataKeyUnwrappingError: none could be decrypted
        :raises InvalidMaterialsError: the materials have a data key already
        """


def refuse_data_key(materials: DecryptionMaterials) -> None:
    """Refuse materials that were decrypted already."""
    if materials.plaintext_data_key is not None:
        raise InvalidMaterialsError("the decryption materials hold a data key already")
