# SPDX-License-Identifier: Apache-2.0
"""Python values of attached resources: the engine converts them, so that no error shows a value; what is the user's own
stays as it is."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3
import botocore.session
import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.transform import TransformationInjector
from boto3.dynamodb.types import TypeSerializer

import ddbcrypt
from ddbcrypt.exceptions import UnsupportedTypeError
from tests.dynamodb.attach.attached import config
from tests.dynamodb.attach.model_calls import TABLE
from tests.dynamodb.attach.recording import Recorder
from tests.dynamodb.library import Keys

SERIALIZE = ("before-parameter-build.dynamodb", "dynamodb-attr-value-input")
#: A type that DynamoDB does not have, whose text shows its value.
BORN = dt.date(1961, 5, 4)
ITEM = {"id": "1", "nested": [{"born": BORN}]}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def tables(keys: Keys) -> dict[str, Any]:
    return {TABLE: config(keys)}


def of_resource(recorder: Recorder, keys: Keys) -> Any:
    resource = recorder.resource()
    before = resource.Table(TABLE)
    ddbcrypt.attach(resource, tables(keys))
    return before


def of_table(recorder: Recorder, keys: Keys) -> Any:
    return ddbcrypt.attach(recorder.resource().Table(TABLE), tables(keys))


def of_client(recorder: Recorder, keys: Keys) -> Any:
    resource = recorder.resource()
    ddbcrypt.attach(resource.meta.client, tables(keys))
    return resource.Table(TABLE)


def of_session(recorder: Recorder, keys: Keys) -> Any:
    session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="eu-west-1")
    return _recorded(recorder, ddbcrypt.attach(session, tables(keys)))


def of_older_botocore_session(recorder: Recorder, keys: Keys) -> Any:
    """boto3 registers what makes resources after ddbcrypt has."""
    inner = ddbcrypt.attach(botocore.session.Session(), tables(keys))
    options = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": "eu-west-1"}
    return _recorded(recorder, boto3.Session(botocore_session=inner, **options))


def _recorded(recorder: Recorder, session: Any) -> Any:
    resource = session.resource("dynamodb")
    recorder.watch(resource.meta.client)
    return resource.Table(TABLE)


def put(table: Any) -> None:
    table.put_item(Item=ITEM)


def write_batch(table: Any) -> None:
    with table.batch_writer() as batch:
        batch.put_item(Item=ITEM)


def transact(table: Any) -> None:
    table.meta.client.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": ITEM}}])


def key(table: Any) -> None:
    table.get_item(Key={"id": BORN})


def value(table: Any) -> None:
    table.update_item(
        Key={"id": "1"}, UpdateExpression="SET born = :born", ExpressionAttributeValues={":born": {"day": BORN}}
    )


def condition(table: Any) -> None:
    table.put_item(Item={"id": "1"}, ConditionExpression=Attr("born").eq([BORN]))


def key_condition(table: Any) -> None:
    table.query(KeyConditionExpression=Key("id").eq(BORN))


@pytest.mark.parametrize(
    "attached", [of_resource, of_table, of_client, of_session, of_older_botocore_session], ids=lambda one: one.__name__
)
@pytest.mark.parametrize("call", [put, write_batch, transact, key, value, condition, key_condition])
def test_no_error_shows_a_value(
    recorder: Recorder, keys: Keys, attached: Callable[[Recorder, Keys], Any], call: Callable[[Any], None]
) -> None:
    table = attached(recorder, keys)
    with pytest.raises(UnsupportedTypeError, match="date") as caught:
        call(table)
    assert "1961" not in "".join(traceback.format_exception(caught.value))
    assert recorder.operations() == []


def test_the_attribute_is_named(recorder: Recorder, keys: Keys) -> None:
    with pytest.raises(UnsupportedTypeError, match="attribute 'nested'") as caught:
        put(of_resource(recorder, keys))
    assert caught.value.attribute == "nested"


def test_detached_boto3_converts_again(recorder: Recorder, keys: Keys) -> None:
    resource = recorder.resource()
    handlers = [handler(resource, unique_id) for unique_id in IDS]
    ddbcrypt.attach(resource, tables(keys))
    assert handler(resource, SERIALIZE[1]) is not handlers[-1]
    ddbcrypt.detach(resource)
    assert [handler(resource, unique_id) for unique_id in IDS] == handlers
    resource.Table(TABLE).put_item(Item={"id": "1", "n": 1}, ConditionExpression=Attr("n").eq(1))
    assert '"n": {"N": "1"}' in str(recorder.requests[-1].body)
    with pytest.raises(TypeError, match="1961"):
        put(resource.Table(TABLE))


IDS = ("dynamodb-create-params-copy", "dynamodb-condition-expression", SERIALIZE[1])


def handler(resource: Any, unique_id: str) -> Any:
    return resource.meta.client.meta.events._emitter._unique_id_handlers[unique_id]["handler"]


def test_the_original_of_an_attached_table_is_left(recorder: Recorder, keys: Keys) -> None:
    resource = recorder.resource()
    before = handler(resource, SERIALIZE[1])
    ddbcrypt.attach(resource.Table(TABLE), tables(keys))
    assert handler(resource, SERIALIZE[1]) is before


class _TakesFloats(TypeSerializer):
    def serialize(self, value: Any) -> Any:
        return super().serialize(Decimal(str(value)) if isinstance(value, float) else value)


def test_a_serializer_of_the_users_own_stays(recorder: Recorder, keys: Keys) -> None:
    resource = recorder.resource()
    events = resource.meta.client.meta.events
    event, unique_id = SERIALIZE
    events.unregister(event, unique_id=unique_id)
    own = TransformationInjector(serializer=_TakesFloats())
    events.register(event, own.inject_attribute_value_input, unique_id=unique_id)
    ddbcrypt.attach(resource, tables(keys))
    resource.Table(TABLE).put_item(Item={"id": "1", "temperature": 36.6})
    assert recorder.operations() == ["DescribeTable", "PutItem"]


def test_handlers_of_the_users_own_see_dynamodb_json_as_before(recorder: Recorder, keys: Keys) -> None:
    resource = recorder.resource()
    seen: list[Any] = []

    def look(params: dict[str, Any], **_: Any) -> None:
        if "Item" in params:  # ddbcrypt asks for the table's key as well
            seen.append((params["Item"], params["ExpressionAttributeValues"], params["ConditionExpression"]))

    resource.meta.client.meta.events.register("before-parameter-build.dynamodb", look)
    table = resource.Table(TABLE)

    def write() -> list[Any]:
        seen.clear()
        condition = Attr("status").eq("new")
        table.put_item(Item={"id": "1", "status": "x"}, ConditionExpression=condition)
        return list(seen)

    plain = write()
    assert plain == [({"id": {"S": "1"}, "status": {"S": "x"}}, {":v0": {"S": "new"}}, "#n0 = :v0")]
    ddbcrypt.attach(resource, tables(keys))
    assert write() == plain
    ddbcrypt.detach(resource)
    assert write() == plain


def test_a_request_that_a_library_gives_is_not_changed(recorder: Recorder, keys: Keys) -> None:
    """PynamoDB calls what all calls go through with a dict of its own."""
    client = ddbcrypt.attach(recorder.client(), tables(keys))
    request = {"TableName": TABLE, "Key": {"id": {"S": "1"}}, "ProjectionExpression": "visit"}
    given = dict(request)
    client._make_api_call("GetItem", given)
    assert given == request


def test_parameters_that_a_handler_of_the_users_own_gives_are_sent(recorder: Recorder, keys: Keys) -> None:
    client = recorder.client()
    client.meta.events.register("provide-client-params", lambda params, **_: {**params, "TableName": TABLE})
    ddbcrypt.attach(client, tables(keys))
    client.put_item(TableName="another", Item={"id": {"S": "1"}})
    assert TABLE in str(recorder.requests[-1].body)
