# SPDX-License-Identifier: Apache-2.0
"""The parameters of the one ``UpdateItem`` that puts a migrated item in the place of the stored one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ddbcrypt.dynamodb.update.writing import make_expressions
from ddbcrypt.exceptions import UnsupportedOperationError


def make_parameters(
    key_names: tuple[str, ...],
    stored: Mapping[str, Any],
    encrypted: Mapping[str, Any],
    is_written: Callable[[str], bool],
    held: Iterable[str],
) -> dict[str, Any]:
    """Make expressions, or where these would be longer than DynamoDB takes, the parameters that were before them.

    :param stored: the item as it was read
    :param encrypted: the item as it is to be, encrypted and signed
    :param is_written: whether an attribute is written at all, where it differs
    :param held: the attributes that have to be as they were read
    """
    names = tuple(held)
    try:
        return make_expressions(key_names, stored, encrypted, is_written, names)
    except UnsupportedOperationError:
        return _without_text(key_names, stored, encrypted, is_written, names)


def _without_text(
    key_names: tuple[str, ...],
    stored: Mapping[str, Any],
    encrypted: Mapping[str, Any],
    is_written: Callable[[str], bool],
    held: tuple[str, ...],
) -> dict[str, Any]:
    """Make ``AttributeUpdates`` and ``Expected``, which have no text, and no limit is documented for them.

    All of ``Expected`` has to be true, as parts of a condition that are joined by AND.
    """
    updates: dict[str, Any] = {}
    for name in sorted({*stored, *encrypted} - set(key_names)):
        if not is_written(name):
            continue
        if name not in encrypted:
            updates[name] = {"Action": "DELETE"}
        elif stored.get(name) != encrypted[name]:
            updates[name] = {"Action": "PUT", "Value": encrypted[name]}
    expected = {name: {"Value": stored[name]} if name in stored else {"Exists": False} for name in held}
    return {"AttributeUpdates": updates, "Expected": expected}
