# SPDX-License-Identifier: Apache-2.0
"""The KMS provider of the reference Python client and ours on one KMS: each reads what the other wrote.

KMS and DynamoDB are moto's, reached by both clients over loopback HTTP.
"""

from __future__ import annotations

import copy
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.dynamodb.frontends import KINDS, Front, make_front
from tests.dynamodb.items import KEY_SCHEMA, KEY_TYPES, by_key, key_of, visit
from tests.dynamodb.library import DDBCRYPT, REFERENCE, Keys, Library
from tests.strategies import Case, cases, exact, item_meaning, numbers
from tests.support.connect import REGION, connect_client
from tests.support.injections import plain_number
from tests.support.moto_server import MotoServer

# The reference is of another age.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
BOTH_WAYS = pytest.mark.parametrize(
    ("writer", "reader"), [(REFERENCE, DDBCRYPT), (DDBCRYPT, REFERENCE)], ids=["we-read", "reference-reads"]
)
BULK = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
CONTENT = ("AES/256", "AES/192", "AES/128", "AES")
SIGNING = ("HmacSHA256/256", "HmacSHA256", "HmacSHA224/224", "HmacSHA384/384", "HmacSHA512/1024")
ITEM: dict[str, Any] = {"pk": {"S": "p-1"}, "sk": {"N": "7"}, "name": {"S": "a secret"}, "scan": {"B": b"\x00\xff"}}


class Kms:
    """moto's KMS, and providers of both libraries that call it."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self.clients = {REGION: self._connect()}
        self.key = self.create_key()

    def _connect(self) -> Any:
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        config = Config(proxies={}, max_pool_connections=16)
        return session.client("kms", endpoint_url=self.endpoint_url, config=config)

    def create_key(self, **options: Any) -> str:
        """The ARN of a new key."""
        arn: str = self.clients[REGION].create_key(**options)["KeyMetadata"]["Arn"]
        return arn

    def provider(self, library: Library, key_id: str | None = None, **options: Any) -> Any:
        """The library's provider for ``key_id``, or for the key that all tests share."""
        kind = library.module("material_providers.aws_kms").AwsKmsCryptographicMaterialsProvider
        return kind(key_id or self.key, regional_clients=dict(self.clients), **options)


@dataclass(frozen=True)
class KmsLibrary(Library):
    """A library whose tables get their keys from KMS."""

    kms: Kms | None = None

    def provider(self, keys: Keys) -> Any:
        assert self.kms is not None
        return self.kms.provider(self)


@pytest.fixture(scope="module")
def kms(moto: MotoServer) -> Kms:
    return Kms(moto.endpoint_url)


def config(
    library: Library,
    provider: Any,
    item: Mapping[str, Any],
    *,
    table: str | None = "patients",
    default: str = "ENCRYPT_AND_SIGN",
    actions: Mapping[str, str] | None = None,
) -> Any:
    """A configuration for an item whose keys are ``pk`` and ``sk``."""
    context = library.module("structures").EncryptionContext(
        table_name=table, partition_key_name="pk", sort_key_name="sk", attributes=dict(item)
    )
    signed = {"pk": "SIGN_ONLY", "sk": "SIGN_ONLY"}
    return library.module("encrypted").CryptoConfig(
        materials_provider=provider,
        encryption_context=context,
        attribute_actions=library.actions(default, {**(actions or {}), **signed}),
    )


def write(library: Library, item: Mapping[str, Any], provider: Any, **options: Any) -> dict[str, Any]:
    encrypt = library.module("encrypted.item").encrypt_dynamodb_item
    written: dict[str, Any] = encrypt(copy.deepcopy(dict(item)), config(library, provider, item, **options))
    return written


def read(library: Library, stored: Mapping[str, Any], provider: Any, **options: Any) -> dict[str, Any]:
    decrypt = library.module("encrypted.item").decrypt_dynamodb_item
    plain: dict[str, Any] = decrypt(copy.deepcopy(dict(stored)), config(library, provider, stored, **options))
    return plain


def error(library: Library, name: str) -> type[Exception]:
    found: type[Exception] = getattr(library.module("exceptions"), name)
    return found


