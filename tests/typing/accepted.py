# SPDX-License-Identifier: Apache-2.0
"""What a type checker is to see of the public API: checked by test_types.py, never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from mypy_boto3_dynamodb.client import DynamoDBClient
from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

import ddbcrypt
from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    CryptographicMaterials,
    CryptographicMaterialsProvider,
    DecryptionMaterials,
    DelegatedKey,
    EncryptedClient,
    EncryptedResource,
    EncryptedTable,
    EncryptionContext,
    EncryptionKeyType,
    EncryptionMaterials,
    JceNameLocalDelegatedKey,
    KeyEncodingType,
    LegacyTableConfig,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    StaticCryptographicMaterialsProvider,
    TableIndex,
    TableInfo,
    ddb_to_dict,
    decrypt_dynamodb_item,
    decrypt_python_item,
    dict_to_ddb,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, OldImageError, SignatureVerificationError
from ddbcrypt.structured import DynamoDbTableEncryptionConfig

assert_type(ddbcrypt.__version__, str)


def keys() -> CryptographicMaterialsProvider:
    cipher = JceNameLocalDelegatedKey(bytes(32), "AES", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)
    mac = JceNameLocalDelegatedKey.generate("HmacSHA256", 256)
    assert_type(mac, JceNameLocalDelegatedKey)
    assert_type(mac.algorithm, str)
    assert_type(mac.key, bytes)
    assert_type(mac.allowed_for_raw_materials, bool)
    assert_type(mac.signing_algorithm(), str)
    assert_type(mac.sign("HmacSHA256", b"data"), bytes)
    assert_type(cipher.encrypt("AES/CBC/PKCS5Padding", "name", b"plaintext"), bytes)
    assert_type(cipher.decrypt("AES/CBC/PKCS5Padding", "name", b"ciphertext"), bytes)
    writing = RawEncryptionMaterials(signing_key=mac, encryption_key=cipher, material_description={"purpose": "a"})
    reading = RawDecryptionMaterials(verification_key=mac, decryption_key=cipher)
    assert_type(writing.signing_key, DelegatedKey)
    assert_type(writing.material_description, dict[str, str])
    assert_type(reading.verification_key, DelegatedKey)
    as_base: tuple[EncryptionMaterials, DecryptionMaterials] = (writing, reading)
    del as_base
    return StaticCryptographicMaterialsProvider(encryption_materials=writing, decryption_materials=reading)


def configuration(provider: CryptographicMaterialsProvider) -> CryptoConfig:
    assert_type(CryptoAction.SIGN_ONLY < CryptoAction.ENCRYPT_AND_SIGN, bool)
    actions = AttributeActions(
        default_action=CryptoAction.ENCRYPT_AND_SIGN, attribute_actions={"id": CryptoAction.SIGN_ONLY}
    )
    assert_type(actions.action("id"), CryptoAction)
    assert_type(actions + actions.copy(), AttributeActions)
    assert_type(actions.take_no_actions, bool)
    index = TableIndex(partition="id", sort="at")
    info = TableInfo(name="table", primary_index=index)
    assert_type(info.primary_index, TableIndex)
    assert_type(info.protected_index_keys(), set[str])
    context = EncryptionContext(table_name="table", partition_key_name="id", attributes={"id": {"S": "a"}})
    assert_type(context.attributes, Mapping[str, Any])
    config = CryptoConfig(
        materials_provider=provider,
        encryption_context=context,
        attribute_actions=actions,
        accept_28_digit_numbers=True,
    )
    assert_type(config.encryption_materials(), CryptographicMaterials)
    assert_type(config.copy(), CryptoConfig)
    return config.with_item({"id": {"S": "a"}})


def items(config: CryptoConfig) -> None:
    assert_type(dict_to_ddb({"id": "a"}), dict[str, Any])
    assert_type(ddb_to_dict({"id": {"S": "a"}}), dict[str, Any])
    assert_type(encrypt_python_item({"id": "a"}, config), dict[str, Any])
    assert_type(decrypt_python_item({"id": "a"}, config), dict[str, Any])
    assert_type(encrypt_dynamodb_item({"id": {"S": "a"}}, config), dict[str, Any])
    assert_type(decrypt_dynamodb_item({"id": {"S": "a"}}, crypto_config=config), dict[str, Any])


def database(
    provider: CryptographicMaterialsProvider,
    config: CryptoConfig,
    structured: DynamoDbTableEncryptionConfig,
    boto3_table: Table,
    boto3_client: DynamoDBClient,
) -> None:
    table = EncryptedTable(table=boto3_table, materials_provider=provider)
    assert_type(table.put_item(Item={"id": "a"}), dict[str, Any])
    assert_type(table.get_item(Key={"id": "a"}, ConsistentRead=True, crypto_config=config), dict[str, Any])
    assert_type(table.scan(Limit=10), dict[str, Any])
    with table.batch_writer(overwrite_by_pkeys=["id"]) as batch:
        batch.put_item(Item={"id": "a"})
    EncryptedTable(boto3_table, structured)
    EncryptedClient(boto3_client, {"visits": structured, "people": LegacyTableConfig(provider)})
    client = EncryptedClient(client=boto3_client, materials_provider=provider)
    assert_type(client.put_item(TableName="table", Item={"id": {"S": "a"}}), dict[str, Any])
    assert_type(client.batch_get_item(RequestItems={"table": {"Keys": [{"id": {"S": "a"}}]}}), dict[str, Any])


def operations(provider: CryptographicMaterialsProvider, config: CryptoConfig, boto3_client: DynamoDBClient) -> None:
    client = EncryptedClient(client=boto3_client, materials_provider=provider, update_mode="refuse")
    key = {"id": {"S": "a"}}
    assert_type(
        client.update_item(TableName="table", Key=key, UpdateExpression="REMOVE name", ReturnValues="ALL_NEW"),
        dict[str, Any],
    )
    client.delete_item(TableName="table", Key=key, ConditionExpression="attribute_exists(name)", crypto_config=config)
    client.transact_get_items(TransactItems=[{"Get": {"TableName": "table", "Key": key}}])
    client.transact_write_items(
        TransactItems=[{"Delete": {"TableName": "table", "Key": key}}], ClientRequestToken="token"
    )
    client.query(
        TableName="table", KeyConditionExpression="id = :id", ProjectionExpression="name", fetch_from_table=True
    )
    for page in client.get_paginator("scan").paginate(TableName="table", crypto_config=config):
        assert_type(page, dict[str, Any])


def resource(provider: CryptographicMaterialsProvider, boto3_resource: DynamoDBServiceResource) -> None:
    resource = EncryptedResource(resource=boto3_resource, materials_provider=provider)
    assert_type(resource.Table("table"), EncryptedTable)
    assert_type(list(resource.tables.all().limit(3)), list[EncryptedTable])
    assert_type(resource.batch_get_item(RequestItems={"table": {"Keys": [{"id": "a"}]}}), dict[str, Any])
    table = resource.Table("table", table_info=TableInfo("table", TableIndex("id")))
    assert_type(table.update_item(Key={"id": "a"}, UpdateExpression="REMOVE name"), dict[str, Any])
    assert_type(table.name, str)


def errors(config: CryptoConfig) -> None:
    try:
        decrypt_python_item({}, config)
    except SignatureVerificationError as error:
        assert_type(error.attribute, str | None)
        assert_type(error.item_key, Mapping[str, Any] | None)
        assert_type(error.index, int | None)
        base: DynamodbEncryptionSdkError = error
        del base
    except OldImageError as error:
        assert_type(error.response, Mapping[str, Any] | None)


class OwnKey(DelegatedKey):
    """A user's own delegated key."""

    @property
    def algorithm(self) -> str:
        return "HmacSHA256"

    def sign(self, algorithm: str, data: bytes) -> bytes:
        return algorithm.encode() + data


class OwnProvider(CryptographicMaterialsProvider):
    """A user's own materials provider."""

    def encryption_materials(self, encryption_context: EncryptionContext) -> RawEncryptionMaterials:
        assert_type(encryption_context.table_name, str | None)
        return RawEncryptionMaterials(signing_key=OwnKey())
