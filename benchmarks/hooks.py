# SPDX-License-Identifier: Apache-2.0
"""What the hooks cost: an attached client and Table beside plain ones, before the same recording endpoint.

    python benchmarks/hooks.py [--markdown] [--rounds 51]

Two endpoints: one in a process of its own, over loopback, in wall time as an application sees it and in CPU time of the
calling thread, which a busy machine disturbs less; and one inside the process, where botocore would send
(``before-send``), in CPU time: all of botocore's work and no network. Both answer
``get_item`` with the item that the same client put. A plain client puts and gets a plain item, an attached one the
encrypted one, which is larger: what botocore needs for that is part of the cost.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import libraries
import report
import shapes
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from timing import Contestant, python_runner, run_rounds

from ddbcrypt import LegacyTableConfig, TableIndex, TableInfo, attach, ddb_to_dict

TARGET = 1.10
OPERATIONS = ("put_item", "get_item")
NOWHERE = "http://127.0.0.1:9"
LOOPBACK, IN_PROCESS = "loopback", "in the process"
#: Where the endpoint stands, and the clock; the goal is for the first.
PLACES = ((LOOPBACK, "wall"), (LOOPBACK, "cpu"), (IN_PROCESS, "cpu"))


class InProcess:
    """Answers one client's requests where they would be sent."""

    def __init__(self, client: Any) -> None:
        self._item = b"{}"
        client.meta.events.register("before-send.dynamodb", self._answer)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        if operation == "PutItem":
            self._item = json.dumps({"Item": json.loads(request.body)["Item"]}).encode()
        body = self._item if operation == "GetItem" else b"{}"
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "1"}
        return AWSResponse(request.url, 200, headers, _Raw(body))


class _Raw:
    """What botocore reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> list[bytes]:
        return [self._body]


@contextmanager
def endpoint_url(place: str) -> Iterator[str]:
    if place != LOOPBACK:
        yield NOWHERE
        return
    command = [sys.executable, str(Path(__file__).with_name("recorder.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate()


def make(kind: str, attached: bool, item: dict[str, Any], url: str) -> dict[str, Callable[[], Any]]:
    """The calls of one client or Table, after a look at what was sent and what comes back."""
    session = boto3.Session("key", "secret", region_name="eu-central-1")
    settings: Any = {"endpoint_url": url, "config": Config(proxies={})}
    ours = libraries.ddbcrypt()
    if kind == "client":
        target = client = session.client("dynamodb", **settings)
        given, common = ours.to_wire(item), {"TableName": libraries.TABLE}
    else:
        target = session.resource("dynamodb", **settings).Table(libraries.TABLE)
        client, given, common = target.meta.client, item, {}
    # botocore sends with the events that the client was made with, those of an attached Table's original
    if url == NOWHERE:
        InProcess(client)
    plain = target
    if attached:
        info = TableInfo(libraries.TABLE, TableIndex(*shapes.KEYS))
        config = LegacyTableConfig(ours.config.materials_provider, ours.config.attribute_actions, info)
        if kind == "client":
            plain = session.client("dynamodb", **settings)
        target = attach(target, {libraries.TABLE: config})
    key = {name: given[name] for name in shapes.KEYS}
    put, get = target.put_item, target.get_item
    put(Item=given, **common)
    got = get(Key=key, **common)["Item"]
    assert (ddb_to_dict(got) if kind == "client" else got) == item, "what was put came back otherwise"
    if plain is not target and (kind == "Table" or url != NOWHERE):
        assert "*amzn-ddb-map-sig*" in plain.get_item(Key=key, **common)["Item"], "nothing was encrypted"
    return {"put_item": lambda: put(Item=given, **common), "get_item": lambda: get(Key=key, **common)}


def measure(place: str, clock: str, kind: str, operation: str, options: argparse.Namespace) -> tuple[list[str], float]:
    item = shapes.small().item
    with endpoint_url(place) as first, endpoint_url(place) as second:
        contestants = [
            Contestant(name, python_runner(make(kind, attached, item, url)[operation], clock))
            for name, attached, url in (("plain", False, first), ("attached", True, second))
        ]
        run_rounds(contestants, options.rounds, options.round_ms * 1e6)
    plain, attached = contestants
    ratio = attached.median_ns / plain.median_ns
    cells = [
        place,
        clock,
        kind,
        operation,
        report.microseconds(plain.median_ns),
        report.microseconds(attached.median_ns),
        f"{ratio:.2f}",
        f"{attached.fastest_ns / plain.fastest_ns:.2f}",
    ]
    return cells, ratio


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the hooks cost beside plain boto3.")
    parser.add_argument("--rounds", type=int, default=51)
    parser.add_argument("--round-ms", type=float, default=20.0)
    parser.add_argument("--markdown", action="store_true", help="write the table into docs/benchmarks.md")
    options = parser.parse_args()
    rows: list[list[str]] = []
    ratios: dict[tuple[str, str], list[float]] = {place: [] for place in PLACES}
    for place, clock in PLACES:
        for kind in ("client", "Table"):
            for operation in OPERATIONS:
                cells, ratio = measure(place, clock, kind, operation, options)
                rows.append(cells)
                ratios[place, clock].append(ratio)
    header = ["endpoint", "clock", "object", "operation", "plain µs", "attached µs", "ratio", "(fastest rounds)"]
    verdict = "met" if max(ratios[PLACES[0]]) <= TARGET else "missed"
    text = (
        f"Measured on {report.today()}. Goal: at most {TARGET:.2f} of plain boto3 over loopback, {verdict}.\n\n"
        f"{report.table(header, rows, left=4)}"
    )
    print(text)
    if options.markdown:
        report.write_region("hooks", text)


if __name__ == "__main__":
    main()
