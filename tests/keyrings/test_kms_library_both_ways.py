# SPDX-License-Identifier: Apache-2.0
"""KMS keyrings, hierarchical keyrings and branch key stores of AWS's library and ours, on one moto: both ways."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.keyrings import (
    AwsKmsDiscoveryKeyring,
    AwsKmsHierarchicalKeyring,
    AwsKmsKeyring,
    AwsKmsMrkDiscoveryKeyring,
    AwsKmsMrkKeyring,
    DataKeyUnwrappingError,
    DiscoveryFilter,
    Keyring,
    KmsConfiguration,
    KmsDiscovery,
    KmsKeyArn,
    KmsMultiRegionDiscovery,
    KmsMultiRegionKeyArn,
    MultiKeyring,
    RawAesKeyring,
    aws_kms_multi_keyring,
)
from tests.keyrings.cloud import ACCOUNT, OTHER_REGION, Cloud
from tests.keyrings.contexts import CONTEXT, SUITES, check_round_trip, decrypt, encrypt, some_bytes
from tests.keyrings.library import Library
from tests.support.connect import REGION


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


def test_kms_keyrings(library: Library, cloud: Cloud) -> None:
    ours = AwsKmsKeyring(cloud.key, cloud.kms)
    theirs = library.keyring("aws_kms_keyring", kms_key_id=cloud.key, kms_client=cloud.kms)
    their_filter = library.models.DiscoveryFilter(account_ids=[ACCOUNT], partition="aws")
    readers = [
        (ours, theirs),
        (
            AwsKmsDiscoveryKeyring(cloud.kms, DiscoveryFilter([ACCOUNT])),
            library.keyring("aws_kms_discovery_keyring", kms_client=cloud.kms, discovery_filter=their_filter),
        ),
        (
            AwsKmsMrkDiscoveryKeyring(cloud.kms, REGION),
            library.keyring("aws_kms_mrk_discovery_keyring", kms_client=cloud.kms, region=REGION),
        ),
    ]
    for suite in SUITES:
        for our_reader, their_reader in readers:
            check_round_trip(ours, their_reader, CONTEXT, suite)
            check_round_trip(theirs, our_reader, CONTEXT, suite)


def test_replicas_of_a_multi_region_key(library: Library, cloud: Cloud) -> None:
    primary, replica = cloud.create_replicated_key()
    there = cloud.client("kms", OTHER_REGION)
    ours = {
        "here": AwsKmsMrkKeyring(primary, cloud.kms),
        "there": AwsKmsMrkKeyring(replica, there),
        "found": AwsKmsMrkDiscoveryKeyring(there, OTHER_REGION),
    }
    theirs = {
        "here": library.keyring("aws_kms_mrk_keyring", kms_key_id=primary, kms_client=cloud.kms),
        "there": library.keyring("aws_kms_mrk_keyring", kms_key_id=replica, kms_client=there),
        "found": library.keyring("aws_kms_mrk_discovery_keyring", kms_client=there, region=OTHER_REGION),
    }
    for reader in ("here", "there", "found"):
        check_round_trip(ours["here"], theirs[reader], CONTEXT, SUITES[0])
        check_round_trip(theirs["here"], ours[reader], CONTEXT, SUITES[0])
    for single in (AwsKmsKeyring(replica, there), AwsKmsDiscoveryKeyring(cloud.kms, DiscoveryFilter(["9" * 12]))):
        with pytest.raises(DataKeyUnwrappingError):
            decrypt(single, encrypt(ours["here"]))


def test_multi_keyrings_of_kms_and_raw_keys(library: Library, cloud: Cloud) -> None:
    second, key = cloud.create_key(), some_bytes(32)
    ours = MultiKeyring(RawAesKeyring("ns", "k", key), [AwsKmsKeyring(arn, cloud.kms) for arn in (cloud.key, second)])
    theirs = library.keyring(
        "multi_keyring",
        generator=library.make("aws_kms_keyring", kms_key_id=cloud.key, kms_client=cloud.kms),
        child_keyrings=[
            library.make("aws_kms_keyring", kms_key_id=second, kms_client=cloud.kms),
            library.raw_aes("ns", "k", key),
        ],
    )
    factory = aws_kms_multi_keyring(cloud.key, [second], client_supplier=lambda _: cloud.kms)
    for reader in (RawAesKeyring("ns", "k", key), AwsKmsKeyring(second, cloud.kms), factory, ours):
        check_round_trip(theirs, reader, CONTEXT, SUITES[1])
    for writer in (ours, factory):
        check_round_trip(writer, theirs, CONTEXT, SUITES[1])


class Stores:
    """One table, seen by a store of ours and one of the library's."""

    def __init__(self, cloud: Cloud, library: Library) -> None:
        self.cloud = cloud
        self.library = library
        self.ours = cloud.store()
        self.table = self.ours.info().table_name
        self.theirs = self.their_store(library.store_models.KMSConfigurationKmsKeyArn(cloud.key))

    def their_store(self, configuration: Any, **clients: Any) -> Any:
        """A store of the library."""
        clients = {"ddb_client": self.cloud.dynamodb, "kms_client": self.cloud.kms, **clients}
        return self.library.store(self.table, "logical", configuration, **clients)

    def their_call(self, operation: str, **arguments: Any) -> Any:
        """A call of the library's store."""
        kind = "".join(part.capitalize() for part in operation.split("_"))
        return getattr(self.theirs, operation)(getattr(self.library.store_models, f"{kind}Input")(**arguments))

    def keyrings(self, branch_key_id: str) -> tuple[Keyring, Keyring]:
        """A hierarchical keyring of ours and of the library's."""
        return AwsKmsHierarchicalKeyring(self.ours, branch_key_id, ttl_seconds=600), self.library.keyring(
            "aws_kms_hierarchical_keyring", key_store=self.theirs, branch_key_id=branch_key_id, ttl_seconds=600
        )


