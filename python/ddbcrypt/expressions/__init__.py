# SPDX-License-Identifier: Apache-2.0
"""DynamoDB's expressions: read, checked against what is encrypted, and carried out on plaintext items in the process.

Pure functions on items in DynamoDB JSON (binary as bytes). Nothing here encrypts, calls a service or keeps a value.
"""

from ddbcrypt.expressions.check import check_condition
from ddbcrypt.expressions.errors import ExpressionError, UnreadableExpressionError
from ddbcrypt.expressions.evaluate import evaluate
from ddbcrypt.expressions.parse import (
    check_placeholders,
    check_words,
    parse_condition,
    parse_key_condition,
    parse_projection,
    parse_update,
)
from ddbcrypt.expressions.project import project
from ddbcrypt.expressions.request import without_projection
from ddbcrypt.expressions.split import ProtectedUse, split_update
from ddbcrypt.expressions.tree import Condition, Path, Projection, Update
from ddbcrypt.expressions.update import Applied, apply, updated_new, updated_old

__all__ = (
    "Applied",
    "Condition",
    "ExpressionError",
    "Path",
    "Projection",
    "ProtectedUse",
    "UnreadableExpressionError",
    "Update",
    "apply",
    "check_condition",
    "check_placeholders",
    "check_words",
    "evaluate",
    "parse_condition",
    "parse_key_condition",
    "parse_projection",
    "parse_update",
    "project",
    "split_update",
    "updated_new",
    "updated_old",
    "without_projection",
)
