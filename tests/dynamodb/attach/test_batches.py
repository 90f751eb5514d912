# SPDX-License-Identifier: Apache-2.0
"""Batches through attached objects: what stays unprocessed, plaintext tables beside protected ones, batch writers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

import ddbcrypt
from ddbcrypt.exceptions import InvalidArgumentError, SignatureVerificationError, UnsupportedOperationError
from tests.dynamodb.attach.attached import attached_client, attached_table, config, put_all, tamper, wire_key
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import by_key, from_wire, is_protected, key_of, to_wire, visit
from tests.dynamodb.library import Keys
from tests.support.endpoint import Endpoint
from tests.support.injections import HoldBackKeys, HoldBackWrites, Throttle

COUNT = 6


@pytest.fixture
def client(endpoint: Endpoint, table: str, keys: Keys) -> Any:
    return attached_client(endpoint.endpoint_url, {table: config(keys)}, attempts=4)


@pytest.fixture
def other_table(database: Database) -> Iterator[str]:
    name = database.create_table()
    yield name
    database.client.delete_table(TableName=name)


def _puts(*numbers: int) -> list[dict[str, Any]]:
    return [{"PutRequest": {"Item": to_wire(visit(number))}} for number in numbers]


def _number(request: dict[str, Any]) -> str:
    ((_, members),) = request.items()
    ((_, content),) = members.items()
    number: str = content["visit"]["N"]
    return number


def test_unprocessed_items_are_the_callers_own(client: Any, endpoint: Endpoint, database: Database, table: str) -> None:
    put_all(client, table, [visit(7)])
    requests = [*_puts(1, 2, 3), {"DeleteRequest": {"Key": wire_key(visit(7))}}]
    endpoint.inject(HoldBackWrites(keep=1))
    answer = client.batch_write_item(RequestItems={table: requests})
    left = answer["UnprocessedItems"][table]
    assert sorted(left, key=_number) == [*_puts(2, 3), requests[-1]]
    assert not client.batch_write_item(RequestItems=answer["UnprocessedItems"])["UnprocessedItems"]
    stored = database.raw_items(table)
    assert len(stored) == 3
    assert all(set(item[name]) == {"B"} for item in stored for name in item if is_protected(name))
    found = [from_wire(client.get_item(TableName=table, Key=wire_key(visit(n)))["Item"]) for n in (1, 2, 3)]
    assert found == [visit(1), visit(2), visit(3)]


def test_throttled_batch_is_sent_again_by_botocore(client: Any, endpoint: Endpoint, table: str) -> None:
    endpoint.inject(Throttle("BatchWriteItem", times=1))
    assert not client.batch_write_item(RequestItems={table: _puts(1)})["UnprocessedItems"]
    first, second = endpoint.sent("BatchWriteItem")
    assert first == second


def test_unprocessed_keys_have_their_projection(client: Any, endpoint: Endpoint, table: str) -> None:
    put_all(client, table, [visit(number) for number in range(COUNT)])
    request = {
        "Keys": [wire_key(visit(number)) for number in range(COUNT)],
        "ProjectionExpression": "visit, #n",
        "ExpressionAttributeNames": {"#n": "name"},
        "ConsistentRead": True,
    }
    endpoint.inject(HoldBackKeys(keep=2))
    answer = client.batch_get_item(RequestItems={table: request})
    left = answer["UnprocessedKeys"][table]
    assert left == {**request, "Keys": request["Keys"][2:]}
    found = [*answer["Responses"][table], *client.batch_get_item(RequestItems={table: left})["Responses"][table]]
    expected = [{"visit": visit(n)["visit"], "name": visit(n)["name"]} for n in range(COUNT)]
    assert sorted(map(from_wire, found), key=lambda item: item["visit"]) == expected
    assert all("ProjectionExpression" not in sent["RequestItems"][table] for sent in endpoint.sent("BatchGetItem"))


def test_altered_item_hides_all_or_is_set_aside(client: Any, database: Database, table: str) -> None:
    put_all(client, table, [visit(number) for number in range(COUNT)])
    tamper(database.client, table, visit(3))
    request = {table: {"Keys": [wire_key(visit(number)) for number in range(COUNT)]}}
    with pytest.raises(SignatureVerificationError) as caught:
        client.batch_get_item(RequestItems=request)
    assert caught.value.item_key == wire_key(visit(3))
    with ddbcrypt.request_options(on_error="collect") as options:
        answer = client.batch_get_item(RequestItems=request)
    found = by_key([from_wire(item) for item in answer["Responses"][table]])
    assert found == [visit(number) for number in range(COUNT) if number != 3]
    assert [failed.key for failed in options.failures] == [wire_key(visit(3))]


def test_plaintext_table_beside_a_protected_one(
    endpoint: Endpoint, database: Database, table: str, other_table: str, keys: Keys
) -> None:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)}, plaintext_tables=[other_table])
    endpoint.inject(HoldBackWrites(keep=1))
    answer = client.batch_write_item(RequestItems={table: _puts(1, 2), other_table: _puts(1, 2)})
    assert answer["UnprocessedItems"][table] == _puts(2)
    client.batch_write_item(RequestItems=answer["UnprocessedItems"])
    assert by_key([from_wire(item) for item in database.raw_items(other_table)]) == [visit(1), visit(2)]
    assert all("S" not in item["name"] for item in database.raw_items(table))
    keys_of_both = {"Keys": [wire_key(visit(1)), wire_key(visit(2))]}
    answer = client.batch_get_item(RequestItems={table: keys_of_both, other_table: keys_of_both})
    for name in (table, other_table):
        assert by_key([from_wire(item) for item in answer["Responses"][name]]) == [visit(1), visit(2)]


def test_unknown_table_stops_the_whole_batch(client: Any, endpoint: Endpoint, table: str) -> None:
    with pytest.raises(UnsupportedOperationError, match='"mistyped" is not configured'):
        client.batch_write_item(RequestItems={table: _puts(1), "mistyped": _puts(1)})
    with pytest.raises(UnsupportedOperationError, match='"mistyped" is not configured'):
        client.batch_get_item(RequestItems={"mistyped": {"Keys": [wire_key(visit(1))]}})
    assert set(endpoint.operations) <= {"DescribeTable"}


@pytest.mark.parametrize(
    ("request_items", "error"),
    [
        ([{"PutRequest": {"Item": to_wire(visit(1))}, "DeleteRequest": {"Key": {}}}], InvalidArgumentError),
        ([{"PutRequest": {"Item": to_wire(visit(1)), "Note": "new"}}], UnsupportedOperationError),
        ([{"UpdateRequest": {}}], UnsupportedOperationError),
        ([{"DeleteRequest": {"Key": {"patient": {"S": "p"}, "name": {"S": "Łucja"}}}}], UnsupportedOperationError),
        ("PutRequest", InvalidArgumentError),
        ([{"PutRequest": {}}], InvalidArgumentError),
    ],
)
def test_what_no_write_request_holds_is_refused(
    moto_endpoint: Endpoint, moto_table: str, keys: Keys, request_items: Any, error: type[Exception]
) -> None:
    client = attached_client(moto_endpoint.endpoint_url, {moto_table: config(keys)})
    with pytest.raises(error):
        client.batch_write_item(RequestItems={moto_table: request_items})
    assert set(moto_endpoint.operations) <= {"DescribeTable"}


def test_legacy_parameter_of_a_table_in_the_batch(moto_endpoint: Endpoint, moto_table: str, keys: Keys) -> None:
    client = attached_client(moto_endpoint.endpoint_url, {moto_table: config(keys)})
    with pytest.raises(UnsupportedOperationError, match="AttributesToGet"):
        client.batch_get_item(
            RequestItems={moto_table: {"Keys": [wire_key(visit(1))], "AttributesToGet": ["name"]}},
        )
    assert set(moto_endpoint.operations) <= {"DescribeTable"}


def test_batch_writer_of_an_attached_table(endpoint: Endpoint, database: Database, table: str, keys: Keys) -> None:
    attached = attached_table(endpoint.endpoint_url, table, keys)
    endpoint.inject(HoldBackWrites(keep=2, times=2))
    items = [visit(number) for number in range(30)]
    with attached.batch_writer() as writer:
        for item in items:
            writer.put_item(Item=item)
    assert len(database.raw_items(table)) == 30
    assert all(set(item["name"]) == {"B"} for item in database.raw_items(table))
    with attached.batch_writer() as writer:
        writer.delete_item(Key=key_of(visit(0)))
    assert by_key(attached.scan()["Items"]) == items[1:]


def test_threads_write_batches_and_read_them(endpoint: Endpoint, table: str, keys: Keys) -> None:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)})
    failures: list[BaseException] = []

    def work(patient: str) -> None:
        try:
            for number in range(5):
                item = visit(number, patient)
                client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": to_wire(item)}}]})
                with ddbcrypt.request_options(on_error="collect") as options:
                    answer = client.batch_get_item(RequestItems={table: {"Keys": [wire_key(item)]}})
                assert [from_wire(one) for one in answer["Responses"][table]] == [item]
                assert options.failures == []
        except BaseException as error:  # noqa: BLE001 - shown by the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"p-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert endpoint.operations.count("DescribeTable") <= len(threads)
