# SPDX-License-Identifier: Apache-2.0
"""Numbers that the reference Python client rounds before it signs them: those of more than 28 digits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ddbcrypt.internal.guards import is_list, is_mapping

__all__ = ("has_long_number",)

_REFERENCE_DIGITS: Final = 28
_DEPTH: Final = 33
#: More members than an item of 400 KB can have; an object that holds itself has no end.
_NUMBER_LIMIT: Final = 400_000


def has_long_number(attribute: object) -> bool:
    """Tell whether a value holds a number of more than 28 significant digits, at any depth that DynamoDB has.

    :param attribute: value in DynamoDB JSON, however malformed
    """
    return any(_digits(number) > _REFERENCE_DIGITS for number in islice(_numbers(attribute, _DEPTH), _NUMBER_LIMIT))


def _numbers(attribute: object, depth: int) -> Iterator[object]:
    """Give the texts of all numbers in an attribute."""
    if depth == 0 or not is_mapping(attribute):
        return
    yield attribute.get("N")
    numbers: object = attribute.get("NS")
    if is_list(numbers):
        yield from numbers
    members: object = attribute.get("L")
    if is_list(members):
        for member in members:
            yield from _numbers(member, depth - 1)
    members = attribute.get("M")
    if is_mapping(members):
        for member in members.values():
            yield from _numbers(member, depth - 1)


def _digits(number: object) -> int:
    """Count the significant digits of a number's text, zeros at its ends left out."""
    if not isinstance(number, str):
        return 0
    mantissa = number.lower().partition("e")[0].lstrip("+-").replace(".", "")
    return len(mantissa.strip("0"))
