# SPDX-License-Identifier: Apache-2.0
"""DynamoDB's numbers: decimal, exact, 38 digits, magnitude 0 or 1E-130 to 9.99...E+125."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation
from typing import Final

from ddbcrypt.expressions.errors import ExpressionError

__all__ = ("add", "exact", "subtract", "text_of")

DIGITS: Final = 38
_HIGHEST: Final = 125
_LOWEST: Final = -130
# Sums of two numbers span at most 125 + 167 + 2 digits, so nothing is ever rounded here.
_EXACT: Final = Context(prec=400, Emin=-999_999, Emax=999_999)
_TEXT: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?", re.ASCII)
_TEXT_MAXIMUM: Final = 4096


def exact(text: object) -> Decimal:
    """Read a number.

    :param text: the content of an N, or a member of an NS
    :raises ExpressionError: for what DynamoDB does not take; the message does not repeat it
    """
    if not isinstance(text, str) or len(text) > _TEXT_MAXIMUM or _TEXT.fullmatch(text) is None:
        raise ExpressionError("a number is not one that DynamoDB can store: give decimal digits as a string")
    try:
        return _within_limits(Decimal(text))
    except InvalidOperation:
        raise ExpressionError("a number is out of the range that DynamoDB can store") from None


def _within_limits(number: Decimal) -> Decimal:
    if not number:
        return Decimal(0)
    if number.adjusted() > _HIGHEST:
        raise ExpressionError("a number is too large: DynamoDB stores magnitudes up to 9.99...E+125")
    if number.adjusted() < _LOWEST:
        raise ExpressionError("a number is too small: DynamoDB stores magnitudes from 1E-130")
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > DIGITS:
        raise ExpressionError(f"a number has {len(digits)} digits: DynamoDB stores {DIGITS}")
    return number.normalize(_EXACT)


def add(left: Decimal, right: Decimal) -> Decimal:
    """Give the exact sum of ``left`` and ``right``.

    :raises ExpressionError: where DynamoDB cannot store it
    """
    return _within_limits(_EXACT.add(left, right))


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """Give the exact difference of ``left`` and ``right``.

    :raises ExpressionError: where DynamoDB cannot store it
    """
    return _within_limits(_EXACT.subtract(left, right))


def text_of(number: Decimal) -> str:
    """Write ``number`` as DynamoDB does: plain notation, no trailing zeros."""
    return format(number, "f") if number else "0"
