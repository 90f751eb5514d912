# SPDX-License-Identifier: Apache-2.0
"""Tables of the structured format for the tests on databases, and the ways to them behind one face."""

from __future__ import annotations

from typing import Any, NamedTuple

import ddbcrypt
from ddbcrypt import CryptoAction, EncryptedClient, EncryptedResource, EncryptedTable
from ddbcrypt.keyrings import AlgorithmSuite, RawAesKeyring
from ddbcrypt.structured import DynamoDbTableEncryptionConfig
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE
from tests.dynamodb.frontends import Front
from tests.dynamodb.items import (
    ACTIONS,
    KEY_NAMES,
    PARTITION_KEY,
    SORT_KEY,
    Item,
    from_wire,
    is_protected,
    to_wire,
    visit,
)
from tests.dynamodb.leaks import assert_no_secret, secrets_of
from tests.support.connect import connect_client, connect_resource

STRUCTURED_RESERVED = {HEADER_ATTRIBUTE, FOOTER_ATTRIBUTE}
LEGACY_RESERVED = {"*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"}


class Shape(NamedTuple):
    """An algorithm suite with a header version."""

    suite: AlgorithmSuite
    version: int

    def __str__(self) -> str:
        return f"{self.suite.name}-v{self.version}"


SHAPES = [Shape(suite, version) for suite in AlgorithmSuite for version in (1, 2)]
SYMMETRIC = Shape(AlgorithmSuite.SYMMETRIC_SIGNATURE, 1)
#: The ways to an encrypted table.
KINDS = ("attached-client", "attached-table", "client", "dict-client", "table", "resource")


def keyring(name: str = "visits") -> RawAesKeyring:
    """A keyring that is the same wherever a test makes it."""
    return RawAesKeyring("tests", name, name.encode().ljust(32, b"."))


def structured(table: str, shape: Shape = SYMMETRIC, **changes: Any) -> DynamoDbTableEncryptionConfig:
    """A configuration for visits (:mod:`tests.dynamodb.items`)."""
    signed = CryptoAction.SIGN_ONLY if shape.version == 1 else CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
    actions = {name: CryptoAction[ACTIONS.get(name, "ENCRYPT_AND_SIGN")] for name in visit(0)}
    actions |= {**dict.fromkeys(KEY_NAMES, signed), "status": signed}
    given: dict[str, Any] = {
        "logical_table_name": table,
        "partition_key_name": PARTITION_KEY,
        "sort_key_name": SORT_KEY,
        "attribute_actions_on_encrypt": actions,
        "allowed_unsigned_attributes": ["views"],
        "keyring": keyring(),
        "algorithm_suite_id": shape.suite,
    }
    return DynamoDbTableEncryptionConfig(**{**given, **changes})


def structured_front(kind: str, endpoint_url: str, table: str, config: Any, **options: Any) -> Front:
    """One of :data:`KINDS` over the table."""
    common, wire = {"TableName": table}, (to_wire, from_wire)
    values = (_unchanged, _unchanged)
    if kind in ("attached-client", "client"):
        client = connect_client(endpoint_url)
        wrapper = (
            ddbcrypt.attach(client, {table: config}, **options)
            if kind == "attached-client"
            else EncryptedClient(client, {table: config}, **options)
        )
        return Front("wire-client", table, wrapper, common, *wire)
    resource = connect_resource(endpoint_url)
    if kind == "dict-client":
        wrapper = EncryptedClient(resource.meta.client, {table: config}, expect_standard_dictionaries=True, **options)
        return Front(kind, table, wrapper, common, *values)
    made: Any
    if kind == "attached-table":
        made = ddbcrypt.attach(resource.Table(table), {table: config}, **options)
    elif kind == "table":
        made = EncryptedTable(resource.Table(table), config, **options)
    else:
        made = EncryptedResource(resource, {table: config}, **options).Table(table)
    return Front("table", table, made, {}, *values)


def client_of(front: Front) -> Any:
    """The encrypting client of a front."""
    return front.wrapper if front.kind != "table" else front.wrapper.meta.client


def assert_is_structured(stored: Item, item: Item) -> None:
    """What is stored for an item of Python values is its ciphertext in this format, and nothing of it can be seen."""
    assert set(stored) == set(item) | STRUCTURED_RESERVED
    for name, attribute in stored.items():
        if name in STRUCTURED_RESERVED or is_protected(name):
            assert set(attribute) == {"B"}, name
        else:
            assert from_wire({name: attribute})[name] == item[name]
    assert_no_secret(stored, secrets_of(item))


def _unchanged(item: Item) -> Item:
    return item
