# SPDX-License-Identifier: Apache-2.0
"""The recording and injecting endpoint itself, with a plain client: what the other tests stand on."""

import pytest
from botocore.exceptions import ClientError

from tests.dynamodb.conftest import Database
from tests.dynamodb.items import key_of, to_wire, visit
from tests.support.connect import connect_client
from tests.support.endpoint import Endpoint
from tests.support.injections import HoldBackKeys, HoldBackWrites, Throttle, plain_number


def test_relays_and_records(database: Database, endpoint: Endpoint, table: str) -> None:
    client = connect_client(endpoint.endpoint_url)
    item = to_wire(visit(1))
    client.put_item(TableName=table, Item=item)
    assert client.get_item(TableName=table, Key=key_of(item))["Item"].keys() == item.keys()
    assert endpoint.operations == ["PutItem", "GetItem"]
    assert endpoint.sent("PutItem")[0]["Item"]["status"] == {"S": "status 1"}
    assert len(database.raw_items(table)) == 1
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.get_item(TableName="no-such-table", Key=key_of(item))


def test_holds_back_writes_and_keys(database: Database, endpoint: Endpoint, table: str) -> None:
    client = connect_client(endpoint.endpoint_url)
    items = [to_wire(visit(number)) for number in range(5)]
    items[4]["visit"] = {"N": "4.0"}
    requests = [{"PutRequest": {"Item": item}} for item in items]
    endpoint.inject(HoldBackWrites(keep=2))
    held = client.batch_write_item(RequestItems={table: requests})["UnprocessedItems"][table]
    assert [request["PutRequest"]["Item"]["visit"]["N"] for request in held] == ["4", "3", "2"]
    assert len(database.raw_items(table)) == 2
    assert client.batch_write_item(RequestItems={table: held})["UnprocessedItems"] == {}
    assert len(database.raw_items(table)) == 5

    endpoint.inject(HoldBackKeys(keep=0))
    request = {"Keys": [key_of(item) for item in items], "ConsistentRead": True}
    response = client.batch_get_item(RequestItems={table: request})
    assert response["Responses"] == {}
    assert response["UnprocessedKeys"] == {table: request}
    assert len(client.batch_get_item(RequestItems=response["UnprocessedKeys"])["Responses"][table]) == 5


def test_throttles(endpoint: Endpoint, table: str) -> None:
    endpoint.inject(Throttle("GetItem", times=2))
    key = key_of(to_wire(visit(1)))
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        connect_client(endpoint.endpoint_url).get_item(TableName=table, Key=key)
    assert "Item" not in connect_client(endpoint.endpoint_url, attempts=3).get_item(TableName=table, Key=key)
    assert endpoint.operations == ["GetItem"] * 3


@pytest.mark.parametrize(
    ("text", "plain"),
    [("5.0", "5"), ("1E2", "100"), ("-0", "0"), ("-0.00", "0"), ("-1.50", "-1.5"), ("1E-3", "0.001"), ("100", "100")],
)
def test_numbers_as_dynamodb_returns_them(dynamodb_local: Database, text: str, plain: str) -> None:
    assert plain_number(text) == plain
    table = dynamodb_local.create_table()
    dynamodb_local.client.put_item(TableName=table, Item={**to_wire(visit(1)), "number": {"N": text}})
    assert dynamodb_local.raw_items(table)[0]["number"] == {"N": plain}
