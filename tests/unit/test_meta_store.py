# SPDX-License-Identifier: Apache-2.0
"""MetaStore on moto's DynamoDB: its table, its records, versions, replication, and what it refuses."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

from ddbcrypt import (
    CryptoConfig,
    EncryptionContext,
    InvalidArgumentError,
    InvalidVersionError,
    ItemNotEncryptedError,
    NoKnownVersionError,
    ProviderStoreError,
    SignatureVerificationError,
    VersionAlreadyExistsError,
)
from ddbcrypt.context_overrides import override_table_name
from ddbcrypt.dynamodb.attaching import _ATTACHED
from ddbcrypt.dynamodb.legacy_table import LegacyTable
from ddbcrypt.encrypted.item import decrypt_python_item, encrypt_python_item
from ddbcrypt.identifiers import Dialect
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.material_providers.store.meta import ExtraDataSupplier, MetaStore
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from ddbcrypt.pickling import allow_secrets
from ddbcrypt.structures import AttributeActions
from tests.support.connect import connect_client, connect_resource
from tests.support.endpoint import Endpoint
from tests.support.moto_server import MotoServer
from tests.unit.meta_store_support import NAME, Notes, new_table, protector, put_record, stored
from tests.unit.most_recent_support import Clock, run_threads

ITEM = {"id": "1", "name": "a secret"}


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    server = MotoServer()
    yield server
    server.stop()


@pytest.fixture
def endpoint(moto: MotoServer) -> Iterator[Endpoint]:
    running = Endpoint(moto.endpoint_url)
    yield running
    running.stop()


@pytest.fixture
def table(endpoint: Endpoint) -> Any:
    made = new_table(endpoint.endpoint_url)
    endpoint.reset()
    return made


@pytest.fixture
def store(table: Any) -> MetaStore:
    return MetaStore(table, protector())


def config(provider: Any, table: str = "patients") -> CryptoConfig:
    return CryptoConfig(provider, EncryptionContext(table_name=table), AttributeActions())


def encrypt(provider: Any) -> dict[str, Any]:
    return encrypt_python_item(ITEM, config(provider))


def decrypt(provider: Any, item: dict[str, Any]) -> dict[str, Any]:
    return decrypt_python_item(item, config(provider))


def test_the_table_has_the_keys_of_the_format(endpoint: Endpoint, table: Any) -> None:
    assert table.key_schema == [
        {"AttributeName": "N", "KeyType": "HASH"},
        {"AttributeName": "V", "KeyType": "RANGE"},
    ]
    assert table.attribute_definitions == [
        {"AttributeName": "N", "AttributeType": "S"},
        {"AttributeName": "V", "AttributeType": "N"},
    ]
    assert table.provisioned_throughput["ReadCapacityUnits"] == 1
    with pytest.raises(ProviderStoreError, match="could not be created") as caught:
        MetaStore.create_table(connect_client(endpoint.endpoint_url), table.name, 1, 1)
    assert isinstance(caught.value.__cause__, ClientError)


def test_construction_asks_nothing(endpoint: Endpoint, store: MetaStore) -> None:
    assert endpoint.operations == []
    with pytest.raises(TypeError):
        MetaStore(connect_client(endpoint.endpoint_url), protector())
    with pytest.raises(TypeError):
        MetaStore(store._table, object())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        MetaStore(store._table, protector(), extra_data_supplier=object())  # type: ignore[arg-type]


def test_versions(store: MetaStore, table: Any) -> None:
    with pytest.raises(NoKnownVersionError, match='"patient"'):
        store.max_version(NAME)
    first = store.new_provider(NAME)
    second = store.new_provider(NAME)
    store.get_or_create_provider(NAME, 12)
    store.get_or_create_provider("other", 40)
    assert store.max_version(NAME) == 12
    assert [(item["N"], item["V"]) for item in stored(table)] == [
        ("other", 40),
        (NAME, 0),
        (NAME, 1),
        (NAME, 12),
    ]
    item = encrypt(first)
    assert decrypt(store.provider(NAME, 0), item) == ITEM
    assert decrypt(store.get_or_create_provider(NAME, 0), item) == ITEM
    for wrong in (second, store.provider(NAME), store.provider("other", 40)):
        with pytest.raises(SignatureVerificationError):
            decrypt(wrong, item)
    assert isinstance(first, WrappedCryptographicMaterialsProvider)


def test_the_provider_without_a_version(store: MetaStore) -> None:
    made = store.provider(NAME)
    assert store.max_version(NAME) == 0
    assert decrypt(store.provider(NAME), encrypt(made)) == ITEM


def test_records_are_encrypted_and_hold_what_the_format_says(store: MetaStore, table: Any, endpoint: Endpoint) -> None:
    store.get_or_create_provider(NAME, 3)
    (record,) = stored(table)
    assert set(record) == {"N", "V", "t", "enc", "encAlg", "int", "intAlg", "*amzn-ddb-map-sig*", "*amzn-ddb-map-desc*"}
    assert all(type(record[name]) is Binary for name in ("t", "enc", "encAlg", "int", "intAlg"))
    plain = store._encrypted_table.get_item(Key={"N": NAME, "V": 3})["Item"]
    assert (plain["t"], plain["encAlg"], plain["intAlg"]) == ("0", "AES", "HmacSHA256")
    assert len(bytes(plain["enc"])) == len(bytes(plain["int"])) == 32
    sent = b"".join(request.body for request in endpoint.requests)
    assert b"HmacSHA256" not in sent


def test_reads_are_consistent(store: MetaStore, endpoint: Endpoint) -> None:
    store.get_or_create_provider(NAME, 0)
    store.provider(NAME)
    reads = endpoint.sent("GetItem") + endpoint.sent("Query")
    assert len(reads) == 2
    assert all(read["ConsistentRead"] is True for read in reads)


def test_items_name_their_version(store: MetaStore) -> None:
    provider = store.get_or_create_provider(NAME, 7)
    materials = provider.encryption_materials(EncryptionContext())
    assert materials.material_description["amzn-ddb-meta-id"] == "patient#7"
    assert store.version_from_material_description(materials.material_description) == 7
    # A context that was left over from an item of another version does not name that one.
    old = EncryptionContext(material_description={"amzn-ddb-meta-id": "patient#2", "of": "the caller"})
    description = provider.encryption_materials(old).material_description
    assert description["amzn-ddb-meta-id"] == "patient#7"
    assert description["of"] == "the caller"
    assert old.material_description["amzn-ddb-meta-id"] == "patient#2"


@pytest.mark.parametrize(
    ("meta_id", "version"), [("a#0", 0), ("a#007", 7), ("a#b#5", 5), ("é#9223372036854775807", 2**63 - 1)]
)
def test_meta_ids(store: MetaStore, meta_id: str, version: int) -> None:
    assert store.version_from_material_description({"amzn-ddb-meta-id": meta_id}) == version


@pytest.mark.parametrize(
    "meta_id",
    [
        "",
        "a",
        "a#",
        "#1",
        "a#-1",
        "a#+1",
        "a# 1",
        "a#1 ",
        "a#1_0",
        "a#٣",
        "a#1.0",
        "a#9223372036854775808",
        "a#" + "9" * 5000,
    ],
)
def test_malformed_meta_ids(store: MetaStore, meta_id: str) -> None:
    with pytest.raises(InvalidVersionError, match="malformed amzn-ddb-meta-id"):
        store.version_from_material_description({"amzn-ddb-meta-id": meta_id})


def test_no_meta_id(store: MetaStore) -> None:
    with pytest.raises(InvalidVersionError, match="no amzn-ddb-meta-id"):
        store.version_from_material_description({})


def test_a_version_that_is_not_there(store: MetaStore) -> None:
    with pytest.raises(InvalidVersionError, match='"patient" has no version 4'):
        store.provider(NAME, 4)


@pytest.mark.parametrize("name", ["", "a#b", "#"])
def test_names_that_no_client_could_read_are_not_made(store: MetaStore, name: str, endpoint: Endpoint) -> None:
    with pytest.raises(InvalidArgumentError):
        store.get_or_create_provider(name, 0)
    assert endpoint.operations == []


@pytest.mark.parametrize(
    ("version", "kind"),
    [(-1, InvalidArgumentError), (2**63, InvalidArgumentError), (True, TypeError), (1.0, TypeError)],
)
def test_versions_that_cannot_be(store: MetaStore, version: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        store.get_or_create_provider(NAME, version)


def test_threads_and_processes_that_make_a_version_at_once_make_one(table: Any, endpoint: Endpoint) -> None:
    stores = iter([MetaStore(connect_resource(endpoint.endpoint_url).Table(table.name), protector()) for _ in range(8)])
    providers, errors = run_threads(8, lambda: next(stores).provider(NAME))
    assert errors == []
    assert len(stored(table)) == 1
    item = encrypt(providers[0])
    assert all(decrypt(provider, item) == ITEM for provider in providers)


def test_keys_that_were_not_stored_are_not_used(table: Any, endpoint: Endpoint) -> None:
    """The reference client encrypts with them, and nobody can read the items."""
    endpoint.inject(
        lambda operation, request, forward: (
            400,
            {"__type": "x#ProvisionedThroughputExceededException", "message": "no"},
        )
    )
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        MetaStore(table, protector()).get_or_create_provider(NAME, 0)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"t": "1"}, InvalidVersionError),
        ({"t": None}, ProviderStoreError),
        ({"enc": "text"}, ProviderStoreError),
        ({"int": None}, ProviderStoreError),
        ({"encAlg": 1}, ProviderStoreError),
        ({"intAlg": None}, ProviderStoreError),
        ({"enc": b"short"}, ValueError),
    ],
)
def test_records_of_another_form(store: MetaStore, table: Any, change: dict[str, Any], kind: type[Exception]) -> None:
    whole = {"N": NAME, "V": 0, "t": "0", "enc": bytes(32), "encAlg": "AES", "int": bytes(32), "intAlg": "HmacSHA256"}
    put_record(table, whole)
    store.provider(NAME, 0)
    put_record(table, {name: value for name, value in {**whole, **change}.items() if value is not None})
    with pytest.raises(kind):
        store.provider(NAME, 0)


def test_records_that_someone_else_wrote(store: MetaStore, table: Any) -> None:
    store.get_or_create_provider(NAME, 0)
    (record,) = stored(table)
    table.put_item(Item={**record, "V": 1})  # a copy under another version
    with pytest.raises(SignatureVerificationError):
        store.provider(NAME, 1)
    with pytest.raises(SignatureVerificationError):
        store.max_version(NAME)
    table.put_item(Item={"N": NAME, "V": 2, "t": "0", "enc": bytes(32), "encAlg": "AES"})
    with pytest.raises(ItemNotEncryptedError):
        store.provider(NAME, 2)
    put_record(table, {"N": NAME, "V": 3, "t": "0"}, seed=9)
    with pytest.raises(SignatureVerificationError):
        store.provider(NAME, 3)


def test_extra_data(table: Any) -> None:
    store = MetaStore(table, protector(), extra_data_supplier=Notes())
    made = store.get_or_create_provider(NAME, 2)
    (record,) = stored(table)
    assert record["owner"] == "team 2"
    assert type(record["note"]) is Binary
    assert decrypt(store.provider(NAME, 2), encrypt(made)) == ITEM
    extra = store.extra_data(NAME, 2)
    assert set(extra) == {"note", "owner", "order"}
    assert extra["note"] == "made for patient"
    table.put_item(Item={**record, "owner": "someone else"})
    with pytest.raises(SignatureVerificationError):
        store.extra_data(NAME, 2)


@pytest.mark.parametrize("name", ["N", "V", "t", "enc", "encAlg", "int", "intAlg"])
def test_extra_data_takes_no_name_of_the_record(table: Any, name: str) -> None:
    class Bad(ExtraDataSupplier):
        def attributes(self, material_name: str, version: int) -> dict[str, Any]:
            return {name: "x"}

    class Readable(Notes):
        def signed_only_field_names(self) -> list[str]:
            return [name]

    with pytest.raises(InvalidArgumentError, match=f'"{name}"'):
        MetaStore(table, protector(), extra_data_supplier=Bad()).get_or_create_provider(NAME, 0)
    assert stored(table) == []
    with pytest.raises(InvalidArgumentError, match=f'"{name}"'):
        MetaStore(table, protector(), extra_data_supplier=Readable())


def test_replication(table: Any, endpoint: Endpoint) -> None:
    source = MetaStore(table, protector(), extra_data_supplier=Notes())
    target_table = new_table(endpoint.endpoint_url)
    target = MetaStore(target_table, protector(5), extra_data_supplier=Notes())
    made = source.get_or_create_provider(NAME, 1)
    assert source.replicate(NAME, 1, target) is True
    assert source.replicate(NAME, 1, target) is False
    assert decrypt(target.provider(NAME, 1), encrypt(made)) == ITEM
    assert target.extra_data(NAME, 1) == source.extra_data(NAME, 1)
    assert stored(target_table)[0]["enc"] != stored(table)[0]["enc"]
    source.get_or_create_provider(NAME, 2)
    target.get_or_create_provider(NAME, 2)
    with pytest.raises(VersionAlreadyExistsError):
        source.replicate(NAME, 2, target)
    with pytest.raises(InvalidVersionError):
        source.replicate(NAME, 9, target)
    with pytest.raises(TypeError):
        source.replicate(NAME, 1, object())  # type: ignore[arg-type]


def test_a_restored_table(table: Any, store: MetaStore, endpoint: Endpoint) -> None:
    made = store.get_or_create_provider(NAME, 0)
    restored = new_table(endpoint.endpoint_url)
    restored.put_item(Item=stored(table)[0])
    with pytest.raises(SignatureVerificationError):
        MetaStore(restored, protector()).provider(NAME, 0)
    renamed = MetaStore(
        restored, protector(), encryption_context_override=override_table_name(restored.name, table.name)
    )
    assert decrypt(renamed.provider(NAME, 0), encrypt(made)) == ITEM


def test_the_dialect_is_that_of_the_records(table: Any) -> None:
    java = MetaStore(table, protector(), extra_data_supplier=Notes(), dialect=Dialect.JAVA)
    java.get_or_create_provider(NAME, 0)
    assert MetaStore(table, protector(), extra_data_supplier=Notes()).extra_data(NAME, 0)["owner"] == "team 0"
    attached = _ATTACHED[java._encrypted_table.meta.client.meta.events]()
    assert attached is not None
    protected = attached.scene.registry.known(table.name)
    assert isinstance(protected, LegacyTable)
    assert protected.crypto_config.dialect is Dialect.JAVA


def test_it_pickles_without_its_table(table: Any, store: MetaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    # The default session is the machine's own otherwise.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    item = encrypt(CachingMostRecentProvider(store, NAME, 60.0))
    provider = CachingMostRecentProvider(store, NAME, 60.0)
    with pytest.raises(TypeError, match="allow_secrets"):
        pickle.dumps(provider)
    with allow_secrets():
        data = pickle.dumps(provider)
    other = pickle.loads(data)
    assert decrypt(other, item) == ITEM
    assert table.name in repr(other)


def test_most_recent_over_a_meta_store(store: MetaStore, endpoint: Endpoint, table: Any) -> None:
    clock = Clock()
    provider = CachingMostRecentProvider(store, NAME, 60.0, clock=clock)
    items = [encrypt(provider) for _ in range(3)]
    assert endpoint.operations == ["Query", "PutItem"]
    store.new_provider(NAME)
    clock.now += 61
    items += [encrypt(provider) for _ in range(3)]
    endpoint.reset()
    assert [decrypt(provider, item) for item in items] == [ITEM] * 6
    assert endpoint.operations == ["GetItem"]
    # A version that is taken back is of no use to anyone when its time is over.
    table.delete_item(Key={"N": NAME, "V": 0})
    clock.now += 61
    with pytest.raises(InvalidVersionError, match="no decryption materials"):
        decrypt(provider, items[0])
    assert decrypt(provider, items[3]) == ITEM


def test_a_hundred_threads_on_a_cold_cache(store: MetaStore, endpoint: Endpoint) -> None:
    item = encrypt(store.get_or_create_provider(NAME, 0))
    endpoint.reset()
    reader = CachingMostRecentProvider(store, NAME, 60.0)
    results, errors = run_threads(100, lambda: decrypt(reader, item))
    assert errors == []
    assert results == [ITEM] * 100
    assert endpoint.operations == ["GetItem"]


def test_an_item_of_another_kind_of_provider(store: MetaStore) -> None:
    with pytest.raises(InvalidVersionError, match="no amzn-ddb-meta-id"):
        decrypt(CachingMostRecentProvider(store, NAME, 60.0), encrypt(protector()))
    with pytest.raises(ItemNotEncryptedError):
        decrypt(CachingMostRecentProvider(store, NAME, 60.0), dict(ITEM))
