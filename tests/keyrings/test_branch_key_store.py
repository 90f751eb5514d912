# SPDX-License-Identifier: Apache-2.0
"""The branch key store over moto: what it writes, conditions, and each alteration of a record."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ddbcrypt.exceptions import DynamodbEncryptionSdkError, InvalidArgumentError
from ddbcrypt.keyrings import (
    BranchKeyExistsError,
    BranchKeyNotFoundError,
    BranchKeyStore,
    BranchKeyStoreError,
    DataKeyUnwrappingError,
    KmsDiscovery,
    KmsKeyArn,
    KmsMultiRegionDiscovery,
    KmsMultiRegionKeyArn,
)
from tests.keyrings.cloud import OTHER_REGION, Cloud
from tests.support.connect import REGION


@pytest.fixture(scope="module")
def store(cloud: Cloud) -> BranchKeyStore:
    return cloud.store()


def records(cloud: Cloud, store: BranchKeyStore, key_id: str) -> dict[str, dict[str, Any]]:
    """All records of a branch key, by type."""
    answer = cloud.dynamodb.query(
        TableName=store.info().table_name,
        KeyConditionExpression="#i = :i",
        ExpressionAttributeNames={"#i": "branch-key-id"},
        ExpressionAttributeValues={":i": {"S": key_id}},
    )
    return {item["type"]["S"]: item for item in answer["Items"]}


def test_what_is_written(cloud: Cloud, store: BranchKeyStore) -> None:
    key_id = store.create_key(encryption_context={"tenant": "blue"})
    assert uuid.UUID(key_id).version == 4
    found = records(cloud, store, key_id)
    active = store.get_active_branch_key(key_id)
    version_type = f"branch:version:{active.version}"
    assert set(found) == {"branch:ACTIVE", "beacon:ACTIVE", version_type}
    for kind, item in found.items():
        names = {"branch-key-id", "type", "enc", "kms-arn", "create-time", "hierarchy-version", "aws-crypto-ec:tenant"}
        assert set(item) == (names | {"version"} if kind == "branch:ACTIVE" else names)
        assert item["hierarchy-version"] == {"N": "1"}
        assert item["kms-arn"] == {"S": cloud.key}
        assert item["aws-crypto-ec:tenant"] == {"S": "blue"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", item["create-time"]["S"])
    assert found["branch:ACTIVE"]["version"] == {"S": version_type}
    assert len({item["create-time"]["S"] for item in found.values()}) == 1
    assert active.branch_key == store.get_branch_key_version(key_id, active.version).branch_key
    assert active.branch_key != store.get_beacon_key(key_id).beacon_key
    assert active.encryption_context == {"tenant": "blue"}


def test_calls(cloud: Cloud, store: BranchKeyStore) -> None:
    cloud.calls.clear()
    key_id = store.create_key()
    assert cloud.calls == {"GenerateDataKeyWithoutPlaintext": 2, "ReEncrypt": 1, "TransactWriteItems": 1}
    cloud.calls.clear()
    store.version_key(key_id)
    assert cloud.calls == {
        "GetItem": 1, "GenerateDataKeyWithoutPlaintext": 1, "ReEncrypt": 2, "TransactWriteItems": 1
    }  # fmt: skip
    cloud.calls.clear()
    store.get_active_branch_key(key_id)
    assert cloud.calls == {"GetItem": 1, "Decrypt": 1}


def test_versions(cloud: Cloud, store: BranchKeyStore) -> None:
    key_id = store.create_key("mine", {"a": "b"})
    made = [store.get_active_branch_key(key_id)]
    beacon = store.get_beacon_key(key_id).beacon_key
    for _ in range(3):
        store.version_key(key_id)
        made.append(store.get_active_branch_key(key_id))
    assert len({key.branch_key for key in made}) == len({key.version for key in made}) == 4
    for key in made:
        assert store.get_branch_key_version(key_id, key.version).branch_key == key.branch_key
        assert key.encryption_context == {"a": "b"}
    assert store.get_beacon_key(key_id).beacon_key == beacon
    assert len(records(cloud, store, key_id)) == 6


def test_an_id_that_is_taken(store: BranchKeyStore) -> None:
    store.create_key("taken", {"a": "b"})
    before = store.get_active_branch_key("taken").branch_key
    with pytest.raises(BranchKeyExistsError, match="version_key"):
        store.create_key("taken", {"a": "c"})
    assert store.get_active_branch_key("taken").branch_key == before


def test_two_new_versions_at_once(cloud: Cloud, store: BranchKeyStore) -> None:
    """Another process rotates between our read and our write."""
    key_id = store.create_key()
    client = cloud.client("dynamodb")
    slow = cloud.store(table_name=store.info().table_name, dynamodb_client=client)
    raced: list[bool] = []

    def race(**_: Any) -> None:
        if not raced:
            raced.append(True)
            store.version_key(key_id)

    client.meta.events.register("before-parameter-build.dynamodb.TransactWriteItems", race)
    before = set(records(cloud, store, key_id))
    with pytest.raises(BranchKeyExistsError, match="meanwhile"):
        slow.version_key(key_id)
    assert len(set(records(cloud, store, key_id)) - before) == 1
    slow.version_key(key_id)


@pytest.mark.parametrize(
    ("code", "message", "reasons", "conflict"),
    [
        ("TransactionCanceledException", "no word of it", ["None", "ConditionalCheckFailed"], True),
        ("TransactionCanceledException", "no word of it", ["TransactionConflict", "None"], True),
        ("TransactionCanceledException", "[ConditionalCheckFailed]", ["ThrottlingError", "None"], False),
        ("TransactionCanceledException", "[ConditionalCheckFailed, TransactionConflict]", [], False),
        ("TransactionCanceledException", "[ConditionalCheckFailed]", None, False),
        ("ValidationException", "ConditionalCheckFailed", ["ConditionalCheckFailed"], False),
    ],
)
def test_what_is_a_conflict_is_told_by_codes(
    cloud: Cloud, code: str, message: str, reasons: list[str] | None, conflict: bool
) -> None:
    """Not by an error's text, which names no item and is AWS's to change."""
    client = cloud.client("dynamodb")
    answer: dict[str, Any] = {"Error": {"Code": code, "Message": message}}
    if reasons is not None:
        answer["CancellationReasons"] = [{"Code": reason} for reason in reasons]

    def fail(**_: Any) -> None:
        raise ClientError(answer, "TransactWriteItems")  # type: ignore[arg-type]

    client.meta.events.register("before-call.dynamodb.TransactWriteItems", fail)
    store = cloud.store(dynamodb_client=client)
    with pytest.raises(BranchKeyStoreError) as caught:
        store.create_key()
    assert (type(caught.value) is BranchKeyExistsError) == conflict


def test_what_is_not_there(store: BranchKeyStore) -> None:
    key_id = store.create_key()
    for ask in (
        lambda: store.get_active_branch_key("nobody"),
        lambda: store.get_beacon_key("nobody"),
        lambda: store.version_key("nobody"),
        lambda: store.get_branch_key_version(key_id, str(uuid.uuid4())),
    ):
        with pytest.raises(BranchKeyNotFoundError):
            ask()
    for version in ("", "branch:ACTIVE", "1", str(uuid.uuid4()).upper()):
        with pytest.raises(InvalidArgumentError, match="UUID"):
            store.get_branch_key_version(key_id, version)


@pytest.mark.parametrize("kind", ["active", "version", "beacon"])
def test_each_altered_attribute_is_refused(cloud: Cloud, store: BranchKeyStore, kind: str) -> None:
    key_id = store.create_key(encryption_context={"tenant": "blue"})
    version = store.get_active_branch_key(key_id).version
    type_name, ask = {
        "active": ("branch:ACTIVE", lambda: store.get_active_branch_key(key_id)),
        "version": (f"branch:version:{version}", lambda: store.get_branch_key_version(key_id, version)),
        "beacon": ("beacon:ACTIVE", lambda: store.get_beacon_key(key_id)),
    }[kind]
    item = records(cloud, store, key_id)[type_name]
    changes: list[dict[str, Any]] = [
        {"create-time": {"S": "2020-01-01T00:00:00.000000Z"}},
        {"aws-crypto-ec:tenant": {"S": "red"}},
        {"aws-crypto-ec:tenant": None},
        {"aws-crypto-ec:more": {"S": "x"}},
        {"unknown": {"S": "x"}},
        {"unknown": {"N": "1"}},
        {"tablename": {"S": "logical"}},
        {"hierarchy-version": {"N": "2"}},
        {"hierarchy-version": {"S": "1"}},
        {"kms-arn": {"S": cloud.create_key()}},
        {"enc": {"B": item["enc"]["B"][:-1] + b"x"}},
        {"enc": {"B": b""}},
        {"enc": {"S": "x"}},
        {"version": {"S": f"branch:version:{uuid.uuid4()}"}},
        {"version": {"S": version}},
        {"version": None} if kind == "active" else {"version": {"S": "x"}},
        *({name: None} for name in ("enc", "create-time", "kms-arn", "hierarchy-version")),
    ]
    for change in changes:
        altered = {name: value for name, value in {**item, **change}.items() if value is not None}
        cloud.dynamodb.put_item(TableName=store.info().table_name, Item=altered)
        with pytest.raises((BranchKeyStoreError, DataKeyUnwrappingError)) as caught:
            ask()
        assert key_id in str(caught.value) or cloud.key in str(caught.value)
        if kind == "active":
            with pytest.raises(BranchKeyStoreError):
                store.version_key(key_id)
    cloud.dynamodb.put_item(TableName=store.info().table_name, Item=item)
    assert ask()


def test_a_ciphertext_of_another_record(cloud: Cloud, store: BranchKeyStore) -> None:
    key_id, other = store.create_key(), store.create_key()
    mine, theirs = records(cloud, store, key_id), records(cloud, store, other)
    table = store.info().table_name
    for source in (theirs["branch:ACTIVE"], mine["beacon:ACTIVE"]):
        cloud.dynamodb.put_item(TableName=table, Item={**mine["branch:ACTIVE"], "enc": source["enc"]})
        with pytest.raises(DataKeyUnwrappingError, match="does not decrypt"):
            store.get_active_branch_key(key_id)


def test_another_logical_name(cloud: Cloud, store: BranchKeyStore) -> None:
    key_id = store.create_key()
    renamed = cloud.store(table_name=store.info().table_name, logical_name="other")
    with pytest.raises(DataKeyUnwrappingError, match="'other'"):
        renamed.get_active_branch_key(key_id)


def test_configurations(cloud: Cloud) -> None:
    primary, replica = cloud.create_replicated_key()
    there = cloud.client("kms", OTHER_REGION)
    made = cloud.store(KmsKeyArn(primary))
    table, key_id = made.info().table_name, made.create_key()
    expected = made.get_active_branch_key(key_id).branch_key

    def store(configuration: Any, kms: Any = cloud.kms) -> BranchKeyStore:
        return cloud.store(configuration, table_name=table, kms_client=kms)

    for configuration, kms in (
        (KmsMultiRegionKeyArn(primary), cloud.kms),
        (KmsMultiRegionKeyArn(replica), there),
        (KmsDiscovery(), cloud.kms),
        (KmsMultiRegionDiscovery(OTHER_REGION), there),
        (KmsMultiRegionDiscovery(REGION), cloud.kms),
    ):
        assert store(configuration, kms).get_active_branch_key(key_id).branch_key == expected
    cloud.calls.clear()
    for configuration in (KmsKeyArn(replica), KmsKeyArn(cloud.key), KmsMultiRegionKeyArn(cloud.key)):
        with pytest.raises(BranchKeyStoreError, match="is configured for"):
            store(configuration).get_active_branch_key(key_id)
        with pytest.raises(BranchKeyStoreError, match="is configured for"):
            store(configuration).version_key(key_id)
    for discovery in (KmsDiscovery(), KmsMultiRegionDiscovery(REGION)):
        for act in (store(discovery).create_key, lambda: store(discovery).version_key(key_id)):  # noqa: B023
            with pytest.raises(BranchKeyStoreError, match="only reads"):
                act()
    assert not {name for name in cloud.calls if name != "GetItem"}
    # A replica rotates; the record keeps the ARN that others are configured for.
    store(KmsMultiRegionKeyArn(replica), there).version_key(key_id)
    assert made.get_active_branch_key(key_id).branch_key != expected


def test_create_key_store(cloud: Cloud) -> None:
    store = cloud.store()
    arn = store.create_key_store()
    assert arn.endswith(f"table/{store.info().table_name}")
    name = f"wrong-{uuid.uuid4().hex}"
    cloud.dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "branch-key-id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "branch-key-id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(BranchKeyStoreError, match="sort key"):
        cloud.store(table_name=name).create_key_store()
    missing = cloud.store(table_name="not-there")
    for act in (missing.create_key, lambda: missing.get_active_branch_key("x")):
        with pytest.raises(BranchKeyStoreError, match="'not-there'"):
            act()


def test_arguments_that_are_refused(cloud: Cloud, store: BranchKeyStore) -> None:
    arn = KmsKeyArn(cloud.key)
    for make in (
        lambda: BranchKeyStore("", "logical", arn),
        lambda: BranchKeyStore("table", "", arn),
        lambda: BranchKeyStore("table", "logical", KmsKeyArn("alias/mine")),
        lambda: BranchKeyStore("table", "logical", KmsKeyArn(cloud.key.replace(":key/", ":alias/"))),
        lambda: BranchKeyStore("table", "logical", KmsMultiRegionDiscovery("")),
        lambda: store.create_key("own-id"),
        lambda: store.create_key("own-id", {"a": ""}),
        lambda: store.create_key("", {"a": "b"}),
        lambda: store.get_active_branch_key(""),
    ):
        with pytest.raises(InvalidArgumentError):
            make()
    wrong: Any = cloud.key
    for fail in (
        lambda: BranchKeyStore("table", "logical", wrong),
        lambda: BranchKeyStore("table", "logical", arn, kms_client=wrong),
        lambda: BranchKeyStore("table", "logical", arn, dynamodb_client=wrong),
        lambda: store.create_key("own-id", wrong),
    ):
        with pytest.raises(TypeError):
            fail()


def test_info_and_errors(cloud: Cloud) -> None:
    store = cloud.store(grant_tokens=["t"], identifier="me")
    info = store.info()
    assert (info.identifier, info.logical_name, info.grant_tokens) == ("me", "logical", ("t",))
    assert info.kms_configuration == KmsKeyArn(cloud.key)
    assert uuid.UUID(cloud.store(table_name="x").info().identifier)
    assert issubclass(BranchKeyStoreError, DynamodbEncryptionSdkError)
