# SPDX-License-Identifier: Apache-2.0
"""MetaStore and CachingMostRecentProvider of the reference Python client and ours share one table of keys.

DynamoDB and KMS are moto's, reached by both clients over loopback HTTP.
"""

from __future__ import annotations

import copy
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import Binary
from botocore.config import Config
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.dynamodb.frontends import KINDS, make_front
from tests.dynamodb.items import KEY_SCHEMA, KEY_TYPES, by_key, key_of, visit
from tests.dynamodb.library import DDBCRYPT, REFERENCE, Keys, Library
from tests.strategies import ACTIONS, Case, cases, item_meaning
from tests.support.connect import REGION, connect_client, connect_resource
from tests.support.moto_server import MotoServer
from tests.support.patience import PATIENCE_SECONDS

# The reference is of another age.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
BOTH_WAYS = pytest.mark.parametrize(
    ("writer", "reader"), [(REFERENCE, DDBCRYPT), (DDBCRYPT, REFERENCE)], ids=["we-read", "reference-reads"]
)
PROTECTION = pytest.mark.parametrize("protection", ["static", "kms"])
NAME = "patient"
TTL = 3600.0
BULK = settings(
    max_examples=250,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


class KeyTable:
    """A table of keys, and both libraries' stores over it."""

    def __init__(self, endpoint_url: str, protection: str = "static", *, created_by: Library = DDBCRYPT) -> None:
        self.endpoint_url = endpoint_url
        self.name = f"keys-{uuid.uuid4().hex[:12]}"
        self.client = connect_client(endpoint_url)
        created_by.module("material_providers.store.meta").MetaStore.create_table(self.client, self.name, 1, 1)
        self._keys = Keys()
        self._kms = _kms_client(endpoint_url) if protection == "kms" else None
        self._key_id = None if self._kms is None else self._kms.create_key()["KeyMetadata"]["Arn"]

    def _protector(self, library: Library) -> Any:
        if self._kms is None:
            return Library(library.package).provider(self._keys)
        kind = library.module("material_providers.aws_kms").AwsKmsCryptographicMaterialsProvider
        return kind(self._key_id, regional_clients={REGION: self._kms})

    def store(self, library: Library) -> Any:
        """The library's MetaStore, with a boto3 Table of its own."""
        table = connect_resource(self.endpoint_url).Table(self.name)
        return library.module("material_providers.store.meta").MetaStore(table, self._protector(library))

    def most_recent(self, library: Library, ttl: float = TTL) -> Any:
        """The library's CachingMostRecentProvider over a store of its own."""
        kind = library.module("material_providers.most_recent").CachingMostRecentProvider
        return kind(provider_store=self.store(library), material_name=NAME, version_ttl=ttl)

    def records(self) -> list[dict[str, Any]]:
        """The records as they are stored, in order."""
        items: list[dict[str, Any]] = connect_resource(self.endpoint_url).Table(self.name).scan()["Items"]
        return sorted(items, key=lambda item: (item["N"], item["V"]))


@dataclass(frozen=True)
class StoreLibrary(Library):
    """A library whose tables get their keys from a MetaStore."""

    keys_of: KeyTable | None = None

    def provider(self, keys: Keys) -> Any:
        assert self.keys_of is not None
        return self.keys_of.most_recent(self)


def _kms_client(endpoint_url: str) -> Any:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    return session.client("kms", endpoint_url=endpoint_url, config=Config(proxies={}))


def config(library: Library, provider: Any, case: Case) -> Any:
    return library.module("encrypted").CryptoConfig(
        materials_provider=provider,
        encryption_context=library.module("structures").EncryptionContext(table_name=case.table),
        attribute_actions=library.actions(case.default, case.actions),
    )


def write(library: Library, provider: Any, case: Case) -> dict[str, Any]:
    encrypt = library.module("encrypted.item").encrypt_dynamodb_item
    written: dict[str, Any] = encrypt(copy.deepcopy(case.item), config(library, provider, case))
    return written


def read(library: Library, provider: Any, case: Case, stored: Mapping[str, Any]) -> dict[str, Any]:
    decrypt = library.module("encrypted.item").decrypt_dynamodb_item
    plain: dict[str, Any] = decrypt(copy.deepcopy(dict(stored)), config(library, provider, case))
    return plain


def simple_case() -> Case:
    """An item with attributes that are encrypted, signed and neither; the same in every run."""
    found: list[Case] = []

    @seed(0)
    @settings(max_examples=250, database=None, phases=[Phase.generate])
    @given(cases(max_attributes=8))
    def collect(case: Case) -> None:
        if set(case.actions.values()) | {case.default} >= set(ACTIONS) and case.item:
            found.append(case)

    collect()
    return found[0]


def test_the_tables_are_the_same(moto: MotoServer) -> None:
    described = []
    for library in (DDBCRYPT, REFERENCE):
        keys = KeyTable(moto.endpoint_url, created_by=library)
        table = keys.client.describe_table(TableName=keys.name)["Table"]
        throughput = {name: table["ProvisionedThroughput"][f"{name}CapacityUnits"] for name in ("Read", "Write")}
        described.append((table["KeySchema"], table["AttributeDefinitions"], throughput))
    assert described[0] == described[1]


@PROTECTION
def test_the_records_look_alike(moto: MotoServer, protection: str) -> None:
    keys = KeyTable(moto.endpoint_url, protection)
    for version, library in enumerate((DDBCRYPT, REFERENCE)):
        keys.store(library).get_or_create_provider(NAME, version)
    ours, theirs = keys.records()
    assert {name: type(value) for name, value in ours.items()} == {name: type(value) for name, value in theirs.items()}
    lengths = [
        {name: len(bytes(value)) for name, value in record.items() if type(value) is Binary}
        for record in (ours, theirs)
    ]
    if protection == "static":
        assert lengths[0] == lengths[1]
    plain = [
        keys.store(DDBCRYPT)._encrypted_table.get_item(Key={"N": NAME, "V": version})["Item"] for version in (0, 1)
    ]
    assert [(record["t"], record["encAlg"], record["intAlg"]) for record in plain] == [("0", "AES", "HmacSHA256")] * 2


@BOTH_WAYS
@PROTECTION
def test_versions_of_one_are_those_of_the_other(
    moto: MotoServer, protection: str, writer: Library, reader: Library
) -> None:
    keys = KeyTable(moto.endpoint_url, protection, created_by=writer)
    case = simple_case()
    writing, reading = keys.store(writer), keys.store(reader)
    with pytest.raises(reader.module("exceptions").NoKnownVersionError):
        reading.max_version(NAME)
    made = writing.get_or_create_provider(NAME, 0)
    stored = [write(writer, made, case)]
    assert reading.max_version(NAME) == 0
    made = writing.new_provider(NAME)
    stored.append(write(writer, made, case))
    assert reading.max_version(NAME) == 1
    for version, item in enumerate(stored):
        assert item_meaning(read(reader, reading.provider(NAME, version), case, item)) == item_meaning(case.item)
        # What is there is not made anew.
        again = reading.get_or_create_provider(NAME, version)
        assert item_meaning(read(reader, again, case, item)) == item_meaning(case.item)
        back = write(reader, reading.provider(NAME, version), case)
        assert item_meaning(read(writer, writing.provider(NAME, version), case, back)) == item_meaning(case.item)
        with pytest.raises(reader.module("exceptions").DynamodbEncryptionSdkError):
            read(reader, reading.provider(NAME, 1 - version), case, item)
    assert len(keys.records()) == 2
    with pytest.raises(reader.module("exceptions").InvalidVersionError):
        reading.provider(NAME, 7)


@BOTH_WAYS
def test_the_most_recent_version_of_one_is_found_by_the_other(
    moto: MotoServer, writer: Library, reader: Library
) -> None:
    keys = KeyTable(moto.endpoint_url)
    case = simple_case()
    writing, reading = keys.most_recent(writer), keys.most_recent(reader)
    stored = [write(writer, writing, case)]
    keys.store(reader).new_provider(NAME)
    writing.refresh()
    stored.append(write(writer, writing, case))
    assert [record["V"] for record in keys.records()] == [0, 1]
    ids = []
    for item in stored:
        description = DDBCRYPT.module("_engine").deserialize_description(item["*amzn-ddb-map-desc*"]["B"])
        ids.append(description["amzn-ddb-meta-id"])
        assert item_meaning(read(reader, reading, case, item)) == item_meaning(case.item)
    assert ids == ["patient#0", "patient#1"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_random_items_each_way(moto: MotoServer, record_property: Callable[[str, object], None], number: int) -> None:
    keys = KeyTable(moto.endpoint_url)
    providers = {library: keys.most_recent(library) for library in (DDBCRYPT, REFERENCE)}
    seen: Counter[str] = Counter()

    @seed(number)
    @BULK
    @given(cases(max_attributes=8))
    def examples(case: Case) -> None:
        for writer, reader in ((DDBCRYPT, REFERENCE), (REFERENCE, DDBCRYPT)):
            stored = write(writer, providers[writer], case)
            assert item_meaning(read(reader, providers[reader], case, stored)) == item_meaning(case.item)
        seen["items"] += not case.protects_nothing

    examples()
    assert seen["items"] >= 100
    for direction in ("reference to ddbcrypt", "ddbcrypt to reference"):
        record_property(f"count: interop: items with keys of a MetaStore, {direction}", seen["items"])


@BOTH_WAYS
@pytest.mark.parametrize("written_by", KINDS)
def test_tables_each_way(moto: MotoServer, writer: Library, reader: Library, written_by: str) -> None:
    keys = KeyTable(moto.endpoint_url)
    client = connect_client(moto.endpoint_url)
    table = f"visits-{uuid.uuid4().hex[:12]}"
    client.create_table(
        TableName=table, KeySchema=KEY_SCHEMA, AttributeDefinitions=KEY_TYPES, BillingMode="PAY_PER_REQUEST"
    )
    writing, reading = StoreLibrary(writer.package, keys), StoreLibrary(reader.package, keys)
    items = by_key([visit(number) for number in range(1, 13)])
    for half in (items[:6], items[6:]):
        front = make_front(written_by, moto.endpoint_url, table, Keys(), library=writing)
        for item in half:
            front.put(item)
        keys.store(writer).new_provider(NAME)
    assert len(keys.records()) == 3
    for kind in KINDS:
        front = make_front(kind, moto.endpoint_url, table, Keys(), library=reading)
        assert by_key(front.scan()["Items"]) == items, kind
        assert front.query("p-001")["Items"] == items, kind
        assert [front.get(key_of(item)) for item in items[4:8]] == items[4:8], kind


def test_both_make_the_first_version_at_once(moto: MotoServer) -> None:
    keys = KeyTable(moto.endpoint_url)
    case = simple_case()
    # boto3's resources are made in this thread.
    providers = [(library, keys.most_recent(library)) for library in (DDBCRYPT, REFERENCE) * 4]
    start = threading.Barrier(len(providers))
    written: list[dict[str, Any]] = []

    def work(library: Library, provider: Any) -> None:
        start.wait(PATIENCE_SECONDS)
        written.append(write(library, provider, case))

    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in providers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(written) == len(providers)
    assert len(keys.records()) == 1
    for library, provider in providers[:2]:
        for item in written:
            assert item_meaning(read(library, provider, case, item)) == item_meaning(case.item)


@BOTH_WAYS
def test_an_altered_version_is_refused_by_both(moto: MotoServer, writer: Library, reader: Library) -> None:
    """The version stands in the description, which is not signed: another one has other keys, and verifies nothing."""
    engine = DDBCRYPT.module("_engine")
    keys = KeyTable(moto.endpoint_url)
    case = simple_case()
    writing = keys.most_recent(writer)
    stored = write(writer, writing, case)
    keys.store(writer).new_provider(NAME)
    description = engine.deserialize_description(stored["*amzn-ddb-map-desc*"]["B"])
    for altered, error in (("patient#1", "DynamodbEncryptionSdkError"), ("patient#9", None), ("patient#", None)):
        changed = {**description, "amzn-ddb-meta-id": altered}
        moved = {**stored, "*amzn-ddb-map-desc*": {"B": engine.serialize_description(changed)}}
        kind = Exception if error is None else getattr(reader.module("exceptions"), error)
        with pytest.raises(kind):
            read(reader, keys.most_recent(reader), case, moved)
