# SPDX-License-Identifier: Apache-2.0
"""Single items, there and back, in both forms: what they become, and what is left alone."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from boto3.dynamodb.types import Binary
from hypothesis import given, settings

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    CryptographicMaterials,
    CryptographicMaterialsProvider,
    DecryptionMaterials,
    DelegatedKey,
    DynamodbEncryptionSdkError,
    EncryptionContext,
    EncryptionError,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    SignatureVerificationError,
    UnsupportedTypeError,
    decrypt_dynamodb_item,
    decrypt_python_item,
    dict_to_ddb,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from ddbcrypt import _engine as engine
from tests import strategies
from tests.interop.ours import config_for
from tests.unit.support import (
    AES,
    DESCRIPTION,
    ENCRYPT,
    HMAC,
    NOTHING,
    SIGN,
    SIGNATURE,
    make_config,
    static_provider,
)

PYTHON_ITEM: dict[str, Any] = {
    "id": "p-1",
    "name": "Zoë",
    "age": Decimal(42),
    "weights": {Decimal("61.5"), Decimal(62)},
    "scan": Binary(b"\x00\xff"),
    "thumbnails": {Binary(b"a"), Binary(b"b")},
    "tags": {"x", "y"},
    "alive": True,
    "note": None,
    "visits": [{"day": "2024-05-01", "rooms": ["a", {"deep": Decimal("1E+5")}]}],
    "open": "seen by all",
}
WIRE_ITEM = dict_to_ddb(PYTHON_ITEM)
ACTIONS = {"open": NOTHING, "age": SIGN}
FORMS: list[Any] = [
    pytest.param(encrypt_python_item, decrypt_python_item, PYTHON_ITEM, id="python"),
    pytest.param(encrypt_dynamodb_item, decrypt_dynamodb_item, WIRE_ITEM, id="wire"),
]
Encrypt = Callable[[Any, CryptoConfig], dict[str, Any]]


def _binary(item: dict[str, Any], name: str) -> bytes:
    value = item[name]
    return bytes(value["B"]) if isinstance(value, dict) else bytes(value.value)


@pytest.mark.parametrize(("encrypt", "decrypt", "item"), FORMS)
def test_there_and_back(encrypt: Encrypt, decrypt: Encrypt, item: dict[str, Any]) -> None:
    config = make_config(actions=ACTIONS)
    before = copy.deepcopy(item)
    encrypted = encrypt(item, config)
    assert item == before
    assert set(encrypted) == {*item, SIGNATURE, DESCRIPTION}
    for name in ("id", "age", "open"):
        assert encrypted[name] == item[name]
    for name in set(item) - {"id", "age", "open"}:
        assert len(_binary(encrypted, name)) % 16 == 0
    stored = copy.deepcopy(encrypted)
    decrypted = decrypt(encrypted, config)
    assert encrypted == stored
    assert decrypted == item if encrypt is encrypt_python_item else (
        strategies.item_meaning(decrypted) == strategies.item_meaning(item)
    )  # fmt: skip
    assert config == make_config(actions=ACTIONS)


def test_both_forms_read_each_other() -> None:
    config = make_config(actions=ACTIONS)
    wire = decrypt_dynamodb_item(dict_to_ddb(encrypt_python_item(PYTHON_ITEM, config)), config)
    assert strategies.item_meaning(wire) == strategies.item_meaning(WIRE_ITEM)


def test_each_encryption_is_different() -> None:
    config = make_config()
    first, second = (encrypt_dynamodb_item(WIRE_ITEM, config) for _ in range(2))
    assert first["name"] != second["name"]
    assert first[SIGNATURE] != second[SIGNATURE]
    assert first[DESCRIPTION] == second[DESCRIPTION]


@settings(max_examples=60)
@given(strategies.cases(max_digits=38, max_attributes=30))
def test_any_item_in_both_forms(case: strategies.Case) -> None:
    config = config_for(case)
    before = copy.deepcopy(case.item)
    decrypted = decrypt_dynamodb_item(encrypt_dynamodb_item(case.item, config), config)
    assert strategies.item_meaning(decrypted) == strategies.item_meaning(before)
    python_item = engine.from_wire(case.item)
    assert decrypt_python_item(encrypt_python_item(python_item, config), config) == python_item
    assert case.item == before


def test_description_names_mode_and_signing_algorithm() -> None:
    given_description = {"own": "entry"}
    provider = static_provider(description=given_description)
    encrypted = encrypt_dynamodb_item(WIRE_ITEM, make_config(provider=provider))
    assert engine.deserialize_description(_binary(encrypted, DESCRIPTION)) == {
        "own": "entry",
        "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding",
        "amzn-ddb-map-signingAlg": "HmacSHA256",
    }
    assert given_description == {"own": "entry"}
    assert provider.encryption_materials(EncryptionContext()).material_description == {"own": "entry"}


@pytest.mark.parametrize(("encrypt", "decrypt", "item"), FORMS)
def test_items_that_are_only_signed_need_no_encryption_key(
    encrypt: Encrypt, decrypt: Encrypt, item: dict[str, Any]
) -> None:
    config = make_config(default=SIGN, actions={"open": NOTHING}, provider=static_provider(encryption_key=None))
    encrypted = encrypt(item, config)
    assert engine.deserialize_description(_binary(encrypted, DESCRIPTION)) == {"amzn-ddb-map-signingAlg": "HmacSHA256"}
    assert {name: encrypted[name] for name in item} == item
    assert decrypt(encrypted, config) == item
    assert decrypt({**encrypted, "open": encrypted["id"]}, config)["open"] == encrypted["id"]
    with pytest.raises(SignatureVerificationError):
        decrypt({**encrypted, "name": encrypted["id"]}, config)


def test_a_signed_item_without_a_description_is_read() -> None:
    config = make_config(default=SIGN, provider=static_provider(encryption_key=None))
    encrypted = encrypt_dynamodb_item(WIRE_ITEM, config)
    del encrypted[DESCRIPTION]
    assert decrypt_dynamodb_item(encrypted, config) == WIRE_ITEM


def test_without_a_description_that_of_the_context_counts() -> None:
    config = make_config()
    encrypted = encrypt_dynamodb_item(WIRE_ITEM, config)
    del encrypted[DESCRIPTION]
    with pytest.raises(DynamodbEncryptionSdkError):
        decrypt_dynamodb_item(encrypted, config)
    config.encryption_context.material_description = {"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding"}
    decrypted = decrypt_dynamodb_item(encrypted, config)
    assert strategies.item_meaning(decrypted) == strategies.item_meaning(WIRE_ITEM)


@pytest.mark.parametrize(("encrypt", "decrypt", "item"), FORMS)
def test_no_actions_give_a_copy(encrypt: Encrypt, decrypt: Encrypt, item: dict[str, Any]) -> None:
    config = make_config(default=NOTHING, provider=CryptographicMaterialsProvider())
    for function in (encrypt, decrypt):
        result = function(item, config)
        assert result == item
        assert result is not item
        visits = result["visits"]["L"] if isinstance(result["visits"], dict) else result["visits"]
        visits.append("changed")
    assert len(PYTHON_ITEM["visits"]) == len(WIRE_ITEM["visits"]["L"]) == 1
    already = {**item, SIGNATURE: "anything"}
    assert encrypt(already, config) == already
    assert decrypt(already, config) == already


def test_no_actions_copy_any_item() -> None:
    config = make_config(default=NOTHING)
    endless: list[Any] = []
    endless.extend([endless, endless])
    shared: Any = bytearray(b"x")
    for _ in range(100):
        shared = [shared, shared]
    result = encrypt_python_item({"endless": endless, "shared": shared, "set": {1}, "object": object}, config)
    assert result["endless"][0] is result["endless"] is not endless
    assert result["shared"] is not shared
    assert result["object"] is object


class Recording(CryptographicMaterialsProvider):
    """Keeps the contexts that it is asked with."""

    def __init__(self) -> None:
        self.contexts: list[EncryptionContext] = []

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        self.contexts.append(encryption_context)
        return RawEncryptionMaterials(HMAC, AES, {"own": "entry"})

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        self.contexts.append(encryption_context)
        return RawDecryptionMaterials(HMAC, AES)


def test_the_provider_sees_the_items_description_in_a_context_of_its_own() -> None:
    provider = Recording()
    config = make_config(provider=provider).with_item(WIRE_ITEM)
    config.encryption_context.material_description = {"callers": "own"}
    encrypted = encrypt_dynamodb_item(WIRE_ITEM, config)
    decrypt_dynamodb_item(encrypted, config)
    first, second = provider.contexts
    assert first is config.encryption_context
    assert second is not config.encryption_context
    assert second.material_description == {
        "own": "entry",
        "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding",
        "amzn-ddb-map-signingAlg": "HmacSHA256",
    }
    assert (second.table_name, second.partition_key_name, second.attributes) == ("patients", "id", WIRE_ITEM)
    assert config.encryption_context.material_description == {"callers": "own"}


def test_a_provider_that_changes_its_context_does_not_change_the_callers() -> None:
    class Changing(Recording):
        def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
            encryption_context.table_name = "changed"
            encryption_context.material_description["amzn-ddb-map-signingAlg"] = "changed"
            return super().decryption_materials(encryption_context)

    config = make_config(provider=Changing())
    encrypted = encrypt_dynamodb_item(WIRE_ITEM, config)
    stored = copy.deepcopy(encrypted)
    decrypt_dynamodb_item(encrypted, config)
    assert config.encryption_context == EncryptionContext("patients", "id")
    assert encrypted == stored


def test_what_a_provider_raises_reaches_the_caller() -> None:
    class Failing(CryptographicMaterialsProvider):
        def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
            raise ConnectionError("no route to the key store")

    with pytest.raises(ConnectionError):
        encrypt_dynamodb_item(WIRE_ITEM, make_config(provider=Failing()))
    with pytest.raises(AttributeError, match="Failing has no decryption materials"):
        decrypt_dynamodb_item(encrypt_dynamodb_item(WIRE_ITEM, make_config()), make_config(provider=Failing()))


def test_an_applications_own_materials_class() -> None:
    class Own(DecryptionMaterials):
        @property
        def material_description(self) -> dict[str, str]:
            return {}

        @property
        def decryption_key(self) -> DelegatedKey:
            return AES

        @property
        def verification_key(self) -> DelegatedKey:
            return HMAC

    class Provider(Recording):
        def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
            return Own()

    config = make_config(provider=Provider())
    assert decrypt_python_item(encrypt_python_item(PYTHON_ITEM, config), config) == PYTHON_ITEM


def test_overridden_actions_are_asked() -> None:
    class ByPrefix(AttributeActions):
        def action(self, attribute_name: str) -> CryptoAction:
            return ENCRYPT if attribute_name.startswith("secret_") else SIGN

    config = CryptoConfig(static_provider(), EncryptionContext("t", "id"), ByPrefix(SIGN))
    encrypted = encrypt_python_item({"id": "1", "secret_a": "x", "b": "y"}, config)
    assert isinstance(encrypted["secret_a"], Binary)
    assert encrypted["b"] == "y"
    assert decrypt_python_item(encrypted, config) == {"id": "1", "secret_a": "x", "b": "y"}


def test_overridden_actions_count_even_where_nothing_else_is_to_be_done() -> None:
    class Secretive(AttributeActions):
        def action(self, attribute_name: str) -> CryptoAction:
            return ENCRYPT if attribute_name == "secret" else NOTHING

    config = CryptoConfig(static_provider(), EncryptionContext("t", "id"), Secretive(NOTHING))
    encrypted = encrypt_python_item({"id": "1", "secret": "x"}, config)
    assert isinstance(encrypted["secret"], Binary)
    without_key = CryptoConfig(static_provider(None), EncryptionContext("t", "id"), Secretive(NOTHING))
    with pytest.raises(EncryptionError):
        encrypt_python_item({"id": "1", "secret": "x"}, without_key)


def test_a_subclass_of_the_configuration_keeps_its_copy() -> None:
    class Own(CryptoConfig):
        copied = 0

        def copy(self) -> CryptoConfig:
            type(self).copied += 1
            return super().copy()

    config = Own(static_provider(), EncryptionContext("t", "id"), AttributeActions(ENCRYPT, {"id": SIGN}))
    assert decrypt_python_item(encrypt_python_item(PYTHON_ITEM, config), config) == PYTHON_ITEM
    assert Own.copied == 1


@pytest.mark.parametrize("wrap", [MappingProxyType, lambda item: defaultdict(dict, item)], ids=["proxy", "defaultdict"])
def test_mappings_that_are_no_plain_dict(wrap: Callable[[Any], Any]) -> None:
    config = make_config()
    encrypted = wrap(encrypt_python_item(wrap(PYTHON_ITEM), config))
    names = list(encrypted)
    assert decrypt_python_item(encrypted, config) == PYTHON_ITEM
    assert list(encrypted) == names


def test_a_defaultdict_without_a_signature_stays_without() -> None:
    item: Any = defaultdict(dict, WIRE_ITEM)
    with pytest.raises(DynamodbEncryptionSdkError):
        decrypt_dynamodb_item(item, make_config())
    assert SIGNATURE not in item


@pytest.mark.parametrize("item", [None, [], "item", 1, [("id", "1")]])
@pytest.mark.parametrize(
    "function", [encrypt_dynamodb_item, decrypt_dynamodb_item, encrypt_python_item, decrypt_python_item]
)
def test_what_is_no_item(function: Encrypt, item: Any) -> None:
    with pytest.raises(UnsupportedTypeError, match=type(item).__name__):
        function(item, make_config())
