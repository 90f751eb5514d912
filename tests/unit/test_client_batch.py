# SPDX-License-Identifier: Apache-2.0
"""EncryptedClient: batches."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    DynamodbEncryptionSdkError,
    EncryptedClient,
    EncryptionContext,
    SignatureVerificationError,
    UnsupportedOperationError,
)
from tests.unit.client_recording import SECRET, Body, Recorder, actions, parsed, provider, python_item, wire_item

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/people"


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(recorder: Recorder) -> EncryptedClient:
    return EncryptedClient(recorder.client(), provider(), actions())


@pytest.fixture
def python_client(recorder: Recorder) -> EncryptedClient:
    return EncryptedClient(recorder.table().meta.client, provider(), actions(), expect_standard_dictionaries=True)


def visit(identifier: str, at: str) -> Body:
    return {"id": {"S": identifier}, "at": {"N": at}, "name": {"S": SECRET}}


def put(item: Body) -> Body:
    return {"PutRequest": {"Item": item}}


def delete(key: Body) -> Body:
    return {"DeleteRequest": {"Key": key}}


def unprocessed(recorder: Recorder, change: Any = None) -> None:
    """Nothing is processed: all comes back as it was sent, unless ``change`` says otherwise."""

    def answer(body: Body) -> Body:
        items = parsed(body["RequestItems"])
        return {"UnprocessedItems": change(items) if change else items}

    recorder.answers["BatchWriteItem"] = answer


def test_items_of_several_tables(recorder: Recorder, client: EncryptedClient) -> None:
    request = {
        "people": [put(wire_item("1")), put(wire_item("2")), delete({"id": {"S": "9"}})],
        "visits": [put(visit("1", "10")), put(visit("1", "11"))],
    }
    before = copy.deepcopy(request)
    response = client.batch_write_item(RequestItems=request)
    assert request == before
    assert response["UnprocessedItems"] == {}
    assert SECRET not in json.dumps(recorder.calls)
    assert recorder.sent("BatchWriteItem")[0]["RequestItems"]["people"][2] == delete({"id": {"S": "9"}})
    keys: dict[str, Any] = {
        "people": {"Keys": [{"id": {"S": "2"}}, {"id": {"S": "1"}}], "ConsistentRead": True},
        "visits": {"Keys": ({"id": {"S": "1"}, "at": {"N": "11.0"}},)},
    }
    before_keys = copy.deepcopy(keys)
    read = client.batch_get_item(RequestItems=keys)
    assert keys == before_keys
    assert read["Responses"] == {"people": [wire_item("2"), wire_item("1")], "visits": [visit("1", "11")]}
    assert recorder.sent("BatchGetItem")[0]["RequestItems"]["people"]["ConsistentRead"] is True
    assert len(recorder.sent("DescribeTable")) == 2


def test_python_values(recorder: Recorder, python_client: EncryptedClient) -> None:
    python_client.batch_write_item(RequestItems={"people": [put(python_item("1", raw=Binary(b"x")))]})
    assert SECRET not in json.dumps(recorder.calls)
    read = python_client.batch_get_item(RequestItems={"people": {"Keys": [{"id": "1"}]}})
    assert read["Responses"] == {"people": [python_item("1", raw=Binary(b"x"))]}


def test_unprocessed_keys_come_back_unchanged(recorder: Recorder, client: EncryptedClient) -> None:
    keys = {"people": {"Keys": [{"id": {"S": "1"}}], "ConsistentRead": True}}
    recorder.answers["BatchGetItem"] = lambda _: {"Responses": {}, "UnprocessedKeys": keys}
    assert client.batch_get_item(RequestItems=keys)["UnprocessedKeys"] == keys


def test_an_altered_item_in_a_batch_is_named(recorder: Recorder, client: EncryptedClient) -> None:
    client.batch_write_item(RequestItems={"people": [put(wire_item("1"))], "visits": [put(visit("1", "10"))]})
    recorder.stored("visits")[0]["name"] = recorder.stored()[0]["name"]
    keys = {
        "people": {"Keys": [{"id": {"S": "1"}}]},
        "visits": {"Keys": [{"id": {"S": "1"}, "at": {"N": "10"}}]},
    }
    with pytest.raises(SignatureVerificationError, match="at=10") as caught:
        client.batch_get_item(RequestItems=keys)
    assert caught.value.item_key == {"id": {"S": "1"}, "at": {"N": "10"}}
    assert caught.value.index == 0
    assert any("visits" in note for note in caught.value.__notes__)


def test_an_item_that_was_not_asked_for_is_refused(recorder: Recorder, client: EncryptedClient) -> None:
    client.batch_write_item(RequestItems={"people": [put(wire_item("1")), put(wire_item("2"))]})
    second = parsed(recorder.stored()[1])
    recorder.answers["BatchGetItem"] = lambda _: {"Responses": {"people": [second]}}
    with pytest.raises(SignatureVerificationError, match="not asked for"):
        client.batch_get_item(RequestItems={"people": {"Keys": [{"id": {"S": "1"}}]}})
    recorder.answers["BatchGetItem"] = lambda _: {"Responses": {"visits": [second]}}
    with pytest.raises(DynamodbEncryptionSdkError, match="visits"):
        client.batch_get_item(RequestItems={"people": {"Keys": [{"id": {"S": "1"}}]}})


def test_a_bad_item_in_a_batch_is_named_and_nothing_is_sent(
    recorder: Recorder, client: EncryptedClient, python_client: EncryptedClient
) -> None:
    python_client.describe_table(TableName="people")
    python_client.scan(TableName="people")
    recorder.calls.clear()
    bad = put(wire_item("3", weight={"N": "heavy"}))
    request = {"people": [put(wire_item("1")), delete({"id": {"S": "2"}}), bad]}
    with pytest.raises(DynamodbEncryptionSdkError, match="id='3'") as caught:
        client.batch_write_item(RequestItems=request)
    assert caught.value.index == 1  # among the items that are put
    assert caught.value.attribute == "weight"
    python_request = {"people": [put(python_item("1")), delete({"id": "2"}), put(python_item("3", weight=1.5))]}
    with pytest.raises(DynamodbEncryptionSdkError, match="id='3'") as caught:
        python_client.batch_write_item(RequestItems=python_request)
    assert caught.value.attribute == "weight"
    assert recorder.sent_item_calls() == []


def test_unprocessed_items_come_back_as_the_caller_gave_them(recorder: Recorder, client: EncryptedClient) -> None:
    request = {
        "people": [put(wire_item("1")), delete({"id": {"S": "9"}}), put(wire_item("2"))],
        "visits": [put(visit("1", "10")), put(visit("1", "5.0"))],
    }
    before = copy.deepcopy(request)
    unprocessed(recorder)
    first = client.batch_write_item(RequestItems=request)
    assert first["UnprocessedItems"] == request == before
    del recorder.answers["BatchWriteItem"]
    second = client.batch_write_item(RequestItems=first["UnprocessedItems"])
    assert second["UnprocessedItems"] == {}
    assert client.scan(TableName="visits")["Items"] == [visit("1", "10"), visit("1", "5.0")]
    first["UnprocessedItems"]["people"][0]["PutRequest"]["Item"]["id"]["S"] = "changed"
    assert request == before


def test_unprocessed_items_in_another_order_and_notation(recorder: Recorder, client: EncryptedClient) -> None:
    def change(items: Body) -> Body:
        items["visits"].reverse()
        items["visits"][0]["PutRequest"]["Item"]["at"] = {"N": "5"}
        items["visits"][1]["DeleteRequest"]["Key"]["at"] = {"N": "1E+1"}
        return {"visits": items["visits"][:2]}

    unprocessed(recorder, change)
    request = [put(visit("1", "7")), delete({"id": {"S": "1"}, "at": {"N": "10"}}), put(visit("1", "5.0"))]
    response = client.batch_write_item(RequestItems={"visits": request})
    assert response["UnprocessedItems"] == {"visits": [request[2], request[1]]}


def test_unprocessed_python_items(recorder: Recorder, python_client: EncryptedClient) -> None:
    unprocessed(recorder)
    request = {
        "numbers": [
            put({"n": 5, "name": SECRET, "tags": {"x"}, "raw": bytearray(b"z")}),
            put({"n": Decimal("7.0"), "name": SECRET}),
            delete({"n": Decimal("1E1")}),
        ]
    }
    assert python_client.batch_write_item(RequestItems=request)["UnprocessedItems"] == request


def test_unprocessed_items_of_a_table_named_by_arn(recorder: Recorder, client: EncryptedClient) -> None:
    unprocessed(recorder, lambda items: {"people": items[ARN]})
    request = {ARN: [put(wire_item("1"))]}
    assert client.batch_write_item(RequestItems=request)["UnprocessedItems"] == request
    recorder.answers.clear()
    client.batch_write_item(RequestItems=request)
    answer = recorder._BatchGetItem
    recorder.answers["BatchGetItem"] = lambda body: {"Responses": {"people": answer(body)["Responses"][ARN]}}
    read = client.batch_get_item(RequestItems={ARN: {"Keys": [{"id": {"S": "1"}}]}})
    assert read["Responses"] == {"people": [wire_item("1")]}


@pytest.mark.parametrize("sort_key", [False, True])
def test_unprocessed_items_without_known_keys(recorder: Recorder, client: EncryptedClient, sort_key: bool) -> None:
    """The signature tells items apart where the key's names are not known, or only one of them."""
    own_actions = AttributeActions(
        CryptoAction.ENCRYPT_AND_SIGN, {"id": CryptoAction.SIGN_ONLY, "at": CryptoAction.SIGN_ONLY}
    )
    config = CryptoConfig(provider(), EncryptionContext("visits", "id" if sort_key else None), own_actions)
    unprocessed(recorder, lambda items: {"visits": items["visits"][::-1]})
    request = {"visits": [put(visit("1", str(number))) for number in range(3)]}
    response = client.batch_write_item(RequestItems=request, crypto_config=config)
    assert response["UnprocessedItems"] == {"visits": request["visits"][::-1]}
    assert recorder.sent("DescribeTable") == []


