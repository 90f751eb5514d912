# SPDX-License-Identifier: Apache-2.0
"""Lost answers, answers that were not asked for, updates of others, and two migrations of one table at once."""

from typing import Any

import pytest

from ddbcrypt.cli.outcome import ExitCode
from ddbcrypt.cli.table_files import read_table_file
from ddbcrypt.structures import TableIndex, TableInfo
from tests.dynamodb.update.losses import LoseAnswers
from tests.migration.commands import Place, make_items
from tests.migration.files import LEGACY, STRUCTURED, write_legacy, write_structured
from tests.support.endpoint import Answer, Endpoint, Forward

ITEMS = make_items(60)
EXPECTED = {item["id"]["S"]: item for item in ITEMS}


@pytest.fixture
def endpoint(place: Place) -> Any:
    endpoint = Endpoint(place.url)
    yield endpoint
    endpoint.stop()


def test_lost_answers(place: Place, endpoint: Endpoint) -> None:
    place.put(place.old, ITEMS)
    losses = LoseAnswers("UpdateItem", share=0.2, stalls=0, seconds=0, unsent=0.1)
    endpoint.inject(losses)
    ran = place.run("--segments", "2", url=endpoint.endpoint_url)
    assert ran.code == ExitCode.OK, ran.err
    assert losses.counts["closed"] > 0
    # An update that is sent again fails its condition, and the item turns out to be new already.
    assert ran.figure("migrated") + ran.figure("readable already") == 60
    assert place.read(place.new) == EXPECTED


def test_an_item_that_was_not_asked_for(place: Place, endpoint: Endpoint) -> None:
    place.put(place.old, ITEMS[:2])
    before = place.raw()

    def injection(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation == "UpdateItem":
            return 400, {"__type": "com.amazonaws.dynamodb#ConditionalCheckFailedException", "message": "changed"}
        if operation == "GetItem":
            other = "item-1" if request["Key"]["id"]["S"] == "item-0" else "item-0"
            return forward({**request, "Key": {"id": {"S": other}}})
        return None

    endpoint.inject(injection)
    ran = place.run(url=endpoint.endpoint_url)
    assert ran.code == ExitCode.DIFFERENT
    assert ran.err.count("primary key was not asked for") == 2
    assert place.raw() == before


def test_the_ids_of_updates_go_with_the_item(place: Place) -> None:
    place.put(place.old, ITEMS[:1])
    place.attached(place.old).update_item(
        TableName=place.table,
        Key={"id": {"S": "item-0"}},
        UpdateExpression="SET amount = amount + :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    config: Any = read_table_file(place.new).config
    table = config.table(TableInfo(place.table, TableIndex("id"), []))
    before = table.update_trail(place.raw()["item-0"])
    assert before
    assert place.run().code == ExitCode.OK
    after = table.update_trail(place.raw()["item-0"])
    # Whoever lost the answer to the update finds it there still, and that others came after it.
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    assert place.read(place.new)["item-0"]["amount"] == {"N": "1"}


#: Configurations that sign what the old one leaves unsigned: by name, and by their default action.
SIGNED = {
    "structured": (
        write_structured,
        STRUCTURED.replace(', "tags"', "").replace('clinic = "', 'tags = "SIGN_ONLY"\nclinic = "'),
    ),
    "legacy, by name": (write_legacy, LEGACY.replace('tags = "DO_NOTHING"', 'tags = "SIGN_ONLY"')),
    "legacy, by default": (write_legacy, LEGACY.replace('tags = "DO_NOTHING"', "")),
}


@pytest.mark.parametrize("target", SIGNED)
@pytest.mark.parametrize("tags", [{"S": "new"}, None], ids=["added", "removed"])
def test_what_is_signed_from_now_on_and_comes_or_goes_meanwhile(
    place: Place, endpoint: Endpoint, target: str, tags: dict[str, str] | None
) -> None:
    write, text = SIGNED[target]
    expected = dict(ITEMS[0]) if tags is None else {**ITEMS[0], "tags": tags}
    place.put(place.old, [ITEMS[0] if tags else {**ITEMS[0], "tags": {"S": "former"}}])
    updates = 0

    def injection(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        nonlocal updates
        if operation == "UpdateItem":
            updates += 1
            if updates == 1:
                place.client.update_item(
                    TableName=place.table,
                    Key={"id": ITEMS[0]["id"]},
                    AttributeUpdates={"tags": {"Action": "PUT", "Value": tags} if tags else {"Action": "DELETE"}},
                )
        return None

    endpoint.inject(injection)
    path = write(place.folder, "signed", text)
    ran = place.run(target=path, url=endpoint.endpoint_url)
    assert ran.code == ExitCode.OK, ran.err
    assert updates == 2
    assert place.read(path) == {"item-0": expected}


def test_two_migrations_at_once(place: Place) -> None:
    place.put(place.old, ITEMS)
    both = [place.start("--page-items", "5", "--checkpoint", place.folder / name) for name in ("one", "other")]
    for running in both:
        out, err = running.communicate(timeout=120)
        assert running.returncode == ExitCode.OK, out + err
    assert place.read(place.new) == EXPECTED
