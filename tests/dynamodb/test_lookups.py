# SPDX-License-Identifier: Apache-2.0
"""The primary key of a table is asked for once, or given; a lookup that fails is not remembered."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.structures import TableIndex, TableInfo
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front, make_front
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, key_of, visit
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import connect_client, connect_resource
from tests.support.endpoint import Endpoint


def test_once_for_each_table(client_front: Front, database: Database, endpoint: Endpoint, keys: Keys) -> None:
    front = make_front(client_front.kind, endpoint.endpoint_url, client_front.table_name, keys)
    other = database.create_table()
    for number in range(3):
        front.put(visit(number))
        assert front.get(key_of(visit(number))) == visit(number)
        front.wrapper.batch_write_item(RequestItems={other: front.put_requests([visit(number)])})
    assert [request["TableName"] for request in endpoint.sent("DescribeTable")] == [front.table_name, other]
    database.client.delete_table(TableName=other)


def test_given_keys_are_not_asked_for(endpoint: Endpoint, table: str, keys: Keys) -> None:
    info = TableInfo(name=table, primary_index=TableIndex(partition="patient", sort="visit"), secondary_indexes=[])
    encrypted = DDBCRYPT.encrypted_table(
        connect_resource(endpoint.endpoint_url).Table(table),
        DDBCRYPT.provider(keys),
        table_info=info,
        attribute_actions=DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS),
        auto_refresh_table_indexes=False,
    )
    encrypted.put_item(Item=visit(1))
    assert encrypted.get_item(Key=key_of(visit(1)))["Item"] == visit(1)
    assert endpoint.operations == ["PutItem", "GetItem"]
    assert make_front("wire-client", endpoint.endpoint_url, table, keys).get(key_of(visit(1))) == visit(1)


def test_unknown_keys_are_an_error(endpoint: Endpoint, table: str, keys: Keys) -> None:
    provider = DDBCRYPT.provider(keys)
    client = DDBCRYPT.encrypted_client(
        connect_client(endpoint.endpoint_url), provider, auto_refresh_table_indexes=False
    )  # fmt: skip
    with pytest.raises(InvalidArgumentError, match=table):
        client.get_item(TableName=table, Key={"patient": {"S": "p"}, "visit": {"N": "1"}})
    with pytest.raises(InvalidArgumentError, match=table):
        DDBCRYPT.encrypted_table(
            connect_resource(endpoint.endpoint_url).Table(table), provider, auto_refresh_table_indexes=False
        )
    assert endpoint.operations == []


def test_failed_lookup(watched_client: Front, endpoint: Endpoint) -> None:
    failures = [1]

    def deny(operation: str, request: Any, forward: Any) -> Any:
        if operation != "DescribeTable" or not failures:
            return None
        failures.pop()
        kind = "com.amazon.coral.service#AccessDeniedException"
        return 400, {"__type": kind, "Message": "not authorized to perform: dynamodb:DescribeTable"}

    endpoint.inject(deny)
    with pytest.raises(ClientError, match="DescribeTable"):
        watched_client.put(visit(1))
    assert endpoint.operations == ["DescribeTable"]
    watched_client.put(visit(1))
    assert watched_client.get(key_of(visit(1))) == visit(1)
    assert endpoint.operations == ["DescribeTable", "DescribeTable", "PutItem", "GetItem"]


def test_missing_table(database: Database, keys: Keys) -> None:
    front = make_front("wire-client", database.endpoint_url, "no-such-table", keys)
    with pytest.raises(ClientError) as caught:
        front.put(visit(1))
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_key_is_never_encrypted(endpoint: Endpoint, table: str, keys: Keys) -> None:
    """By default the key is signed; actions that name it as encrypted are refused before anything is sent."""
    actions = DDBCRYPT.actions(DEFAULT_ACTION, {"patient": "ENCRYPT_AND_SIGN"})
    front = make_front("wire-client", endpoint.endpoint_url, table, keys, actions=actions)
    with pytest.raises(InvalidArgumentError, match="patient"):
        front.put(visit(1))
    assert endpoint.operations == ["DescribeTable"]
    default = make_front(
        "wire-client", endpoint.endpoint_url, table, keys, actions=DDBCRYPT.actions(DEFAULT_ACTION, {})
    )
    default.put(visit(1))
    (sent,) = endpoint.sent("PutItem")
    assert {name for name, value in sent["Item"].items() if value.keys() != {"B"}} == {"patient", "visit"}


def test_table_named_by_its_arn(moto: Database, keys: Keys) -> None:
    """The ARN is what is sent, the plain name is what is signed."""
    table = moto.create_table()
    arn = moto.client.describe_table(TableName=table)["Table"]["TableArn"]
    by_arn = make_front("wire-client", moto.endpoint_url, arn, keys)
    by_name = make_front("wire-client", moto.endpoint_url, table, keys)
    by_arn.put(visit(1))
    assert by_name.get(key_of(visit(1))) == visit(1)
    by_name.put(visit(2))
    assert by_arn.get(key_of(visit(2))) == visit(2)
    assert by_arn.query("p-001")["Items"] == [visit(1), visit(2)]
    moto.client.delete_table(TableName=table)
