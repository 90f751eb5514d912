# SPDX-License-Identifier: Apache-2.0
"""Items through each kind of keyring: each recipient of a multi-keyring verifies and decrypts, others do not."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.keyrings import (
    AwsKmsDiscoveryKeyring,
    AwsKmsHierarchicalKeyring,
    AwsKmsKeyring,
    CachingCmm,
    DataKeyUnwrappingError,
    Keyring,
    MultiKeyring,
    RawAesKeyring,
    RawRsaKeyring,
)
from tests.keyrings.cloud import Cloud
from tests.keyrings.contexts import rsa_pair, some_bytes
from tests.keyrings.items import decrypt_item, encrypt_item
from tests.strategies import item_meaning
from tests.structured.cases import plain_case

CASES = [(0x6700, 1), (0x6700, 2), (0x6701, 1), (0x6701, 2)]


@pytest.fixture(scope="module")
def keyrings(cloud: Cloud) -> list[Keyring]:
    store = cloud.store()
    private, public = rsa_pair()
    return [
        RawAesKeyring("ns", "aes", some_bytes(32)),
        RawRsaKeyring("ns", "rsa", "OAEP_SHA256_MGF1", public, private),
        AwsKmsKeyring(cloud.key, cloud.kms),
        AwsKmsHierarchicalKeyring(store, store.create_key(), ttl_seconds=600),
    ]


@pytest.mark.parametrize(("suite", "version"), CASES)
def test_each_recipient(cloud: Cloud, keyrings: list[Keyring], suite: int, version: int) -> None:
    case = plain_case(suite, version)
    stored = encrypt_item(MultiKeyring(keyrings[0], keyrings[1:]), case)
    for reader in (*keyrings, AwsKmsDiscoveryKeyring(cloud.kms)):
        assert item_meaning(decrypt_item(reader, case, stored)) == item_meaning(case.item)
    with pytest.raises(DataKeyUnwrappingError):
        decrypt_item(RawAesKeyring("ns", "aes", some_bytes(32, 1)), case, stored)


def test_another_primary_key(keyrings: list[Keyring]) -> None:
    """A keyring that binds the context refuses at the data key; RSA, which does not, at the key under it."""
    case = plain_case()
    moved: Any
    for keyring in keyrings:
        moved = {**encrypt_item(keyring, case), "pk": {"S": "patient-18"}}
        with pytest.raises(DynamodbEncryptionSdkError):
            decrypt_item(keyring, case, moved)


def test_a_data_key_that_versions_of_an_item_share(cloud: Cloud) -> None:
    manager = CachingCmm(AwsKmsKeyring(cloud.key, cloud.kms), 60)
    case = plain_case(0x6701)
    stored = encrypt_item(manager, case)
    cloud.calls.clear()
    for _ in range(5):
        assert item_meaning(decrypt_item(manager, case, stored)) == item_meaning(case.item)
    assert cloud.calls == {"Decrypt": 1}
