# SPDX-License-Identifier: Apache-2.0
"""A boto3 paginator of ``query`` or ``scan`` whose pages come verified and decrypted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore import xform_name
from botocore.paginate import Paginator

from ddbcrypt.dynamodb.attaching import is_attached
from ddbcrypt.dynamodb.options import own_options
from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_python_item
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.structures import TableInfo
from ddbcrypt.wrapping import hooked_client, require_client, take_options

__all__ = ("EncryptedPaginator",)

_OPERATIONS = ("query", "scan")


class _NeedsOwn:
    """The configuration of a paginator's tables: each call brings a ``crypto_config``, and only that counts."""

    def known_info(self) -> TableInfo | None:
        """None: nothing is known of any table."""
        return None

    def table(self, info: TableInfo) -> Any:
        """Refuse: the call brought none.

        :raises InvalidArgumentError: always
        """
        message = f'crypto_config_method gave no crypto_config for the table "{info.name}"'
        raise InvalidArgumentError(message)


class EncryptedPaginator:
    """Paginator that verifies and decrypts the items of each page.

    Made by :meth:`EncryptedClient.get_paginator`. Thread-safe; an iterator that :meth:`paginate` returned is not. The
    paginator that is given stays as it was.

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
        crypto_config_method: Callable[..., tuple[CryptoConfig | None, dict[str, Any]]],
    ) -> None:
        require_instance("paginator", paginator, Paginator)
        if not callable(crypto_config_method):
            raise TypeError("crypto_config_method has to be callable")
        if decrypt_method is not decrypt_python_item and decrypt_method is not decrypt_dynamodb_item:
            raise ValueError("decrypt_method has to be decrypt_python_item or decrypt_dynamodb_item")
        # botocore names the class after the operation: DynamoDB.Paginator.Query
        self._operation = str(xform_name(type(paginator).__name__.rpartition(".")[2]))
        if self._operation not in _OPERATIONS:
            raise ValueError("paginator has to be that of query or scan")
        self._crypto_config_method = crypto_config_method
        self._paginator = _hooked(paginator, self._operation, python_values=decrypt_method is decrypt_python_item)

    def __repr__(self) -> str:
        return f"EncryptedPaginator({self._operation!r})"

    def __getattr__(self, name: str) -> Any:
        """Pass what describes the paginator, such as ``result_keys``."""
        if name.startswith("_"):
            message = f"EncryptedPaginator has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(self._paginator, name)

    def paginate(self, **kwargs: Any) -> Iterator[dict[str, Any]]:
        """Iterate over pages, each a response of the operation with its items decrypted. Each page is a network call.

        :param kwargs: the operation's parameters, ``PaginationConfig``, ``crypto_config`` and ``fetch_from_table``
        :raises InvalidArgumentError: for a ``crypto_config`` of another type
        :returns: an iterator that raises what :meth:`EncryptedClient.query` raises; nothing of a page with an item
            that does not verify is handed over, unless ``request_options(on_error="collect")`` is in force when the
            page is fetched
        """
        parameters = dict(kwargs)
        crypto_config, request = self._crypto_config_method(**parameters)
        request = dict(request)
        _, fetch_from_table = take_options(request)
        if crypto_config is not None:
            require_instance("crypto_config", crypto_config, CryptoConfig)
        return self._pages(request, crypto_config, fetch_from_table)

    def _pages(
        self, request: dict[str, Any], crypto_config: CryptoConfig | None, fetch_from_table: bool | None
    ) -> Iterator[dict[str, Any]]:
        pages = iter(self._paginator.paginate(**request))
        while True:
            # Around each page, not around the iteration: the options of who iterates stay his between two pages.
            with own_options(crypto_config, fetch_from_table):
                page = next(pages, None)
            if page is None:
                return
            yield page


def _hooked(paginator: Any, operation: str, *, python_values: bool) -> Any:
    """Give a paginator whose client encrypts: the one of an EncryptedClient as it is, another over a clone."""
    client = paginator._method.__self__  # noqa: SLF001 - botocore has no other way from a paginator to its client
    if is_attached(client):
        return paginator
    require_client("paginator's client", client)
    registry = Registry({}, fallback=_NeedsOwn(), ask=False)
    return hooked_client(client, registry, python_values=python_values).get_paginator(operation)
