# SPDX-License-Identifier: Apache-2.0
"""ddbcrypt's structured format: an item encryptor with one raw AES key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.shapes import KEYS, TABLE
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import AlgorithmSuite, RawAesKeyring
from ddbcrypt.structured import DynamoDbItemEncryptor, DynamoDbItemEncryptorConfig

NAMESPACE, NAME, KEY = "ddbcrypt", "bench", bytes(range(32))
SUITES = {"HMAC": AlgorithmSuite.SYMMETRIC_SIGNATURE, "ECDSA": AlgorithmSuite.ECDSA_P384}


def config_for(names: Iterable[str], suite: str = "HMAC") -> DynamoDbItemEncryptorConfig:
    """Keys are signed, all else is encrypted."""
    return DynamoDbItemEncryptorConfig(
        logical_table_name=TABLE,
        partition_key_name=KEYS[0],
        sort_key_name=KEYS[1],
        attribute_actions_on_encrypt={
            name: CryptoAction.SIGN_ONLY if name in KEYS else CryptoAction.ENCRYPT_AND_SIGN for name in names
        },
        keyring=RawAesKeyring(NAMESPACE, NAME, KEY),
        algorithm_suite_id=SUITES[suite],
    )


def encryptor_for(names: Iterable[str], suite: str = "HMAC") -> DynamoDbItemEncryptor:
    return DynamoDbItemEncryptor(config_for(names, suite))


def call(encryptor: DynamoDbItemEncryptor, item: dict[str, Any], form: str, direction: str) -> Any:
    """What is timed: ``encrypt`` of the plaintext ``item``, or ``decrypt`` of what that gives."""
    infix = "_python" if form == "python" else ""
    encrypt = getattr(encryptor, f"encrypt{infix}_item")
    if direction == "encrypt":
        return lambda: encrypt(item)
    decrypt, stored = getattr(encryptor, f"decrypt{infix}_item"), encrypt(item).encrypted_item
    return lambda: decrypt(stored)


def batch_call(encryptor: DynamoDbItemEncryptor, items: list[dict[str, Any]], form: str, direction: str) -> Any:
    """As :func:`call`, for many items at once."""
    infix = "_python" if form == "python" else ""
    encrypt = getattr(encryptor, f"encrypt{infix}_items")
    if direction == "encrypt":
        return lambda: encrypt(items)
    decrypt = getattr(encryptor, f"decrypt{infix}_items")
    stored = [output.encrypted_item for output in encrypt(items)]
    return lambda: decrypt(stored)
