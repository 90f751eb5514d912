# SPDX-License-Identifier: Apache-2.0
"""moto's DynamoDB, served from a thread of the test process on a free loopback port."""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from moto.server import ThreadedMotoServer


class MotoServer:
    """Started by the constructor; end it with :meth:`stop`. All servers of one process share moto's one database."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # else one line for each request
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        # A write may come between the condition and the write of another: moto does not guard its tables.
        server: Any = self._server._server
        server.app = _one_by_one(server.app)
        host, self.port = self._server.get_host_and_port()
        self.endpoint_url = f"http://{host}:{self.port}"

    def stop(self) -> None:
        """End the server and its thread."""
        self._server.stop()


def _one_by_one(app: Callable[..., Any]) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that carries out one request at a time."""
    lock = threading.Lock()

    def guarded(*request: Any) -> Iterable[bytes]:
        with lock, ExitStack() as end:
            answer = app(*request)
            end.callback(getattr(answer, "close", lambda: None))
            return list(answer)

    return guarded
