# SPDX-License-Identifier: Apache-2.0
"""CryptoConfig: what it refuses, and that copies leave the original alone."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import AttributeActions, CryptoConfig, EncryptionContext, InvalidArgumentError
from tests.unit.support import ENCRYPT, NOTHING, SIGN, make_config, static_provider


@pytest.mark.parametrize(
    ("context", "name"),
    [
        (EncryptionContext(partition_key_name="id"), 'partition key "id"'),
        (EncryptionContext(sort_key_name="visit"), 'sort key "visit"'),
        (EncryptionContext(partition_key_name="open", sort_key_name="visit"), 'sort key "visit"'),
    ],
)
def test_keys_of_the_table_cannot_be_encrypted(context: EncryptionContext, name: str) -> None:
    actions = AttributeActions(SIGN, {"id": ENCRYPT, "visit": ENCRYPT, "open": NOTHING})
    with pytest.raises(InvalidArgumentError, match=name):
        CryptoConfig(static_provider(), context, actions)
    with pytest.raises(InvalidArgumentError, match=name):
        CryptoConfig(static_provider(), context, AttributeActions(ENCRYPT, {"open": NOTHING}))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"partition_key_name": ""}, "partition_key_name is empty"),
        ({"partition_key_name": "id", "sort_key_name": ""}, "sort_key_name is empty"),
        ({"partition_key_name": "id", "sort_key_name": "id"}, 'sort_key_name are the same, "id"'),
    ],
)
def test_names_that_no_key_has(names: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        CryptoConfig(static_provider(), EncryptionContext(**names), AttributeActions(SIGN))


@pytest.mark.parametrize("action", [SIGN, NOTHING])
def test_keys_of_the_table_may_be_signed_or_left_alone(action: Any) -> None:
    context = EncryptionContext(partition_key_name="id", sort_key_name="visit")
    config = CryptoConfig(static_provider(), context, AttributeActions(ENCRYPT, {"id": action, "visit": action}))
    assert config.encryption_context is context


@pytest.mark.parametrize(
    "arguments",
    [
        ("provider", EncryptionContext(), AttributeActions()),
        (static_provider(), {}, AttributeActions()),
        (static_provider(), EncryptionContext(), {}),
    ],
)
def test_arguments_of_wrong_types(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        CryptoConfig(*arguments)


def test_the_option_is_a_keyword_and_a_bool() -> None:
    parts: Any = (static_provider(), EncryptionContext(), AttributeActions())
    assert CryptoConfig(*parts).accept_28_digit_numbers is False
    assert CryptoConfig(*parts, accept_28_digit_numbers=True).accept_28_digit_numbers is True
    with pytest.raises(TypeError):
        CryptoConfig(*parts, True)
    with pytest.raises(TypeError):
        CryptoConfig(*parts, accept_28_digit_numbers=1)  # type: ignore[arg-type]


def test_materials_come_from_the_provider() -> None:
    config = make_config()
    assert config.encryption_materials() is config.materials_provider.encryption_materials(EncryptionContext())
    assert config.decryption_materials() is config.materials_provider.decryption_materials(EncryptionContext())


def test_copy() -> None:
    config = make_config(accept_28_digit_numbers=True)
    other = config.copy()
    assert other == config
    assert other.encryption_context is not config.encryption_context
    assert other.attribute_actions is config.attribute_actions
    other.encryption_context.material_description["a"] = "b"
    other.encryption_context.table_name = "other"
    assert config == make_config(accept_28_digit_numbers=True)


@pytest.mark.parametrize("form", ["wire", "python"])
def test_with_item(form: str) -> None:
    config = make_config()
    wire = {"id": {"S": "1"}}
    other = config.with_item(wire) if form == "wire" else config.with_python_item({"id": "1"})
    assert other.encryption_context.attributes == wire
    assert config.encryption_context.attributes == {}
    assert other != config


def test_repr_shows_no_key_and_no_item() -> None:
    config = make_config().with_item({"id": {"S": "sensitive"}})
    text = repr(config)
    assert "sensitive" not in text
    assert "StaticCryptographicMaterialsProvider" in text
    assert "accept_28_digit_numbers" not in text
    assert "accept_28_digit_numbers=True" in repr(make_config(accept_28_digit_numbers=True))
