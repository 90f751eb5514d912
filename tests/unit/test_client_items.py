# SPDX-License-Identifier: Apache-2.0
"""EncryptedClient: single items, queries and scans."""

from __future__ import annotations

import copy
import json
import threading
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    DynamodbEncryptionSdkError,
    EncryptedClient,
    EncryptionContext,
    InvalidArgumentError,
    ItemNotEncryptedError,
    OldImageError,
    SignatureVerificationError,
)
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from tests.unit.client_recording import (
    SECRET,
    Body,
    Recorder,
    RefusalError,
    actions,
    parsed,
    provider,
    python_item,
    wire_item,
)

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


def test_an_item_is_stored_encrypted_and_read_back(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item())
    (stored,) = recorder.stored()
    assert SECRET not in json.dumps(recorder.calls)
    assert stored["id"] == {"S": "1"}
    assert stored["city"] == {"S": "Bern"}
    assert stored["note"] == {"S": "free"}
    assert set(stored["name"]) == {"B"}
    assert "*amzn-ddb-map-sig*" in stored
    response = client.get_item(TableName="people", Key={"id": {"S": "1"}}, ConsistentRead=True)
    assert response["Item"] == wire_item()
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert recorder.sent("GetItem")[0]["ConsistentRead"] is True


def test_python_values_with_the_client_of_a_resource(recorder: Recorder, python_client: EncryptedClient) -> None:
    item = python_item(age=Decimal("41"), tags={"a", "b"}, raw=b"\x00\xff", nested=[{"x": None}, True])
    python_client.put_item(TableName="people", Item=item)
    assert SECRET not in json.dumps(recorder.calls)
    assert python_client.get_item(TableName="people", Key={"id": "1"})["Item"] == item


def test_a_missing_item_has_no_item_in_the_response(client: EncryptedClient) -> None:
    assert "Item" not in client.get_item(TableName="people", Key={"id": {"S": "none"}})


def test_arguments_stay_as_they_are(client: EncryptedClient) -> None:
    own_actions = actions()
    raw = Recorder()
    other = EncryptedClient(raw.client(), provider(), own_actions)
    request: dict[str, Any] = {
        "TableName": "people",
        "Item": wire_item(nested={"M": {"a": {"L": [{"N": "1.0"}]}}}),
        "ConditionExpression": "#c = :c",
        "ExpressionAttributeNames": {"#c": "city"},
        "ExpressionAttributeValues": {":c": {"S": "Bern"}},
    }
    before = copy.deepcopy(request)
    other.put_item(**request)
    assert request == before
    assert own_actions == actions()


def test_an_altered_item_is_refused_with_its_key(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item("p-1"))
    (stored,) = recorder.stored()
    stored["city"] = {"S": "Basel"}
    with pytest.raises(SignatureVerificationError, match="p-1") as caught:
        client.get_item(TableName="people", Key={"id": {"S": "p-1"}})
    assert caught.value.item_key == {"id": {"S": "p-1"}}
    assert caught.value.index is None


def test_a_valid_item_in_place_of_another_is_refused(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item("a"))
    client.put_item(TableName="people", Item=wire_item("b"))
    of_b = recorder.stored()[1]
    recorder.answers["GetItem"] = lambda _: {"Item": parsed(of_b)}
    with pytest.raises(SignatureVerificationError, match="not asked for") as caught:
        client.get_item(TableName="people", Key={"id": {"S": "a"}})
    assert caught.value.item_key == {"id": {"S": "b"}}


def test_a_number_key_may_come_back_in_another_notation(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="numbers", Item={"n": {"N": "5.0"}, "name": {"S": SECRET}})
    (stored,) = recorder.stored("numbers")
    stored["n"] = {"N": "5"}
    response = client.get_item(TableName="numbers", Key={"n": {"N": "50E-1"}})
    assert response["Item"]["n"] == {"N": "5"}


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_pages_of_items(recorder: Recorder, client: EncryptedClient, operation: str) -> None:
    items = [wire_item(str(number)) for number in range(5)]
    for item in items:
        client.put_item(TableName="people", Item=item)
    condition = {
        "KeyConditionExpression": "id >= :id",
        "ExpressionAttributeValues": {":id": {"S": "0"}},
        "ScanIndexForward": False,
    }
    request: dict[str, Any] = {"TableName": "people", "Limit": 2, **(condition if operation == "query" else {})}
    read: list[Body] = []
    while True:
        response = getattr(client, operation)(**request)
        read += response["Items"]
        assert response["Count"] == len(response["Items"])
        if "LastEvaluatedKey" not in response:
            break
        request["ExclusiveStartKey"] = response["LastEvaluatedKey"]
    assert read == items
    pages = list(
        client.get_paginator(operation).paginate(**{k: v for k, v in request.items() if k != "ExclusiveStartKey"})
    )
    assert [item for page in pages for item in page["Items"]] == items
    assert len(recorder.sent(operation.capitalize())) == 6


