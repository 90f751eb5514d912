# SPDX-License-Identifier: Apache-2.0
"""How items are encrypted and decrypted: the configuration that the item functions take."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.structures import AttributeActions, EncryptionContext

__all__ = ("CryptoConfig",)


class CryptoConfig:
    """All that the functions of :mod:`ddbcrypt.encrypted.item` need besides the item.

    They never change it, so threads may share it where they may share its materials provider.

    :param CryptographicMaterialsProvider materials_provider: gives each item its keys
    :param EncryptionContext encryption_context: what is known of the item
    :param AttributeActions attribute_actions: what is done to which attribute
    :param bool accept_28_digit_numbers: on decryption, also accept a signature over numbers rounded to 28 digits. The
        reference Python client makes such signatures for numbers of 29 to 38 digits, and with this option the digits
        after the 28th of a signed number are not protected
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: the partition key or the sort key would be encrypted
    """

    __slots__ = ("accept_28_digit_numbers", "attribute_actions", "encryption_context", "materials_provider")

    def __init__(
        self,
        materials_provider: CryptographicMaterialsProvider,
        encryption_context: EncryptionContext,
        attribute_actions: AttributeActions,
        *,
        accept_28_digit_numbers: bool = False,
    ) -> None:
        require_instance("materials_provider", materials_provider, CryptographicMaterialsProvider)
        require_instance("encryption_context", encryption_context, EncryptionContext)
        require_instance("attribute_actions", attribute_actions, AttributeActions)
        require_instance("accept_28_digit_numbers", accept_28_digit_numbers, bool)
        for kind, name in (
            ("partition key", encryption_context.partition_key_name),
            ("sort key", encryption_context.sort_key_name),
        ):
            if name is not None and attribute_actions.action(name) is CryptoAction.ENCRYPT_AND_SIGN:
                raise InvalidArgumentError(
                    f'{kind} "{name}" cannot be encrypted, DynamoDB has to read it: '
                    "set its attribute action to SIGN_ONLY"
                )
        self.materials_provider = materials_provider
        self.encryption_context = encryption_context
        self.attribute_actions = attribute_actions
        self.accept_28_digit_numbers = accept_28_digit_numbers

    def decryption_materials(self) -> CryptographicMaterials:
        """Ask the materials provider for decryption materials; it may make network calls, and raise errors of its own.

        :raises AttributeError: the provider has none
        """
        return self.materials_provider.decryption_materials(self.encryption_context)

    def encryption_materials(self) -> CryptographicMaterials:
        """Ask the materials provider for encryption materials; it may make network calls, and raise errors of its own.

        :raises AttributeError: the provider has none
        """
        return self.materials_provider.encryption_materials(self.encryption_context)

    def copy(self) -> CryptoConfig:
        """Copy with an encryption context of its own; the materials provider and the attribute actions are shared."""
        # Not through the constructor: what was checked once is not checked again for every item.
        config = CryptoConfig.__new__(CryptoConfig)
        config.materials_provider = self.materials_provider
        config.encryption_context = copy.copy(self.encryption_context)
        config.attribute_actions = self.attribute_actions
        config.accept_28_digit_numbers = self.accept_28_digit_numbers
        return config

    def with_item(self, item: Mapping[str, Any]) -> CryptoConfig:
        """Copy whose encryption context has ``item`` as its attributes.

        :param item: item in DynamoDB JSON; kept, not copied
        """
        config = self.copy()
        config.encryption_context.attributes = item
        return config

    def with_python_item(self, item: Mapping[str, Any]) -> CryptoConfig:
        """As :meth:`with_item`, for an item of Python values, which is converted only if the provider looks at it.

        :param item: item of Python values; kept, not copied
        """
        config = self.copy()
        config.encryption_context.set_python_item(item)
        return config

    def __repr__(self) -> str:
        option = ", accept_28_digit_numbers=True" if self.accept_28_digit_numbers else ""
        return (
            f"{type(self).__name__}(materials_provider={self.materials_provider!r}, "
            f"encryption_context={self.encryption_context!r}, attribute_actions={self.attribute_actions!r}{option})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CryptoConfig) or type(other) is not type(self):
            return NotImplemented
        return (
            self.materials_provider == other.materials_provider
            and self.encryption_context == other.encryption_context
            and self.attribute_actions == other.attribute_actions
            and self.accept_28_digit_numbers == other.accept_28_digit_numbers
        )

    __hash__ = None  # type: ignore[assignment]  # it is mutable
