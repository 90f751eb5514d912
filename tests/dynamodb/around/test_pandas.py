# SPDX-License-Identifier: Apache-2.0
"""AWS SDK for pandas through an attached session: data frames arrive encrypted and come back as they were."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import awswrangler
import boto3
import pandas as pd
import pytest

from ddbcrypt.attach import attach
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.exceptions import UnsupportedOperationError
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import RESERVED
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import REGION


@pytest.fixture
def session(database: Database, table: str, keys: Keys) -> Iterator[boto3.Session]:
    """An attached session; the library takes the endpoint from its own settings."""
    session = boto3.Session("test", "test", region_name=REGION)
    config = LegacyTableConfig(DDBCRYPT.provider(keys), DDBCRYPT.actions("ENCRYPT_AND_SIGN", {"status": "SIGN_ONLY"}))
    attach(session, {table: config})
    awswrangler.config.dynamodb_endpoint_url = database.endpoint_url
    yield session
    awswrangler.config.dynamodb_endpoint_url = None


def frame(count: int) -> Any:
    return pd.DataFrame(
        {
            "patient": ["p-001"] * count,
            "visit": list(range(count)),
            "status": ["open"] * count,
            "name": [f"protected name {number}" for number in range(count)],
        }
    )


def same(one: Any, other: Any) -> bool:
    rows = [[Decimal(cell) if isinstance(cell, int) else cell for cell in row] for row in one.to_dict("tight")["data"]]
    return bool(sorted(rows) == sorted(other[list(one.columns)].to_dict("tight")["data"]))


@pytest.mark.filterwarnings("ignore:Attempting DynamoDB Scan:UserWarning")
def test_write_and_read(session: boto3.Session, database: Database, table: str) -> None:
    data = frame(30)
    awswrangler.dynamodb.put_df(df=data, table_name=table, boto3_session=session)
    stored = database.raw_items(table)
    assert len(stored) == 30
    assert all(RESERVED <= item.keys() and "B" in item["name"] for item in stored)
    scanned = awswrangler.dynamodb.read_items(table, allow_full_scan=True, boto3_session=session)
    assert set(scanned.columns) == set(data.columns)
    assert same(data, scanned)
    one = awswrangler.dynamodb.read_items(table, partition_values=["p-001"], sort_values=[3], boto3_session=session)
    assert one["name"].tolist() == ["protected name 3"]
    some = awswrangler.dynamodb.read_items(
        table, partition_values=["p-001", "p-001"], sort_values=[3, 4], boto3_session=session
    )
    assert sorted(some["name"].tolist()) == ["protected name 3", "protected name 4"]


def test_query(session: boto3.Session, table: str) -> None:
    awswrangler.dynamodb.put_df(df=frame(5), table_name=table, boto3_session=session)
    found = awswrangler.dynamodb.read_items(
        table,
        key_condition_expression="patient = :p AND visit > :v",
        expression_attribute_values={":p": "p-001", ":v": 2},
        boto3_session=session,
    )
    assert sorted(found["name"].tolist()) == ["protected name 3", "protected name 4"]


def test_delete(session: boto3.Session, database: Database, table: str) -> None:
    awswrangler.dynamodb.put_df(df=frame(5), table_name=table, boto3_session=session)
    keys = [{"patient": "p-001", "visit": number} for number in range(3)]
    awswrangler.dynamodb.delete_items(items=keys, table_name=table, boto3_session=session)
    assert sorted(item["visit"]["N"] for item in database.raw_items(table)) == ["3", "4"]


def test_partiql_is_refused(session: boto3.Session) -> None:
    with pytest.raises(UnsupportedOperationError):
        awswrangler.dynamodb.read_partiql_query("SELECT * FROM visits", boto3_session=session)
    with pytest.raises(UnsupportedOperationError):
        awswrangler.dynamodb.execute_statement(
            "INSERT INTO visits VALUE {'patient': 'p-001', 'visit': 1, 'name': 'plaintext'}",
            boto3_session=session,
        )
