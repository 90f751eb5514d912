# SPDX-License-Identifier: Apache-2.0
"""What an expression can be refused for."""

from __future__ import annotations

from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError

__all__ = ("ExpressionError", "UnreadableExpressionError")


class ExpressionError(InvalidArgumentError, ValueError):
    """DynamoDB would answer this expression, or its use on this item, with a ``ValidationException``."""


class UnreadableExpressionError(ExpressionError, UnsupportedOperationError):
    """An expression that does not follow the grammar: what it would send cannot be told, so it is not sent."""
