# SPDX-License-Identifier: Apache-2.0
"""DynamoDB Local as a child process that serves 127.0.0.1 only and cannot outlive its parent."""

import os
import signal
import subprocess
import threading
from pathlib import Path
from queue import Empty, Queue

from tests.support import java
from tests.support.patience import PATIENCE_SECONDS

START_SECONDS = PATIENCE_SECONDS
STOP_SECONDS = PATIENCE_SECONDS
MAIN_CLASS = "ddbcrypt.dynamodblocal.LoopbackServer"
# A test server on a shared machine: one collector thread, quick start, bounded memory, IPv4 sockets.
JVM_OPTIONS = ("-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")


class DynamoDBLocal:
    """One server, in memory, started by the constructor; end it with :meth:`stop`.

    :ivar port: the TCP port on 127.0.0.1
    :ivar pid: the server's process id
    """

    def __init__(self, log: Path) -> None:
        project = java.build("dynamodb-local")
        command = [project.java, *JVM_OPTIONS, "-cp", project.class_path, MAIN_CLASS]
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        self.pid = self._process.pid
        try:
            self.port = self._wait_for_port(log)
        except BaseException:
            self.stop()
            raise

    @property
    def endpoint_url(self) -> str:
        """What boto3 takes as ``endpoint_url``."""
        return f"http://127.0.0.1:{self.port}"

    def _wait_for_port(self, log: Path) -> int:
        lines: Queue[str] = Queue()
        stdout = self._process.stdout
        assert stdout is not None

        def read() -> None:
            for line in stdout:
                lines.put(line)
            lines.put("")  # the end: the process is gone

        threading.Thread(target=read, daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=START_SECONDS)
            except Empty:
                line = ""
            if line.startswith("PORT "):
                return int(line.split()[1])
            if not line:
                tail = log.read_text(errors="replace")[-4000:]
                raise RuntimeError(f"DynamoDB Local did not start within {START_SECONDS} s:\n{tail}")

    def stop(self) -> int:
        """Close the server's standard input, wait, and end it by its pid where that was not enough."""
        process = self._process
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            return process.wait(STOP_SECONDS)
