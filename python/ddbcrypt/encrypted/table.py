# SPDX-License-Identifier: Apache-2.0
"""A boto3 DynamoDB Table whose items are encrypted and signed before they are sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from boto3.dynamodb.table import BatchWriter
from boto3.resources.base import ServiceResource

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.dynamodb import calls, operations, parameters
from ddbcrypt.dynamodb.operations import Operation, check_call
from ddbcrypt.dynamodb.tables import ItemOptions, TableConfig, look_up, plain_name, request_config
from ddbcrypt.encrypted.client import EncryptedClient
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.identifiers import Dialect
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.structures import AttributeActions, TableInfo

__all__ = ("EncryptedTable",)


class _TableClient(EncryptedClient):
    """The client of an encrypted table, which knows that table already."""

    def __init__(
        self,
        table: Any,
        config: TableConfig,
        attribute_actions: AttributeActions,
        *,
        ask: bool,
    ) -> None:
        super().__init__(
            client=table.meta.client,
            materials_provider=config.crypto_config.materials_provider,
            attribute_actions=attribute_actions,
            auto_refresh_table_indexes=ask,
            expect_standard_dictionaries=True,
            accept_28_digit_numbers=config.crypto_config.accept_28_digit_numbers,
            encryption_context_override=config.crypto_config.encryption_context_override,
            dialect=config.crypto_config.dialect,
        )
        self._tables.remember(table.name, config)


class EncryptedTableMeta:
    """``meta`` of an encrypted table: as boto3's, but its ``client`` is an :class:`EncryptedClient`. Thread-safe.

    :ivar client: encrypted client with the table's configuration, for Python values
    """

    def __init__(self, table: Any, client: EncryptedClient) -> None:
        self._meta = table.meta
        self.client = client

    @property
    def service_name(self) -> str:
        """``dynamodb``."""
        return str(self._meta.service_name)

    @property
    def identifiers(self) -> list[str]:
        """Names of the attributes that identify the resource."""
        return list(self._meta.identifiers)

    @property
    def data(self) -> dict[str, Any] | None:
        """The table's description, where it was loaded."""
        data: dict[str, Any] | None = self._meta.data
        return data

    @property
    def resource_model(self) -> Any:
        """boto3's model of the resource."""
        return self._meta.resource_model


