# SPDX-License-Identifier: Apache-2.0
"""Put and read back, through every wrapper, on every database; what is stored is ciphertext."""

import copy

import pytest
from boto3.dynamodb.conditions import Attr, Key

from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import SignatureVerificationError
from ddbcrypt.structures import EncryptionContext
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import Front, make_front
from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, KEY_TYPES, PARTITION_KEY, by_key, key_of, to_wire, visit
from tests.dynamodb.leaks import assert_is_ciphertext
from tests.dynamodb.library import DDBCRYPT, Keys


def test_put_and_get(front: Front, database: Database) -> None:
    item = visit(1)
    given = copy.deepcopy(item)
    assert "Attributes" not in front.put(given)
    assert given == item
    (stored,) = database.raw_items(front.table_name)
    assert_is_ciphertext(stored, item)
    assert stored["status"] == {"S": "status 1"}
    assert front.get(key_of(item), ConsistentRead=True) == item
    assert front.get({**key_of(item), "visit": 2}) is None


def test_overwrite_draws_new_ciphertext(front: Front, database: Database) -> None:
    item = visit(1)
    seen = []
    for _ in range(2):
        front.put(item)
        (stored,) = database.raw_items(front.table_name)
        seen.append(stored)
    for name in ("name", "remark", "insured", "*amzn-ddb-map-sig*"):
        assert seen[0][name] != seen[1][name], name


def test_query_and_scan(front: Front) -> None:
    items = [visit(number) for number in range(6)] + [visit(9, patient="p-002")]
    for item in items:
        front.put(item)
    response = front.query("p-001")
    assert response["Items"] == items[:6]
    assert (response["Count"], response["ScannedCount"]) == (6, 6)
    assert front.query("p-001", ScanIndexForward=False)["Items"] == items[5::-1]
    assert front.query("p-003")["Items"] == []
    assert by_key(front.scan()["Items"]) == items


@pytest.mark.parametrize("kind", ["table", "dict-client"])
def test_condition_objects_of_boto3(database: Database, table: str, keys: Keys, kind: str) -> None:
    front = make_front(kind, database.endpoint_url, table, keys)
    for number in range(6):
        front.put(visit(number))
    condition = Key("patient").eq("p-001") & Key("visit").between(2, 4)
    found = front.call("query", KeyConditionExpression=condition, FilterExpression=Attr("status").ne("status 3"))
    assert found["Items"] == [visit(2), visit(4)]
    assert found["ScannedCount"] == 3
    found = front.call("scan", FilterExpression=Attr("name").exists() & Attr("views").gte(4))
    assert by_key(found["Items"]) == [visit(4), visit(5)]


def test_filter_on_signed_and_untouched_attributes(front: Front) -> None:
    for number in range(6):
        front.put(visit(number))
    values = front.outgoing({":status": "status 3", ":views": 1})
    found = front.scan(
        FilterExpression="#s = :status OR #v < :views",
        ExpressionAttributeNames={"#s": "status", "#v": "views"},
        ExpressionAttributeValues=values,
    )
    assert by_key(found["Items"]) == [visit(0), visit(3)]


def test_batches(client_front: Front, database: Database) -> None:
    items = [visit(number) for number in range(20)]
    requests = client_front.put_requests(items)
    given = copy.deepcopy(requests)
    assert client_front.batch_write(given)["UnprocessedItems"] == {}
    assert given == requests
    for stored in database.raw_items(client_front.table_name):
        assert_is_ciphertext(stored, visit(int(stored["visit"]["N"])))

    response = client_front.batch_get([key_of(item) for item in [*items, visit(99)]])
    assert by_key(client_front.got(response)) == items
    assert response["UnprocessedKeys"] == {}

    mixed = [{"DeleteRequest": {"Key": client_front.outgoing(key_of(item))}} for item in items[:5]]
    mixed += client_front.put_requests([visit(50), {**items[7], "status": "changed"}])
    assert client_front.batch_write(mixed)["UnprocessedItems"] == {}
    left = client_front.got(client_front.batch_get([key_of(item) for item in [*items, visit(50)]]))
    assert by_key(left) == [*items[5:7], {**items[7], "status": "changed"}, *items[8:], visit(50)]


