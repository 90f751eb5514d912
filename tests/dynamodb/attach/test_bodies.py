# SPDX-License-Identifier: Apache-2.0
"""Items that are written and read past botocore: as it would, or left to it; it alone judges other parameters."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any, cast

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ParamValidationError
from botocore.parsers import JSONParser
from botocore.serialize import JSONSerializer
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

import ddbcrypt
from ddbcrypt.dynamodb.bodies import put_aside, put_back, read_response, reads_json, writes_json
from ddbcrypt.dynamodb.wire_json import read_item, write_item
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from tests.dynamodb.attach.attached import SIGNATURE, attached_client, config, wire_key
from tests.dynamodb.attach.recording import Recorder
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import from_wire, to_wire, visit
from tests.dynamodb.library import Keys
from tests.strategies import items
from tests.support.connect import connect_client
from tests.support.endpoint import Endpoint

SERVICE = botocore.session.get_session().get_service_model("dynamodb")
PUT, GET, SCAN = (cast("Any", SERVICE.operation_model(name)) for name in ("PutItem", "GetItem", "Scan"))


class Text(str):
    __slots__ = ()


class Chunk(bytes):
    pass


class Members(dict[str, Any]):
    pass


#: Values that botocore refuses or writes by rules of its own.
NOT_PLAIN = [
    {},
    {"S": "a", "N": "1"},
    {"S": 5},
    {"S": b"a"},
    {"S": None},
    {"S": Text("a")},
    {"N": 5},
    {"B": "text"},
    {"B": bytearray(b"a")},
    {"B": memoryview(b"a")},
    {"B": Chunk(b"a")},
    {"BOOL": 1},
    {"BOOL": "true"},
    {"NULL": None},
    {"SS": ("a", "b")},
    {"SS": {"a"}},
    {"SS": ["a", 5]},
    {"NS": [5]},
    {"BS": ["a"]},
    {"BS": [b"a", bytearray(b"a")]},
    {"L": [{"S": "a"}, "b"]},
    {"L": [{"S": 5}]},
    {"L": ({"S": "a"},)},
    {"M": {"a": {"S": 5}}},
    {"M": {5: {"S": "a"}}},
    {"M": Members(a={"S": "a"})},
    {"M": [["a", {"S": "a"}]]},
    {"X": "a"},
    {"X": ["a"]},
    {5: "a"},
    {Text("S"): 5},
    Members(S="a"),
    "a",
    None,
]
PLAIN: list[Any] = [
    {"S": ""},
    {"S": 'quotes " \\ \n \x00 \x7f é \ud800 \U0001f600'},
    {"N": "not a number"},
    {"B": b""},
    {"B": bytes(range(256))},
    {"BOOL": False},
    {"NULL": True},
    {"NULL": False},
    {"SS": []},
    {"SS": ["b", "a", "a"]},
    {"NS": ["1", "2.50"]},
    {"BS": [b"", b"\xff"]},
    {"L": []},
    {"M": {}},
    {"L": [{"M": {"": {"L": [{"B": b"x"}, {"NULL": True}]}}}]},
]


TAGS = st.sampled_from(["S", "N", "B", "BS", "SS", "NS", "L", "M", "BOOL", "NULL", "x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TAGS, inner, max_size=2),
)


def serialized(item: Any) -> bytes:
    """What botocore sends for an item."""
    request = JSONSerializer().serialize_to_request({"Item": item}, PUT)
    body: bytes = request["body"]
    return body


def validates(item: Any) -> bool:
    """Whether botocore lets an item pass."""
    parameters = {"TableName": "table", "Item": item}
    return not ParamValidator().validate(parameters, PUT.input_shape).has_errors()


def response(document: Any, status: int = 200) -> dict[str, Any]:
    """A response as botocore gives it to its parser."""
    return {"status_code": status, "headers": {}, "body": json.dumps(document).encode(), "context": {}}


def read_past(model: Any, given_response: dict[str, Any]) -> dict[str, Any]:
    """A response that was read in front of botocore's parser, and by it."""
    customized: dict[str, Any] = {}
    given_response = copy.deepcopy(given_response)
    read_response(model, given_response, customized)
    parsed: dict[str, Any] = JSONParser().parse(given_response, model.output_shape)
    return parsed | customized


@given(items(max_attributes=12))
def test_what_is_written_is_what_botocore_writes(item: dict[str, Any]) -> None:
    text = write_item(item)
    assert text is not None
    assert b'{"Item": ' + text + b"}" == serialized(item)


