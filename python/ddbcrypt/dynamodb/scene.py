# SPDX-License-Identifier: Apache-2.0
"""What all flows of one attached client share: its tables, its settings and its counters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.dynamodb.start_keys import StartKeys
from ddbcrypt.dynamodb.tokens import Transactions
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.metrics import NO_METRICS, Metrics

UpdateMode = Literal["rewrite", "refuse"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How an attached client behaves.

    :ivar update_mode: ``"rewrite"``: an update of protected attributes reads, verifies, changes and writes the item
        back; ``"refuse"``: every update of an item in a protected table is refused, as in the reference client
    :ivar update_attempts: how often an update is tried when others change the item meanwhile
    """

    update_mode: UpdateMode = "rewrite"
    update_attempts: int = 10


@dataclass(frozen=True, slots=True)
class Scene:
    """What a flow works with."""

    registry: Registry
    settings: Settings = field(default_factory=Settings)
    metrics: Metrics = field(default=NO_METRICS)
    start_keys: StartKeys = field(default_factory=StartKeys)
    transactions: Transactions = field(default_factory=Transactions)

    def require_same(self, other: Scene, what: str) -> None:
        """Refuse another scene for what has this one. One that counts nowhere is content with any metrics.

        :param what: what is attached, for the error
        :raises InvalidArgumentError: for other tables or settings, and for other metrics
        """
        if not (self.registry.same_as(other.registry) and self.settings == other.settings):
            message = f"{what} is attached already, with another configuration: detach it first"
            raise InvalidArgumentError(message)
        if other.metrics is not NO_METRICS and other.metrics is not self.metrics:
            message = f"{what} is attached already, and its counts go elsewhere than to these metrics: detach it first"
            raise InvalidArgumentError(message)
