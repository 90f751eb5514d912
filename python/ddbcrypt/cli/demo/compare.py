# SPDX-License-Identifier: Apache-2.0
"""Whether two items mean the same to DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ddbcrypt.cli.items import Item

__all__ = ("differing_attributes", "meaning")


def meaning(value: Mapping[str, Any]) -> Any:
    """Return a DynamoDB JSON attribute in a form that compares equal where DynamoDB sees no difference.

    Numbers compare by value, exactly, and sets without order: DynamoDB writes ``1.50`` as ``1.5``.
    """
    ((tag, content),) = value.items()
    match tag:
        case "N":
            return tag, Decimal(content)
        case "NS":
            return tag, frozenset(Decimal(member) for member in content)
        case "SS" | "BS":
            return tag, frozenset(content)
        case "L":
            return tag, [meaning(element) for element in content]
        case "M":
            return tag, {name: meaning(member) for name, member in content.items()}
        case _:
            return tag, content


def differing_attributes(expected: Item, actual: Item) -> list[str]:
    """Return the sorted names of attributes that are in one item only or mean something else there."""
    return sorted(
        name
        for name in expected.keys() | actual.keys()
        if name not in expected or name not in actual or meaning(expected[name]) != meaning(actual[name])
    )
