# SPDX-License-Identifier: Apache-2.0
"""The table of operations: every operation of DynamoDB, and what is done to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ddbcrypt.operations.item_operations import ITEM_OPERATIONS
from ddbcrypt.operations.kinds import Operation
from ddbcrypt.operations.passed import PASSED
from ddbcrypt.operations.refused import REFUSED, undecided

#: By botocore's name.
OPERATIONS: Final[Mapping[str, Operation]] = {
    operation.name: operation for operation in (*ITEM_OPERATIONS, *PASSED, *REFUSED)
}


def find(name: str) -> Operation:
    """Give the decision about an operation; one that is not in the table is refused. No network call.

    :param name: botocore's name, such as ``PutItem``
    """
    return OPERATIONS.get(name) or undecided(name)
