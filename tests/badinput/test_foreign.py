# SPDX-License-Identifier: Apache-2.0
"""Ciphertext of AWS's other encryption clients in place of ours: the error names the client."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_python_item, encrypt_dynamodb_item
from tests.badinput.wiretap import TABLE, Wiretap
from tests.interop import forge
from tests.interop.forge import DESCRIPTION, SIGNATURE
from tests.interop.ours import case_of, config_for

CASE = case_of({"id": {"S": "patient-77"}, "secret": {"S": "s3cret"}}, {"id": "SIGN_ONLY"})
CONFIG = config_for(CASE, keys=("id", None))
ENCRYPTION_SDK = "AWS Encryption SDK"
S3_CLIENT = "S3 Encryption Client"
DATABASE_SDK = "AWS Database Encryption SDK"


def length16(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def sdk_message(version: int, suite: int) -> bytes:
    """A message of the AWS Encryption SDK by its public format: header, one frame, made-up ciphertext."""
    context = (1).to_bytes(2, "big") + length16(b"tenant") + length16(b"blue")
    data_key = length16(b"aws-kms") + length16(b"arn:aws:kms:eu-west-1:111122223333:key/example") + length16(bytes(184))
    if version == 1:
        head = b"\x01\x80" + suite.to_bytes(2, "big") + bytes(range(16))
        tail = b"\x02" + bytes(4) + b"\x0c" + (4096).to_bytes(4, "big") + bytes(12) + bytes(16)
    else:
        head = b"\x02" + suite.to_bytes(2, "big") + bytes(range(32))
        tail = b"\x02" + (4096).to_bytes(4, "big") + bytes(32) + bytes(16)
    frame = b"\xff" * 4 + (1).to_bytes(4, "big") + bytes(12) + (32).to_bytes(4, "big") + bytes(32) + bytes(16)
    return head + length16(context) + (1).to_bytes(2, "big") + data_key + tail + frame


MESSAGES = {
    "version 1, 0178": sdk_message(1, 0x0178),
    "version 1, 0378": sdk_message(1, 0x0378),
    "version 1, 0214": sdk_message(1, 0x0214),
    "version 2, 0478": sdk_message(2, 0x0478),
    "version 2, 0578": sdk_message(2, 0x0578),
}
S3_METADATA = {
    "version 1": {"x-amz-key": "AAAA", "x-amz-iv": "BBBB", "x-amz-matdesc": "{}"},
    "version 2": {
        "x-amz-key-v2": "AAAA",
        "x-amz-iv": "BBBB",
        "x-amz-cek-alg": "AES/GCM/NoPadding",
        "x-amz-wrap-alg": "kms+context",
        "x-amz-tag-len": "128",
        "x-amz-matdesc": '{"aws:x-amz-cek-alg": "AES/GCM/NoPadding"}',
    },
    "version 3": {"x-amz-c": "115", "x-amz-d": "AAAA", "x-amz-w": "12", "x-amz-i": "BBBB", "x-amz-t": "{}"},
}


def refused(item: dict[str, Any], client: str, cause: type[Exception] | None = None) -> None:
    with pytest.raises(exceptions.ForeignCiphertextError, match=client) as refusal:
        decrypt_dynamodb_item(item, CONFIG)
    assert isinstance(refusal.value, exceptions.DecryptionError)
    assert "s3cret" not in str(refusal.value)
    if "id" in item:
        assert "patient-77" in str(refusal.value)
    if cause is not None:
        assert isinstance(refusal.value.__cause__, cause)
    typed = {name: TypeDeserializer().deserialize(attribute) for name, attribute in item.items()}
    with pytest.raises(exceptions.ForeignCiphertextError, match=client):
        decrypt_python_item(typed, CONFIG)


@pytest.fixture
def stored() -> dict[str, Any]:
    return encrypt_dynamodb_item(CASE.item, CONFIG)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_message_of_the_encryption_sdk_in_place_of_a_value(stored: dict[str, Any], message: bytes) -> None:
    texts = [{"B": message}, {"S": base64.b64encode(message).decode()}]
    for value in texts:
        refused({**stored, "secret": value}, ENCRYPTION_SDK, exceptions.SignatureVerificationError)
        refused({"id": stored["id"], "secret": value}, ENCRYPTION_SDK, exceptions.ItemNotEncryptedError)
    refused({**stored, SIGNATURE: texts[0]}, ENCRYPTION_SDK)
    refused({**stored, DESCRIPTION: texts[0]}, ENCRYPTION_SDK)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_message_of_the_encryption_sdk_that_we_signed(message: bytes) -> None:
    item = forge.signed(CASE, {"id": CASE.item["id"], "secret": {"B": message}})
    refused(item, ENCRYPTION_SDK, exceptions.DecryptionError)


@pytest.mark.parametrize("metadata", S3_METADATA.values(), ids=S3_METADATA)
def test_metadata_of_the_s3_encryption_client(stored: dict[str, Any], metadata: dict[str, str]) -> None:
    body = {"B": bytes(range(48))}
    attributes = {name: {"S": value} for name, value in metadata.items()}
    refused({"id": {"S": "patient-77"}, "body": body, **attributes}, S3_CLIENT, exceptions.ItemNotEncryptedError)
    for name in metadata.keys() - {"x-amz-tag-len"}:  # which alone says too little
        refused({"id": {"S": "patient-77"}, "body": body, "meta": {"M": {name: {"S": "x"}}}}, S3_CLIENT)
    text = json.dumps(metadata)
    refused({"id": {"S": "patient-77"}, "body": {"S": text}}, S3_CLIENT)
    refused({"id": {"S": "patient-77"}, "body": {"B": text.encode()}}, S3_CLIENT)
    refused({**stored, "secret": {"S": text}}, S3_CLIENT, exceptions.SignatureVerificationError)
    refused({**stored, "secret": {"M": attributes}}, S3_CLIENT, exceptions.SignatureVerificationError)


def test_an_item_of_the_database_encryption_sdk() -> None:
    item = {
        "id": {"S": "patient-77"},
        "secret": {"B": b"\x00\x01" + bytes(40)},
        "aws_dbe_head": {"B": b"\x01\x01" + bytes(200)},
        "aws_dbe_foot": {"B": bytes(48)},
    }
    refused(item, DATABASE_SDK, exceptions.ItemNotEncryptedError)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_foreign_item_that_dynamodb_returns(message: bytes) -> None:
    item = {"id": {"S": "patient-77"}, "visit": {"N": "5"}, "secret": {"B": base64.b64encode(message).decode()}}
    wiretap = Wiretap({"GetItem": {"Item": item}})
    key = {"id": {"S": "patient-77"}, "visit": {"N": "5"}}
    with pytest.raises(exceptions.ForeignCiphertextError, match=ENCRYPTION_SDK):
        wiretap.client(CASE).get_item(TableName=TABLE, Key=key)


def test_foreign_ciphertext_as_a_plaintext_is_an_honest_value() -> None:
    for value in (
        {"B": MESSAGES["version 2, 0578"]},
        {"S": base64.b64encode(MESSAGES["version 1, 0178"]).decode()},
        {"M": {name: {"S": text} for name, text in S3_METADATA["version 2"].items()}},
    ):
        for action in ("ENCRYPT_AND_SIGN", "SIGN_ONLY", "DO_NOTHING"):
            case = case_of({"value": value}, {"value": action, "other": "SIGN_ONLY"})
            assert (
                decrypt_dynamodb_item(encrypt_dynamodb_item(case.item, config_for(case)), config_for(case)) == case.item
            )


@pytest.mark.parametrize(
    "value", [{"B": b""}, {"B": b"\x01"}, {"B": bytes(64)}, {"S": "AYADeA"}, {"S": "{}"}, {"M": {}}, {"S": "x-amz-key"}]
)
def test_what_is_nobodys_is_not_called_foreign(stored: dict[str, Any], value: dict[str, Any]) -> None:
    with pytest.raises(exceptions.SignatureVerificationError):
        decrypt_dynamodb_item({**stored, "secret": value}, CONFIG)
    with pytest.raises(exceptions.ItemNotEncryptedError):
        decrypt_dynamodb_item({"id": stored["id"], "secret": value}, CONFIG)
