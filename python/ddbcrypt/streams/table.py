# SPDX-License-Identifier: Apache-2.0
"""Which table a stream is of, and the table made of what a stream knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.registry import TableConfiguration
from ddbcrypt.dynamodb.tables import plain_name
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.structures import TableIndex, TableInfo


def table_name_of_stream(arn: str) -> str:
    """Give the table's name of a stream's ARN.

    :raises InvalidArgumentError: for anything else
    """
    table_arn, separator, _ = arn.partition("/stream/")
    if not separator or not table_arn.startswith("arn:"):
        message = f"{arn[:200]!r} is not the ARN of a DynamoDB stream"
        raise InvalidArgumentError(message)
    return plain_name(table_arn)


def table_of_keys(config: TableConfiguration, name: str | None, keys: Mapping[str, Any]) -> ProtectedTable:
    """Make the table of a configuration; its primary key from a record's ``Keys`` where the configuration has none.

    :param name: the table's name, or None where the record does not say it
    :raises InvalidArgumentError: the name or the primary key is not known
    """
    info = config.known_info()
    if info is None:
        if name is None:
            raise InvalidArgumentError(
                "the record does not say which table it is of: give the configuration a table_info with the table's "
                "name and primary_index"
            )
        if len(keys) != 1:
            # which of two is the partition key, a record does not say
            message = (
                f'the primary key of the table "{name}" is not known: give its configuration a table_info with a '
                "primary_index"
            )
            raise InvalidArgumentError(message)
        (partition,) = keys
        info = TableInfo(name=name, primary_index=TableIndex(partition))
    return config.table(info)
