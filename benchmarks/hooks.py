# SPDX-License-Identifier: Apache-2.0
"""What the hooks cost: an attached client and Table beside plain ones, before the same recording endpoint.

    python benchmarks/hooks.py [--markdown] [--rounds 51] [--clock cpu|wall]

The endpoint stands in the process, where botocore would send (``before-send``): it records the request and answers as
DynamoDB would, so that all of botocore's work is measured and no network. A real network makes every ratio smaller.
What it answers to ``get_item`` is the item that the same client put.
"""

from __future__ import annotations

import argparse
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import libraries
import report
import shapes
from botocore.awsrequest import AWSResponse
from timing import CLOCKS, Contestant, python_runner, run_rounds

from ddbcrypt import LegacyTableConfig, TableIndex, TableInfo, attach, ddb_to_dict

TARGET = 1.10
NOWHERE = "http://127.0.0.1:9"
OPERATIONS = ("put_item", "get_item")


class Endpoint:
    """Answers one client's requests, and keeps the last of them."""

    def __init__(self, client: Any) -> None:
        self.requests: deque[tuple[str, bytes]] = deque(maxlen=16)
        self._stored = b"{}"
        client.meta.events.register("before-send.dynamodb", self._answer)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        self.requests.append((operation, request.body))
        body = b"{}"
        if operation == "GetItem":
            body = self._stored
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "1"}
        return AWSResponse(request.url, 200, headers, _Raw(body))

    def store(self) -> None:
        """Answer with the item of the last request from now on."""
        operation, body = self.requests[-1]
        assert operation == "PutItem"
        self._stored = json.dumps({"Item": json.loads(body)["Item"]}).encode()


class _Raw:
    """What botocore reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> list[bytes]:
        return [self._body]


@dataclass(frozen=True)
class Way:
    """Plain or attached, as a client or a Table."""

    calls: dict[str, Callable[[], Any]]


def make(kind: str, attached: bool, item: dict[str, Any]) -> Way:
    session = boto3.Session("key", "secret", region_name="eu-central-1")
    ours = libraries.ddbcrypt()
    if kind == "client":
        target = session.client("dynamodb", endpoint_url=NOWHERE)
        client, given, common = target, ours.to_wire(item), {"TableName": libraries.TABLE}
    else:
        target = session.resource("dynamodb", endpoint_url=NOWHERE).Table(libraries.TABLE)
        client, given, common = target.meta.client, item, {}
    key = {name: given[name] for name in shapes.KEYS}
    # botocore sends with the events that the client was made with, those of an attached Table's original
    endpoint = Endpoint(client)
    if attached:
        info = TableInfo(libraries.TABLE, TableIndex(*shapes.KEYS))
        config = LegacyTableConfig(ours.config.materials_provider, ours.config.attribute_actions, info)
        target = attach(target, {libraries.TABLE: config})
    put, get = target.put_item, target.get_item
    put(Item=given, **common)
    (sent,) = (json.loads(body)["Item"] for _, body in endpoint.requests)
    assert ("*amzn-ddb-map-sig*" in sent) is attached
    endpoint.store()
    got = get(Key=key, **common)["Item"]
    assert (ddb_to_dict(got) if kind == "client" else got) == item, "what was put came back otherwise"
    return Way({"put_item": lambda: put(Item=given, **common), "get_item": lambda: get(Key=key, **common)})


def measure(kind: str, operation: str, item: dict[str, Any], options: argparse.Namespace) -> tuple[list[str], float]:
    contestants = [
        Contestant(name, python_runner(make(kind, attached, item).calls[operation], options.clock))
        for name, attached in (("plain", False), ("attached", True))
    ]
    run_rounds(contestants, options.rounds, options.round_ms * 1e6)
    plain, attached = contestants
    ratio = attached.median_ns / plain.median_ns
    cells = [
        kind,
        operation,
        report.microseconds(plain.median_ns),
        report.microseconds(attached.median_ns),
        f"{ratio:.3f}",
        f"{attached.fastest_ns / plain.fastest_ns:.3f}",
    ]
    return cells, ratio


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the hooks cost beside plain boto3.")
    parser.add_argument("--rounds", type=int, default=51)
    parser.add_argument("--round-ms", type=float, default=20.0)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu")
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    options = parser.parse_args()
    item = shapes.small().item
    rows, ratios = [], []
    for kind in ("client", "Table"):
        for operation in OPERATIONS:
            cells, ratio = measure(kind, operation, item, options)
            rows.append(cells)
            ratios.append(ratio)
    header = ["object", "operation", "plain µs", "attached µs", "ratio", "(fastest rounds)"]
    verdict = "met" if max(ratios) <= TARGET else "missed"
    text = (
        f"Measured on {report.today()}, {options.clock} time. Goal: at most {TARGET:.2f}, {verdict}.\n\n"
        f"{report.table(header, rows, left=2)}"
    )
    print(text)
    if options.markdown:
        report.write_region("hooks", text)


if __name__ == "__main__":
    main()
