# SPDX-License-Identifier: Apache-2.0
"""A loopback endpoint in front of a database: it records every request and lets a test answer some itself.

Neither moto nor DynamoDB Local ever leaves a part of a batch unprocessed or throttles; the injections of
:mod:`tests.support.injections` do, through this endpoint.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

UPSTREAM_SECONDS = 60
# The answer's own length is set here, and its CRC32 would not fit a body that an injection altered.
_NOT_RELAYED = {"connection", "content-length", "date", "server", "transfer-encoding", "x-amz-crc32"}

Answer = tuple[int, dict[str, Any]]
Forward = Callable[[dict[str, Any]], Answer]
#: Gets the operation, the parsed request and a function that asks the database; None lets the request through unseen.
Injection = Callable[[str, dict[str, Any], Forward], Answer | None]


@dataclass(frozen=True)
class Request:
    """What a client sent: the operation's name, its body, and all headers as one text."""

    operation: str
    body: bytes
    headers: str

    @property
    def parameters(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


class Endpoint:
    """Started by the constructor; end it with :meth:`stop`. Serves in threads; the record may be read by any."""

    def __init__(self, upstream_url: str) -> None:
        parts = urlsplit(upstream_url)
        self._upstream = (parts.hostname or "", parts.port or 0)
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._injections: list[Injection] = []
        endpoint = self

        class Handler(_Handler):
            owner = endpoint

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.endpoint_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def inject(self, injection: Injection) -> None:
        """Ask ``injection`` first from now on; the last one added is asked first."""
        with self._lock:
            self._injections.insert(0, injection)

    def reset(self) -> None:
        """Forget the record and the injections."""
        with self._lock:
            self._requests.clear()
            self._injections.clear()

    def forget(self) -> None:
        """Forget the record, keep the injections."""
        with self._lock:
            self._requests.clear()

    @property
    def requests(self) -> list[Request]:
        """All requests since the start or the last reset, in the order of their arrival."""
        with self._lock:
            return list(self._requests)

    def sent(self, operation: str) -> list[Any]:
        """The parsed requests of one operation."""
        return [request.parameters for request in self.requests if request.operation == operation]

    @property
    def operations(self) -> list[str]:
        """The names of the operations that were sent, in order."""
        return [request.operation for request in self.requests]

    def answer(self, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
        """Record the request, ask the injections, then the database."""
        with self._lock:
            self._requests.append(request)
            injections = list(self._injections)
        for injection in injections:
            answer = injection(request.operation, request.parameters, lambda body: self._ask(request.operation, body))
            if answer is not None:
                return answer[0], [("Content-Type", "application/x-amz-json-1.0")], json.dumps(answer[1]).encode()
        return self._relay(request.operation, request.body)

    def _ask(self, operation: str, parameters: dict[str, Any]) -> Answer:
        status, _, body = self._relay(operation, json.dumps(parameters).encode())
        return status, json.loads(body)

    def _relay(self, operation: str, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = HTTPConnection(*self._upstream, timeout=UPSTREAM_SECONDS)
        try:
            upstream.request("POST", "/", body, _headers(operation))
            response = upstream.getresponse()
            headers = [(name, value) for name, value in response.getheaders() if name.lower() not in _NOT_RELAYED]
            return response.status, headers, response.read()
        finally:
            upstream.close()


def _headers(operation: str) -> dict[str, str]:
    # Neither database checks a signature, but both want one to be there and read the region from it.
    scope = "test/20260101/eu-central-1/dynamodb/aws4_request"
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": "20260101T000000Z",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
    }


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    # With the default of 5, connections that come together are dropped, and tried again a second later.
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        status, headers, answer = self.owner.answer(Request(operation, body, str(self.headers)))
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        """No log on standard error."""
