# SPDX-License-Identifier: Apache-2.0
"""Runs a flow over aiobotocore, as :mod:`ddbcrypt.dynamodb.running` does over botocore, without blocking the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from ddbcrypt.aio.weight import is_heavy
from ddbcrypt.dynamodb.crypto import Jobs, decrypt_jobs, encrypt_jobs
from ddbcrypt.dynamodb.effects import Answer, Call, Decrypt, Encrypt, Flow, Send, Sleep
from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.metrics import Metrics


class MakesCalls(Protocol):
    """Makes calls of DynamoDB past all hooks."""

    async def __call__(self, operation: str, request: Mapping[str, Any], /) -> dict[str, Any]:
        """Make a call; a ``ClientError`` is raised."""
        ...


async def advance(flow: Flow, value: Any, make_call: MakesCalls, metrics: Metrics) -> Send | Answer | dict[str, Any]:
    """Go on with a flow from where it is; as the function of the same name in :mod:`ddbcrypt.dynamodb.running`.

    Cancelling the task ends the flow at what it waits for; a call that was sent may have arrived then.
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
                value = await _carry_out(effect, make_call, metrics)
            except Exception as caught:  # noqa: BLE001 - thrown into the flow
                error = caught
    except StopIteration as end:
        result: Answer | dict[str, Any] = end.value
        return result
    except UnsupportedOperationError:
        metrics.count("refusals")
        raise


async def _carry_out(effect: object, make_call: MakesCalls, metrics: Metrics) -> Any:
    kind = type(effect)
    if isinstance(effect, Encrypt):
        if _needs_thread(effect.jobs):
            return await asyncio.to_thread(encrypt_jobs, effect.jobs, metrics)
        return encrypt_jobs(effect.jobs, metrics)
    if isinstance(effect, Decrypt):
        if _needs_thread(effect.jobs):
            return await asyncio.to_thread(decrypt_jobs, effect.jobs, effect.collect, metrics)
        return decrypt_jobs(effect.jobs, effect.collect, metrics)
    if isinstance(effect, Call):
        return await make_call(effect.operation, effect.request)
    if isinstance(effect, Sleep):
        return await asyncio.sleep(effect.seconds)
    message = f"unknown effect {kind.__name__}"
    raise AssertionError(message)


def _needs_thread(jobs: Jobs) -> bool:
    return any(table.may_block for table, _ in jobs) or is_heavy(item for _, item in jobs)
