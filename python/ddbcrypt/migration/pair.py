# SPDX-License-Identifier: Apache-2.0
"""The two ways in which a table's items are protected: before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.registry import TableConfiguration
from ddbcrypt.dynamodb.tables import plain_name
from ddbcrypt.dynamodb.update.trail import new_update_id
from ddbcrypt.dynamodb.update.writing import refuse_foreign_attributes
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.migration.parameters import make_parameters
from ddbcrypt.structures import TableIndex, TableInfo

__all__ = ("TablePair",)


@dataclass(frozen=True, slots=True)
class TablePair:
    """A table as it is protected, and as it is to be. Thread-safe as far as the two are. No network call of its own.

    :param table_name: name or ARN for requests
    :param source: verifies and decrypts the items that are there
    :param target: encrypts and signs
    :param key_names: the primary key, partition key first
    """

    table_name: str
    source: ProtectedTable
    target: ProtectedTable
    key_names: tuple[str, ...]

    @classmethod
    def of(
        cls,
        table_name: str,
        description: Mapping[str, Any],
        source: TableConfiguration,
        target: TableConfiguration,
    ) -> TablePair:
        """Make the pair of two configurations.

        :param table_name: name or ARN for requests
        :param description: the member ``Table`` of the response of ``DescribeTable``
        :param source: as ``attach`` takes it
        :param target: as ``attach`` takes it
        :raises InvalidArgumentError: a configuration has another primary key than the table, or signs nothing
        """
        index = TableIndex.from_key_schema(description["KeySchema"])
        names = (index.partition,) if index.sort is None else (index.partition, index.sort)
        found = TableInfo(name=plain_name(table_name), primary_index=index)
        tables = [config.table(config.known_info() or found) for config in (source, target)]
        for table, which in zip(tables, ("source", "target"), strict=True):
            if table.key_names != names:
                message = (
                    f"the primary key of the table is {', '.join(names)}, and that of the {which} configuration "
                    f"{', '.join(table.key_names)}"
                )
                raise InvalidArgumentError(message)
            if not table.signs_items:
                message = f"the {which} configuration signs nothing: there is nothing to verify an item by"
                raise InvalidArgumentError(message)
        return cls(table_name, tables[0], tables[1], names)

    def key_of(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Give the primary key of an item, as far as it is there.

        :param item: in DynamoDB JSON
        """
        return {name: item[name] for name in self.key_names if name in item}

    def may_be_new(self, stored: Mapping[str, Any]) -> bool:
        """Whether a stored item has the target's signature attribute. Without it, it is not in the target's format.

        :param stored: the item as it is stored
        """
        return self.target.signature_attribute in stored

    def write(self, stored: Mapping[str, Any], encrypted: Mapping[str, Any]) -> dict[str, Any]:
        """Make the ``UpdateItem`` request that puts the item in the place of the stored one.

        It writes signed and reserved attributes alone. Its condition is that the reserved attributes are as they were
        read, and those attributes that the stored item's signature does not stand for and the target signs; those of
        them that are not there must not have come meanwhile.

        :param stored: the item as it was read
        :param encrypted: what the target made of it
        :raises InvalidArgumentError: the target did not sign the item
        :raises UnsupportedOperationError: the item has beacons
        """
        if self.target.signature_attribute not in encrypted:
            message = (
                f'the target wrote an item without its signature attribute "{self.target.signature_attribute}": a '
                "policy of its configuration has it write another format"
            )
            raise InvalidArgumentError(message)
        reserved = {*self.source.reserved_names, *self.target.reserved_names}
        refuse_foreign_attributes(stored, self._is_reserved, reserved)
        # Others who lost the answer to an update find its id in the item still.
        encrypted = self.target.with_update_id(encrypted, stored, new_update_id())
        held = self._held(stored)
        if stored.keys().isdisjoint(held):
            # Else the update would make an item that others deleted.
            held = (self.key_names[0], *held)
        return {
            "TableName": self.table_name,
            "Key": self.key_of(stored),
            **make_parameters(self.key_names, stored, encrypted, self._is_written, held),
        }

    def _held(self, stored: Mapping[str, Any]) -> tuple[str, ...]:
        """Give what has to be as it was read, or still absent: reserved attributes and what no signature stands for."""
        reserved = {*self.source.reserved_names, *self.target.reserved_names}
        # What is known to be signed, were it there: others may add it.
        expected = (
            *self.target.unsigned_in(self.key_of(stored)),
            *self.source.named_attributes,
            *self.target.named_attributes,
        )
        unsigned = {*self.source.unsigned_in(stored)}
        # An item in plaintext, which a policy lets be read, has no signature at all.
        is_unsigned = self._is_newly_signed if reserved & stored.keys() else self._is_written
        unsigned.update(name for name in (*stored, *expected) if is_unsigned(name))
        return tuple(sorted(reserved | unsigned.difference(self.key_names)))

    def _is_written(self, name: str) -> bool:
        return self._is_reserved(name) or self.source.is_protected(name) or self.target.is_protected(name)

    def _is_newly_signed(self, name: str) -> bool:
        return not self._is_reserved(name) and not self.source.is_protected(name) and self.target.is_protected(name)

    def _is_reserved(self, name: str) -> bool:
        return self.source.is_reserved(name) or self.target.is_reserved(name)
