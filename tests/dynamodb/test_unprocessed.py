# SPDX-License-Identifier: Apache-2.0
"""A part of a batch that DynamoDB leaves unprocessed comes back as the caller gave it, and can be sent again."""

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.structures import EncryptionContext
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import CLIENT_KINDS, Front, make_front
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, by_key, key_of, visit
from tests.dynamodb.leaks import assert_is_ciphertext, assert_no_secret, secrets_of
from tests.dynamodb.library import DDBCRYPT, Keys
from tests.support.connect import connect_client, connect_resource
from tests.support.endpoint import Endpoint
from tests.support.injections import HoldBackKeys, HoldBackWrites, Throttle

COUNT = 12
ITEMS = [visit(number) for number in range(COUNT)]


def _in_order(requests: list[Any], given: list[Any]) -> list[Any]:
    """Unprocessed requests in the order of the caller's."""
    return sorted(requests, key=given.index)


@pytest.mark.parametrize("keep", [0, 1, 5])
def test_unprocessed_items_are_the_callers(
    watched_client: Front,
    endpoint: Endpoint,
    database: Database,
    keep: int,
    record_property: Callable[[str, Any], None],
) -> None:
    front = watched_client
    given = front.put_requests(ITEMS)
    requests = copy.deepcopy(given)
    endpoint.inject(HoldBackWrites(keep=keep, times=2))
    returned = 0
    for sent_before in (0, keep):
        response = front.batch_write(requests)
        assert requests == given[sent_before:]
        (requests,) = response["UnprocessedItems"].values()
        requests = _in_order(requests, given)
        assert requests == given[sent_before + keep :]
        assert len(database.raw_items(front.table_name)) == sent_before + keep
        returned += len(requests)
    # As it came, not put together anew.
    assert front.wrapper.batch_write_item(RequestItems=response["UnprocessedItems"])["UnprocessedItems"] == {}
    for stored in database.raw_items(front.table_name):
        assert_is_ciphertext(stored, visit(int(stored["visit"]["N"])))
    assert by_key(front.scan()["Items"]) == ITEMS
    secrets = set().union(*map(secrets_of, ITEMS))
    for request in endpoint.requests:
        assert_no_secret(request.parameters, secrets)
    record_property("count: unprocessed items that came back as the caller's plaintext", returned)


def test_key_that_dynamodb_spells_otherwise(watched_client: Front, endpoint: Endpoint) -> None:
    given = watched_client.put_requests(
        [{**visit(1), "visit": Decimal("1.50E2")}, {**visit(2), "visit": Decimal("2.0")}]
    )
    endpoint.inject(HoldBackWrites(keep=0))
    (unprocessed,) = watched_client.batch_write(given)["UnprocessedItems"].values()
    assert _in_order(unprocessed, given) == given


def test_unprocessed_deletes(watched_client: Front, endpoint: Endpoint, database: Database) -> None:
    front = watched_client
    front.batch_write(front.put_requests(ITEMS))
    deletes = [{"DeleteRequest": {"Key": front.outgoing(key_of(item))}} for item in ITEMS[:4]]
    puts = front.put_requests([visit(100), visit(101)])
    given = [deletes[0], puts[0], *deletes[1:], puts[1]]
    endpoint.inject(HoldBackWrites(keep=1))
    response = front.batch_write(given)
    (unprocessed,) = response["UnprocessedItems"].values()
    assert _in_order(unprocessed, given) == given[1:]
    assert front.wrapper.batch_write_item(RequestItems=response["UnprocessedItems"])["UnprocessedItems"] == {}
    assert by_key(front.scan()["Items"]) == [*ITEMS[4:], visit(100), visit(101)]
    assert len(database.raw_items(front.table_name)) == COUNT - 4 + 2


def test_unprocessed_in_two_tables(watched_client: Front, endpoint: Endpoint, database: Database, keys: Keys) -> None:
    front = watched_client
    other = database.create_table()
    given = {front.table_name: front.put_requests(ITEMS[:3]), other: front.put_requests(ITEMS[1:5])}
    endpoint.inject(HoldBackWrites(keep=1))
    unprocessed = front.wrapper.batch_write_item(RequestItems=given)["UnprocessedItems"]
    assert unprocessed.keys() == given.keys()
    for table, requests in unprocessed.items():
        assert _in_order(requests, given[table]) == given[table][1:]
    assert front.wrapper.batch_write_item(RequestItems=unprocessed)["UnprocessedItems"] == {}
    assert by_key(front.scan()["Items"]) == ITEMS[:3]
    elsewhere = make_front(front.kind, database.endpoint_url, other, keys)
    assert by_key(elsewhere.scan()["Items"]) == ITEMS[1:5]
    database.client.delete_table(TableName=other)


@pytest.mark.parametrize("kind", CLIENT_KINDS)
def test_unprocessed_where_the_keys_are_not_known(
    database: Database, endpoint: Endpoint, table: str, keys: Keys, kind: str
) -> None:
    """Without DescribeTable, and without key names in the request's context, the signature finds the request."""
    front = make_front(kind, endpoint.endpoint_url, table, keys)
    actions = DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS | dict.fromkeys(key_of(visit(1)), "SIGN_ONLY"))
    config = CryptoConfig(DDBCRYPT.provider(keys), EncryptionContext(table_name=table), actions)
    resource = connect_resource(endpoint.endpoint_url)
    blind = DDBCRYPT.encrypted_client(
        resource.meta.client if kind == "dict-client" else connect_client(endpoint.endpoint_url),
        DDBCRYPT.provider(keys),
        attribute_actions=actions,
        auto_refresh_table_indexes=False,
        expect_standard_dictionaries=kind == "dict-client",
    )
    given = front.put_requests(ITEMS)
    endpoint.inject(HoldBackWrites(keep=3))
    response = blind.batch_write_item(RequestItems={table: given}, crypto_config=config)
    assert _in_order(response["UnprocessedItems"][table], given) == given[3:]
    blind.batch_write_item(RequestItems=response["UnprocessedItems"], crypto_config=config)
    assert "DescribeTable" not in endpoint.operations
    assert by_key(front.scan()["Items"]) == ITEMS


