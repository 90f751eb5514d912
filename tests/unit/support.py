# SPDX-License-Identifier: Apache-2.0
"""Keys and configurations for the unit tests, and delegated keys as an application would write its own."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    CryptographicMaterialsProvider,
    DelegatedKey,
    EncryptionContext,
    EncryptionKeyType,
    JceNameLocalDelegatedKey,
    KeyEncodingType,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    SignatureVerificationError,
    StaticCryptographicMaterialsProvider,
)

SIGNATURE = "*amzn-ddb-map-sig*"
DESCRIPTION = "*amzn-ddb-map-desc*"
AES_BYTES = bytes(range(32))
HMAC_BYTES = bytes(range(100, 132))
ENCRYPT = CryptoAction.ENCRYPT_AND_SIGN
SIGN = CryptoAction.SIGN_ONLY
NOTHING = CryptoAction.DO_NOTHING


def local_key(algorithm: str, material: bytes) -> JceNameLocalDelegatedKey:
    return JceNameLocalDelegatedKey(material, algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)


AES = local_key("AES", AES_BYTES)
HMAC = local_key("HmacSHA256", HMAC_BYTES)


def static_provider(
    encryption_key: DelegatedKey | None = AES,
    signing_key: DelegatedKey = HMAC,
    description: dict[str, str] | None = None,
) -> StaticCryptographicMaterialsProvider:
    return StaticCryptographicMaterialsProvider(
        decryption_materials=RawDecryptionMaterials(signing_key, encryption_key, description),
        encryption_materials=RawEncryptionMaterials(signing_key, encryption_key, description),
    )


def make_config(
    *,
    default: CryptoAction = ENCRYPT,
    actions: Mapping[str, CryptoAction] | None = None,
    provider: CryptographicMaterialsProvider | None = None,
    table: str | None = "patients",
    partition: str | None = "id",
    sort: str | None = None,
    accept_28_digit_numbers: bool = False,
) -> CryptoConfig:
    """Table ``patients`` with partition key ``id``, which is signed only."""
    chosen = dict(actions or {})
    for name in (partition, sort):
        if name is not None:
            chosen.setdefault(name, min(default, SIGN))
    return CryptoConfig(
        materials_provider=provider or static_provider(),
        encryption_context=EncryptionContext(table_name=table, partition_key_name=partition, sort_key_name=sort),
        attribute_actions=AttributeActions(default, chosen),
        accept_28_digit_numbers=accept_28_digit_numbers,
    )


class OwnCipher(DelegatedKey):
    """An application's encryption key: it hands on to AES, and notes what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []

    @property
    def algorithm(self) -> str:
        return "AES"

    @property
    def allowed_for_raw_materials(self) -> bool:
        return True

    def encrypt(self, algorithm: str, name: str, plaintext: bytes, additional_associated_data: Any = None) -> bytes:
        self.calls.append(("encrypt", algorithm, name))
        return AES.encrypt(algorithm, name, plaintext)

    def decrypt(self, algorithm: str, name: str, ciphertext: bytes, additional_associated_data: Any = None) -> bytes:
        self.calls.append(("decrypt", algorithm, name))
        return AES.decrypt(algorithm, name, ciphertext)


class OwnSigner(DelegatedKey):
    """An application's signing key: HMAC-SHA-256 by Python's ``hmac``."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    @property
    def algorithm(self) -> str:
        return "HmacSHA256"

    def sign(self, algorithm: str, data: bytes) -> bytes:
        self.calls.append(("sign", algorithm))
        return hmac.new(HMAC_BYTES, data, hashlib.sha256).digest()

    def verify(self, algorithm: str, signature: bytes, data: bytes) -> None:
        self.calls.append(("verify", algorithm))
        if not hmac.compare_digest(hmac.new(HMAC_BYTES, data, hashlib.sha256).digest(), signature):
            raise SignatureVerificationError("own key: no")