@pytest.fixture(scope="module")
def stores(cloud: Cloud, library: Library) -> Stores:
    return Stores(cloud, library)


@pytest.mark.parametrize("made_by", ["us", "the-library"])
def test_branch_keys(stores: Stores, made_by: str) -> None:
    custom = {"tenant": "blue", "größe": "ü"}
    name = f"branch-{made_by}"
    if made_by == "us":
        assert stores.ours.create_key(name, custom) == name
    else:
        stores.their_call("create_key", branch_key_identifier=name, encryption_context=custom)
    first = stores.ours.get_active_branch_key(name)
    for turn in range(3):
        ours = stores.ours.get_active_branch_key(name)
        theirs = stores.their_call("get_active_branch_key", branch_key_identifier=name).branch_key_materials
        assert (ours.branch_key, ours.version) == (bytes(theirs.branch_key), theirs.branch_key_version)
        assert ours.encryption_context == theirs.encryption_context == custom
        if turn == 0:
            stores.ours.version_key(name)
        elif turn == 1:
            stores.their_call("version_key", branch_key_identifier=name)
    old = stores.their_call(
        "get_branch_key_version", branch_key_identifier=name, branch_key_version=first.version
    ).branch_key_materials
    assert bytes(old.branch_key) == stores.ours.get_branch_key_version(name, first.version).branch_key
    beacon = stores.their_call("get_beacon_key", branch_key_identifier=name).beacon_key_materials
    ours_beacon = stores.ours.get_beacon_key(name)
    assert bytes(beacon.beacon_key) == ours_beacon.beacon_key
    assert beacon.encryption_context == ours_beacon.encryption_context == custom


def test_hierarchical_keyrings(stores: Stores) -> None:
    for branch_key in (
        stores.ours.create_key(),
        stores.their_call("create_key").branch_key_identifier,
    ):
        ours, theirs = stores.keyrings(branch_key)
        for suite in SUITES:
            check_round_trip(ours, theirs, CONTEXT, suite)
            check_round_trip(theirs, ours, CONTEXT, suite)
        old = [encrypt(ours), encrypt(theirs)]
        stores.ours.version_key(branch_key)
        newer_ours, newer_theirs = stores.keyrings(branch_key)
        check_round_trip(newer_ours, newer_theirs, CONTEXT, SUITES[0])
        for written in old:
            for reader in (newer_ours, newer_theirs):
                assert decrypt(reader, written).plaintext_data_key == written.plaintext_data_key


