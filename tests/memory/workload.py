# SPDX-License-Identifier: Apache-2.0
"""Endless small work for the memory tests: items that verify, items that fail, inputs that are refused, keys."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import ddbcrypt
from ddbcrypt.identifiers import EncryptionKeyType, KeyEncodingType

KEYS = ("id", "at")
# Every step is one item written and read, or one call that must fail.
Steps = Iterator[int]


def key(algorithm: str, fill: int) -> ddbcrypt.JceNameLocalDelegatedKey:
    return ddbcrypt.JceNameLocalDelegatedKey(
        bytes([fill]) * 32, algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW
    )


def crypto_config(fill: int = 7, table_name: str = "patients") -> ddbcrypt.CryptoConfig:
    encryption_key, signing_key = key("AES", fill), key("HmacSHA256", fill + 1)
    return ddbcrypt.CryptoConfig(
        materials_provider=ddbcrypt.StaticCryptographicMaterialsProvider(
            encryption_materials=ddbcrypt.RawEncryptionMaterials(
                signing_key=signing_key, encryption_key=encryption_key
            ),
            decryption_materials=ddbcrypt.RawDecryptionMaterials(
                verification_key=signing_key, decryption_key=encryption_key
            ),
        ),
        encryption_context=ddbcrypt.EncryptionContext(
            table_name=table_name, partition_key_name=KEYS[0], sort_key_name=KEYS[1]
        ),
        attribute_actions=ddbcrypt.AttributeActions(
            default_action=ddbcrypt.CryptoAction.ENCRYPT_AND_SIGN,
            attribute_actions=dict.fromkeys(KEYS, ddbcrypt.CryptoAction.SIGN_ONLY),
        ),
    )


def small_item(index: int) -> dict[str, Any]:
    """2 keys and 8 attributes, no two alike in value, so that nothing can be served from a cache."""
    return {
        "id": f"patient-{index:012}",
        "at": Decimal(index),
        "given_name": f"given name {index:09}",
        "family_name": f"family name {index:08}",
        "street": f"street and no. {index:05}"[:20],
        "weight": Decimal(index).scaleb(-2),
        "visits": index % 997 + 1,
        "consent": index % 2 == 0,
        "photo_digest": index.to_bytes(8, "big") * 4,
        "allergies": {f"allergy-{index + offset}" for offset in range(3)},
    }


def nested_item(index: int) -> dict[str, Any]:
    return small_item(index) | {
        "address": {"town": f"town {index}", "position": [Decimal(index), None, {"precise": True, "of": b"\x00\xff"}]},
        "readings": {Decimal(index), Decimal(index + 1)},
        "prints": {b"left", b"right"},
        "empty": "",
    }


def python_items() -> Steps:
    config = crypto_config()
    for index in itertools.count():
        item = small_item(index)
        if ddbcrypt.decrypt_python_item(ddbcrypt.encrypt_python_item(item, config), config)["id"] != item["id"]:
            raise AssertionError(f"item {index} came back as another")
        yield index


def wire_items() -> Steps:
    config = crypto_config()
    for index in itertools.count():
        item = ddbcrypt.dict_to_ddb(nested_item(index))
        encrypted = ddbcrypt.encrypt_dynamodb_item(item, config)
        if ddbcrypt.ddb_to_dict(ddbcrypt.decrypt_dynamodb_item(encrypted, config))["id"] != f"patient-{index:012}":
            raise AssertionError(f"item {index} came back as another")
        yield index


def new_names() -> Steps:
    """Attribute, member and table names that are new each time: whatever is remembered by name must be bounded."""
    for index in itertools.count():
        config = crypto_config(table_name=f"table-{index}")
        item = small_item(index) | {f"attribute-{index}": {f"member-{index}": "value"}}
        ddbcrypt.decrypt_python_item(ddbcrypt.encrypt_python_item(item, config), config)
        yield index


def keys_made() -> Steps:
    """Delegated keys made, used and dropped, and some that are refused."""
    for index in itertools.count():
        cipher, signer = key("AES", index % 256), key("HmacSHA512", index % 256)
        data = index.to_bytes(8, "big")
        ciphertext = cipher.encrypt("AES/CBC/PKCS5Padding", "name", data)
        if cipher.decrypt("AES/CBC/PKCS5Padding", "name", ciphertext) != data:
            raise AssertionError(f"ciphertext {index} came back as another")
        signer.verify("HmacSHA512", signer.sign("HmacSHA512", data), data)
        with _refused(ddbcrypt.exceptions.DynamodbEncryptionSdkError):
            ddbcrypt.JceNameLocalDelegatedKey(b"short", "AES", EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)
        yield index


def failing_decrypts() -> Steps:
    """Altered, truncated, foreign and unsigned items, wrong keys and tables: each is refused, in turn."""
    config, other_key, other_table = crypto_config(), crypto_config(fill=99), crypto_config(table_name="other")
    encrypted = ddbcrypt.encrypt_python_item(nested_item(1), config)
    wire = ddbcrypt.encrypt_dynamodb_item(ddbcrypt.dict_to_ddb(nested_item(1)), config)
    description, signature = "*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"

    def altered(name: str, value: bytes) -> dict[str, Any]:
        return encrypted | {name: value}

    stored = bytes(encrypted["given_name"])
    cases: list[Callable[[], Any]] = [
        lambda: ddbcrypt.decrypt_python_item(encrypted, other_key),
        lambda: ddbcrypt.decrypt_python_item(encrypted, other_table),
        lambda: ddbcrypt.decrypt_python_item(altered("given_name", stored[:-1] + bytes([stored[-1] ^ 1])), config),
        lambda: ddbcrypt.decrypt_python_item(altered("given_name", stored[:7]), config),
        lambda: ddbcrypt.decrypt_python_item(altered(signature, b""), config),
        lambda: ddbcrypt.decrypt_python_item(altered(description, b"\x00\x00\x00\x00\x00\x00\x00\x63abc"), config),
        lambda: ddbcrypt.decrypt_python_item(altered(description, b"\x00\x00\x00\x01"), config),
        lambda: ddbcrypt.decrypt_python_item(encrypted | {"given_name": "not a binary"}, config),
        lambda: ddbcrypt.decrypt_python_item({k: v for k, v in encrypted.items() if k != signature}, config),
        lambda: ddbcrypt.decrypt_python_item(encrypted | {"added": {"deep": [1.5]}}, config),
        lambda: ddbcrypt.decrypt_dynamodb_item(wire | {"given_name": {"S": "text"}}, config),
        lambda: ddbcrypt.decrypt_dynamodb_item(wire | {"given_name": {"Q": "no such type"}}, config),
        lambda: ddbcrypt.decrypt_dynamodb_item(wire | {signature: {"B": b"\x00" * 32}}, config),
    ]
    yield from _fail_in_turn(cases)


def bad_inputs() -> Steps:
    """Items that cannot be written, each with sound attributes around what is wrong."""
    config = crypto_config()
    deep: Any = "bottom"
    for _ in range(40):
        deep = [deep]
    bad_values: list[Any] = [
        1.5,
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1" * 39),
        Decimal("1e200"),
        "\ud800",
        {1, "mixed"},
        {Decimal(1), "text"},
        object(),
        {1: "key that is no text"},
        deep,
        [{"inside": {1.5}}],
        bytearray(b"mutable"),
        set(),
    ]
    bad_wire: list[Any] = [
        {"N": "abc"},
        {"N": "1_000"},
        {"SS": ["twice", "twice"]},
        {"NS": ["1", "1.0"]},
        {"S": 5},
        {"B": "text"},
        {"S": "two", "N": "2"},
        {},
        {"L": [{"M": {"x": {"N": "NaN"}}}]},
        {"M": {"x": {"L": {"not": "a list"}}}},
        "no attribute",
    ]
    cases: list[Callable[[], Any]] = []

    def add(function: Callable[..., Any], item: dict[str, Any]) -> None:
        with contextlib.suppress(Exception):
            function(item, config)
            return  # ddbcrypt takes this value after all: it is no failure to repeat
        cases.append(lambda: function(item, config))

    for value in bad_values:
        add(ddbcrypt.encrypt_python_item, nested_item(3) | {"wrong": value})
    for value in bad_wire:
        add(ddbcrypt.encrypt_dynamodb_item, ddbcrypt.dict_to_ddb(nested_item(3)) | {"wrong": value})
    for name in ("*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"):
        add(ddbcrypt.encrypt_python_item, nested_item(3) | {name: b"reserved"})
    if len(cases) < 20:
        raise AssertionError(f"only {len(cases)} of the bad inputs are refused")
    yield from _fail_in_turn(cases)


def _fail_in_turn(cases: list[Callable[[], Any]]) -> Steps:
    for index in itertools.count():
        with _refused(Exception):
            cases[index % len(cases)]()
        yield index


@contextlib.contextmanager
def _refused(kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kind:
        return
    raise AssertionError("a call that must fail succeeded")


SCENARIOS: dict[str, Callable[[], Steps]] = {
    "python-items": python_items,
    "wire-items": wire_items,
    "new-names": new_names,
    "keys": keys_made,
    "failing-decrypts": failing_decrypts,
    "bad-inputs": bad_inputs,
}
