# SPDX-License-Identifier: Apache-2.0
"""Updates that meet others' writes and lost answers, over a table in memory: nothing is lost and nothing done twice."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from ddbcrypt.dynamodb.flows.updates import update_item
from ddbcrypt.exceptions import UncertainUpdateError, UpdateConflictError
from tests.dynamodb.update.memory import (
    CONFLICT,
    Memory,
    Mishap,
    answer_lost,
    error,
    failing,
    first,
    run,
    scene_of,
    sent_again,
    timed_out,
)
from tests.dynamodb.update.tables import ITEM, KEY, make_table

#: One with fresh randomness under its signature, one that signs alone: the same item has the same signature there.
TABLES = {
    "encrypted": make_table(),
    "signed": make_table("SIGN_ONLY", {"hits": "DO_NOTHING", "tags": "DO_NOTHING"}),
}
ADD_ONE = {
    "UpdateExpression": "SET #count = #count + :one",
    "ExpressionAttributeNames": {"#count": "count"},
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}
UPSERT = {
    "UpdateExpression": "ADD #count :one",
    "ExpressionAttributeNames": {"#count": "count"},
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}


@pytest.fixture(params=sorted(TABLES))
def table(request: pytest.FixtureRequest) -> Any:
    return TABLES[request.param]


class World:
    """A stored item, and a scene to update it in."""

    def __init__(self, table: Any, item: dict[str, Any] | None = ITEM, **settings: Any) -> None:
        self.table = table
        self.memory = Memory()
        if item is not None:
            self.memory.put(table.encrypt([item])[0])
        self.scene = scene_of(table, **settings)

    def update(self, *mishaps: Mishap, **request: Any) -> dict[str, Any]:
        self.memory.mishaps.extend(mishaps)
        flow = update_item(self.scene, {"TableName": "t", "Key": KEY, **(request or ADD_ONE)})
        return run(self.scene, flow, self.memory)

    def read(self) -> dict[str, Any]:
        item: dict[str, Any] = self.table.decrypt([self.memory.get(id="a")])[0]
        return item

    @property
    def count(self) -> str:
        number: str = self.read()["count"]["N"]
        return number

    @property
    def conflicts(self) -> int:
        return self.scene.metrics.snapshot().get("update_conflicts", 0)

    def others_add(self, amount: int, times: int = 1) -> Callable[[Memory], None]:
        """Another ddbcrypt writer's update."""

        def change(memory: Memory) -> None:
            kept, memory.mishaps = memory.mishaps, []
            for _ in range(times):
                values = {":one": {"N": str(amount)}}
                flow = update_item(
                    self.scene, {"TableName": "t", "Key": KEY, **UPSERT, "ExpressionAttributeValues": values}
                )
                assert run(self.scene, flow, memory) == {}
            memory.mishaps = kept

        return change

    def others_put(self, **attributes: Any) -> Callable[[Memory], None]:
        """Another client's put of the whole item, which knows no trail."""
        return lambda memory: memory.put(self.table.encrypt([{**ITEM, **attributes}])[0])


def test_a_change_of_others_is_kept(table: Any) -> None:
    world = World(table)
    world.update(first(world.others_add(10)))
    assert world.count == "16"
    assert world.conflicts == 1
    assert len(world.memory.sleeps) == 1
    assert 0 <= world.memory.sleeps[0] <= 0.02


def test_waits_grow_and_are_bounded(table: Any) -> None:
    world = World(table, update_attempts=12)
    world.update(*[first(world.others_add(10))] * 11)
    assert world.count == "116"
    assert world.conflicts == 11
    assert all(wait <= min(1.0, 0.02 * 2**number) for number, wait in enumerate(world.memory.sleeps))
    assert max(world.memory.sleeps) > 0.02


def test_it_is_given_up_at_the_limit(table: Any) -> None:
    world = World(table, update_attempts=3)
    with pytest.raises(UpdateConflictError, match="3 attempts.*id='a'") as caught:
        world.update(*[first(world.others_add(10))] * 3)
    assert world.count == "35"
    assert isinstance(caught.value.__cause__, ClientError)
    assert len(list(world.memory.writes())) == 6


def test_unsigned_changes_of_others_are_no_conflict(table: Any) -> None:
    world = World(table)
    world.update(first(lambda memory: memory.put({**memory.get(id="a"), "hits": {"N": "77"}})))
    assert world.read() == {**ITEM, "count": {"N": "6"}, "hits": {"N": "77"}}
    assert world.conflicts == 0


