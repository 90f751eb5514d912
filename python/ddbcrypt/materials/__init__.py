# SPDX-License-Identifier: Apache-2.0
"""Cryptographic materials: the delegated keys that encrypt and sign an item, or verify and decrypt it."""

from __future__ import annotations

import abc

from ddbcrypt.delegated_keys import DelegatedKey

__all__ = ("CryptographicMaterials", "DecryptionMaterials", "EncryptionMaterials")


class CryptographicMaterials(abc.ABC):
    """Base class of all materials. A property whose key is not there raises ``AttributeError``."""

    __slots__ = ()

    @property
    @abc.abstractmethod
    def material_description(self) -> dict[str, str]:
        """What the material description of an item encrypted with these materials holds of them."""

    @property
    @abc.abstractmethod
    def encryption_key(self) -> DelegatedKey:
        """Key that encrypts attributes."""

    @property
    @abc.abstractmethod
    def decryption_key(self) -> DelegatedKey:
        """Key that decrypts attributes."""

    @property
    @abc.abstractmethod
    def signing_key(self) -> DelegatedKey:
        """Key that signs the item."""

    @property
    @abc.abstractmethod
    def verification_key(self) -> DelegatedKey:
        """Key that verifies the item's signature."""


class EncryptionMaterials(CryptographicMaterials):
    """Base class of materials that encrypt and sign."""

    __slots__ = ()

    @property
    def decryption_key(self) -> DelegatedKey:
        """None of encryption materials.

        :raises NotImplementedError: always
        """
        raise NotImplementedError("encryption materials have no decryption key")

    @property
    def verification_key(self) -> DelegatedKey:
        """None of encryption materials.

        :raises NotImplementedError: always
        """
        raise NotImplementedError("encryption materials have no verification key")


class DecryptionMaterials(CryptographicMaterials):
    """Base class of materials that verify and decrypt."""

    __slots__ = ()

    @property
    def encryption_key(self) -> DelegatedKey:
        """None of decryption materials.

        :raises NotImplementedError: always
        """
        raise NotImplementedError("decryption materials have no encryption key")

    @property
    def signing_key(self) -> DelegatedKey:
        """None of decryption materials.

        :raises NotImplementedError: always
        """
        raise NotImplementedError("decryption materials have no signing key")
