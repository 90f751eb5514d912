# SPDX-License-Identifier: Apache-2.0
"""AWS's Java clients, each warm in a process of its own, timed inside Java: no pipe and no JSON is in the time.

The projects are those of the interoperation tests (``tests/java``), run here with all compilers of their machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from benchmarks.contestants.libraries import ENCRYPTION_KEY, SIGNING_KEY
from benchmarks.shapes import KEYS, TABLE
from benchmarks.timing import Runner
from tests.interop import java_oracle, structured_java_oracle
from tests.interop.oracle import Oracle, from_json, text, to_json
from tests.support import java

#: Longest time for one request, after which a client's process ends itself.
REQUEST_SECONDS = 600
MAIN_CLASSES = {
    "legacy-client": java_oracle.MAIN_CLASS,
    "structured-client": structured_java_oracle.MAIN_CLASS,
}


class JavaClient:
    """One client. ``settings`` are the members of its requests besides operation and item."""

    def __init__(self, oracle: Oracle, clock: str) -> None:
        self._oracle = oracle
        self._clock = clock

    def ask(self, op: str, item: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
        """The item, in DynamoDB JSON, that the client makes of one."""
        made: dict[str, Any] = from_json(self._oracle.ask({"op": op, **settings, "item": to_json(item)})["item"])
        return made

    def runner(self, direction: str, item: Mapping[str, Any], settings: Mapping[str, Any]) -> Runner:
        """Times one direction inside the client's process."""
        request = {"op": f"time_{direction}", **settings, "item": to_json(item), "clock": self._clock}

        def run(iterations: int) -> float:
            answer = self._oracle.ask({**request, "iterations": iterations})
            assert answer["attributes"] >= iterations * len(KEYS), "Java's items have lost attributes"
            return float(answer["nanoseconds"])

        return run


@contextmanager
def client(project: str, clock: str, *, quick: bool) -> Iterator[JavaClient | str]:
    """A running client, or the reason why there is none. ``quick``: with a quick start, and slow."""
    try:
        built = java.build(project)
    except (pytest.skip.Exception, pytest.fail.Exception) as reason:
        yield str(reason)
        return
    options = java_oracle.JVM_OPTIONS[1:] if quick else ()
    command = [built.java, "-Xmx1g", *options, "-cp", built.class_path, MAIN_CLASSES[project], str(REQUEST_SECONDS)]
    with Oracle(command) as oracle:
        yield JavaClient(oracle, clock)


def legacy_settings() -> dict[str, Any]:
    """The configuration of ``libraries.Library``."""
    return {
        "api": "dynamodb",
        "table": TABLE,
        "keys": {
            "signing": {"algorithm": "HmacSHA256", "raw": text(SIGNING_KEY)},
            "encryption": {"algorithm": "AES", "raw": text(ENCRYPTION_KEY)},
        },
        "actions": {"default": "ENCRYPT_AND_SIGN", "attributes": dict.fromkeys(KEYS, "SIGN_ONLY")},
        "description": {},
    }


def structured_settings(config: Any, key: bytes, namespace: str, name: str) -> dict[str, Any]:
    """A ``DynamoDbItemEncryptorConfig`` whose keyring has one raw AES key."""
    return {
        "config": {
            "table": config.logical_table_name,
            "partition": config.partition_key_name,
            "sort": config.sort_key_name,
            "actions": {name: action.name for name, action in config.attribute_actions_on_encrypt.items()},
            "allowed": [],
            "prefix": None,
            "suite": int(config.suite),
        },
        "keyrings": [{"type": "aes", "namespace": namespace, "name": name, "key": text(key)}],
    }
