# SPDX-License-Identifier: Apache-2.0
"""A recording endpoint in a process of its own, on loopback: it keeps what it got and answers as DynamoDB would.

    python -m benchmarks.programs.hooks_endpoint

It prints its port, serves one connection after another, and ends with its standard input. A GetItem is answered with
the item of the last PutItem.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections import deque


class Recorder:
    def __init__(self) -> None:
        self.requests: deque[tuple[bytes, bytes]] = deque(maxlen=16)
        self._item = b"{}"

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as lines:
            while (first := lines.readline()).startswith(b"POST "):
                headers: dict[bytes, bytes] = {}
                while (line := lines.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    headers[name.lower()] = value.strip()
                body = lines.read(int(headers[b"content-length"]))
                answer = self._answer(headers[b"x-amz-target"].rpartition(b".")[2], first, body)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: 1\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(answer), answer)
                )

    def _answer(self, operation: bytes, first: bytes, body: bytes) -> bytes:
        self.requests.append((first, body))
        if operation == b"PutItem":
            self._item = json.dumps({"Item": json.loads(body)["Item"]}).encode()
        return self._item if operation == b"GetItem" else b"{}"


def main() -> None:
    recorder = Recorder()
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)

        def accept() -> None:
            while True:
                threading.Thread(target=recorder.serve, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        os.read(0, 1)  # the end of standard input


if __name__ == "__main__":
    main()
