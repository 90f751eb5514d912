# SPDX-License-Identifier: Apache-2.0
"""A boto3 DynamoDB client whose items are encrypted and signed before they are sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from botocore.client import BaseClient
from botocore.paginate import Paginator

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.dynamodb import parameters
from ddbcrypt.dynamodb.registry import TableConfiguration
from ddbcrypt.dynamodb.scene import UpdateMode
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_python_item
from ddbcrypt.encrypted.paginator import EncryptedPaginator
from ddbcrypt.identifiers import Dialect
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.metrics import Metrics
from ddbcrypt.structures import AttributeActions
from ddbcrypt.wrapping import WrapperOptions, call, hooked_client, registry_of, require_client, take_options

__all__ = ("EncryptedClient", "EncryptedPaginator")


class EncryptedClient:
    """A boto3 DynamoDB client that encrypts and signs items on the way in, and verifies and decrypts on the way out.

    A thin shell over :func:`ddbcrypt.attach`: it has all methods and attributes of the boto3 client, and
    ``docs/operations.md`` says what is done to each operation. What is not known to be safe raises
    ``UnsupportedOperationError`` before anything is sent. Its own methods take the parameters of the boto3 client, and

    * ``crypto_config``, a :class:`CryptoConfig` for the items of that request alone, and
    * ``fetch_from_table``, as of :func:`ddbcrypt.request_options`, which also has ``on_error="collect"``.

    One client serves any number of tables. The primary key of each is asked for by ``DescribeTable`` at its first use,
    once, and is never encrypted. A table may be named by its ARN; its plain name is what is signed.

    Arguments are never changed, and each response is a new dict. Thread-safe, as boto3's clients are. The client that
    is given stays as it was: the calls are made by a clone of it, which shares its connections.

    :param client: boto3 DynamoDB client
    :param materials_provider: gives the keys of all tables, in the legacy format; or a mapping of table name or ARN to
        the table's configuration, a :class:`ddbcrypt.LegacyTableConfig` or a
        :class:`ddbcrypt.structured.DynamoDbTableEncryptionConfig`. Items of tables that are not in it are refused
    :param attribute_actions: what is done to each attribute of every table; copied (default: all are encrypted and
        signed). As ``accept_28_digit_numbers``, ``encryption_context_override`` and ``dialect``, not to be given beside
        configurations
    :param auto_refresh_table_indexes: whether to ask for primary keys. If not, every request needs a ``crypto_config``
        where no configuration has its table's key
    :param expect_standard_dictionaries: whether items hold Python values, as those of the client of a boto3 resource
        do (``table.meta.client``); otherwise they are DynamoDB JSON
    :param accept_28_digit_numbers: as of :class:`CryptoConfig`, for all requests that bring no ``crypto_config``
    :param encryption_context_override: as of :class:`CryptoConfig`, likewise
    :param dialect: as of :class:`CryptoConfig`, likewise
    :param update_mode: as of :func:`ddbcrypt.attach`
    :param metrics: as of :func:`ddbcrypt.attach`
    :raises TypeError: when an argument is of a wrong type, such as a mock or another wrapper as ``client``
    :raises InvalidArgumentError: when the client encrypts already, or an option is given beside configurations
    """

    if TYPE_CHECKING:
        exceptions: Any
        waiter_names: list[str]
        can_paginate: Callable[[str], bool]
        close: Callable[[], None]
        get_waiter: Callable[[str], Any]
        create_backup: Callable[..., dict[str, Any]]
        create_table: Callable[..., dict[str, Any]]
        delete_backup: Callable[..., dict[str, Any]]
        delete_table: Callable[..., dict[str, Any]]
        describe_backup: Callable[..., dict[str, Any]]
        describe_continuous_backups: Callable[..., dict[str, Any]]
        describe_contributor_insights: Callable[..., dict[str, Any]]
        describe_endpoints: Callable[..., dict[str, Any]]
        describe_export: Callable[..., dict[str, Any]]
        describe_global_table: Callable[..., dict[str, Any]]
        describe_global_table_settings: Callable[..., dict[str, Any]]
        describe_import: Callable[..., dict[str, Any]]
        describe_kinesis_streaming_destination: Callable[..., dict[str, Any]]
        describe_limits: Callable[..., dict[str, Any]]
        describe_table: Callable[..., dict[str, Any]]
        describe_table_replica_auto_scaling: Callable[..., dict[str, Any]]
        describe_time_to_live: Callable[..., dict[str, Any]]
        get_resource_policy: Callable[..., dict[str, Any]]
        list_backups: Callable[..., dict[str, Any]]
        list_contributor_insights: Callable[..., dict[str, Any]]
        list_exports: Callable[..., dict[str, Any]]
        list_global_tables: Callable[..., dict[str, Any]]
        list_imports: Callable[..., dict[str, Any]]
        list_tables: Callable[..., dict[str, Any]]
        list_tags_of_resource: Callable[..., dict[str, Any]]
        restore_table_from_backup: Callable[..., dict[str, Any]]
        restore_table_to_point_in_time: Callable[..., dict[str, Any]]
        tag_resource: Callable[..., dict[str, Any]]
        untag_resource: Callable[..., dict[str, Any]]
        update_continuous_backups: Callable[..., dict[str, Any]]
        update_table: Callable[..., dict[str, Any]]
        update_time_to_live: Callable[..., dict[str, Any]]

    def __init__(
        self,
        client: BaseClient,
        materials_provider: CryptographicMaterialsProvider | Mapping[str, TableConfiguration],
        attribute_actions: AttributeActions | None = None,
        auto_refresh_table_indexes: bool = True,
        expect_standard_dictionaries: bool = False,
        *,
        accept_28_digit_numbers: bool = False,
        encryption_context_override: EncryptionContextOverride | None = None,
        dialect: Dialect = Dialect.PYTHON,
        update_mode: UpdateMode = "rewrite",
        metrics: Metrics | None = None,
    ) -> None:
        require_client("client", client)
        require_instance("auto_refresh_table_indexes", auto_refresh_table_indexes, bool)
        require_instance("expect_standard_dictionaries", expect_standard_dictionaries, bool)
        options = WrapperOptions(accept_28_digit_numbers, encryption_context_override, dialect, update_mode, metrics)
        registry = registry_of(materials_provider, attribute_actions, options, ask=auto_refresh_table_indexes)
        self._python_values = expect_standard_dictionaries
        self._client: Any = hooked_client(client, registry, options, python_values=expect_standard_dictionaries)

    def __repr__(self) -> str:
        return f"EncryptedClient({self._client!r})"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in dir(self._client) if not name.startswith("_"))})

    if not TYPE_CHECKING:  # a checker is to report what is not declared

        def __getattr__(self, name: str) -> Any:
            """Pass all else to the clone, whose hooks decide on each call."""
            if name.startswith("_"):
                message = f"EncryptedClient has no attribute {name!r}"
                raise AttributeError(message)
            return getattr(self._client, name)

    @property
    def meta(self) -> Any:
        """``meta`` of the clone that makes the calls."""
        return self._client.meta

    def get_item(self, **kwargs: Unpack[parameters.ClientGetItem]) -> dict[str, Any]:
        """Read, verify and decrypt one item: a ``GetItem`` call.

        A projection is applied here: the whole item is read and verified.

        :raises UnsupportedOperationError: for a parameter that may not be sent
        :raises DynamodbEncryptionSdkError: when the item does not verify or decrypt, or has another key
        """
        return call(self._client.get_item, kwargs)

    def put_item(self, **kwargs: Unpack[parameters.ClientPutItem]) -> dict[str, Any]:
        """Encrypt, sign and write one item: a ``PutItem`` call.

        With ``ReturnValues="ALL_OLD"`` the old item (``Attributes``) is verified and decrypted. With
        ``ReturnValuesOnConditionCheckFailure="ALL_OLD"``, so is the ``Item`` in the response of a failed condition's
        exception (in DynamoDB JSON, as boto3 has it); one that does not verify is left out.

        :raises UnsupportedOperationError: for a parameter or condition that may not be sent
        :raises OldImageError: when the item was written, but the old one does not verify or decrypt
        :raises DynamodbEncryptionSdkError: when the item cannot be encrypted; nothing was sent
        """
        return call(self._client.put_item, kwargs)

    def delete_item(self, **kwargs: Unpack[parameters.ClientDeleteItem]) -> dict[str, Any]:
        """Delete one item by key: a ``DeleteItem`` call. Condition and old item as of :meth:`put_item`."""
        return call(self._client.delete_item, kwargs)

    def update_item(self, **kwargs: Unpack[parameters.ClientUpdateItem]) -> dict[str, Any]:
        """Update one item; ``docs/operations.md`` says how.

        An ``UpdateItem`` call where only ``DO_NOTHING`` attributes are touched; otherwise the item is read, verified,
        updated here and written back by an ``UpdateItem`` on condition that it is still the same, again where it is
        not.

        :raises UnsupportedOperationError: for a parameter or expression that may not be sent
        :raises UpdateConflictError: when others changed the item at each attempt
        :raises UncertainUpdateError: when nothing tells whether an update with a lost answer was carried out
        :raises DynamodbEncryptionSdkError: when the item does not verify or decrypt, or cannot be encrypted
        """
        return call(self._client.update_item, kwargs)

    def query(self, **kwargs: Unpack[parameters.ClientQuery]) -> dict[str, Any]:
        """Query, verify and decrypt a page of items: a ``Query`` call.

        A projection is applied here. With ``Select="COUNT"`` the response has no items, and DynamoDB's count is not
        verified. A read of an index that lacks signed attributes needs ``fetch_from_table=True``: it then makes
        ``BatchGetItem`` calls.

        :raises UnsupportedOperationError: for a parameter or expression that may not be sent
        :raises DynamodbEncryptionSdkError: naming the first item that does not verify or decrypt; none is handed over
        """
        return call(self._client.query, kwargs)

    def scan(self, **kwargs: Unpack[parameters.ClientScan]) -> dict[str, Any]:
        """Scan, verify and decrypt a page of items: a ``Scan`` call. Projection and errors as of :meth:`query`."""
        return call(self._client.scan, kwargs)

    def batch_get_item(self, **kwargs: Unpack[parameters.ClientBatchGetItem]) -> dict[str, Any]:
        """Read, verify and decrypt items by key, of any tables: a ``BatchGetItem`` call.

        ``UnprocessedKeys`` can be sent again as they are. A ``crypto_config`` is used for all tables.

        :raises UnsupportedOperationError: for a parameter that may not be sent
        :raises DynamodbEncryptionSdkError: naming the first item that does not verify or decrypt; none is handed over
        """
        return call(self._client.batch_get_item, kwargs)

    def batch_write_item(self, **kwargs: Unpack[parameters.ClientBatchWriteItem]) -> dict[str, Any]:
        """Encrypt, sign and write items, and delete items by key, of any tables: a ``BatchWriteItem`` call.

        ``UnprocessedItems`` hold the caller's own requests, not encrypted, and can be sent again as they are. A
        ``crypto_config`` is used for all tables.

        :raises UnsupportedOperationError: for a parameter or request that may not be sent
        :raises DynamodbEncryptionSdkError: naming the first item that cannot be encrypted; nothing was sent
        """
        return call(self._client.batch_write_item, kwargs)

    def transact_get_items(self, **kwargs: Unpack[parameters.ClientTransactGetItems]) -> dict[str, Any]:
        """Read, verify and decrypt items by key in one transaction: a ``TransactGetItems`` call.

        A ``crypto_config`` is used for all tables. Errors as of :meth:`batch_get_item`.
        """
        return call(self._client.transact_get_items, kwargs)

    def transact_write_items(self, **kwargs: Unpack[parameters.ClientTransactWriteItems]) -> dict[str, Any]:
        """Encrypt, sign and write items in one transaction: a ``TransactWriteItems`` call.

        An ``Update`` in it may touch ``DO_NOTHING`` attributes only. The items in the ``CancellationReasons`` of the
        exception are decrypted. A ``crypto_config`` is used for all tables.

        :raises UnsupportedOperationError: for a parameter, condition or update that may not be sent
        :raises DynamodbEncryptionSdkError: when an item cannot be encrypted; nothing was sent
        """
        return call(self._client.transact_write_items, kwargs)

    @overload
    def get_paginator(self, operation_name: Literal["query", "scan"]) -> EncryptedPaginator: ...
    @overload
    def get_paginator(self, operation_name: str) -> EncryptedPaginator | Paginator[Any]: ...
    def get_paginator(self, operation_name: str) -> EncryptedPaginator | Paginator[Any]:
        """Give a paginator; that of ``query`` or ``scan`` takes ``crypto_config`` too. No network call.

        :param operation_name: an operation that has pages, such as ``query``, ``scan`` or ``list_tables``
        :raises botocore.exceptions.OperationNotPageableError: for an operation that has no pages
        """
        paginator: Paginator[Any] = self._client.get_paginator(operation_name)
        if operation_name not in ("query", "scan"):
            return paginator
        return EncryptedPaginator(
            paginator=paginator,
            decrypt_method=decrypt_python_item if self._python_values else decrypt_dynamodb_item,
            crypto_config_method=_own_crypto_config,
        )


def _own_crypto_config(**kwargs: Any) -> tuple[CryptoConfig | None, dict[str, Any]]:
    """Give the ``crypto_config`` of a call, or None: the hooks know the table's."""
    crypto_config, fetch_from_table = take_options(kwargs)
    if fetch_from_table is not None:
        kwargs["fetch_from_table"] = fetch_from_table
    return crypto_config, kwargs
