# SPDX-License-Identifier: Apache-2.0
"""Whole items for what an index holds of them, fetched from the table by primary key."""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Final

from ddbcrypt.dynamodb.effects import Call, Effect, Sleep
from ddbcrypt.dynamodb.keys import CanonicalKey, canonical_key
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, InvalidArgumentError

#: Most keys of one ``BatchGetItem``.
_KEYS: Final = 100
#: How often what DynamoDB left unprocessed is asked for again without any progress, and the longest waits between.
_ATTEMPTS: Final = 10
_FIRST_WAIT: Final = 0.05
_LONGEST_WAIT: Final = 2.0


def fetch_whole(
    table: ProtectedTable, request: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]
) -> Generator[Effect, Any, list[dict[str, Any]]]:
    """Fetch items by ``BatchGetItem``, 100 at a time, in the order of the index; those deleted meanwhile are left out.

    The index chose the items: filter and key condition are not looked at again.

    :param request: the query or scan of the index; it says whether the read is consistent
    :param parts: the items as the index holds them
    :raises InvalidArgumentError: when the table's primary key is not known
    :raises DynamodbEncryptionSdkError: when DynamoDB does not process all keys
    """
    names = table.key_names
    if not names:
        message = f'fetch_from_table needs the primary key of "{table.name}": give a table_info with a primary_index'
        raise InvalidArgumentError(message)
    order: list[CanonicalKey] = []
    keys: dict[CanonicalKey, dict[str, Any]] = {}
    for part in parts:
        canonical = canonical_key(part, names)
        if canonical is None:
            error = DynamodbEncryptionSdkError("DynamoDB answered with an item of an index that has no primary key")
            table.name_item(error, part)
            raise error
        if canonical not in keys:
            order.append(canonical)
            keys[canonical] = {name: part[name] for name in names}
    found: dict[CanonicalKey, dict[str, Any]] = {}
    for start in range(0, len(order), _KEYS):
        asked = [keys[canonical] for canonical in order[start : start + _KEYS]]
        yield from _fetch(request, asked, names, found)
    return [found[canonical] for canonical in order if canonical in found]


def _fetch(
    request: Mapping[str, Any],
    asked: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    found: dict[CanonicalKey, dict[str, Any]],
) -> Generator[Effect, Any, None]:
    name = request["TableName"]
    consistent = {"ConsistentRead": True} if request.get("ConsistentRead") else {}
    attempt = 0
    while asked:
        response = yield Call("BatchGetItem", {"RequestItems": {name: {"Keys": list(asked), **consistent}}})
        for items in response.get("Responses", {}).values():
            for item in items:
                canonical = canonical_key(item, names)
                if canonical is not None:
                    found[canonical] = item
        left = [key for of_one in response.get("UnprocessedKeys", {}).values() for key in of_one["Keys"]]
        attempt = attempt + 1 if len(left) == len(asked) else 0
        if attempt >= _ATTEMPTS:
            message = (
                f"DynamoDB left {len(left)} keys unprocessed {_ATTEMPTS} times in a row: the table is read faster than "
                "its capacity allows. Read smaller pages (Limit), or later"
            )
            raise DynamodbEncryptionSdkError(message)
        asked = left
        if asked:
            yield Sleep(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)))
