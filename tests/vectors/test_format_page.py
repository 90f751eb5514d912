# SPDX-License-Identifier: Apache-2.0
"""The worked example of docs/format-legacy.md, recomputed from the page itself."""

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    EncryptionContext,
    JceNameLocalDelegatedKey,
    RawDecryptionMaterials,
    StaticCryptographicMaterialsProvider,
    _engine,
    decrypt_dynamodb_item,
)
from ddbcrypt.identifiers import EncryptionKeyType, KeyEncodingType

PAGE = Path(__file__).parents[2] / "docs" / "format-legacy.md"
ACTIONS = {"id": CryptoAction.SIGN_ONLY, "views": CryptoAction.DO_NOTHING}
MAC_KEY = bytes(range(32, 64))


def block(name: str) -> str:
    found = re.findall(rf"```\w+ {name}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(found) == 1
    return found[0]


def binary_from_hex(item: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {"B": bytes.fromhex(value["B"])} if "B" in value else value for name, value in item.items()}


@pytest.fixture
def encrypted() -> dict[str, dict[str, Any]]:
    return binary_from_hex(json.loads(block("encrypted")))


def test_canonical_bytes() -> None:
    plaintext = json.loads(block("plaintext"))
    lines = [line.split(maxsplit=1) for line in block("canonical").splitlines()]
    assert [name for name, _ in lines] == ["id", "name", "tags"]
    for name, digits in lines:
        assert _engine.serialize_attribute(plaintext[name], 0) == bytes.fromhex(digits)


def test_string_to_sign_and_signature(encrypted: dict[str, dict[str, Any]]) -> None:
    expected = bytes.fromhex("".join(block("string-to-sign").split()))
    stored = {name: value for name, value in encrypted.items() if not name.startswith("*")}
    assert _engine.string_to_sign(stored, "people", CryptoAction.ENCRYPT_AND_SIGN, ACTIONS, 0, 0) == expected
    assert expected[:32] == hashlib.sha256(b"TABLE>people<TABLE").digest()
    assert hmac.digest(MAC_KEY, expected, "sha256") == encrypted["*amzn-ddb-map-sig*"]["B"]


def test_item_decrypts(encrypted: dict[str, dict[str, Any]]) -> None:
    raw = (EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)
    provider = StaticCryptographicMaterialsProvider(
        decryption_materials=RawDecryptionMaterials(
            verification_key=JceNameLocalDelegatedKey(MAC_KEY, "HmacSHA256", *raw),
            decryption_key=JceNameLocalDelegatedKey(bytes(range(32)), "AES", *raw),
        )
    )
    context = EncryptionContext(table_name="people", partition_key_name="id")
    config = CryptoConfig(provider, context, AttributeActions(attribute_actions=dict(ACTIONS)))
    plaintext = json.loads(block("plaintext"))
    plaintext["tags"]["SS"].sort()
    assert decrypt_dynamodb_item(encrypted, config) == plaintext
