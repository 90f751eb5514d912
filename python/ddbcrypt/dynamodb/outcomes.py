# SPDX-License-Identifier: Apache-2.0
"""Items that do not verify, set aside so that they do not hide the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ddbcrypt.dynamodb.options import FailedItem, RequestOptions
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.exceptions import DynamodbEncryptionSdkError


def set_aside(
    jobs: Sequence[tuple[ProtectedTable, Mapping[str, Any]]], done: Sequence[Any], options: RequestOptions
) -> list[dict[str, Any]]:
    """Give the items that verified; the others go into the failures of the request's options."""
    items: list[dict[str, Any]] = []
    for (table, stored), one in zip(jobs, done, strict=True):
        if isinstance(one, DynamodbEncryptionSdkError):
            options.failures.append(failed_item(table, stored, one))
        else:
            items.append(one)
    return items


def failed_item(table: ProtectedTable, stored: Mapping[str, Any], error: DynamodbEncryptionSdkError) -> FailedItem:
    """Make the report of an item that does not verify."""
    key = {name: stored[name] for name in table.key_names if name in stored}
    return FailedItem(table.name, key, error)