def test_a_paginator_limits_and_resumes(client: EncryptedClient) -> None:
    for number in range(5):
        client.put_item(TableName="people", Item=wire_item(str(number)))
    paginator = client.get_paginator("scan")
    pages = list(paginator.paginate(TableName="people", PaginationConfig={"MaxItems": 3, "PageSize": 2}))
    assert [item["id"]["S"] for page in pages for item in page["Items"]] == ["0", "1", "2"]


def test_a_paginator_of_python_values_takes_conditions(recorder: Recorder, python_client: EncryptedClient) -> None:
    python_client.put_item(TableName="people", Item=python_item())
    paginator = python_client.get_paginator("query")
    pages = list(
        paginator.paginate(
            TableName="people", KeyConditionExpression=Key("id").eq("1"), FilterExpression=Attr("city").eq("Bern")
        )
    )
    assert [page["Items"] for page in pages] == [[python_item()]]
    body = recorder.sent("Query")[0]
    assert body["FilterExpression"] == "#n0 = :v0"
    assert body["KeyConditionExpression"] == "#n1 = :v1"
    assert body["ExpressionAttributeNames"] == {"#n0": "city", "#n1": "id"}
    assert body["ExpressionAttributeValues"] == {":v0": {"S": "Bern"}, ":v1": {"S": "1"}}


def test_one_altered_item_and_nothing_of_the_page_is_returned(recorder: Recorder, client: EncryptedClient) -> None:
    for number in range(3):
        client.put_item(TableName="people", Item=wire_item(f"p-{number}"))
    recorder.stored()[1]["city"] = {"S": "Basel"}
    with pytest.raises(SignatureVerificationError, match="p-1") as caught:
        client.scan(TableName="people")
    assert caught.value.index == 1
    assert caught.value.item_key == {"id": {"S": "p-1"}}
    with pytest.raises(SignatureVerificationError, match="p-1"):
        list(client.get_paginator("scan").paginate(TableName="people"))


def test_a_partial_index_is_explained(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item())
    del recorder.stored()[0]["*amzn-ddb-map-sig*"]
    with pytest.raises(ItemNotEncryptedError) as caught:
        client.scan(TableName="people", IndexName="by-city")
    assert any("by-city" in note for note in caught.value.__notes__)


def test_a_count_has_no_items(client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item())
    response = client.scan(TableName="people", Select="COUNT")
    assert response["Count"] == 1
    assert "Items" not in response
    assert [page["Count"] for page in client.get_paginator("scan").paginate(TableName="people", Select="COUNT")] == [1]


def test_the_old_item_is_decrypted(client: EncryptedClient) -> None:
    first = client.put_item(TableName="people", Item=wire_item(), ReturnValues="ALL_OLD")
    assert "Attributes" not in first
    second = client.put_item(TableName="people", Item=wire_item(age={"N": "4"}), ReturnValues="ALL_OLD")
    assert second["Attributes"] == wire_item()


def test_an_old_item_that_does_not_verify_is_an_error_after_the_write(
    recorder: Recorder, client: EncryptedClient
) -> None:
    client.put_item(TableName="people", Item=wire_item())
    recorder.stored()[0]["city"] = {"S": "Basel"}
    with pytest.raises(OldImageError, match="carried out") as caught:
        client.put_item(TableName="people", Item=wire_item(age={"N": "5"}), ReturnValues="ALL_OLD")
    assert isinstance(caught.value.__cause__, SignatureVerificationError)
    assert caught.value.item_key == {"id": {"S": "1"}}
    assert caught.value.response is not None
    assert caught.value.response["Attributes"]["city"] == {"S": "Basel"}
    assert client.get_item(TableName="people", Key={"id": {"S": "1"}})["Item"]["age"] == {"N": "5"}


def test_an_old_item_of_another_key_is_an_error(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item("other"))
    other = parsed(recorder.stored()[0])
    recorder.answers["PutItem"] = lambda _: {"Attributes": other}
    with pytest.raises(OldImageError, match="not asked for"):
        client.put_item(TableName="people", Item=wire_item(), ReturnValues="ALL_OLD")


