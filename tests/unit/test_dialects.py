# SPDX-License-Identifier: Apache-2.0
"""The dialect of written items: whose order their signed members follow. Reading accepts both."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import CryptoConfig, EncryptedClient, EncryptedTable, _engine
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item, encrypt_many
from ddbcrypt.identifiers import Dialect
from tests.unit.client_recording import Recorder, actions, parsed, provider, wire_item
from tests.unit.support import HMAC, SIGN, OwnCipher, OwnSigner, make_config, static_provider

# Text and bytes that the two clients put into different orders.
BETWEEN, BEYOND = "\uffef", "\U00010000"
MIXED: dict[str, Any] = {
    "id": {"S": "1"},
    BETWEEN: {"S": "x"},
    BEYOND: {"S": "y"},
    "map": {"M": {BETWEEN: {"S": "x"}, BEYOND: {"S": "y"}}},
    "texts": {"SS": [BETWEEN, BEYOND]},
    "bytes": {"BS": [b"\x01", b"\xff"]},
}
ALIKE: dict[str, Any] = {"id": {"S": "1"}, "name": {"S": BEYOND}, "texts": {"SS": ["b", "a"]}}
KEYS = {"engine": static_provider(), "own classes": static_provider(OwnCipher(), OwnSigner())}


def config(dialect: Dialect, keys: str = "engine", **options: Any) -> CryptoConfig:
    plain = make_config(provider=KEYS[keys], **options)
    return CryptoConfig(plain.materials_provider, plain.encryption_context, plain.attribute_actions, dialect=dialect)


def signed_in(stored: dict[str, Any], default: Any) -> set[int]:
    """The orders that the signature fits."""
    item = {name: value for name, value in stored.items() if not name.startswith("*")}
    signature = stored["*amzn-ddb-map-sig*"]["B"]
    fitting = set()
    for dialect in (0, 1):
        data = _engine.string_to_sign(item, "patients", default, {"id": SIGN}, dialect, 0)
        if HMAC.sign("HmacSHA256", data) == signature:
            fitting.add(dialect)
    return fitting


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("dialect", Dialect)
def test_written_in_one_order_and_read_whatever_is_chosen(dialect: Dialect, keys: str) -> None:
    stored = encrypt_dynamodb_item(MIXED, config(dialect, keys, default=SIGN))
    assert signed_in(stored, SIGN) == {dialect.value}
    for reader in Dialect:
        assert decrypt_dynamodb_item(stored, config(reader, keys, default=SIGN)) == MIXED


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("dialect", Dialect)
def test_encrypted_members_follow_the_order_too(dialect: Dialect, keys: str) -> None:
    stored = encrypt_dynamodb_item(MIXED, config(dialect, keys))
    key = KEYS["engine"].encryption_materials(make_config().encryption_context).encryption_key
    plaintext = key.decrypt("AES/CBC/PKCS5Padding", "bytes", stored["bytes"]["B"])
    assert plaintext == _engine.serialize_attribute(MIXED["bytes"], dialect.value)
    read = decrypt_dynamodb_item(stored, config(Dialect.PYTHON, keys))
    assert set(read["bytes"]["BS"]) == {b"\x01", b"\xff"}


@pytest.mark.parametrize("keys", KEYS)
def test_most_items_are_the_same_in_both(keys: str) -> None:
    for dialect in Dialect:
        assert signed_in(encrypt_dynamodb_item(ALIKE, config(dialect, keys, default=SIGN)), SIGN) == {0, 1}


def test_the_default_is_the_python_clients() -> None:
    assert make_config().dialect is Dialect.PYTHON
    assert signed_in(encrypt_dynamodb_item(MIXED, make_config(default=SIGN)), SIGN) == {0}


def test_batches_with_a_dialect_for_each_item() -> None:
    jobs = [(MIXED, config(dialect, default=SIGN)) for dialect in (Dialect.JAVA, Dialect.PYTHON)]
    assert [signed_in(stored, SIGN) for stored in encrypt_many(jobs, wire=True)] == [{1}, {0}]


def test_the_configuration() -> None:
    java = config(Dialect.JAVA)
    assert java.copy().dialect is Dialect.JAVA
    assert java.with_item(ALIKE).dialect is Dialect.JAVA
    assert java != config(Dialect.PYTHON)
    assert "dialect=Dialect.JAVA" in repr(java)
    assert "dialect" not in repr(config(Dialect.PYTHON))
    with pytest.raises(TypeError, match="Dialect"):
        config(1)  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", Dialect)
def test_tables_and_clients_hand_it_on(dialect: Dialect) -> None:
    recorder = Recorder()
    item = wire_item(bytes={"BS": [b"\x01", b"\xff"]})
    table = EncryptedTable(recorder.table(), provider(), attribute_actions=actions(), dialect=dialect)
    client = EncryptedClient(recorder.client(), provider(), attribute_actions=actions(), dialect=dialect)
    key = provider().encryption_materials(make_config().encryption_context).encryption_key
    table.put_item(Item=_engine.from_wire(item))
    stored = [recorder.stored()[0]]
    client.put_item(TableName="people", Item=item)
    stored.append(recorder.stored()[0])
    table.meta.client.put_item(TableName="people", Item=_engine.from_wire(item))
    stored.append(recorder.stored()[0])
    with table.batch_writer() as batch:
        batch.put_item(Item=_engine.from_wire(item))
    stored.append(recorder.stored()[0])
    for written in stored:
        plaintext = key.decrypt("AES/CBC/PKCS5Padding", "bytes", parsed(written["bytes"])["B"])
        assert plaintext == _engine.serialize_attribute(item["bytes"], dialect.value)
