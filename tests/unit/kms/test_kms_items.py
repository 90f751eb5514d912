# SPDX-License-Identifier: Apache-2.0
"""Items with keys of AWS KMS: what is asked of KMS, what is written, and what is refused before KMS is asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from ddbcrypt import (
    AwsKmsMaterialsProviderError,
    CryptoConfig,
    DynamodbEncryptionSdkError,
    EncryptionContext,
    InvalidNumberError,
    SignatureVerificationError,
    UnwrappingError,
)
from ddbcrypt import _engine as engine
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from tests.unit.kms.fake import Region
from tests.unit.support import DESCRIPTION, NOTHING, SIGNATURE, local_key, make_config, static_provider

ITEM: dict[str, Any] = {"id": {"S": "p-1"}, "visit": {"N": "7"}, "name": {"S": "a secret"}, "scan": {"B": b"\x00\xff"}}
CONTEXT = {
    "*amzn-ddb-env-alg*": "AES/256",
    "*amzn-ddb-sig-alg*": "HmacSHA256/256",
    "*aws-kms-table*": "patients",
    "id": "p-1",
    "visit": "7",
}
WRAPPED = "amzn-ddb-env-key"


def config_for(provider: Any, item: Mapping[str, Any] = ITEM, **options: Any) -> CryptoConfig:
    return make_config(provider=provider, sort="visit", **options).with_item(item)


def describe(item: Mapping[str, Any]) -> dict[str, str]:
    return engine.deserialize_description(item[DESCRIPTION]["B"])


def redescribe(item: Mapping[str, Any], **changes: str | None) -> dict[str, Any]:
    """The item with other entries in its material description; underscores stand for hyphens, None leaves one out."""
    entries: dict[str, Any] = {
        **describe(item),
        **{f"amzn-ddb-{name.replace('_', '-')}": value for name, value in changes.items()},
    }
    kept = {name: value for name, value in entries.items() if value is not None}
    return {**item, DESCRIPTION: {"B": engine.serialize_description(kept)}}


def hkdf(material: bytes, info: bytes, size: int) -> bytes:
    """RFC 5869 with SHA-256 and no salt, written down a second time."""
    key = hmac.new(bytes(32), material, hashlib.sha256).digest()
    block, out = b"", b""
    while len(out) < size:
        block = hmac.new(key, block + info + bytes([len(out) // 32 + 1]), hashlib.sha256).digest()
        out += block
    return out[:size]


def test_one_call_each_way(region: Region, key: str) -> None:
    config = config_for(region.provider(key))
    stored = encrypt_dynamodb_item(ITEM, config)
    assert region.endpoint.operations == ["GenerateDataKey"]
    assert region.endpoint.sent("GenerateDataKey") == [
        {"KeyId": key, "NumberOfBytes": 32, "EncryptionContext": CONTEXT}
    ]
    assert stored["name"].keys() == {"B"}
    assert stored["id"] == ITEM["id"]
    assert decrypt_dynamodb_item(stored, config.with_item(stored)) == ITEM
    assert region.endpoint.operations == ["GenerateDataKey", "Decrypt"]
    assert region.endpoint.sent("Decrypt") == [
        {"KeyId": key, "CiphertextBlob": describe(stored)[WRAPPED], "EncryptionContext": CONTEXT}
    ]


def test_items_of_python_values(region: Region, key: str) -> None:
    item = {"id": "p-1", "visit": Decimal(7), "name": "a secret"}
    base = make_config(provider=region.provider(key), sort="visit")
    stored = encrypt_python_item(item, base.with_python_item(item))
    assert decrypt_python_item(stored, base.with_python_item(stored)) == item
    assert region.endpoint.sent("Decrypt")[0]["EncryptionContext"] == CONTEXT


def test_every_item_has_a_data_key_of_its_own(region: Region, key: str) -> None:
    config = config_for(region.provider(key))
    first, second = encrypt_dynamodb_item(ITEM, config), encrypt_dynamodb_item(ITEM, config)
    assert describe(first)[WRAPPED] != describe(second)[WRAPPED]
    swapped = {**first, DESCRIPTION: second[DESCRIPTION]}
    with pytest.raises(SignatureVerificationError):
        decrypt_dynamodb_item(swapped, config)


def test_the_description_and_the_derived_keys(region: Region, key: str) -> None:
    seen: list[dict[str, Any]] = []
    region.kms.after = lambda operation, answer: seen.append(dict(answer))
    config = config_for(region.provider(key))
    stored = encrypt_dynamodb_item(ITEM, config)
    assert describe(stored) == {
        "amzn-ddb-env-alg": "AES/256",
        WRAPPED: seen[0]["CiphertextBlob"],
        "amzn-ddb-map-signingAlg": "HmacSHA256",
        "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding",
        "amzn-ddb-sig-alg": "HmacSHA256/256",
        "amzn-ddb-wrap-alg": "kms",
        "aws-kms-ec-attr": "*keys*",
    }
    data_key = base64.b64decode(seen[0]["Plaintext"])
    keys = static_provider(
        local_key("AES", hkdf(data_key, b"Encryption", 32)), local_key("HmacSHA256", hkdf(data_key, b"Signing", 32))
    )
    assert decrypt_dynamodb_item(stored, config_for(keys)) == ITEM


def test_entries_of_the_context_stay_in_the_description(region: Region, key: str) -> None:
    config = config_for(region.provider(key))
    config.encryption_context.material_description = {"department": "cardiology", "amzn-ddb-wrap-alg": "none"}
    described = describe(encrypt_dynamodb_item(ITEM, config))
    assert described["department"] == "cardiology"
    assert described["amzn-ddb-wrap-alg"] == "kms"


@pytest.mark.parametrize("content", ["AES/128", "AES/192", "AES/256", "AES"])
@pytest.mark.parametrize("signing", ["HmacSHA224/256", "HmacSHA256", "HmacSHA384/384", "HmacSHA512/8192"])
def test_configured_algorithms(region: Region, key: str, content: str, signing: str) -> None:
    provider = region.provider(
        key, material_description={"amzn-ddb-env-alg": content, "amzn-ddb-sig-alg": signing, "other": "entry"}
    )
    config = config_for(provider)
    stored = encrypt_dynamodb_item(ITEM, config)
    assert describe(stored)["amzn-ddb-env-alg"] == content
    assert describe(stored)["amzn-ddb-sig-alg"] == signing
    assert "other" not in describe(stored)
    assert decrypt_dynamodb_item(stored, config) == ITEM
    assert region.endpoint.sent("Decrypt")[0]["EncryptionContext"]["*amzn-ddb-env-alg*"] == content


@pytest.mark.parametrize(
    ("written", "name", "configured"),
    [
        ({"amzn-ddb-env-alg": "AES/128"}, "amzn-ddb-env-alg", "AES/256"),
        ({"amzn-ddb-sig-alg": "HmacSHA256/128"}, "amzn-ddb-sig-alg", "HmacSHA256/256"),
        ({"amzn-ddb-sig-alg": "HmacSHA512/256"}, "amzn-ddb-sig-alg", "HmacSHA256/256"),
    ],
)
def test_other_algorithms_only_from_the_list(
    region: Region, key: str, written: dict[str, str], name: str, configured: str
) -> None:
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(key, material_description=written)))
    with pytest.raises(UnwrappingError) as caught:
        decrypt_dynamodb_item(stored, config_for(region.provider(key)))
    assert region.endpoint.sent("Decrypt") == []
    assert caught.value.attribute == DESCRIPTION
    assert caught.value.item_key == {"id": {"S": "p-1"}, "visit": {"N": "7"}}
    for part in (name, written[name], configured, "accepted_algorithms", "p-1"):
        assert part in str(caught.value)

    accepting = region.provider(key, accepted_algorithms=[written[name]])
    assert decrypt_dynamodb_item(stored, config_for(accepting)) == ITEM
    fresh = encrypt_dynamodb_item(ITEM, config_for(accepting))
    assert describe(fresh)[name] == configured


def test_a_length_that_is_left_out_is_256(region: Region, key: str) -> None:
    short = {"amzn-ddb-env-alg": "AES", "amzn-ddb-sig-alg": "HmacSHA256"}
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(key, material_description=short)))
    assert decrypt_dynamodb_item(stored, config_for(region.provider(key))) == ITEM


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"env_alg": "AES/512"}, "AES/512"),
        ({"env_alg": "AES/+256"}, "AES/+256"),
        ({"env_alg": "HmacSHA256/256"}, "HmacSHA256"),
        ({"env_alg": "x" * 500}, "x" * 64 + "'..."),
        ({"env_alg": None}, "amzn-ddb-env-alg"),
        ({"sig_alg": "AES/256"}, "AES/256"),
        ({"sig_alg": "SHA256withRSA/256"}, "SHA256withRSA"),
        ({"sig_alg": "HmacSHA256/0"}, "HmacSHA256/0"),
        ({"sig_alg": None}, "amzn-ddb-sig-alg"),
        ({"wrap_alg": "AESWrap"}, "AESWrap"),
        ({"wrap_alg": None}, "amzn-ddb-wrap-alg"),
        ({"env_key": "no base64!"}, "base64"),
        ({"env_key": "AAAA\u00e9"}, "base64"),
        ({"env_key": ""}, "empty"),
        ({"env_key": None}, WRAPPED),
    ],
)
def test_a_malformed_description_is_refused_before_kms_is_called(
    region: Region, key: str, changes: dict[str, str | None], what: str
) -> None:
    config = config_for(region.provider(key))
    stored = encrypt_dynamodb_item(ITEM, config)
    with pytest.raises(UnwrappingError) as caught:
        decrypt_dynamodb_item(redescribe(stored, **changes), config)
    assert what in str(caught.value)
    assert "p-1" in str(caught.value)
    assert region.endpoint.sent("Decrypt") == []


def test_an_algorithm_that_is_only_written_otherwise_is_for_kms_to_refuse(region: Region, key: str) -> None:
    """The description is not signed, but KMS is bound to the very text of the algorithms."""
    config = config_for(region.provider(key))
    stored = redescribe(encrypt_dynamodb_item(ITEM, config), env_alg="AES/0256")
    with pytest.raises(UnwrappingError, match="InvalidCiphertextException"):
        decrypt_dynamodb_item(stored, config)


@pytest.mark.parametrize(
    ("change", "table"),
    [({}, "another"), ({"id": {"S": "p-2"}}, "patients"), ({"visit": {"N": "8"}}, "patients")],
)
def test_an_item_that_was_moved(region: Region, key: str, change: dict[str, Any], table: str) -> None:
    provider = region.provider(key)
    moved = {**encrypt_dynamodb_item(ITEM, config_for(provider)), **change}
    with pytest.raises(UnwrappingError, match="another table or primary key") as caught:
        decrypt_dynamodb_item(moved, config_for(provider, moved, table=table))
    assert key in str(caught.value)
    assert "InvalidCiphertextException" in str(caught.value)
    assert caught.value.item_key == {"id": moved["id"], "visit": moved["visit"]}


@pytest.mark.parametrize(
    ("number", "canonical"),
    [("5.0", "5"), ("-0", "0"), ("0.00", "0"), ("1E+3", "1000"), ("+7", "7"), ("12.50", "12.5"), ("1e-3", "0.001")],
)
def test_numbers_of_the_key_enter_in_canonical_form(region: Region, key: str, number: str, canonical: str) -> None:
    provider = region.provider(key)
    item = {**ITEM, "visit": {"N": number}}
    stored = encrypt_dynamodb_item(item, config_for(provider, item))
    assert region.endpoint.sent("GenerateDataKey")[0]["EncryptionContext"]["visit"] == canonical
    # As DynamoDB gives it back.
    stored = {**stored, "visit": {"N": canonical}}
    assert decrypt_dynamodb_item(stored, config_for(provider, stored))["visit"] == {"N": canonical}


def test_binary_keys_enter_as_base64(region: Region, key: str) -> None:
    item = {**ITEM, "id": {"B": b"\xff\x00\x01"}}
    config = config_for(region.provider(key), item)
    stored = encrypt_dynamodb_item(item, config)
    assert region.endpoint.sent("GenerateDataKey")[0]["EncryptionContext"]["id"] == "/wAB"
    assert decrypt_dynamodb_item(stored, config) == item


@pytest.mark.parametrize("attribute", [{"BOOL": True}, {"SS": ["a"]}, {"S": 5}, {"S": "a", "N": "1"}, {}, "text"])
def test_keys_that_dynamodb_does_not_have(region: Region, key: str, attribute: Any) -> None:
    item = {**ITEM, "id": attribute}
    with pytest.raises(AwsKmsMaterialsProviderError, match="'id'") as caught:
        encrypt_dynamodb_item(item, config_for(region.provider(key), item))
    assert caught.value.attribute == "id"
    assert region.endpoint.operations == []


def test_a_key_that_is_no_number(region: Region, key: str) -> None:
    item = {**ITEM, "visit": {"N": "seven"}}
    with pytest.raises(InvalidNumberError):
        encrypt_dynamodb_item(item, config_for(region.provider(key), item))
    assert region.endpoint.operations == []


def test_names_that_the_context_does_not_give_are_left_out(region: Region, key: str) -> None:
    materials = region.provider(key).encryption_materials(EncryptionContext())
    assert region.endpoint.sent("GenerateDataKey")[0]["EncryptionContext"] == {
        "*amzn-ddb-env-alg*": "AES/256",
        "*amzn-ddb-sig-alg*": "HmacSHA256/256",
    }
    assert materials.encryption_key.algorithm == "AES"


def test_the_item_is_not_in_the_kms_context_beyond_its_key(region: Region, key: str) -> None:
    encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))
    assert b"secret" not in b"".join(request.body for request in region.endpoint.requests)


def test_nothing_is_asked_where_nothing_is_protected(region: Region, key: str) -> None:
    config = config_for(region.provider(key), default=NOTHING)
    assert decrypt_dynamodb_item(encrypt_dynamodb_item(ITEM, config), config) == ITEM
    assert region.endpoint.operations == []


def test_an_altered_item_does_not_verify(region: Region, key: str) -> None:
    config = config_for(region.provider(key))
    stored = encrypt_dynamodb_item(ITEM, config)
    for name in ("name", "scan", SIGNATURE):
        data = bytearray(stored[name]["B"])
        data[-1] ^= 1
        with pytest.raises(SignatureVerificationError):
            decrypt_dynamodb_item({**stored, name: {"B": bytes(data)}}, config)


def test_the_derived_keys_are_not_python_objects(region: Region, key: str) -> None:
    materials = region.provider(key).encryption_materials(config_for(region.provider(key)).encryption_context)
    for derived in (materials.encryption_key, materials.signing_key):
        with pytest.raises(AttributeError):
            derived.key  # noqa: B018 - the property itself refuses


def test_errors_are_of_the_package(region: Region, key: str) -> None:
    assert issubclass(UnwrappingError, DynamodbEncryptionSdkError)
    region.kms.disabled.add(key)
    with pytest.raises(DynamodbEncryptionSdkError):
        encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))
