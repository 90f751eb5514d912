# SPDX-License-Identifier: Apache-2.0
"""Which of the caller's requests a request in ``UnprocessedItems`` is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ddbcrypt.dynamodb.keys import canonical_key
from ddbcrypt.dynamodb.tables import TableConfig
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.failures import name_item
from ddbcrypt.internal.guards import is_list, is_mapping
from ddbcrypt.internal.identifiers import SIGNATURE_ATTRIBUTE


class Sent(NamedTuple):
    """A request of a batch: kind, item or key as it was sent, the request as it was sent, and as the caller gave it."""

    kind: str
    content: Mapping[str, Any]
    request: Mapping[str, Any]
    original: Mapping[str, Any]


def original(
    unprocessed: Mapping[str, Any], candidates: list[Sent], table: TableConfig, *, wire: bool
) -> Mapping[str, Any]:
    """Copy the caller's request, found by primary key, or by the item's signature where the key is not known.

    The match is taken out of ``candidates``.

    :raises DynamodbEncryptionSdkError: when the unprocessed request was never sent
    """
    ((kind, members),) = unprocessed.items()
    ((_, content),) = members.items()
    names = tuple(content) if kind == "DeleteRequest" else table.key_names
    matches = _same_key([sent for sent in candidates if sent.kind == kind], content, names, wire=wire)
    if len(matches) != 1 and kind == "PutRequest":
        matches = _same_signature(matches, content, wire=wire)
    if not matches:
        message = f"DynamoDB returned a {kind} in UnprocessedItems that was not in the batch"
        error = DynamodbEncryptionSdkError(message)
        name_item(error, content, table.crypto_config)
        raise error
    candidates.remove(matches[0])
    found: Mapping[str, Any] = _copy(matches[0].original)
    return found


def _same_key(
    candidates: Sequence[Sent], content: Mapping[str, Any], names: Sequence[str], *, wire: bool
) -> list[Sent]:
    if not names:
        return list(candidates)
    key = canonical_key(content, names, wire=wire)
    return [sent for sent in candidates if key is not None and canonical_key(sent.content, names, wire=wire) == key]


def _same_signature(candidates: Sequence[Sent], content: Mapping[str, Any], *, wire: bool) -> list[Sent]:
    signature = canonical_key(content, (SIGNATURE_ATTRIBUTE,), wire=wire)
    if signature is None:  # nothing of this table is signed: the item is as the caller gave it
        return [sent for sent in candidates if sent.content == content]
    return [sent for sent in candidates if canonical_key(sent.content, (SIGNATURE_ATTRIBUTE,), wire=wire) == signature]


def _copy(value: Any) -> Any:
    """Copy the nested dicts and lists; their leaves are shared, as bytes may be large."""
    if is_mapping(value):
        return {name: _copy(member) for name, member in value.items()}
    if is_list(value):
        return [_copy(member) for member in value]
    return value
