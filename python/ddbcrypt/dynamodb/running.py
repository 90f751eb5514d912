# SPDX-License-Identifier: Apache-2.0
"""Runs a flow over botocore: its effects are carried out until it sends, or ends."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

from ddbcrypt.dynamodb.crypto import decrypt_jobs, encrypt_jobs
from ddbcrypt.dynamodb.effects import Answer, Call, Decrypt, Encrypt, Flow, Send, Sleep
from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.metrics import Metrics


class MakesCalls(Protocol):
    """Makes calls of DynamoDB past all hooks."""

    def __call__(self, operation: str, request: Mapping[str, Any], /) -> dict[str, Any]:
        """Make a call; a ``ClientError`` is raised."""
        ...


def advance(flow: Flow, value: Any, make_call: MakesCalls, metrics: Metrics) -> Send | Answer | dict[str, Any]:
    """Go on with a flow from where it is.

    :param value: the result of what it yielded last, None at its beginning
    :returns: the request that it wants sent, or what it returned
    :raises: what the flow raises
    """
    error: Exception | None = None
    try:
        while True:
            effect = flow.send(value) if error is None else flow.throw(error)
            error = None
            if type(effect) is Send:
                return effect
            # An error of an effect is the flow's to handle; what it does not handle leaves it and us.
            try:
                if type(effect) is Encrypt:
                    value = encrypt_jobs(effect.jobs, metrics)
                elif type(effect) is Decrypt:
                    value = decrypt_jobs(effect.jobs, effect.collect, metrics)
                elif type(effect) is Call:
                    value = make_call(effect.operation, effect.request)
                elif type(effect) is Sleep:
                    time.sleep(effect.seconds)
                    value = None
                else:
                    message = f"unknown effect {type(effect).__name__}"
                    raise AssertionError(message)
            except Exception as caught:  # noqa: BLE001 - thrown into the flow
                error = caught
    except StopIteration as end:
        result: Answer | dict[str, Any] = end.value
        return result
    except UnsupportedOperationError:
        metrics.count("refusals")
        raise
