# SPDX-License-Identifier: Apache-2.0
"""What is known of a table: its name as it is signed, its primary key, and the configuration made of both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, InvalidArgumentError
from ddbcrypt.identifiers import CryptoAction, Dialect
from ddbcrypt.internal.validate import require_callable, require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.structures import AttributeActions, EncryptionContext, TableIndex, TableInfo

_ARN: Final = re.compile(r"arn:[^:]*:dynamodb:[^:]*:[^:]*:table/([^/]+)", re.ASCII)
_T = TypeVar("_T")


def plain_name(table_name: str) -> str:
    """Give the table's own name, which is what an item's signature holds, of a name or an ARN.

    :raises InvalidArgumentError: for an ARN that is not a table's
    """
    if not table_name.startswith("arn:"):
        return table_name
    match = _ARN.fullmatch(table_name)
    if match is None:
        message = f'"{table_name}" is not the ARN of a DynamoDB table'
        raise InvalidArgumentError(message)
    return match[1]


def of_table(requested: Mapping[str, _T], answered: str) -> tuple[str, _T]:
    """Find the table of a batch request that DynamoDB answers for: by name, even where the request has an ARN."""
    if answered in requested:
        return answered, requested[answered]
    for name, value in requested.items():
        if plain_name(name) == plain_name(answered):
            return name, value
    message = f'DynamoDB answered for the table "{answered}", which is not in the request'
    raise DynamodbEncryptionSdkError(message)


@dataclass(frozen=True, slots=True)
class ItemOptions:
    """The options of a wrapper that every :class:`CryptoConfig` it makes gets, under the same names."""

    accept_28_digit_numbers: bool = False
    encryption_context_override: EncryptionContextOverride | None = None
    dialect: Dialect = Dialect.PYTHON

    def __post_init__(self) -> None:
        # Here, not only in CryptoConfig: a client makes its configurations long after it was constructed.
        require_instance("accept_28_digit_numbers", self.accept_28_digit_numbers, bool)
        require_callable("encryption_context_override", self.encryption_context_override)
        require_instance("dialect", self.dialect, Dialect)


@dataclass(frozen=True, slots=True)
class TableConfig:
    """How items of one table are protected, and the names of its primary key (empty where they are not known)."""

    crypto_config: CryptoConfig
    key_names: tuple[str, ...]

    @classmethod
    def of_info(
        cls,
        provider: CryptographicMaterialsProvider,
        actions: AttributeActions,
        info: TableInfo,
        options: ItemOptions | None = None,
    ) -> TableConfig:
        """Make the configuration of a table whose primary key is known. ``actions`` stay as they are."""
        index = info.primary_index
        own_actions = actions.copy()
        own_actions.set_index_keys(*info.protected_index_keys())
        context = EncryptionContext(table_name=info.name, partition_key_name=index.partition, sort_key_name=index.sort)
        options = options or ItemOptions()
        config = CryptoConfig(
            provider,
            context,
            own_actions,
            accept_28_digit_numbers=options.accept_28_digit_numbers,
            encryption_context_override=options.encryption_context_override,
            dialect=options.dialect,
        )
        return cls(config, key_names(index))

    def replaced_by(self, crypto_config: CryptoConfig) -> TableConfig:
        """Make a configuration of what a single request brings for this table.

        :raises InvalidArgumentError: when it would encrypt the primary key
        """
        for name in self.key_names:
            if crypto_config.attribute_actions.action(name) is CryptoAction.ENCRYPT_AND_SIGN:
                message = f'crypto_config would encrypt "{name}", which is part of the primary key: make it SIGN_ONLY'
                raise InvalidArgumentError(message)
        return TableConfig(crypto_config, self.key_names or context_key_names(crypto_config))


def key_names(index: TableIndex) -> tuple[str, ...]:
    """Give the attribute names of an index, partition key first."""
    return (index.partition,) if index.sort is None else (index.partition, index.sort)


def context_key_names(crypto_config: CryptoConfig) -> tuple[str, ...]:
    """Give the primary key that an encryption context names."""
    context = crypto_config.encryption_context
    return tuple(name for name in (context.partition_key_name, context.sort_key_name) if name is not None)
