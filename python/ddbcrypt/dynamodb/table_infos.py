# SPDX-License-Identifier: Apache-2.0
"""Primary keys of tables, each asked for once."""

from __future__ import annotations

from typing import Any

from ddbcrypt.dynamodb.tables import plain_name
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.forks import HasLock
from ddbcrypt.structures import TableInfo


class TableInfoCache(HasLock):
    """What is known of tables, by name or ARN. Thread-safe; a look-up that fails is not remembered.

    :param client: boto3 DynamoDB client
    :param auto_refresh_table_indexes: whether ``DescribeTable`` may be called. If not, no table has a primary key
    """

    def __init__(self, client: Any, auto_refresh_table_indexes: bool) -> None:
        super().__init__()
        self._client = client
        self._ask = auto_refresh_table_indexes
        self._known: dict[str, TableInfo] = {}

    def table_info(self, table_name: str) -> TableInfo:
        """Give a table's name and keys: one ``DescribeTable`` call for each table.

        :raises botocore.exceptions.ClientError: when the call fails
        """
        known = self._known.get(table_name)
        if known is not None:
            return known
        if not self._ask:
            return TableInfo(name=plain_name(table_name))
        info = look_up(self._client, table_name)
        with self._lock:
            return self._known.setdefault(table_name, info)


def look_up(client: Any, table_name: str) -> TableInfo:
    """Ask DynamoDB for a table's keys: one ``DescribeTable`` call, by ARN where the caller gave one.

    Another account's table is found by its ARN alone.
    """
    info = TableInfo(name=plain_name(table_name))
    info.read_description(client.describe_table(TableName=table_name)["Table"])
    return info


def completed(client: Any, table_name: str, info: TableInfo, *, ask: bool) -> TableInfo:
    """Give ``info`` with its primary index, asked for where it is not known. ``info`` itself stays as it is.

    :raises InvalidArgumentError: when the primary key is not known and is not to be asked for
    """
    try:
        info.primary_index  # noqa: B018 - raises where it is not known
    except AttributeError:
        if not ask:
            message = (
                f'The primary key of table "{table_name}" is not known: give a table_info that has a primary_index, or '
                "let auto_refresh_table_indexes be true"
            )
            raise InvalidArgumentError(message) from None
        described = look_up(client, table_name)
        return TableInfo(
            name=info.name, primary_index=described.primary_index, secondary_indexes=described.secondary_indexes
        )
    return info
