# SPDX-License-Identifier: Apache-2.0
"""Attribute actions of a user's own class: its choices hold on every way to DynamoDB, or are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    EncryptedClient,
    EncryptedResource,
    EncryptedTable,
    InvalidArgumentError,
    LegacyTableConfig,
    TableIndex,
    TableInfo,
    attach,
)
from ddbcrypt.keyrings import RawAesKeyring
from ddbcrypt.structured import DynamoDbTableEncryptionConfig, LegacyOverride, LegacyPolicy
from tests.unit.client_recording import SECRET, Recorder, provider

ENCRYPT, SIGN, NOTHING = CryptoAction.ENCRYPT_AND_SIGN, CryptoAction.SIGN_ONLY, CryptoAction.DO_NOTHING
ITEM = {"id": "1", "secret note": SECRET}
WIRE = {name: {"S": value} for name, value in ITEM.items()}
INFO = TableInfo("people", TableIndex("id"))


class ByName(AttributeActions):
    """Encrypts what is called secret."""

    def __init__(self, default: CryptoAction = SIGN) -> None:
        super().__init__(default, {"id": SIGN})
        self.prefix = "secret"

    def action(self, attribute_name: str) -> CryptoAction:
        return ENCRYPT if attribute_name.startswith(self.prefix) else super().action(attribute_name)


class Everything(AttributeActions):
    """Encrypts keys too."""

    def action(self, attribute_name: str) -> CryptoAction:
        return ENCRYPT


def override(actions: AttributeActions) -> DynamoDbTableEncryptionConfig:
    """A table of the structured format in which items are still written in the legacy one."""
    return DynamoDbTableEncryptionConfig(
        logical_table_name="people",
        partition_key_name="id",
        attribute_actions_on_encrypt={"id": SIGN, "secret note": ENCRYPT},
        keyring=RawAesKeyring("tests", "people", bytes(32)),
        legacy_override=LegacyOverride(
            LegacyPolicy.FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT, provider(), actions, "people"
        ),
    )


PUTS: dict[str, Callable[[Recorder, AttributeActions], Any]] = {
    "EncryptedTable": lambda here, actions: EncryptedTable(
        here.table(), provider(), attribute_actions=actions, table_info=INFO
    ).put_item(Item=ITEM),
    "EncryptedTable that asks": lambda here, actions: EncryptedTable(
        here.table(), provider(), attribute_actions=actions
    ).put_item(Item=ITEM),
    "EncryptedClient": lambda here, actions: EncryptedClient(here.client(), provider(), actions).put_item(
        TableName="people", Item=WIRE
    ),
    "EncryptedResource": lambda here, actions: (
        EncryptedResource(here.resource(), provider(), actions).Table("people").put_item(Item=ITEM)
    ),
    "tables of EncryptedResource": lambda here, actions: EncryptedResource(
        here.resource(), provider(), actions
    ).batch_write_item(RequestItems={"people": [{"PutRequest": {"Item": ITEM}}]}),
    "attach": lambda here, actions: attach(
        here.client(), {"people": LegacyTableConfig(provider(), actions, INFO)}
    ).put_item(TableName="people", Item=WIRE),
    "legacy override": lambda here, actions: attach(here.client(), {"people": override(actions)}).put_item(
        TableName="people", Item=WIRE
    ),
}


@pytest.mark.parametrize("default", [SIGN, NOTHING])
@pytest.mark.parametrize("way", PUTS)
def test_what_it_encrypts_is_sent_encrypted(way: str, default: CryptoAction) -> None:
    recorder = Recorder()
    PUTS[way](recorder, ByName(default))
    assert SECRET not in json.dumps(recorder.calls)
    (stored,) = recorder.stored()
    assert stored["id"] == {"S": "1"}
    assert stored["secret note"].keys() == {"B"}


@pytest.mark.parametrize("way", PUTS)
def test_a_key_that_it_would_encrypt_is_refused(way: str) -> None:
    recorder = Recorder()
    with pytest.raises(InvalidArgumentError, match='"id".*Everything'):
        PUTS[way](recorder, Everything())
    assert recorder.sent_item_calls() == []


def test_a_copy_is_of_its_class_and_independent() -> None:
    original = ByName()
    copied = original.copy()
    copied.prefix = "other"
    copied.set_index_keys("at")
    assert type(copied) is ByName
    assert copied.action("other") is original.action("secret") is ENCRYPT
    assert original.attribute_actions == {"id": SIGN}
    assert copied.attribute_actions == {"id": SIGN, "at": SIGN}


def test_a_refused_index_key_changes_nothing() -> None:
    actions = Everything(attribute_actions={"a": SIGN})
    with pytest.raises(InvalidArgumentError, match='"id".*SIGN_ONLY'):
        actions.set_index_keys("id")
    assert actions.attribute_actions == {"a": SIGN}


def test_it_is_not_merged() -> None:
    """Neither by the names that it lists nor by its default could a merge know what it encrypts."""
    for one, other in ((ByName(), AttributeActions()), (AttributeActions(), ByName())):
        with pytest.raises(InvalidArgumentError, match="ByName"):
            one + other
    named = type("Named", (AttributeActions,), {})
    assert (named(SIGN) + AttributeActions(NOTHING, {"a": ENCRYPT})).action("a") is ENCRYPT
