# SPDX-License-Identifier: Apache-2.0
"""The demo on a DynamoDB that is already there: what it creates, uses, leaves and removes."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.demo.conftest import RUN_SECONDS
from tests.demo.runs import Database, DemoRunner, figure
from tests.support.injections import HoldBackKeys, HoldBackWrites
from tests.support.interruptible import interruptible

STRANGER = {"pk": {"S": "stranger"}, "sk": {"S": "in the table"}, "text": {"S": "not encrypted"}}


def test_the_table_is_created_and_removed(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"removed: table {database.table}" in run.stdout
    assert not database.exists()


def test_no_protected_value_is_sent_in_plaintext(
    database: Database, items_file: Path, items: list[dict[str, Any]], demo_here: DemoRunner
) -> None:
    assert demo_here("--items", items_file, *database.arguments, "--do-nothing", "seen").returncode == 0
    sent = "".join(request.body.decode("unicode_escape") for request in database.endpoint.requests)
    assert "note-058" in sent
    assert "correct horse" not in sent
    assert '"57.50"' not in sent
    writes = database.endpoint.sent("BatchWriteItem")
    assert sum(len(write["RequestItems"][database.table]) for write in writes) == len(items)


def test_what_is_kept_is_ciphertext(
    database: Database, items_file: Path, items: list[dict[str, Any]], demo_here: DemoRunner
) -> None:
    run = demo_here(
        "--items", items_file, *database.arguments, "--keep", "--sign-only", "amount", "--do-nothing", "seen"
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "removed: " not in run.stdout
    stored = {item["sk"]["S"]: item for item in database.items()}
    assert len(stored) == len(items)
    for item in items[:-1]:
        held = stored[item["sk"]["S"]]
        assert [next(iter(held[name])) for name in ("secret", "tags", "open")] == ["B", "B", "B"]
        assert held["amount"] == item["amount"]
        assert held["seen"] == item["seen"]
        assert "B" in held["*amzn-ddb-map-sig*"]


def test_an_empty_table_is_used_and_emptied(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    database.create()
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"removed: 60 items of table {database.table}" in run.stdout
    assert database.items() == []


def test_the_keys_of_an_existing_table_are_asked_for(
    database: Database, items_file: Path, items: list[dict[str, Any]], demo_here: DemoRunner
) -> None:
    database.create(partition_key="sk", sort_key=None)
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert figure(run.stdout, "items read back equal") == str(len(items))


def test_a_table_that_holds_items_is_left_alone(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    database.create()
    database.client.put_item(TableName=database.table, Item=STRANGER)
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 4
    assert f"table {database.table} holds items" in run.stderr
    assert database.items() == [STRANGER]
    assert set(database.endpoint.operations) == {"DescribeTable", "Scan"}


def test_overwrite_uses_a_table_that_holds_items(
    database: Database, items_file: Path, items: list[dict[str, Any]], demo_here: DemoRunner
) -> None:
    database.create()
    database.client.put_item(TableName=database.table, Item=STRANGER)
    database.endpoint.inject(HoldBackKeys(keep=7, times=3))
    run = demo_here("--items", items_file, *database.arguments, "--overwrite")
    assert run.returncode == 0, run.stdout + run.stderr
    assert figure(run.stdout, "items read back equal") == str(len(items))
    assert database.items() == [STRANGER]


def test_unprocessed_items_are_sent_again(
    database: Database, items_file: Path, items: list[dict[str, Any]], demo_here: DemoRunner
) -> None:
    database.endpoint.inject(HoldBackWrites(keep=4, times=5))
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert figure(run.stdout, "items read back equal") == str(len(items))


def test_other_keys_than_the_table_has(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    database.create(partition_key="sk", sort_key=None)
    run = demo_here("--items", items_file, *database.arguments, "--partition-key", "pk")
    assert run.returncode == 4
    assert "exists with other keys: sk" in run.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupted_run_removes_its_table(
    database: Database, items_file: Path, demo_environment: dict[str, str]
) -> None:
    def slow(operation: str, request: object, forward: object) -> None:
        time.sleep(0.3)

    database.endpoint.inject(slow)
    command = interruptible(("demo", "--items", str(items_file), *database.arguments))
    with subprocess.Popen(command, env=demo_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + RUN_SECONDS
        while "BatchWriteItem" not in database.endpoint.operations:
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=RUN_SECONDS)
    assert process.returncode == 130, errors
    assert errors == b"ddbcrypt: interrupted\n"
    assert not database.exists()
