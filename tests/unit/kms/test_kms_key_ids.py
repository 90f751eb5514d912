# SPDX-License-Identifier: Apache-2.0
"""Which key may decrypt: the one that is configured, whatever KMS would be willing to do."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import InvalidArgumentError, UnwrappingError, WrappingError
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.material_providers.kms.key_ids import parse_key_id
from tests.unit.kms.fake import ACCOUNT, REGION, Region
from tests.unit.kms.test_kms_items import ITEM, config_for

HERE = f"arn:aws:kms:{REGION}:{ACCOUNT}:"
ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
MRK = "mrk-1234abcd12ab34cd56ef1234567890ab"


def read(stored: dict[str, Any], provider: Any) -> dict[str, Any]:
    return decrypt_dynamodb_item(stored, config_for(provider))


def asked(region: Region) -> list[str | None]:
    """Key ids of the Decrypt calls, in order."""
    return [request.get("KeyId") for request in region.endpoint.sent("Decrypt")]


def test_another_key_of_the_same_account_is_refused(region: Region, key: str) -> None:
    other = region.kms.create_key()
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(other)))
    with pytest.raises(UnwrappingError, match="IncorrectKeyException") as caught:
        read(stored, region.provider(key))
    assert asked(region) == [key]
    assert key in str(caught.value)
    assert "accepted_key_ids" in str(caught.value)
    assert caught.value.__cause__ is not None


def test_accepted_keys_are_tried_in_their_order(region: Region, key: str) -> None:
    first, second, third = (region.kms.create_key() for _ in range(3))
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(second)))
    assert read(stored, region.provider(key, accepted_key_ids=(first, second, third))) == ITEM
    assert asked(region) == [key, first, second]
    assert [request["KeyId"] for request in region.endpoint.sent("GenerateDataKey")] == [second]


def test_the_configured_key_costs_one_call_beside_accepted_ones(region: Region, key: str) -> None:
    provider = region.provider(key, accepted_key_ids=[key, region.kms.create_key()])
    assert read(encrypt_dynamodb_item(ITEM, config_for(provider)), provider) == ITEM
    assert asked(region) == [key]


def test_a_key_that_is_listed_twice_is_asked_once(region: Region, key: str) -> None:
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(region.kms.create_key())))
    with pytest.raises(UnwrappingError):
        read(stored, region.provider(key, accepted_key_ids=[key]))
    assert asked(region) == [key]


def test_none_of_the_accepted_keys(region: Region, key: str) -> None:
    other, disabled, writer = (region.kms.create_key() for _ in range(3))
    region.kms.disabled.add(disabled)
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(writer)))
    with pytest.raises(UnwrappingError) as caught:
        read(stored, region.provider(key, accepted_key_ids=[other, disabled]))
    assert asked(region) == [key, other, disabled]
    for part in (key, other, disabled, "IncorrectKeyException", "DisabledException"):
        assert part in str(caught.value)
    assert writer not in str(caught.value)


def test_an_accepted_key_is_never_written_with(region: Region, key: str) -> None:
    encrypt_dynamodb_item(ITEM, config_for(region.provider(key, accepted_key_ids=[region.kms.create_key()])))
    assert region.endpoint.sent("GenerateDataKey")[0]["KeyId"] == key


def test_discovery_decrypts_with_any_key(region: Region, key: str) -> None:
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(region.kms.create_key())))
    assert read(stored, region.provider(key, discovery=True)) == ITEM
    assert asked(region) == [None]


def test_discovery_still_writes_with_the_configured_key(region: Region, key: str) -> None:
    encrypt_dynamodb_item(ITEM, config_for(region.provider(key, discovery=True)))
    assert region.endpoint.sent("GenerateDataKey")[0]["KeyId"] == key


@pytest.mark.parametrize("discovery", [False, True])
def test_a_disabled_key(region: Region, key: str, discovery: bool) -> None:
    provider = region.provider(key, discovery=discovery)
    stored = encrypt_dynamodb_item(ITEM, config_for(provider))
    region.kms.disabled.add(key)
    with pytest.raises(UnwrappingError, match="DisabledException") as reading:
        read(stored, provider)
    with pytest.raises(WrappingError, match="DisabledException") as writing:
        encrypt_dynamodb_item(ITEM, config_for(provider))
    for error in (reading.value, writing.value):
        assert key in str(error)
        assert error.item_key == {"id": ITEM["id"], "visit": ITEM["visit"]}


@pytest.mark.parametrize("form", ["{arn}", "{id}", "alias/patients", HERE + "alias/patients"])
def test_every_form_of_a_key_id(region: Region, key: str, form: str) -> None:
    region.kms.aliases["alias/patients"] = key
    provider = region.provider(form.format(arn=key, id=key.rpartition("/")[2]))
    assert read(encrypt_dynamodb_item(ITEM, config_for(provider)), provider) == ITEM


@pytest.mark.parametrize("alias", ["alias/patients", HERE + "alias/patients"])
def test_a_moved_alias(region: Region, key: str, alias: str) -> None:
    region.kms.aliases["alias/patients"] = key
    provider = region.provider(alias)
    old = encrypt_dynamodb_item(ITEM, config_for(provider))
    region.kms.aliases["alias/patients"] = region.kms.create_key()

    # What is written from now on is read under the new key, by the same object: it has remembered nothing.
    assert read(encrypt_dynamodb_item(ITEM, config_for(provider)), provider) == ITEM
    with pytest.raises(UnwrappingError, match="accepted_key_ids"):
        read(old, provider)
    region.endpoint.forget()
    assert read(old, region.provider(alias, accepted_key_ids=[key])) == ITEM
    assert asked(region) == [alias, key]


def test_a_replica_in_another_region(region: Region) -> None:
    key = region.kms.create_key(MRK)
    replica = key.replace(REGION, "us-west-2")
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))
    far = Region(region.kms.replica("us-west-2"))
    try:
        # Configured for the replica: its region is called, and answers with the replica's ARN.
        assert read(stored, far.provider(replica)) == ITEM
        assert asked(far) == [replica]
        assert asked(region) == []

        # Listed beside the first, it is asked in its own region.
        region.kms.disabled.add(key)
        with pytest.raises(UnwrappingError, match="DisabledException"):
            read(stored, region.provider(key, far))
        assert read(stored, region.provider(key, far, accepted_key_ids=[replica])) == ITEM
        assert asked(far) == [replica] * 2
    finally:
        far.endpoint.stop()


@pytest.mark.parametrize("configured", [HERE + "key/" + MRK, MRK])
def test_a_replicas_arn_is_not_that_of_the_key(region: Region, configured: str) -> None:
    """KMS of this region does not answer so; were it to, only discovery would take it."""
    key = region.kms.create_key(MRK)
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(configured)))
    region.kms.after = lambda operation, answer: answer.update(KeyId=key.replace(REGION, "us-west-2"))
    with pytest.raises(UnwrappingError, match="answered for .*us-west-2"):
        read(stored, region.provider(configured))
    assert read(stored, region.provider(configured, discovery=True)) == ITEM


@pytest.mark.parametrize(
    "lie",
    [
        HERE + "key/ffffffff-12ab-34cd-56ef-1234567890ab",
        f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{{id}}",
        f"arn:aws:kms:{REGION}:999999999999:key/{{id}}",
        f"arn:aws-cn:kms:{REGION}:{ACCOUNT}:key/{{id}}",
        HERE + "alias/patients",
        "{id}",
        "",
        None,
    ],
)
def test_an_answer_for_another_key_is_refused(region: Region, key: str, lie: str | None) -> None:
    provider = region.provider(key)
    stored = encrypt_dynamodb_item(ITEM, config_for(provider))
    claimed = lie.format(id=key.rpartition("/")[2]) if lie is not None else None
    region.kms.after = lambda operation, answer: answer.update(KeyId=claimed)
    with pytest.raises(UnwrappingError, match="answered for") as reading:
        read(stored, provider)
    with pytest.raises(WrappingError, match="made one under") as writing:
        encrypt_dynamodb_item(ITEM, config_for(provider))
    for error in (reading.value, writing.value):
        assert key in str(error)
        assert str(claimed) in str(error)


def test_an_answer_of_another_key_does_not_lead_to_accepted_ones(region: Region, key: str) -> None:
    """A KMS that lies is not asked on: only its own refusal lets the next key have its turn."""
    other = region.kms.create_key()
    stored = encrypt_dynamodb_item(ITEM, config_for(region.provider(key)))
    region.kms.after = lambda operation, answer: answer.update(KeyId=other)
    with pytest.raises(UnwrappingError, match="answered for"):
        read(stored, region.provider(key, accepted_key_ids=[other]))
    assert asked(region) == [key]


@pytest.mark.parametrize(
    ("configured", "answered", "fits"),
    [
        (HERE + "key/" + ID, HERE + "key/" + ID, True),
        (HERE + "key/" + ID, HERE + "key/" + MRK, False),
        (HERE + "key/" + MRK, HERE + "key/" + MRK, True),
        (HERE + "key/" + MRK, f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{MRK}", False),
        (f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{ID}", f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{ID}", True),
        (ID, HERE + "key/" + ID, True),
        (ID, HERE + "key/" + MRK, False),
        (ID, f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{ID}", False),
        (MRK, HERE + "key/" + MRK, True),
        (MRK, f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{MRK}", False),
        (ID, ID, False),
        ("alias/patients", HERE + "key/" + ID, True),
        ("alias/patients", f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{ID}", False),
        ("alias/patients", HERE + "alias/patients", False),
        (HERE + "alias/patients", HERE + "key/" + ID, True),
        (HERE + "alias/patients", f"arn:aws:kms:{REGION}:999999999999:key/{ID}", False),
        (HERE + "alias/patients", "arn:aws:kms:x", False),
        (HERE + "key/" + ID, 5, False),
    ],
)
def test_which_answer_fits_which_key_id(configured: str, answered: Any, fits: bool) -> None:
    assert parse_key_id(configured).fits(answered, REGION) is fits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn:aws:kms",
        "arn:aws:s3:::bucket",
        HERE + "key/",
        HERE + "key/alias/",
        HERE + "alias/",
        HERE + "grant/" + ID,
        HERE + ID,
        f"arn:aws:kms::{ACCOUNT}:key/{ID}",
        f"arn:aws:kms:{REGION}::key/{ID}",
        f"arn::kms:{REGION}:{ACCOUNT}:key/{ID}",
    ],
)
def test_malformed_key_ids(region: Region, key: str, text: str) -> None:
    with pytest.raises(InvalidArgumentError):
        region.provider(text)
    with pytest.raises(InvalidArgumentError):
        region.provider(key, accepted_key_ids=[text])


def test_discovery_and_a_list_contradict_each_other(region: Region, key: str) -> None:
    with pytest.raises(InvalidArgumentError, match="discovery"):
        region.provider(key, discovery=True, accepted_key_ids=[key])
