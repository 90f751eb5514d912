# SPDX-License-Identifier: Apache-2.0
"""Attribute values in DynamoDB JSON as expressions see them: well-formed, comparable, with a size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ddbcrypt.expressions.errors import ExpressionError
from ddbcrypt.expressions.numbers import exact
from ddbcrypt.expressions.tree import Wire
from ddbcrypt.internal.binary import binary_content, is_binary
from ddbcrypt.internal.guards import is_list, is_mapping

__all__ = (
    "ORDERED",
    "SETS",
    "TYPES",
    "check_value",
    "contains",
    "equal",
    "members",
    "octets",
    "order",
    "scalar",
    "size",
    "tag_of",
)

#: The type tags of DynamoDB JSON.
TYPES: Final = frozenset(("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"))
#: The types that ``<`` and its like take.
ORDERED: Final = frozenset(("S", "N", "B"))
#: The types of sets, each with the type of its members.
SETS: Final = {"SS": "S", "NS": "N", "BS": "B"}
_LEVELS: Final = 32


def tag_of(value: Wire) -> str:
    """Give the one type tag of ``value``.

    :raises ExpressionError: where there is not exactly one that DynamoDB knows
    """
    if is_mapping(value) and len(value) == 1:
        (tag,) = value
        if tag in TYPES:
            return str(tag)
    raise ExpressionError(f"a value is not DynamoDB JSON: it needs exactly one of {', '.join(sorted(TYPES))}")


def octets(content: object) -> bytes:
    """Give the bytes of ``content``, a B's; botocore sends a string there as its UTF-8."""
    if is_binary(content):
        content = binary_content(content)
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, (bytes, bytearray)):
        return bytes(content)
    raise ExpressionError("a binary value is not bytes")


def _string(content: object) -> str:
    if isinstance(content, str):
        return content
    raise ExpressionError("a string value is not a string")


_SCALARS: Final[Mapping[str, Callable[[object], Any]]] = {"S": _string, "N": exact, "B": octets}


def scalar(value: Wire) -> Any:
    """Give ``value``, an S, N or B, as what compares like it: str (code points order as UTF-8 does), Decimal, bytes."""
    tag = tag_of(value)
    return _SCALARS[tag](value[tag])


def members(value: Wire) -> list[Any]:
    """Give the members of a set, ``value``, each as :func:`scalar` gives it, in their order."""
    tag = tag_of(value)
    return [_SCALARS[SETS[tag]](member) for member in value[tag]]


def check_value(value: Wire, levels: int = _LEVELS) -> None:
    """Refuse what DynamoDB would not take as a value: types, contents, empty or repeating sets, depth.

    :param value: DynamoDB JSON
    :param levels: how deep it may nest
    :raises ExpressionError: saying what is wrong, without the value
    """
    if levels == 0:
        raise ExpressionError(f"a value nests deeper than DynamoDB's {_LEVELS} levels")
    tag = tag_of(value)
    content = value[tag]
    if tag in SETS:
        _check_set(value, content)
    elif tag == "L":
        if not is_list(content):
            raise ExpressionError("a list's content is not a list")
        for element in content:
            check_value(element, levels - 1)
    elif tag == "M":
        if not is_mapping(content):
            raise ExpressionError("a map's content is not a mapping")
        for name, member in content.items():
            _string(name)
            check_value(member, levels - 1)
    elif tag == "BOOL":
        if not isinstance(content, bool):
            raise ExpressionError("a BOOL is neither True nor False")
    elif tag == "NULL":
        if content is not True:
            raise ExpressionError("a NULL's content is not True")
    else:
        scalar(value)


def _check_set(value: Wire, content: object) -> None:
    if not is_list(content) and not isinstance(content, (tuple, set, frozenset)):
        raise ExpressionError("a set's content is not a list")
    found = members(value)
    if not found:
        raise ExpressionError("a set is empty: DynamoDB stores none")
    if len(set(found)) != len(found):
        raise ExpressionError("a set repeats a member")


def equal(left: Wire, right: Wire) -> bool:
    """Tell whether ``left`` equals ``right`` in DynamoDB: numbers by value, sets in any order, also nested ones."""
    tag = tag_of(left)
    if tag != tag_of(right):
        return False
    one, other = left[tag], right[tag]
    if tag in ORDERED:
        return bool(scalar(left) == scalar(right))
    if tag in SETS:
        return set(members(left)) == set(members(right))
    if tag == "L":
        return len(one) == len(other) and all(map(equal, one, other))
    if tag == "M":
        return one.keys() == other.keys() and all(equal(member, other[name]) for name, member in one.items())
    return bool(one == other)


def order(left: Wire, right: Wire) -> int | None:
    """Compare ``left`` with ``right``: -1, 0 or 1; None for types that differ or have no order."""
    tag = tag_of(left)
    if tag != tag_of(right) or tag not in ORDERED:
        return None
    one, other = scalar(left), scalar(right)
    return int(one > other) - int(one < other)


def size(value: Wire) -> Wire | None:
    """Give ``size(value)`` as an N; None for types that have none.

    A string's size is counted in UTF-16 code units, as DynamoDB Local's is.
    """
    tag = tag_of(value)
    content = value[tag]
    if tag == "S":
        count = len(_string(content).encode("utf-16-le", "surrogatepass")) // 2
    elif tag == "B":
        count = len(octets(content))
    elif tag in SETS or tag in ("L", "M"):
        count = len(content)
    else:
        return None
    return {"N": str(count)}


def contains(whole: Wire, part: Wire) -> bool:
    """Tell whether ``whole``, a string, binary, set or list, holds ``part``."""
    tag, part_tag = tag_of(whole), tag_of(part)
    if tag in ("S", "B"):
        return tag == part_tag and scalar(part) in scalar(whole)
    if tag in SETS:
        return part_tag == SETS[tag] and scalar(part) in members(whole)
    if tag == "L":
        return any(equal(element, part) for element in whole["L"])
    return False
