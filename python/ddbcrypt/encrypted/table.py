# SPDX-License-Identifier: Apache-2.0
"""A boto3 DynamoDB Table whose items are encrypted and signed before they are sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, Unpack

from boto3.dynamodb.table import BatchWriter
from boto3.resources.base import ServiceResource

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.dynamodb import parameters
from ddbcrypt.dynamodb.clones import clone_table
from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.dynamodb.scene import UpdateMode
from ddbcrypt.dynamodb.table_infos import completed
from ddbcrypt.dynamodb.tables import plain_name
from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.identifiers import Dialect
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.metrics import Metrics
from ddbcrypt.structured.table_config import DynamoDbTableEncryptionConfig
from ddbcrypt.structures import AttributeActions, TableInfo
from ddbcrypt.wrapping import WrapperOptions, call, hooked_client, require_resource

__all__ = ("EncryptedTable",)


class EncryptedTable:
    """A boto3 DynamoDB Table that encrypts and signs items on the way in, and verifies and decrypts on the way out.

    A thin shell over :func:`ddbcrypt.attach`: it has all methods and attributes of the boto3 Table, and
    ``docs/operations.md`` says what is done to each operation. What is not known to be safe raises
    ``UnsupportedOperationError`` before anything is sent. ``put_item``, ``get_item``, ``delete_item``, ``update_item``,
    ``query`` and ``scan`` take the parameters of the boto3 Table, and

    * ``crypto_config``, a :class:`CryptoConfig` for the items of that request alone, and
    * ``fetch_from_table``, as of :func:`ddbcrypt.request_options`, which also has ``on_error="collect"``.

    Arguments are never changed, and each response is a new dict. Thread-safe as far as the boto3 Table is: the item
    operations and ``meta.client`` are; attributes that boto3 loads at their first use (``table_status``) are not. The
    Table that is given stays as it was: the calls are made by clones of it and of its client, which is ``meta.client``.
    Other tables than this one are protected by that client in the same way.

    :param table: boto3 DynamoDB Table
    :param materials_provider: gives the keys, in the legacy format; or a
        :class:`ddbcrypt.structured.DynamoDbTableEncryptionConfig`, beside which only ``update_mode`` and ``metrics``
        are to be given: ``meta.client`` then protects this table alone and refuses items of others
    :param table_info: the table's primary key; its name is what is signed. Without a primary index in it, the
        constructor asks for the key by one ``DescribeTable`` call; with one, no call is made
    :param attribute_actions: what is done to each attribute; copied (default: all are encrypted and signed, save the
        primary key, which is never encrypted)
    :param auto_refresh_table_indexes: whether to ask for the primary key where it is not given
    :param accept_28_digit_numbers: as of :class:`CryptoConfig`, for all requests that bring no ``crypto_config``
    :param encryption_context_override: as of :class:`CryptoConfig`, likewise
    :param dialect: as of :class:`CryptoConfig`, likewise
    :param update_mode: as of :func:`ddbcrypt.attach`
    :param metrics: as of :func:`ddbcrypt.attach`
    :raises TypeError: when an argument is of a wrong type, such as a mock or another wrapper as ``table``
    :raises InvalidArgumentError: when the primary key is neither given nor to be asked for, or ``attribute_actions``
        would encrypt it, or the Table encrypts already, or an option is given that the configuration has
    """

    if TYPE_CHECKING:
        archival_summary: Any
        attribute_definitions: list[dict[str, Any]]
        billing_mode_summary: Any
        creation_date_time: datetime
        delete: Callable[[], dict[str, Any]]
        deletion_protection_enabled: bool
        disassociation_protection_enabled: bool
        get_available_subresources: Callable[[], list[str]]
        global_secondary_indexes: Any
        global_table_settings_replication_mode: str
        global_table_version: str
        global_table_witnesses: Any
        item_count: int
        key_schema: list[dict[str, Any]]
        latest_stream_arn: str
        latest_stream_label: str
        load: Callable[[], None]
        local_secondary_indexes: Any
        multi_region_consistency: str
        name: str
        on_demand_throughput: Any
        provisioned_throughput: Any
        reload: Callable[[], None]
        replicas: Any
        restore_summary: Any
        sse_description: Any
        stream_specification: Any
        table_arn: str
        table_class_summary: Any
        table_id: str
        table_name: str
        table_size_bytes: int
        table_status: str
        update: Callable[..., Any]
        vector_indexes: Any
        wait_until_exists: Callable[..., None]
        wait_until_not_exists: Callable[..., None]
        warm_throughput: Any

    def __init__(
        self,
        table: ServiceResource,
        materials_provider: CryptographicMaterialsProvider | DynamoDbTableEncryptionConfig,
        table_info: TableInfo | None = None,
        attribute_actions: AttributeActions | None = None,
        auto_refresh_table_indexes: bool = True,
        *,
        accept_28_digit_numbers: bool = False,
        encryption_context_override: EncryptionContextOverride | None = None,
        dialect: Dialect = Dialect.PYTHON,
        update_mode: UpdateMode = "rewrite",
        metrics: Metrics | None = None,
    ) -> None:
        require_resource("table", table, "Table")
        require_instance("auto_refresh_table_indexes", auto_refresh_table_indexes, bool)
        options = WrapperOptions(accept_28_digit_numbers, encryption_context_override, dialect, update_mode, metrics)
        boto3_table: Any = table
        client = boto3_table.meta.client
        if isinstance(materials_provider, DynamoDbTableEncryptionConfig):
            options.refuse_beside_configuration(table_info=table_info, attribute_actions=attribute_actions)
            registry = Registry({boto3_table.name: materials_provider}, ask=False)
            self._table: Any = clone_table(boto3_table, hooked_client(client, registry, options))
            return
        info = TableInfo(name=plain_name(boto3_table.name)) if table_info is None else table_info
        actions = AttributeActions() if attribute_actions is None else attribute_actions
        require_instance("table_info", info, TableInfo)
        require_instance("attribute_actions", actions, AttributeActions)

        # before DynamoDB is asked: what is wrong with the arguments shows without a call
        others = options.table_config(materials_provider, actions)
        known = completed(client, boto3_table.name, info, ask=auto_refresh_table_indexes)
        own = options.table_config(materials_provider, actions, known)
        registry = Registry({boto3_table.name: own}, fallback=others, ask=auto_refresh_table_indexes)
        self._table = clone_table(boto3_table, hooked_client(client, registry, options))

    @classmethod
    def of_client(cls, table: Any, client: Any) -> Self:
        """Give a boto3 Table whose calls a client makes that encrypts already. Internal."""
        made = cls.__new__(cls)
        made._table = clone_table(table, client)  # noqa: SLF001 - of this class
        return made

    def __repr__(self) -> str:
        return f"EncryptedTable(name={self._table.name!r})"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in dir(self._table) if not name.startswith("_"))})

    if not TYPE_CHECKING:  # a checker is to report what is not declared

        def __getattr__(self, name: str) -> Any:
            """Pass all else to the clone of the Table, whose client's hooks decide on each call."""
            if name.startswith("_"):
                message = f"EncryptedTable has no attribute {name!r}"
                raise AttributeError(message)
            return getattr(self._table, name)

    @property
    def meta(self) -> Any:
        """``meta`` of the clone; its ``client`` encrypts and takes Python values."""
        return self._table.meta

    def get_item(self, **kwargs: Unpack[parameters.TableGetItem]) -> dict[str, Any]:
        """Read, verify and decrypt one item: a ``GetItem`` call. As :meth:`EncryptedClient.get_item`."""
        return self._call(self._table.get_item, kwargs)

    def put_item(self, **kwargs: Unpack[parameters.TablePutItem]) -> dict[str, Any]:
        """Encrypt, sign and write one item: a ``PutItem`` call. As :meth:`EncryptedClient.put_item`.

        The ``Item`` of a failed condition's exception is in DynamoDB JSON, as boto3 has it.
        """
        return self._call(self._table.put_item, kwargs)

    def delete_item(self, **kwargs: Unpack[parameters.TableDeleteItem]) -> dict[str, Any]:
        """Delete one item by key: a ``DeleteItem`` call. As :meth:`EncryptedClient.delete_item`."""
        return self._call(self._table.delete_item, kwargs)

    def update_item(self, **kwargs: Unpack[parameters.TableUpdateItem]) -> dict[str, Any]:
        """Update one item. As :meth:`EncryptedClient.update_item`."""
        return self._call(self._table.update_item, kwargs)

    def query(self, **kwargs: Unpack[parameters.TableQuery]) -> dict[str, Any]:
        """Query, verify and decrypt a page of items: a ``Query`` call. As :meth:`EncryptedClient.query`."""
        return self._call(self._table.query, kwargs)

    def scan(self, **kwargs: Unpack[parameters.TableScan]) -> dict[str, Any]:
        """Scan, verify and decrypt a page of items: a ``Scan`` call. As :meth:`EncryptedClient.scan`."""
        return self._call(self._table.scan, kwargs)

    def batch_writer(self, overwrite_by_pkeys: list[str] | None = None) -> BatchWriter:
        """boto3's batch writer, which encrypts what is put. It is not thread-safe; use one in each thread.

        It sends 25 requests at a time, and sends again what DynamoDB did not process.

        :param overwrite_by_pkeys: names of the primary key attributes; of the buffered requests with the same key, the
            last one is sent
        """
        writer: BatchWriter = self._table.batch_writer(overwrite_by_pkeys=overwrite_by_pkeys)
        return writer

    def _call(self, method: Callable[..., dict[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
        if "TableName" in given:  # boto3 would take it instead of this table's own
            message = (
                f"{method.__name__} of a table does not take the parameter TableName: it is called on the table "
                f'"{self._table.name}" itself. Nothing was sent.'
            )
            raise UnsupportedOperationError(message)
        return call(method, given)
