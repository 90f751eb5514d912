# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C ends a run with the item that it is at, and the next one goes on."""

import signal
import time

from ddbcrypt.cli.outcome import ExitCode
from tests.migration.commands import Place, make_items
from tests.support.patience import PATIENCE_SECONDS


def test_interrupted_and_gone_on(place: Place) -> None:
    # At this rate the run would go on for 20 s: it is under way when it is interrupted.
    items = make_items(200)
    place.put(place.old, items)
    running = place.start("--page-items", "5", "--rate", "10")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not place.checkpoint.exists():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE_SECONDS)
    assert running.returncode == ExitCode.INTERRUPTED, out + err
    assert err == "ddbcrypt: interrupted\n"
    ran = place.run("--page-items", "50")
    assert ran.code == ExitCode.OK
    assert "going on after" in ran.out
    assert ran.figure("items in all") == 200
    assert place.read(place.new) == {item["id"]["S"]: item for item in items}
