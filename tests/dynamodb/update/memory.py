# SPDX-License-Identifier: Apache-2.0
"""A table in memory for flows, with the mishaps that a test asks for, and a driver that runs a flow over it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from ddbcrypt.dynamodb.crypto import decrypt_jobs, encrypt_jobs
from ddbcrypt.dynamodb.effects import Answer, Call, Decrypt, Encrypt, Flow, Send, Sleep
from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.dynamodb.scene import Scene, Settings
from ddbcrypt.expressions import apply, evaluate, parse_condition, parse_update
from ddbcrypt.metrics import Metrics

BAD_REQUEST = 400
CONFLICT = "ConditionalCheckFailedException"

Mishap = Callable[["Memory", dict[str, Any]], dict[str, Any]]


def error(code: str, *, retries: int = 0, status: int = BAD_REQUEST) -> ClientError:
    """An error as botocore makes it."""
    metadata = {"HTTPStatusCode": status, "RetryAttempts": retries}
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": metadata}
    return ClientError(response, "UpdateItem")


class Memory:
    """Items by key. Each write takes the next of :attr:`mishaps`, if there is one."""

    def __init__(self, *key_names: str) -> None:
        self.key_names = key_names or ("id",)
        self.items: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.sleeps: list[float] = []
        self.mishaps: list[Mishap] = []
        self.read_errors: list[Exception | None] = []

    def put(self, item: dict[str, Any]) -> None:
        self.items[self._place(item)] = item

    def get(self, **key: str) -> dict[str, Any]:
        return self.items[json.dumps({name: {"S": value} for name, value in key.items()})]

    def _place(self, item: Any) -> str:
        return json.dumps({name: item[name] for name in self.key_names})

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def writes(self) -> Iterator[dict[str, Any]]:
        return (request for operation, request in self.calls if operation == "UpdateItem")

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, request))
        if operation == "GetItem":
            assert request["ConsistentRead"] is True
            failure = self.read_errors.pop(0) if self.read_errors else None
            if failure is not None:
                raise failure
            item = self.items.get(self._place(request["Key"]))
            return {**({"Item": dict(item)} if item else {}), **_capacity(request, 0.5)}
        assert operation == "UpdateItem"
        if self.mishaps:
            return self.mishaps.pop(0)(self, request)
        return self.update(request)

    def update(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry an UpdateItem out as DynamoDB does."""
        names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
        place = self._place(request["Key"])
        item = self.items.get(place)
        if "ConditionExpression" in request:
            condition = parse_condition(request["ConditionExpression"], names, values)
            if not evaluate(condition, item or {}):
                raise error(CONFLICT)
        new = dict(item or request["Key"])
        if "UpdateExpression" in request:
            applied = apply(parse_update(request["UpdateExpression"], names, values), item, self.key_names)
            new = {**request["Key"], **applied.item}
        self.items[place] = new
        response = _capacity(request, 1.0)
        if request.get("ReturnItemCollectionMetrics") == "SIZE":
            response["ItemCollectionMetrics"] = {"ItemCollectionKey": request["Key"]}
        image = {"ALL_NEW": new, "ALL_OLD": item}.get(request.get("ReturnValues", ""))
        if image:
            response["Attributes"] = dict(image)
        return response


def _capacity(request: dict[str, Any], units: float) -> dict[str, Any]:
    if request.get("ReturnConsumedCapacity", "NONE") == "NONE":
        return {}
    return {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": units, "Table": {"CapacityUnits": units}}}


def first(change: Callable[[Memory], Any], then: Mishap | None = None) -> Mishap:
    """Others change something just before the write arrives."""

    def mishap(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
        change(memory)
        return then(memory, request) if then else memory.update(request)

    return mishap


def answer_lost(change: Callable[[Memory], Any] | None = None) -> Mishap:
    """The write arrives, its answer does not; others may come next; then botocore sends it again and gets an answer."""

    def mishap(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
        memory.update(request)
        if change is not None:
            change(memory)
        return sent_again(memory, request)

    return mishap


def sent_again(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
    """An earlier attempt got no answer and never arrived; this one is the second."""
    try:
        return memory.update(request)
    except ClientError as failure:
        failure.response["ResponseMetadata"]["RetryAttempts"] = 1
        raise


def timed_out(*, arrived: bool, change: Callable[[Memory], Any] | None = None) -> Mishap:
    """No attempt got an answer."""

    def mishap(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
        if arrived:
            memory.update(request)
        if change is not None:
            change(memory)
        raise ReadTimeoutError(endpoint_url="http://127.0.0.1")

    return mishap


def failing(failure: Exception) -> Mishap:
    """DynamoDB refuses the write."""

    def mishap(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
        raise failure

    return mishap


def scene_of(table: Any, **settings: Any) -> Scene:
    """A scene with one table."""
    registry = Registry({}, ask=False)
    registry.remember(table.name, table)
    return Scene(registry, Settings(**settings), Metrics())


def run(scene: Scene, flow: Flow, memory: Memory) -> dict[str, Any]:
    """Run a flow to its end; what the caller's own call gives. Nothing sleeps."""
    value: Any = None
    failure: Exception | None = None
    sent = False
    while True:
        try:
            effect = flow.send(value) if failure is None else flow.throw(failure)
        except StopIteration as end:
            outcome = end.value
            assert isinstance(outcome, Answer) is not sent
            if not isinstance(outcome, Answer):
                return outcome
            assert outcome.status == (BAD_REQUEST if "Error" in outcome.parsed else 200)
            return outcome.parsed
        value = failure = None
        try:
            if isinstance(effect, Send):
                assert not sent
                sent = True
                value = _sent(memory, effect.request)
            elif isinstance(effect, Call):
                value = memory.call(effect.operation, dict(effect.request))
            elif isinstance(effect, Encrypt):
                value = encrypt_jobs(effect.jobs, scene.metrics)
            elif isinstance(effect, Decrypt):
                value = decrypt_jobs(effect.jobs, effect.collect, scene.metrics)
            else:
                assert isinstance(effect, Sleep)
                memory.sleeps.append(effect.seconds)
        except Exception as caught:  # noqa: BLE001 - thrown into the flow, as a driver does
            failure = caught


def _sent(memory: Memory, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return memory.call("UpdateItem", request)
    except ClientError as failure:
        parsed: Any = dict(failure.response)
        stored = memory.items.get(memory._place(request["Key"]))
        if stored and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
            parsed["Item"] = dict(stored)
        return parsed
