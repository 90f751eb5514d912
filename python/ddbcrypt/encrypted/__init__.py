# SPDX-License-Identifier: Apache-2.0
"""How items are encrypted and decrypted: the configuration that the item functions take."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ddbcrypt.context_overrides import EncryptionContextOverride, apply_override
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.identifiers import CryptoAction, Dialect
from ddbcrypt.internal.lazy import loader
from ddbcrypt.internal.validate import require_callable, require_instance, require_key_names
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.structures import AttributeActions, EncryptionContext

if not TYPE_CHECKING:
    __getattr__, __dir__ = loader(__name__, {}, submodules=("client", "item", "paginator", "resource", "table"))

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
    :param encryption_context_override: callable that is applied to the encryption context of each item, for tables that
        were restored or renamed; see :mod:`ddbcrypt.context_overrides`. None: there is none
    :param Dialect dialect: whose order the signed members of written items follow. Reading accepts both
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: the partition key or the sort key would be encrypted, has an empty name, or both have
        the same
    """

    __slots__ = (
        "accept_28_digit_numbers",
        "attribute_actions",
        "dialect",
        "encryption_context",
        "encryption_context_override",
        "materials_provider",
    )

    def __init__(
        self,
        materials_provider: CryptographicMaterialsProvider,
        encryption_context: EncryptionContext,
        attribute_actions: AttributeActions,
        *,
        accept_28_digit_numbers: bool = False,
        encryption_context_override: EncryptionContextOverride | None = None,
        dialect: Dialect = Dialect.PYTHON,
    ) -> None:
        require_instance("materials_provider", materials_provider, CryptographicMaterialsProvider)
        require_instance("encryption_context", encryption_context, EncryptionContext)
        require_instance("attribute_actions", attribute_actions, AttributeActions)
        require_instance("accept_28_digit_numbers", accept_28_digit_numbers, bool)
        require_instance("dialect", dialect, Dialect)
        require_callable("encryption_context_override", encryption_context_override)
        partition, sort = encryption_context.partition_key_name, encryption_context.sort_key_name
        require_key_names(("partition_key_name", "sort_key_name"), partition, sort)
        for kind, name in (("partition key", partition), ("sort key", sort)):
            if name is not None and attribute_actions.action(name) is CryptoAction.ENCRYPT_AND_SIGN:
                raise InvalidArgumentError(
                    f'{kind} "{name}" cannot be encrypted, DynamoDB has to read it: '
                    "set its attribute action to SIGN_ONLY"
                )
        self.materials_provider = materials_provider
        self.encryption_context = encryption_context
        self.attribute_actions = attribute_actions
        self.accept_28_digit_numbers = accept_28_digit_numbers
        self.encryption_context_override = encryption_context_override
        self.dialect = dialect

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
        config.encryption_context_override = self.encryption_context_override
        config.dialect = self.dialect
        return config

    def overridden(self, material_description: dict[str, str] | None = None) -> CryptoConfig:
        """Copy whose encryption context has been through the override, and which has no override any more.

        :param material_description: description that the context has when the override sees it; None keeps its own
        :raises InvalidArgumentError: the override returns no encryption context
        :raises: what the override raises
        """
        config = self.copy()
        if material_description is not None:
            config.encryption_context.material_description = dict(material_description)
        if config.encryption_context_override is not None:
            config.encryption_context = apply_override(config.encryption_context_override, config.encryption_context)
            config.encryption_context_override = None
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
        if self.encryption_context_override is not None:
            option += f", encryption_context_override={self.encryption_context_override!r}"
        if self.dialect is not Dialect.PYTHON:
            option += f", dialect={self.dialect}"
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
            and self.encryption_context_override == other.encryption_context_override
            and self.dialect is other.dialect
        )

    __hash__ = None  # type: ignore[assignment]  # it is mutable
