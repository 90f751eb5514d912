# SPDX-License-Identifier: Apache-2.0
"""Keys, attribute actions and clients of one run of the demo."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    EncryptedClient,
    EncryptionContext,
    EncryptionKeyType,
    JceNameLocalDelegatedKey,
    KeyEncodingType,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    StaticCryptographicMaterialsProvider,
)
from ddbcrypt.cli.demo.table import DemoTable, Keys

__all__ = ("attribute_actions", "crypto_config", "encrypted_client", "fresh_provider")


def fresh_provider() -> StaticCryptographicMaterialsProvider:
    """Return a materials provider with new random keys: AES-256 to encrypt, HMAC-SHA-256 to sign."""
    encryption_key = _fresh_key("AES")
    signing_key = _fresh_key("HmacSHA256")
    return StaticCryptographicMaterialsProvider(
        encryption_materials=RawEncryptionMaterials(signing_key=signing_key, encryption_key=encryption_key),
        decryption_materials=RawDecryptionMaterials(verification_key=signing_key, decryption_key=encryption_key),
    )


def _fresh_key(algorithm: str) -> JceNameLocalDelegatedKey:
    return JceNameLocalDelegatedKey(
        key=os.urandom(32),
        algorithm=algorithm,
        key_type=EncryptionKeyType.SYMMETRIC,
        key_encoding=KeyEncodingType.RAW,
    )


def attribute_actions(sign_only: Iterable[str], do_nothing: Iterable[str]) -> AttributeActions:
    """Return actions that encrypt and sign all attributes but the named ones; clients add the table's keys."""
    actions = dict.fromkeys(sign_only, CryptoAction.SIGN_ONLY) | dict.fromkeys(do_nothing, CryptoAction.DO_NOTHING)
    return AttributeActions(default_action=CryptoAction.ENCRYPT_AND_SIGN, attribute_actions=actions)


def encrypted_client(
    table: DemoTable, provider: StaticCryptographicMaterialsProvider, actions: AttributeActions
) -> EncryptedClient:
    """Return the client that an application would use."""
    return EncryptedClient(table.client, materials_provider=provider, attribute_actions=actions)


def crypto_config(
    table: str, keys: Keys, provider: StaticCryptographicMaterialsProvider, actions: AttributeActions
) -> CryptoConfig:
    """Return the configuration of the item functions that does what the encrypted client does."""
    context: dict[str, Any] = {"partition_key_name": keys.names[0]}
    if len(keys.names) > 1:
        context["sort_key_name"] = keys.names[1]
    own = actions.copy()
    own.set_index_keys(*keys.names)
    return CryptoConfig(
        materials_provider=provider,
        encryption_context=EncryptionContext(table_name=table, **context),
        attribute_actions=own,
    )
