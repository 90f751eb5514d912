# SPDX-License-Identifier: Apache-2.0
"""Items of every kind, for the tests of the inspection, and how they stand in a file."""

from __future__ import annotations

import base64
import json
from typing import Any

from ddbcrypt import (
    CryptoAction,
    CryptographicMaterialsProvider,
    JceNameLocalDelegatedKey,
    WrappedCryptographicMaterialsProvider,
    _engine,
    encrypt_dynamodb_item,
)
from tests.unit.support import DESCRIPTION, HMAC, SIGN, local_key, make_config, static_provider

SECRET = "a text of forty characters, not to print"
PLAIN: dict[str, Any] = {
    "id": {"S": "17"},
    "name": {"S": SECRET},
    "count": {"N": "5"},
    "clinic": {"SS": ["north", "south"]},
}
ACTIONS = {"clinic": SIGN}
WRAPPING = local_key("AESWrap", bytes(range(64, 96)))


def stored(
    provider: CryptographicMaterialsProvider | None = None,
    plain: dict[str, Any] = PLAIN,
    *,
    default: CryptoAction = CryptoAction.ENCRYPT_AND_SIGN,
) -> dict[str, Any]:
    """An item as DynamoDB holds it: ``id`` and ``clinic`` are signed, the others as ``default`` says."""
    return encrypt_dynamodb_item(
        plain, make_config(provider=provider or static_provider(), actions=ACTIONS, default=default)
    )


def wrapped_by(key: JceNameLocalDelegatedKey = WRAPPING, **description: str) -> WrappedCryptographicMaterialsProvider:
    named = {name.replace("_", "-"): value for name, value in description.items()}
    return WrappedCryptographicMaterialsProvider(HMAC, key, key, named)


def described(item: dict[str, Any], description: dict[str, str]) -> dict[str, Any]:
    """The item with another material description."""
    return {**item, DESCRIPTION: {"B": _engine.serialize_description(description)}}


def description_of(item: dict[str, Any]) -> dict[str, str]:
    return _engine.deserialize_description(item[DESCRIPTION]["B"])


def kms_described(item: dict[str, Any], **changes: str | None) -> dict[str, Any]:
    """The item with the material description of the AWS KMS provider; ``amzn_ddb_sig_alg=None`` takes an entry out."""
    description: dict[str, str | None] = {
        "amzn-ddb-env-alg": "AES/256",
        "amzn-ddb-env-key": base64.b64encode(bytes(range(184))).decode(),
        "amzn-ddb-map-signingAlg": "HmacSHA256",
        "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding",
        "amzn-ddb-sig-alg": "HmacSHA256/256",
        "amzn-ddb-wrap-alg": "kms",
        "aws-kms-ec-attr": "*keys*",
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    return described(item, {name: value for name, value in description.items() if value is not None})


def to_json(item: dict[str, Any]) -> dict[str, Any]:
    """DynamoDB JSON with base64, as files hold it."""

    def value(attribute: Any) -> Any:
        if not isinstance(attribute, dict):
            return attribute
        return {
            kind: base64.b64encode(content).decode()
            if kind == "B" and isinstance(content, bytes)
            else [base64.b64encode(member).decode() for member in content]
            if kind == "BS"
            else content
            for kind, content in attribute.items()
        }

    parsed: dict[str, Any] = json.loads(json.dumps({name: value(attribute) for name, attribute in item.items()}))
    return parsed
