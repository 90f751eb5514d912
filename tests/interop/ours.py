# SPDX-License-Identifier: Apache-2.0
"""ddbcrypt's side of a case: its configuration from plain values."""

from __future__ import annotations

from typing import Any

from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.identifiers import CryptoAction, EncryptionKeyType, KeyEncodingType
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider
from ddbcrypt.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from ddbcrypt.structures import AttributeActions, EncryptionContext
from tests.strategies import Case

AES_KEY = bytes(range(32))
HMAC_KEY = bytes(range(64, 128))


def key(algorithm: str, raw: bytes) -> JceNameLocalDelegatedKey:
    return JceNameLocalDelegatedKey(raw, algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)


def provider_for(case: Case) -> StaticCryptographicMaterialsProvider:
    signing = key(case.signing_algorithm, case.signing_key)
    encryption = None if case.encryption_key is None else key("AES", case.encryption_key)
    return StaticCryptographicMaterialsProvider(
        encryption_materials=RawEncryptionMaterials(signing, encryption, case.description),
        decryption_materials=RawDecryptionMaterials(signing, encryption, case.description),
    )


def actions_for(case: Case) -> AttributeActions:
    return AttributeActions(
        default_action=CryptoAction[case.default],
        attribute_actions={name: CryptoAction[action] for name, action in case.actions.items()},
    )


def config_for(case: Case, *, keys: tuple[str | None, str | None] = (None, None), **options: Any) -> CryptoConfig:
    """The configuration of a case; ``keys`` are the names of partition and sort key."""
    partition, sort = keys
    context = EncryptionContext(table_name=case.table, partition_key_name=partition, sort_key_name=sort)
    return CryptoConfig(provider_for(case), context, actions_for(case), **options)


def case_of(
    item: dict[str, Any], actions: dict[str, str] | None = None, default: str = "ENCRYPT_AND_SIGN", **changes: Any
) -> Case:
    """A case with fixed keys and table, for tests that are about the item."""
    values: dict[str, Any] = {
        "item": item,
        "table": "patients",
        "default": default,
        "actions": actions or {},
        "signing_algorithm": "HmacSHA256",
        "signing_key": HMAC_KEY,
        "encryption_key": AES_KEY,
    }
    return Case(**{**values, **changes})
