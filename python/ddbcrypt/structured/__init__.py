# SPDX-License-Identifier: Apache-2.0
"""The structured format: items of the AWS Database Encryption SDK for DynamoDB.

``docs/format-structured.md`` describes it. An item encryptor takes a keyring or CMM of :mod:`ddbcrypt.keyrings`.
"""

from __future__ import annotations

from ddbcrypt.structured.config import DynamoDbItemEncryptorConfig
from ddbcrypt.structured.encryptor import DynamoDbItemEncryptor
from ddbcrypt.structured.overrides import LegacyOverride, LegacyPolicy, PlaintextOverride
from ddbcrypt.structured.results import DecryptItemOutput, EncryptItemOutput, ParsedHeader
from ddbcrypt.structured.table_config import DynamoDbTableEncryptionConfig

__all__ = (
    "DecryptItemOutput",
    "DynamoDbItemEncryptor",
    "DynamoDbItemEncryptorConfig",
    "DynamoDbTableEncryptionConfig",
    "EncryptItemOutput",
    "LegacyOverride",
    "LegacyPolicy",
    "ParsedHeader",
    "PlaintextOverride",
)
