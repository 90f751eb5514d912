# SPDX-License-Identifier: Apache-2.0
"""What other encryption clients write is named in the error, at every point where it can turn up."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ddbcrypt import (
    DeserializationError,
    DynamodbEncryptionSdkError,
    ForeignCiphertextError,
    ItemNotEncryptedError,
    SignatureVerificationError,
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from ddbcrypt.internal.foreign import name_foreign_client
from tests.unit.support import DESCRIPTION, ENCRYPT, NOTHING, SIGN, SIGNATURE, make_config

ESDK = "the AWS Encryption SDK"
S3 = "the Amazon S3 Encryption Client"
DBESDK = "the AWS Database Encryption SDK"

MESSAGE_1 = bytes.fromhex("01800378") + bytes(range(16)) + b"\x00\x00" + bytes(100)
MESSAGE_2 = bytes.fromhex("020578") + bytes(range(32)) + b"\x00\x00" + bytes(100)

VALUES = [
    ({"B": MESSAGE_1}, ESDK),
    ({"B": bytes.fromhex("01800014") + bytes(60)}, ESDK),
    ({"B": MESSAGE_2}, ESDK),
    ({"B": bytes.fromhex("020478") + bytes(60)}, ESDK),
    ({"S": base64.b64encode(MESSAGE_1).decode()}, ESDK),
    ({"S": base64.b64encode(MESSAGE_2).decode()}, ESDK),
    ({"B": base64.b64encode(MESSAGE_2)}, ESDK),
    ({"M": {"x-amz-key-v2": {"S": "..."}, "x-amz-iv": {"S": "..."}}}, S3),
    ({"M": {"Metadata": {"M": {"X-Amz-Meta-X-Amz-Cek-Alg": {"S": "AES/GCM/NoPadding"}}}}}, S3),
    ({"L": [{"M": {"x-amz-matdesc": {"S": "{}"}}}]}, S3),
    ({"S": json.dumps({"x-amz-wrap-alg": "kms+context", "x-amz-iv": "..."})}, S3),
    ({"B": json.dumps({"x-amz-c": "115", "x-amz-w": "12"}).encode()}, S3),
    ({"S": json.dumps({"x-amz-meta-x-amz-key": "..."})}, S3),
]
NAMES = [(name, S3) for name in ("x-amz-key", "x-amz-iv", "X-Amz-Cek-Alg", "x-amz-d", "x-amz-i", "x-amz-m")] + [
    ("x-amz-meta-x-amz-key-v2", S3),
    ("aws_dbe_head", DBESDK),
    ("aws_dbe_foot", DBESDK),
]
OURS = [
    {"B": bytes(48)},
    {"B": b"\x01\x80" + bytes(46)},
    {"B": b"\x01\x80\x00\x15" + bytes(46)},
    {"B": b"\x02\x04\x79" + bytes(46)},
    {"B": b""},
    {"S": "AYAA"},
    {"S": "plain text about x-amz-iv"},
    {"S": '{"a": "x-amz"}'},
    {"S": "not base64, though long enough to be decoded if it were"},
    {"N": "1"},
    {"M": {"x-amz": {"S": "x-amz-iv"}}},
    {"BOOL": True},
    {"B": None},
    {},
    "malformed",
    None,
]


@pytest.mark.parametrize(("attribute", "client"), VALUES)
def test_values(attribute: Any, client: str) -> None:
    item = {"id": {"S": "1"}, "data": attribute}
    assert name_foreign_client(item, frozenset({"data"})) == (client, "data")
    assert name_foreign_client(item, frozenset({"id"})) is None


@pytest.mark.parametrize(("name", "client"), NAMES)
def test_names(name: str, client: str) -> None:
    assert name_foreign_client({"id": {"S": "1"}, name: {"S": ""}}, frozenset()) == (client, name)


@pytest.mark.parametrize("attribute", OURS)
def test_what_is_no_other_clients(attribute: Any) -> None:
    assert name_foreign_client({"data": attribute}, frozenset({"data"})) is None


def test_endless_nesting_ends() -> None:
    endless: dict[str, Any] = {}
    endless["M"] = {"a": endless, "b": [endless]}
    assert name_foreign_client({"data": {"M": {"a": {"S": ""}}}, "more": {"L": [[]]}}, frozenset({"data"})) is None
    chain: dict[str, Any] = {"L": []}
    chain["L"].append(chain)
    assert name_foreign_client({"data": chain}, frozenset({"data"})) is None


def _refused(item: dict[str, Any], **config: Any) -> DynamodbEncryptionSdkError:
    with pytest.raises(DynamodbEncryptionSdkError) as caught:
        decrypt_dynamodb_item(item, make_config(**config))
    return caught.value


@pytest.mark.parametrize(("attribute", "client"), VALUES)
def test_an_item_without_our_signature(attribute: Any, client: str) -> None:
    error = _refused({"id": {"S": "1"}, "data": attribute})
    assert isinstance(error, ForeignCiphertextError)
    assert isinstance(error.__cause__, ItemNotEncryptedError)
    assert error.attribute == "data"
    assert error.item_key == {"id": {"S": "1"}}
    assert client in str(error)
    assert "id='1'" in str(error)


@pytest.mark.parametrize(("attribute", "client"), VALUES)
def test_a_value_in_place_of_ours(attribute: Any, client: str) -> None:
    item = encrypt_dynamodb_item({"id": {"S": "1"}, "data": {"S": "secret"}}, make_config())
    error = _refused({**item, "data": attribute})
    assert isinstance(error, ForeignCiphertextError)
    assert isinstance(error.__cause__, SignatureVerificationError)
    assert client in str(error)
    assert error.attribute == "data"


@pytest.mark.parametrize("name", [SIGNATURE, DESCRIPTION])
@pytest.mark.parametrize("value", [MESSAGE_1, MESSAGE_2])
def test_a_message_in_place_of_a_reserved_attribute(name: str, value: bytes) -> None:
    item = encrypt_dynamodb_item({"id": {"S": "1"}, "data": {"S": "secret"}}, make_config())
    for attribute in ({"B": value}, {"S": base64.b64encode(value).decode()}):
        error = _refused({**item, name: attribute})
        assert isinstance(error, ForeignCiphertextError)
        assert isinstance(error.__cause__, SignatureVerificationError | DeserializationError)
        assert error.attribute == name


@pytest.mark.parametrize(("name", "client"), NAMES[-2:])
def test_an_item_of_the_database_encryption_sdk(name: str, client: str) -> None:
    error = _refused({"id": {"S": "1"}, name: {"B": b"\x01"}})
    assert isinstance(error, ForeignCiphertextError)
    assert client in str(error)


def test_an_application_may_keep_messages_in_attributes_that_are_not_encrypted() -> None:
    actions = {"message": SIGN, "open": NOTHING}
    item = {"id": {"S": "1"}, "message": {"B": MESSAGE_1}, "open": {"B": MESSAGE_2}, "data": {"S": "a"}}
    encrypted = encrypt_dynamodb_item(item, make_config(actions=actions))
    assert decrypt_dynamodb_item(encrypted, make_config(actions=actions)) == item
    error = _refused({**encrypted, "id": {"S": "2"}}, actions=actions)
    assert type(error) is SignatureVerificationError


def test_an_application_may_encrypt_messages() -> None:
    item = {"id": {"S": "1"}, "data": {"B": MESSAGE_1}}
    config = make_config()
    assert decrypt_dynamodb_item(encrypt_dynamodb_item(item, config), config) == item


@pytest.mark.parametrize("value", [MESSAGE_2, {"x-amz-iv": "..."}, base64.b64encode(MESSAGE_1).decode()])
def test_python_values(value: Any) -> None:
    config = make_config(default=ENCRYPT)
    item = encrypt_python_item({"id": "1", "data": "secret"}, config)
    with pytest.raises(ForeignCiphertextError) as caught:
        decrypt_python_item({**item, "data": value}, config)
    assert caught.value.attribute == "data"
    with pytest.raises(ForeignCiphertextError):
        decrypt_python_item({"id": "1", "data": value, "odd": 1.5}, config)
