# SPDX-License-Identifier: Apache-2.0
"""MetaStore and the most recent provider of the Java client and ours share tables of keys on DynamoDB Local."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ddbcrypt import _engine, exceptions
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from tests.interop.java_bulk import Record, bulk, in_turn, record_counts
from tests.interop.java_materials import Materials, Secret, static
from tests.interop.java_oracle import start_java_oracle
from tests.interop.java_stores import NAME, PROTECTORS, Extra, KeyTable
from tests.interop.oracle import Oracle, OracleError, from_json
from tests.interop.ours import case_of
from tests.strategies import RESERVED, item_meaning
from tests.support.dynamodb_local import DynamoDBLocal

CASE = case_of({"id": {"S": "a"}, "s": {"S": "x"}, "set": {"SS": ["b", "a"]}}, {"id": "SIGN_ONLY"})
EXTRA = Extra(
    {"owner": {"S": "ward 7"}, "retired": {"BOOL": False}, "rooms": {"NS": ["1", "20"]}, "seal": {"B": b"\x00\xff"}},
    signed_only=("owner", "rooms"),
)
BY_WHOM = pytest.mark.parametrize("by_java", [False, True], ids=["by-ddbcrypt", "by-java"])
PROTECTION = pytest.mark.parametrize("protection", PROTECTORS)


@pytest.fixture(scope="module")
def java() -> Iterator[Oracle]:
    with start_java_oracle() as running:
        yield running


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = DynamoDBLocal(tmp_path_factory.mktemp("dynamodb-local") / "stderr.txt")
    yield server.endpoint_url
    assert server.stop() == 0


def write(materials: Materials, client: Oracle | None) -> dict[str, Any]:
    """The case's item, encrypted by the Java client, or by ddbcrypt for None."""
    if client is None:
        return encrypt_dynamodb_item(CASE.item, materials.config(CASE))
    return from_json(client.ask(materials.request("encrypt", CASE, CASE.item))["item"])


def check_both_read(materials: Materials, java: Oracle, item: dict[str, Any]) -> None:
    expected = item_meaning(CASE.item)
    assert item_meaning(decrypt_dynamodb_item(item, materials.config(CASE))) == expected
    assert item_meaning(from_json(java.ask(materials.request("decrypt", CASE, item))["item"])) == expected


def meta_id(item: dict[str, Any]) -> str:
    return _engine.deserialize_description(item[RESERVED[0]]["B"])["amzn-ddb-meta-id"]


def test_the_tables_are_the_same(java: Oracle, endpoint: str) -> None:
    described = []
    for maker in (None, java):
        keys = KeyTable(endpoint, PROTECTORS["static"](), maker)
        table = keys.client.describe_table(TableName=keys.name)["Table"]
        units = [table["ProvisionedThroughput"][f"{name}CapacityUnits"] for name in ("Read", "Write")]
        described.append((table["KeySchema"], table["AttributeDefinitions"], units))
    assert described[0] == described[1]


@PROTECTION
@BY_WHOM
def test_versions_of_one_are_those_of_the_other(java: Oracle, endpoint: str, protection: str, by_java: bool) -> None:
    maker, other = (java, None) if by_java else (None, java)
    keys = KeyTable(endpoint, PROTECTORS[protection](), maker)
    # The first version is made by the first item that is written.
    first = keys.most_recent()
    items = [write(first, maker), write(first, other)]
    assert [meta_id(item) for item in items] == [f"{NAME}#0"] * 2
    keys.add_version(other)
    java.ask({"op": "refresh", "materials": first.json})
    second = keys.most_recent()
    items += [write(second, maker), write(second, other)]
    assert [meta_id(item) for item in items[2:]] == [f"{NAME}#1"] * 2
    assert keys.ours().max_version(NAME) == 1
    assert java.ask({"op": "max_version", "store": keys.json(), "name": NAME})["version"] == 1
    assert [record["V"]["N"] for record in keys.records()] == ["0", "1"]
    for item in items:
        check_both_read(second, java, item)