def test_unprocessed_items_of_a_table_without_protection(recorder: Recorder, client: EncryptedClient) -> None:
    config = CryptoConfig(provider(), EncryptionContext("visits"), AttributeActions(CryptoAction.DO_NOTHING))
    unprocessed(recorder)
    request = {"visits": [put(visit("1", "1")), put(visit("1", "2"))]}
    response = client.batch_write_item(RequestItems=request, crypto_config=config)
    assert response["UnprocessedItems"] == request


def test_an_unprocessed_item_that_was_never_sent(recorder: Recorder, client: EncryptedClient) -> None:
    unprocessed(recorder, lambda _: {"people": [put(wire_item("other"))]})
    with pytest.raises(DynamodbEncryptionSdkError, match="was not in the batch"):
        client.batch_write_item(RequestItems={"people": [put(wire_item("1"))]})


def test_one_unprocessed_request_is_given_back_once(recorder: Recorder, client: EncryptedClient) -> None:
    unprocessed(recorder, lambda items: {"people": [*items["people"], *copy.deepcopy(items["people"])]})
    with pytest.raises(DynamodbEncryptionSdkError, match="was not in the batch"):
        client.batch_write_item(RequestItems={"people": [put(wire_item("1"))]})


def test_a_key_attribute_that_a_request_would_encrypt(recorder: Recorder, client: EncryptedClient) -> None:
    config = CryptoConfig(provider(), EncryptionContext(), AttributeActions())
    with pytest.raises(UnsupportedOperationError, match='"id"'):
        client.batch_get_item(RequestItems={"people": {"Keys": [{"id": {"S": "1"}}]}}, crypto_config=config)
    assert recorder.calls == []
