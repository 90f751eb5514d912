# SPDX-License-Identifier: Apache-2.0
"""The demo on AWS's own DynamoDB Local, which is stricter than moto and normalises what it stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.runs import DemoRunner, figure
from tests.support.connect import connect_client
from tests.support.dynamodb_local import DynamoDBLocal


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DynamoDBLocal]:
    local = DynamoDBLocal(tmp_path_factory.mktemp("dynamodb-local") / "server.log")
    yield local
    local.stop()


def test_the_whole_sample(server: DynamoDBLocal, demo_here: DemoRunner) -> None:
    run = demo_here("--endpoint-url", server.endpoint_url, "--table", "patients")
    assert run.returncode == 0, run.stdout + run.stderr
    assert figure(run.stdout, "items read back equal") == "1,000"
    assert figure(run.stdout, "altered items refused") == "1"
    assert connect_client(server.endpoint_url).list_tables()["TableNames"] == []


def test_a_users_file_in_an_existing_table(server: DynamoDBLocal, items_file: Path, demo_here: DemoRunner) -> None:
    client = connect_client(server.endpoint_url)
    client.create_table(
        TableName="notes",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "sk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "sk", "KeyType": "HASH"}],
    )
    run = demo_here("--items", items_file, "--endpoint-url", server.endpoint_url, "--table", "notes")
    assert run.returncode == 0, run.stdout + run.stderr
    assert figure(run.stdout, "items read back equal") == "60"
    assert client.scan(TableName="notes")["Count"] == 0
    client.delete_table(TableName="notes")
