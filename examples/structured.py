# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Items of the AWS Database Encryption SDK, in Python
#
# Runs as a script, and cell by cell in Jupyter (jupytext) and editors that know `# %%`. Needs `ddbcrypt[demo]`.

# %% Keys: a raw AES key here; in production a KMS or hierarchical keyring.
import secrets

import boto3
from moto import mock_aws

from ddbcrypt import CryptoAction, DynamodbEncryptionSdkError, attach
from ddbcrypt.keyrings import RawAesKeyring
from ddbcrypt.structured import DynamoDbItemEncryptor, DynamoDbTableEncryptionConfig

keyring = RawAesKeyring("clinic", "key 2026", secrets.token_bytes(32))

# %% What is done to each attribute. Unsigned ones are named, so that nothing is unsigned because it was forgotten.
config = DynamoDbTableEncryptionConfig(
    logical_table_name="patients",
    partition_key_name="id",
    attribute_actions_on_encrypt={
        "id": CryptoAction.SIGN_ONLY,
        "name": CryptoAction.ENCRYPT_AND_SIGN,
        "weight": CryptoAction.ENCRYPT_AND_SIGN,
        "views": CryptoAction.DO_NOTHING,
    },
    allowed_unsigned_attributes=["views"],
    keyring=keyring,
)
encryptor = DynamoDbItemEncryptor(config)

# %% Encrypt.
patient = {"id": "p-17", "name": "Ada Lovelace", "weight": 58, "views": 3}
written = encryptor.encrypt_python_item(patient)
for name, value in written.encrypted_item.items():
    print(name, "=", value if name in ("id", "views") else f"{len(value.value)} bytes")

# %% Decrypt: the item, and what its header says.
read = encryptor.decrypt_python_item(written.encrypted_item)
print(read.plaintext_item)
header = read.parsed_header
print(header.algorithm_suite_id.name, [key.provider_id for key in header.encrypted_data_keys])

# %% A tampered item is refused.
try:
    encryptor.decrypt_python_item({**written.encrypted_item, "id": "p-18"})
except DynamodbEncryptionSdkError as error:
    print(f"{type(error).__name__}: {error}")

# %% The same on a table: here an embedded DynamoDB, elsewhere your own client, resource or Table.
with mock_aws():
    plain = boto3.resource("dynamodb", "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")
    plain.create_table(
        TableName="patients",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table = attach(plain.Table("patients"), {"patients": config})
    table.put_item(Item=patient)
    table.update_item(
        Key={"id": "p-17"},
        UpdateExpression="SET weight = weight + :more",
        ExpressionAttributeValues={":more": 1},
    )
    print("the application reads", table.get_item(Key={"id": "p-17"})["Item"])
    print("DynamoDB holds", sorted(plain.Table("patients").get_item(Key={"id": "p-17"})["Item"]))