def test_unsigned_attributes_of_the_expression_are_updated_once(table: Any) -> None:
    world = World(table)
    world.update(
        first(lambda memory: memory.put({**memory.get(id="a"), "hits": {"N": "77"}})),
        **{**ADD_ONE, "UpdateExpression": "SET #count = #count + :one, hits = hits + :one"},
    )
    assert world.read() == {**ITEM, "count": {"N": "6"}, "hits": {"N": "78"}}
    assert world.conflicts == 1


def test_a_condition_is_evaluated_again(table: Any) -> None:
    world = World(table)
    response = world.update(
        first(lambda memory: memory.put({**memory.get(id="a"), "hits": {"N": "77"}})),
        **ADD_ONE,
        ConditionExpression="hits = :one",
    )
    assert response["Error"]["Code"] == CONFLICT
    assert world.count == "5"


def test_a_write_that_arrived_is_not_made_again(table: Any) -> None:
    world = World(table)
    response = world.update(answer_lost(), **ADD_ONE, ReturnValues="UPDATED_NEW")
    assert response == {"Attributes": {"count": {"N": "6"}}}
    assert world.count == "6"
    assert world.conflicts == 0


def test_a_write_that_arrived_shows_the_item_as_it_is(table: Any) -> None:
    world = World(table)
    change = lambda memory: memory.put({**memory.get(id="a"), "hits": {"N": "77"}})  # noqa: E731
    response = world.update(answer_lost(change), **ADD_ONE, ReturnValues="ALL_NEW")
    assert response["Attributes"] == {**ITEM, "count": {"N": "6"}, "hits": {"N": "77"}}


@pytest.mark.parametrize("times", [1, 15])
def test_a_write_that_arrived_is_found_under_those_of_others(table: Any, times: int) -> None:
    world = World(table)
    response = world.update(answer_lost(world.others_add(10, times)), **ADD_ONE, ReturnValues="UPDATED_NEW")
    assert response == {"Attributes": {"count": {"N": "6"}}}
    assert world.count == str(6 + 10 * times)


def test_a_write_under_too_many_of_others_is_uncertain(table: Any) -> None:
    world = World(table)
    with pytest.raises(UncertainUpdateError, match="Read the item.*id='a'"):
        world.update(answer_lost(world.others_add(10, 17)))
    assert world.count == "176"


def test_a_write_that_was_overtaken_is_made(table: Any) -> None:
    world = World(table)
    world.update(first(world.others_add(10), sent_again))
    assert world.count == "16"
    assert world.conflicts == 1


def test_a_put_over_an_uncertain_write_is_uncertain(table: Any) -> None:
    world = World(table)
    with pytest.raises(UncertainUpdateError):
        world.update(answer_lost(world.others_put(count={"N": "50"})))
    assert world.count == "50"


def test_a_put_before_a_single_attempt_is_a_conflict(table: Any) -> None:
    world = World(table)
    world.update(first(world.others_put(count={"N": "50"})))
    assert world.count == "51"


def test_a_deleted_item_after_a_lost_answer_is_uncertain(table: Any) -> None:
    world = World(table)
    with pytest.raises(UncertainUpdateError):
        world.update(answer_lost(lambda memory: memory.items.clear()))


def test_a_deleted_item_is_made_anew(table: Any) -> None:
    world = World(table)
    world.update(first(lambda memory: memory.items.clear()), **UPSERT)
    assert world.read() == {**KEY, "count": {"N": "1"}}


def test_unsigned_changes_and_an_attempt_that_was_lost(table: Any) -> None:
    world = World(table)
    request = {**ADD_ONE, "UpdateExpression": "SET #count = #count + :one, hits = hits + :one"}
    world.update(first(lambda memory: memory.put({**memory.get(id="a"), "hits": {"N": "77"}}), sent_again), **request)
    assert world.read() == {**ITEM, "count": {"N": "6"}, "hits": {"N": "78"}}


