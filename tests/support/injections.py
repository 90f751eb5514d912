# SPDX-License-Identifier: Apache-2.0
"""What DynamoDB does under load and the test databases never do: unprocessed parts of a batch, and throttling."""

import threading
from decimal import Decimal
from typing import Any

from tests.support.endpoint import Answer, Forward

_OK = 200
_BAD_REQUEST = 400


class _Times:
    """Counts down from ``times``, safely between threads."""

    def __init__(self, times: int) -> None:
        self._left = times
        self._lock = threading.Lock()

    def take(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0


class HoldBackWrites:
    """Carry out only the first ``keep`` writes of each table in a BatchWriteItem, ``times`` times.

    The others come back as ``UnprocessedItems`` in reversed order, their numbers as DynamoDB normalises them (``5.0``
    is ``5``), since DynamoDB promises neither the order nor the text of what it returns.
    """

    def __init__(self, keep: int, times: int = 1) -> None:
        self._keep = keep
        self._times = _Times(times)

    def __call__(self, operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != "BatchWriteItem" or not self._times.take():
            return None
        writes = request["RequestItems"]
        held = {table: some[self._keep :][::-1] for table, some in writes.items() if some[self._keep :]}
        kept = {table: some[: self._keep] for table, some in writes.items() if some[: self._keep]}
        answer = {}
        if kept:
            status, answer = forward({**request, "RequestItems": kept})
            if status != _OK:
                return status, answer
        return _OK, {**answer, "UnprocessedItems": normalise_numbers(held)}


class HoldBackKeys:
    """Look up only the first ``keep`` keys of each table in a BatchGetItem, ``times`` times; the rest comes back."""

    def __init__(self, keep: int, times: int = 1) -> None:
        self._keep = keep
        self._times = _Times(times)

    def __call__(self, operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != "BatchGetItem" or not self._times.take():
            return None
        reads = request["RequestItems"]
        held = {t: {**r, "Keys": r["Keys"][self._keep :]} for t, r in reads.items() if r["Keys"][self._keep :]}
        kept = {t: {**r, "Keys": r["Keys"][: self._keep]} for t, r in reads.items() if r["Keys"][: self._keep]}
        answer: dict[str, Any] = {"Responses": {}}
        if kept:
            status, answer = forward({**request, "RequestItems": kept})
            if status != _OK:
                return status, answer
        return _OK, {**answer, "UnprocessedKeys": held}


class Throttle:
    """Answer ``operation`` with a throttling error, ``times`` times."""

    def __init__(self, operation: str, times: int) -> None:
        self._operation = operation
        self._times = _Times(times)

    def __call__(self, operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != self._operation or not self._times.take():
            return None
        kind = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
        return _BAD_REQUEST, {"__type": kind, "message": "The level of configured provisioned throughput was exceeded."}


class Alter:
    """Hand each answer to ``operation`` to ``change``, which edits it in place: a database that lies."""

    def __init__(self, operation: str, change: Any) -> None:
        self._operation = operation
        self._change = change

    def __call__(self, operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != self._operation:
            return None
        status, answer = forward(request)
        self._change(answer)
        return status, answer


def normalise_numbers(value: Any) -> Any:
    """The same DynamoDB JSON with every number in the plain text that DynamoDB returns."""
    if isinstance(value, list):
        return [normalise_numbers(member) for member in value]
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("N"), str):
            return {"N": plain_number(value["N"])}
        if len(value) == 1 and isinstance(value.get("NS"), list):
            return {"NS": [plain_number(member) for member in value["NS"]]}
        return {name: normalise_numbers(member) for name, member in value.items()}
    return value


def plain_number(text: str) -> str:
    """A number as DynamoDB returns it: no exponent, no needless zeros, no negative zero."""
    plain = format(Decimal(text), "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "0", "") else plain
