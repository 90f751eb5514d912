# SPDX-License-Identifier: Apache-2.0
"""The wrappers work on clones: what they were given stays as it was, and nothing is encrypted twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    EncryptedClient,
    EncryptedResource,
    EncryptedTable,
    EncryptionContext,
    InvalidArgumentError,
    LegacyTableConfig,
    Metrics,
    SignatureVerificationError,
    UnsupportedOperationError,
    attach,
    detach,
    request_options,
)
from ddbcrypt.encrypted.client import EncryptedPaginator
from ddbcrypt.encrypted.item import decrypt_dynamodb_item
from ddbcrypt.wrapping import require_client
from tests.unit.client_recording import SECRET, Recorder, actions, provider, python_item, wire_item


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_the_client_that_was_given_stays_as_it_was(recorder: Recorder) -> None:
    boto = recorder.client()
    state = dict(boto.__dict__)
    wrapper = EncryptedClient(boto, provider(), actions())
    assert boto.__dict__ == state
    wrapper.put_item(TableName="people", Item=wire_item())
    assert SECRET not in json.dumps(recorder.calls)
    boto.put_item(TableName="people", Item=wire_item())
    assert recorder.stored()[0]["name"] == {"S": SECRET}
    assert wrapper.meta is not boto.meta
    assert wrapper.meta.events is not boto.meta.events


def test_two_wrappers_of_one_client_do_not_mix(recorder: Recorder) -> None:
    boto = recorder.client()
    first, second = (EncryptedClient(boto, provider(seed), actions()) for seed in (1, 7))
    first.put_item(TableName="people", Item=wire_item())
    key = {"id": {"S": "1"}}
    assert first.get_item(TableName="people", Key=key)["Item"] == wire_item()
    with pytest.raises(SignatureVerificationError):
        second.get_item(TableName="people", Key=key)


def test_a_handler_of_the_user_sees_what_is_sent(recorder: Recorder) -> None:
    boto = recorder.client()
    seen: list[Any] = []
    boto.meta.events.register_first("before-call.dynamodb", lambda params, **_: seen.append(params["body"]))
    EncryptedClient(boto, provider(), actions()).put_item(TableName="people", Item=wire_item())
    assert any(b"PutItem" in body or b"Item" in body for body in seen)
    assert not any(SECRET.encode() in body for body in seen)


def test_what_encrypts_already_is_refused(recorder: Recorder) -> None:
    attached = attach(recorder.client(), {"people": LegacyTableConfig(provider(), actions())})
    wrapper = EncryptedClient(recorder.client(), provider(), actions())
    resource = attach(recorder.resource(), {"people": LegacyTableConfig(provider(), actions())})
    made: list[Any] = [
        lambda: EncryptedClient(attached, provider()),
        lambda: EncryptedClient(wrapper._client, provider()),
        lambda: EncryptedTable(resource.Table("people"), provider()),
        lambda: EncryptedResource(resource, provider()),
    ]
    for make in made:
        with pytest.raises(InvalidArgumentError, match="encrypts already"):
            make()
    assert recorder.calls == []


def test_a_wrapper_is_not_detached(recorder: Recorder) -> None:
    for wrapper in (
        EncryptedClient(recorder.client(), provider(), actions()),
        EncryptedTable(recorder.table(), provider(), attribute_actions=actions()),
        EncryptedResource(recorder.resource(), provider(), actions()),
    ):
        with pytest.raises(InvalidArgumentError, match="nothing is attached"):
            detach(wrapper)
    wrapper.meta.client.put_item(TableName="people", Item=python_item())
    assert SECRET not in json.dumps(recorder.calls)


def test_the_client_of_a_wrapper_is_not_detached(recorder: Recorder) -> None:
    for wrapper in (
        EncryptedTable(recorder.table(), provider(), attribute_actions=actions()),
        EncryptedResource(recorder.resource(), provider(), actions()),
    ):
        with pytest.raises(InvalidArgumentError, match="client of a wrapper"):
            detach(wrapper.meta.client)
        wrapper.meta.client.put_item(TableName="people", Item=python_item())
    assert SECRET not in json.dumps(recorder.calls)


def test_a_client_whose_calls_are_coroutines_is_refused(recorder: Recorder) -> None:
    boto = recorder.client()

    class Asynchronous(type(boto)):  # type: ignore[misc]  # as aiobotocore makes its class
        async def _make_api_call(self, operation_name: str, api_params: Any) -> Any:
            raise AssertionError

    boto.__class__ = Asynchronous
    with pytest.raises(UnsupportedOperationError, match="ddbcrypt.aio"):
        require_client("client", boto)


@pytest.mark.parametrize("python_values", [False, True])
@pytest.mark.parametrize("of_resource", [False, True])
def test_the_notation_is_the_one_that_was_asked_for(recorder: Recorder, python_values: bool, of_resource: bool) -> None:
    """Whichever client is given: a resource's takes DynamoDB JSON where that is asked for, and the other way round."""
    boto = recorder.resource().meta.client if of_resource else recorder.client()
    wrapper = EncryptedClient(boto, provider(), actions(), expect_standard_dictionaries=python_values)
    item = python_item(tags={"a"}) if python_values else wire_item(tags={"SS": ["a"]})
    key = {name: item[name] for name in ("id",)}
    wrapper.put_item(TableName="people", Item=item)
    assert SECRET not in json.dumps(recorder.calls)
    assert wrapper.get_item(TableName="people", Key=key)["Item"] == item
    assert next(wrapper.get_paginator("scan").paginate(TableName="people"))["Items"] == [item]


