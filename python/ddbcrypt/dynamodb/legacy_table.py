# SPDX-License-Identifier: Apache-2.0
"""Tables in the format of the DynamoDB Encryption Client: their configuration, and the table made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ddbcrypt import _engine
from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.tables import ItemOptions, TableConfig, context_key_names
from ddbcrypt.dynamodb.update.trail import anchor, read_trail, write_trail
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_many, encrypt_dynamodb_item, encrypt_many
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.identifiers import CryptoAction, Dialect
from ddbcrypt.internal.failures import name_item
from ddbcrypt.internal.identifiers import (
    DESCRIPTION_ATTRIBUTE,
    RESERVED_NAMES,
    SIGNATURE_ATTRIBUTE,
    UPDATE_IDS,
)
from ddbcrypt.internal.items import binary_value
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider
from ddbcrypt.structures import AttributeActions, TableInfo


@dataclass(frozen=True, slots=True)
class LegacyTableConfig:
    """How the items of a table are protected in the format of the DynamoDB Encryption Client, for ``attach``.

    Thread-safe where its materials provider is. Makes no network call.

    :param materials_provider: gives the keys
    :param attribute_actions: what is done to each attribute; copied when it is attached. The primary key is never
        encrypted (default: everything else is encrypted and signed)
    :param table_info: the table's primary key; its name is what is signed. Without it, or without a primary index in
        it, ``DescribeTable`` is called at the table's first use
    :param dialect: as of :class:`CryptoConfig`
    :param accept_28_digit_numbers: as of :class:`CryptoConfig`
    :param encryption_context_override: as of :class:`CryptoConfig`
    :raises TypeError: when an argument is of a wrong type
    """

    materials_provider: CryptographicMaterialsProvider
    attribute_actions: AttributeActions = field(default_factory=AttributeActions)
    table_info: TableInfo | None = None
    dialect: Dialect = Dialect.PYTHON
    accept_28_digit_numbers: bool = False
    encryption_context_override: EncryptionContextOverride | None = None

    def __post_init__(self) -> None:
        require_instance("materials_provider", self.materials_provider, CryptographicMaterialsProvider)
        require_instance("attribute_actions", self.attribute_actions, AttributeActions)
        if self.table_info is not None:
            require_instance("table_info", self.table_info, TableInfo)
        self.options()

    def options(self) -> ItemOptions:
        """Give the options that each item's configuration gets; checks their types."""
        return ItemOptions(self.accept_28_digit_numbers, self.encryption_context_override, self.dialect)

    def known_info(self) -> TableInfo | None:
        """Give ``table_info`` where it has a primary index, so that DynamoDB need not be asked."""
        if self.table_info is None:
            return None
        try:
            self.table_info.primary_index  # noqa: B018 - raises where it is not known
        except AttributeError:
            return None
        return self.table_info

    def table(self, info: TableInfo) -> LegacyTable:
        """Make the table of a configuration and its primary key."""
        config = TableConfig.of_info(self.materials_provider, self.attribute_actions, info, self.options())
        return LegacyTable(info.name, config)


class LegacyTable(ProtectedTable):
    """A table in the legacy format."""

    __slots__ = ("_config", "_shared", "key_names", "name")

    signature_attribute = SIGNATURE_ATTRIBUTE
    reserved_names = frozenset(RESERVED_NAMES)

    def __init__(self, name: str, config: TableConfig) -> None:
        self.name = name
        self._config = config
        self.key_names = config.key_names
        crypto = config.crypto_config
        # the static provider looks at nothing, so its items need no context of their own; an override may look
        self._shared = (
            type(crypto.materials_provider) is StaticCryptographicMaterialsProvider
            and type(crypto) is CryptoConfig
            and crypto.encryption_context_override is None
        )

    @property
    def crypto_config(self) -> CryptoConfig:
        """The configuration of the table's items."""
        return self._config.crypto_config

    @property
    def may_block(self) -> bool:
        """Whether asking the materials provider for keys may block."""
        return self.crypto_config.materials_provider.may_block

    @property
    def signs_items(self) -> bool:
        """Whether any attribute may be signed."""
        return not self.crypto_config.attribute_actions.take_no_actions

    def update_trail(self, stored: Mapping[str, Any]) -> tuple[str, ...]:
        """Give the ids of the last updates: an entry of the material description, which every client keeps or drops."""
        return read_trail(_description(stored).get(UPDATE_IDS))

    def state_id(self, stored: Mapping[str, Any]) -> str | None:
        """Give the id of the last update, or one made of the signature."""
        trail = self.update_trail(stored)
        if trail:
            return trail[-1]
        signature = binary_value(stored.get(SIGNATURE_ATTRIBUTE), True)
        return anchor(signature) if signature else None

    def with_update_id(
        self, encrypted: Mapping[str, Any], stored: Mapping[str, Any] | None, update_id: str
    ) -> dict[str, Any]:
        """Give the encrypted item with the trail in its material description."""
        ids: tuple[str, ...] = ()
        if stored is not None:
            state = self.state_id(stored)
            ids = self.update_trail(stored) or (() if state is None else (state,))
        description = _description(encrypted)
        description[UPDATE_IDS] = write_trail((*ids, update_id))
        return {**encrypted, DESCRIPTION_ATTRIBUTE: {"B": _engine.serialize_description(description)}}

    def replaced_by(self, crypto_config: CryptoConfig) -> LegacyTable:
        """Make the table with the configuration that a single request brings."""
        return LegacyTable(self.name, self._config.replaced_by(crypto_config))

    @property
    def named_attributes(self) -> frozenset[str]:
        """The attributes that have an action of their own."""
        return frozenset(self.crypto_config.attribute_actions.attribute_actions)

    def action(self, name: str) -> CryptoAction:
        """Give the attribute action of a top-level attribute."""
        return self.crypto_config.attribute_actions.action(name)

    def is_reserved(self, name: str) -> bool:
        """Whether the format reserves the attribute name."""
        return name in RESERVED_NAMES

    def encrypt(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Encrypt and sign items."""
        if len(items) == 1:
            return [encrypt_dynamodb_item(items[0], self._with_item(items[0]))]
        return encrypt_many([(item, self._with_item(item)) for item in items], wire=True)

    def decrypt(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Verify and decrypt items."""
        if len(items) == 1:
            return [decrypt_dynamodb_item(items[0], self._with_item(items[0]))]
        return decrypt_many([(item, self._with_item(item)) for item in items], wire=True)

    def name_item(self, error: DynamodbEncryptionSdkError, item: Mapping[str, Any]) -> None:
        """Set ``item_key`` of an error and show the key in its message."""
        name_item(error, item, self.crypto_config)

    def _with_item(self, item: Mapping[str, Any]) -> CryptoConfig:
        return self.crypto_config if self._shared else self.crypto_config.with_item(item)


def table_of_config(name: str, crypto_config: CryptoConfig) -> LegacyTable:
    """Make a table of a request's own configuration, where nothing else is known of it."""
    return LegacyTable(name, TableConfig(crypto_config, context_key_names(crypto_config)))


def _description(stored: Mapping[str, Any]) -> dict[str, str]:
    data = binary_value(stored.get(DESCRIPTION_ATTRIBUTE), True)
    if not data:
        return {}
    try:
        return _engine.deserialize_description(data)
    except DynamodbEncryptionSdkError:
        return {}  # an item of that kind does not verify, and its trail is of no use
