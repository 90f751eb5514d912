# SPDX-License-Identifier: Apache-2.0
"""Sessions: what is made from them afterwards is attached, whatever it is."""

from typing import Any

import boto3
import botocore.session
import pytest

from ddbcrypt.attach import attach, detach
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.metrics import Metrics
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, RESERVED, from_wire, key_of, to_wire, visit
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import REGION


@pytest.fixture
def config(keys: Keys) -> LegacyTableConfig:
    return LegacyTableConfig(DDBCRYPT.provider(keys), DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS))


@pytest.fixture
def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


def assert_encrypts(client: Any, database: Database, table: str) -> None:
    """A client puts ciphertext and gives plaintext."""
    client.put_item(TableName=table, Item=to_wire(visit(1)))
    (stored,) = database.raw_items(table)
    assert RESERVED <= stored.keys()
    assert from_wire(client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))["Item"]) == visit(1)


def test_clients_made_afterwards(
    session: boto3.Session, database: Database, table: str, config: LegacyTableConfig
) -> None:
    before = session.client("dynamodb", endpoint_url=database.endpoint_url)
    assert attach(session, {table: config}) is session
    assert_encrypts(session.client("dynamodb", endpoint_url=database.endpoint_url), database, table)
    assert_encrypts(session.client("dynamodb", endpoint_url=database.endpoint_url), database, table)
    # what was made before is as it was
    assert RESERVED <= before.get_item(TableName=table, Key=to_wire(key_of(visit(1))))["Item"].keys()


def test_resources_made_afterwards(
    session: boto3.Session, database: Database, table: str, config: LegacyTableConfig
) -> None:
    attach(session, {table: config})
    resource = session.resource("dynamodb", endpoint_url=database.endpoint_url)
    of_resource = resource.Table(table)
    with of_resource.batch_writer() as writer:
        for number in range(3):
            writer.put_item(Item=visit(number))
    assert all(RESERVED <= item.keys() for item in database.raw_items(table))
    assert of_resource.get_item(Key=key_of(visit(2)))["Item"] == visit(2)
    with pytest.raises(UnsupportedOperationError, match='"mistyped" is not configured'):
        resource.Table("mistyped").get_item(Key=key_of(visit(2)))


def test_session_of_botocore(database: Database, table: str, config: LegacyTableConfig) -> None:
    session = botocore.session.get_session()
    attach(session, {table: config})
    client = session.create_client(
        "dynamodb",
        REGION,
        endpoint_url=database.endpoint_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    assert_encrypts(client, database, table)


def test_streams_client_of_a_session(session: boto3.Session, moto: Database, config: LegacyTableConfig) -> None:
    attach(session, {"visits": config})
    streams = session.client("dynamodbstreams", endpoint_url=moto.endpoint_url)
    with pytest.raises(UnsupportedOperationError, match="did not come from this client"):
        streams.get_records(ShardIterator="from elsewhere")


def test_other_services_stay_as_they_are(session: boto3.Session, config: LegacyTableConfig) -> None:
    attach(session, {"visits": config})
    assert session.client("kms").__class__.__mro__[1].__name__ == "BaseClient"


def test_twice_other_configuration_and_detach(
    session: boto3.Session, database: Database, table: str, config: LegacyTableConfig
) -> None:
    attach(session, {table: config})
    attach(session, {table: config})
    attach(session._session, {table: config})  # the same session
    with pytest.raises(InvalidArgumentError, match="with another configuration"):
        attach(session, {"others": config})
    with pytest.raises(InvalidArgumentError, match="the session is attached already, and its counts go elsewhere"):
        attach(session, {table: config}, metrics=Metrics())
    meanwhile = session.client("dynamodb", endpoint_url=database.endpoint_url)
    attach(meanwhile, {table: config})
    detach(session)
    plain = session.client("dynamodb", endpoint_url=database.endpoint_url)
    assert_encrypts(meanwhile, database, table)
    assert RESERVED <= plain.get_item(TableName=table, Key=to_wire(key_of(visit(1))))["Item"].keys()
    with pytest.raises(InvalidArgumentError, match="nothing is attached to the session"):
        detach(session)
    detach(meanwhile)
    attach(session, {"others": config})


def test_two_sessions_are_apart(database: Database, table: str, config: LegacyTableConfig) -> None:
    one, two = (boto3.Session("test", "test", region_name=REGION) for _ in range(2))
    attach(one, {table: config})
    assert_encrypts(one.client("dynamodb", endpoint_url=database.endpoint_url), database, table)
    client = two.client("dynamodb", endpoint_url=database.endpoint_url)
    assert RESERVED <= client.get_item(TableName=table, Key=to_wire(key_of(visit(1))))["Item"].keys()
