# SPDX-License-Identifier: Apache-2.0
"""The reference Python client as an oracle: requests and responses as JSON lines on stdin and stdout.

Runs as a process of its own and knows nothing of ddbcrypt. README.md in this folder describes the protocol.
"""

from __future__ import annotations

import base64
import copy
import json
import logging
import sys
from importlib.metadata import version
from typing import Any

from dynamodb_encryption_sdk.delegated_keys.jce import JceNameLocalDelegatedKey
from dynamodb_encryption_sdk.encrypted import CryptoConfig
from dynamodb_encryption_sdk.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from dynamodb_encryption_sdk.identifiers import CryptoAction, EncryptionKeyType, KeyEncodingType
from dynamodb_encryption_sdk.material_providers.static import StaticCryptographicMaterialsProvider
from dynamodb_encryption_sdk.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from dynamodb_encryption_sdk.structures import AttributeActions, EncryptionContext
from dynamodb_encryption_sdk.transform import ddb_to_dict, dict_to_ddb

CLIENT = "dynamodb-encryption-sdk"


def binary_from_text(attribute: dict[str, Any]) -> dict[str, Any]:
    """An attribute with base64 text in place of bytes to the attribute."""
    return _convert(attribute, base64.b64decode)


def text_from_binary(attribute: dict[str, Any]) -> dict[str, Any]:
    """An attribute to the form that JSON can carry."""
    return _convert(attribute, lambda value: base64.b64encode(bytes(value)).decode("ascii"))


def _convert(attribute: dict[str, Any], change: Any) -> dict[str, Any]:
    if len(attribute) != 1:
        return attribute
    ((kind, value),) = attribute.items()
    if kind == "B":
        return {kind: change(value)}
    if kind == "BS":
        return {kind: [change(member) for member in value]}
    if kind == "L":
        return {kind: [_convert(member, change) for member in value]}
    if kind == "M":
        return {kind: {name: _convert(member, change) for name, member in value.items()}}
    return attribute


def key_from(description: dict[str, str] | None) -> JceNameLocalDelegatedKey | None:
    if description is None:
        return None
    raw = base64.b64decode(description["raw"])
    return JceNameLocalDelegatedKey(raw, description["algorithm"], EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)


def config_from(request: dict[str, Any]) -> CryptoConfig:
    signing = key_from(request["keys"]["signing"])
    encryption = key_from(request["keys"]["encryption"])
    description = request.get("description", {})
    provider = StaticCryptographicMaterialsProvider(
        encryption_materials=RawEncryptionMaterials(signing, encryption, description),
        decryption_materials=RawDecryptionMaterials(signing, encryption, description),
    )
    actions = request["actions"]
    return CryptoConfig(
        materials_provider=provider,
        encryption_context=EncryptionContext(table_name=request["table"]),
        attribute_actions=AttributeActions(
            default_action=CryptoAction[actions["default"]],
            attribute_actions={name: CryptoAction[action] for name, action in actions["attributes"].items()},
        ),
    )


CALLS = {
    ("encrypt", "dynamodb"): encrypt_dynamodb_item,
    ("decrypt", "dynamodb"): decrypt_dynamodb_item,
    ("encrypt", "python"): encrypt_python_item,
    ("decrypt", "python"): decrypt_python_item,
}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    if request["op"] == "ping":
        return {"client": CLIENT, "version": version(CLIENT)}
    api = request.get("api", "dynamodb")
    call = CALLS[request["op"], api]
    item = {name: binary_from_text(attribute) for name, attribute in request["item"].items()}
    if api == "python":
        item = ddb_to_dict(item)
    before = copy.deepcopy(item) if request.get("watch") else None
    result = call(item, config_from(request))
    response: dict[str, Any] = {}
    if before is not None:
        response["argument_changed"] = item != before
    if api == "python":
        result = dict_to_ddb(result)
    return {"item": {name: text_from_binary(attribute) for name, attribute in result.items()}, **response}


def main() -> None:
    logging.disable(logging.CRITICAL)  # the client logs a traceback for every refusal
    for line in sys.stdin:
        request = json.loads(line)
        try:
            response = {"ok": True, **answer(request)}
        except Exception as error:  # noqa: BLE001 - whatever the client raises is the answer
            response = {"ok": False, "error": {"type": type(error).__name__, "message": str(error)}}
        sys.stdout.write(json.dumps({"id": request["id"], **response}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