@given(items(max_attributes=12))
def test_what_is_read_is_what_botocore_reads(item: dict[str, Any]) -> None:
    document = json.loads(serialized(item))
    parsed = JSONParser().parse(response(document), GET.output_shape)
    assert parsed.pop("ResponseMetadata")
    assert {"Item": read_item(copy.deepcopy(document["Item"]))} == parsed
    assert parsed == {"Item": item}


@pytest.mark.parametrize("value", PLAIN, ids=range(len(PLAIN)))
def test_plain_values(value: Any) -> None:
    item = {"a": value, "": {"S": "x"}}
    text = write_item(item)
    assert text is not None
    assert validates(item)
    assert b'{"Item": ' + text + b"}" == serialized(item)
    assert read_item(json.loads(text)) == item


@pytest.mark.parametrize("value", NOT_PLAIN, ids=range(len(NOT_PLAIN)))
def test_other_values_are_left_to_botocore(value: Any) -> None:
    assert write_item({"a": {"S": "x"}, "b": value}) is None
    assert write_item({"b": {"L": [{"M": {"c": value}}]}}) is None


def test_names_are_strings() -> None:
    assert write_item({5: {"S": "x"}}) is None  # type: ignore[dict-item]
    assert write_item({Text("a"): {"S": "x"}}) is None


def test_what_holds_itself_is_left_to_botocore() -> None:
    members: list[Any] = []
    value = {"L": members}
    members.append(value)
    assert write_item({"a": value}) is None


@given(ANYTHING)
def test_whatever_is_answered_is_read_as_botocore_reads_it(anything: Any) -> None:
    for model, document in ((GET, {"Item": anything}), (SCAN, {"Items": anything, "Count": 1})):
        given_response = response(document)
        try:
            expected = JSONParser().parse(copy.deepcopy(given_response), model.output_shape)
        except Exception as error:  # noqa: BLE001 - whatever botocore raises is to be raised
            with pytest.raises(type(error)):
                read_past(model, given_response)
        else:
            assert read_past(model, given_response) == expected


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b"\xff", b'{"Item": null}', b'{"Item": {"a": {"B": "\\u00e9"}}}', b"[" * 100_000],
)
def test_bodies_that_are_no_answer_are_botocores(body: bytes) -> None:
    given_response = response({}) | {"body": body}
    customized: dict[str, Any] = {}
    read_response(GET, given_response, customized)
    assert (given_response["body"], customized) == (body, {})


def test_errors_and_other_operations_are_botocores() -> None:
    for model, status in ((GET, 400), (GET, 301), (PUT, 200)):
        given_response = response({"Item": {"a": {"S": "x"}}}, status)
        customized: dict[str, Any] = {}
        read_response(model, given_response, customized)
        assert customized == {}
        assert json.loads(given_response["body"]) == {"Item": {"a": {"S": "x"}}}


def test_members_beside_items_stay_botocores() -> None:
    capacity = {"TableName": "t", "CapacityUnits": 0.1, "Unknown": 1}
    document = {
        "Items": [{"a": {"B": base64.b64encode(b"x").decode()}}, {}],
        "ConsumedCapacity": capacity,
        "LastEvaluatedKey": {"a": {"B": "eA=="}},
        "Unknown": 1,
    }
    parsed = read_past(SCAN, response(document))
    assert parsed == JSONParser().parse(response(document), SCAN.output_shape)
    assert parsed["Items"] == [{"a": {"B": b"x"}}, {}]
    assert "Unknown" not in parsed
    assert "Unknown" not in parsed["ConsumedCapacity"]


def test_what_was_put_aside_comes_back() -> None:
    request = {"TableName": "t", "Item": {"a": {"S": '{"Item": {}'}}, "ReturnValues": "NONE"}
    put = put_aside(request, "Item")
    assert put is not None
    stand_in, aside = put
    assert stand_in == request | {"Item": {}}
    made = JSONSerializer().serialize_to_request(stand_in, PUT)
    put_back(made, aside)
    assert json.loads(made["body"]) == request


@pytest.mark.parametrize("body", [b"", b"{}", b'{"TableName": "t", "Item": {}}', b'{"Item": {"a": {"S": "x"}}}', "{}"])
def test_a_request_that_someone_changed_is_not_sent(body: Any) -> None:
    put = put_aside({"Item": {"a": {"S": "x"}}}, "Item")
    assert put is not None
    with pytest.raises(DynamodbEncryptionSdkError, match="another handler"):
        put_back({"body": body}, put[1])


