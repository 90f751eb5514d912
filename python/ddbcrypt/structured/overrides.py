# SPDX-License-Identifier: Apache-2.0
"""What a table of the structured format does with items of the legacy format and with plaintext items."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.identifiers import Dialect
from ddbcrypt.internal.validate import require_callable, require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.structures import AttributeActions

__all__ = ("LegacyOverride", "LegacyPolicy", "PlaintextOverride")


class LegacyPolicy(Enum):
    """How items of the legacy format are written and read (spec: ddb-table-encryption-config, Legacy Policy)."""

    #: Items are written in the legacy format; both formats are read.
    FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT = "FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT"
    #: Items are written in the structured format; both formats are read.
    FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT = "FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT"
    #: The structured format alone is written and read.
    FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT = "FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT"

    @property
    def writes_legacy(self) -> bool:
        """Whether items are written in the legacy format."""
        return self is LegacyPolicy.FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT

    @property
    def reads_legacy(self) -> bool:
        """Whether items of the legacy format are read."""
        return self is not LegacyPolicy.FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT


class PlaintextOverride(Enum):
    """How plaintext items are written and read (spec: ddb-table-encryption-config, Plaintext Policy)."""

    #: Items are written in plaintext; plaintext items and encrypted ones are read.
    FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ = "FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ"
    #: Items are encrypted; plaintext items and encrypted ones are read.
    FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ = "FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ"
    #: Items are encrypted; plaintext items are refused.
    FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ = "FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ"

    @property
    def writes_plaintext(self) -> bool:
        """Whether items are written in plaintext."""
        return self is PlaintextOverride.FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ

    @property
    def reads_plaintext(self) -> bool:
        """Whether plaintext items are read."""
        return self is not PlaintextOverride.FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ


@dataclass(frozen=True, slots=True)
class LegacyOverride:
    """How the items of the legacy format in a table of the structured format are protected, and the policy for them.

    Thread-safe where its materials provider is. Makes no network call.

    :param policy: which formats are written and read
    :param materials_provider: gives the keys of items of the legacy format
    :param attribute_actions_on_encrypt: the attribute actions of items of the legacy format, which may differ from
        the table's; copied when the table's configuration is made. The primary key is never encrypted
    :param table_name: the name that those items are signed with (default: the logical table name)
    :param dialect: as of :class:`ddbcrypt.encrypted.CryptoConfig`
    :param accept_28_digit_numbers: as of :class:`ddbcrypt.encrypted.CryptoConfig`
    :param encryption_context_override: as of :class:`ddbcrypt.encrypted.CryptoConfig`
    :raises TypeError: when an argument is of a wrong type
    """

    policy: LegacyPolicy
    materials_provider: CryptographicMaterialsProvider
    attribute_actions_on_encrypt: AttributeActions = field(default_factory=AttributeActions)
    table_name: str | None = None
    dialect: Dialect = Dialect.PYTHON
    accept_28_digit_numbers: bool = False
    encryption_context_override: EncryptionContextOverride | None = None

    def __post_init__(self) -> None:
        require_instance("policy", self.policy, LegacyPolicy)
        require_instance("materials_provider", self.materials_provider, CryptographicMaterialsProvider)
        require_instance("attribute_actions_on_encrypt", self.attribute_actions_on_encrypt, AttributeActions)
        if self.table_name is not None:
            require_instance("table_name", self.table_name, str)
        require_instance("dialect", self.dialect, Dialect)
        require_instance("accept_28_digit_numbers", self.accept_28_digit_numbers, bool)
        require_callable("encryption_context_override", self.encryption_context_override)
