# SPDX-License-Identifier: Apache-2.0
"""Talks to an oracle process: another client of the format that answers JSON lines (README.md has the protocol)."""

from __future__ import annotations

import base64
import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Self

from tests.strategies import Case
from tests.support.patience import PATIENCE_SECONDS

PYTHON_ORACLE = (sys.executable, str(Path(__file__).with_name("oracle_python.py")))
ANSWER_SECONDS = PATIENCE_SECONDS
WINDOW = 128


class OracleError(Exception):
    """The other client refused a request; ``kind`` is the class name of what it raised."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Oracle:
    """A running oracle. One thread uses it at a time; a context manager that ends the process."""

    def __init__(self, command: Sequence[str] = PYTHON_ORACLE) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed on exit
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8"
        )
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="oracle-reader", daemon=True)
        self._reader.start()
        self._asked = 0
        self._answered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=PATIENCE_SECONDS)
        self._reader.join(timeout=PATIENCE_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()

    def _read(self) -> None:
        # A reader of its own: with both pipes full, writer and oracle would wait for each other for ever.
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(json.loads(line))
        self._answers.put(None)

    def send(self, request: Mapping[str, Any]) -> None:
        """Ask without waiting; answers come in the order of the requests."""
        assert self._process.stdin is not None
        self._asked += 1
        self._process.stdin.write(json.dumps({"id": self._asked, **request}) + "\n")

    def receive(self) -> dict[str, Any]:
        """The next answer as it came, ``ok`` or not."""
        assert self._process.stdin is not None
        self._process.stdin.flush()
        response = self._answers.get(timeout=ANSWER_SECONDS)
        if response is None:
            self._errors.seek(0)
            raise RuntimeError("the oracle ended: " + self._errors.read().decode("utf-8", "replace")[-2000:])
        self._answered += 1
        assert response["id"] == self._answered, "the oracle answered out of order"
        return response

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request and its answer. Raises :class:`OracleError` where the client refused."""
        self.send(request)
        return accepted(self.receive())

    def pipeline(self, requests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Answers to many requests, refusals included, with up to ``WINDOW`` of them on their way."""
        source = iter(requests)
        waiting = 0
        for request in islice(source, WINDOW):
            self.send(request)
            waiting += 1
        while waiting:
            response = self.receive()
            waiting -= 1
            for request in islice(source, 1):
                self.send(request)
                waiting += 1
            yield response


def accepted(response: Mapping[str, Any]) -> dict[str, Any]:
    """The answer itself, or the client's refusal raised as :class:`OracleError`."""
    if not response["ok"]:
        raise OracleError(response["error"]["type"], response["error"]["message"])
    return dict(response)


def request_for(op: str, case: Case, item: Mapping[str, Any], api: str = "dynamodb", **extra: Any) -> dict[str, Any]:
    """The request to ``encrypt`` or ``decrypt`` a DynamoDB JSON item under the configuration of ``case``."""
    keys = {
        "signing": {"algorithm": case.signing_algorithm, "raw": text(case.signing_key)},
        "encryption": case.encryption_key and {"algorithm": "AES", "raw": text(case.encryption_key)},
    }
    return {
        "op": op,
        "api": api,
        "table": case.table,
        "keys": keys,
        "actions": {"default": case.default, "attributes": case.actions},
        "description": case.description,
        "item": to_json(item),
        **extra,
    }


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def to_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """A DynamoDB JSON item with its bytes as base64 text."""
    return {name: _convert(attribute, lambda data: text(bytes(data))) for name, attribute in item.items()}


def from_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """The way back of :func:`to_json`."""
    return {name: _convert(attribute, base64.b64decode) for name, attribute in item.items()}


def _convert(attribute: Mapping[str, Any], change: Any) -> dict[str, Any]:
    ((kind, value),) = attribute.items()
    if kind == "B":
        return {kind: change(value)}
    if kind == "BS":
        return {kind: [change(member) for member in value]}
    if kind == "L":
        return {kind: [_convert(member, change) for member in value]}
    if kind == "M":
        return {kind: {name: _convert(member, change) for name, member in value.items()}}
    return dict(attribute)
