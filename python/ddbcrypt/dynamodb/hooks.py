# SPDX-License-Identifier: Apache-2.0
"""The handlers of botocore's events: a call's request goes into its flow, its response too.

They see DynamoDB JSON on every kind of client: last on ``before-parameter-build.dynamodb``, after a resource's
serializer, and first on ``after-call.dynamodb``, before its deserializer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Final, TypeAlias, cast

from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.bodies import Aside, put_aside, put_back, read_response, reads_json, writes_json
from ddbcrypt.dynamodb.clones import bare_clone
from ddbcrypt.dynamodb.effects import Answer, Flow, Send
from ddbcrypt.dynamodb.flows import begin
from ddbcrypt.dynamodb.python_values import PythonValues, has_boto3_serializer
from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.dynamodb.running import advance
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.dynamodb.sizes import MOST_BYTES
from ddbcrypt.dynamodb.user_agents import name_in_user_agent
from ddbcrypt.internal.timed_cache import TimedCache, default_clock
from ddbcrypt.operations import filter_own_error, filter_response, find

_BUILD: Final = "before-parameter-build.dynamodb"
_BEFORE: Final = "before-call.dynamodb"
_AFTER: Final = "after-call.dynamodb"
#: Before all others there: botocore calls the handlers of the most specific event first.
_COMPLETE: Final = "before-call.dynamodb.PutItem"
#: After all others.
_PARSE: Final = "before-parse"
#: After all others as well: the first of them that gives parameters has its way.
_PARAMETERS: Final = "provide-client-params"
_HANDLERS: Final = {
    _PARAMETERS: "copy",
    _BUILD: "build",
    _COMPLETE: "complete",
    _BEFORE: "before",
    _AFTER: "after",
    _PARSE: "parse",
}
Handler: TypeAlias = Callable[..., Any]
UNIQUE_ID: Final = "ddbcrypt"
#: Where a call's flow, and the answer of one that sends nothing, are kept between its events.
FLOW: Final = "ddbcrypt_flow"
ANSWER: Final = "ddbcrypt_answer"
_CHECK: Final = "ddbcrypt_check_size"
_ASIDE: Final = "ddbcrypt_aside"


class Hooks:
    """The handlers of one client. Thread-safe: a call's state is in botocore's context of that call."""

    def __init__(self, client: Any, scene: Scene) -> None:
        self._client = client
        self.scene = scene
        # Threads that meet a table for the first time at once share one look-up; the registry remembers what it gave.
        self._lookups: TimedCache[tuple[int, str], dict[str, Any]] = TimedCache(
            "a table's primary key", 64, 1.0, 1.0, default_clock
        )
        self._events = Events(client, scene.registry)

    def register(self) -> None:
        """Put the handlers on the client's events; once, however often it is called."""
        self._events.register(self._build, self._before, self._after)

    def unregister(self) -> None:
        """Take them off again."""
        self._events.unregister()

    def _build(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        flow = begin(self.scene, model.name, params, context)
        if flow is None:
            return
        outcome = advance(flow, None, self._make_call, self.scene.metrics)
        prepare(outcome, flow, params, context, aside=self._events.puts_aside)

    def _before(
        self, params: Mapping[str, Any], context: dict[str, Any], **_: Any
    ) -> tuple[Any, dict[str, Any]] | None:
        return before_call(params, context)

    def _after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        flow = answered(parsed, model, context)
        if flow is not None:
            finish(advance(flow, parsed, self._make_call, self.scene.metrics), parsed)

    def _make_call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "DescribeTable":
            key = self.scene.registry.generation, request["TableName"]
            return self._lookups.get(key, lambda: self._call(operation, request))
        return self._call(operation, request)

    def _call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            result: dict[str, Any] = bare_clone(self._client)._make_api_call(operation, dict(request))  # noqa: SLF001
        except ClientError as error:
            filter_own_error(cast("dict[str, Any]", error.response))
            raise
        return result


class Events:
    """The events of one DynamoDB client, botocore's or aiobotocore's, on which its handlers are.

    :param registry: the client's tables
    :ivar puts_aside: whether an item that the engine made need not go through botocore
    """

    def __init__(self, client: Any, registry: Registry) -> None:
        self._client = client
        self._registry = registry
        self._values: PythonValues | None = None
        self.puts_aside = writes_json(client)
        self._forget_name: Callable[[], None] | None = None

    def register(self, build: Handler, before: Handler, after: Handler) -> None:
        """Put handlers where they see DynamoDB JSON; once, however often it is called.

        To be called again where a resource has been made of the client since.
        """
        events = self._client.meta.events
        if self._values is None and has_boto3_serializer(self._client):
            self._values = PythonValues(self._registry)
            self._values.register(self._client)
        events.register_last(_PARAMETERS, _copied_parameters, unique_id=f"{UNIQUE_ID}-copy")
        events.register_last(_BUILD, build, unique_id=f"{UNIQUE_ID}-build")
        events.register_first(_BEFORE, before, unique_id=f"{UNIQUE_ID}-before")
        events.register_first(_AFTER, after, unique_id=f"{UNIQUE_ID}-after")
        if self.puts_aside:
            events.register_first(_COMPLETE, complete, unique_id=f"{UNIQUE_ID}-complete")
        if reads_json(self._client):
            events.register_last(_PARSE, read_response, unique_id=f"{UNIQUE_ID}-parse")
        if self._forget_name is None:
            self._forget_name = name_in_user_agent(self._client)

    def unregister(self) -> None:
        """Take the handlers off."""
        events = self._client.meta.events
        for event, name in _HANDLERS.items():
            events.unregister(event, unique_id=f"{UNIQUE_ID}-{name}")
        if self._values is not None:
            self._values.unregister(self._client)
            self._values = None
        if self._forget_name is not None:
            self._forget_name()
            self._forget_name = None


def _copied_parameters(params: Mapping[str, Any], **_: Any) -> dict[str, Any]:
    """Give a call's parameters in a dict of our own: a library may give botocore its own one, and use it again."""
    return dict(params)


def prepare(
    outcome: Send | Answer | dict[str, Any],
    flow: Flow,
    params: dict[str, Any],
    context: dict[str, Any],
    *,
    aside: bool = False,
) -> None:
    """Put what a flow wants sent into botocore's parameters, or keep its answer for ``before-call``.

    :param aside: whether the client lets an item that the engine made be put aside until botocore has made the request
    """
    if type(outcome) is Send:
        context[FLOW] = flow
        if outcome.check_size is not None:
            context[_CHECK] = outcome.check_size
        request = outcome.request
        if aside and outcome.made is not None:
            put = put_aside(request, outcome.made)
            if put is not None:
                request, context[_ASIDE] = put
    elif type(outcome) is Answer:
        context[ANSWER] = outcome
        # botocore builds a request that is never sent: nothing of the caller's is to be in it but what names the item
        request = {name: params[name] for name in ("TableName", "Key") if name in params}
    else:
        raise AssertionError("a flow that sends nothing has to return an Answer")
    if request is not params:
        params.clear()
        params.update(request)


def complete(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Put the item that was put aside into botocore's request.

    :param params: botocore's request
    """
    aside: Aside | None = context.pop(_ASIDE, None)
    if aside is not None:
        put_back(params, aside)


def before_call(params: Mapping[str, Any], context: dict[str, Any]) -> tuple[Any, dict[str, Any]] | None:
    """Give the response of a flow that answered by itself, as botocore takes it from ``before-call``.

    :param params: botocore's request
    :raises ItemTooLargeError: for an item that DynamoDB would not store
    """
    check_size: Callable[[], None] | None = context.pop(_CHECK, None)
    if check_size is not None:
        if len(params["body"]) > MOST_BYTES:
            check_size()
        return None
    answer: Answer | None = context.pop(ANSWER, None)
    if answer is None:
        return None
    parsed = answer.parsed
    identified = {} if answer.request_id is None else {"RequestId": answer.request_id}
    metadata: dict[str, Any] = {**identified, "HTTPStatusCode": answer.status, "HTTPHeaders": {}, "RetryAttempts": 0}
    parsed.setdefault("ResponseMetadata", metadata)
    return SimpleNamespace(status_code=answer.status, headers={}, content=b""), parsed


def answered(parsed: dict[str, Any], model: Any, context: dict[str, Any]) -> Flow | None:
    """Take a response: what nobody decided on is left out. Gives the flow that goes on with it, if there is one."""
    filter_response(find(model.name), parsed)
    flow: Flow | None = context.pop(FLOW, None)
    return flow


def finish(outcome: Send | Answer | dict[str, Any], parsed: dict[str, Any]) -> None:
    """Put what a flow returned into botocore's response, which every later handler and the caller see."""
    if not isinstance(outcome, dict):
        raise AssertionError("a flow that sent has to return a response")
    if outcome is not parsed:
        parsed.clear()
        parsed.update(outcome)
