# SPDX-License-Identifier: Apache-2.0
"""The handlers of aiobotocore's events, which are botocore's: it awaits a handler that is a coroutine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from botocore.exceptions import ClientError

from ddbcrypt.aio.running import advance
from ddbcrypt.dynamodb.clones import bare_clone
from ddbcrypt.dynamodb.effects import Answer, Flow, Send
from ddbcrypt.dynamodb.flows import begin
from ddbcrypt.dynamodb.hooks import FLOW, Events, answered, before_call, finish, prepare
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.operations import filter_own_error
from ddbcrypt.streams import flows as streams
from ddbcrypt.streams.hooks import StreamEvents, bare_stream_client
from ddbcrypt.streams.iterators import Iterators


class AsyncHooks:
    """The handlers of one client of aiobotocore. Any number of tasks may use the client at once."""

    def __init__(self, client: Any, scene: Scene) -> None:
        self._client = client
        self.scene = scene
        self._events = Events(client, scene.registry)
        # Tasks that meet a table for the first time at once share one look-up; the registry remembers what it gave.
        self._lookups: dict[tuple[int, str], asyncio.Task[dict[str, Any]]] = {}

    def register(self) -> None:
        """Put the handlers on the client's events."""
        self._events.register(self._build, self._before, self._after)

    def unregister(self) -> None:
        """Take them off again."""
        self._events.unregister()

    async def _build(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        flow = begin(self.scene, model.name, params, context)
        if flow is not None:
            prepare(await self._advance(flow, None), flow, params, context, aside=self._events.puts_aside)

    def _before(
        self, params: Mapping[str, Any], context: dict[str, Any], **_: Any
    ) -> tuple[Any, dict[str, Any]] | None:
        return before_call(params, context)

    async def _after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        flow = answered(parsed, model, context)
        if flow is not None:
            finish(await self._advance(flow, parsed), parsed)

    async def _advance(self, flow: Flow, value: Any) -> Send | Answer | dict[str, Any]:
        return await advance(flow, value, self._make_call, self.scene.metrics)

    async def _make_call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        if operation != "DescribeTable":
            return await self._call(operation, request)
        key = self.scene.registry.generation, request["TableName"]
        task = self._lookups.get(key)
        if task is None:
            task = self._lookups[key] = asyncio.create_task(self._call(operation, request))

            def forget(done: asyncio.Task[dict[str, Any]]) -> None:
                del self._lookups[key]
                if not done.cancelled():
                    done.exception()  # it may be that nobody waits for it any more

            task.add_done_callback(forget)
        # whoever is cancelled leaves the look-up to the others
        return await asyncio.shield(task)

    async def _call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        client = bare_clone(self._client)
        try:
            result: dict[str, Any] = await client._make_api_call(operation, dict(request))  # noqa: SLF001
        except ClientError as error:
            filter_own_error(cast("dict[str, Any]", error.response))
            raise
        return result


class AsyncStreamHooks:
    """The handlers of one ``dynamodbstreams`` client of aiobotocore."""

    def __init__(self, client: Any, scene: Scene) -> None:
        self._client = client
        self.scene = scene
        self._iterators = Iterators()
        self._events = StreamEvents(client)

    def register(self) -> None:
        """Put the handlers on the client's events."""
        self._events.register(self._build, self._after)

    def unregister(self) -> None:
        """Take them off again."""
        self._events.unregister()

    async def _build(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        flow = streams.begin(self.scene, self._iterators, model.name, params, context)
        if flow is not None:
            prepare(await advance(flow, None, self._make_call, self.scene.metrics), flow, params, context)

    async def _after(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        flow = context.pop(FLOW, None)
        if flow is not None:
            finish(await advance(flow, parsed, self._make_call, self.scene.metrics), parsed)

    async def _make_call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        client = bare_stream_client(self._client)
        result: dict[str, Any] = await client._make_api_call(operation, dict(request))  # noqa: SLF001
        return result
