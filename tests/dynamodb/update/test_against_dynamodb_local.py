# SPDX-License-Identifier: Apache-2.0
"""Random updates do to an encrypted item what DynamoDB Local does to the same item in plaintext."""

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ddbcrypt.attach import attach
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.dynamodb.update import answers
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.expressions import Update, parse_update
from ddbcrypt.structures import TableIndex, TableInfo
from tests.dynamodb.conftest import Database
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.dynamodb.update.requests import ACTIONS, items, requests
from tests.strategies import item_meaning
from tests.support.connect import connect_client

EXAMPLES = 280
#: On one item, one after the other.
UPDATES = 3
CONFLICT = "ConditionalCheckFailedException"
KEY = {"id": {"S": "a"}}
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


@pytest.fixture(scope="module")
def pair(dynamodb_local: Database, keys: Keys) -> Any:
    """A plaintext table with its client, an encrypted one with its own."""
    schema = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    plain, encrypted = (dynamodb_local.create_table(**schema) for _ in range(2))
    config = LegacyTableConfig(
        DDBCRYPT.provider(keys),
        DDBCRYPT.actions("ENCRYPT_AND_SIGN", ACTIONS),
        TableInfo(encrypted, TableIndex("id")),
    )
    client = connect_client(dynamodb_local.endpoint_url)
    return (dynamodb_local.client, plain), (attach(client, {encrypted: config}), encrypted)


def begin(client: Any, table: str, item: dict[str, Any] | None) -> None:
    if item is None:
        client.delete_item(TableName=table, Key=KEY)
    else:
        client.put_item(TableName=table, Item={**KEY, **item})


def outcome(client: Any, table: str, request: dict[str, Any]) -> dict[str, Any]:
    """What an update answers."""
    try:
        response = client.update_item(TableName=table, Key=KEY, **request)
    except InvalidArgumentError:
        return {"error": "ValidationException"}
    except ClientError as error:
        return {"error": error.response["Error"]["Code"], **said("Item", error.response)}
    return said("Attributes", response)


def parse(request: dict[str, Any]) -> Update:
    names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
    return parse_update(request["UpdateExpression"], names, values)


def after(client: Any, table: str) -> dict[str, Any]:
    return said("Item", client.get_item(TableName=table, Key=KEY, ConsistentRead=True))


def said(member: str, response: Any) -> dict[str, Any]:
    return {member: item_meaning(response[member])} if member in response else {}


@pytest.mark.parametrize("number", range(2))
def test_updates(
    pair: Any, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None], number: int
) -> None:
    # DynamoDB Local shows whole attributes where the service shows the paths that were updated.
    monkeypatch.setattr(answers, "updated_old", partial(answers.updated_old, whole=True))
    monkeypatch.setattr(answers, "updated_new", partial(answers.updated_new, whole=True))
    plain, encrypted = pair
    seen: Counter[str] = Counter()

    @SETTINGS
    @seed(number)
    @given(item=st.one_of(st.none(), *[items()] * 12), updates=st.lists(requests(), min_size=UPDATES, max_size=UPDATES))
    def check(item: dict[str, Any] | None, updates: list[dict[str, Any]]) -> None:
        begin(*plain, item)
        begin(*encrypted, item)
        for request in updates:
            missing = not after(*encrypted)
            expected = outcome(*plain, request)
            actual = outcome(*encrypted, request)
            if missing and "error" not in expected and parse(request).only_removes:
                # DynamoDB Local makes an item of the key alone, where the service makes none.
                assert after(*plain) == {"Item": item_meaning(KEY)}
                assert actual in ({}, {"error": CONFLICT})
                assert after(*encrypted) == {}
                begin(*plain, None)
                seen["removals from no item"] += 1
                continue
            if actual.get("error") == CONFLICT != expected.get("error"):
                # What touches nothing protected is DynamoDB's to do, and it must not make an unsigned item.
                assert after(*encrypted) == {}
                assert re.search(r"\b[es][nlmtkx]\b", request["UpdateExpression"]) is None
                begin(*plain, None)
                seen["upserts of unprotected attributes alone, refused"] += 1
                continue
            assert actual == expected
            seen[expected.get("error", request["ReturnValues"])] += 1
        assert after(*encrypted) == after(*plain)

    check()
    carried_out = {choice: seen[choice] for choice in ("NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW")}
    assert sum(carried_out.values()) >= 400, seen
    assert min(seen[CONFLICT], seen["ValidationException"], *carried_out.values()) >= 40, seen
    for name, count in seen.items():
        record_property(f"count: random updates, {name}", count)