def test_unprocessed_item_that_was_never_sent(watched_client: Front, endpoint: Endpoint) -> None:
    """A database that makes up an unprocessed item gets an error, not a plaintext."""
    front = watched_client

    def made_up(operation: str, request: Any, forward: Any) -> Any:
        if operation != "BatchWriteItem":
            return None
        (write,) = request["RequestItems"][front.table_name]
        write["PutRequest"]["Item"]["visit"] = {"N": "999"}
        return 200, {"UnprocessedItems": {front.table_name: [write]}}

    endpoint.inject(made_up)
    with pytest.raises(DynamodbEncryptionSdkError, match="999"):
        front.batch_write(front.put_requests(ITEMS[:1]))


def test_unprocessed_keys(watched_client: Front, endpoint: Endpoint) -> None:
    front = watched_client
    front.batch_write(front.put_requests(ITEMS))
    endpoint.inject(HoldBackKeys(keep=5, times=2))
    found: list[Any] = []
    response = front.batch_get([key_of(item) for item in ITEMS], ConsistentRead=True)
    rounds = 0
    while True:
        found += front.got(response)
        rounds += 1
        assert len(found) == min(5 * rounds, COUNT)
        if not response["UnprocessedKeys"]:
            break
        left = response["UnprocessedKeys"][front.table_name]
        assert left["ConsistentRead"] is True
        assert [front.incoming(key) for key in left["Keys"]] == [key_of(item) for item in ITEMS[5 * rounds :]]
        response = front.wrapper.batch_get_item(RequestItems=response["UnprocessedKeys"])
    assert rounds == 3
    assert by_key(found) == ITEMS


def test_all_keys_unprocessed(watched_client: Front, endpoint: Endpoint) -> None:
    watched_client.put(ITEMS[0])
    endpoint.inject(HoldBackKeys(keep=0))
    response = watched_client.batch_get([key_of(ITEMS[0])])
    assert watched_client.got(response) == []
    response = watched_client.wrapper.batch_get_item(RequestItems=response["UnprocessedKeys"])
    assert watched_client.got(response) == [ITEMS[0]]


def test_batch_writer_sends_again(endpoint: Endpoint, database: Database, table: str, keys: Keys) -> None:
    front = make_front("table", endpoint.endpoint_url, table, keys)
    endpoint.inject(HoldBackWrites(keep=7, times=4))
    with front.wrapper.batch_writer(overwrite_by_pkeys=["patient", "visit"]) as batch:
        for number in range(60):
            batch.put_item(Item=visit(number))
    writes = endpoint.sent("BatchWriteItem")
    assert sum(len(write["RequestItems"][table]) for write in writes) > 60
    assert by_key(front.scan()["Items"]) == [visit(number) for number in range(60)]
    secrets = set().union(*(secrets_of(visit(number)) for number in range(60)))
    for write in writes:
        assert_no_secret(write, secrets)


@pytest.mark.parametrize("operation", ["PutItem", "GetItem", "Query", "Scan"])
def test_throttled_request_is_retried(endpoint: Endpoint, table: str, keys: Keys, operation: str) -> None:
    front = make_front("table", endpoint.endpoint_url, table, keys, attempts=3)
    front.put(visit(1))
    endpoint.forget()
    endpoint.inject(Throttle(operation, times=2))
    calls: dict[str, Callable[[], Any]] = {
        "PutItem": lambda: front.put(visit(1)),
        "GetItem": lambda: front.get(key_of(visit(1))),
        "Query": lambda: front.query("p-001")["Items"],
        "Scan": lambda: front.scan()["Items"],
    }
    calls[operation]()
    assert endpoint.operations == [operation] * 3
    assert len({request.body for request in endpoint.requests}) == 1
    assert front.get(key_of(visit(1))) == visit(1)


def test_throttling_reaches_the_caller(watched: Front, endpoint: Endpoint) -> None:
    watched.put(visit(1))
    endpoint.inject(Throttle("PutItem", times=1))
    with pytest.raises(ClientError) as caught:
        watched.put(visit(1))
    assert caught.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
    watched.put(visit(1))


def test_plain_client_sees_ciphertext_in_what_is_unprocessed(endpoint: Endpoint, table: str) -> None:
    """The injection returns what was sent: the tests above would pass no plaintext off as the wrapper's work."""
    client = connect_client(endpoint.endpoint_url)
    endpoint.inject(HoldBackWrites(keep=0))
    write = {"PutRequest": {"Item": {"patient": {"S": "p"}, "visit": {"N": "1.0"}, "x": {"B": b"sent"}}}}
    response = client.batch_write_item(RequestItems={table: [write]})
    assert response["UnprocessedItems"][table][0]["PutRequest"]["Item"]["x"] == {"B": b"sent"}
