# SPDX-License-Identifier: Apache-2.0
"""What the hooks cost: an attached client and Table beside plain ones, before the same recording endpoint.

Two endpoints: one in a process of its own, over loopback, in wall time as an application sees it and in CPU time of the
calling thread, which a busy machine disturbs less; and one inside the process, where botocore would send
(``before-send``), in CPU time: all of botocore's work and no network. Both answer
``get_item`` with the item that the same client put. A plain client puts and gets a plain item, an attached one the
encrypted one, which is larger: what botocore needs for that is part of the cost.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from benchmarks import markdown, shapes
from benchmarks.cells import Report
from benchmarks.contestants import libraries
from benchmarks.lines import LineProcess
from benchmarks.timing import Contestant, python_runner
from ddbcrypt import LegacyTableConfig, TableIndex, TableInfo, attach, ddb_to_dict

if TYPE_CHECKING:
    from benchmarks.session import Session

OPERATIONS = ("put_item", "get_item")
KINDS = ("client", "Table")
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
    with LineProcess([sys.executable, "-m", "benchmarks.programs.hooks_endpoint"]) as process:
        yield f"http://127.0.0.1:{int(process.read())}"


def make(kind: str, attached: bool, item: dict[str, Any], url: str) -> dict[str, Callable[[], Any]]:
    """The calls of one client or Table, after a look at what was sent and what comes back."""
    session = boto3.Session("key", "secret", region_name="eu-central-1")
    settings: Any = {"endpoint_url": url, "config": Config(proxies={})}
    ours = libraries.ddbcrypt()
    target: Any
    common: dict[str, Any]
    if kind == "client":
        target = client = session.client("dynamodb", **settings)
        given, common = ours.to_wire(item), {"TableName": shapes.TABLE}
    else:
        target = session.resource("dynamodb", **settings).Table(shapes.TABLE)
        client, given, common = target.meta.client, item, {}
    # botocore sends with the events that the client was made with, those of an attached Table's original
    if url == NOWHERE:
        InProcess(client)
    plain = target
    if attached:
        info = TableInfo(shapes.TABLE, TableIndex(*shapes.KEYS))
        config = LegacyTableConfig(ours.config.materials_provider, ours.config.attribute_actions, info)
        if kind == "client":
            plain = session.client("dynamodb", **settings)
        target = attach(target, {shapes.TABLE: config})
    key = {name: given[name] for name in shapes.KEYS}
    put, get = target.put_item, target.get_item
    put(Item=given, **common)
    got = get(Key=key, **common)["Item"]
    assert (ddb_to_dict(got) if kind == "client" else got) == item, "what was put came back otherwise"
    if plain is not target and (kind == "Table" or url != NOWHERE):
        assert "*amzn-ddb-map-sig*" in plain.get_item(Key=key, **common)["Item"], "nothing was encrypted"
    return {"put_item": lambda: put(Item=given, **common), "get_item": lambda: get(Key=key, **common)}


def measure(session: Session) -> None:
    """Fill ``hooks/<endpoint>/<clock>/<object>/<operation>/plain`` and ``/attached``."""
    item = shapes.small().item
    for place, clock in PLACES:
        session.say(f"hooks: {place}, {clock}")
        with endpoint_url(place) as first, endpoint_url(place) as second:
            for kind in KINDS:
                for operation in OPERATIONS:
                    prefix = f"hooks/{place}/{clock}/{kind}/{operation}"
                    contestants = [
                        Contestant(f"{prefix}/{name}", python_runner(make(kind, attached, item, url)[operation], clock))
                        for name, attached, url in (("plain", False, first), ("attached", True, second))
                    ]
                    session.time(contestants)


def render(report: Report) -> str:
    rows = []
    for place, clock in PLACES:
        for kind in KINDS:
            for operation in OPERATIONS:
                prefix = f"hooks/{place}/{clock}/{kind}/{operation}"
                if report.get(prefix, "plain") is None:
                    continue
                cells = [markdown.time_cell(report.get(prefix, who)) for who in ("plain", "attached")]
                ratio = markdown.ratio_cell(report.ratio(f"{prefix}/attached", f"{prefix}/plain"))
                rows.append([place, clock, kind, operation, *cells, ratio])
    header = [
        "endpoint",
        "clock",
        "object",
        "operation",
        "plain µs",
        "attached µs",
        "attached / plain (fastest rounds)",
    ]
    return markdown.table(header, rows, left=4)
