# SPDX-License-Identifier: Apache-2.0
"""Makes the vectors of this folder by running the reference client; README.md tells what they hold.

``python tests/vectors/make.py`` writes the files, ``--check`` only compares them. Initialisation vectors come from a
counter in place of the system's random numbers, so that a run makes the same bytes each time.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import logging
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

from dynamodb_encryption_sdk.delegated_keys.jce import JceNameLocalDelegatedKey
from dynamodb_encryption_sdk.encrypted import CryptoConfig
from dynamodb_encryption_sdk.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from dynamodb_encryption_sdk.identifiers import CryptoAction, EncryptionKeyType, KeyEncodingType
from dynamodb_encryption_sdk.internal.crypto.authentication import _string_to_sign
from dynamodb_encryption_sdk.internal.formatting import material_description
from dynamodb_encryption_sdk.internal.formatting.deserialize.attribute import deserialize_attribute
from dynamodb_encryption_sdk.internal.formatting.serialize.attribute import serialize_attribute
from dynamodb_encryption_sdk.material_providers.static import StaticCryptographicMaterialsProvider
from dynamodb_encryption_sdk.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from dynamodb_encryption_sdk.structures import AttributeActions, EncryptionContext

FOLDER = Path(__file__).parent
CLIENT = "dynamodb-encryption-sdk"
HEAD = {"client": f"{CLIENT} {version(CLIENT)}", "made_by": "tests/vectors/make.py", "bytes": "B and BS in base64"}

ATTRIBUTES: dict[str, dict[str, Any]] = {
    "string": {"S": "text"},
    "empty string": {"S": ""},
    "string of 1, 2, 3 and 4 byte characters": {"S": "a\u00e9\uff61\U0001f600"},
    "string with a null character": {"S": "a\0b"},
    "binary": {"B": b"\x00\x01\xfe\xff"},
    "empty binary": {"B": b""},
    "integer": {"N": "42"},
    "negative fraction": {"N": "-0.125"},
    "zero": {"N": "0"},
    "zero with decimals": {"N": "0.000"},
    "trailing zeros after the point": {"N": "1.500"},
    "trailing zeros before the point": {"N": "1500"},
    "leading zeros and plus": {"N": "+007"},
    "exponent": {"N": "15E-1"},
    "28 digits": {"N": "1234567890123456789012345678"},
    "largest magnitude": {"N": "9.999999999999999999999999999E+125"},
    "smallest magnitude": {"N": "1E-130"},
    "true": {"BOOL": True},
    "false": {"BOOL": False},
    "null": {"NULL": True},
    "string set": {"SS": ["b", "a", "", "ab", "\uff61"]},
    "number set, sorted as text": {"NS": ["10", "9", "-1", "1E+2", "0.5"]},
    "binary set, sorted as unsigned bytes": {"BS": [b"\xff", b"\x01", b"", b"\x01\x00"]},
    "list": {"L": [{"S": "a"}, {"N": "1"}, {"NULL": True}]},
    "empty list": {"L": []},
    "map, sorted by key": {"M": {"b": {"S": "2"}, "a": {"S": "1"}, "aa": {"S": "3"}}},
    "empty map": {"M": {}},
    "map keys beyond the BMP": {"M": {"\U0001f600": {"S": "2"}, "\uff61": {"S": "1"}}},
    "nested": {"L": [{"M": {"x": {"L": [{"SS": ["s"]}, {"M": {"y": {"B": b"\x80"}}}]}}}]},
}

MALFORMED: dict[str, str] = {
    "nothing": "",
    "reserved byte only": "00",
    "reserved byte not null": "0173000000 0161",
    "unknown tag": "007a0000000161",
    "string without a length": "0073",
    "string with half a length": "00730000",
    "string shorter than its length": "00730000000261",
    "string that is not UTF-8": "007300000002c328",
    "string of a lone surrogate": "007300000003eda080",
    "length of 4 GiB": "0062ffffffff00",
    "boolean that is missing": "003f",
    "boolean that is 2": "003f02",
    "number that is no number": "006e00000003616263",
    "number that is empty": "006e00000000",
    "number that is infinite": "006e00000008496e66696e697479",
    "set shorter than its count": "00530000000200000001 61",
    "set of a false count": "004effffffff",
    "list shorter than its count": "004c00000002 0000",
    "list of a false count": "004cffffffff0000",
    "map with a number as its key": "004d00000001 006e0000000131 0000",
    "map without a value": "004d00000001 00730000000161",
    "map that names a member twice": "004d00000002 00730000000161 0000 00730000000161 0000",
    "bytes after a string": "0073000000016100",
    "bytes after null": "000000",
}

DESCRIPTIONS: dict[str, dict[str, str]] = {
    "empty": {},
    "as written for AES and HMAC": {
        "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding",
        "amzn-ddb-map-signingAlg": "HmacSHA256",
    },
    "sorted by code point": {"\U0001f600": "1", "\uff61": "2", "b": "3", "a": "", "": "5"},
}

MALFORMED_DESCRIPTIONS: dict[str, str] = {
    "nothing": "",
    "half a version": "0000",
    "version 1": "00000001",
    "half a length": "000000000000",
    "name without a value": "00000000 00000001 61",
    "value shorter than its length": "00000000 00000001 61 00000002 62",
    "length of 4 GiB": "00000000 ffffffff 61",
    "name that is not UTF-8": "00000000 00000001 ff 00000001 62",
}

RECORD: dict[str, dict[str, Any]] = {
    f"{number:02} {name}": value for number, (name, value) in enumerate(ATTRIBUTES.items())
}
SOME = dict(list(RECORD.items())[:9])

# name: (item, table, default action, actions, AES key size or 0, HMAC name, HMAC key size, description)
ITEMS: dict[str, tuple[Any, ...]] = {
    "all types encrypted, AES-256": (RECORD, "table", "ENCRYPT_AND_SIGN", {}, 32, "HmacSHA256", 32, {}),
    "all types signed, no AES key": (RECORD, "table", "SIGN_ONLY", {}, 0, "HmacSHA512", 64, {}),
    "mixed actions, AES-128": (
        SOME,
        "table",
        "ENCRYPT_AND_SIGN",
        {name: ("SIGN_ONLY", "DO_NOTHING")[number % 2] for number, name in enumerate(SOME) if number % 3},
        16,
        "HmacSHA384",
        48,
        {"purpose": "test"},
    ),
    "nothing protected but one, AES-192": (
        SOME,
        "t",
        "DO_NOTHING",
        {"00 string": "ENCRYPT_AND_SIGN"},
        24,
        "HmacSHA224",
        28,
        {},
    ),
    "no table name": (SOME, None, "ENCRYPT_AND_SIGN", {}, 32, "HmacSHA256", 200, {}),
    "no attributes": ({}, "table", "ENCRYPT_AND_SIGN", {}, 32, "HmacSHA256", 1, {}),
    "names in order of code point": (
        {"\U0001f600": {"S": "3"}, "\uff61": {"S": "2"}, "a": {"S": "1"}},
        "\u30c6\u30fc\u30d6\u30eb",
        "SIGN_ONLY",
        {"a": "ENCRYPT_AND_SIGN"},
        32,
        "HmacSHA256",
        32,
        {},
    ),
}

BASE = "mixed actions, AES-128"
SIGNATURE = "*amzn-ddb-map-sig*"
DESCRIPTION = "*amzn-ddb-map-desc*"

# Changes of BASE that nobody may accept: members of the configuration, attributes to set (None removes one).
CHANGES: dict[str, dict[str, Any]] = {
    "another table": {"config": {"table": "tables"}},
    "another signing key": {"config": {"signing_key": "00" * 48}},
    "another default action": {"config": {"default": "SIGN_ONLY"}},
    "no signature": {"set": {SIGNATURE: None}},
    "empty signature": {"set": {SIGNATURE: {"B": b""}}},
    "signature of type S": {"set": {SIGNATURE: {"S": "signature"}}},
    "signature of another length": {"set": {SIGNATURE: {"B": bytes(32)}}},
    "description of type S": {"set": {DESCRIPTION: {"S": "description"}}},
    "description cut short": {"set": {DESCRIPTION: {"B": b"\0\0\0\0\0\0"}}},
    "description of version 1": {"set": {DESCRIPTION: {"B": b"\0\0\0\1"}}},
    "signed attribute removed": {"set": {"04 binary": None}},
    "signed attribute changed": {"set": {"04 binary": {"B": b"\x00\x01\xfe"}}},
    "signed attribute of another type": {"set": {"04 binary": {"S": "\0\1"}}},
    "encrypted attribute removed": {"set": {"03 string with a null character": None}},
    "encrypted attribute empty": {"set": {"03 string with a null character": {"B": b""}}},
    "encrypted attribute in plaintext": {"set": {"03 string with a null character": {"S": "a\0b"}}},
    "attribute added": {"set": {"new": {"S": "x"}}},
}


def material(label: str, size: int) -> bytes:
    """Bytes that depend on ``label`` alone."""
    return hashlib.shake_256(label.encode("utf-8")).digest(size)


def to_json(value: Any) -> Any:
    """DynamoDB JSON with base64 in place of bytes."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {name: to_json(member) for name, member in value.items()}
    return [to_json(member) for member in value] if isinstance(value, list) else value


