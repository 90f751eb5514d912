# SPDX-License-Identifier: Apache-2.0
"""Transactions through an attached client: all actions, cancellation reasons, projections, tokens."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.crypto import encrypt_jobs
from ddbcrypt.dynamodb.effects import Encrypt, Send
from ddbcrypt.dynamodb.flows.transactions import transact_write_items
from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import (
    DynamodbEncryptionSdkError,
    InvalidArgumentError,
    SignatureVerificationError,
    UnsupportedOperationError,
)
from tests.dynamodb.attach.attached import SIGNATURE, attached_client, config, put_all, tamper, wire_key
from tests.dynamodb.conftest import Database
from tests.dynamodb.items import from_wire, is_protected, to_wire, visit
from tests.dynamodb.library import Keys
from tests.dynamodb.update.tables import make_table
from tests.support.endpoint import Answer, Endpoint, Forward
from tests.support.injections import Alter, Throttle


@pytest.fixture
def client(endpoint: Endpoint, table: str, keys: Keys) -> Any:
    client = attached_client(endpoint.endpoint_url, {table: config(keys)})
    put_all(client, table, [visit(1), visit(2), visit(3)])
    endpoint.forget()
    return client


def _action(kind: str, table: str, number: int, **parameters: Any) -> dict[str, Any]:
    content = {"Item": to_wire(visit(number))} if kind == "Put" else {"Key": wire_key(visit(number))}
    return {kind: {"TableName": table, **content, **parameters}}


def _views(value: int) -> dict[str, Any]:
    return {
        "UpdateExpression": "SET #v = :v",
        "ExpressionAttributeNames": {"#v": "views"},
        "ExpressionAttributeValues": {":v": {"N": str(value)}},
    }


def test_all_actions(client: Any, database: Database, table: str) -> None:
    client.transact_write_items(
        TransactItems=[
            _action("Put", table, 7, ConditionExpression="attribute_not_exists(patient)"),
            _action("Delete", table, 2),
            _action("ConditionCheck", table, 1, ConditionExpression="attribute_exists(insurance)"),
            _action("Update", table, 3, **_views(99)),
        ]
    )
    stored = {item["visit"]["N"]: item for item in database.raw_items(table)}
    assert set(stored) == {"1", "3", "7"}
    assert all(set(stored["7"][name]) == {"B"} for name in visit(7) if is_protected(name))
    assert SIGNATURE in stored["7"]
    assert from_wire(client.get_item(TableName=table, Key=wire_key(visit(7)))["Item"]) == visit(7)
    updated = client.get_item(TableName=table, Key=wire_key(visit(3)))["Item"]
    assert from_wire(updated) == {**visit(3), "views": Decimal(99)}


def test_update_makes_no_unsigned_item(client: Any, database: Database, table: str) -> None:
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[_action("Update", table, 8, **_views(1))])
    assert len(database.raw_items(table)) == 3


@pytest.mark.parametrize(
    "expression", ["SET insurance = :v", "SET #v = insurance", "REMOVE details", "SET #v = if_not_exists(remark, :v)"]
)
def test_update_of_protected_attributes_is_refused(
    client: Any, endpoint: Endpoint, table: str, expression: str
) -> None:
    parameters: dict[str, Any] = {"UpdateExpression": expression}
    if ":v" in expression:
        parameters["ExpressionAttributeValues"] = {":v": {"N": "1"}}
    if "#v" in expression:
        parameters["ExpressionAttributeNames"] = {"#v": "views"}
    with pytest.raises(UnsupportedOperationError, match="in a transaction: Put"):
        client.transact_write_items(TransactItems=[_action("Update", table, 1, **parameters)])
    assert endpoint.operations == []


@pytest.mark.parametrize("kind", ["Put", "Delete", "ConditionCheck", "Update"])
def test_condition_on_ciphertext_is_refused(client: Any, endpoint: Endpoint, table: str, kind: str) -> None:
    condition = {"ConditionExpression": "insurance > :i", "ExpressionAttributeValues": {":i": {"N": "31415"}}}
    if kind == "Update":
        condition |= {"UpdateExpression": "REMOVE #v", "ExpressionAttributeNames": {"#v": "views"}}
    with pytest.raises(UnsupportedOperationError, match="insurance") as caught:
        client.transact_write_items(TransactItems=[_action("Delete", table, 2), _action(kind, table, 1, **condition)])
    assert caught.value.attribute == "insurance"
    assert endpoint.operations == []


def test_items_of_cancellation_reasons(client: Any, database: Database, table: str) -> None:
    tamper(database.client, table, visit(3))
    fails = {"ConditionExpression": "attribute_not_exists(patient)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    actions = [
        _action("Put", table, 1, **fails),
        _action("Delete", table, 7),
        _action("ConditionCheck", table, 2, **fails),
        _action("Delete", table, 3, **fails),
    ]
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=actions)
    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed", "None"] + ["ConditionalCheckFailed"] * 2
    assert from_wire(reasons[0]["Item"]) == visit(1)
    assert from_wire(reasons[2]["Item"]) == visit(2)
    assert "Item" not in reasons[3]
    assert "does not verify" in reasons[3]["Message"]


def test_reads_with_projections(client: Any, endpoint: Endpoint, table: str) -> None:
    whole = {"TableName": table, "Key": wire_key(visit(1))}
    missing = {"TableName": table, "Key": wire_key(visit(8))}
    projected = {
        "TableName": table,
        "Key": wire_key(visit(2)),
        "ProjectionExpression": "insurance, #n",
        "ExpressionAttributeNames": {"#n": "name"},
    }
    answer = client.transact_get_items(TransactItems=[{"Get": one} for one in (whole, missing, projected)])
    first, second, third = answer["Responses"]
    assert from_wire(first["Item"]) == visit(1)
    assert not second.get("Item")
    assert from_wire(third["Item"]) == {name: visit(2)[name] for name in ("insurance", "name")}
    (sent,) = endpoint.sent("TransactGetItems")
    assert all(set(one["Get"]) == {"TableName", "Key"} for one in sent["TransactItems"])


def test_altered_item_of_a_read(client: Any, database: Database, table: str) -> None:
    tamper(database.client, table, visit(2))
    gets = [{"Get": {"TableName": table, "Key": wire_key(visit(number))}} for number in (1, 2)]
    with pytest.raises(SignatureVerificationError) as caught:
        client.transact_get_items(TransactItems=gets)
    assert caught.value.item_key == wire_key(visit(2))


def test_item_with_another_key_is_refused(client: Any, endpoint: Endpoint, table: str) -> None:
    gets = [{"Get": {"TableName": table, "Key": wire_key(visit(number))}} for number in (1, 2)]
    endpoint.inject(Alter("TransactGetItems", lambda answer: answer["Responses"].reverse()))
    with pytest.raises(SignatureVerificationError, match="was not asked for"):
        client.transact_get_items(TransactItems=gets)


def test_answer_of_another_length_is_refused(client: Any, endpoint: Endpoint, table: str) -> None:
    gets = [{"Get": {"TableName": table, "Key": wire_key(visit(number))}} for number in (1, 2)]
    endpoint.inject(Alter("TransactGetItems", lambda answer: answer["Responses"].pop()))
    with pytest.raises(DynamodbEncryptionSdkError, match="1 items where 2 were asked for"):
        client.transact_get_items(TransactItems=gets)


def test_members_that_nobody_decided_on_do_not_come_back(client: Any, endpoint: Endpoint, table: str) -> None:
    unverified = {"name": {"S": "not verified"}}
    kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    reasons = [{"Code": "TransactionConflict", "Message": "no", "Item": unverified}]

    def cancelled(operation: str, _request: dict[str, Any], _forward: Forward) -> Answer | None:
        answer = {"__type": kind, "Message": "no", "CancellationReasons": reasons}
        return (400, answer) if operation == "TransactGetItems" else None

    endpoint.inject(cancelled)
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": wire_key(visit(1))}}])
    assert caught.value.response["CancellationReasons"] == [{"Code": "TransactionConflict", "Message": "no"}]


def test_plaintext_table_in_a_transaction(endpoint: Endpoint, database: Database, table: str, keys: Keys) -> None:
    plain = database.create_table()
    client = attached_client(endpoint.endpoint_url, {table: config(keys)}, plaintext_tables=[plain])
    client.transact_write_items(TransactItems=[_action("Put", table, 1), _action("Put", plain, 1)])
    assert from_wire(database.raw_items(plain)[0]) == visit(1)
    assert set(database.raw_items(table)[0]["name"]) == {"B"}
    gets = [{"Get": {"TableName": name, "Key": wire_key(visit(1))}} for name in (table, plain)]
    answer = client.transact_get_items(TransactItems=gets)
    assert [from_wire(one["Item"]) for one in answer["Responses"]] == [visit(1), visit(1)]
    database.client.delete_table(TableName=plain)


def test_transaction_is_sent_again_to_the_last_byte(client: Any, endpoint: Endpoint, table: str) -> None:
    """Both the same ciphertext: DynamoDB takes it for the same transaction."""
    endpoint.inject(Throttle("TransactWriteItems", times=1))
    actions = [_action("Put", table, 7)]
    with pytest.raises(ClientError):
        client.transact_write_items(TransactItems=actions, ClientRequestToken="token-1")
    client.transact_write_items(TransactItems=actions, ClientRequestToken="token-1")
    client.transact_write_items(TransactItems=[_action("Put", table, 7)], ClientRequestToken="token-1")
    sent = endpoint.sent("TransactWriteItems")
    assert sent[0] == sent[1] == sent[2]
    client.transact_write_items(TransactItems=actions)
    assert endpoint.sent("TransactWriteItems")[3]["TransactItems"] != sent[0]["TransactItems"]


def test_nothing_that_was_given_is_kept_with_a_token() -> None:
    registry = Registry({}, plaintext=["plain"], ask=False)
    registry.remember("t", make_table())
    scene = Scene(registry)
    secrets = ("name of an item", "item of a plaintext table", "value of a condition", "the key of another")
    item, plain, value, key = ({"S": secret} for secret in secrets)
    actions = [
        {"Put": {"TableName": "t", "Item": {"id": {"S": "a"}, "name": item}}},
        {"Put": {"TableName": "plain", "Item": {"id": {"S": "b"}, "text": plain}}},
        {
            "ConditionCheck": {
                "TableName": "t",
                "Key": {"id": key},
                "ConditionExpression": "hits = :v",
                "ExpressionAttributeValues": {":v": value},
            }
        },
    ]

    def sent() -> list[Any]:
        flow = transact_write_items(scene, {"TransactItems": actions, "ClientRequestToken": "token-1"})
        effect = next(flow)
        if isinstance(effect, Encrypt):
            effect = flow.send(encrypt_jobs(effect.jobs, scene.metrics))
        assert isinstance(effect, Send)
        request: list[Any] = effect.request["TransactItems"]
        return request

    first = sent()
    assert first[1:] == actions[1:]
    kept = repr(vars(scene.transactions))
    assert str(first[0]["Put"]["Item"]["name"]["B"]) in kept
    assert [secret for secret in secrets if secret in kept] == []
    assert sent() == first
    actions[1]["Put"]["Item"]["text"] = {"S": "another"}
    assert sent()[0] != first[0]


def test_token_of_another_transaction(dynamodb_local: Database, keys: Keys) -> None:
    """Not on moto, which does not look at tokens."""
    table = dynamodb_local.create_table()
    client = attached_client(dynamodb_local.endpoint_url, {table: config(keys)})
    client.transact_write_items(TransactItems=[_action("Put", table, 7)], ClientRequestToken="token-2")
    with pytest.raises(ClientError, match="encryption is randomised") as caught:
        client.transact_write_items(TransactItems=[_action("Put", table, 8)], ClientRequestToken="token-2")
    assert caught.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"


@pytest.mark.parametrize(
    ("actions", "error"),
    [
        ([{"Put": {"TableName": "T", "Item": to_wire(visit(1)), "Expected": {}}}], UnsupportedOperationError),
        ([{"Insert": {}}], UnsupportedOperationError),
        ([{"Put": {}, "Delete": {}}], InvalidArgumentError),
        ([{"Put": {"TableName": "T"}}], InvalidArgumentError),
        ([{"Delete": {"TableName": "T", "Key": {"name": {"S": "Łucja"}}}}], UnsupportedOperationError),
        ({"Put": {}}, InvalidArgumentError),
    ],
)
def test_what_no_transaction_holds_is_refused(
    moto_endpoint: Endpoint, moto_table: str, keys: Keys, actions: Any, error: type[Exception]
) -> None:
    client = attached_client(moto_endpoint.endpoint_url, {moto_table: config(keys)})
    if isinstance(actions, list):
        actions = [
            {
                kind: {**content, **({"TableName": moto_table} if "TableName" in content else {})}
                for kind, content in one.items()
            }
            for one in actions
        ]
    with pytest.raises(error):
        client.transact_write_items(TransactItems=actions)
    assert set(moto_endpoint.operations) <= {"DescribeTable"}


def test_answers_with_null_where_there_is_no_item(client: Any, endpoint: Endpoint, table: str) -> None:
    """As DynamoDB's documentation has it; neither database answers so."""

    def nulls(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation == "TransactGetItems":
            status, answer = forward(request)
            return status, {"Responses": [None, *answer["Responses"]]}
        if operation == "TransactWriteItems":
            reasons = [None, {"Code": "ConditionalCheckFailed"}]
            return 400, {"__type": "x#TransactionCanceledException", "CancellationReasons": reasons}
        return None

    endpoint.inject(nulls)
    gets = [{"Get": {"TableName": table, "Key": wire_key(visit(1))}}]
    with pytest.raises(DynamodbEncryptionSdkError, match="2 items where 1 were asked for"):
        client.transact_get_items(TransactItems=gets)
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[_action("Delete", table, 1), _action("Delete", table, 2)])
    assert caught.value.response["CancellationReasons"] == [None, {"Code": "ConditionalCheckFailed"}]
    endpoint.reset()
    endpoint.inject(lambda name, *_: (200, {"Responses": [None]}) if name == "TransactGetItems" else None)
    assert client.transact_get_items(TransactItems=gets)["Responses"] == [None]
