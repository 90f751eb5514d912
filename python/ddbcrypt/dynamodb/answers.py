# SPDX-License-Identifier: Apache-2.0
"""What DynamoDB answers with, decrypted: old items of writes, and items that failed a condition."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from ddbcrypt.dynamodb.effects import Decrypt, Effect
from ddbcrypt.dynamodb.keys import CanonicalKey, canonical_key
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, OldImageError, SignatureVerificationError


def check_answer(table: ProtectedTable, asked: Iterable[Mapping[str, Any]], item: Mapping[str, Any]) -> None:
    """Refuse an item that verifies but is not one that was asked for.

    :param asked: primary keys
    :raises SignatureVerificationError: when the item has another key
    """
    keys = tuple(asked)
    if len(keys) == 1 and keys[0] and keys[0].items() <= item.items():
        return  # as DynamoDB gives it nearly always
    AskedKeys(keys).check(table, item)


class AskedKeys:
    """The primary keys that a request asks for."""

    __slots__ = ("_asked", "_expected", "_names")

    def __init__(self, asked: Iterable[Mapping[str, Any]]) -> None:
        self._asked: list[Mapping[str, Any]] = list(asked) or [{}]
        self._expected: set[CanonicalKey] = set()
        self._names: set[frozenset[str]] = set()

    def check(self, table: ProtectedTable, item: Mapping[str, Any]) -> None:
        """Refuse an item with another key.

        :raises SignatureVerificationError: naming the key
        """
        first = self._asked[0]
        if first and all(name in item and item[name] == value for name, value in first.items()):
            return
        if not self._names:
            for key in self._asked:
                canonical = canonical_key(key, key)
                if canonical is not None:
                    self._expected.add(canonical)
                    self._names.add(frozenset(key))
        if not any(canonical_key(item, names) in self._expected for names in self._names):
            error = SignatureVerificationError("DynamoDB answered with an item whose primary key was not asked for")
            table.name_item(error, item)
            raise error


def key_of(table: ProtectedTable, item: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the primary key of an item, None where it is not known or not there."""
    names = table.key_names
    return {name: item[name] for name in names} if names and all(name in item for name in names) else None


def decrypt_old(
    table: ProtectedTable, parsed: dict[str, Any], key: Mapping[str, Any] | None, method: str
) -> Generator[Effect, Any, None]:
    """Decrypt the old item (``Attributes``) of a write that was carried out, in place.

    :param key: its primary key, None where it is not known
    :raises OldImageError: when the old item does not verify or decrypt
    """
    stored = parsed.get("Attributes")
    if not stored:
        return
    try:
        (item,) = yield Decrypt(((table, stored),))
        if key:
            check_answer(table, (key,), item)
    except DynamodbEncryptionSdkError as error:
        message = (
            f"{method} was carried out, but the old item that it returned cannot be given back: {error} "
            "(the response, with the old item as DynamoDB has it, is in this error's attribute `response`)"
        )
        refusal = OldImageError(message)
        refusal.response = dict(parsed)
        refusal.item_key = error.item_key
        refusal.attribute = error.attribute
        raise refusal from error
    parsed["Attributes"] = item


def decrypt_failed(
    table: ProtectedTable, shown: dict[str, Any], key: Mapping[str, Any] | None
) -> Generator[Effect, Any, str | None]:
    """Decrypt the ``Item`` that a failed condition shows, in place, or take it out.

    :param key: its primary key, None where it is not known
    :returns: why it was taken out
    """
    stored = shown.get("Item")
    if not stored:
        return None
    try:
        (item,) = yield Decrypt(((table, stored),))
        if key:
            check_answer(table, (key,), item)
    except DynamodbEncryptionSdkError as error:
        del shown["Item"]
        return f"The item that failed the condition was left out, as it does not verify: {error}"
    shown["Item"] = item
    return None


def decrypt_error(
    table: ProtectedTable, parsed: dict[str, Any], key: Mapping[str, Any] | None
) -> Generator[Effect, Any, dict[str, Any]]:
    """Decrypt the item in the error response of a write. One that does not verify is left out; the message says so."""
    note = yield from decrypt_failed(table, parsed, key)
    if note is not None:
        error = parsed["Error"]
        parsed["Error"] = {**error, "Message": f"{error.get('Message', '')} ({note})".lstrip()}
    return parsed
