# SPDX-License-Identifier: Apache-2.0
"""What a user sees while it runs: a bar on a terminal, a line now and then elsewhere, failed items by name."""

import io
import os
import pty
import subprocess
import sys
import threading
from typing import Any

import pytest

from ddbcrypt.cli import migrate_progress
from ddbcrypt.cli.migrate_progress import Progress
from ddbcrypt.exceptions import SignatureVerificationError
from ddbcrypt.migration import Checkpoint, FailedItem, Outcome
from tests.migration.commands import Place, make_items


def checkpoint() -> Checkpoint:
    return Checkpoint(lambda _: {}, 1)


def failed(**key: Any) -> FailedItem:
    return FailedItem("visits", key, SignatureVerificationError("it does not fit\x1b[2J"))


def test_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(migrate_progress.time, "monotonic", lambda: now[0])
    before = checkpoint()
    before.advance(0, {"id": {"S": "a"}}, {Outcome.MIGRATED: 1_000}, 0)
    with Progress("visits", 5_000, before, quiet=False) as progress:
        for _ in range(30):
            now[0] += 1
            progress.item(Outcome.MIGRATED, None)
        progress.item(Outcome.FAILED, failed(id={"S": "a\nb"}, at={"B": b"\x00"}))
    output = capsys.readouterr()
    assert output.out.splitlines() == [
        "visits: going on after 1,000 items",
        "1,010 of about 5,000 items, 0 failed, after 10 s",
        "1,020 of about 5,000 items, 0 failed, after 20 s",
        "1,030 of about 5,000 items, 0 failed, after 30 s",
    ]
    # Nothing of an item or an error steers a terminal.
    assert output.err == ("failed: id='a\\nb', at=b'\\x00': SignatureVerificationError: it does not fit\\x1b[2J\n")


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate_progress, "_SECONDS", 0.0)
    with Progress("visits", None, checkpoint(), quiet=True) as progress:
        progress.item(Outcome.MIGRATED, None)
        progress.item(Outcome.FAILED, failed(id={"N": "7"}))
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("failed: id='7'")


def test_without_rich_there_are_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(migrate_progress, "_SECONDS", 0.0)
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    with Progress("visits", 0, checkpoint(), quiet=False) as progress:
        progress.item(Outcome.MIGRATED, None)
    assert terminal.getvalue().startswith("1 items, 0 failed, after ")


def test_a_bar_on_a_terminal(place: Place) -> None:
    place.put(place.old, make_items(30))
    place.client.put_item(TableName=place.table, Item={"id": {"S": "plain"}})
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ddbcrypt", *place.words()]
    running = subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.PIPE, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    )
    os.close(theirs)
    shown = bytearray()

    def read() -> None:
        # A terminal whose other end is gone raises.
        try:
            while data := os.read(ours, 4096):
                shown.extend(data)
        except OSError:
            pass

    reader = threading.Thread(target=read)
    reader.start()
    _, errors = running.communicate(timeout=120)
    reader.join(60)
    os.close(ours)
    assert running.returncode == 1
    text = shown.decode()
    assert "31/31" in text
    assert "1 failed" in text
    assert "━" in text
    # A failed item is on standard error, wherever that goes.
    assert errors.decode().startswith("failed: id='plain': ItemNotEncryptedError")
