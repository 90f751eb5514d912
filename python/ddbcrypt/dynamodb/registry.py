# SPDX-License-Identifier: Apache-2.0
"""Which table is protected how, plaintext, or unknown; primary keys are asked for at a table's first use."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, Literal, Protocol, cast

from ddbcrypt.dynamodb.effects import Call, Effect
from ddbcrypt.dynamodb.legacy_table import LegacyTable, table_of_config
from ddbcrypt.dynamodb.options import current_options
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.tables import plain_name
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.internal.forks import HasLock
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.structures import TableIndex, TableInfo

OnUnknownTable = Literal["refuse", "plaintext"]


class TableConfiguration(Protocol):
    """What ``attach`` takes for a table."""

    def known_info(self) -> TableInfo | None:
        """Give the table's primary key, or None where DynamoDB is to be asked."""

    def table(self, info: TableInfo) -> ProtectedTable:
        """Make the table."""
        ...


class Registry(HasLock):
    """The tables of an attached client. Thread-safe; what ``DescribeTable`` answered is remembered, failures are not.

    :param tables: configurations by table name or ARN
    :param plaintext: names or ARNs of tables whose items pass as they are
    :param on_unknown_table: whether other tables are refused or pass as they are
    :param fallback: the configuration of all other tables, of the wrappers that have one for all
    :param ask: whether ``DescribeTable`` may be called
    """

    def __init__(
        self,
        tables: Mapping[str, TableConfiguration],
        *,
        plaintext: Iterable[str] = (),
        on_unknown_table: OnUnknownTable = "refuse",
        fallback: TableConfiguration | None = None,
        ask: bool = True,
    ) -> None:
        super().__init__()
        self._configs = {plain_name(name): config for name, config in tables.items()}
        self._plaintext = frozenset(plain_name(name) for name in plaintext)
        both = sorted(self._plaintext & self._configs.keys())
        if both:
            message = f'the table "{both[0]}" is listed both with a configuration and as plaintext'
            raise InvalidArgumentError(message)
        self._on_unknown = on_unknown_table
        self._fallback = fallback
        self._ask = ask
        self._known: dict[str, ProtectedTable] = {}
        self._asked: set[str] = set()
        #: Changes when a table is forgotten: answers of before are of no use then.
        self.generation = 0
        for name, config in self._configs.items():
            info = config.known_info()
            if info is not None:
                self._known[name] = _made(config, info, name)

    def same_as(self, other: Registry) -> bool:
        """Whether both were made of the same configurations."""
        return (
            self._configs == other._configs
            and self._plaintext == other._plaintext
            and self._on_unknown == other._on_unknown
            and self._fallback == other._fallback
        )

    def remember(self, name: str, table: ProtectedTable) -> None:
        """Take a table from elsewhere."""
        with self._lock:
            self._known[plain_name(name)] = table

    def forget(self, name_or_arn: str) -> None:
        """Ask for a table's primary key again at its next use: the table is made anew, or gone."""
        name = plain_name(name_or_arn)
        with self._lock:
            self.generation += 1
            if name in self._asked:
                self._asked.remove(name)
                self._known.pop(name, None)

    def is_configured(self, name_or_arn: str) -> bool:
        """Whether there is a configuration for the table."""
        name = plain_name(name_or_arn)
        return (
            name in self._configs or name in self._known or (self._fallback is not None and name not in self._plaintext)
        )

    def defined(self, name_or_arn: str, key_schema: object) -> ProtectedTable | None:
        """Give the protected table that a request is about to create; None where there is no configuration for it.

        None as well for a key schema that DynamoDB will refuse.
        """
        name = plain_name(name_or_arn)
        config = self._configs.get(name, None if name in self._plaintext else self._fallback)
        if config is None:
            return self._known.get(name)
        try:
            index = TableIndex.from_key_schema(cast("Any", key_schema))
        except (KeyError, TypeError, InvalidArgumentError):
            return None
        return _made(config, TableInfo(name=name, primary_index=index), name)

    def known(self, name_or_arn: str) -> ProtectedTable | None:
        """Give a protected table if it is there without asking DynamoDB."""
        return self._known.get(name_or_arn) or self._known.get(plain_name(name_or_arn))

    def is_protected(self, name_or_arn: str) -> bool:
        """Whether items of the table are protected.

        :raises UnsupportedOperationError: for a table that is neither configured nor listed as plaintext
        """
        name = plain_name(name_or_arn)
        if name in self._known or name in self._configs:
            return True
        if name in self._plaintext:
            return False
        if self._fallback is not None:
            return True
        if self._on_unknown == "plaintext":
            return False
        message = (
            f'The table "{name}" is not configured: give it a configuration in tables={{...}} of attach, or, where its '
            "items are to be sent and stored in plaintext, list it in plaintext_tables. Nothing was sent."
        )
        raise UnsupportedOperationError(message)

    def resolve(self, name_or_arn: object) -> Generator[Effect, Any, ProtectedTable | None]:
        """Give the protected table, or None for a plaintext one. Asks for its primary key where it is not known.

        A ``crypto_config`` of the request's own (:func:`request_options`) takes the place of the table's.

        :raises InvalidArgumentError: for a name that is no string, or a primary key that may not be asked for
        :raises UnsupportedOperationError: for a table that is neither configured nor listed as plaintext
        """
        if not isinstance(name_or_arn, str):
            message = f"TableName has to be a string, not {type(name_or_arn).__name__}"
            raise InvalidArgumentError(message)
        own = current_options().crypto_config
        table = self.known(name_or_arn)
        if own is not None:
            return self._replaced(name_or_arn, table, own)
        if table is not None:
            return table
        if not self.is_protected(name_or_arn):
            return None
        return (yield from self._described(name_or_arn))

    def _replaced(self, name_or_arn: str, table: ProtectedTable | None, own: CryptoConfig) -> ProtectedTable | None:
        if table is None:
            if not self.is_protected(name_or_arn):
                message = f'crypto_config was given for "{plain_name(name_or_arn)}", which is a plaintext table'
                raise InvalidArgumentError(message)
            return table_of_config(plain_name(name_or_arn), own)
        if not isinstance(table, LegacyTable):
            message = f'crypto_config was given for "{table.name}", which is not in the legacy format'
            raise InvalidArgumentError(message)
        return table.replaced_by(own)

    def _described(self, name_or_arn: str) -> Generator[Effect, Any, ProtectedTable]:
        name = plain_name(name_or_arn)
        config = self._config(name)
        info = config.known_info()
        if info is None:
            if not self._ask:
                message = (
                    f'The primary key of table "{name}" is not known: let auto_refresh_table_indexes be true, give a '
                    "crypto_config with the request, or use an EncryptedTable with a table_info that has a "
                    "primary_index"
                )
                raise InvalidArgumentError(message)
            # By ARN where the caller gave one: another account's table is found by its ARN alone.
            answer = yield Call("DescribeTable", {"TableName": name_or_arn})
            info = TableInfo(name=name)
            info.read_description(answer["Table"])
        return self.described_as(info, name)

    def described_as(self, info: TableInfo, name: str | None = None) -> ProtectedTable:
        """Make a protected table whose primary key was found out, and remember it.

        :param name: the table's name, where it is not that which is signed
        """
        name = info.name if name is None else name
        table = _made(self._config(name), info, name)
        with self._lock:
            self._asked.add(name)
            return self._known.setdefault(name, table)

    def _config(self, name: str) -> TableConfiguration:
        config = self._configs.get(name, self._fallback)
        if config is None:
            raise AssertionError  # is_protected said so
        return config


def _made(config: TableConfiguration, info: TableInfo, name: str) -> ProtectedTable:
    table = config.table(info)
    table.name = name  # errors and failures name it as DynamoDB does, not by what is signed
    return table


def check_configurations(name: str, tables: Mapping[str, TableConfiguration]) -> None:
    """Refuse what is no mapping of table name to configuration.

    :param name: the argument's name, for the error
    :raises TypeError: naming the argument or the table
    """
    require_instance(name, tables, Mapping)
    for table, config in tables.items():
        require_instance(f"a name in {name}", table, str)
        if not all(callable(getattr(config, member, None)) for member in ("known_info", "table")):
            message = (
                f'the configuration of table "{table}" has to be a LegacyTableConfig or a '
                f"DynamoDbTableEncryptionConfig, not {type(config).__name__}"
            )
            raise TypeError(message)
