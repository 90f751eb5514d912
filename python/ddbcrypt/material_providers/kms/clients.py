# SPDX-License-Identifier: Apache-2.0
"""One botocore KMS client for each region, made when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.config import Config
from botocore.session import Session

from ddbcrypt.identifiers import USER_AGENT_SUFFIX
from ddbcrypt.internal.forks import HasLock

#: Connections of a client: enough for several threads that each read or write a batch.
_CONNECTIONS: Final = 40


class RegionalClients(HasLock):
    """KMS clients by region, safe to share between threads. A forked child makes its own: connections are not shared.

    :param session: where clients that were not given come from; it is not changed
    :param given: clients that the application made itself, by region
    """

    def __init__(self, session: Session, given: Mapping[str, Any]) -> None:
        # Making a client reads and writes the session, which is not safe between threads.
        super().__init__()
        self._session = session
        self._given = dict(given)
        self._clients: dict[str, Any] = dict(given)

    def of_region(self, region: str) -> Any:
        """Give the client of a region. Making it reads files, and may ask the instance's metadata for credentials."""
        client = self._clients.get(region)
        if client is None:
            with self._lock:
                client = self._clients.get(region)
                if client is None:
                    client = self._session.create_client("kms", region_name=region, config=self._config())
                    self._clients[region] = client
        return client

    def default_region(self) -> str | None:
        """Region that the session is configured for, if it is."""
        with self._lock:
            region: str | None = self._session.get_config_variable("region")
        return region

    def _renew_after_fork(self) -> None:
        # A connection that two processes write to gives one the answers of the other.
        self._clients = dict(self._given)
        super()._renew_after_fork()

    def _config(self) -> Config:
        """Add to the session's own client settings; time-outs and retries stay what the application chose."""
        # None where the session has none, which the type stubs do not tell of.
        default: Any = self._session.get_default_client_config()
        if default is None:
            default = Config()
        agent = f"{default.user_agent_extra} {USER_AGENT_SUFFIX}" if default.user_agent_extra else USER_AGENT_SUFFIX
        return Config(user_agent_extra=agent, max_pool_connections=max(_CONNECTIONS, default.max_pool_connections or 0))
