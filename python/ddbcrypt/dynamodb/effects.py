# SPDX-License-Identifier: Apache-2.0
"""What a flow asks for. A flow is a generator that decides what is done to one call of DynamoDB and does no I/O itself.

It yields effects and is sent their results; errors of a call are thrown into it. What it returns is the response.
The same flows so serve botocore and aiobotocore, and are tested without either. Items are always DynamoDB JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from ddbcrypt.dynamodb.protected import ProtectedTable

Item: TypeAlias = Mapping[str, Any]


class Send(NamedTuple):
    """Let the caller's own call go out with this request; at most once in a flow.

    Its result is the parsed response, a dict that may hold ``Error``. A flow that never sends answers the call itself.
    Where the request's body has more bytes than an item may have, ``check_size`` is called before it goes out, and may
    refuse it: no item is larger than the JSON that it is sent in. ``made`` names the parameter that is an item as the
    engine made it: botocore need not look at each of its values.
    """

    request: dict[str, Any]
    check_size: Callable[[], None] | None = None
    made: str | None = None


class Call(NamedTuple):
    """Make another call of DynamoDB, past all hooks. Its result is the response; a ``ClientError`` is thrown in."""

    operation: str
    request: Mapping[str, Any]


class Encrypt(NamedTuple):
    """Encrypt and sign items; the result is a list of new ones, in order. All or nothing."""

    jobs: Sequence[tuple[ProtectedTable, Item]]


class Decrypt(NamedTuple):
    """Verify and decrypt items; the result is a list of new ones, in order.

    With ``collect`` an item that does not verify has its exception in its place; without, the first is raised.
    """

    jobs: Sequence[tuple[ProtectedTable, Item]]
    collect: bool = False


class Sleep(NamedTuple):
    """Wait for so many seconds."""

    seconds: float


class Answer(NamedTuple):
    """What a flow that sends nothing returns: the response, and 400 as status where it is an error.

    ``request_id`` is DynamoDB's id of the last of the calls that the flow made.
    """

    parsed: dict[str, Any]
    status: int = 200
    request_id: str | None = None


Effect: TypeAlias = Send | Call | Encrypt | Decrypt | Sleep
#: A flow that sent returns the response's new members; one that did not, an :class:`Answer`.
Flow: TypeAlias = Generator[Effect, Any, dict[str, Any] | Answer]


def send(request: dict[str, Any]) -> Generator[Effect, Any, dict[str, Any]]:
    """Send the caller's own call and give the response as it came."""
    parsed: dict[str, Any] = yield Send(request)
    return parsed
