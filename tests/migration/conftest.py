# SPDX-License-Identifier: Apache-2.0
"""A database, tables in it, and configuration files with keys of their own."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migration.commands import Place
from tests.support.aws_settings import hide_aws_settings
from tests.support.connect import REGION, connect_client
from tests.support.dynamodb_local import DynamoDBLocal


@pytest.fixture(scope="session", autouse=True)
def no_aws_settings() -> Iterator[None]:
    """No profile, credential or endpoint of the machine's user is read."""
    with pytest.MonkeyPatch.context() as patch:
        hide_aws_settings(patch)
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield


@pytest.fixture(autouse=True)
def loopback_credentials() -> Iterator[None]:
    """For each test, since the tests of another folder may have hidden all settings meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", REGION)):
            patch.setenv(f"AWS_{name}", value)
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DynamoDBLocal]:
    local = DynamoDBLocal(tmp_path_factory.mktemp("dynamodb-local") / "server.log")
    yield local
    local.stop()


@pytest.fixture
def place(server: DynamoDBLocal, tmp_path: Path) -> Iterator[Place]:
    """An empty table with the key ``id``, and a folder with ``old.toml`` and ``new.toml``."""
    client = connect_client(server.endpoint_url, attempts=3)
    table = f"visits-{uuid.uuid4().hex[:12]}"
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    yield Place(server.endpoint_url, client, table, tmp_path)
    client.delete_table(TableName=table)
