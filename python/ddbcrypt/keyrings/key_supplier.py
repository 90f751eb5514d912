# SPDX-License-Identifier: Apache-2.0
"""Branch keys by the primary key of items (dynamodb-encryption-client/ddb-encryption-branch-key-id-supplier.md)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.validate import require_callable
from ddbcrypt.keyrings.context import require_keys
from ddbcrypt.keyrings.errors import EncryptionContextError

__all__ = ("BranchKeyIdSupplier", "branch_key_id_by_key", "key_of_context")

_TABLE_NAME: Final = "aws-crypto-table-name"
_PARTITION_NAME: Final = "aws-crypto-partition-name"
_SORT_NAME: Final = "aws-crypto-sort-name"
_LEGEND: Final = "aws-crypto-legend"
_ATTRIBUTE: Final = "aws-crypto-attr."
#: Under what names version 2 gives those of table and keys besides.
_NAMES: Final[dict[str, str]] = {
    _TABLE_NAME: "aws_dbe_table_name",
    _PARTITION_NAME: "aws_dbe_partition_name",
    _SORT_NAME: "aws_dbe_sort_name",
}
_TYPE_ID_BYTES: Final = 2
_LITERALS: Final[dict[str, dict[str, Any]]] = {"true": {"BOOL": True}, "false": {"BOOL": False}, "null": {"NULL": True}}

#: Chooses the branch key of an item by its encryption context.
BranchKeyIdSupplier = Callable[[Mapping[str, str]], str]


def branch_key_id_by_key(choose: Callable[[dict[str, Any]], str]) -> BranchKeyIdSupplier:
    """Make a branch key id supplier for :class:`~ddbcrypt.keyrings.hierarchical.AwsKmsHierarchicalKeyring`.

    As safe to share between threads as ``choose``. No network call of its own.

    :param choose: gives the branch key id for the key attributes of an item, as DynamoDB JSON, together with those that
        are signed and included in the encryption context. When an item is read they are what it claims to be, not yet
        verified
    :raises TypeError: ``choose`` cannot be called
    """
    if choose is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise TypeError('"choose" must be callable, not NoneType')
    require_callable("choose", choose)

    def supply(context: Mapping[str, str]) -> str:
        return choose(key_of_context(context))

    return supply


def key_of_context(context: Mapping[str, str]) -> dict[str, Any]:
    """Give the attributes that an item's encryption context holds, as DynamoDB JSON. Pure; no network call.

    :param context: encryption context of an item: of version 1, which has the primary key, or of version 2, which has
        the attributes that are signed and included besides; of version 2 the names of table and keys are given as
        ``aws_dbe_table_name``, ``aws_dbe_partition_name`` and ``aws_dbe_sort_name``
    :raises EncryptionContextError: it is none of an item, or malformed
    """
    require_keys(context, (_PARTITION_NAME,), "the encryption context of an item")
    names = [context[name] for name in (_PARTITION_NAME, _SORT_NAME) if name in context]
    require_keys(context, [_ATTRIBUTE + name for name in names], "the encryption context of an item")
    legend = context.get(_LEGEND)
    if legend is None:
        return {name: _value(name, "B", context[_ATTRIBUTE + name]) for name in names}
    entries = sorted((name for name in context if name.startswith(_ATTRIBUTE)), key=str.encode)
    if len(entries) != len(legend):
        raise EncryptionContextError(
            f"{_LEGEND!r} in the encryption context has {len(legend)} letters for {len(entries)} attributes"
        )
    found = {
        entry.removeprefix(_ATTRIBUTE): _value(entry.removeprefix(_ATTRIBUTE), letter, context[entry])
        for entry, letter in zip(entries, legend, strict=True)
    }
    return found | {shown: {"S": context[name]} for name, shown in _NAMES.items() if name in context}


def _value(name: str, letter: str, text: str) -> dict[str, Any]:
    """Read one value; ``letter`` is that of the legend: string, number, literal, or binary for all else."""
    if letter in {"S", "N"}:
        return {letter: text}
    if letter == "L" and text in _LITERALS:
        return dict(_LITERALS[text])
    if letter == "B":
        try:
            data = base64.b64decode(text, validate=True)
            return _engine.structured_deserialize_value(data[:_TYPE_ID_BYTES], data[_TYPE_ID_BYTES:])
        except (ValueError, DynamodbEncryptionSdkError) as error:
            raise EncryptionContextError(f"the encryption context holds no value for attribute {name!r}") from error
    raise EncryptionContextError(f"the encryption context holds a value of unknown kind for attribute {name!r}")