_KEY_VALUES = st.one_of(
    st.text("abcXYZ \u00e9\u4e2d\U0001f600", min_size=1, max_size=20).map(lambda text: {"S": text}),
    # The reference cannot type numbers that have more digits than that in plain notation.
    numbers(28).filter(lambda number: exact(number).adjusted() < 38).map(lambda number: {"N": plain_number(number)}),
    st.binary(min_size=1, max_size=40).map(lambda data: {"B": data}),
)


@pytest.mark.parametrize("number", [0, 1])
def test_random_items_each_way(kms: Kms, record_property: Callable[[str, object], None], number: int) -> None:
    seen: Counter[str] = Counter()

    @seed(number)
    @BULK
    @given(cases(max_attributes=8), _KEY_VALUES, _KEY_VALUES, st.sampled_from(CONTENT), st.sampled_from(SIGNING))
    def examples(case: Case, pk: dict[str, Any], sk: dict[str, Any], content: str, signing: str) -> None:
        algorithms = {"amzn-ddb-env-alg": content, "amzn-ddb-sig-alg": signing}
        item = {**case.item, "pk": pk, "sk": sk}
        options: dict[str, Any] = {"table": case.table, "default": case.default, "actions": case.actions}
        providers = {
            library: kms.provider(library, material_description=algorithms) for library in (DDBCRYPT, REFERENCE)
        }
        for writer, reader in ((DDBCRYPT, REFERENCE), (REFERENCE, DDBCRYPT)):
            stored = write(writer, item, providers[writer], **options)
            assert item_meaning(read(reader, stored, providers[reader], **options)) == item_meaning(item)
        seen.update(("items", content, signing, *pk, *sk))

    examples()
    assert seen["items"] >= 150
    assert all(seen[kind] for kind in (*CONTENT, *SIGNING, "S", "N", "B")), seen
    for direction in ("reference to ddbcrypt", "ddbcrypt to reference"):
        record_property(f"count: interop: items with keys of KMS, {direction}", seen["items"])


def _fill(front: Front, number: int) -> None:
    items = [visit(number + step) for step in range(30)]
    front.put(items[0])
    for start in range(1, len(items), 25):
        some = items[start : start + 25]
        if front.kind == "table":
            with front.wrapper.batch_writer() as batch:
                for item in some:
                    batch.put_item(Item=item)
        else:
            assert front.batch_write(front.put_requests(some))["UnprocessedItems"] == {}


@BOTH_WAYS
@pytest.mark.parametrize("written_by", KINDS)
def test_tables_each_way(moto: MotoServer, kms: Kms, writer: Library, reader: Library, written_by: str) -> None:
    client = connect_client(moto.endpoint_url)
    table = f"visits-{uuid.uuid4().hex[:12]}"
    client.create_table(
        TableName=table, KeySchema=KEY_SCHEMA, AttributeDefinitions=KEY_TYPES, BillingMode="PAY_PER_REQUEST"
    )
    writing, reading = KmsLibrary(writer.package, kms), KmsLibrary(reader.package, kms)
    _fill(make_front(written_by, moto.endpoint_url, table, Keys(), library=writing), 1)
    items = by_key([visit(number) for number in range(1, 31)])
    for kind in KINDS:
        front = make_front(kind, moto.endpoint_url, table, Keys(), library=reading)
        assert by_key(front.scan()["Items"]) == items, kind
        assert front.query("p-001")["Items"] == items, kind
        assert [front.get(key_of(item)) for item in items[:3]] == items[:3], kind
        if kind != "table":
            assert by_key(front.got(front.batch_get([key_of(item) for item in items]))) == items, kind


def test_stored_items_look_alike(kms: Kms) -> None:
    from ddbcrypt import _engine

    described = []
    for library in (DDBCRYPT, REFERENCE):
        stored = write(library, ITEM, kms.provider(library))
        described.append(_engine.deserialize_description(stored["*amzn-ddb-map-desc*"]["B"]))
        assert {name: next(iter(value)) for name, value in stored.items() if not name.startswith("*")} == {
            "pk": "S",
            "sk": "N",
            "name": "B",
            "scan": "B",
        }
    ours, theirs = described
    assert ours.keys() == theirs.keys()
    assert {name: value for name, value in ours.items() if name != "amzn-ddb-env-key"} == {
        name: value for name, value in theirs.items() if name != "amzn-ddb-env-key"
    }


