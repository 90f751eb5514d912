# SPDX-License-Identifier: Apache-2.0
"""A database that returns something else than it was given: the demo says so, and its exit code too."""

from pathlib import Path
from typing import Any

from tests.demo.runs import Database, DemoRunner, figure
from tests.support.endpoint import Answer, Forward
from tests.support.injections import Alter


def test_an_unsigned_attribute_that_changed(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    def change(answer: dict[str, Any]) -> None:
        for item in answer["Items"]:
            if item["sk"] == {"S": "note-017"}:
                item["seen"] = {"N": "18"}

    database.endpoint.inject(Alter("Scan", change))
    run = demo_here("--items", items_file, *database.arguments, "--do-nothing", "seen")
    assert run.returncode == 1, run.stdout + run.stderr
    assert figure(run.stdout, "items read back equal") == "59"
    assert figure(run.stdout, "items different") == "1"
    assert "pk user-3, sk note-017 differs in seen" in run.stdout
    assert not database.exists()


def test_a_signed_attribute_that_changed(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    def change(answer: dict[str, Any]) -> None:
        for item in answer["Items"]:
            if item["sk"] == {"S": "note-017"}:
                item["amount"] = {"N": "1000000"}

    database.endpoint.inject(Alter("Scan", change))
    run = demo_here("--items", items_file, *database.arguments, "--sign-only", "amount")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "reading back was refused: SignatureVerificationError" in run.stdout
    assert "note-017" in run.stdout
    assert not database.exists()


def test_an_item_that_is_lost(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    def change(answer: dict[str, Any]) -> None:
        kept = [item for item in answer["Items"] if item["sk"] != {"S": "note-017"}]
        answer.update(Items=kept, Count=len(kept))

    database.endpoint.inject(Alter("Scan", change))
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 1, run.stdout + run.stderr
    assert figure(run.stdout, "items missing") == "1"
    assert "not read back: pk user-3, sk note-017" in run.stdout


def test_an_item_that_is_read_twice(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    def change(answer: dict[str, Any]) -> None:
        if answer["Items"]:
            answer["Items"].append(answer["Items"][0])
            answer["Count"] += 1

    database.endpoint.inject(Alter("Scan", change))
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 1, run.stdout + run.stderr
    assert figure(run.stdout, "items unexpected") == "1"
    assert "read, but not stored or read before: pk user-0" in run.stdout


def test_an_alteration_that_does_not_take_effect(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    def ignore(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        return (200, {}) if operation == "UpdateItem" else None

    database.endpoint.inject(ignore)
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "the altered item was accepted" in run.stdout
    assert figure(run.stdout, "altered items refused") == "0"


def test_an_altered_item_that_stays_altered(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    updates = 0

    def once(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        nonlocal updates
        updates += operation == "UpdateItem"
        return (200, {}) if operation == "UpdateItem" and updates > 1 else None

    database.endpoint.inject(once)
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 1, run.stdout + run.stderr
    assert figure(run.stdout, "altered items refused") == "1"
    assert "reading was refused: SignatureVerificationError" in run.stdout


def test_items_that_are_stored_in_plaintext(database: Database, items_file: Path, demo_here: DemoRunner) -> None:
    def strip(answer: dict[str, Any]) -> None:
        for item in answer["Items"]:
            item.pop("*amzn-ddb-map-sig*", None)

    database.endpoint.inject(Alter("Scan", strip))
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "reading back was refused: ItemNotEncryptedError" in run.stdout
