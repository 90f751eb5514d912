# SPDX-License-Identifier: Apache-2.0
"""Overrides of the encryption context: for items that are stored elsewhere than they were written for.

The table's name is signed with every item, and materials providers may bind keys to it. Items of a table that was
restored from a backup, renamed or copied under another name therefore verify only under the name that they were written
for. An override gives that name, and any other field, in place of the real one:

>>> config = CryptoConfig(..., encryption_context_override=override_table_name("patients-restored", "patients"))

An override holds for what is written as well as for what is read, so that all items of a table keep one name. It is
applied once per item, before the materials provider is asked and the signature is made or verified. With an override,
items of the one table verify in the other: give one only for tables where that is meant.

Any callable that takes an :class:`~ddbcrypt.structures.EncryptionContext` and returns one is an override. It is called
with a copy that is its own, in which it may set fields, from the thread that prepares the item; it must be safe for
threads where the configuration is shared by some. Those made here are, they make no network call, compare by value and
pickle.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, Final

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_dict, require_instance
from ddbcrypt.structures import EncryptionContext

__all__ = (
    "EncryptionContextOverride",
    "apply_override",
    "override_context",
    "override_table_name",
    "override_table_names",
)

#: What an override is: it gets a context that is its own, and returns that one or another.
EncryptionContextOverride = Callable[[EncryptionContext], EncryptionContext]

_FIELDS: Final = ("attributes", "material_description", "partition_key_name", "sort_key_name", "table_name")


def override_table_name(table_name: str, signed_as: str) -> EncryptionContextOverride:
    """Treat items of the table ``table_name`` as items of the table ``signed_as``; other tables stay as they are.

    The Java client's ``EncryptionContextOperators.overrideEncryptionContextTableName``, in the same order of arguments.

    :param table_name: name of the table where the items are
    :param signed_as: name of the table that they were written for
    :raises TypeError: an argument is of another type
    """
    require_instance("table_name", table_name, str)
    require_instance("signed_as", signed_as, str)
    return _TableNames({table_name: signed_as})


def override_table_names(signed_as: Mapping[str, str]) -> EncryptionContextOverride:
    """As :func:`override_table_name` for several tables.

    The Java client's ``overrideEncryptionContextTableNameUsingMap``.

    :param signed_as: name of the table where items are, to the name of the table that they were written for; copied
    :raises TypeError: ``signed_as`` is not a mapping of ``str`` to ``str``
    """
    require_instance("signed_as", signed_as, Mapping)
    names = dict(signed_as)
    require_dict("signed_as", names, str)
    return _TableNames(names)


def override_context(**fields: Any) -> EncryptionContextOverride:
    """Set fields of the encryption context of every item, whatever its table.

    :param fields: ``table_name``, ``partition_key_name``, ``sort_key_name`` (``str`` or None), ``attributes`` (DynamoDB
        JSON) or ``material_description`` (dict of ``str``), with their new values. On decryption an overridden
        material description is what the materials provider sees; the item's own mode is checked all the same
    :raises InvalidArgumentError: a field of another name
    :raises TypeError: a value that :class:`~ddbcrypt.structures.EncryptionContext` does not take
    """
    for name in fields:
        if name not in _FIELDS:
            raise InvalidArgumentError(
                f'an encryption context has no field "{name}", only {", ".join(sorted(_FIELDS))}'
            )
    EncryptionContext(**fields)  # checks the types
    return _Fields(fields)


def apply_override(override: EncryptionContextOverride, context: EncryptionContext) -> EncryptionContext:
    """Give what ``override`` makes of a copy of ``context``, which itself stays as it is.

    :raises InvalidArgumentError: ``override`` returns no encryption context
    :raises: what ``override`` raises
    """
    result: Any = override(copy.copy(context))
    if not isinstance(result, EncryptionContext):
        raise InvalidArgumentError(
            f'"encryption_context_override" has to return an EncryptionContext, not {type(result).__name__}'
        )
    return result


class _TableNames:
    """Replaces one table name by another."""

    __slots__ = ("_names",)

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def __call__(self, context: EncryptionContext) -> EncryptionContext:
        name = context.table_name
        if name is not None:
            context.table_name = self._names.get(name, name)
        return context

    def __repr__(self) -> str:
        return f"override_table_names({self._names!r})"

    def __eq__(self, other: object) -> bool:
        return self._names == other._names if isinstance(other, _TableNames) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._names.items()))


class _Fields:
    """Sets fields to fixed values."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def __call__(self, context: EncryptionContext) -> EncryptionContext:
        for name, value in self._fields.items():
            # A provider may change the description that it is given; the one here is for all items.
            setattr(context, name, dict(value) if name == "material_description" and value is not None else value)
        return context

    def __repr__(self) -> str:
        # Not the attributes: they may be an item.
        shown = [f"{name}={'...' if name == 'attributes' else repr(value)}" for name, value in self._fields.items()]
        return f"override_context({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        return self._fields == other._fields if isinstance(other, _Fields) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # its values have none