@pytest.mark.parametrize("python", [False, True])
def test_the_item_of_a_failed_condition_is_decrypted(
    recorder: Recorder, client: EncryptedClient, python_client: EncryptedClient, python: bool
) -> None:
    client.put_item(TableName="people", Item=wire_item())
    stored = recorder.stored()[0]

    def refuse(_: Body) -> Body:
        raise RefusalError("ConditionalCheckFailedException", Item=parsed(stored))

    recorder.answers["PutItem"] = refuse
    used = python_client if python else client
    request: dict[str, Any] = {
        "TableName": "people",
        "Item": python_item() if python else wire_item(),
        "ConditionExpression": "attribute_not_exists(id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with pytest.raises(used.exceptions.ConditionalCheckFailedException) as caught:
        used.put_item(**request)
    assert caught.value.response["Item"] == wire_item()
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert caught.value.operation_name == "PutItem"
    assert caught.value.__cause__ is None

    stored["city"] = {"S": "Basel"}
    with pytest.raises(ClientError) as caught:
        used.put_item(**request)
    assert "Item" not in caught.value.response
    assert "signature does not fit" in caught.value.response["Error"]["Message"]


def test_other_errors_of_dynamodb_pass(recorder: Recorder, client: EncryptedClient) -> None:
    def refuse(_: Body) -> Body:
        raise RefusalError("ProvisionedThroughputExceededException")

    recorder.answers["PutItem"] = refuse
    with pytest.raises(ClientError) as caught:
        client.put_item(TableName="people", Item=wire_item())
    assert caught.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"


def test_keys_are_looked_up_once_and_may_be_named_by_arn(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName=ARN, Item=wire_item())
    client.put_item(TableName="people", Item=wire_item("2"))
    client.put_item(TableName="visits", Item={"id": {"S": "1"}, "at": {"N": "7"}, "name": {"S": SECRET}})
    for _ in range(2):
        assert client.get_item(TableName="people", Key={"id": {"S": "1"}})["Item"] == wire_item()
        assert client.get_item(TableName=ARN, Key={"id": {"S": "2"}})["Item"] == wire_item("2")
    assert [body["TableName"] for body in recorder.sent("DescribeTable")] == [ARN, "visits"]
    assert recorder.stored("visits")[0]["at"] == {"N": "7"}


def test_an_arn_of_something_else_is_refused(recorder: Recorder, client: EncryptedClient) -> None:
    with pytest.raises(InvalidArgumentError, match="ARN"):
        client.put_item(TableName="arn:aws:sqs:eu-west-1:123456789012:people", Item=wire_item())
    assert recorder.sent_item_calls() == []


def test_a_failed_lookup_is_tried_again(recorder: Recorder, client: EncryptedClient) -> None:
    def refuse(_: Body) -> Body:
        raise RefusalError("ResourceNotFoundException")

    recorder.answers["DescribeTable"] = refuse
    with pytest.raises(ClientError):
        client.put_item(TableName="people", Item=wire_item())
    del recorder.answers["DescribeTable"]
    client.put_item(TableName="people", Item=wire_item())
    assert len(recorder.sent("DescribeTable")) == 2
    assert len(recorder.sent("PutItem")) == 1


def test_threads_share_one_lookup(recorder: Recorder, client: EncryptedClient) -> None:
    started = threading.Barrier(8)
    entered = threading.Event()
    lookup = recorder._DescribeTable

    def slow(body: Body) -> Body:
        entered.wait(0.05)
        return lookup(body)

    recorder.answers["DescribeTable"] = slow
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            started.wait()
            client.put_item(TableName="people", Item=wire_item(str(number)))
            key = {"id": {"S": str(number)}}
            assert client.get_item(TableName="people", Key=key)["Item"] == wire_item(str(number))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(recorder.sent("DescribeTable")) == 1


def test_without_lookups_the_keys_have_to_come_with_the_request(recorder: Recorder) -> None:
    client = EncryptedClient(recorder.client(), provider(), actions(), auto_refresh_table_indexes=False)
    with pytest.raises(InvalidArgumentError, match="people"):
        client.put_item(TableName="people", Item=wire_item())
    assert recorder.calls == []
    own_actions = actions()
    own_actions.set_index_keys("id")
    config = CryptoConfig(provider(), EncryptionContext("people"), own_actions)
    client.put_item(TableName="people", Item=wire_item(), crypto_config=config)
    response = client.get_item(TableName="people", Key={"id": {"S": "1"}}, crypto_config=config)
    assert response["Item"] == wire_item()
    assert client.scan(TableName="people", crypto_config=config)["Items"] == [wire_item()]
    pages = list(client.get_paginator("scan").paginate(TableName="people", crypto_config=config))
    assert pages[0]["Items"] == [wire_item()]
    assert recorder.sent("DescribeTable") == []
    assert config == CryptoConfig(provider(), EncryptionContext("people"), own_actions)


def test_a_requests_own_configuration_decides(recorder: Recorder, client: EncryptedClient) -> None:
    signed = AttributeActions(CryptoAction.SIGN_ONLY)
    config = CryptoConfig(provider(7), EncryptionContext("people", "id"), signed)
    client.put_item(TableName="people", Item=wire_item(), crypto_config=config)
    assert recorder.stored()[0]["name"] == {"S": SECRET}
    key = {"id": {"S": "1"}}
    assert client.get_item(TableName="people", Key=key, crypto_config=config)["Item"] == wire_item()
    with pytest.raises(SignatureVerificationError):
        client.get_item(TableName="people", Key=key)
    with pytest.raises(InvalidArgumentError, match="CryptoConfig"):
        client.get_item(TableName="people", Key=key, crypto_config="none")  # type: ignore[arg-type]


def test_a_requests_own_configuration_may_not_encrypt_the_key(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item())
    config = CryptoConfig(provider(), EncryptionContext("people"), actions())
    with pytest.raises(InvalidArgumentError, match='"id"'):
        client.put_item(TableName="people", Item=wire_item("2"), crypto_config=config)
    assert len(recorder.sent("PutItem")) == 1


def test_an_action_that_would_encrypt_the_key_is_refused(recorder: Recorder) -> None:
    own_actions = AttributeActions(attribute_actions={"id": CryptoAction.ENCRYPT_AND_SIGN})
    client = EncryptedClient(recorder.client(), provider(), own_actions)
    with pytest.raises(InvalidArgumentError, match='"id"'):
        client.put_item(TableName="people", Item=wire_item())
    assert recorder.sent_item_calls() == []


def test_actions_are_copied(recorder: Recorder) -> None:
    own_actions = actions()
    client = EncryptedClient(recorder.client(), provider(), own_actions)
    own_actions.attribute_actions["name"] = CryptoAction.DO_NOTHING
    client.put_item(TableName="people", Item=wire_item())
    assert SECRET not in json.dumps(recorder.calls)


@pytest.mark.parametrize("python", [False, True])
def test_a_provider_sees_the_item_and_its_keys(recorder: Recorder, python: bool) -> None:
    seen: list[EncryptionContext] = []

    class Watching(CryptographicMaterialsProvider):
        def encryption_materials(self, encryption_context: EncryptionContext) -> Any:
            seen.append(encryption_context)
            return provider().encryption_materials(encryption_context)

        def decryption_materials(self, encryption_context: EncryptionContext) -> Any:
            seen.append(encryption_context)
            return provider().decryption_materials(encryption_context)

    boto = recorder.table().meta.client if python else recorder.client()
    client = EncryptedClient(boto, Watching(), actions(), expect_standard_dictionaries=python)
    client.put_item(TableName="people", Item=python_item() if python else wire_item())
    assert (seen[0].table_name, seen[0].partition_key_name, seen[0].sort_key_name) == ("people", "id", None)
    assert seen[0].attributes == wire_item()
    client.scan(TableName="people")
    assert seen[1].attributes["id"] == {"S": "1"}
    assert "*amzn-ddb-map-sig*" in seen[1].attributes
    assert "amzn-ddb-map-signingAlg" in seen[1].material_description


def test_a_bad_item_is_named_and_nothing_is_sent(
    recorder: Recorder, client: EncryptedClient, python_client: EncryptedClient
) -> None:
    with pytest.raises(DynamodbEncryptionSdkError, match="p-9") as caught:
        client.put_item(TableName="people", Item=wire_item("p-9", weight={"N": "heavy"}))
    assert caught.value.attribute == "weight"
    with pytest.raises(DynamodbEncryptionSdkError, match="float") as caught:
        python_client.put_item(TableName="people", Item=python_item("p-9", weight=1.5))
    assert caught.value.attribute == "weight"
    assert caught.value.item_key is None  # the key's name is not known before the first call
    python_client.scan(TableName="people")
    with pytest.raises(DynamodbEncryptionSdkError, match="p-9") as caught:
        python_client.put_item(TableName="people", Item=python_item("p-9", weight=1.5))
    assert caught.value.item_key == {"id": {"S": "p-9"}}
    assert recorder.sent_item_calls() == ["Scan"]


def test_a_response_member_that_is_not_known_is_left_out(recorder: Recorder, client: EncryptedClient) -> None:
    client.put_item(TableName="people", Item=wire_item())
    (stored,) = recorder.stored()
    recorder.answers["GetItem"] = lambda _: {"Item": parsed(stored), "Unverified": {"S": "x"}}
    assert set(client.get_item(TableName="people", Key={"id": {"S": "1"}})) == {"Item", "ResponseMetadata"}
