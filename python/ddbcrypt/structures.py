# SPDX-License-Identifier: Apache-2.0
"""What describes an item and its table: encryption context, attribute actions, indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.identifiers import RESERVED_NAMES
from ddbcrypt.internal.validate import require_dict, require_instance, require_key_names, require_optional
from ddbcrypt.transform import dict_to_ddb

__all__ = ("AttributeActions", "EncryptionContext", "TableIndex", "TableInfo")


# Looking up a member of an enumeration takes 0.18 us in CPython 3.11, and this one is compared for each item.
_DO_NOTHING: Final = CryptoAction.DO_NOTHING
_INCLUDE: Final = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT


class EncryptionContext:
    """What is known of an item besides its protected values; materials providers are given it.

    It is a plain, mutable object: one that threads share is not to be changed. It makes no network call.

    :param str table_name: name of the table, which is signed; None is signed as the text ``None``
    :param str partition_key_name: name of the table's partition key
    :param str sort_key_name: name of the table's sort key
    :param dict attributes: the item in DynamoDB JSON, for materials providers that look at it; kept, not copied
    :param dict material_description: material description, name to value; copied
    :raises TypeError: an argument is of another type
    """

    __slots__ = (
        "_attributes",
        "_python_item",
        "material_description",
        "partition_key_name",
        "sort_key_name",
        "table_name",
    )

    def __init__(
        self,
        table_name: str | None = None,
        partition_key_name: str | None = None,
        sort_key_name: str | None = None,
        attributes: dict[str, dict[str, Any]] | None = None,
        material_description: dict[str, str] | None = None,
    ) -> None:
        require_optional("table_name", table_name, str)
        require_optional("partition_key_name", partition_key_name, str)
        require_optional("sort_key_name", sort_key_name, str)
        if attributes is None:
            attributes = {}
        require_dict("attributes", attributes, dict)
        if any(len(attribute) != 1 for attribute in attributes.values()):
            raise TypeError('"attributes" must be DynamoDB JSON, such as {"name": {"S": "value"}}')
        if material_description is None:
            material_description = {}
        require_dict("material_description", material_description, str)
        self.table_name = table_name
        self.partition_key_name = partition_key_name
        self.sort_key_name = sort_key_name
        self._attributes: Mapping[str, Any] | None = attributes
        self._python_item: Mapping[str, Any] = {}
        self.material_description = dict(material_description)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The item in DynamoDB JSON."""
        if self._attributes is None:
            self._attributes = dict_to_ddb(self._python_item)
        return self._attributes

    @attributes.setter
    def attributes(self, attributes: Mapping[str, Any]) -> None:
        self._attributes = attributes

    def set_python_item(self, item: Mapping[str, Any]) -> None:
        """Make :attr:`attributes` the DynamoDB JSON of ``item``, an item of Python values.

        The item is converted when a materials provider first looks at it, and most never do.
        """
        self._attributes = None
        self._python_item = item

    def __copy__(self) -> EncryptionContext:
        """Make a copy with a material description of its own; the item is shared."""
        new = type(self).__new__(type(self))
        new.table_name = self.table_name
        new.partition_key_name = self.partition_key_name
        new.sort_key_name = self.sort_key_name
        new._attributes = self._attributes  # noqa: SLF001
        new._python_item = self._python_item  # noqa: SLF001
        new.material_description = dict(self.material_description)
        if type(self) is not EncryptionContext:
            new.__dict__.update(self.__dict__)
        return new

    def __repr__(self) -> str:
        """Everything but the item."""
        return (
            f"{type(self).__name__}(table_name={self.table_name!r}, partition_key_name={self.partition_key_name!r}, "
            f"sort_key_name={self.sort_key_name!r}, material_description={self.material_description!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EncryptionContext) or type(other) is not type(self):
            return NotImplemented
        return (
            self.table_name == other.table_name
            and self.partition_key_name == other.partition_key_name
            and self.sort_key_name == other.sort_key_name
            and self.attributes == other.attributes
            and self.material_description == other.material_description
        )

    __hash__ = None  # type: ignore[assignment]  # it is mutable


class AttributeActions:
    """Which action is taken for which attribute.

    It may be shared between threads as long as none changes it. It makes no network call.

    :param CryptoAction default_action: action for attributes that ``attribute_actions`` does not name
    :param dict attribute_actions: attribute name to action; copied
    :raises TypeError: an argument is of another type
    :raises ValueError: ``attribute_actions`` names a reserved attribute
    :raises InvalidArgumentError: an action is ``SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT``, which the legacy format lacks
    """

    __slots__ = ("attribute_actions", "default_action")

    def __init__(
        self,
        default_action: CryptoAction = CryptoAction.ENCRYPT_AND_SIGN,
        attribute_actions: dict[str, CryptoAction] | None = None,
    ) -> None:
        require_instance("default_action", default_action, CryptoAction)
        if attribute_actions is None:
            attribute_actions = {}
        require_dict("attribute_actions", attribute_actions, CryptoAction)
        for name in RESERVED_NAMES:
            if name in attribute_actions:
                raise ValueError(f'no action can be chosen for the reserved attribute "{name}"')
        if default_action is _INCLUDE or _INCLUDE in attribute_actions.values():
            raise InvalidArgumentError(
                f"{_INCLUDE.name} is an action of the structured format alone; give SIGN_ONLY, or use "
                "ddbcrypt.structured"
            )
        self.default_action = default_action
        self.attribute_actions = dict(attribute_actions)

    @property
    def take_no_actions(self) -> bool:
        """Whether every action is ``DO_NOTHING``. Items then pass as they are, unsigned and unverified."""
        # Computed each time: a remembered answer would let an action that is added later leave in plaintext. A subclass
        # with its own `action` may choose for names that are not listed here.
        return (
            self.default_action is _DO_NOTHING
            and type(self).action is AttributeActions.action
            and all(action is _DO_NOTHING for action in self.attribute_actions.values())
        )

    def action(self, attribute_name: str) -> CryptoAction:
        """Give the action for the attribute of that name."""
        return self.attribute_actions.get(attribute_name, self.default_action)

    def copy(self) -> AttributeActions:
        """Make a copy that can be changed without changing this object."""
        return AttributeActions(self.default_action, self.attribute_actions)

    def set_index_keys(self, *keys: str) -> None:
        """Give key attributes an action that leaves them readable: at most ``SIGN_ONLY``. Changes this object.

        :param keys: attribute names
        :raises InvalidArgumentError: an attribute has another action of its own already; nothing is changed then
        """
        index_actions: dict[str, CryptoAction] = {}
        for key in keys:
            index_actions[key] = min(self.action(key), CryptoAction.SIGN_ONLY)
            if self.attribute_actions.get(key, index_actions[key]) is not index_actions[key]:
                raise InvalidArgumentError(
                    f'key attribute "{key}" cannot have the action {self.attribute_actions[key].name}: DynamoDB has to '
                    f"read it; set {index_actions[key].name} or leave it out"
                )
        self.attribute_actions.update(index_actions)

    def contains_action(self, action: CryptoAction) -> bool:
        """Tell whether any attribute can have that action."""
        return action is self.default_action or action in self.attribute_actions.values()

    def __add__(self, other: AttributeActions) -> AttributeActions:
        """Merge: for each attribute, and by default, the action of the two that protects more."""
        if not isinstance(other, AttributeActions):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        names = {*self.attribute_actions, *other.attribute_actions}
        return AttributeActions(
            default_action=max(self.default_action, other.default_action),
            attribute_actions={name: max(self.action(name), other.action(name)) for name in sorted(names)},
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(default_action={self.default_action}, attribute_actions={self.attribute_actions!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AttributeActions) or type(other) is not type(self):
            return NotImplemented
        return self.default_action is other.default_action and self.attribute_actions == other.attribute_actions

    __hash__ = None  # type: ignore[assignment]  # it is mutable


class TableIndex:
    """Keys of a table or of one of its secondary indexes.

    :param str partition: name of the partition key
    :param str sort: name of the sort key, or None
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: a name is empty, or both are the same
    """

    __slots__ = ("attributes", "partition", "sort")

    #: Names of the one or two key attributes.
    attributes: set[str]

    def __init__(self, partition: str, sort: str | None = None) -> None:
        require_instance("partition", partition, str)
        require_optional("sort", sort, str)
        require_key_names(("partition", "sort"), partition, sort)
        self.partition = partition
        self.sort = sort
        self.attributes = {partition} if sort is None else {partition, sort}

    @classmethod
    def from_key_schema(cls, key_schema: Iterable[Mapping[str, Any]]) -> TableIndex:
        """Build from a ``KeySchema`` in a response of DescribeTable.

        :param key_schema: such as ``[{"AttributeName": "id", "KeyType": "HASH"}]``
        :raises KeyError: there is no element of type ``HASH``
        """
        names = {element["KeyType"]: element["AttributeName"] for element in key_schema}
        return cls(partition=names["HASH"], sort=names.get("RANGE"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(partition={self.partition!r}, sort={self.sort!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TableIndex) or type(other) is not type(self):
            return NotImplemented
        return self.partition == other.partition and self.sort == other.sort

    __hash__ = None  # type: ignore[assignment]  # it is mutable


class TableInfo:
    """Name and indexes of a table.

    Threads may read it while :meth:`refresh_indexed_attributes` runs: they see the old or the new indexes.

    :param str name: table name
    :param TableIndex primary_index: the table's own keys, or None where they are not known yet
    :param list secondary_indexes: keys of the secondary indexes, or None where they are not known yet
    :raises TypeError: an argument is of another type
    """

    __slots__ = ("_primary_index", "_secondary_indexes", "name")

    def __init__(
        self,
        name: str,
        primary_index: TableIndex | None = None,
        secondary_indexes: list[TableIndex] | None = None,
    ) -> None:
        require_instance("name", name, str)
        require_optional("primary_index", primary_index, TableIndex)
        require_optional("secondary_indexes", secondary_indexes, list)
        for index in secondary_indexes or ():
            require_instance("secondary_indexes", index, TableIndex)
        self.name = name
        self._primary_index = primary_index
        self._secondary_indexes = secondary_indexes

    @property
    def primary_index(self) -> TableIndex:
        """The table's own keys.

        :raises AttributeError: they are not known
        """
        if self._primary_index is None:
            raise AttributeError(self._unknown("keys"))
        return self._primary_index

    @property
    def secondary_indexes(self) -> list[TableIndex]:
        """Keys of the secondary indexes, local ones first.

        :raises AttributeError: they are not known
        """
        if self._secondary_indexes is None:
            raise AttributeError(self._unknown("secondary indexes"))
        return self._secondary_indexes

    def protected_index_keys(self) -> set[str]:
        """Name the attributes that must not be encrypted: the table's own keys.

        :raises AttributeError: they are not known
        """
        return set(self.primary_index.attributes)

    @property
    def encryption_context_values(self) -> dict[str, str | None]:
        """Keyword arguments that tell :class:`EncryptionContext` about this table.

        :raises AttributeError: the table's keys are not known
        """
        index = self.primary_index
        return {"table_name": self.name, "partition_key_name": index.partition, "sort_key_name": index.sort}

    def refresh_indexed_attributes(self, client: Any) -> None:
        """Look the indexes up in DynamoDB: one DescribeTable call.

        :param client: boto3 DynamoDB client, allowed to ``dynamodb:DescribeTable``
        :raises botocore.exceptions.ClientError: the call failed; this object is as it was
        """
        self.read_description(client.describe_table(TableName=self.name)["Table"])

    def read_description(self, table: Mapping[str, Any]) -> None:
        """Take the indexes from a response of DescribeTable.

        :param table: the member ``Table`` of the response
        :raises KeyError: it has no key schema; this object is as it was
        """
        primary = TableIndex.from_key_schema(table["KeySchema"])
        self._secondary_indexes = [
            TableIndex.from_key_schema(index["KeySchema"])
            for group in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            for index in table.get(group) or ()
        ]
        self._primary_index = primary

    def _unknown(self, what: str) -> str:
        return f'{what} of table "{self.name}" are not known: call refresh_indexed_attributes or pass them'

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(name={self.name!r}, primary_index={self._primary_index!r}, "
            f"secondary_indexes={self._secondary_indexes!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TableInfo) or type(other) is not type(self):
            return NotImplemented
        return (
            self.name == other.name
            and self._primary_index == other._primary_index
            and self._secondary_indexes == other._secondary_indexes
        )

    __hash__ = None  # type: ignore[assignment]  # it is mutable
