# SPDX-License-Identifier: Apache-2.0
"""Runs of the demo as a user starts them, and a database for those with an endpoint of their own."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt.cli import main
from ddbcrypt.cli.demo import speed
from tests.demo.runs import Database, DemoRunner, write_lines
from tests.support.connect import REGION, connect_client
from tests.support.endpoint import Endpoint
from tests.support.moto_server import MotoServer

RUN_SECONDS = 300  # a machine may be busy; a run takes a few seconds


@pytest.fixture(scope="session")
def moto() -> Iterator[MotoServer]:
    server = MotoServer()
    yield server
    server.stop()


@pytest.fixture
def database(moto: MotoServer) -> Iterator[Database]:
    """moto behind an endpoint that can be made to lie, and a table name that nobody else uses."""
    endpoint = Endpoint(moto.endpoint_url)
    table = f"demo-{uuid.uuid4().hex[:12]}"
    client = connect_client(moto.endpoint_url)
    yield Database(endpoint, client, table)
    endpoint.stop()
    if table in client.list_tables()["TableNames"]:
        client.delete_table(TableName=table)


@pytest.fixture(scope="session")
def demo_environment() -> dict[str, str]:
    """The environment of a user: what boto3 wants, nothing that forces colours or widths."""
    dropped = ("AWS_", "FORCE_COLOR", "NO_COLOR", "COLUMNS", "TTY_", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    own = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
    return kept | own | {"NO_PROXY": "127.0.0.1", "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def demo(demo_environment: dict[str, str]) -> DemoRunner:
    """``demo("--items", path)`` runs the command in a process of its own, its output in pipes.

    Keywords set variables of its environment; an empty one is taken out.
    """

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ddbcrypt", "demo", *map(str, arguments)],
            env={name: value for name, value in (demo_environment | environment).items() if value},
            capture_output=True,
            encoding="utf-8",
            timeout=RUN_SECONDS,
            check=False,
        )

    return run


@pytest.fixture
def demo_here(
    demo_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> DemoRunner:
    """As ``demo``, in this process and with a short measurement: for what does not depend on the process."""
    monkeypatch.setattr(speed, "_SECONDS", 0.01)

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        words = ["demo", *map(str, arguments)]
        capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            for name in os.environ:
                patch.delenv(name)
            for name, value in (demo_environment | environment).items():
                if value:
                    patch.setenv(name, value)
            code = main(words)
        output = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, output.out, output.err)

    return run


@pytest.fixture
def items() -> list[dict[str, Any]]:
    """Sixty items of different shapes, one of them of nothing but its key."""
    made: list[dict[str, Any]] = [
        {
            "pk": {"S": f"user-{number % 7}"},
            "sk": {"S": f"note-{number:03d}"},
            "secret": {"S": f"correct horse {number} \U0001f40e"},
            "amount": {"N": f"{number}.50"},
            "tags": {"SS": ["b", "a", f"t{number}"]},
            "open": {"BOOL": number % 2 == 0},
            "seen": {"N": str(number)},
        }
        for number in range(59)
    ]
    made.append({"pk": {"S": "user-0"}, "sk": {"S": "only-a-key"}})
    return made


@pytest.fixture
def items_file(items: list[dict[str, Any]], tmp_path: Path) -> Path:
    return write_lines(tmp_path / "items.jsonl", items)
