# SPDX-License-Identifier: Apache-2.0
"""What a type checker is to refuse: each marked line, and no other. Checked by test_types.py, never run."""

from __future__ import annotations

import ddbcrypt
import ddbcrypt.keyrings
from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    EncryptedClient,
    EncryptedTable,
    EncryptionContext,
    EncryptionKeyType,
    JceNameLocalDelegatedKey,
    KeyEncodingType,
    RawEncryptionMaterials,
    TableIndex,
    dict_to_ddb,
    encrypt_python_item,
)


def wrong(config: CryptoConfig, table: EncryptedTable, client: EncryptedClient) -> None:
    JceNameLocalDelegatedKey("text", "AES", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)  # refused
    JceNameLocalDelegatedKey(b"", "AES", "SYMMETRIC", KeyEncodingType.RAW)  # refused
    AttributeActions(default_action="SIGN_ONLY")  # refused
    AttributeActions(attribute_actions={"id": 1})  # refused
    AttributeActions().action(b"id")  # refused
    CryptoAction.SIGN_ONLY.value = 3  # refused
    RawEncryptionMaterials(signing_key=b"key")  # refused
    CryptoConfig(config.materials_provider, EncryptionContext(), AttributeActions(), True)  # refused
    TableIndex(sort="at")  # refused
    encrypt_python_item(["id"], config)  # refused
    encrypt_python_item({"id": "a"})  # refused
    text: str = dict_to_ddb({"id": "a"})  # refused
    table.put_item(Items={"id": "a"})  # refused
    table.put_item(Item={"id": "a"}, crypto_config="config")  # refused
    client.get_item(TableName="table", Key={"id": {"S": "a"}}, ConsistentRead="yes")  # refused
    client.delete_item(TableName="table")  # refused
    client.execute_statement(Statement="SELECT")  # refused
    table.update_item(Key={"id": "a"}, AttributeUpdates={})  # refused
    table.query(KeyConditionExpression="id = :id", fetch_from_table="yes")  # refused
    print(ddbcrypt.NoSuchName)  # refused
    print(ddbcrypt.encrypted.NoSuchName)  # refused
    print(ddbcrypt.keyrings.NoSuchName)  # refused
    ddbcrypt.keyrings.RawAesKeyring("ours", 1, b"")  # refused
    print(text)
