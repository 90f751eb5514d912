# SPDX-License-Identifier: Apache-2.0
"""Changes by others between the read of an item and its write that no signature shows."""

from collections.abc import Iterable
from typing import Any

import pytest

from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import RawAesKeyring
from ddbcrypt.migration import Migration, MigrationSettings, Outcome, TablePair
from ddbcrypt.structured import DynamoDbItemEncryptor, DynamoDbTableEncryptionConfig, PlaintextOverride
from tests.migration.commands import Place
from tests.structured.encryptors import ACTIONS, ITEM, config
from tests.structured.test_overrides import WRITES_LEGACY, legacy_override

PLAINTEXT = PlaintextOverride.FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ
SIGNS_VIEWS = {**ACTIONS, "views": CryptoAction.ENCRYPT_AND_SIGN}
KEY = {"id": ITEM["id"]}
WITHOUT_VIEWS = {name: value for name, value in ITEM.items() if name != "views"}


def _config(**changes: Any) -> DynamoDbTableEncryptionConfig:
    made = config(**changes)
    return DynamoDbTableEncryptionConfig(
        made.logical_table_name,
        made.partition_key_name,
        made.attribute_actions_on_encrypt,
        allowed_unsigned_attributes=made.allowed_unsigned_attributes,
        cmm=made.cmm,
        legacy_override=made.legacy_override,
        plaintext_override=made.plaintext_override,
    )


class _Overtaken:
    """A client before whose first update others are faster."""

    def __init__(self, client: Any, change: Any) -> None:
        self._client = client
        self._change = change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **request: Any) -> Any:
        change, self._change = self._change, None
        if change is not None:
            change()
        return self._client.update_item(**request)


def _with_unsigned(made: DynamoDbTableEncryptionConfig, names: Iterable[str]) -> DynamoDbTableEncryptionConfig:
    """The configuration with more attributes that it leaves unsigned."""
    return DynamoDbTableEncryptionConfig(
        made.logical_table_name,
        made.partition_key_name,
        made.attribute_actions_on_encrypt,
        allowed_unsigned_attributes=(*made.allowed_unsigned_attributes, *names),
        cmm=made.cmm,
    )


def _migrate(
    place: Place, source: Any, target: Any, stored: dict[str, Any], change: Any, conflicts: int = 1
) -> dict[str, dict[str, Any]]:
    place.client.put_item(TableName=place.table, Item=stored)
    description = place.client.describe_table(TableName=place.table)["Table"]
    pair = TablePair.of(place.table, description, source, target)
    client = _Overtaken(place.client, change)
    report = Migration(client, pair, MigrationSettings(segments=1)).run()
    assert report.conflicts == conflicts
    assert report.counts[Outcome.FAILED] == 0
    return place.raw()


def _set_views(place: Place) -> Any:
    return place.client.update_item(
        TableName=place.table,
        Key=KEY,
        UpdateExpression="SET #v = :v",
        ExpressionAttributeNames={"#v": "views"},
        ExpressionAttributeValues={":v": {"N": "1000"}},
    )


@pytest.mark.parametrize("case", ["added in plaintext", "unsigned in the legacy format", "added and newly signed"])
def test_an_attribute_that_no_signature_stands_for(place: Place, case: str) -> None:
    target = _config(attribute_actions_on_encrypt=SIGNS_VIEWS, allowed_unsigned_attributes=())
    if case == "added in plaintext":
        source = _config(
            attribute_actions_on_encrypt=SIGNS_VIEWS, allowed_unsigned_attributes=(), plaintext_override=PLAINTEXT
        )
        stored = WITHOUT_VIEWS
    elif case == "unsigned in the legacy format":
        changes = {"attribute_actions_on_encrypt": SIGNS_VIEWS, "allowed_unsigned_attributes": ()}
        source = _config(legacy_override=legacy_override(), **changes)
        writer = DynamoDbItemEncryptor(config(legacy_override=legacy_override(WRITES_LEGACY), **changes))
        stored = writer.encrypt_item(ITEM).encrypted_item
    else:
        source = _config(keyring=RawAesKeyring("ddbcrypt", "before", bytes(32)))
        stored = DynamoDbItemEncryptor(source).encrypt_item(WITHOUT_VIEWS).encrypted_item
    after = _migrate(place, source, target, stored, lambda: _set_views(place))["p-17"]
    assert DynamoDbItemEncryptor(target).decrypt_item(after).plaintext_item == {**ITEM, "views": {"N": "1000"}}