def verdict(call: Callable[[], Any]) -> dict[str, Any]:
    """What the reference makes of it: a value, or the class of its exception."""
    try:
        return {"reference": "accepts", "value": to_json(call())}
    except Exception as error:  # noqa: BLE001 - whatever it raises is its verdict
        return {"reference": "refuses", "error": type(error).__name__}


def attribute_vectors() -> dict[str, Any]:
    valid = [
        {"name": name, "attribute": to_json(attribute), "canonical": serialize_attribute(attribute).hex()}
        for name, attribute in ATTRIBUTES.items()
    ]
    invalid = []
    for name, text in MALFORMED.items():
        data = bytes.fromhex(text)
        invalid.append(
            {"name": name, "canonical": data.hex(), **verdict(lambda data=data: deserialize_attribute(data))}
        )
    return {"origin": HEAD, "valid": valid, "invalid": invalid}


def description_vectors() -> dict[str, Any]:
    valid = [
        {"name": name, "description": pairs, "stored": material_description.serialize(pairs)["B"].hex()}
        for name, pairs in DESCRIPTIONS.items()
    ]
    invalid = []
    for name, text in MALFORMED_DESCRIPTIONS.items():
        data = bytes.fromhex(text)
        call = lambda data=data: material_description.deserialize({"B": data})  # noqa: E731
        invalid.append({"name": name, "stored": data.hex(), **verdict(call)})
    return {"origin": HEAD, "valid": valid, "invalid": invalid}


