# SPDX-License-Identifier: Apache-2.0
"""A boto3 DynamoDB service resource whose items are encrypted and signed before they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Unpack

from boto3.resources.base import ServiceResource
from boto3.resources.collection import CollectionManager

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.dynamodb import parameters
from ddbcrypt.dynamodb.clones import clone_table
from ddbcrypt.dynamodb.registry import TableConfiguration
from ddbcrypt.dynamodb.scene import UpdateMode
from ddbcrypt.dynamodb.table_infos import TableInfoCache
from ddbcrypt.dynamodb.tables import plain_name
from ddbcrypt.encrypted.table import EncryptedTable
from ddbcrypt.identifiers import Dialect
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.metrics import Metrics
from ddbcrypt.structured.table_config import DynamoDbTableEncryptionConfig
from ddbcrypt.structures import AttributeActions, TableInfo
from ddbcrypt.wrapping import (
    WrapperOptions,
    call,
    hooked_client,
    registry_of,
    require_resource,
)

__all__ = ("EncryptedResource", "EncryptedTablesCollectionManager")


class _EncryptedTables:
    """A collection of tables: boto3's, whose Tables come as :class:`EncryptedTable`."""

    def __init__(self, manager: EncryptedTablesCollectionManager, collection: Any) -> None:
        self._manager = manager
        self._collection = collection

    def __iter__(self) -> Iterator[EncryptedTable]:
        for table in self._collection:
            yield self._manager.encrypted(table)

    def pages(self) -> Iterator[list[EncryptedTable]]:
        """Iterate over the pages of the collection: a ``ListTables`` call for each."""
        for page in self._collection.pages():
            yield [self._manager.encrypted(table) for table in page]

    def all(self) -> _EncryptedTables:
        """Give all tables."""
        return _EncryptedTables(self._manager, self._collection.all())

    def filter(self, **kwargs: Any) -> _EncryptedTables:
        """Give the tables that ``ListTables`` gives with these parameters."""
        return _EncryptedTables(self._manager, self._collection.filter(**kwargs))

    def limit(self, count: int) -> _EncryptedTables:
        """Give at most so many tables."""
        return _EncryptedTables(self._manager, self._collection.limit(count))

    def page_size(self, count: int) -> _EncryptedTables:
        """Ask for so many tables with each call."""
        return _EncryptedTables(self._manager, self._collection.page_size(count))


class EncryptedTablesCollectionManager:
    """The tables of a boto3 service resource, each an :class:`EncryptedTable` with the same configuration.

    Made by :class:`EncryptedResource`. ``all``, ``filter``, ``limit`` and ``page_size`` give collections, as boto3's
    do, which make ``ListTables`` calls when they are iterated over, and a ``DescribeTable`` call for each table whose
    primary key is not known. Thread-safe; an iterator is not.

    :param collection: boto3's ``resource.tables``
    :param materials_provider: gives the keys
    :param attribute_actions: what is done to each attribute
    :param table_info_cache: gives the tables' primary keys
    :param accept_28_digit_numbers: as of :class:`EncryptedTable`, for all tables
    :param encryption_context_override: likewise
    :param dialect: likewise
    :param update_mode: likewise
    :param metrics: likewise
    :raises TypeError: when an argument is of a wrong type
    """

    def __init__(
        self,
        collection: CollectionManager,
        materials_provider: CryptographicMaterialsProvider,
        attribute_actions: AttributeActions,
        table_info_cache: TableInfoCache,
        *,
        accept_28_digit_numbers: bool = False,
        encryption_context_override: EncryptionContextOverride | None = None,
        dialect: Dialect = Dialect.PYTHON,
        update_mode: UpdateMode = "rewrite",
        metrics: Metrics | None = None,
    ) -> None:
        require_instance("collection", collection, CollectionManager)
        require_instance("materials_provider", materials_provider, CryptographicMaterialsProvider)
        require_instance("attribute_actions", attribute_actions, AttributeActions)
        require_instance("table_info_cache", table_info_cache, TableInfoCache)
        self._collection: Any = collection
        self._materials_provider = materials_provider
        self._attribute_actions = attribute_actions.copy()
        self._infos = table_info_cache
        self._options = WrapperOptions(
            accept_28_digit_numbers, encryption_context_override, dialect, update_mode, metrics
        )

    def __repr__(self) -> str:
        return "EncryptedTablesCollectionManager()"

    def encrypted(self, table: ServiceResource) -> EncryptedTable:
        """Give the :class:`EncryptedTable` of a boto3 Table: a ``DescribeTable`` call where its key is not known."""
        boto3_table: Any = table
        return EncryptedTable(
            table=table,
            materials_provider=self._materials_provider,
            table_info=self._infos.table_info(boto3_table.name),
            attribute_actions=self._attribute_actions,
            auto_refresh_table_indexes=False,  # the cache has asked, or must not
            **self._options._asdict(),
        )

    def all(self) -> _EncryptedTables:
        """Give all tables."""
        return _EncryptedTables(self, self._collection.all())

    def filter(self, **kwargs: Any) -> _EncryptedTables:
        """Give the tables that ``ListTables`` gives with these parameters."""
        return _EncryptedTables(self, self._collection.filter(**kwargs))

    def limit(self, count: int) -> _EncryptedTables:
        """Give at most so many tables."""
        return _EncryptedTables(self, self._collection.limit(count))

    def page_size(self, count: int) -> _EncryptedTables:
        """Ask for so many tables with each call."""
        return _EncryptedTables(self, self._collection.page_size(count))

    def pages(self) -> Iterator[list[EncryptedTable]]:
        """Iterate over the pages of all tables: a ``ListTables`` call for each."""
        return self.all().pages()

    def iterator(self, **kwargs: Any) -> _EncryptedTables:
        """As :meth:`filter`, under boto3's other name for it."""
        return _EncryptedTables(self, self._collection.iterator(**kwargs))


