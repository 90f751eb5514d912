# SPDX-License-Identifier: Apache-2.0
"""Overrides of the encryption context: what they change, when they are applied, and what they leave alone."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from ddbcrypt import (
    CryptoConfig,
    CryptographicMaterials,
    CryptographicMaterialsProvider,
    EncryptedClient,
    EncryptedTable,
    EncryptionContext,
    InvalidArgumentError,
    SignatureVerificationError,
)
from ddbcrypt.context_overrides import override_context, override_table_name, override_table_names
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_many,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_many,
    encrypt_python_item,
)
from tests.unit.client_recording import Recorder, actions, parsed, provider, python_item, wire_item
from tests.unit.support import OwnCipher, OwnSigner, make_config, static_provider

ITEM = {"id": {"S": "1"}, "name": {"S": "a secret"}}
RENAMED = override_table_name("restored", "patients")


class Watching(CryptographicMaterialsProvider):
    """Notes the contexts that it is asked with."""

    def __init__(self) -> None:
        self.contexts: list[EncryptionContext] = []
        self._inner = static_provider()

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        self.contexts.append(encryption_context)
        return self._inner.encryption_materials(encryption_context)

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        self.contexts.append(encryption_context)
        return self._inner.decryption_materials(encryption_context)


def with_override(override: Any, table: str = "restored", provider: Any = None) -> CryptoConfig:
    plain = make_config(table=table, provider=provider)
    return CryptoConfig(
        plain.materials_provider,
        plain.encryption_context,
        plain.attribute_actions,
        encryption_context_override=override,
    )


@pytest.mark.parametrize("keys", ["engine", "own classes"])
def test_items_of_a_restored_table_are_read_and_written(keys: str) -> None:
    own = static_provider() if keys == "engine" else static_provider(OwnCipher(), OwnSigner())
    old = encrypt_dynamodb_item(ITEM, make_config(table="patients", provider=own))
    restored = with_override(RENAMED, provider=own)
    assert decrypt_dynamodb_item(old, restored) == ITEM
    new = encrypt_dynamodb_item(ITEM, restored)
    assert decrypt_dynamodb_item(new, make_config(table="patients", provider=own)) == ITEM
    for item in (old, new):
        with pytest.raises(SignatureVerificationError):
            decrypt_dynamodb_item(item, make_config(table="restored", provider=own))


def test_python_values_and_batches() -> None:
    item = {"id": "1", "name": "a secret"}
    config = with_override(RENAMED)
    encrypted = encrypt_python_item(item, config)
    assert decrypt_python_item(encrypted, make_config(table="patients")) == item
    many = encrypt_many([(item, config), (item, make_config(table="other"))], wire=False)
    assert decrypt_python_item(many[0], make_config(table="patients")) == item
    assert decrypt_many([(many[0], config), (many[1], make_config(table="other"))], wire=False) == [item, item]


def test_the_provider_sees_what_the_override_made_and_the_caller_does_not() -> None:
    watching = Watching()
    calls: list[EncryptionContext] = []

    def override(context: EncryptionContext) -> EncryptionContext:
        calls.append(context)
        context.table_name = "patients"
        context.partition_key_name = "identity"
        context.material_description["added"] = "here"
        return context

    config = with_override(override, provider=watching)
    before = copy.copy(config.encryption_context)
    encrypted = encrypt_dynamodb_item(ITEM, config)
    assert decrypt_dynamodb_item(encrypted, config) == ITEM
    assert len(calls) == 2  # once per item
    assert config.encryption_context == before
    for context in watching.contexts:
        assert (context.table_name, context.partition_key_name) == ("patients", "identity")
        assert context.material_description["added"] == "here"
    # On decryption it starts from the item's own description.
    assert "amzn-ddb-map-sym-mode" in watching.contexts[1].material_description
    assert "amzn-ddb-map-sym-mode" not in watching.contexts[0].material_description


def test_the_description_of_the_item_is_checked_whatever_the_provider_sees() -> None:
    watching = Watching()
    encrypted = encrypt_dynamodb_item(ITEM, make_config())
    config = with_override(override_context(material_description={"a": "b"}), table="patients", provider=watching)
    assert decrypt_dynamodb_item(encrypted, config) == ITEM
    assert watching.contexts[0].material_description == {"a": "b"}


def test_table_names() -> None:
    override = override_table_names({"a": "b", "b": "c"})
    for table, expected in (("a", "b"), ("b", "c"), ("c", "c"), (None, None)):
        assert override(EncryptionContext(table_name=table)).table_name == expected
    names = {"a": "b"}
    override = override_table_names(names)
    names["a"] = "x"
    assert override(EncryptionContext(table_name="a")).table_name == "b"
    assert override_table_name("a", "b") == override
    assert hash(override_table_name("a", "b")) == hash(override)
    assert override != override_table_name("a", "c")
    assert override != "a"
    assert repr(override) == "override_table_names({'a': 'b'})"
    assert pickle.loads(pickle.dumps(override)) == override


def test_fields() -> None:
    override = override_context(table_name=None, sort_key_name="visit", material_description={"a": "b"})
    first = override(EncryptionContext(table_name="a", partition_key_name="id"))
    assert (first.table_name, first.partition_key_name, first.sort_key_name) == (None, "id", "visit")
    first.material_description["a"] = "changed"
    assert override(EncryptionContext()).material_description == {"a": "b"}
    assert pickle.loads(pickle.dumps(override)) == override
    assert override != override_context()
    assert override != "a"
    shown = repr(override_context(attributes={"name": {"S": "sensitive"}}, sort_key_name="visit"))
    assert "sensitive" not in shown
    assert "sort_key_name='visit'" in shown


@pytest.mark.parametrize(
    "make",
    [
        lambda: override_table_name("a", b"b"),  # type: ignore[arg-type]
        lambda: override_table_name(None, "b"),  # type: ignore[arg-type]
        lambda: override_table_names({"a": 1}),  # type: ignore[dict-item]
        lambda: override_table_names("ab"),  # type: ignore[arg-type]
        lambda: override_context(table_name=1),
        lambda: override_context(material_description={"a": 1}),
        lambda: with_override("patients"),
    ],
)
def test_arguments_of_wrong_types(make: Any) -> None:
    with pytest.raises(TypeError):
        make()


def test_unknown_fields_and_results() -> None:
    with pytest.raises(InvalidArgumentError, match='"table".*table_name'):
        override_context(table="a")
    with pytest.raises(InvalidArgumentError, match="has to return an EncryptionContext, not NoneType"):
        encrypt_dynamodb_item(ITEM, with_override(lambda context: None))


def test_what_an_override_raises_reaches_the_caller() -> None:
    def broken(context: EncryptionContext) -> EncryptionContext:
        raise LookupError(context.table_name)

    encrypted = encrypt_dynamodb_item(ITEM, make_config())
    with pytest.raises(LookupError, match="restored"):
        encrypt_dynamodb_item(ITEM, with_override(broken))
    with pytest.raises(LookupError, match="restored"):
        decrypt_dynamodb_item(encrypted, with_override(broken))


def test_the_configuration() -> None:
    config = with_override(RENAMED)
    assert config.copy() == config
    assert config != make_config(table="restored")
    assert config == with_override(override_table_name("restored", "patients"))
    assert "encryption_context_override=override_table_names" in repr(config)
    applied = config.overridden({"a": "b"})
    assert applied.encryption_context_override is None
    assert applied.encryption_context.table_name == "patients"
    assert applied.encryption_context.material_description == {"a": "b"}
    assert config.encryption_context.material_description == {}
    assert make_config().overridden() == make_config()


def test_an_encrypted_table_and_its_client() -> None:
    recorder = Recorder()
    old = EncryptedTable(recorder.table(), provider(), attribute_actions=actions())
    old.put_item(Item=python_item())
    override = override_table_name("people", "written-as")
    renamed = EncryptedTable(
        recorder.table(), provider(), attribute_actions=actions(), encryption_context_override=override
    )
    with pytest.raises(SignatureVerificationError):
        renamed.get_item(Key={"id": "1"})
    renamed.put_item(Item=python_item())
    assert renamed.get_item(Key={"id": "1"})["Item"] == python_item()
    assert renamed.meta.client.get_item(TableName="people", Key={"id": "1"})["Item"] == python_item()
    with pytest.raises(SignatureVerificationError):
        old.get_item(Key={"id": "1"})
    client = EncryptedClient(
        recorder.client(), provider(), attribute_actions=actions(), encryption_context_override=override
    )
    assert client.get_item(TableName="people", Key={"id": {"S": "1"}})["Item"] == wire_item()
    (stored,) = recorder.stored()
    own_actions = actions()
    own_actions.set_index_keys("id")
    plain = CryptoConfig(provider(), EncryptionContext(table_name="written-as"), own_actions)
    assert decrypt_dynamodb_item(parsed(stored), plain) == wire_item()


@pytest.mark.parametrize("option", [{"encryption_context_override": 1}, {"dialect": 1}, {"accept_28_digit_numbers": 1}])
def test_options_of_wrong_types_are_refused_at_once(option: dict[str, Any]) -> None:
    recorder = Recorder()
    with pytest.raises(TypeError):
        EncryptedTable(recorder.table(), provider(), **option)
    with pytest.raises(TypeError):
        EncryptedClient(recorder.client(), provider(), **option)
    assert recorder.calls == []


@pytest.mark.parametrize("accepted", [False, True])
def test_28_digit_numbers_are_an_option_of_tables_and_clients(accepted: bool) -> None:
    recorder = Recorder()
    exact = 12345678901234567890123456780123456789
    table = EncryptedTable(recorder.table(), provider(), attribute_actions=actions(), accept_28_digit_numbers=accepted)
    client = EncryptedClient(
        recorder.client(), provider(), attribute_actions=actions(), accept_28_digit_numbers=accepted
    )
    # What an item holds whose signed number was altered after its 28th digit.
    rounded = f"{exact // 10**10}0000000000"
    table.put_item(Item=python_item(age=int(rounded)))
    (stored,) = recorder.stored()
    stored["age"] = {"N": str(exact)}
    reads = (
        lambda: table.get_item(Key={"id": "1"}),
        lambda: table.meta.client.get_item(TableName="people", Key={"id": "1"}),
        lambda: client.get_item(TableName="people", Key={"id": {"S": "1"}}),
    )
    for read in reads:
        if accepted:
            assert read()["Item"]["age"] in (exact, {"N": str(exact)})
        else:
            with pytest.raises(SignatureVerificationError, match="more than 28 digits"):
                read()
