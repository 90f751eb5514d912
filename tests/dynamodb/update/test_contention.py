# SPDX-License-Identifier: Apache-2.0
"""Threads and processes update the same few items of DynamoDB Local while answers are lost: nothing lost or doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt.attach import attach
from tests.dynamodb.conftest import Database
from tests.dynamodb.update import writers
from tests.dynamodb.update.losses import LoseAnswers
from tests.support.connect import connect_client
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS

THREADS, PROCESSES = 8, 4
#: Of each of two tables: 2,000 in all.
UPDATES = 1000
KILLS = 5
ROOT = Path(__file__).parents[3]
Record = Callable[[str, object], None]


@pytest.fixture
def by_id(dynamodb_local: Database) -> Iterator[str]:
    name = dynamodb_local.create_table(
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    yield name
    dynamodb_local.client.delete_table(TableName=name)


def put_items(client: Any, table: str) -> None:
    for name in writers.ITEMS:
        item = {"id": {"S": name}, "amount": {"N": "0"}, "tokens": {"L": []}, "hits": {"N": "0"}, "note": {"S": name}}
        client.put_item(TableName=table, Item=item)


def process(url: str, table: str, default: str, writer: str, updates: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.dynamodb.update.writers", url, table, default, writer, str(updates)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def result_of(running: subprocess.Popen[str]) -> Counter[str]:
    output, _ = running.communicate(timeout=300)
    assert running.returncode == 0
    return Counter(json.loads(output.splitlines()[-1]))


class Visitors:
    """Others who change the unsigned attribute meanwhile, past ddbcrypt and through it."""

    def __init__(self, clients: list[Any], table: str) -> None:
        self._end = threading.Event()
        self._table = table
        self._made: list[Counter[str]] = []
        self._threads = [threading.Thread(target=self._visit, args=(client,)) for client in clients]
        for thread in self._threads:
            thread.start()

    def _visit(self, client: Any) -> None:
        made: Counter[str] = Counter()
        while not self._end.is_set():
            for name in writers.ITEMS:
                client.update_item(
                    TableName=self._table,
                    Key={"id": {"S": name}},
                    UpdateExpression="ADD hits :one",
                    ExpressionAttributeValues={":one": {"N": "1"}},
                )
                made[name] += 1
            time.sleep(0.2)
        self._made.append(made)

    def stop(self) -> Counter[str]:
        """How many changes of each item were made."""
        self._end.set()
        for thread in self._threads:
            thread.join()
        return sum(self._made, Counter[str]())


@pytest.mark.parametrize("default", ["ENCRYPT_AND_SIGN", "SIGN_ONLY"])
def test_no_update_is_lost_or_doubled(
    dynamodb_local: Database, by_id: str, record_property: Record, default: str
) -> None:
    endpoint = Endpoint(dynamodb_local.endpoint_url)
    losses = LoseAnswers("UpdateItem", share=0.045, stalls=3, seconds=writers.READ_SECONDS + 1, unsent=0.02)
    endpoint.inject(losses)
    url = endpoint.endpoint_url
    # Sent once, with time enough: an ADD that is sent twice counts twice, on any table.
    straight = attach(connect_client(dynamodb_local.endpoint_url), {by_id: writers.config(by_id, default)})
    put_items(straight, by_id)
    share = UPDATES // (THREADS + PROCESSES) + 1
    clients = [writers.connect(url, by_id, default) for _ in range(THREADS)]
    visitors = Visitors([dynamodb_local.client, straight], by_id)
    try:
        children = [process(url, by_id, default, f"process-{number}", share) for number in range(PROCESSES)]
        with ThreadPoolExecutor(THREADS) as pool:
            running = [
                pool.submit(writers.write, client, by_id, f"thread-{number}", share)
                for number, client in enumerate(clients)
            ]
            met = sum((one.result() for one in running), Counter[str]())
        met += sum((result_of(child) for child in children), Counter[str]())
    finally:
        visits = visitors.stop()
        endpoint.stop()
    expected = [
        f"{kind}-{number}" for kind, count in (("thread", THREADS), ("process", PROCESSES)) for number in range(count)
    ]
    for place, name in enumerate(writers.ITEMS):
        item = writers.read(straight, by_id, name)
        there = [token["S"] for token in item["tokens"]["L"]]
        wanted = [f"{writer}-{number}" for writer in expected for number in range(place, share, len(writers.ITEMS))]
        assert sorted(there) == sorted(wanted)
        assert item["amount"] == {"N": str(len(wanted))}
        assert item["hits"] == {"N": str(visits[name])}
        assert item["note"] == {"S": name}
    assert losses.counts["closed"] >= 15
    assert losses.counts["stalled"] == 3
    record_property("count: contended updates, none lost, none doubled", share * (THREADS + PROCESSES))
    record_property("count: contended updates, answers lost", losses.counts["closed"] + losses.counts["stalled"])
    record_property("count: contended updates, writes lost", losses.counts["unsent"])
    record_property("count: contended updates, all writes sent", sum(losses.counts.values()))
    record_property("count: changes of unsigned attributes meanwhile", sum(visits.values()))
    for name, number in met.items():
        record_property(f"count: contended updates, {name}", number)


def test_a_killed_writer_leaves_every_item_readable(
    dynamodb_local: Database, by_id: str, record_property: Record
) -> None:
    client = writers.connect(dynamodb_local.endpoint_url, by_id)
    put_items(client, by_id)
    choices = random.Random(7)
    done = 0
    for _ in range(KILLS):
        child = process(dynamodb_local.endpoint_url, by_id, "ENCRYPT_AND_SIGN", "killed", 100_000)
        assert child.stdout is not None
        assert child.stdout.readline() == "READY\n"
        before = _amounts(client, by_id)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _amounts(client, by_id) == before:
            assert time.monotonic() < deadline
        time.sleep(choices.uniform(0, 0.1))
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()
        after = _amounts(client, by_id)
        assert after > before
        done = after
    record_property("count: updates of writers that were killed", done)


def _amounts(client: Any, table: str) -> int:
    """The sum of all amounts; each item verifies and has as many tokens as its amount says."""
    items = [writers.read(client, table, name) for name in writers.ITEMS]
    for item in items:
        assert item["amount"] == {"N": str(len(item["tokens"]["L"]))}
    return sum(int(item["amount"]["N"]) for item in items)
