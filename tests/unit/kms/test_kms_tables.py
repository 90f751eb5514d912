# SPDX-License-Identifier: Apache-2.0
"""Tables whose items have keys of KMS: every operation on several items fetches them side by side, or sends nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt import EncryptedClient, EncryptedTable, SignatureVerificationError, UnwrappingError, WrappingError
from tests.unit.client_recording import SECRET, TABLE_KEYS, Body, Recorder, actions, python_item, wire_item
from tests.unit.kms.fake import Region, refused
from tests.unit.kms.rounds import Rounds

COUNT = 25
IDS = [f"{number:02}" for number in range(COUNT)]
THREE_ROUNDS = [10, 10, 5]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def in_rounds(region: Region, *sizes: int) -> Rounds:
    rounds = Rounds(sum(sizes) or COUNT)

    def before(operation: str, request: dict[str, Any]) -> None:
        rounds.wait()

    region.kms.before = before
    return rounds


def puts(items: list[Body]) -> list[Body]:
    return [{"PutRequest": {"Item": item}} for item in items]


def test_batch_operations_of_a_client(region: Region, key: str, recorder: Recorder) -> None:
    client = EncryptedClient(recorder.client(), region.provider(key), actions())
    items = [wire_item(identifier) for identifier in IDS]
    rounds = in_rounds(region)
    client.batch_write_item(RequestItems={"people": puts(items)})
    assert rounds.sizes == THREE_ROUNDS
    assert len(recorder.stored()) == COUNT
    assert SECRET not in str(recorder.stored())

    asked = [{"id": {"S": identifier}} for identifier in reversed(IDS)]
    rounds = in_rounds(region)
    response = client.batch_get_item(RequestItems={"people": {"Keys": asked}})
    assert response["Responses"]["people"] == items[::-1]
    assert rounds.sizes == THREE_ROUNDS
    condition = {"KeyConditionExpression": "city = :city", "ExpressionAttributeValues": {":city": {"S": "Bern"}}}
    for read, parameters in ((client.scan, {}), (client.query, condition)):
        rounds = in_rounds(region)
        assert read(TableName="people", **parameters)["Items"] == items
        assert rounds.sizes == THREE_ROUNDS


def test_pages_of_a_paginator(region: Region, key: str, recorder: Recorder) -> None:
    client = EncryptedClient(recorder.client(), region.provider(key), actions())
    items = [wire_item(identifier) for identifier in IDS]
    client.batch_write_item(RequestItems={"people": puts(items)})
    rounds = [in_rounds(region, 12)]
    pages = []
    for page in client.get_paginator("scan").paginate(TableName="people", PaginationConfig={"PageSize": 12}):
        pages.append(page["Items"])
        rounds.append(in_rounds(region, min(12, max(COUNT - 12 * len(pages), 1))))
    assert [item for page in pages for item in page] == items
    assert [one.sizes for one in rounds] == [[10, 2], [10, 2], [1], []]


def test_operations_of_a_table(region: Region, key: str, recorder: Recorder) -> None:
    table = EncryptedTable(recorder.table(), region.provider(key), attribute_actions=actions())
    items = [python_item(identifier) for identifier in IDS]
    rounds = in_rounds(region)
    with table.batch_writer() as batch:
        for item in items:
            batch.put_item(Item=item)
    assert rounds.sizes == THREE_ROUNDS
    rounds = in_rounds(region)
    assert table.scan()["Items"] == items
    assert rounds.sizes == THREE_ROUNDS
    region.kms.before = lambda operation, request: None
    assert table.get_item(Key={"id": "07"})["Item"] == items[7]


def test_the_context_names_table_and_key(region: Region, key: str, recorder: Recorder) -> None:
    client = EncryptedClient(recorder.client(), region.provider(key), actions())
    visit = {"id": {"S": "1"}, "at": {"N": "5.0"}, "name": {"S": SECRET}}
    client.batch_write_item(RequestItems={"people": puts([wire_item("1"), wire_item("2")]), "visits": puts([visit])})
    client.put_item(TableName="visits", Item=visit)
    contexts = [request["EncryptionContext"] for request in region.endpoint.sent("GenerateDataKey")]
    seen = sorted((context["*aws-kms-table*"], *(context.get(name) for name in ("id", "at"))) for context in contexts)
    assert TABLE_KEYS["visits"] == ("id", "at")
    assert seen == [("people", "1", None), ("people", "2", None), ("visits", "1", "5"), ("visits", "1", "5")]


@pytest.mark.parametrize("failing", ["07", "24"])
def test_nothing_is_sent_where_one_item_gets_no_key(region: Region, key: str, recorder: Recorder, failing: str) -> None:
    client = EncryptedClient(recorder.client(), region.provider(key), actions())

    def before(operation: str, request: dict[str, Any]) -> Any:
        return refused("AccessDeniedException") if request["EncryptionContext"]["id"] == failing else None

    region.kms.before = before
    with pytest.raises(WrappingError) as caught:
        client.batch_write_item(RequestItems={"people": puts([wire_item(identifier) for identifier in IDS])})
    assert recorder.sent_item_calls() == []
    assert caught.value.item_key == {"id": {"S": failing}}
    assert caught.value.index == int(failing)
    assert key in str(caught.value)


def test_nothing_is_handed_over_where_one_item_cannot_be_read(region: Region, key: str, recorder: Recorder) -> None:
    client = EncryptedClient(recorder.client(), region.provider(key), actions())
    client.batch_write_item(RequestItems={"people": puts([wire_item(identifier) for identifier in IDS])})
    moved = next(item for item in recorder.stored() if item["id"] == {"S": "11"})
    moved["id"] = {"S": "another"}
    with pytest.raises(UnwrappingError) as caught:
        client.scan(TableName="people")
    assert caught.value.item_key == {"id": {"S": "another"}}
    assert caught.value.index == 11

    moved["id"] = {"S": "11"}
    moved["city"] = {"S": "Basel"}
    with pytest.raises(SignatureVerificationError) as altered:
        client.scan(TableName="people")
    assert altered.value.item_key == {"id": {"S": "11"}}
