# SPDX-License-Identifier: Apache-2.0
"""The launcher of DynamoDB Local: loopback only, and no orphan."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.dynamodb_local import DynamoDBLocal
from tests.support.patience import PATIENCE_SECONDS
from tests.support.require import missing

CHECKOUT = Path(__file__).resolve().parents[2]
LISTEN = "0A"
# A parent that starts a server, tells its pid and then hangs, so that it can be killed.
PARENT = """
import sys, time
from pathlib import Path
from tests.support.dynamodb_local import DynamoDBLocal
print(DynamoDBLocal(Path(sys.argv[1])).pid, flush=True)
time.sleep(600)
"""


def _listening(pid: int) -> list[tuple[str, int]]:
    """Address and port of each TCP socket on which the process listens, from the kernel's tables."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = descriptor.readlink().name if descriptor.is_symlink() else ""
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and fields[9] in inodes:
                address, port = fields[1].split(":")
                words = [bytes.fromhex(address[i : i + 8]) for i in range(0, len(address), 8)]
                packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
                found.append((socket.inet_ntop(family, packed), int(port, 16)))
    return found


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(autouse=True)
def linux() -> None:
    if not Path("/proc/self/net/tcp").exists():
        missing("the kernel's socket table", "these tests read Linux's /proc")


def test_only_loopback_is_served(dynamodb_local_server: DynamoDBLocal) -> None:
    assert _listening(dynamodb_local_server.pid) == [("127.0.0.1", dynamodb_local_server.port)]


def test_server_ends_with_a_killed_parent(tmp_path: Path, dynamodb_local_server: DynamoDBLocal) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "stderr.txt")]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        try:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            assert _is_running(pid)
        finally:
            parent.send_signal(signal.SIGKILL)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while _is_running(pid) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not _is_running(pid)
    assert _is_running(dynamodb_local_server.pid)


def test_stop_is_orderly(tmp_path: Path) -> None:
    server = DynamoDBLocal(tmp_path / "stderr.txt")
    assert server.stop() == 0
    assert not _is_running(server.pid)