class _ConfiguredTables(EncryptedTablesCollectionManager):
    """The tables of a resource whose tables have configurations of their own; all share the resource's client."""

    def __init__(self, collection: Any, client: Any) -> None:
        self._collection = collection
        self._client = client

    def encrypted(self, table: ServiceResource) -> EncryptedTable:
        """Give the :class:`EncryptedTable` of a boto3 Table; items of one without a configuration are refused."""
        return EncryptedTable.of_client(table, self._client)


class EncryptedResource:
    """A boto3 DynamoDB service resource that encrypts and signs items, and verifies and decrypts them.

    A thin shell over :func:`ddbcrypt.attach`: it has all methods and attributes of the boto3 resource. Its ``Table``,
    ``tables`` and ``create_table`` give each table as an :class:`EncryptedTable`; ``batch_get_item`` and
    ``batch_write_item`` take ``crypto_config``, as those of :class:`EncryptedClient`; ``meta.client`` encrypts too.

    The resource that is given stays as it was. Thread-safe as far as boto3's resources are.

    :param resource: boto3 DynamoDB service resource
    :param materials_provider: gives the keys, in the legacy format; or a mapping of table name or ARN to the table's
        configuration, as :class:`EncryptedClient` takes it
    :param attribute_actions: what is done to each attribute of every table; copied (default: all are encrypted and
        signed, save the primary keys, which are never encrypted). As ``accept_28_digit_numbers``,
        ``encryption_context_override`` and ``dialect``, not to be given beside configurations
    :param auto_refresh_table_indexes: whether to ask for primary keys, by one ``DescribeTable`` call for each table
    :param accept_28_digit_numbers: as of :class:`CryptoConfig`, for all requests that bring no ``crypto_config``
    :param encryption_context_override: as of :class:`CryptoConfig`, likewise
    :param dialect: as of :class:`CryptoConfig`, likewise
    :param update_mode: as of :func:`ddbcrypt.attach`
    :param metrics: as of :func:`ddbcrypt.attach`
    :ivar tables: the tables, an :class:`EncryptedTablesCollectionManager`
    :raises TypeError: when an argument is of a wrong type, such as a mock or another wrapper as ``resource``
    :raises InvalidArgumentError: when the resource encrypts already, or an option is given beside configurations
    """

    def __init__(
        self,
        resource: ServiceResource,
        materials_provider: CryptographicMaterialsProvider | Mapping[str, TableConfiguration],
        attribute_actions: AttributeActions | None = None,
        auto_refresh_table_indexes: bool = True,
        *,
        accept_28_digit_numbers: bool = False,
        encryption_context_override: EncryptionContextOverride | None = None,
        dialect: Dialect = Dialect.PYTHON,
        update_mode: UpdateMode = "rewrite",
        metrics: Metrics | None = None,
    ) -> None:
        require_resource("resource", resource, "dynamodb")
        require_instance("auto_refresh_table_indexes", auto_refresh_table_indexes, bool)
        original: Any = resource
        self._original = original
        self._ask = auto_refresh_table_indexes
        self._options = WrapperOptions(
            accept_28_digit_numbers, encryption_context_override, dialect, update_mode, metrics
        )
        registry = registry_of(materials_provider, attribute_actions, self._options, ask=auto_refresh_table_indexes)
        self._attribute_actions = AttributeActions() if attribute_actions is None else attribute_actions.copy()
        client = self._original.meta.client
        hooked = hooked_client(client, registry, self._options)
        self._resource: Any = clone_table(self._original, hooked)
        self._infos = TableInfoCache(client, auto_refresh_table_indexes)
        #: None where the tables have configurations of their own.
        self._materials_provider: CryptographicMaterialsProvider | None = None
        self.tables: EncryptedTablesCollectionManager
        if isinstance(materials_provider, Mapping):
            self.tables = _ConfiguredTables(self._original.tables, hooked)
        else:
            self._materials_provider = materials_provider
            self.tables = EncryptedTablesCollectionManager(
                self._original.tables,
                materials_provider,
                self._attribute_actions,
                self._infos,
                **self._options._asdict(),
            )

    def __repr__(self) -> str:
        return "EncryptedResource()"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in dir(self._resource) if not name.startswith("_"))})

    if not TYPE_CHECKING:  # a checker is to report what is not declared

        def __getattr__(self, name: str) -> Any:
            """Pass all else to the clone of the resource, whose client's hooks decide on each call."""
            if name.startswith("_"):
                message = f"EncryptedResource has no attribute {name!r}"
                raise AttributeError(message)
            return getattr(self._resource, name)

    @property
    def meta(self) -> Any:
        """``meta`` of the clone; its ``client`` encrypts and takes Python values."""
        return self._resource.meta

    def Table(  # noqa: N802 - boto3's name
        self,
        name: str,
        *,
        materials_provider: CryptographicMaterialsProvider | DynamoDbTableEncryptionConfig | None = None,
        table_info: TableInfo | None = None,
        attribute_actions: AttributeActions | None = None,
        auto_refresh_table_indexes: bool | None = None,
    ) -> EncryptedTable:
        """Give a table; what is not given is as of the resource.

        One ``DescribeTable`` call where the table's primary key is neither given nor known. A resource whose tables
        have configurations gives its table by that of its name; items of one without are refused.

        :raises InvalidArgumentError: when the primary key is neither given nor to be asked for, or an option is given
            beside a configuration
        """
        provider = materials_provider or self._materials_provider
        if provider is None or isinstance(provider, DynamoDbTableEncryptionConfig):
            WrapperOptions().refuse_beside_configuration(table_info=table_info, attribute_actions=attribute_actions)
        if provider is None:
            return self.tables.encrypted(self._original.Table(name))
        if isinstance(provider, DynamoDbTableEncryptionConfig):
            return EncryptedTable(
                table=self._original.Table(name),
                materials_provider=provider,
                update_mode=self._options.update_mode,
                metrics=self._options.metrics,
            )
        ask = self._ask if auto_refresh_table_indexes is None else auto_refresh_table_indexes
        return EncryptedTable(
            table=self._original.Table(name),
            materials_provider=provider,
            table_info=self._infos.table_info(name) if table_info is None else table_info,
            attribute_actions=self._attribute_actions if attribute_actions is None else attribute_actions,
            auto_refresh_table_indexes=ask,
            **self._options._asdict(),
        )

    def create_table(self, **kwargs: Any) -> EncryptedTable:
        """Create a table: a ``CreateTable`` call. It is given before it is ready, as boto3 does.

        :raises UnsupportedOperationError: for an index over an encrypted attribute
        """
        created = self._resource.create_table(**kwargs)
        if self._materials_provider is None:
            return self.tables.encrypted(created)
        info = TableInfo(name=plain_name(created.name))
        info.read_description(kwargs)
        return EncryptedTable(
            table=clone_table(created, self._original.meta.client),
            materials_provider=self._materials_provider,
            table_info=info,
            attribute_actions=self._attribute_actions,
            auto_refresh_table_indexes=False,
            **self._options._asdict(),
        )

    def batch_get_item(self, **kwargs: Unpack[parameters.ClientBatchGetItem]) -> dict[str, Any]:
        """Read, verify and decrypt items by key, of any tables. As :meth:`EncryptedClient.batch_get_item`."""
        return call(self._resource.batch_get_item, kwargs)

    def batch_write_item(self, **kwargs: Unpack[parameters.ClientBatchWriteItem]) -> dict[str, Any]:
        """Encrypt, sign and write items, of any tables. As :meth:`EncryptedClient.batch_write_item`."""
        return call(self._resource.batch_write_item, kwargs)
