# SPDX-License-Identifier: Apache-2.0
"""The reference client and ddbcrypt on one database: each reads what the other wrote, by every operation."""

import warnings
from collections.abc import Iterator

import pytest

from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import KINDS, Front, make_front
from tests.dynamodb.items import by_key, key_of, visit
from tests.dynamodb.library import DDBCRYPT, REFERENCE, Keys, Library

COUNT = 8
BOTH_WAYS = [(REFERENCE, DDBCRYPT), (DDBCRYPT, REFERENCE)]


@pytest.fixture(autouse=True)
def reference_is_of_another_age() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _write(front: Front, number: int) -> None:
    items = [visit(number + step) for step in range(3)]
    front.put(items[0])
    if front.kind == "table":
        with front.wrapper.batch_writer() as batch:
            for item in items[1:]:
                batch.put_item(Item=item)
    else:
        assert front.batch_write(front.put_requests(items[1:]))["UnprocessedItems"] == {}


@pytest.mark.parametrize(("writer", "reader"), BOTH_WAYS, ids=["we-read", "reference-reads"])
@pytest.mark.parametrize("written_by", KINDS)
def test_each_reads_the_other(
    database: Database, table: str, keys: Keys, writer: Library, reader: Library, written_by: str
) -> None:
    _write(make_front(written_by, database.endpoint_url, table, keys, library=writer), 1)
    items = [visit(number) for number in (1, 2, 3)]
    for kind in KINDS:
        front = make_front(kind, database.endpoint_url, table, keys, library=reader)
        assert [front.get(key_of(item)) for item in items] == items, kind
        assert front.query("p-001")["Items"] == items, kind
        assert by_key(front.scan()["Items"]) == items, kind
        if kind != "table":
            assert by_key(front.got(front.batch_get([key_of(item) for item in items]))) == items, kind
            assert [item for page in front.pages("query", **front.key_condition("p-001")) for item in page] == items


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_the_stored_item_agree(database: Database, keys: Keys, kind: str) -> None:
    """Both libraries store the same attributes, in the same types and, where they are not encrypted, values."""
    stored = []
    for library in (DDBCRYPT, REFERENCE):
        table = database.create_table()
        make_front(kind, database.endpoint_url, table, keys, library=library).put(visit(1))
        (item,) = database.raw_items(table)
        stored.append(item)
        database.client.delete_table(TableName=table)
    ours, theirs = stored
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert ours[name].keys() == theirs[name].keys(), name
    for name in ("patient", "visit", "status", "views", "*amzn-ddb-map-desc*"):
        assert ours[name] == theirs[name], name
    for name in ours:
        if ours[name].keys() == {"B"}:
            assert len(ours[name]["B"]) == len(theirs[name]["B"]), name
