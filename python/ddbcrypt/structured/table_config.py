# SPDX-License-Identifier: Apache-2.0
"""How the items of a table are protected in the structured format: what ``attach`` takes."""

from __future__ import annotations

from typing import Any

from ddbcrypt.structured.config import DynamoDbItemEncryptorConfig
from ddbcrypt.structured.table import StructuredTable
from ddbcrypt.structures import TableIndex, TableInfo

__all__ = ("DynamoDbTableEncryptionConfig",)


class DynamoDbTableEncryptionConfig(DynamoDbItemEncryptorConfig):
    """The configuration of a table of the structured format, for :func:`ddbcrypt.attach`.

    Takes what :class:`DynamoDbItemEncryptorConfig` takes. The physical table name is the key in ``tables`` of
    ``attach``; one logical table name belongs to one physical table.
    """

    __slots__ = ()

    def known_info(self) -> TableInfo:
        """Give the table's primary key: the configuration has it, so DynamoDB is not asked."""
        return TableInfo(
            name=self.logical_table_name,
            primary_index=TableIndex(self.partition_key_name, self.sort_key_name),
            secondary_indexes=[],
        )

    def table(self, info: TableInfo) -> Any:
        """Make the table for ``attach``."""
        return StructuredTable(info.name, self)
