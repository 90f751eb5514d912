# SPDX-License-Identifier: Apache-2.0
"""Writers of the same few items, as threads or as processes of this file: each update adds one and appends a token.

``python -m tests.dynamodb.update.writers URL TABLE WRITER UPDATES`` prints what became of them as JSON.
"""

import json
import sys
from collections import Counter
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ddbcrypt.attach import attach
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.exceptions import UncertainUpdateError, UpdateConflictError
from ddbcrypt.structures import TableIndex, TableInfo
from tests.dynamodb.library import DDBCRYPT, Keys

ITEMS = ("a", "b", "c", "d", "e", "f")
KEYS = Keys(encryption=bytes(range(32)), signing=bytes(range(1, 33)))
ACTIONS = {"hits": "DO_NOTHING"}
#: Longer than the database takes on a busy machine: a write that comes after its writer gave it up may be made twice.
#: Shorter than a stalled answer.
READ_SECONDS = 10


def config(table_name: str, default: str) -> LegacyTableConfig:
    return LegacyTableConfig(
        DDBCRYPT.provider(KEYS), DDBCRYPT.actions(default, ACTIONS), TableInfo(table_name, TableIndex("id"))
    )


def connect(url: str, table_name: str, default: str = "ENCRYPT_AND_SIGN") -> Any:
    """An attached client; botocore sends a request up to four times."""
    client = plain_client(url, 4)
    return attach(client, {table_name: config(table_name, default)})


def plain_client(url: str, attempts: int = 1) -> Any:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1")
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    options = Config(proxies={}, retries=retries, read_timeout=READ_SECONDS, max_pool_connections=16)
    return session.client("dynamodb", endpoint_url=url, config=options)


def write(client: Any, table_name: str, writer: str, updates: int) -> Counter[str]:
    """Make each update once, whatever it takes; what was met on the way."""
    met: Counter[str] = Counter()
    for number in range(updates):
        item = ITEMS[number % len(ITEMS)]
        token = f"{writer}-{number}"
        while not _update(client, table_name, item, token, met):
            pass
    return met


def _update(client: Any, table_name: str, item: str, token: str, met: Counter[str]) -> bool:
    try:
        client.update_item(
            TableName=table_name,
            Key={"id": {"S": item}},
            UpdateExpression="SET amount = amount + :one, tokens = list_append(tokens, :token)",
            ExpressionAttributeValues={":one": {"N": "1"}, ":token": {"L": [{"S": token}]}},
        )
    except UpdateConflictError:
        met["given up"] += 1
        return False
    except (UncertainUpdateError, BotoCoreError, ClientError) as error:
        # What its message says: see whether the item holds the change.
        met[type(error).__name__] += 1
        return token in tokens(client, table_name, item)
    met["done"] += 1
    return True


def read(client: Any, table_name: str, item: str) -> dict[str, Any]:
    while True:
        try:
            found = client.get_item(TableName=table_name, Key={"id": {"S": item}}, ConsistentRead=True)
        except (BotoCoreError, ClientError):
            continue
        stored: dict[str, Any] = found["Item"]
        return stored


def tokens(client: Any, table_name: str, item: str) -> list[str]:
    return [token["S"] for token in read(client, table_name, item)["tokens"]["L"]]


def main() -> None:
    url, table_name, default, writer, updates = sys.argv[1:]
    print("READY", flush=True)
    print(json.dumps(write(connect(url, table_name, default), table_name, writer, int(updates))))


if __name__ == "__main__":
    main()
