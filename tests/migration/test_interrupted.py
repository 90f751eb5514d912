# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C ends a run with the item that it is at, and the next one goes on."""

import signal
import time

from ddbcrypt.cli.outcome import ExitCode
from tests.migration.commands import Place, make_items


def test_interrupted_and_gone_on(place: Place) -> None:
    items = make_items(200)
    place.put(place.old, items)
    running = place.start("--page-items", "5", "--rate", "40")
    deadline = time.monotonic() + 60
    while not place.checkpoint.exists():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == ExitCode.INTERRUPTED, out + err
    assert err == "ddbcrypt: interrupted\n"
    ran = place.run("--page-items", "50")
    assert ran.code == ExitCode.OK
    assert "going on after" in ran.out
    assert ran.figure("items in all") == 200
    assert place.read(place.new) == {item["id"]["S"]: item for item in items}