class EncryptedTable:
    """A boto3 DynamoDB Table that encrypts and signs items on the way in, and verifies and decrypts on the way out.

    ``put_item``, ``get_item``, ``query``, ``scan`` and ``batch_writer`` take the parameters of the boto3 Table, and the
    first four ``crypto_config``, a :class:`CryptoConfig` for that request alone. What describes the table passes.
    Every other operation, and every parameter that might carry plaintext, raises ``UnsupportedOperationError`` before
    anything is sent.

    Arguments are never changed, and each response is a new dict. Thread-safe as far as the boto3 Table is: the item
    operations and ``meta.client`` are; attributes that boto3 loads at their first use (``table_status``) are not.

    :param table: boto3 DynamoDB Table
    :param materials_provider: gives the keys
    :param table_info: the table's primary key; its name is what is signed. Without a primary index in it, the
        constructor asks for the key by one ``DescribeTable`` call; with one, no call is made
    :param attribute_actions: what is done to each attribute; copied (default: all are encrypted and signed, save the
        primary key, which is never encrypted)
    :param auto_refresh_table_indexes: whether to ask for the primary key where it is not given
    :param accept_28_digit_numbers: as of :class:`CryptoConfig`, for all requests that bring no ``crypto_config``
    :param encryption_context_override: as of :class:`CryptoConfig`, likewise
    :param dialect: as of :class:`CryptoConfig`, likewise
    :raises TypeError: when an argument is of a wrong type
    :raises InvalidArgumentError: when the primary key is neither given nor to be asked for, or ``attribute_actions``
        would encrypt it
    """

    if TYPE_CHECKING:
        archival_summary: Any
        attribute_definitions: list[dict[str, Any]]
        billing_mode_summary: Any
        creation_date_time: datetime
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
        vector_indexes: Any
        wait_until_exists: Callable[..., None]
        wait_until_not_exists: Callable[..., None]
        warm_throughput: Any

    def __init__(
        self,
        table: ServiceResource,
        materials_provider: CryptographicMaterialsProvider,
        table_info: TableInfo | None = None,
        attribute_actions: AttributeActions | None = None,
        auto_refresh_table_indexes: bool = True,
        *,
        accept_28_digit_numbers: bool = False,
        encryption_context_override: EncryptionContextOverride | None = None,
        dialect: Dialect = Dialect.PYTHON,
    ) -> None:
        require_instance("table", table, ServiceResource)
        boto3_table: Any = table
        info = TableInfo(name=plain_name(boto3_table.name)) if table_info is None else table_info
        actions = AttributeActions() if attribute_actions is None else attribute_actions
        require_instance("materials_provider", materials_provider, CryptographicMaterialsProvider)
        require_instance("table_info", info, TableInfo)
        require_instance("attribute_actions", actions, AttributeActions)
        require_instance("auto_refresh_table_indexes", auto_refresh_table_indexes, bool)
        self._table = boto3_table
        options = ItemOptions(accept_28_digit_numbers, encryption_context_override, dialect)
        known = _known_info(boto3_table, info, ask=auto_refresh_table_indexes)
        self._config = TableConfig.of_info(materials_provider, actions, known, options)
        client = _TableClient(boto3_table, self._config, actions, ask=auto_refresh_table_indexes)
        self.meta = EncryptedTableMeta(boto3_table, client)

    def __repr__(self) -> str:
        return f"EncryptedTable(name={self._table.name!r})"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *operations.PASSED_TABLE_ATTRIBUTES})

    if not TYPE_CHECKING:  # a checker is to report what is not declared

        def __getattr__(self, name: str) -> Any:
            """Pass what describes the table; an action of the Table is refused when it is called."""
            if name in operations.PASSED_TABLE_ATTRIBUTES:
                return getattr(self._table, name)
            # looked up on the class: on the Table, an attribute would be loaded from DynamoDB
            if not name.startswith("_") and callable(getattr(type(self._table), name, None)):
                return operations.refused_method(name)
            message = f"EncryptedTable has no attribute {name!r}"
            raise AttributeError(message)

    def get_item(self, **kwargs: Unpack[parameters.TableGetItem]) -> dict[str, Any]:
        """Read, verify and decrypt one item: a ``GetItem`` call. Errors as :meth:`EncryptedClient.get_item`."""
        request, config = self._request(operations.TABLE_GET, kwargs)
        return calls.get_item(operations.TABLE_GET, self._table.get_item, request, config, wire=False)

    def put_item(self, **kwargs: Unpack[parameters.TablePutItem]) -> dict[str, Any]:
        """Encrypt, sign and write one item: a ``PutItem`` call. Errors as :meth:`EncryptedClient.put_item`.

        The ``Item`` of a failed condition's exception is in DynamoDB JSON, as boto3 has it.
        """
        request, config = self._request(operations.TABLE_PUT, kwargs)
        return calls.put_item(operations.TABLE_PUT, self._table.put_item, request, config, wire=False)

    def query(self, **kwargs: Unpack[parameters.TableQuery]) -> dict[str, Any]:
        """Query, verify and decrypt a page of items: a ``Query`` call. Errors as :meth:`EncryptedClient.query`."""
        request, config = self._request(operations.TABLE_QUERY, kwargs)
        return calls.read(operations.TABLE_QUERY, self._table.query, request, config, wire=False)

    def scan(self, **kwargs: Unpack[parameters.TableScan]) -> dict[str, Any]:
        """Scan, verify and decrypt a page of items: a ``Scan`` call. Errors as :meth:`EncryptedClient.query`."""
        request, config = self._request(operations.TABLE_SCAN, kwargs)
        return calls.read(operations.TABLE_SCAN, self._table.scan, request, config, wire=False)

    def batch_writer(self, overwrite_by_pkeys: list[str] | None = None) -> BatchWriter:
        """boto3's batch writer, which encrypts what is put. It is not thread-safe; use one in each thread.

        It sends 25 requests at a time, and sends again what DynamoDB did not process.

        :param overwrite_by_pkeys: names of the primary key attributes; of the buffered requests with the same key, the
            last one is sent
        """
        client: Any = self.meta.client
        return BatchWriter(table_name=self._table.name, client=client, overwrite_by_pkeys=overwrite_by_pkeys)

    def _request(self, operation: Operation, kwargs: Any) -> tuple[dict[str, Any], TableConfig]:
        check_call(operation, kwargs)
        request: dict[str, Any] = dict(kwargs)
        given = request_config(request.pop("crypto_config", None), lambda: self._config)
        return request, self._config if given is None else given


def _known_info(table: Any, info: TableInfo, *, ask: bool) -> TableInfo:
    """Give ``info`` with its primary index, asked for where it is not known. ``info`` itself stays as it is."""
    try:
        info.primary_index  # noqa: B018 - raises where it is not known
    except AttributeError:
        if not ask:
            message = (
                f'The primary key of table "{table.name}" is not known: give a table_info that has a primary_index, or '
                "let auto_refresh_table_indexes be true"
            )
            raise InvalidArgumentError(message) from None
        described = look_up(table.meta.client, table.name)
        return TableInfo(
            name=info.name, primary_index=described.primary_index, secondary_indexes=described.secondary_indexes
        )
    return info
