# SPDX-License-Identifier: Apache-2.0
"""The attributes inside an encryption context as DynamoDB JSON, and branch key id suppliers that get them.

Spec: ddb-encryption-branch-key-id-supplier.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.validate import require_callable
from ddbcrypt.keyrings.errors import EncryptionContextError
from ddbcrypt.structured.names import (
    CONTEXT_ATTRIBUTE_PREFIX,
    CONTEXT_LEGEND,
    CONTEXT_PARTITION,
    CONTEXT_SORT,
    CONTEXT_TABLE,
)

__all__ = ("create_branch_key_id_supplier", "selector_context")

#: Names that a context of version 2 is given besides its attributes.
_NAMES: Final = {
    CONTEXT_TABLE: "aws_dbe_table_name",
    CONTEXT_PARTITION: "aws_dbe_partition_name",
    CONTEXT_SORT: "aws_dbe_sort_name",
}
_LITERALS: Final[Mapping[str, Mapping[str, bool]]] = {
    "true": {"BOOL": True},
    "false": {"BOOL": False},
    "null": {"NULL": True},
}
_TYPE_ID: Final = 2


def selector_context(encryption_context: Mapping[str, str]) -> dict[str, Any]:
    """Give the attributes inside an item's encryption context. Thread-safe; no network call.

    :param encryption_context: the context of an item of this format
    :returns: the primary key in DynamoDB JSON; for items of version 2 all attributes whose action is
        SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT, and the names of table and keys under ``aws_dbe_table_name``,
        ``aws_dbe_partition_name`` and ``aws_dbe_sort_name``
    :raises EncryptionContextError: when it is not the context of an item, naming what is missing or malformed
    """
    for name in (CONTEXT_PARTITION, CONTEXT_SORT):
        if name in encryption_context:
            _value(encryption_context, f"{CONTEXT_ATTRIBUTE_PREFIX}{encryption_context[name]}")
        elif name == CONTEXT_PARTITION:
            _value(encryption_context, name)
    if CONTEXT_LEGEND in encryption_context:
        return _version_2(encryption_context)
    names = [encryption_context[name] for name in (CONTEXT_PARTITION, CONTEXT_SORT) if name in encryption_context]
    return {name: _terminal(name, encryption_context[f"{CONTEXT_ATTRIBUTE_PREFIX}{name}"]) for name in names}


def create_branch_key_id_supplier(
    supplier: Callable[[Mapping[str, Any]], str],
) -> Callable[[Mapping[str, str]], str]:
    """Make a branch key id supplier for a hierarchical keyring of one that looks at an item's key.

    Thread-safe where ``supplier`` is; makes no network call of its own.

    :param supplier: gets what :func:`selector_context` gives, and returns a branch key id
    :returns: what ``AwsKmsHierarchicalKeyring`` takes as ``branch_key_id_supplier``
    :raises TypeError: when it is not callable
    """
    require_callable("supplier", supplier)

    def of_context(encryption_context: Mapping[str, str]) -> str:
        return supplier(selector_context(encryption_context))

    return of_context


def _version_2(context: Mapping[str, str]) -> dict[str, Any]:
    names = sorted((name for name in context if name.startswith(CONTEXT_ATTRIBUTE_PREFIX)), key=str.encode)
    legend = context[CONTEXT_LEGEND]
    if len(names) != len(legend):
        message = f"{CONTEXT_LEGEND} has {len(legend)} letters for {len(names)} attributes"
        raise EncryptionContextError(message)
    result: dict[str, Any] = {}
    for name, letter in zip(names, legend, strict=True):
        attribute = name.removeprefix(CONTEXT_ATTRIBUTE_PREFIX)
        result[attribute] = _of_letter(attribute, letter, context[name])
    for name, shown in _NAMES.items():
        if name in context:
            result[shown] = {"S": context[name]}
    return result


def _of_letter(attribute: str, letter: str, text: str) -> dict[str, Any]:
    if letter in ("S", "N"):
        return {letter: text}
    if letter == "L" and text in _LITERALS:
        return dict(_LITERALS[text])
    if letter == "B":
        return _terminal(attribute, text)
    message = f'the encryption context has no value of the kind {letter!r} for the attribute "{attribute}"'
    raise EncryptionContextError(message)


def _terminal(attribute: str, text: str) -> dict[str, Any]:
    try:
        data = base64.b64decode(text, validate=True)
        return _engine.structured_deserialize_value(data[:_TYPE_ID], data[_TYPE_ID:])
    except (binascii.Error, DynamodbEncryptionSdkError):
        message = f'the encryption context\'s value of the attribute "{attribute}" is malformed'
        raise EncryptionContextError(message) from None


def _value(context: Mapping[str, str], name: str) -> str:
    if name not in context:
        message = f"the encryption context has no {name}: it is not that of an item of the structured format"
        raise EncryptionContextError(message)
    return context[name]