NEW = {f"new-attribute-{number:03}": CryptoAction.ENCRYPT_AND_SIGN for number in range(200)}
MANY: dict[str, Any] = {
    **ITEM,
    **{f"part.{number}": {"S": str(number)} for number in range(700)},
    "size": {"M": {"a": {"L": [{"NULL": True}, {"BOOL": False}, {"S": ""}]}}},
    "empty": {"S": ""},
    "set": {"NS": ["1", "2"]},
}
MANY_ACTIONS = {
    **ACTIONS,
    **{
        name: CryptoAction.SIGN_ONLY if name == "size" else CryptoAction.ENCRYPT_AND_SIGN
        for name in MANY.keys() - ITEM.keys()
    },
}


@pytest.mark.parametrize("added", [{}, {"new-attribute-150": {"S": "by others"}}], ids=["alone", "overtaken"])
def test_more_newly_signed_attributes_than_a_condition_can_name(place: Place, added: dict[str, Any]) -> None:
    """What an item lacks has to be still absent when it is written, however much that is."""
    old = _config(keyring=RawAesKeyring("ddbcrypt", "before", bytes(32)))
    source = _with_unsigned(old, NEW)
    target = _config(attribute_actions_on_encrypt={**ACTIONS, **NEW})
    stored = DynamoDbItemEncryptor(source).encrypt_item(ITEM).encrypted_item

    def change() -> None:
        updates = {name: {"Action": "PUT", "Value": value} for name, value in added.items()}
        place.client.update_item(TableName=place.table, Key=KEY, AttributeUpdates=updates)

    after = _migrate(place, source, target, stored, change, conflicts=len(added))["p-17"]
    assert DynamoDbItemEncryptor(target).decrypt_item(after).plaintext_item == {**ITEM, **added}


@pytest.mark.parametrize("case", ["as it was", "rewritten", "deleted"])
def test_more_attributes_than_an_expression_can_name(place: Place, case: str) -> None:
    source = _config(keyring=RawAesKeyring("ddbcrypt", "before", bytes(32)), attribute_actions_on_encrypt=MANY_ACTIONS)
    target = _config(attribute_actions_on_encrypt=MANY_ACTIONS)
    expected: dict[str, Any] = {**MANY, "views": {"N": "1000"}}

    def change() -> None:
        _set_views(place)  # unsigned: no conflict, and it stays
        if case == "rewritten":
            expected["name"] = {"S": "by others"}
            place.client.put_item(
                TableName=place.table, Item=DynamoDbItemEncryptor(source).encrypt_item(expected).encrypted_item
            )
        if case == "deleted":
            place.client.delete_item(TableName=place.table, Key=KEY)

    stored = DynamoDbItemEncryptor(source).encrypt_item(MANY).encrypted_item
    after = _migrate(place, source, target, stored, change, conflicts=int(case != "as it was"))
    if case == "deleted":
        assert after == {}
    else:
        assert DynamoDbItemEncryptor(target).decrypt_item(after["p-17"]).plaintext_item == expected


def test_attributes_that_the_target_does_not_write_are_removed_with_many_others(place: Place) -> None:
    """The attributes of the format that the item leaves."""
    changes = {"attribute_actions_on_encrypt": MANY_ACTIONS}
    source = _config(legacy_override=legacy_override(), **changes)
    writer = DynamoDbItemEncryptor(config(legacy_override=legacy_override(WRITES_LEGACY), **changes))
    stored = writer.encrypt_item(MANY).encrypted_item
    target = _config(**changes)
    after = _migrate(place, source, target, stored, lambda: None, conflicts=0)["p-17"]
    assert "*amzn-ddb-map-sig*" in stored
    assert not any(name.startswith("*amzn") for name in after)
    assert DynamoDbItemEncryptor(target).decrypt_item(after).plaintext_item == MANY


def test_a_plaintext_item_that_was_deleted_stays_so(place: Place) -> None:
    both = _config(plaintext_override=PLAINTEXT)
    change = lambda: place.client.delete_item(TableName=place.table, Key=KEY)  # noqa: E731
    assert _migrate(place, both, both, KEY, change) == {}


def test_an_item_with_a_beacon_is_named_and_left(place: Place) -> None:
    """Another client's searches would miss it, were it written without."""
    source = _config(keyring=RawAesKeyring("ddbcrypt", "before", bytes(32)))
    stored = {**DynamoDbItemEncryptor(source).encrypt_item(ITEM).encrypted_item, "aws_dbe_b_name": {"S": "c0ffee"}}
    place.client.put_item(TableName=place.table, Item=stored)
    description = place.client.describe_table(TableName=place.table)["Table"]
    pair = TablePair.of(place.table, description, source, _config())
    report = Migration(place.client, pair, MigrationSettings(segments=1)).run()
    assert report.counts[Outcome.FAILED] == 1
    assert place.raw()["p-17"] == stored
