# SPDX-License-Identifier: Apache-2.0
"""The user agent of attached clients: named once for each request, at the end, and off again."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

import ddbcrypt
from ddbcrypt.identifiers import USER_AGENT_SUFFIX
from tests.dynamodb.attach.recording import Recorder

KEY = {"TableName": "plain", "Key": {"id": {"S": "1"}}}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def last(recorder: Recorder) -> str:
    """The user agent of the last request."""
    value = recorder.requests[-1].headers["User-Agent"]
    return value.decode() if isinstance(value, bytes) else str(value)


def attached(client: Any) -> Any:
    return ddbcrypt.attach(client, {}, plaintext_tables=["plain"])


@pytest.mark.parametrize(
    "options",
    [{}, {"user_agent_extra": "theirs"}, {"user_agent": "whole"}, {"user_agent": "a", "user_agent_extra": "b"}],
)
def test_named_at_the_end_and_off_again(recorder: Recorder, options: dict[str, Any]) -> None:
    client = recorder.client(config=Config(**options))
    client.get_item(**KEY)
    before = last(recorder)
    assert attached(attached(client)) is client
    client.get_item(**KEY)
    assert last(recorder) == f"{before} {USER_AGENT_SUFFIX}"
    ddbcrypt.detach(client)
    client.get_item(**KEY)
    assert last(recorder) == before
    attached(client)
    client.get_item(**KEY)
    assert last(recorder) == f"{before} {USER_AGENT_SUFFIX}"
    assert client.meta.config.user_agent_extra == options.get("user_agent_extra")


class Creator:
    """What writes the header in some other botocore."""

    def to_string(self) -> str:
        return "someone"


@pytest.mark.parametrize("creator", [None, Creator()], ids=["none", "other"])
def test_where_botocore_has_no_place_for_it(recorder: Recorder, creator: Any) -> None:
    client = recorder.client()
    client.get_item(**KEY)
    before = last(recorder)
    written = client._user_agent_creator
    if creator is None:
        del client._user_agent_creator
    else:
        client._user_agent_creator = creator
    attached(client)
    client._user_agent_creator = written  # which botocore itself needs
    client.get_item(**KEY)
    assert last(recorder) == f"{before} {USER_AGENT_SUFFIX}"
    ddbcrypt.detach(client)
    client.get_item(**KEY)
    assert last(recorder) == before


def test_a_table_leaves_its_original(recorder: Recorder) -> None:
    resource = recorder.resource()
    original = resource.Table("plain")
    table = ddbcrypt.attach(original, {}, plaintext_tables=["plain"])
    table.get_item(Key={"id": "1"})
    assert last(recorder).endswith(f" {USER_AGENT_SUFFIX}")
    original.get_item(Key={"id": "1"})
    assert USER_AGENT_SUFFIX not in last(recorder)


def test_retries_name_it_once(recorder: Recorder) -> None:
    client = attached(recorder.client(config=Config(retries={"mode": "standard", "max_attempts": 2})))
    sent: list[str] = []

    def fail_first(request: Any, **_: Any) -> None:
        sent.append(request.headers["User-Agent"].decode())
        if len(sent) == 1:
            raise EndpointConnectionError(endpoint_url="none")

    client.meta.events.register_first("before-send.dynamodb", fail_first)
    client.get_item(**KEY)
    assert [agent.count(USER_AGENT_SUFFIX) for agent in sent] == [1, 1]