def test_both_refuse_what_is_anothers(stores: Stores) -> None:
    mine, other = stores.ours.create_key(), stores.ours.create_key()
    written = encrypt(stores.keyrings(mine)[0])
    for reader in stores.keyrings(other):
        with pytest.raises(DataKeyUnwrappingError):
            decrypt(reader, written)
    for reader in stores.keyrings(mine):
        with pytest.raises(DataKeyUnwrappingError):
            decrypt(reader, written, {**CONTEXT, "é": "other"})


def test_suppliers(stores: Stores) -> None:
    tenants = {name: stores.ours.create_key() for name in ("blue", "red")}
    references, models = stores.library.references, stores.library.models

    class Supplier(references.IBranchKeyIdSupplier):  # type: ignore[name-defined,misc]
        def get_branch_key_id(self, param: Any) -> Any:
            return models.GetBranchKeyIdOutput(branch_key_id=tenants[param.encryption_context["tenant"]])

    theirs = stores.library.keyring(
        "aws_kms_hierarchical_keyring", key_store=stores.theirs, branch_key_id_supplier=Supplier(), ttl_seconds=600
    )
    ours = AwsKmsHierarchicalKeyring(
        stores.ours, branch_key_id_supplier=lambda context: tenants[context["tenant"]], ttl_seconds=600
    )
    for tenant, branch_key in tenants.items():
        context = {"tenant": tenant}
        check_round_trip(ours, theirs, context, SUITES[0])
        check_round_trip(theirs, ours, context, SUITES[0])
        assert encrypt(ours, context).encrypted_data_keys[0].provider_info == branch_key.encode()


def test_configurations_of_a_store(stores: Stores, cloud: Cloud) -> None:
    primary, replica = cloud.create_replicated_key()
    there = cloud.client("kms", OTHER_REGION)
    models = stores.library.store_models
    key_id = cloud.store(KmsMultiRegionKeyArn(primary), table_name=stores.table).create_key()
    expected = cloud.store(KmsKeyArn(primary), table_name=stores.table).get_active_branch_key(key_id).branch_key
    discovery = models.KMSConfigurationMrDiscovery(models.MRDiscovery(region=OTHER_REGION))
    theirs_and_ours: list[tuple[Any, KmsConfiguration, Any]] = [
        (models.KMSConfigurationKmsMRKeyArn(replica), KmsMultiRegionKeyArn(replica), there),
        (discovery, KmsMultiRegionDiscovery(OTHER_REGION), there),
        (models.KMSConfigurationDiscovery(models.Discovery()), KmsDiscovery(), cloud.kms),
    ]
    request = models.GetActiveBranchKeyInput(branch_key_identifier=key_id)
    for their_configuration, our_configuration, kms in theirs_and_ours:
        theirs = stores.their_store(their_configuration, kms_client=kms)
        assert bytes(theirs.get_active_branch_key(request).branch_key_materials.branch_key) == expected
        ours = cloud.store(our_configuration, table_name=stores.table, kms_client=kms)
        assert ours.get_active_branch_key(key_id).branch_key == expected
    with pytest.raises(Exception, match="(?i)arn"):
        stores.their_store(models.KMSConfigurationKmsKeyArn(replica), kms_client=there).get_active_branch_key(request)
    with pytest.raises(DynamodbEncryptionSdkError, match="is configured for"):
        cloud.store(KmsKeyArn(replica), table_name=stores.table, kms_client=there).get_active_branch_key(key_id)


def test_a_table_made_by_the_library_is_one_for_us(stores: Stores, cloud: Cloud) -> None:
    table = f"keys-{uuid.uuid4().hex}"
    theirs = stores.library.store(
        table,
        "logical",
        stores.library.store_models.KMSConfigurationKmsKeyArn(cloud.key),
        ddb_client=cloud.dynamodb,
        kms_client=cloud.kms,
    )
    made = theirs.create_key_store(stores.library.store_models.CreateKeyStoreInput())
    ours = cloud.store(table_name=table)
    assert ours.create_key_store() == made.table_arn
    assert ours.get_active_branch_key(ours.create_key()).branch_key
