# SPDX-License-Identifier: Apache-2.0
"""moto's DynamoDB, served from a thread of the test process on a free loopback port."""

import logging

from moto.server import ThreadedMotoServer


class MotoServer:
    """Started by the constructor; end it with :meth:`stop`. All servers of one process share moto's one database."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # else one line for each request
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, self.port = self._server.get_host_and_port()
        self.endpoint_url = f"http://{host}:{self.port}"

    def stop(self) -> None:
        """End the server and its thread."""
        self._server.stop()
