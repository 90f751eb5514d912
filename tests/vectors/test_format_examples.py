# SPDX-License-Identifier: Apache-2.0
"""The further examples of docs/format-legacy.md: read from the page, recomputed, and read by the reference client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import dynamodb_encryption_sdk as reference
import pytest
from dynamodb_encryption_sdk.delegated_keys.jce import JceNameLocalDelegatedKey as ReferenceKey
from dynamodb_encryption_sdk.encrypted import CryptoConfig as ReferenceConfig
from dynamodb_encryption_sdk.exceptions import SignatureVerificationError as ReferenceRefusal
from dynamodb_encryption_sdk.identifiers import CryptoAction as ReferenceAction
from dynamodb_encryption_sdk.identifiers import EncryptionKeyType as ReferenceType
from dynamodb_encryption_sdk.identifiers import KeyEncodingType as ReferenceEncoding
from dynamodb_encryption_sdk.material_providers.static import StaticCryptographicMaterialsProvider as ReferenceStatic
from dynamodb_encryption_sdk.material_providers.wrapped import WrappedCryptographicMaterialsProvider as ReferenceWrapped
from dynamodb_encryption_sdk.materials.raw import RawDecryptionMaterials as ReferenceMaterials
from dynamodb_encryption_sdk.structures import AttributeActions as ReferenceActions
from dynamodb_encryption_sdk.structures import EncryptionContext as ReferenceContext

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    CryptographicMaterialsProvider,
    EncryptionContext,
    JceNameLocalDelegatedKey,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    SignatureVerificationError,
    StaticCryptographicMaterialsProvider,
    WrappedCryptographicMaterialsProvider,
    _engine,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.identifiers import Dialect, EncryptionKeyType, KeyEncodingType

PAGE = Path(__file__).parents[2] / "docs" / "format-legacy.md"
SIGNATURE = "*amzn-ddb-map-sig*"
DESCRIPTION = "*amzn-ddb-map-desc*"
SIGN, ENCRYPT = CryptoAction.SIGN_ONLY, CryptoAction.ENCRYPT_AND_SIGN
RAW = (EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)
MAC_BYTES, WRAPPING_BYTES, DATA_BYTES = (bytes(range(start, start + 32)) for start in (32, 64, 96))
MAC = JceNameLocalDelegatedKey(MAC_BYTES, "HmacSHA256", *RAW)
WRAPPING = JceNameLocalDelegatedKey(WRAPPING_BYTES, "AESWrap", *RAW)


def block(name: str) -> str:
    (found,) = re.findall(rf"```\w+ {name}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert isinstance(found, str)
    return found


def item_of(name: str) -> dict[str, dict[str, Any]]:
    def value(attribute: dict[str, Any]) -> dict[str, Any]:
        ((kind, content),) = attribute.items()
        if kind == "B":
            return {kind: bytes.fromhex(content)}
        return {kind: [bytes.fromhex(member) for member in content]} if kind == "BS" else attribute

    return {attribute: value(content) for attribute, content in json.loads(block(name)).items()}


def lines(name: str) -> dict[str, bytes]:
    return {
        word: bytes.fromhex(digits) for word, digits in (line.split(maxsplit=1) for line in block(name).splitlines())
    }


def config(provider: CryptographicMaterialsProvider, default: CryptoAction = SIGN, **options: Any) -> CryptoConfig:
    context = EncryptionContext(table_name="people", partition_key_name="id")
    return CryptoConfig(provider, context, AttributeActions(default, {"id": SIGN}), **options)


def static(key: JceNameLocalDelegatedKey) -> StaticCryptographicMaterialsProvider:
    return StaticCryptographicMaterialsProvider(RawDecryptionMaterials(key), RawEncryptionMaterials(key))


def reference_reads(provider: Any, item: dict[str, Any], default: ReferenceAction = ReferenceAction.SIGN_ONLY) -> Any:
    context = ReferenceContext(table_name="people", partition_key_name="id")
    actions = ReferenceActions(default, {"id": ReferenceAction.SIGN_ONLY})
    return reference.decrypt_dynamodb_item(dict(item), ReferenceConfig(provider, context, actions))


def reference_static(key: Any) -> Any:
    return ReferenceStatic(decryption_materials=ReferenceMaterials(key))


def reference_key(material: bytes, algorithm: str) -> Any:
    return ReferenceKey(material, algorithm, ReferenceType.SYMMETRIC, ReferenceEncoding.RAW)


@pytest.mark.parametrize("dialect", Dialect)
def test_the_orders(dialect: Dialect) -> None:
    item, expected = item_of("dialect-item"), lines(f"dialect-{dialect.name.lower()}")
    for name in ("bytes", "texts"):
        assert _engine.serialize_attribute(item[name], dialect.value) == expected[name]
    written = encrypt_dynamodb_item(item, config(static(MAC), dialect=dialect))
    assert written[SIGNATURE]["B"] == expected["signature"]
    for reader in Dialect:
        assert decrypt_dynamodb_item(written, config(static(MAC), dialect=reader)) == item
    reading = (reference_static(reference_key(MAC_BYTES, "HmacSHA256")), written)
    if dialect is Dialect.PYTHON:
        assert reference_reads(*reading) == item
    else:
        with pytest.raises(ReferenceRefusal):
            reference_reads(*reading)


def test_numbers_of_28_digits() -> None:
    item = item_of("digits-item")
    plaintext = {name: value for name, value in item.items() if not name.startswith("*")}
    assert reference_reads(reference_static(reference_key(MAC_BYTES, "HmacSHA256")), item) == plaintext
    with pytest.raises(SignatureVerificationError, match="accept_28_digit_numbers"):
        decrypt_dynamodb_item(item, config(static(MAC)))
    lenient = config(static(MAC), accept_28_digit_numbers=True)
    assert decrypt_dynamodb_item(item, lenient) == plaintext
    (rounded,) = re.findall(r"signed this item over `(\d+)`", PAGE.read_text(encoding="utf-8"))
    # The page's number verifies exactly, and so without the option.
    assert decrypt_dynamodb_item({**item, "n": {"N": rounded}}, config(static(MAC)))["n"] == {"N": rounded}


def test_the_signature_by_rsa() -> None:
    item = item_of("rsa-item")
    public = base64.b64decode("".join(block("rsa-public-key").split()), validate=True)
    plaintext = {name: value for name, value in item.items() if not name.startswith("*")}
    key = JceNameLocalDelegatedKey(public, "SHA256withRSA", EncryptionKeyType.PUBLIC, KeyEncodingType.DER)
    assert decrypt_dynamodb_item(item, config(static(key))) == plaintext
    with pytest.raises(SignatureVerificationError):
        decrypt_dynamodb_item({**item, "name": {"S": "Eve"}}, config(static(key)))
    theirs = ReferenceKey(public, "SHA256withRSA", ReferenceType.PUBLIC, ReferenceEncoding.DER)
    assert reference_reads(reference_static(theirs), item) == plaintext


def test_the_wrapped_data_key() -> None:
    item, wrapped = item_of("wrapped-item"), bytes.fromhex(block("wrapped-key").strip())
    assert WRAPPING.wrap("AESWrap", DATA_BYTES) == wrapped
    description = _engine.deserialize_description(item[DESCRIPTION]["B"])
    assert base64.b64decode(description["amzn-ddb-env-key"]) == wrapped
    plaintext = {"id": {"N": "7"}, "name": {"S": "Ada"}}
    provider = WrappedCryptographicMaterialsProvider(MAC, unwrapping_key=WRAPPING)
    assert decrypt_dynamodb_item(item, config(provider, ENCRYPT)) == plaintext
    theirs = ReferenceWrapped(
        signing_key=reference_key(MAC_BYTES, "HmacSHA256"), unwrapping_key=reference_key(WRAPPING_BYTES, "AESWrap")
    )
    assert reference_reads(theirs, item, ReferenceAction.ENCRYPT_AND_SIGN) == plaintext


def test_keys_derived_from_a_data_key_of_kms() -> None:
    data_key = bytes(range(32))
    pseudorandom = hmac.digest(bytes(hashlib.sha256().digest_size), data_key, "sha256")
    for info, expected in lines("kms-keys").items():
        assert hmac.digest(pseudorandom, info.encode() + b"\x01", "sha256") == expected
    signing = _engine.Key.derive("HmacSHA256", data_key, b"Signing", 32)
    assert signing.sign(b"data") == hmac.digest(lines("kms-keys")["Signing"], b"data", "sha256")
    content = _engine.Key.derive("AES", data_key, b"Encryption", 32)
    plain = _engine.Key("AES", lines("kms-keys")["Encryption"])
    assert plain.decrypt("AES/CBC/PKCS5Padding", content.encrypt("AES/CBC/PKCS5Padding", b"data")) == b"data"
