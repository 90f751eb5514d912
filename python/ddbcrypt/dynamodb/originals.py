# SPDX-License-Identifier: Apache-2.0
"""Which of the caller's requests a request in ``UnprocessedItems`` is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ddbcrypt.dynamodb.keys import canonical_key
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.guards import is_list, is_mapping


class Sent(NamedTuple):
    """A request of a batch: kind, item or key as it was sent, the request as it was sent, and as the caller gave it."""

    kind: str
    content: Mapping[str, Any]
    request: Mapping[str, Any]
    original: Mapping[str, Any]


def original(table: ProtectedTable, unprocessed: Mapping[str, Any], candidates: list[Sent]) -> Any:
    """Copy the caller's request, found by primary key, or by the item's signature where the key is not known.

    The match is taken out of ``candidates``.

    :raises DynamodbEncryptionSdkError: when the unprocessed request was never sent
    """
    ((kind, members),) = unprocessed.items()
    ((_, content),) = members.items()
    names = tuple(content) if kind == "DeleteRequest" else table.key_names
    matches = _same_key([sent for sent in candidates if sent.kind == kind], content, names)
    if len(matches) != 1 and kind == "PutRequest":
        matches = _same_signature(matches, content, table.signature_attribute)
    if not matches:
        message = f"DynamoDB returned a {kind} in UnprocessedItems that was not in the batch"
        error = DynamodbEncryptionSdkError(message)
        table.name_item(error, content)
        raise error
    candidates.remove(matches[0])
    return copy_nested(matches[0].original)


def _same_key(candidates: Sequence[Sent], content: Mapping[str, Any], names: Sequence[str]) -> list[Sent]:
    if not names:
        return list(candidates)
    key = canonical_key(content, names)
    return [sent for sent in candidates if key is not None and canonical_key(sent.content, names) == key]


def _same_signature(candidates: Sequence[Sent], content: Mapping[str, Any], name: str) -> list[Sent]:
    signature = canonical_key(content, (name,))
    if signature is None:  # nothing of this table is signed: the item is as the caller gave it
        return [sent for sent in candidates if sent.content == content]
    return [sent for sent in candidates if canonical_key(sent.content, (name,)) == signature]


def copy_nested(value: Any) -> Any:
    """Copy the nested dicts and lists; their leaves are shared, as bytes may be large."""
    if is_mapping(value):
        return {name: copy_nested(member) for name, member in value.items()}
    if is_list(value):
        return [copy_nested(member) for member in value]
    return value
