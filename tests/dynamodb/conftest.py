# SPDX-License-Identifier: Apache-2.0
"""Databases, tables and wrappers for the tests on real databases.

Each pytest-xdist worker starts databases of its own, when a test first asks for them; only the Maven build is shared.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.dynamodb.frontends import CLIENT_KINDS, KINDS, Front, make_front
from tests.dynamodb.items import KEY_SCHEMA, KEY_TYPES
from tests.dynamodb.library import Keys
from tests.support.aws_settings import hide_aws_settings
from tests.support.connect import connect_client
from tests.support.dynamodb_local import DynamoDBLocal
from tests.support.endpoint import Endpoint
from tests.support.moto_server import MotoServer
from tests.support.patience import PATIENCE_SECONDS


class Database:
    """A running database and a plain client, which sees what DynamoDB sees."""

    def __init__(self, name: str, endpoint_url: str) -> None:
        self.name = name
        self.endpoint_url = endpoint_url
        self.client = connect_client(endpoint_url)

    def create_table(self, name: str | None = None, **parameters: Any) -> str:
        """Create a table with the tests' keys, or those given; its name."""
        name = name or f"visits-{uuid.uuid4().hex[:12]}"
        schema = {"KeySchema": KEY_SCHEMA, "AttributeDefinitions": KEY_TYPES, **parameters}
        self.client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **schema)
        self.client.get_waiter("table_exists").wait(
            TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": PATIENCE_SECONDS}
        )
        return name

    def raw_items(self, table: str) -> list[dict[str, Any]]:
        """All items of a table as they are stored."""
        pages = self.client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]


@pytest.fixture(scope="session", autouse=True)
def no_aws_settings() -> Iterator[None]:
    """No profile, credential or endpoint of the machine's user is read."""
    with pytest.MonkeyPatch.context() as patch:
        hide_aws_settings(patch)
        yield


@pytest.fixture(scope="session")
def moto() -> Iterator[Database]:
    server = MotoServer()
    yield Database("moto", server.endpoint_url)
    server.stop()


@pytest.fixture(scope="session")
def dynamodb_local_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DynamoDBLocal]:
    server = DynamoDBLocal(tmp_path_factory.mktemp("dynamodb-local") / "stderr.txt")
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def dynamodb_local(dynamodb_local_server: DynamoDBLocal) -> Database:
    return Database("DynamoDB Local", dynamodb_local_server.endpoint_url)


@pytest.fixture(scope="session", params=["moto", "dynamodb_local"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each database in turn."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def table(database: Database) -> Iterator[str]:
    """The name of an empty table of the current database."""
    name = database.create_table()
    yield name
    database.client.delete_table(TableName=name)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture(params=KINDS)
def front(request: pytest.FixtureRequest, database: Database, table: str, keys: Keys) -> Front:
    """Each kind of wrapper in turn, straight to the database."""
    return make_front(request.param, database.endpoint_url, table, keys)


@pytest.fixture(params=CLIENT_KINDS)
def client_front(request: pytest.FixtureRequest, database: Database, table: str, keys: Keys) -> Front:
    """Each kind of EncryptedClient in turn, straight to the database."""
    return make_front(request.param, database.endpoint_url, table, keys)


@pytest.fixture
def endpoint(database: Database) -> Iterator[Endpoint]:
    """A recording and injecting endpoint before the current database."""
    endpoint = Endpoint(database.endpoint_url)
    yield endpoint
    endpoint.stop()


@pytest.fixture(params=KINDS)
def watched(request: pytest.FixtureRequest, endpoint: Endpoint, table: str, keys: Keys) -> Front:
    """Each kind of wrapper in turn, through the endpoint."""
    return make_front(request.param, endpoint.endpoint_url, table, keys)


@pytest.fixture(params=CLIENT_KINDS)
def watched_client(request: pytest.FixtureRequest, endpoint: Endpoint, table: str, keys: Keys) -> Front:
    """Each kind of EncryptedClient in turn, through the endpoint."""
    return make_front(request.param, endpoint.endpoint_url, table, keys)


# What is refused is refused in the process: one database is enough to see that nothing arrives there.
@pytest.fixture(scope="session")
def listening(moto: Database) -> Iterator[Endpoint]:
    endpoint = Endpoint(moto.endpoint_url)
    yield endpoint
    endpoint.stop()


@pytest.fixture
def moto_endpoint(listening: Endpoint) -> Endpoint:
    """A recording endpoint before moto, its record empty."""
    listening.reset()
    return listening


@pytest.fixture(scope="session")
def moto_table(moto: Database) -> str:
    """A table of moto that stays empty, for tests of refusals."""
    return moto.create_table()