def test_only_known_serializers_and_parsers() -> None:
    client = Recorder().client()  # with a session of its own, whose parsers are changed
    assert writes_json(client)
    assert reads_json(client)
    assert writes_json(Recorder().client(config=Config(parameter_validation=False)))

    class OtherSerializer(JSONSerializer):
        pass

    client._serializer = OtherSerializer()
    assert not writes_json(client)
    client._endpoint._response_parser_factory.set_parser_defaults(blob_parser=bytes)
    assert not reads_json(client)


@pytest.fixture
def table(moto: Database) -> str:
    return moto.create_table()


def test_clients_with_a_serializer_of_their_own(
    moto_endpoint: Endpoint, moto: Database, table: str, keys: Keys
) -> None:
    seen: list[Any] = []

    class OtherSerializer(JSONSerializer):
        def serialize_to_request(self, parameters: Any, operation_model: Any) -> Any:
            seen.append(parameters)
            return super().serialize_to_request(parameters, operation_model)

    client = connect_client(moto_endpoint.endpoint_url)
    client._serializer = OtherSerializer()
    ddbcrypt.attach(client, {table: config(keys, table_info=None)})
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    assert SIGNATURE in seen[-1]["Item"]
    assert from_wire(client.get_item(TableName=table, Key=wire_key(visit(1)))["Item"]) == visit(1)
    assert SIGNATURE in moto.raw_items(table)[0]


@pytest.mark.parametrize(
    "mistake",
    [{"ReturnValues": 5}, {"ConditionExpression": "attribute_exists(a)", "ExpressionAttributeNames": {"#a": 5}}],
    ids=["type", "nested"],
)
def test_other_parameters_are_validated(
    moto_endpoint: Endpoint, table: str, keys: Keys, mistake: dict[str, Any]
) -> None:
    client = attached_client(moto_endpoint.endpoint_url, {table: config(keys)})
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    moto_endpoint.reset()
    with pytest.raises((ParamValidationError, ddbcrypt.DynamodbEncryptionSdkError, TypeError)):
        client.put_item(TableName=table, Item=to_wire(visit(1)), **mistake)
    assert moto_endpoint.operations == []


def test_an_item_that_was_put_aside_and_lost_is_refused(moto: Database, table: str, keys: Keys) -> None:
    client = attached_client(moto.endpoint_url, {table: config(keys)})
    client.meta.events.unregister("before-call.dynamodb.PutItem", unique_id="ddbcrypt-complete")
    with pytest.raises(client.exceptions.ClientError, match="ValidationException"):
        client.put_item(TableName=table, Item=to_wire(visit(1)))
    assert moto.raw_items(table) == []


@pytest.mark.parametrize("event", ["before-call", "before-call.dynamodb", "before-call.dynamodb.PutItem"])
def test_handlers_see_the_request_that_is_sent(moto: Database, table: str, keys: Keys, event: str) -> None:
    client = attached_client(moto.endpoint_url, {table: config(keys)})
    bodies: list[Any] = []

    def look(params: Any, **_: Any) -> None:
        bodies.append(json.loads(params["body"]))

    client.meta.events.register(event, look)
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    assert SIGNATURE in bodies[-1]["Item"]


@pytest.mark.parametrize("event", ["before-parse", "before-parse.dynamodb", "before-parse.dynamodb.GetItem"])
def test_handlers_see_the_response_that_came(moto: Database, table: str, keys: Keys, event: str) -> None:
    client = attached_client(moto.endpoint_url, {table: config(keys)})
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    bodies: list[Any] = []

    def look(response_dict: Any, **_: Any) -> None:
        bodies.append(json.loads(response_dict["body"]))

    client.meta.events.register(event, look)
    assert from_wire(client.get_item(TableName=table, Key=wire_key(visit(1)))["Item"]) == visit(1)
    assert SIGNATURE in bodies[-1]["Item"]


def test_an_item_put_in_its_place_is_not_sent(moto: Database, table: str, keys: Keys) -> None:
    client = attached_client(moto.endpoint_url, {table: config(keys)})

    def change(params: Any, model: Any, **_: Any) -> None:
        if model.name == "PutItem":
            params["Item"] = {"patient": {"S": "secret"}}

    client.meta.events.register_last("before-parameter-build.dynamodb", change)
    with pytest.raises(DynamodbEncryptionSdkError, match="another handler"):
        client.put_item(TableName=table, Item=to_wire(visit(1)))
    assert moto.raw_items(table) == []