def test_batches_over_two_tables(client_front: Front, database: Database, keys: Keys) -> None:
    schema = {
        "KeySchema": [{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
        "AttributeDefinitions": KEY_TYPES[:1],
    }
    other = database.create_table(**schema)
    first, second = visit(1), visit(2)
    client_front.wrapper.batch_write_item(
        RequestItems={
            client_front.table_name: client_front.put_requests([first]),
            other: client_front.put_requests([second]),
        }
    )
    # Where `visit` is no key it is an attribute as any other, and encrypted.
    (stored,) = database.raw_items(other)
    assert stored["visit"].keys() == {"B"}
    response = client_front.wrapper.batch_get_item(
        RequestItems={
            client_front.table_name: {"Keys": [client_front.outgoing(key_of(first))]},
            other: {"Keys": [client_front.outgoing({PARTITION_KEY: "p-001"})], "ConsistentRead": True},
        }
    )
    assert client_front.got(response) == [first]
    assert [client_front.incoming(item) for item in response["Responses"][other]] == [second]
    assert make_front("table", database.endpoint_url, other, keys).get({PARTITION_KEY: "p-001"}) == second
    database.client.delete_table(TableName=other)


def test_batch_writer(database: Database, table: str, keys: Keys) -> None:
    front = make_front("table", database.endpoint_url, table, keys)
    with front.wrapper.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item=visit(number))
        batch.delete_item(Key=key_of(visit(0)))
    assert by_key(front.scan()["Items"]) == [visit(number) for number in range(1, 60)]
    for stored in database.raw_items(table):
        assert_is_ciphertext(stored, visit(int(stored["visit"]["N"])))


def test_batch_writer_keeps_the_last_of_equal_keys(database: Database, table: str, keys: Keys) -> None:
    front = make_front("table", database.endpoint_url, table, keys)
    with front.wrapper.batch_writer(overwrite_by_pkeys=[*key_of(visit(1))]) as batch:
        for status in ("first", "second", "third"):
            batch.put_item(Item={**visit(1), "status": status})
    assert front.scan()["Items"] == [{**visit(1), "status": "third"}]


def test_kinds_read_each_other(database: Database, table: str, keys: Keys) -> None:
    kinds = ("table", "dict-client", "wire-client")
    fronts = {kind: make_front(kind, database.endpoint_url, table, keys) for kind in kinds}
    for number, writer in enumerate(kinds):
        fronts[writer].put(visit(number))
        for reader in kinds:
            assert fronts[reader].get(key_of(visit(number))) == visit(number), (writer, reader)


def test_item_of_keys_only(front: Front, database: Database) -> None:
    item = key_of(visit(1))
    front.put(item)
    (stored,) = database.raw_items(front.table_name)
    assert {name: stored[name] for name in item} == to_wire(item)
    assert front.get(item) == item


def test_crypto_config_of_one_request(front: Front, keys: Keys) -> None:
    """A request's own CryptoConfig stands in for the wrapper's."""
    names = dict.fromkeys(key_of(visit(1)), "SIGN_ONLY")
    own = CryptoConfig(
        materials_provider=DDBCRYPT.provider(Keys()),
        encryption_context=EncryptionContext(
            table_name=front.table_name, partition_key_name="patient", sort_key_name="visit"
        ),
        attribute_actions=DDBCRYPT.actions(DEFAULT_ACTION, ACTIONS | names),
    )
    item = visit(1)
    front.put(item, crypto_config=own)
    assert front.get(key_of(item), crypto_config=own) == item
    assert front.query("p-001", crypto_config=own)["Items"] == [item]
    assert front.scan(crypto_config=own)["Items"] == [item]
    with pytest.raises(SignatureVerificationError):
        front.get(key_of(item))
    front.put(item)
    assert front.get(key_of(item)) == item
    with pytest.raises(SignatureVerificationError):
        front.get(key_of(item), crypto_config=own)
