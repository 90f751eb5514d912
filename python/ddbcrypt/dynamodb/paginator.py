# SPDX-License-Identifier: Apache-2.0
"""A boto3 paginator of ``query`` or ``scan`` whose pages come verified and decrypted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.paginate import Paginator

from ddbcrypt.dynamodb.calls import check_read
from ddbcrypt.dynamodb.operations import CLIENT_QUERY, CLIENT_SCAN, Operation, check_parameters
from ddbcrypt.dynamodb.responses import read_items
from ddbcrypt.dynamodb.tables import TableConfig, context_key_names
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_python_item
from ddbcrypt.internal.validate import require_instance

_OPERATIONS: Mapping[str, Operation] = {"Query": CLIENT_QUERY, "Scan": CLIENT_SCAN}
_PAGINATION = frozenset(("MaxItems", "PageSize", "StartingToken"))


class EncryptedPaginator:
    """Paginator that verifies and decrypts the items of each page.

    Made by :meth:`EncryptedClient.get_paginator`. Thread-safe; an iterator that :meth:`paginate` returned is not.

    :param paginator: boto3 paginator of ``query`` or ``scan``
    :param decrypt_method: ``decrypt_dynamodb_item`` for a boto3 client, ``decrypt_python_item`` for a resource's client
    :param crypto_config_method: takes the keyword arguments of :meth:`paginate` and returns a :class:`CryptoConfig` and
        the arguments without ``crypto_config``
    :raises TypeError: when an argument is of a wrong type
    :raises ValueError: when ``decrypt_method`` or the paginator's operation is not one of those
    """

    def __init__(
        self,
        paginator: Paginator[Any],
        decrypt_method: Callable[..., Any],
        crypto_config_method: Callable[..., tuple[CryptoConfig, dict[str, Any]]],
    ) -> None:
        require_instance("paginator", paginator, Paginator)
        if not callable(crypto_config_method):
            raise TypeError("crypto_config_method has to be callable")
        if decrypt_method is not decrypt_python_item and decrypt_method is not decrypt_dynamodb_item:
            raise ValueError("decrypt_method has to be decrypt_python_item or decrypt_dynamodb_item")
        # botocore names the class after the operation: DynamoDB.Paginator.Query
        operation = _OPERATIONS.get(type(paginator).__name__.rpartition(".")[2])
        if operation is None:
            raise ValueError("paginator has to be that of query or scan")
        self._paginator = paginator
        self._operation = operation
        self._wire = decrypt_method is decrypt_dynamodb_item
        self._crypto_config_method = crypto_config_method

    def __repr__(self) -> str:
        return f"EncryptedPaginator({self._operation.method!r})"

    @property
    def result_keys(self) -> Any:
        """The response members that carry results, as botocore gives them."""
        return self._paginator.result_keys

    def paginate(self, **kwargs: Any) -> Iterator[dict[str, Any]]:
        """Iterate over pages, each a response of the operation with its items decrypted. Each page is a network call.

        :param kwargs: the operation's parameters, ``PaginationConfig`` and ``crypto_config``
        :raises UnsupportedOperationError: for a parameter or expression that may not be sent, before anything is
        :raises InvalidArgumentError: for a projection
        :raises DynamodbEncryptionSdkError: from the iterator, naming the first item that does not verify or decrypt;
            nothing of its page is handed over
        """
        operation = self._operation
        check_parameters(operation.method, operation.parameters | {"PaginationConfig"}, kwargs)
        crypto_config, request = self._crypto_config_method(**kwargs)
        request = dict(request)
        table = TableConfig(crypto_config, context_key_names(crypto_config))
        pagination: Mapping[str, Any] = request.get("PaginationConfig") or {}
        check_parameters("PaginationConfig", _PAGINATION, pagination)
        check_read(operation, request, table, wire=self._wire)
        return self._pages(request, table)

    def _pages(self, request: dict[str, Any], table: TableConfig) -> Iterator[dict[str, Any]]:
        for page in self._paginator.paginate(**request):
            yield read_items(self._operation, page, table, wire=self._wire, index=request.get("IndexName"))
