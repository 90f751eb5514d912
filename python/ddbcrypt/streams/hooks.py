# SPDX-License-Identifier: Apache-2.0
"""The handlers of a ``dynamodbstreams`` client's events, as :mod:`ddbcrypt.dynamodb.hooks` has them for DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.clones import clone_client
from ddbcrypt.dynamodb.hooks import FLOW, UNIQUE_ID, Handler, finish, prepare
from ddbcrypt.dynamodb.running import advance
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.dynamodb.user_agents import name_in_user_agent
from ddbcrypt.streams.flows import begin
from ddbcrypt.streams.iterators import Iterators

_BUILD: Final = "before-parameter-build.dynamodb-streams"
_AFTER: Final = "after-call.dynamodb-streams"


class StreamHooks:
    """The handlers of one client. Thread-safe: a call's state is in botocore's context of that call."""

    def __init__(self, client: Any, scene: Scene) -> None:
        self._client = client
        self.scene = scene
        self.iterators = Iterators()
        self._events = StreamEvents(client)

    def register(self) -> None:
        """Put the handlers on the client's events."""
        self._events.register(self._build, self._after)

    def unregister(self) -> None:
        """Take them off again."""
        self._events.unregister()

    def _build(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        flow = begin(self.scene, self.iterators, model.name, params, context)
        if flow is not None:
            prepare(advance(flow, None, self._make_call, self.scene.metrics), flow, params, context)

    def _after(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        flow = context.pop(FLOW, None)
        if flow is not None:
            finish(advance(flow, parsed, self._make_call, self.scene.metrics), parsed)

    def _make_call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = bare_stream_client(self._client)._make_api_call(operation, dict(request))  # noqa: SLF001
        return result


class StreamEvents:
    """The events of one client, botocore's or aiobotocore's, on which its handlers are."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._forget_name: Callable[[], None] | None = None

    def register(self, build: Handler, after: Handler) -> None:
        """Put handlers where requests are complete and responses as they came."""
        events = self._client.meta.events
        events.register_last(_BUILD, build, unique_id=f"{UNIQUE_ID}-build")
        events.register_first(_AFTER, after, unique_id=f"{UNIQUE_ID}-after")
        if self._forget_name is None:
            self._forget_name = name_in_user_agent(self._client)

    def unregister(self) -> None:
        """Take the handlers off."""
        _take_off(self._client.meta.events)
        if self._forget_name is not None:
            self._forget_name()
            self._forget_name = None


def bare_stream_client(client: Any) -> Any:
    """Make a clone without our hooks; it still names ddbcrypt in the user agent."""
    clone = clone_client(client)
    _take_off(clone.meta.events)
    return clone


def _take_off(events: Any) -> None:
    events.unregister(_BUILD, unique_id=f"{UNIQUE_ID}-build")
    events.unregister(_AFTER, unique_id=f"{UNIQUE_ID}-after")
