# SPDX-License-Identifier: Apache-2.0
"""Tables of the structured format, for ``attach``: with the overrides for items of the legacy format and plaintext."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ddbcrypt.dynamodb.protected import PlaintextItem, ProtectedTable
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.identifiers import RESERVED_NAMES, SIGNATURE_ATTRIBUTE
from ddbcrypt.structured.encryptor import DynamoDbItemEncryptor
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE, RESERVED_PREFIX

if TYPE_CHECKING:
    from ddbcrypt.encrypted import CryptoConfig
    from ddbcrypt.structured.config import DynamoDbItemEncryptorConfig


class StructuredTable(ProtectedTable):
    """A table in the structured format. Thread-safe as far as its keyring or CMM is.

    :param name: the table's plain name
    :param config: how its items are protected
    """

    __slots__ = ("_config", "_encryptor", "key_names", "name", "reserved_names")

    signature_attribute = FOOTER_ATTRIBUTE

    def __init__(self, name: str, config: DynamoDbItemEncryptorConfig) -> None:
        self.name = name
        self.key_names = config.key_names
        self._config = config
        self._encryptor = DynamoDbItemEncryptor(config)
        legacy = RESERVED_NAMES if self._encryptor.legacy_config is not None else ()
        self.reserved_names = frozenset((HEADER_ATTRIBUTE, FOOTER_ATTRIBUTE, *legacy))

    @property
    def may_block(self) -> bool:
        """Whether the keyring, CMM or materials provider of the legacy format may block."""
        return self._encryptor.may_block

    @property
    def existence_attributes(self) -> tuple[str, ...]:
        """What shows that an item is there: its signature in a format that is read, or its key where plaintext is.

        Nothing where plaintext is written: an update may make an item that nobody signed.
        """
        if self._config.plaintext_policy.writes_plaintext:
            return ()
        if self._config.plaintext_policy.reads_plaintext:
            return (self.key_names[0],)
        legacy = self._config.legacy_override
        reads_legacy = legacy is not None and legacy.policy.reads_legacy
        return (FOOTER_ATTRIBUTE, SIGNATURE_ATTRIBUTE) if reads_legacy else (FOOTER_ATTRIBUTE,)

    @property
    def named_attributes(self) -> frozenset[str]:
        """The attributes that have an action, and those that are allowed to be unsigned; of either format."""
        legacy = self._encryptor.legacy_config
        of_legacy = legacy.attribute_actions.attribute_actions if legacy is not None else ()
        return frozenset(
            (*self._config.attribute_actions_on_encrypt, *self._config.allowed_unsigned_attributes, *of_legacy)
        )

    def action(self, name: str) -> CryptoAction:
        """Give the attribute action of a top-level attribute; what is not configured is taken for encrypted."""
        action = self._config.action(name)
        if action is None:
            return CryptoAction.ENCRYPT_AND_SIGN
        legacy = self._encryptor.legacy_config
        if legacy is not None and action is not CryptoAction.ENCRYPT_AND_SIGN:
            # an item of either format may be met: what one of them encrypts cannot be compared
            return max(action, legacy.attribute_actions.action(name), key=_protection)
        return action

    def is_reserved(self, name: str) -> bool:
        """Whether one of the formats in the table reserves the attribute name."""
        return name.startswith(RESERVED_PREFIX) or (
            self._encryptor.legacy_config is not None and name in RESERVED_NAMES
        )

    def encrypt(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Encrypt and sign items, as the policies say."""
        return self._encryptor.protect_only(items)

    def decrypt(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Verify and decrypt items, as the policies say."""
        return [
            PlaintextItem(one) if kind == "plaintext" else one for kind, one in self._encryptor.unprotect_only(items)
        ]

    def name_item(self, error: DynamodbEncryptionSdkError, item: Mapping[str, Any]) -> None:
        """Set ``item_key`` of an error and show the key in its message."""
        self._encryptor.name_item(error, item)

    def is_current(self, stored: Mapping[str, Any]) -> bool:
        """Whether the header has the configured actions and suite: items are read whatever theirs are."""
        return self._encryptor.is_current(stored)

    def unsigned_in(self, stored: Mapping[str, Any]) -> frozenset[str]:
        """Give the attributes that are protected once the item is of this format, and are not as it is stored."""
        if HEADER_ATTRIBUTE in stored or not stored:
            return frozenset()
        legacy = self._encryptor.legacy_config
        signed = legacy is not None and SIGNATURE_ATTRIBUTE in stored
        return frozenset(
            name
            for name in {*self._config.attribute_actions_on_encrypt, *stored}
            if self.is_protected(name)
            and not self.is_reserved(name)
            and not (signed and legacy is not None and self._legacy_signs(legacy, name))
        )

    @staticmethod
    def _legacy_signs(legacy: CryptoConfig, name: str) -> bool:
        return legacy.attribute_actions.action(name) is not CryptoAction.DO_NOTHING


def _protection(action: CryptoAction) -> int:
    return 0 if action is CryptoAction.DO_NOTHING else 2 if action is CryptoAction.ENCRYPT_AND_SIGN else 1
