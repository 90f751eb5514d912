# SPDX-License-Identifier: Apache-2.0
"""A boto3 DynamoDB client whose items are encrypted and signed before they are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from botocore.client import BaseClient
from botocore.paginate import Paginator

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.dynamodb import calls, operations, parameters
from ddbcrypt.dynamodb.batch_get import batch_get_item
from ddbcrypt.dynamodb.batch_write import batch_write_item
from ddbcrypt.dynamodb.operations import Operation, check_call
from ddbcrypt.dynamodb.paginator import EncryptedPaginator
from ddbcrypt.dynamodb.tables import ItemOptions, TableConfig, TableConfigs, request_config
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_python_item
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.identifiers import Dialect
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.structures import AttributeActions

__all__ = ("EncryptedClient", "EncryptedPaginator")

_PAGED = {"query": operations.CLIENT_QUERY, "scan": operations.CLIENT_SCAN}


class EncryptedClient:
    """A boto3 DynamoDB client that encrypts and signs items on the way in, and verifies and decrypts on the way out.

    ``put_item``, ``get_item``, ``query``, ``scan``, ``batch_get_item``, ``batch_write_item`` and the paginators of
    ``query`` and ``scan`` take the parameters of the boto3 client, and ``crypto_config``, a :class:`CryptoConfig` for
    that request alone. Methods that describe tables pass. Every other operation, and every parameter that might carry
    plaintext, raises ``UnsupportedOperationError`` before anything is sent.

    One client serves any number of tables. The primary key of each is asked for by ``DescribeTable`` at its first use,
    once, and is never encrypted. A table may be named by its ARN; its plain name is what is signed.

    Arguments are never changed, and each response is a new dict. Thread-safe, as boto3's clients are.

    :param client: boto3 DynamoDB client
    :param materials_provider: gives the keys
    :param attribute_actions: what is done to each attribute of every table; copied (default: all are encrypted and
        signed)
    :param auto_refresh_table_indexes: whether to ask for primary keys. If not, every request needs a ``crypto_config``
    :param expect_standard_dictionaries: true for the client of a boto3 resource (``table.meta.client``), whose items
        hold Python values
    :param accept_28_digit_numbers: as of :class:`CryptoConfig`, for all requests that bring no ``crypto_config``
    :param encryption_context_override: as of :class:`CryptoConfig`, likewise
    :param dialect: as of :class:`CryptoConfig`, likewise
    :raises TypeError: when an argument is of a wrong type
    """

    if TYPE_CHECKING:
        meta: Any
        exceptions: Any
        waiter_names: list[str]
        close: Callable[[], None]
        get_waiter: Callable[[str], Any]
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

    def __init__(
        self,
        client: BaseClient,
        materials_provider: CryptographicMaterialsProvider,
        attribute_actions: AttributeActions | None = None,
        auto_refresh_table_indexes: bool = True,
        expect_standard_dictionaries: bool = False,
        *,
        accept_28_digit_numbers: bool = False,
        encryption_context_override: EncryptionContextOverride | None = None,
        dialect: Dialect = Dialect.PYTHON,
    ) -> None:
        actions = AttributeActions() if attribute_actions is None else attribute_actions
        require_instance("client", client, BaseClient)
        require_instance("materials_provider", materials_provider, CryptographicMaterialsProvider)
        require_instance("attribute_actions", actions, AttributeActions)
        require_instance("auto_refresh_table_indexes", auto_refresh_table_indexes, bool)
        require_instance("expect_standard_dictionaries", expect_standard_dictionaries, bool)
        self._client: Any = client
        self._wire = not expect_standard_dictionaries
        self._tables = TableConfigs(
            client,
            materials_provider,
            actions.copy(),
            ask=auto_refresh_table_indexes,
            options=ItemOptions(accept_28_digit_numbers, encryption_context_override, dialect),
        )

    def __repr__(self) -> str:
        return f"EncryptedClient({self._client!r})"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *operations.PASSED_CLIENT_METHODS, *operations.PASSED_CLIENT_ATTRIBUTES})

    if not TYPE_CHECKING:  # a checker is to report what is not declared

        def __getattr__(self, name: str) -> Any:
            """Pass what is known to carry no items; an operation of the client is refused when it is called."""
            if name in operations.PASSED_CLIENT_METHODS or name in operations.PASSED_CLIENT_ATTRIBUTES:
                return getattr(self._client, name)
            if not name.startswith("_") and callable(getattr(self._client, name, None)):
                return operations.refused_method(name)
            message = f"EncryptedClient has no attribute {name!r}"
            raise AttributeError(message)

    def get_item(self, **kwargs: Unpack[parameters.ClientGetItem]) -> dict[str, Any]:
        """Read, verify and decrypt one item: a ``GetItem`` call.

        :raises InvalidArgumentError: for a projection
        :raises UnsupportedOperationError: for a parameter that may not be sent
        :raises DynamodbEncryptionSdkError: when the item does not verify or decrypt, or has another key
        """
        request, table = self._request(operations.CLIENT_GET, kwargs)
        return calls.get_item(operations.CLIENT_GET, self._client.get_item, request, table, wire=self._wire)

    def put_item(self, **kwargs: Unpack[parameters.ClientPutItem]) -> dict[str, Any]:
        """Encrypt, sign and write one item: a ``PutItem`` call.

        With ``ReturnValues="ALL_OLD"`` the old item (``Attributes``) is verified and decrypted. With
        ``ReturnValuesOnConditionCheckFailure="ALL_OLD"``, so is the ``Item`` in the response of a failed condition's
        exception; one that does not verify is left out of the exception, whose ``__cause__`` then says why.

        :raises UnsupportedOperationError: for a parameter or condition that may not be sent
        :raises OldImageError: when the item was written, but the old one does not verify or decrypt
        :raises DynamodbEncryptionSdkError: when the item cannot be encrypted; nothing was sent
        """
        request, table = self._request(operations.CLIENT_PUT, kwargs)
        return calls.put_item(operations.CLIENT_PUT, self._client.put_item, request, table, wire=self._wire)

    def query(self, **kwargs: Unpack[parameters.ClientQuery]) -> dict[str, Any]:
        """Query, verify and decrypt a page of items: a ``Query`` call.

        With ``Select="COUNT"`` the response has no items, and DynamoDB's count is not verified.

        :raises InvalidArgumentError: for a projection
        :raises UnsupportedOperationError: for a parameter or expression that may not be sent
        :raises DynamodbEncryptionSdkError: naming the first item that does not verify or decrypt; none is handed over
        """
        request, table = self._request(operations.CLIENT_QUERY, kwargs)
        return calls.read(operations.CLIENT_QUERY, self._client.query, request, table, wire=self._wire)

    def scan(self, **kwargs: Unpack[parameters.ClientScan]) -> dict[str, Any]:
        """Scan, verify and decrypt a page of items: a ``Scan`` call. Errors as :meth:`query`."""
        request, table = self._request(operations.CLIENT_SCAN, kwargs)
        return calls.read(operations.CLIENT_SCAN, self._client.scan, request, table, wire=self._wire)

    def batch_get_item(self, **kwargs: Unpack[parameters.ClientBatchGetItem]) -> dict[str, Any]:
        """Read, verify and decrypt items by key, of any tables: a ``BatchGetItem`` call.

        ``UnprocessedKeys`` can be sent again as they are. A ``crypto_config`` is used for all tables.

        :raises InvalidArgumentError: for a projection
        :raises UnsupportedOperationError: for a parameter that may not be sent
        :raises DynamodbEncryptionSdkError: naming the first item that does not verify or decrypt; none is handed over
        """
        check_call(operations.BATCH_GET, kwargs)
        request: dict[str, Any] = {**kwargs}
        given = request.pop("crypto_config", None)
        return batch_get_item(
            self._client.batch_get_item, request, lambda name: self._table(name, given), wire=self._wire
        )

    def batch_write_item(self, **kwargs: Unpack[parameters.ClientBatchWriteItem]) -> dict[str, Any]:
        """Encrypt, sign and write items, and delete items by key, of any tables: a ``BatchWriteItem`` call.

        ``UnprocessedItems`` hold the caller's own requests, not encrypted, and can be sent again as they are. A
        ``crypto_config`` is used for all tables.

        :raises UnsupportedOperationError: for a parameter or request that may not be sent
        :raises DynamodbEncryptionSdkError: naming the first item that cannot be encrypted; nothing was sent
        """
        check_call(operations.BATCH_WRITE, kwargs)
        request: dict[str, Any] = {**kwargs}
        given = request.pop("crypto_config", None)
        return batch_write_item(
            self._client.batch_write_item, request, lambda name: self._table(name, given), wire=self._wire
        )

    def can_paginate(self, operation_name: str) -> bool:
        """Whether :meth:`get_paginator` takes the operation. No network call."""
        allowed = operation_name in _PAGED or operation_name in operations.PASSED_CLIENT_METHODS
        return allowed and bool(self._client.can_paginate(operation_name))

    @overload
    def get_paginator(self, operation_name: Literal["query", "scan"]) -> EncryptedPaginator: ...
    @overload
    def get_paginator(self, operation_name: str) -> EncryptedPaginator | Paginator[Any]: ...
    def get_paginator(self, operation_name: str) -> EncryptedPaginator | Paginator[Any]:
        """Give a paginator, which decrypts for ``query`` and ``scan``. No network call.

        :param operation_name: ``query``, ``scan`` or an operation without items, such as ``list_tables``
        :raises UnsupportedOperationError: for other operations of DynamoDB
        :raises botocore.exceptions.OperationNotPageableError: for an operation that has no pages
        """
        if operation_name in _PAGED:
            return EncryptedPaginator(
                paginator=self._client.get_paginator(operation_name),
                decrypt_method=decrypt_dynamodb_item if self._wire else decrypt_python_item,
                crypto_config_method=self._item_crypto_config,
            )
        if (
            operation_name in self._client.meta.method_to_api_mapping
            and operation_name not in operations.PASSED_CLIENT_METHODS
        ):
            operations.refuse(operation_name)
        paginator: Paginator[Any] = self._client.get_paginator(operation_name)
        return paginator

    def _table(self, name: str, crypto_config: object) -> TableConfig:
        given = request_config(crypto_config, lambda: self._tables.known(name))
        return self._tables.of(name) if given is None else given

    def _request(self, operation: Operation, kwargs: Any) -> tuple[dict[str, Any], TableConfig]:
        check_call(operation, kwargs)
        request: dict[str, Any] = dict(kwargs)
        given = request.pop("crypto_config", None)
        return request, self._table(_table_name(operation, request), given)

    def _item_crypto_config(self, **kwargs: Any) -> tuple[CryptoConfig, dict[str, Any]]:
        given = kwargs.pop("crypto_config", None)
        if "TableName" not in kwargs:
            raise InvalidArgumentError("paginate needs the parameter TableName")
        return self._table(kwargs["TableName"], given).crypto_config, kwargs


def _table_name(operation: Operation, request: dict[str, Any]) -> str:
    name = request.get("TableName")
    if not isinstance(name, str):
        message = f"{operation.method} needs a TableName, a string"
        raise InvalidArgumentError(message)
    return name
