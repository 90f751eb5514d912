# SPDX-License-Identifier: Apache-2.0
"""The handlers of a ``dynamodbstreams`` client's events, as :mod:`ddbcrypt.dynamodb.hooks` has them for DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.clones import clone_client
from ddbcrypt.dynamodb.hooks import FLOW, UNIQUE_ID, Handler, finish, name_user_agent, prepare
from ddbcrypt.dynamodb.running import advance
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.streams.flows import begin
from ddbcrypt.streams.iterators import Iterators

_BUILD: Final = "before-parameter-build.dynamodb-streams"
_CREATED: Final = "request-created.dynamodb-streams"
_AFTER: Final = "after-call.dynamodb-streams"


class StreamHooks:
    """The handlers of one client. Thread-safe: a call's state is in botocore's context of that call."""

    def __init__(self, client: Any, scene: Scene) -> None:
        self._client = client
        self.scene = scene
        self.iterators = Iterators()

    def register(self) -> None:
        """Put the handlers on the client's events."""
        self.register_on(self._client.meta.events, self._build, self._after)

    @staticmethod
    def register_on(events: Any, build: Handler, after: Handler) -> None:
        """Put handlers where requests are complete and responses as they came."""
        events.register_last(_BUILD, build, unique_id=f"{UNIQUE_ID}-build")
        events.register_first(_AFTER, after, unique_id=f"{UNIQUE_ID}-after")
        events.register_last(_CREATED, name_user_agent, unique_id=f"{UNIQUE_ID}-created")

    @staticmethod
    def unregister(events: Any) -> None:
        """Take the handlers of any such object off."""
        events.unregister(_BUILD, unique_id=f"{UNIQUE_ID}-build")
        events.unregister(_CREATED, unique_id=f"{UNIQUE_ID}-created")
        events.unregister(_AFTER, unique_id=f"{UNIQUE_ID}-after")

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


def bare_stream_client(client: Any) -> Any:
    """Make a clone without our hooks."""
    clone = clone_client(client)
    StreamHooks.unregister(clone.meta.events)
    return clone
