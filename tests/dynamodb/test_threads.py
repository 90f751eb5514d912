# SPDX-License-Identifier: Apache-2.0
"""One wrapper shared by threads: right results, and one DescribeTable in all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ddbcrypt.exceptions import SignatureVerificationError
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front, make_front
from tests.dynamodb.items import by_key, key_of, to_wire, visit
from tests.dynamodb.library import Keys
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS

THREADS = 2
ROUNDS = 25


def _both(work: Any) -> list[Any]:
    """``work(thread number)`` in all threads, which start together."""
    barrier = threading.Barrier(THREADS)

    def run(number: int) -> Any:
        barrier.wait(PATIENCE_SECONDS)
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return [future.result(PATIENCE_SECONDS) for future in [pool.submit(run, number) for number in range(THREADS)]]


def test_shared_wrapper(watched: Front, endpoint: Endpoint) -> None:
    def work(thread: int) -> None:
        patient = f"p-10{thread}"
        for number in range(ROUNDS):
            watched.put(visit(number, patient=patient))
            assert watched.get(key_of(visit(number, patient=patient))) == visit(number, patient=patient)
        expected = [visit(number, patient=patient) for number in range(ROUNDS)]
        assert watched.query(patient)["Items"] == expected

    _both(work)
    assert endpoint.operations.count("DescribeTable") == 1
    assert len(watched.scan()["Items"]) == THREADS * ROUNDS


def test_shared_batches(watched_client: Front) -> None:
    def work(thread: int) -> list[Any]:
        patient = f"p-10{thread}"
        items = [visit(number, patient=patient) for number in range(ROUNDS)]
        watched_client.batch_write(watched_client.put_requests(items))
        got = watched_client.got(watched_client.batch_get([key_of(item) for item in items]))
        assert by_key(got) == items
        return got

    assert len(_both(work)) == THREADS


def test_one_table_read_and_written_at_once(database: Database, table: str, keys: Keys) -> None:
    """A reader sees whole items only, old or new, while a writer replaces them."""
    front = make_front("table", database.endpoint_url, table, keys)
    front.put(visit(0))
    versions = [{**visit(0), "status": f"version {number}", "name": f"protected {number}"} for number in range(ROUNDS)]

    def work(thread: int) -> None:
        if thread == 0:
            for version in versions:
                front.put(version)
            return
        for _ in range(ROUNDS):
            assert front.get(key_of(visit(0)), ConsistentRead=True) in [visit(0), *versions]

    _both(work)
    assert front.get(key_of(visit(0))) == versions[-1]


def test_failure_in_one_thread_is_its_own(database: Database, table: str, keys: Keys) -> None:
    front = make_front("table", database.endpoint_url, table, keys)
    front.put(visit(0))
    front.put(visit(1))
    stored = database.client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))["Item"]
    database.client.put_item(TableName=table, Item={**stored, "status": {"S": "altered"}})

    def work(thread: int) -> int:
        refused = 0
        for _ in range(ROUNDS):
            if thread == 0:
                assert front.get(key_of(visit(0))) == visit(0)
            else:
                with pytest.raises(SignatureVerificationError):
                    front.get(key_of(visit(1)))
                refused += 1
        return refused

    assert _both(work) == [0, ROUNDS]
