# SPDX-License-Identifier: Apache-2.0
"""Item encryptors for the cases that the tests of this format share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import Keyring, MultiKeyring, RawAesKeyring
from ddbcrypt.structured import DynamoDbItemEncryptor, DynamoDbItemEncryptorConfig
from tests.structured.cases import Case
from tests.structured.keyring import RawAes
from tests.structured.reference import deserialize, serialize

TABLE = "patients"
ACTIONS = {
    "id": CryptoAction.SIGN_ONLY,
    "name": CryptoAction.ENCRYPT_AND_SIGN,
    "weight": CryptoAction.ENCRYPT_AND_SIGN,
    "city": CryptoAction.SIGN_ONLY,
    "views": CryptoAction.DO_NOTHING,
}
ITEM: dict[str, Any] = {
    "id": {"S": "p-17"},
    "name": {"S": "Ada Lovelace"},
    "weight": {"N": "58"},
    "city": {"S": "London"},
    "views": {"N": "3"},
}


def keyring_of(raw: Sequence[RawAes]) -> Keyring:
    """The keyring of a case: one, or several recipients."""
    made = [RawAesKeyring(one.namespace, one.name, one.key) for one in raw]
    return made[0] if len(made) == 1 else MultiKeyring(made[0], made[1:])


def config_of(case: Case, **changes: Any) -> DynamoDbItemEncryptorConfig:
    """The configuration of a case."""
    table, partition, sort, actions, allowed, prefix = case.plan
    given: dict[str, Any] = {
        "logical_table_name": table,
        "partition_key_name": partition,
        "sort_key_name": sort,
        "attribute_actions_on_encrypt": actions,
        "allowed_unsigned_attributes": allowed,
        "allowed_unsigned_attribute_prefix": prefix,
        "keyring": keyring_of(case.keyrings),
        "algorithm_suite_id": case.suite,
    }
    return DynamoDbItemEncryptorConfig(**{**given, **changes})


def config(**changes: Any) -> DynamoDbItemEncryptorConfig:
    """The configuration of :data:`ITEM`."""
    given: dict[str, Any] = {
        "logical_table_name": TABLE,
        "partition_key_name": "id",
        "attribute_actions_on_encrypt": ACTIONS,
        "allowed_unsigned_attributes": ["views"],
        "keyring": RawAesKeyring("ddbcrypt", "main", bytes(range(32))),
    }
    return DynamoDbItemEncryptorConfig(**{**given, **changes})


def encryptor(**changes: Any) -> DynamoDbItemEncryptor:
    """An encryptor for :data:`ITEM`."""
    return DynamoDbItemEncryptor(config(**changes))


def normalised(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with its numbers in one notation and its sets in one order, as the format keeps them."""
    return {name: deserialize(*serialize(value)) for name, value in item.items()}
