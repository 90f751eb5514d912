# SPDX-License-Identifier: Apache-2.0
"""Options of single requests, which botocore's parameters have no place for."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, InvalidArgumentError
from ddbcrypt.internal.validate import require_instance

OnError = Literal["raise", "collect"]


@dataclass(frozen=True, slots=True)
class FailedItem:
    """An item that was set aside because it does not verify or decrypt.

    :ivar table_name: the table it was read from
    :ivar key: its primary key in DynamoDB JSON, as DynamoDB gave it (empty where the key's names are not known)
    :ivar error: why
    """

    table_name: str
    key: Mapping[str, Any]
    error: DynamodbEncryptionSdkError


@dataclass(slots=True)
class RequestOptions:
    """Options of the requests made inside one :func:`request_options` block, which makes it. No network call.

    One thread or asyncio task uses it at a time.

    :param on_error: as of :func:`request_options`
    :param fetch_from_table: likewise
    :param crypto_config: likewise
    :param failures: where items that are set aside go
    :ivar failures: with ``on_error="collect"``, the items that were set aside, in the order in which they were read
    """

    on_error: OnError = "raise"
    fetch_from_table: bool = False
    crypto_config: CryptoConfig | None = None
    failures: list[FailedItem] = field(default_factory=list[FailedItem])


_NONE: Final = RequestOptions()
_CURRENT: ContextVar[RequestOptions] = ContextVar("ddbcrypt_request_options", default=_NONE)


def current_options() -> RequestOptions:
    """Give the options that are in force here."""
    return _CURRENT.get()


@contextlib.contextmanager
def request_options(
    *, on_error: OnError = "raise", fetch_from_table: bool = False, crypto_config: CryptoConfig | None = None
) -> Generator[RequestOptions, None, None]:
    """Set options for the requests made in a ``with`` block, by this thread or asyncio task. No network call.

    >>> with request_options(on_error="collect") as options:
    ...     page = client.query(...)
    >>> options.failures

    :param on_error: ``"collect"`` sets an item of a query, scan or batch that does not verify aside, in ``failures``,
        and returns the others; ``"raise"`` returns none
    :param fetch_from_table: a read of an index that does not hold all signed attributes fetches the whole items from
        the table by primary key
    :param crypto_config: used for the items of these requests instead of their table's own (legacy format only)
    :raises InvalidArgumentError: for another ``on_error``
    :raises TypeError: for an argument of another type
    """
    if on_error not in ("raise", "collect"):
        message = f'on_error is "raise" or "collect", not {on_error!r}'
        raise InvalidArgumentError(message)
    require_instance("fetch_from_table", fetch_from_table, bool)
    if crypto_config is not None:
        require_instance("crypto_config", crypto_config, CryptoConfig)
    options = RequestOptions(on_error, fetch_from_table, crypto_config)
    token = _CURRENT.set(options)
    try:
        yield options
    finally:
        _CURRENT.reset(token)


@contextlib.contextmanager
def own_options(
    crypto_config: CryptoConfig | None, fetch_from_table: bool | None
) -> Generator[RequestOptions, None, None]:
    """Set what a single call of a wrapper brings, over the options in force; what it does not bring stays."""
    current = current_options()
    # a copy, which shares the list of failures
    options = replace(
        current,
        fetch_from_table=current.fetch_from_table if fetch_from_table is None else fetch_from_table,
        crypto_config=crypto_config or current.crypto_config,
    )
    token = _CURRENT.set(options)
    try:
        yield options
    finally:
        _CURRENT.reset(token)
