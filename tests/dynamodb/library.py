# SPDX-License-Identifier: Apache-2.0
"""ddbcrypt and the reference client, reached through the module names that both have."""

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Keys:
    """Key material of one table: AES-256 and HMAC-SHA-256."""

    encryption: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    signing: bytes = field(default_factory=lambda: os.urandom(32), repr=False)


@dataclass(frozen=True)
class Library:
    """One of the two packages, by its top-level name."""

    package: str

    def module(self, name: str) -> Any:
        """The package's module ``name``."""
        return importlib.import_module(f"{self.package}.{name}")

    def provider(self, keys: Keys) -> Any:
        """A static materials provider over ``keys``."""
        identifiers = self.module("identifiers")
        jce = self.module("delegated_keys.jce").JceNameLocalDelegatedKey
        raw = self.module("materials.raw")
        symmetric, encoding = identifiers.EncryptionKeyType.SYMMETRIC, identifiers.KeyEncodingType.RAW
        cipher = jce(key=keys.encryption, algorithm="AES", key_type=symmetric, key_encoding=encoding)
        mac = jce(key=keys.signing, algorithm="HmacSHA256", key_type=symmetric, key_encoding=encoding)
        static = self.module("material_providers.static").StaticCryptographicMaterialsProvider
        return static(
            encryption_materials=raw.RawEncryptionMaterials(signing_key=mac, encryption_key=cipher),
            decryption_materials=raw.RawDecryptionMaterials(verification_key=mac, decryption_key=cipher),
        )

    def actions(self, default: str, attributes: Mapping[str, str]) -> Any:
        """Attribute actions, from the names of :class:`CryptoAction`'s members."""
        action = self.module("identifiers").CryptoAction
        return self.module("structures").AttributeActions(
            default_action=action[default], attribute_actions={name: action[what] for name, what in attributes.items()}
        )

    @property
    def encrypted_table(self) -> Any:
        """The class ``EncryptedTable``."""
        return self.module("encrypted.table").EncryptedTable

    @property
    def encrypted_client(self) -> Any:
        """The class ``EncryptedClient``."""
        return self.module("encrypted.client").EncryptedClient


DDBCRYPT = Library("ddbcrypt")
REFERENCE = Library("dynamodb_encryption_sdk")
