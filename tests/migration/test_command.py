# SPDX-License-Identifier: Apache-2.0
"""The command on DynamoDB Local: what it writes, what it leaves alone, how it ends."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ddbcrypt.cli.outcome import ExitCode
from tests.migration.commands import Place, make_items
from tests.migration.files import LEGACY, write_legacy
from tests.support.endpoint import Answer, Endpoint, Forward

SIGNATURE, DESCRIPTION = "*amzn-ddb-map-sig*", "*amzn-ddb-map-desc*"
DENIED = 400, {"__type": "com.amazonaws.dynamodb#AccessDeniedException", "message": "not today"}


@pytest.fixture
def endpoint(place: Place) -> Iterator[Endpoint]:
    """A recording endpoint before the table's database."""
    endpoint = Endpoint(place.url)
    yield endpoint
    endpoint.stop()


class Before:
    """Does something once, just before the first update of the item ``name``."""

    def __init__(self, name: str, act: Any) -> None:
        self._name, self._act = name, act

    def __call__(self, operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation == "UpdateItem" and request["Key"]["id"]["S"] == self._name and self._act is not None:
            act, self._act = self._act, None
            act()
        return None


def by_id(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["id"]["S"]: item for item in items}


def test_every_item_gets_the_new_keys_and_keeps_its_value(place: Place) -> None:
    items = make_items(60)
    place.put(place.old, items)
    ran = place.run("--page-items", "7")
    assert ran.code == ExitCode.OK
    assert ran.figure("migrated") == ran.figure("items in all") == 60
    assert place.read(place.new) == by_id(items)
    assert not place.checkpoint.exists()
    again = place.run()
    assert again.code == ExitCode.OK
    assert (again.figure("migrated"), again.figure("readable already")) == (0, 60)


def test_a_dry_run_writes_nothing(place: Place, endpoint: Endpoint) -> None:
    place.put(place.old, make_items(30))
    before = place.raw()
    ran = place.run("--dry-run", url=endpoint.endpoint_url)
    assert ran.code == ExitCode.OK
    assert ran.figure("would be migrated") == 30
    assert place.raw() == before
    assert set(endpoint.operations) == {"DescribeTable", "Scan"}
    assert not place.checkpoint.exists()


def test_signed_and_reserved_attributes_alone_are_written(place: Place, endpoint: Endpoint) -> None:
    place.put(place.old, [{**make_items(1)[0], "tags": {"SS": ["a", "b"]}}])
    stored = place.raw()["item-0"]
    assert place.run(url=endpoint.endpoint_url).code == ExitCode.OK
    (update,) = endpoint.sent("UpdateItem")
    names = update["ExpressionAttributeNames"]
    # "clinic" is signed and stays as it is; "hits" and "tags" are not signed.
    assert set(names.values()) == {"amount", "note", SIGNATURE, DESCRIPTION}
    assert update["Key"] == {"id": {"S": "item-0"}}
    condition = dict(re.findall(r"(#\w+)=(:\w+)", update["ConditionExpression"]))
    held = {names[name]: update["ExpressionAttributeValues"][value] for name, value in condition.items()}
    assert held.keys() == {SIGNATURE, DESCRIPTION}
    after = place.raw()["item-0"]
    assert {name for name in stored if stored[name] != after[name]} == {"amount", "note", SIGNATURE, DESCRIPTION}


def test_unsigned_attributes_stay_as_others_leave_them(place: Place, endpoint: Endpoint) -> None:
    place.put(place.old, make_items(5))

    def count() -> None:
        place.client.update_item(
            TableName=place.table,
            Key={"id": {"S": "item-3"}},
            UpdateExpression="ADD hits :five SET tags = :tags",
            ExpressionAttributeValues={":five": {"N": "5"}, ":tags": {"SS": ["new"]}},
        )

    endpoint.inject(Before("item-3", count))
    ran = place.run(url=endpoint.endpoint_url)
    assert ran.code == ExitCode.OK
    assert ran.figure("tried again, as others changed them") == 0
    item = place.read(place.new)["item-3"]
    assert (item["hits"], item["tags"], item["note"]) == ({"N": "5"}, {"SS": ["new"]}, {"S": "secret 3"})


@pytest.mark.parametrize("writes", ["old", "new"])
def test_what_others_change_meanwhile_is_read_afresh(place: Place, endpoint: Endpoint, writes: str) -> None:
    place.put(place.old, make_items(5))
    changed = {**make_items(3)[2], "note": {"S": "changed meanwhile"}}
    path = place.old if writes == "old" else place.new
    endpoint.inject(Before("item-2", lambda: place.put(path, [changed])))
    ran = place.run(url=endpoint.endpoint_url)
    assert ran.code == ExitCode.OK
    assert ran.figure("tried again, as others changed them") == 1
    # What a writer of the new configuration wrote needs no migration any more.
    assert ran.figure("readable already") == (writes == "new")
    assert place.read(place.new) == {**by_id(make_items(5)), "item-2": changed}


def test_what_others_delete_meanwhile_stays_deleted(place: Place, endpoint: Endpoint) -> None:
    place.put(place.old, make_items(5))
    endpoint.inject(
        Before("item-1", lambda: place.client.delete_item(TableName=place.table, Key={"id": {"S": "item-1"}}))
    )
    ran = place.run(url=endpoint.endpoint_url)
    assert ran.code == ExitCode.OK
    assert (ran.figure("deleted by others meanwhile"), ran.figure("migrated")) == (1, 4)
    assert "item-1" not in place.raw()


def test_an_item_that_changes_each_time_is_given_up(place: Place, endpoint: Endpoint, monkeypatch: Any) -> None:
    monkeypatch.setattr("ddbcrypt.migration.items._LONGEST_WAIT", 0.001)
    place.put(place.old, make_items(1))

    def injection(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation == "UpdateItem":
            place.put(place.old, make_items(1))
        return None

    endpoint.inject(injection)
    ran = place.run(url=endpoint.endpoint_url)
    assert ran.code == ExitCode.DIFFERENT
    assert "failed: id='item-0': UpdateConflictError" in ran.err
    assert len(endpoint.sent("UpdateItem")) == 20


def test_items_that_do_not_verify_are_named_and_left(place: Place) -> None:
    place.put(place.old, make_items(20))
    tampered = {**place.raw()["item-4"], "clinic": {"S": "another"}}
    plaintext = {"id": {"S": "plain"}, "note": {"S": "never signed"}}
    for item in (tampered, plaintext):
        place.client.put_item(TableName=place.table, Item=item)
    ran = place.run()
    assert ran.code == ExitCode.DIFFERENT
    assert (ran.figure("failed"), ran.figure("migrated")) == (2, 19)
    lines = sorted(ran.err.splitlines())
    assert [line.split(":")[1] for line in lines] == [" id='item-4'", " id='plain'"]
    assert "SignatureVerificationError" in lines[0]
    assert "ItemNotEncryptedError" in lines[1]
    assert "never signed" not in ran.err
    after = place.raw()
    assert (after["item-4"], after["plain"]) == (tampered, plaintext)


def test_an_item_that_dynamodb_does_not_take_is_named_and_left(place: Place) -> None:
    # Encryption adds to it, and what it then has is over 400 KB.
    large = {"id": {"S": "large"}, "clinic": {"S": "x" * 300_000}, "hits": {"S": "y" * 109_370}}
    text = LEGACY.replace('clinic = "SIGN_ONLY"', 'clinic = "ENCRYPT_AND_SIGN"')
    wider = write_legacy(place.folder, "wider", text.replace('hits = "DO_NOTHING"', 'hits = "ENCRYPT_AND_SIGN"'))
    # No expression has room for its names: it is written by other parameters.
    many = {"id": {"S": "many"}, **{f"a{number}": {"S": "x"} for number in range(600)}}
    place.put(place.old, [*make_items(3), large, many])
    ran = place.run(target=wider)
    assert ran.code == ExitCode.DIFFERENT
    assert (ran.figure("failed"), ran.figure("migrated")) == (1, 4)
    assert "id='large'" in ran.err
    assert "id='many'" not in ran.err


def test_other_attribute_actions(place: Place, endpoint: Endpoint) -> None:
    items = make_items(5)
    place.put(place.old, items)
    text = LEGACY.replace('hits = "DO_NOTHING"', 'hits = "SIGN_ONLY"\nnote = "DO_NOTHING"')
    target = write_legacy(place.folder, "actions", text.replace('clinic = "SIGN_ONLY"\n', ""))

    def count() -> None:
        place.client.update_item(
            TableName=place.table,
            Key={"id": {"S": "item-2"}},
            UpdateExpression="ADD hits :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    endpoint.inject(Before("item-2", count))
    ran = place.run(target=target, url=endpoint.endpoint_url)
    assert ran.code == ExitCode.OK
    # "hits" is signed from now on: an item is not signed over a value that is no longer there.
    assert ran.figure("tried again, as others changed them") == 1
    items[2]["hits"] = {"N": "1"}
    assert place.read(target) == by_id(items)
    stored = place.raw()["item-1"]
    assert stored["note"] == {"S": "secret 1"}
    assert "B" in stored["clinic"]


def test_items_of_the_target_are_encrypted_anew_where_that_is_asked_for(place: Place) -> None:
    place.put(place.new, make_items(5))
    before = place.raw()
    ran = place.run("--rewrite-readable")
    assert ran.code == ExitCode.OK
    assert ran.figure("migrated") == 5
    after = place.raw()
    assert all(before[name][SIGNATURE] != after[name][SIGNATURE] for name in before)
    assert place.read(place.new) == by_id(make_items(5))


def test_an_error_of_the_database_stops_and_the_next_run_goes_on(place: Place, endpoint: Endpoint) -> None:
    items = make_items(60)
    place.put(place.old, items)
    updates = 0

    def injection(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        nonlocal updates
        updates += operation == "UpdateItem"
        return DENIED if updates > 33 else None

    endpoint.inject(injection)
    ran = place.run("--segments", "1", "--page-items", "10", url=endpoint.endpoint_url)
    assert ran.code == ExitCode.DATABASE
    assert "not today" in ran.err
    assert "the same command goes on" in ran.err
    assert json.loads(place.checkpoint.read_text())["counts"] == {"migrated": 30}
    endpoint.reset()
    ran = place.run("--segments", "1", "--page-items", "10", url=endpoint.endpoint_url)
    assert ran.code == ExitCode.OK
    assert "going on after 30 items" in ran.out
    # The report is that of both runs; three items of the unfinished page were migrated by the first.
    assert (ran.figure("migrated"), ran.figure("readable already"), ran.figure("items in all")) == (57, 3, 60)
    assert endpoint.sent("Scan")[0]["ExclusiveStartKey"]
    assert place.read(place.new) == by_id(items)


def test_the_rate_is_kept(place: Place) -> None:
    place.put(place.old, make_items(30))
    start = time.monotonic()
    assert place.run("--rate", "30").code == ExitCode.OK
    assert time.monotonic() - start >= 29 / 30


def test_a_checkpoint_of_something_else_is_refused(place: Place, endpoint: Endpoint) -> None:
    place.put(place.old, make_items(20))
    endpoint.inject(lambda operation, request, forward: DENIED if operation == "UpdateItem" else None)
    page = ("--page-items", "2", "--segments", "2")
    # The first page of each segment holds an item that is new already, so that there is something to keep.
    place.put(place.new, make_items(20)[:19])
    assert place.run(*page, url=endpoint.endpoint_url).code == ExitCode.DATABASE
    assert place.checkpoint.exists()
    other = write_legacy(place.folder, "other")
    for more, options, expected in (
        ((), {"target": other}, "another configuration --to"),
        ((), {"source": other}, "another configuration --from"),
        (("--segments", "3"), {}, "in 2 segments"),
        (("--rewrite-readable",), {}, "another setting of --rewrite-readable"),
    ):
        ran = place.run(*more, **options)
        assert ran.code == ExitCode.CONFIGURATION
        assert expected in ran.err
    # The same path with another key in it is another configuration too.
    key = (place.folder / "new.aes").read_bytes()
    (place.folder / "new.aes").write_bytes(bytes(32))
    assert "another configuration --to" in place.run().err
    (place.folder / "new.aes").write_bytes(key)
    place.client.delete_table(TableName=place.table)
    place.client.create_table(
        TableName=place.table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    assert "another table" in place.run().err


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (("--segments", "0"), ExitCode.USAGE, "--segments"),
        (("--page-items", "0"), ExitCode.USAGE, "--page-items"),
        (("--rate", "-1"), ExitCode.USAGE, "--rate"),
        (("--rate", "nan"), ExitCode.USAGE, "--rate"),
        (("--to", "missing.toml"), ExitCode.CONFIGURATION, "missing.toml"),
        (("--endpoint-url", "http://127.0.0.1:1"), ExitCode.DATABASE, "127.0.0.1:1"),
        (("--endpoint-url", "no url"), ExitCode.DATABASE, "no client"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_begin(place: Place, options: tuple[str, ...], code: ExitCode, expected: str) -> None:
    ran = place.run(*options)
    assert ran.code == code
    assert expected in ran.err
    assert "Traceback" not in ran.err


def test_a_table_that_is_not_there(place: Place) -> None:
    words = place.words()
    words[1] = "not-there"
    from ddbcrypt.cli import main

    assert main(words) == ExitCode.DATABASE


def test_a_configuration_that_signs_nothing(place: Place) -> None:
    nothing = write_legacy(place.folder, "nothing", 'default_action = "DO_NOTHING"\n' + LEGACY.partition("\n\n")[0])
    text = nothing.read_text() + LEGACY[LEGACY.index("\n[provider]") :].format(name="nothing")
    nothing.write_text(text)
    ran = place.run(target=nothing)
    assert ran.code == ExitCode.CONFIGURATION
    assert "signs nothing" in ran.err
