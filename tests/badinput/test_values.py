# SPDX-License-Identifier: Apache-2.0
"""Each bad value: the exact error, which names item and attribute and hides the value, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import encrypt_dynamodb_item, encrypt_python_item
from tests.badinput.values import PYTHON_VALUES, WIRE_VALUES, Bad
from tests.badinput.wiretap import TABLE, Wiretap
from tests.interop.ours import case_of, config_for

CASE = case_of({}, {"id": "SIGN_ONLY", "visit": "SIGN_ONLY"})
WIRE_KEY: dict[str, Any] = {"id": {"S": "patient-77"}, "visit": {"N": "5"}}
PYTHON_KEY: dict[str, Any] = {"id": "patient-77", "visit": 5}


def params(values: list[Bad]) -> Any:
    return [pytest.param(bad, id=bad.name) for bad in values]


def check(call: Callable[[], Any], bad: Bad) -> None:
    with pytest.raises(bad.error) as refusal:
        call()
    error = refusal.value
    assert type(error) is bad.error
    assert isinstance(error, exceptions.DynamodbEncryptionSdkError)
    assert error.attribute == "secret"
    message = str(error)
    assert "secret" in message
    assert "patient-77" in message, "the item's key is not named"
    assert error.item_key in (WIRE_KEY, PYTHON_KEY)
    for text in bad.hidden:
        assert text not in message.replace("patient-77", ""), "the value is shown"
        assert text not in repr(error.__cause__)


@pytest.mark.parametrize("action", ["ENCRYPT_AND_SIGN", "SIGN_ONLY", "DO_NOTHING"])
@pytest.mark.parametrize("bad", params(WIRE_VALUES))
def test_dynamodb_json(bad: Bad, action: str) -> None:
    case = case_of({}, {**CASE.actions, "secret": action, "other": "SIGN_ONLY"})
    config = config_for(case, keys=("id", "visit"))
    item = {"other": {"S": "fine"}, **WIRE_KEY, "secret": bad.value}
    if action == "DO_NOTHING":
        # Not ours to protect: it may pass or be refused, but never with another kind of error.
        try:
            encrypt_dynamodb_item(item, config)
        except exceptions.DynamodbEncryptionSdkError as error:
            assert type(error) is bad.error  # noqa: PT017
        return
    check(lambda: encrypt_dynamodb_item(item, config), bad)


@pytest.mark.parametrize("action", ["ENCRYPT_AND_SIGN", "SIGN_ONLY", "DO_NOTHING"])
@pytest.mark.parametrize("bad", params(PYTHON_VALUES))
def test_python_values(bad: Bad, action: str) -> None:
    config = config_for(case_of({}, {**CASE.actions, "secret": action}), keys=("id", "visit"))
    item = {"other": "fine", **PYTHON_KEY, "secret": bad.value}
    check(lambda: encrypt_python_item(item, config), bad)


@pytest.mark.parametrize("bad", params(WIRE_VALUES))
def test_the_client_sends_nothing(bad: Bad) -> None:
    wiretap = Wiretap()
    client = wiretap.client(CASE)
    item = {**WIRE_KEY, "secret": bad.value}
    good = {**WIRE_KEY, "visit": {"N": "6"}}
    check(lambda: client.put_item(TableName=TABLE, Item=item), bad)
    puts = [{"PutRequest": {"Item": good}}, {"PutRequest": {"Item": item}}]
    check(lambda: client.batch_write_item(RequestItems={TABLE: puts}), bad)
    assert wiretap.sent == []


@pytest.mark.parametrize("bad", params(PYTHON_VALUES))
def test_the_table_sends_nothing(bad: Bad) -> None:
    wiretap = Wiretap()
    table = wiretap.table(CASE)
    item = {**PYTHON_KEY, "secret": bad.value}
    check(lambda: table.put_item(Item=item), bad)

    def write() -> None:
        with table.batch_writer() as batch:
            batch.put_item(Item={**PYTHON_KEY, "visit": 6})
            batch.put_item(Item=item)

    check(write, bad)
    assert wiretap.sent == []


def test_the_wiretap_sees_what_is_sent() -> None:
    wiretap = Wiretap()
    wiretap.client(CASE).put_item(TableName=TABLE, Item={**WIRE_KEY, "secret": {"S": "plain-text"}})
    wiretap.table(CASE).put_item(Item={**PYTHON_KEY, "secret": "plain-text"})
    assert wiretap.sent == ["PutItem", "PutItem"]
    for body in wiretap.bodies:
        assert "plain-text" not in str(body)
        assert body["Item"]["id"] == {"S": "patient-77"}
        assert set(body["Item"]["secret"]) == {"B"}