@PROTECTION
def test_the_records_look_alike(java: Oracle, endpoint: str, protection: str) -> None:
    keys = KeyTable(endpoint, PROTECTORS[protection]())
    keys.add_version(None)
    keys.add_version(java)
    ours, theirs = keys.records()
    assert ours.keys() == theirs.keys()
    names = sorted(ours.keys() - set(RESERVED))
    assert len(names) == 7
    lengths = [
        [(name, *((kind, len(value)) for kind, value in record[name].items())) for name in names]
        for record in (ours, theirs)
    ]
    assert lengths[0] == lengths[1]


def test_a_store_with_other_keys_reads_none_of_it(java: Oracle, endpoint: str) -> None:
    keys = KeyTable(endpoint, PROTECTORS["static"](), java)
    item = write(keys.most_recent(), java)
    keys.protector = static(Secret("AES", bytes(32)), Secret("HmacSHA256", bytes(range(40))))
    with pytest.raises(exceptions.DynamodbEncryptionSdkError):
        decrypt_dynamodb_item(item, keys.most_recent().config(CASE))
    keys.protector = static(Secret("AES", bytes(range(32))), Secret("HmacSHA256", bytes(40)))
    with pytest.raises(exceptions.SignatureVerificationError):
        decrypt_dynamodb_item(item, keys.most_recent().config(CASE))


@PROTECTION
@BY_WHOM
def test_extra_data_of_one_is_read_by_the_other(java: Oracle, endpoint: str, protection: str, by_java: bool) -> None:
    keys = KeyTable(endpoint, PROTECTORS[protection]())
    keys.add_version(java if by_java else None, EXTRA)
    (record,) = keys.records()
    assert {name: record[name] for name in EXTRA.signed_only} == {name: EXTRA.data[name] for name in EXTRA.signed_only}
    assert all(record[name].keys() == {"B"} and record[name] != EXTRA.data[name] for name in ("retired", "seal"))
    assert keys.ours(EXTRA).extra_data(NAME, 0) == EXTRA.attributes(NAME, 0)
    materials = keys.most_recent(EXTRA)
    for client in (java, None):
        check_both_read(materials, java, write(materials, client))
    assert len(keys.records()) == 1
    # Which names are signed alone is not written anywhere: a store that is not told cannot verify.
    unaware = keys.most_recent()
    with pytest.raises(exceptions.DynamodbEncryptionSdkError):
        encrypt_dynamodb_item(CASE.item, unaware.config(CASE))
    with pytest.raises(OracleError):
        write(unaware, java)


@BY_WHOM
def test_what_one_replicates_is_read_by_the_other(java: Oracle, endpoint: str, by_java: bool) -> None:
    source = KeyTable(endpoint, PROTECTORS["asymmetric"]())
    target = KeyTable(endpoint, PROTECTORS["static"]())
    source.add_version(None, EXTRA)
    source.add_version(java, EXTRA)
    items = [write(source.most_recent(EXTRA), client) for client in (java, None)]
    for version in (0, 1):
        if by_java:
            places = {"store": source.json(EXTRA), "target": target.json(EXTRA)}
            java.ask({"op": "replicate", "name": NAME, "version": version, **places})
        else:
            assert source.ours(EXTRA).replicate(NAME, version, target.ours(EXTRA)) is True
    copies = target.most_recent(EXTRA)
    for item in items:
        check_both_read(copies, java, item)
    check_both_read(source.most_recent(EXTRA), java, write(copies, java))
    assert target.ours(EXTRA).extra_data(NAME, 1) == EXTRA.attributes(NAME, 1)
    # Ours tells that a copy is there already.
    assert source.ours(EXTRA).replicate(NAME, 1, target.ours(EXTRA)) is False


def test_random_items_with_the_most_recent_keys(java: Oracle, endpoint: str, record_property: Record) -> None:
    choices = []
    for protection in PROTECTORS:
        for maker in (java, None):
            keys = KeyTable(endpoint, PROTECTORS[protection](), maker)
            keys.add_version(maker)
            choices.append(keys.most_recent())
    seen = bulk(java, 11, 320, in_turn(choices))
    assert seen["items"] >= 160
    record_counts(record_property, "keys of a MetaStore on DynamoDB Local", seen)
