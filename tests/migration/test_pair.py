# SPDX-License-Identifier: Apache-2.0
"""Changes by others between the read of an item and its write that no signature shows."""

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


def _migrate(place: Place, source: Any, target: Any, stored: dict[str, Any], change: Any) -> dict[str, dict[str, Any]]:
    place.client.put_item(TableName=place.table, Item=stored)
    description = place.client.describe_table(TableName=place.table)["Table"]
    pair = TablePair.of(place.table, description, source, target)
    client = _Overtaken(place.client, change)
    report = Migration(client, pair, MigrationSettings(segments=1)).run()
    assert report.conflicts == 1
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
