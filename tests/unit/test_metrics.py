# SPDX-License-Identifier: Apache-2.0
"""Counters: what is counted, where, and by whom it is seen."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import boto3
import pytest
from botocore.exceptions import ClientError

from ddbcrypt import (
    AttributeActions,
    CachingMostRecentProvider,
    CryptoAction,
    LegacyTableConfig,
    Metrics,
    SignatureVerificationError,
    TableIndex,
    TableInfo,
    UnsupportedOperationError,
    attach,
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
    request_options,
)
from ddbcrypt.dynamodb.sizes import item_size
from ddbcrypt.identifiers import USER_AGENT_SUFFIX
from ddbcrypt.metrics import NO_METRICS, Counted, count_here
from tests.support.aws_settings import hide_aws_settings
from tests.support.connect import REGION, connect_client, connect_service
from tests.support.endpoint import Endpoint
from tests.support.moto_server import MotoServer
from tests.unit.kms.fake import Region
from tests.unit.kms.test_kms_items import config_for
from tests.unit.most_recent_support import Clock, Store
from tests.unit.support import static_provider

INFO = TableInfo("visits", TableIndex("id"))
ITEM = {"id": {"S": "1"}, "name": {"S": "protected"}, "views": {"N": "0"}, "photo": {"B": b"\x00" * 100}}
KEY = {"id": {"S": "1"}}
ACTIONS = AttributeActions(attribute_actions={"views": CryptoAction.DO_NOTHING})


@pytest.fixture(scope="module")
def server() -> Iterator[Endpoint]:
    """moto behind a recording endpoint, with the table."""
    with pytest.MonkeyPatch.context() as patch:
        hide_aws_settings(patch)
        moto = MotoServer()
        connect_client(moto.endpoint_url).create_table(
            TableName="visits",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        endpoint = Endpoint(moto.endpoint_url)
        yield endpoint
        endpoint.stop()
        moto.stop()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def client(server: Endpoint, metrics: Metrics) -> Any:
    server.reset()
    config = LegacyTableConfig(static_provider(), ACTIONS, INFO)
    return attach(connect_client(server.endpoint_url), {"visits": config}, metrics=metrics)


def test_items_and_bytes(client: Any, metrics: Metrics) -> None:
    size = item_size(ITEM)
    client.put_item(TableName="visits", Item=ITEM)
    assert metrics.snapshot() == {"items_encrypted": 1, "bytes_encrypted": size}
    client.get_item(TableName="visits", Key=KEY)
    client.scan(TableName="visits")
    assert metrics.snapshot() == {
        "items_encrypted": 1,
        "bytes_encrypted": size,
        "items_decrypted": 2,
        "bytes_decrypted": 2 * size,
    }
    client.batch_write_item(RequestItems={"visits": [{"PutRequest": {"Item": ITEM}}]})
    assert metrics.snapshot()["items_encrypted"] == 2


def test_refusals(client: Any, metrics: Metrics, server: Endpoint) -> None:
    with pytest.raises(UnsupportedOperationError):
        client.execute_statement(Statement="SELECT * FROM visits")
    with pytest.raises(UnsupportedOperationError):
        client.scan(
            TableName="visits",
            FilterExpression="#n = :v",
            ExpressionAttributeNames={"#n": "name"},
            ExpressionAttributeValues={":v": {"S": "protected"}},
        )
    with pytest.raises(UnsupportedOperationError):
        client.get_item(TableName="mistyped", Key=KEY)
    assert metrics.snapshot() == {"refusals": 3}
    assert server.requests == []


def test_items_that_do_not_verify(client: Any, metrics: Metrics, server: Endpoint) -> None:
    client.put_item(TableName="visits", Item=ITEM)
    plain = connect_client(server.endpoint_url)
    stored = plain.get_item(TableName="visits", Key=KEY)["Item"]
    plain.put_item(TableName="visits", Item={**stored, "name": {"B": b"\x00" * 32}})
    with pytest.raises(SignatureVerificationError):
        client.get_item(TableName="visits", Key=KEY)
    with request_options(on_error="collect"):
        client.scan(TableName="visits")
    assert metrics.snapshot() == {
        "items_encrypted": 1,
        "bytes_encrypted": item_size(ITEM),
        "items_failed": 2,
    }


def test_conflicts(client: Any, metrics: Metrics, server: Endpoint) -> None:
    client.put_item(TableName="visits", Item=ITEM)
    left = [1]

    def lose(operation: str, request: dict[str, Any], forward: Any) -> Any:
        if operation != "UpdateItem" or not left:
            return None
        left.pop()
        client.put_item(TableName="visits", Item=ITEM)  # another writer is ahead
        return None

    server.inject(lose)
    client.update_item(
        TableName="visits",
        Key=KEY,
        UpdateExpression="SET #n = :n",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues={":n": {"S": "changed"}},
    )
    assert metrics.snapshot()["update_conflicts"] == 1
    assert client.get_item(TableName="visits", Key=KEY)["Item"]["name"] == {"S": "changed"}


def test_calls_of_kms(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_aws_settings(monkeypatch)
    region = Region()
    metrics = Metrics()
    try:
        config = config_for(region.provider(region.kms.create_key()))
        with metrics.counting():
            encrypted = encrypt_dynamodb_item(ITEM, config)
            decrypt_dynamodb_item(encrypted, config)
        decrypt_dynamodb_item(encrypted, config)  # outside, nothing is counted
    finally:
        region.endpoint.stop()
    assert metrics.snapshot() == {"kms_calls": 2}


def test_calls_of_kms_by_the_threads_of_a_batch(
    monkeypatch: pytest.MonkeyPatch, server: Endpoint, metrics: Metrics
) -> None:
    hide_aws_settings(monkeypatch)
    region = Region()
    try:
        provider = region.provider(region.kms.create_key())
        table = LegacyTableConfig(provider, ACTIONS, INFO)
        client = attach(connect_client(server.endpoint_url), {"visits": table}, metrics=metrics)
        requests = [{"PutRequest": {"Item": {**ITEM, "id": {"S": str(number)}}}} for number in range(20)]
        client.batch_write_item(RequestItems={"visits": requests})
    finally:
        region.endpoint.stop()
    assert metrics.snapshot()["kms_calls"] == metrics.snapshot()["items_encrypted"] == 20


def test_uses_of_a_cache() -> None:
    clock, metrics = Clock(), Metrics()
    provider = CachingMostRecentProvider(Store(0, 1), "material", 10.0, clock=clock)
    table = LegacyTableConfig(provider, ACTIONS, INFO).table(INFO)
    with metrics.counting():
        encrypted = table.encrypt([ITEM])
        assert metrics.snapshot() == {"cache_misses": 1}
        table.encrypt([ITEM])
        table.decrypt(encrypted)
        assert metrics.snapshot() == {"cache_misses": 1, "cache_hits": 2}
        clock.now += 11
        table.decrypt(encrypted)
    assert metrics.snapshot() == {"cache_misses": 2, "cache_hits": 2}


def test_callback() -> None:
    seen: list[tuple[str, int]] = []
    metrics = Metrics(callback=lambda name, amount: seen.append((name, amount)))
    metrics.count("refusals")
    metrics.count("items_encrypted", 25)
    metrics.count("items_failed", 0)
    assert seen == [("refusals", 1), ("items_encrypted", 25)]
    assert metrics.snapshot() == {"refusals": 1, "items_encrypted": 25}


def test_a_callback_may_read_the_counters() -> None:
    """It is called outside the lock."""
    totals: list[int] = []
    metrics = Metrics(callback=lambda name, amount: totals.append(metrics.snapshot()[name]))
    metrics.count("kms_calls")
    metrics.count("kms_calls")
    assert totals == [1, 2]


def test_threads_count_together() -> None:
    metrics = Metrics()

    def count() -> None:
        for _ in range(1000):
            metrics.count("cache_hits")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert metrics.snapshot() == {"cache_hits": 8000}


def test_blocks_nest_and_end() -> None:
    outer, inner = Metrics(), Metrics()
    with outer.counting():
        with inner.counting():
            count_here("kms_calls")
        count_here("kms_calls", 2)
    count_here("kms_calls", 4)
    assert (inner.snapshot(), outer.snapshot(), NO_METRICS.snapshot()) == ({"kms_calls": 1}, {"kms_calls": 2}, {})


def test_user_agent(client: Any, server: Endpoint) -> None:
    client.put_item(TableName="visits", Item=ITEM)
    client.update_item(
        TableName="visits",
        Key=KEY,
        UpdateExpression="SET #n = :n",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues={":n": {"S": "changed"}},
    )
    assert server.operations == ["PutItem", "GetItem", "UpdateItem"]
    agents = [
        line for request in server.requests for line in request.headers.splitlines() if line.startswith("User-Agent:")
    ]
    assert all(agent.endswith(f" {USER_AGENT_SUFFIX}") and "otocore/" in agent for agent in agents)
    assert len(agents) == 3
    server.reset()
    connect_client(server.endpoint_url).get_item(TableName="visits", Key=KEY)
    assert USER_AGENT_SUFFIX not in server.requests[0].headers


def test_user_agent_of_streams(server: Endpoint) -> None:
    server.reset()
    streams = attach(connect_service("dynamodbstreams", server.endpoint_url), {})
    with pytest.raises(ClientError):  # the endpoint passes it on as a call of DynamoDB
        streams.list_streams()
    assert USER_AGENT_SUFFIX in server.requests[0].headers


def test_the_page_names_each_counter() -> None:
    page = (Path(__file__).parents[2] / "docs/around-boto3.md").read_text(encoding="utf-8")
    table = page.partition("| counter | counts |")[2].partition("\n\n")[0]
    named = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line))
    assert sorted(named) == sorted(get_args(Counted))


def test_metrics_of_a_session(server: Endpoint, metrics: Metrics) -> None:
    session = boto3.Session("test", "test", region_name=REGION)
    attach(session, {"visits": LegacyTableConfig(static_provider(), ACTIONS, INFO)}, metrics=metrics)
    for _ in range(2):
        session.client("dynamodb", endpoint_url=server.endpoint_url).put_item(TableName="visits", Item=ITEM)
    assert metrics.snapshot()["items_encrypted"] == 2
