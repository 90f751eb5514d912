# SPDX-License-Identifier: Apache-2.0
"""``python -m ddbcrypt inspect``, as a user runs it."""

from __future__ import annotations

import builtins
import gzip
import io
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ddbcrypt.cli import main
from ddbcrypt.cli.outcome import ExitCode
from tests.cli.samples import PLAIN, SECRET, stored, to_json, wrapped_by
from tests.support.connect import REGION, connect_client
from tests.support.moto_server import MotoServer
from tests.unit.support import DESCRIPTION, SIGNATURE


class Outcome(NamedTuple):
    """What a run gave."""

    code: int
    out: str
    err: str

    def reports(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def inspect(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main(["inspect", *map(str, arguments)])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return inspect


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_an_item_of_a_file(run: Any, tmp_path: Path) -> None:
    done = run(write(tmp_path / "item.json", to_json(stored(wrapped_by()))))
    assert done.code == ExitCode.OK
    assert done.err == ""
    for expected in (
        "DynamoDB Encryption Client",
        "HmacSHA256",
        "RFC 3394",
        "may be a ciphertext",
        "wrapped: 40 bytes",
    ):
        assert expected in done.out
    assert SECRET not in done.out


def forms() -> Iterator[tuple[str, bytes, int]]:
    one = to_json(stored())
    lines = "\n".join(json.dumps({"Item": one}) for _ in range(3)).encode()
    yield "an item", json.dumps(one).encode(), 1
    yield "an item in many lines", json.dumps(one, indent=2).encode(), 1
    yield "with a byte order mark", b"\xef\xbb\xbf" + json.dumps(one).encode(), 1
    yield "GetItem", json.dumps({"Item": one, "ConsumedCapacity": None}).encode(), 1
    yield "Scan", json.dumps({"Items": [one, one], "Count": 2}).encode(), 2
    yield "a list", json.dumps([one, {"Item": one}]).encode(), 2
    yield "an export", lines, 3
    yield "an export with empty lines", b"\n" + lines.replace(b"\n", b"\r\n\n") + b"\n", 3
    yield "gzipped", gzip.compress(lines, mtime=0), 3


@pytest.mark.parametrize(
    ("name", "data", "count"), list(forms()), ids=lambda value: value if isinstance(value, str) else ""
)
@pytest.mark.parametrize("stdin", [False, True])
def test_every_form_of_input(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, count: int, stdin: bool
) -> None:
    path = tmp_path / "items"
    path.write_bytes(data)
    if stdin:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    done = run("-" if stdin else path, "--json")
    reports = done.reports()
    assert done.code == ExitCode.OK
    assert len(reports) == count
    assert {report["format"] for report in reports} == {"legacy"}
    assert all(report["findings"] == [] for report in reports)
    assert len({json.dumps(report["source"]) for report in reports}) == count


def test_an_attribute_that_is_called_item(run: Any, tmp_path: Path) -> None:
    done = run(write(tmp_path / "item.json", {"Item": {"S": "x"}}), "--json")
    assert [one["name"] for one in done.reports()[0]["attributes"]] == ["Item"]


def test_damaged_lines_are_told_and_do_not_end_it(run: Any, tmp_path: Path) -> None:
    whole = json.dumps(to_json(stored())).encode()
    lines = [
        whole,
        b"{",
        b"[1]",
        b'"x"',
        b'{"a": {"S": "\xff"}}',
        b"[" * 100_000,
        b"1" * 5000,
        b'{"a": {"B": "*"}}',
        whole,
    ]
    path = tmp_path / "items.jsonl"
    path.write_bytes(b"\n".join(lines))
    done = run(path, "--json")
    assert done.code == ExitCode.DIFFERENT
    reports = done.reports()
    assert [report["source"]["line"] for report in reports] == list(range(1, 10))
    assert [report["format"] for report in reports] == ["legacy", *["unreadable"] * 6, "plaintext", "legacy"]
    assert "UTF-8" in reports[4]["findings"][0]["message"]
    assert reports[7]["findings"][0]["code"] == "malformed"
    summary = run(path).out.splitlines()[-1]
    assert summary == "9 items: 2 legacy, 1 plaintext, 6 unreadable; 7 with errors"


def test_a_document_that_is_no_json(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "item.json"
    path.write_text('{\n  "a": {"S": "x"},\n  "b"\n}', encoding="utf-8")
    done = run(path, "--json")
    (report,) = done.reports()
    assert done.code == ExitCode.DIFFERENT
    assert report["format"] == "unreadable"
    assert "line 4" in report["findings"][0]["message"]


def test_findings_have_their_exit_code(run: Any, tmp_path: Path) -> None:
    item = stored()
    for change, code in (
        ({SIGNATURE: {"B": b"x"}}, ExitCode.DIFFERENT),
        ({DESCRIPTION: {"B": item[DESCRIPTION]["B"][:30]}}, ExitCode.DIFFERENT),
        ({"clinic": {"BS": [b"\x01", b"\xff"]}}, ExitCode.OK),
    ):
        path = write(tmp_path / "item.json", to_json({**item, **change}))
        assert run(path).code == code
        assert run(path, "--json").code == code
    path = write(tmp_path / "item.json", to_json(item))
    assert run(path, "--encrypted", "name", "--encrypted", "count").code == ExitCode.OK
    done = run(path, "--encrypted", "clinic")
    assert done.code == ExitCode.DIFFERENT
    assert "error    'clinic':" in done.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), ExitCode.USAGE),
        (("-", "--table", "t", "--key", "{}"), ExitCode.USAGE),
        (("--table", "t"), ExitCode.USAGE),
        (("--table", "t", "--key", "{"), ExitCode.USAGE),
        (("-", "--key", "{}"), ExitCode.USAGE),
        (("-", "--endpoint-url", "http://127.0.0.1:1"), ExitCode.USAGE),
        (("no such file",), ExitCode.ITEMS),
        (("--table", "t", "--key", "{}", "--endpoint-url", "nonsense"), ExitCode.DATABASE),
    ],
)
def test_what_keeps_it_from_running(
    run: Any, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], code: ExitCode
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    done = run(*arguments)
    assert done.code == code
    assert done.out == ""
    assert done.err.startswith("ddbcrypt: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("data", [b"", b" \n", b"[]", gzip.compress(b"", mtime=0), gzip.compress(b"{}", mtime=0)[:-5]])
def test_files_without_an_item(run: Any, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "items"
    path.write_bytes(data)
    assert run(path).code == ExitCode.ITEMS
    assert run(tmp_path).code == ExitCode.ITEMS


def test_names_cannot_steer_a_terminal(run: Any, tmp_path: Path) -> None:
    item = {**to_json(stored()), "\x1b[2J\u202e\n": {"S": "\x1b"}, "\ud800": {"S": "x"}}
    done = run(write(tmp_path / "item.json", item), "--encrypted", "\x1b[2J\u202e\n")
    assert done.code == ExitCode.DIFFERENT
    assert {sign for sign in done.out if not sign.isprintable()} == {"\n"}
    assert r"\x1b[2J\u202e\n" in done.out


class Terminal(io.StringIO):
    """A standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("rich", [True, False])
def test_a_terminal_with_and_without_rich(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rich: bool) -> None:
    real = builtins.__import__

    def without_rich(name: str, *rest: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "rich":
            raise ModuleNotFoundError(name=name)
        return real(name, *rest, **named)

    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    if not rich:
        monkeypatch.setattr(builtins, "__import__", without_rich)
    path = write(tmp_path / "item.json", to_json({**stored(), SIGNATURE: {"B": b"[bold]"}}))
    assert main(["inspect", str(path)]) == ExitCode.DIFFERENT
    assert "no algorithm gives that" in terminal.getvalue()
    assert ("\x1b[" in terminal.getvalue()) is rich


def test_a_process_of_its_own(tmp_path: Path) -> None:
    data = json.dumps(to_json(stored()), ensure_ascii=False).encode()
    done = subprocess.run(
        [sys.executable, "-m", "ddbcrypt", "inspect", "-", "--json"],
        input=data,
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["source"] == {"file": "standard input"}


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    server = MotoServer()
    yield server
    server.stop()


def test_an_item_of_a_table(run: Any, moto: MotoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", REGION)):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client, table = connect_client(moto.endpoint_url), f"inspect-{uuid.uuid4().hex[:12]}"
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    client.put_item(TableName=table, Item=stored())
    arguments = ("--table", table, "--endpoint-url", moto.endpoint_url)
    done = run(*arguments, "--key", json.dumps({"id": PLAIN["id"]}), "--json")
    assert done.code == ExitCode.OK
    (report,) = done.reports()
    assert (report["format"], report["source"], report["findings"]) == ("legacy", {"table": table}, [])
    missing = run(*arguments, "--key", '{"id": {"S": "none"}}')
    assert missing.code == ExitCode.DATABASE
    assert "no item" in missing.err
    wrong = run(*arguments, "--key", '{"other": {"S": "x"}}')
    assert wrong.code == ExitCode.DATABASE
    client.delete_table(TableName=table)