def test_options_of_a_call_go_over_those_of_the_block(recorder: Recorder) -> None:
    wrapper = EncryptedClient(recorder.client(), provider(), actions())
    own = CryptoConfig(provider(7), EncryptionContext("people", "id"), AttributeActions(CryptoAction.SIGN_ONLY))
    wrapper.put_item(TableName="people", Item=wire_item("1"))
    wrapper.put_item(TableName="people", Item=wire_item("2"), crypto_config=own)
    with request_options(on_error="collect") as options:
        assert wrapper.scan(TableName="people")["Items"] == [wire_item("1")]
        assert [failed.key for failed in options.failures] == [{"id": {"S": "2"}}]
        assert wrapper.scan(TableName="people", crypto_config=own)["Items"] == [wire_item("2")]
        assert [failed.key for failed in options.failures] == [{"id": {"S": "2"}}, {"id": {"S": "1"}}]
        assert wrapper.scan(TableName="people", fetch_from_table=False)["Items"] == [wire_item("1")]
    with pytest.raises(SignatureVerificationError):
        wrapper.scan(TableName="people")
    with pytest.raises(InvalidArgumentError, match="fetch_from_table"):
        wrapper.scan(TableName="people", fetch_from_table="yes")  # type: ignore[arg-type]


def test_a_paginators_options_do_not_leak_between_pages(recorder: Recorder) -> None:
    wrapper = EncryptedClient(recorder.client(), provider(), actions())
    own = CryptoConfig(provider(7), EncryptionContext("people", "id"), AttributeActions(CryptoAction.SIGN_ONLY))
    for number in range(3):
        wrapper.put_item(TableName="people", Item=wire_item(str(number)), crypto_config=own)
    pages = wrapper.get_paginator("scan").paginate(
        TableName="people", PaginationConfig={"PageSize": 1}, crypto_config=own
    )
    assert next(pages)["Items"] == [wire_item("0")]
    with pytest.raises(SignatureVerificationError):
        wrapper.get_item(TableName="people", Key={"id": {"S": "0"}})
    assert [page["Items"] for page in pages] == [[wire_item("1")], [wire_item("2")]]


def test_a_paginator_of_ones_own(recorder: Recorder) -> None:
    """The reference client's constructor: a boto3 paginator, which stays as it was, and a method for the rest."""
    EncryptedClient(recorder.client(), provider(), actions()).put_item(TableName="people", Item=wire_item())
    own_actions = actions()
    own_actions.set_index_keys("id")
    config = CryptoConfig(provider(), EncryptionContext("people", "id"), own_actions)
    asked: list[dict[str, Any]] = []

    def method(**kwargs: Any) -> tuple[CryptoConfig, dict[str, Any]]:
        asked.append(kwargs)
        return config, {name: value for name, value in kwargs.items() if name != "mine"}

    boto = recorder.client().get_paginator("scan")
    paginator = EncryptedPaginator(boto, decrypt_dynamodb_item, method)
    (page,) = paginator.paginate(TableName="people", mine=1)
    assert page["Items"] == [wire_item()]
    assert asked == [{"TableName": "people", "mine": 1}]
    assert "B" in next(iter(boto.paginate(TableName="people")))["Items"][0]["name"]
    none = EncryptedPaginator(boto, decrypt_dynamodb_item, lambda **kwargs: (None, kwargs))
    with pytest.raises(InvalidArgumentError, match="people"):
        next(none.paginate(TableName="people"))


def test_counters(recorder: Recorder) -> None:
    metrics = Metrics()
    wrapper = EncryptedClient(recorder.client(), provider(), actions(), metrics=metrics)
    wrapper.put_item(TableName="people", Item=wire_item())
    wrapper.scan(TableName="people")
    assert metrics.snapshot()["items_encrypted"] == metrics.snapshot()["items_decrypted"] == 1
    with pytest.raises(TypeError, match="metrics"):
        EncryptedClient(recorder.client(), provider(), metrics=3)  # type: ignore[arg-type]