@BOTH_WAYS
@pytest.mark.parametrize(
    ("change", "table"), [({}, "another"), ({"pk": {"S": "p-2"}}, "patients"), ({"sk": {"N": "8"}}, "patients")]
)
def test_a_moved_item_is_refused_by_both(
    kms: Kms, writer: Library, reader: Library, change: dict[str, Any], table: str
) -> None:
    moved = {**write(writer, ITEM, kms.provider(writer)), **change}
    with pytest.raises(error(reader, "UnwrappingError")):
        read(reader, moved, kms.provider(reader), table=table)


@pytest.mark.parametrize("writer", [REFERENCE, DDBCRYPT], ids=["reference", "ddbcrypt"])
def test_the_reference_takes_any_key_and_ddbcrypt_the_configured_one(kms: Kms, writer: Library) -> None:
    other = kms.create_key()
    stored = write(writer, ITEM, kms.provider(writer, other))
    assert read(REFERENCE, stored, kms.provider(REFERENCE)) == ITEM
    with pytest.raises(error(DDBCRYPT, "UnwrappingError"), match=kms.key):
        read(DDBCRYPT, stored, kms.provider(DDBCRYPT))
    assert read(DDBCRYPT, stored, kms.provider(DDBCRYPT, accepted_key_ids=[other])) == ITEM
    assert read(DDBCRYPT, stored, kms.provider(DDBCRYPT, discovery=True)) == ITEM


@BOTH_WAYS
def test_aliases_and_bare_ids(kms: Kms, writer: Library, reader: Library) -> None:
    alias = f"alias/{uuid.uuid4().hex}"
    kms.clients[REGION].create_alias(AliasName=alias, TargetKeyId=kms.key)
    bare = kms.key.rpartition("/")[2]
    arn = kms.key.replace(f"key/{bare}", alias)
    for written in (alias, arn, bare, kms.key):
        stored = write(writer, ITEM, kms.provider(writer, written))
        for configured in (alias, arn, bare, kms.key):
            assert read(reader, stored, kms.provider(reader, configured)) == ITEM


@BOTH_WAYS
def test_a_moved_alias(kms: Kms, writer: Library, reader: Library) -> None:
    alias = f"alias/{uuid.uuid4().hex}"
    old, new = kms.create_key(), kms.create_key()
    kms.clients[REGION].create_alias(AliasName=alias, TargetKeyId=old)
    stored = write(writer, ITEM, kms.provider(writer, alias))
    kms.clients[REGION].update_alias(AliasName=alias, TargetKeyId=new)
    if reader is REFERENCE:
        assert read(reader, stored, kms.provider(reader, alias)) == ITEM
        return
    with pytest.raises(error(reader, "UnwrappingError"), match="AccessDenied"):
        read(reader, stored, kms.provider(reader, alias))
    assert read(reader, stored, kms.provider(reader, alias, accepted_key_ids=[old])) == ITEM


def test_a_number_that_dynamodb_normalises(kms: Kms) -> None:
    """DynamoDB stores the key 5.0 as 5. What ddbcrypt writes under 5.0 both read; what the reference writes, nobody."""
    item = {**ITEM, "sk": {"N": "5.0"}}
    ours = {**write(DDBCRYPT, item, kms.provider(DDBCRYPT)), "sk": {"N": "5"}}
    theirs = {**write(REFERENCE, item, kms.provider(REFERENCE)), "sk": {"N": "5"}}
    for library in (DDBCRYPT, REFERENCE):
        assert read(library, ours, kms.provider(library)) == {**ITEM, "sk": {"N": "5"}}
        with pytest.raises(error(library, "UnwrappingError")):
            read(library, theirs, kms.provider(library))


@BOTH_WAYS
def test_grant_tokens_are_no_hindrance(kms: Kms, writer: Library, reader: Library) -> None:
    stored = write(writer, ITEM, kms.provider(writer, grant_tokens=("token",)))
    assert read(reader, stored, kms.provider(reader, grant_tokens=("another",))) == ITEM