def symmetric(algorithm: str, raw: bytes) -> JceNameLocalDelegatedKey:
    return JceNameLocalDelegatedKey(raw, algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)


def config_for(vector: dict[str, Any]) -> CryptoConfig:
    signing = symmetric(vector["signing_algorithm"], bytes.fromhex(vector["signing_key"]))
    encryption = symmetric("AES", bytes.fromhex(vector["encryption_key"])) if vector["encryption_key"] else None
    actions = {name: CryptoAction[value] for name, value in vector["actions"].items()}
    provider = StaticCryptographicMaterialsProvider(
        RawDecryptionMaterials(signing, encryption),
        RawEncryptionMaterials(signing, encryption, vector["description"]),
    )
    context = EncryptionContext(table_name=vector["table"])
    return CryptoConfig(provider, context, AttributeActions(CryptoAction[vector["default"]], actions))


def settings_of(name: str) -> dict[str, Any]:
    _, table, default, actions, aes_size, hmac_name, hmac_size, description = ITEMS[name]
    return {
        "table": table,
        "default": default,
        "actions": actions,
        "signing_algorithm": hmac_name,
        "signing_key": material(name + " signing", hmac_size).hex(),
        "encryption_key": material(name + " encryption", aes_size).hex() if aes_size else None,
        "description": description,
    }


def stored_item(name: str, config: CryptoConfig) -> dict[str, Any]:
    counter = iter(range(1 << 16))
    with mock.patch("os.urandom", lambda size: material(f"{name} IV {next(counter)}", size)):
        return encrypt_dynamodb_item(ITEMS[name][0], config)


def item_vector(name: str) -> dict[str, Any]:
    settings = settings_of(name)
    config = config_for(settings)
    stored = stored_item(name, config)
    protected = {key: value for key, value in stored.items() if key not in (DESCRIPTION, SIGNATURE)}
    return {
        "name": name,
        **settings,
        "item": to_json(ITEMS[name][0]),
        "stored": to_json(stored),
        "string_to_sign": _string_to_sign(protected, settings["table"], config.attribute_actions).hex(),
        "read": to_json(decrypt_dynamodb_item(dict(stored), config)),
    }


def changed_item_vector(name: str) -> dict[str, Any]:
    change = CHANGES[name]
    settings = settings_of(BASE)
    stored = stored_item(BASE, config_for(settings)) | change.get("set", {})
    stored = {key: value for key, value in stored.items() if value is not None}
    config = config_for(settings | change.get("config", {}))
    return {"name": name, "of": BASE, **to_json(change), **verdict(lambda: decrypt_dynamodb_item(stored, config))}


def item_vectors() -> dict[str, Any]:
    valid = [item_vector(name) for name in ITEMS]
    return {"origin": HEAD, "valid": valid, "invalid": [changed_item_vector(name) for name in CHANGES]}


FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "attributes.json": attribute_vectors,
    "descriptions.json": description_vectors,
    "items.json": item_vectors,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    check = parser.parse_args().check
    logging.disable(logging.CRITICAL)
    stale = 0
    for name, make in FILES.items():
        text = json.dumps(make(), indent=1, ensure_ascii=True) + "\n"
        path = FOLDER / name
        if not check:
            path.write_text(text, encoding="ascii")
        elif path.read_text(encoding="ascii") != text:
            print(f"{name} is not what the reference client makes")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
