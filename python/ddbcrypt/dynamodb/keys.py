# SPDX-License-Identifier: Apache-2.0
"""Primary key values that can be compared: DynamoDB may return the number ``5`` for ``5.0``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ddbcrypt.internal.guards import is_mapping

CanonicalKey = frozenset[tuple[str, str, object]]


def canonical_key(item: Mapping[str, Any], names: Iterable[str]) -> CanonicalKey | None:
    """Give the named attributes of an item in DynamoDB JSON as one hashable value, equal for keys that are equal there.

    None where one is missing or is of no type that a key has; DynamoDB refuses such a request.
    """
    parts: list[tuple[str, str, object]] = []
    for name in names:
        scalar = _scalar(item.get(name))
        if scalar is None:
            return None
        parts.append((name, *scalar))
    return frozenset(parts)


def _scalar(value: Any) -> tuple[str, object] | None:
    if not is_mapping(value) or len(value) != 1:
        return None
    ((tag, content),) = value.items()
    if tag == "S" and isinstance(content, str):
        return "S", content
    if tag == "N" and isinstance(content, str):
        try:
            number = Decimal(content)
        except InvalidOperation:
            return None
        return ("N", number) if number.is_finite() else None
    if tag == "B":
        # botocore sends a str given for B as its UTF-8
        return _binary(content.encode() if isinstance(content, str) else content)
    return None


def _binary(value: Any) -> tuple[str, object] | None:
    return ("B", bytes(value)) if isinstance(value, (bytes, bytearray)) else None
