# SPDX-License-Identifier: Apache-2.0
"""The table of operations: what is done to each operation of DynamoDB, and to each member of its request and response.

Internal. Reading order: ``kinds``, ``item_operations``, ``passed``, ``refused``, ``table``, ``requests``,
``responses``. ``docs/operations.md`` is made of it.
"""

from __future__ import annotations

from ddbcrypt.operations.kinds import Handling, Operation, Treatment
from ddbcrypt.operations.requests import check_definitions, check_part, check_request, refuse, tables_of
from ddbcrypt.operations.responses import filter_own_error, filter_response
from ddbcrypt.operations.table import OPERATIONS, find

__all__ = (
    "OPERATIONS",
    "Handling",
    "Operation",
    "Treatment",
    "check_definitions",
    "check_part",
    "check_request",
    "filter_own_error",
    "filter_response",
    "find",
    "refuse",
    "tables_of",
)