def test_the_same_signature_after_an_arrived_write_is_uncertain() -> None:
    """An item that is only signed has its old signature again when it is put as it was."""
    world = World(TABLES["signed"])
    before = world.memory.get(id="a")

    def lost_then_reset(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
        memory.update(request)
        memory.put(before)
        raise error(CONFLICT, retries=1)

    with pytest.raises(UncertainUpdateError):
        world.update(lost_then_reset)


@pytest.mark.parametrize(
    ("mishap", "expected"),
    [(answer_lost(), "1"), (sent_again, "1")],
    ids=["arrived", "not-arrived"],
)
def test_lost_answers_of_a_new_item(table: Any, mishap: Mishap, expected: str) -> None:
    world = World(table, None)
    world.update(mishap, **UPSERT)
    assert world.count == expected


def test_two_make_the_same_new_item(table: Any) -> None:
    world = World(table, None)
    world.update(first(world.others_add(10)), **UPSERT)
    assert world.count == "11"


def test_a_new_item_under_updates_of_others_is_found(table: Any) -> None:
    world = World(table, None)
    world.update(answer_lost(world.others_add(10, 3)), **UPSERT)
    assert world.count == "31"


def test_a_new_item_of_others_after_a_lost_answer_is_uncertain(table: Any) -> None:
    world = World(table, None)
    with pytest.raises(UncertainUpdateError):
        world.update(first(world.others_add(10), sent_again), **UPSERT)
    assert world.count == "10"


def test_a_time_out_of_a_write_that_arrived_is_none(table: Any) -> None:
    world = World(table)
    assert world.update(timed_out(arrived=True), **ADD_ONE, ReturnValues="UPDATED_NEW") == {
        "Attributes": {"count": {"N": "6"}}
    }
    assert world.count == "6"


def test_a_time_out_of_a_write_that_arrived_under_others_is_none(table: Any) -> None:
    world = World(table)
    world.update(timed_out(arrived=True, change=world.others_add(10)))
    assert world.count == "16"


def test_a_time_out_of_a_write_that_was_overtaken_is_tried_again(table: Any) -> None:
    world = World(table)
    world.update(timed_out(arrived=False, change=world.others_add(10)))
    assert world.count == "16"


def test_a_time_out_of_a_write_that_may_come_yet_is_raised(table: Any) -> None:
    world = World(table)
    with pytest.raises(ReadTimeoutError) as caught:
        world.update(timed_out(arrived=False))
    assert "Read the item" in caught.value.__notes__[0]
    assert len(list(world.memory.writes())) == 1


def test_a_time_out_that_nothing_tells_of_is_raised(table: Any) -> None:
    world = World(table)
    with pytest.raises(ReadTimeoutError):
        world.update(timed_out(arrived=True, change=world.others_put(count={"N": "50"})))
    assert world.count == "50"


@pytest.mark.parametrize("code", ["InternalServerError", "ProvisionedThroughputExceededException"])
def test_an_error_after_several_attempts_may_hide_a_write(table: Any, code: str) -> None:
    world = World(table)

    def arrived(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
        memory.update(request)
        raise error(code, retries=2, status=500 if code == "InternalServerError" else 400)

    world.update(arrived)
    assert world.count == "6"


def test_a_server_error_alone_may_hide_a_write(table: Any) -> None:
    world = World(table)
    with pytest.raises(ClientError, match="InternalServerError"):
        world.update(failing(error("InternalServerError", status=500)))
    assert world.memory.operations == ["GetItem", "UpdateItem", "GetItem"]


def test_a_refusal_of_dynamodb_is_raised_at_once(table: Any) -> None:
    world = World(table)
    with pytest.raises(ClientError, match="ValidationException"):
        world.update(failing(error("ValidationException")))
    assert world.memory.operations == ["GetItem", "UpdateItem"]


def test_a_transaction_on_the_item_is_waited_for(table: Any) -> None:
    world = World(table)
    world.update(failing(error("TransactionConflictException")))
    assert world.count == "6"
    assert world.conflicts == 1


def test_an_answer_without_the_number_of_attempts_is_not_trusted(table: Any) -> None:
    world = World(table)
    nameless: Any = {"Error": {"Code": CONFLICT, "Message": ""}}
    with pytest.raises(UncertainUpdateError):
        world.update(failing(ClientError(nameless, "UpdateItem")))


def test_reads_that_fail_after_a_failed_write(table: Any) -> None:
    unreadable = error("InternalServerError", status=500)
    world = World(table)
    world.memory.read_errors = [None, unreadable]
    with pytest.raises(ClientError) as refused:
        world.update(failing(error(CONFLICT)))
    assert refused.value is unreadable
    world.memory.read_errors = [None, unreadable]
    with pytest.raises(UncertainUpdateError) as uncertain:
        world.update(failing(error(CONFLICT, retries=1)))
    assert uncertain.value.__cause__ is unreadable
    world.memory.read_errors = [None, unreadable]
    with pytest.raises(ReadTimeoutError) as lost:
        world.update(timed_out(arrived=True))
    assert lost.value.__cause__ is unreadable


def test_each_write_differs_in_what_the_condition_compares(table: Any) -> None:
    world = World(table)
    seen: list[Any] = []
    for _ in range(20):
        world.update(
            UpdateExpression="SET #name = :same",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={":same": {"S": "same"}},
        )
        stored = world.memory.get(id="a")
        seen.append({name: stored[name] for name in table.reserved_names})
    assert all(one != other for number, one in enumerate(seen) for other in seen[:number])
