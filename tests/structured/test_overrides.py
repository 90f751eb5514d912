# SPDX-License-Identifier: Apache-2.0
"""Items of the legacy format and plaintext items under each policy."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    EncryptionContext,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from ddbcrypt.exceptions import (
    DynamodbEncryptionSdkError,
    ItemNotEncryptedError,
    SignatureVerificationError,
)
from ddbcrypt.structured import LegacyOverride, LegacyPolicy, PlaintextOverride
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE
from tests.structured.encryptors import ITEM, TABLE, encryptor
from tests.unit.client_recording import provider

LEGACY_ACTIONS = AttributeActions(
    default_action=CryptoAction.ENCRYPT_AND_SIGN, attribute_actions={"views": CryptoAction.DO_NOTHING}
)
WRITES_LEGACY = LegacyPolicy.FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT
READS_LEGACY = LegacyPolicy.FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT
NO_LEGACY = LegacyPolicy.FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT
WRITES_PLAINTEXT = PlaintextOverride.FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ
READS_PLAINTEXT = PlaintextOverride.FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ
NO_PLAINTEXT = PlaintextOverride.FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ


def legacy_override(policy: LegacyPolicy = READS_LEGACY, **changes: Any) -> LegacyOverride:
    return LegacyOverride(policy, provider(), LEGACY_ACTIONS, **changes)


def _legacy_config() -> CryptoConfig:
    actions = LEGACY_ACTIONS.copy()
    actions.set_index_keys("id")
    return CryptoConfig(provider(), EncryptionContext(table_name=TABLE, partition_key_name="id"), actions)


@pytest.mark.parametrize("policy", [WRITES_LEGACY, READS_LEGACY])
def test_legacy_items_are_read_where_the_policy_allows_it(policy: LegacyPolicy) -> None:
    made = encryptor(legacy_override=legacy_override(policy))
    stored = encrypt_dynamodb_item(ITEM, _legacy_config())
    read = made.decrypt_item(stored)
    assert read.plaintext_item == ITEM
    assert read.parsed_header is None
    assert not read.was_plaintext
    with pytest.raises(SignatureVerificationError, match="p-17"):
        made.decrypt_item({**stored, "id": {"S": "p-17"}, "city": {"S": "Paris"}})


def test_legacy_items_are_refused_where_it_does_not() -> None:
    made = encryptor(legacy_override=legacy_override(NO_LEGACY))
    with pytest.raises(ItemNotEncryptedError, match=r"legacy format.*p-17"):
        made.decrypt_item(encrypt_dynamodb_item(ITEM, _legacy_config()))
    with pytest.raises(ItemNotEncryptedError, match=r"legacy_override"):
        encryptor().decrypt_item(encrypt_dynamodb_item(ITEM, _legacy_config()))


@pytest.mark.parametrize("policy", LegacyPolicy)
def test_new_items_are_in_the_format_of_the_policy(policy: LegacyPolicy) -> None:
    made = encryptor(legacy_override=legacy_override(policy))
    written = made.encrypt_item(ITEM)
    if policy is WRITES_LEGACY:
        assert written.parsed_header is None
        assert HEADER_ATTRIBUTE not in written.encrypted_item
        assert decrypt_dynamodb_item(written.encrypted_item, _legacy_config()) == ITEM
    else:
        assert written.parsed_header is not None
        assert FOOTER_ATTRIBUTE in written.encrypted_item
    assert made.decrypt_item(written.encrypted_item).plaintext_item == ITEM


def test_a_batch_may_hold_both_formats() -> None:
    made = encryptor(legacy_override=legacy_override())
    stored = [
        encrypt_dynamodb_item(ITEM, _legacy_config()),
        made.encrypt_item(ITEM).encrypted_item,
        encrypt_dynamodb_item({**ITEM, "id": {"S": "p-18"}}, _legacy_config()),
    ]
    read = made.decrypt_items(stored)
    assert [one.plaintext_item["id"]["S"] for one in read] == ["p-17", "p-17", "p-18"]
    assert [one.parsed_header is None for one in read] == [True, False, True]
    stored[2] = {**stored[2], "city": {"S": "Paris"}}
    with pytest.raises(SignatureVerificationError, match="p-18") as caught:
        made.decrypt_items(stored)
    assert caught.value.index == 2


def test_the_legacy_table_name_may_differ() -> None:
    config = _legacy_config()
    config.encryption_context.table_name = "patients-2019"
    stored = encrypt_dynamodb_item(ITEM, config)
    made = encryptor(legacy_override=legacy_override(table_name="patients-2019"))
    assert made.decrypt_item(stored).plaintext_item == ITEM
    with pytest.raises(SignatureVerificationError):
        encryptor(legacy_override=legacy_override()).decrypt_item(stored)


@pytest.mark.parametrize("policy", PlaintextOverride)
def test_plaintext_items_under_each_policy(policy: PlaintextOverride) -> None:
    made = encryptor(plaintext_override=policy)
    if policy is NO_PLAINTEXT:
        with pytest.raises(ItemNotEncryptedError, match="p-17"):
            made.decrypt_item(ITEM)
    else:
        read = made.decrypt_item(ITEM)
        assert read.was_plaintext
        assert read.parsed_header is None
        assert read.plaintext_item == ITEM
        assert read.plaintext_item is not ITEM
    written = made.encrypt_item(ITEM)
    assert (written.parsed_header is None) == (policy is WRITES_PLAINTEXT)
    assert (written.encrypted_item == ITEM) == (policy is WRITES_PLAINTEXT)
    encrypted = encryptor().encrypt_item(ITEM).encrypted_item
    read = made.decrypt_item(encrypted)
    assert read.plaintext_item == ITEM
    assert not read.was_plaintext


@pytest.mark.parametrize("left", [HEADER_ATTRIBUTE, FOOTER_ATTRIBUTE])
def test_an_item_with_half_its_signature_is_never_plaintext(left: str) -> None:
    encrypted = encryptor().encrypt_item(ITEM).encrypted_item
    gone = FOOTER_ATTRIBUTE if left == HEADER_ATTRIBUTE else HEADER_ATTRIBUTE
    half = {name: value for name, value in encrypted.items() if name != gone}
    with pytest.raises(DynamodbEncryptionSdkError, match="p-17"):
        encryptor(plaintext_override=WRITES_PLAINTEXT).decrypt_item(half)


def test_a_header_beside_a_legacy_signature_is_judged_as_legacy() -> None:
    """As in the Java client, the legacy format's attributes decide where a policy knows it; neither verifies."""
    encrypted = encryptor().encrypt_item(ITEM).encrypted_item
    both = {**encrypted, **{name: {"B": b"x"} for name in ("*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*")}}
    for override in (legacy_override(), None):
        with pytest.raises(DynamodbEncryptionSdkError):
            encryptor(legacy_override=override).decrypt_item(both)
