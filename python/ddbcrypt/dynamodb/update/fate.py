# SPDX-License-Identifier: Apache-2.0
"""What became of a write: DynamoDB's client sends one again whose answer was lost, and then its condition fails."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.protected import ProtectedTable

_SERVER_ERROR: Final = 500


class Fate(Enum):
    """What is known of a write that failed."""

    #: It was carried out.
    ARRIVED = 0
    #: It was not, since others changed the item first.
    OVERTAKEN = 1
    #: The item is still as it was before.
    PENDING = 2
    #: It was carried out and overwritten, or overtaken: nothing tells.
    UNKNOWN = 3


def is_conflict(error: Exception) -> bool:
    """Whether DynamoDB did not write since the item is not as it was read, or is in a transaction at the moment."""
    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in (
        "ConditionalCheckFailedException",
        "TransactionConflictException",
    )


def is_certain(error: Exception) -> bool:
    """Whether the answer says what became of the write: there was one attempt, and it was DynamoDB that refused it."""
    if not isinstance(error, ClientError):
        return False
    metadata: Mapping[str, Any] = error.response.get("ResponseMetadata", {})
    # An answer without these numbers says nothing.
    retries, status = metadata.get("RetryAttempts"), metadata.get("HTTPStatusCode")
    return retries == 0 and isinstance(status, int) and status < _SERVER_ERROR


def fate_of(
    table: ProtectedTable,
    before: Mapping[str, Any] | None,
    tried: Mapping[str, Any],
    update_id: str,
    now: Mapping[str, Any] | None,
) -> Fate:
    """Tell what became of a write.

    :param before: the stored item that it was to replace, None where there was none
    :param tried: the encrypted item that it was to store
    :param update_id: its id, as in :meth:`ProtectedTable.with_update_id`
    :param now: the stored item, read after the write
    """
    if now is None:
        return Fate.UNKNOWN
    # An item that a policy has written in plaintext has nothing that tells two writes of it apart.
    if _is_signed(table, tried) and _same_state(table, tried, now):
        return Fate.ARRIVED
    trail = table.update_trail(now)
    if update_id in trail:
        return Fate.ARRIVED
    if before is None:
        return Fate.UNKNOWN
    if _same_state(table, before, now):
        return Fate.PENDING
    # A trail is one line: what follows the state that we read is not ours, so ours came too late.
    return Fate.OVERTAKEN if table.state_id(before) in trail else Fate.UNKNOWN


def _same_state(table: ProtectedTable, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if any(one.get(name) != other.get(name) for name in table.reserved_names):
        return False
    return _is_signed(table, one) or all(
        one.get(name) == other.get(name) for name in {*one, *other} if table.is_protected(name)
    )


def _is_signed(table: ProtectedTable, stored: Mapping[str, Any]) -> bool:
    return any(name in stored for name in table.reserved_names)
