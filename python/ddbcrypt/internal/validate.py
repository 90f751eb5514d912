# SPDX-License-Identifier: Apache-2.0
"""Type checks of constructor arguments. All raise ``TypeError``, as the reference client's constructors do."""

from __future__ import annotations

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.guards import is_dict

__all__ = ("require_callable", "require_dict", "require_instance", "require_optional")


def require_instance(name: str, value: object, kind: type) -> None:
    """Refuse a ``value`` for argument ``name`` that is not a ``kind``."""
    if not isinstance(value, kind):
        raise TypeError(f'"{name}" must be {kind.__name__}, not {_type_name(value)}')


def require_optional(name: str, value: object, kind: type) -> None:
    """Refuse a ``value`` for argument ``name`` that is neither None nor a ``kind``."""
    if value is not None and not isinstance(value, kind):
        raise TypeError(f'"{name}" must be {kind.__name__} or None, not {_type_name(value)}')


def require_callable(name: str, value: object) -> None:
    """Refuse a ``value`` for argument ``name`` that is neither None nor can be called."""
    if value is not None and not callable(value):
        raise TypeError(f'"{name}" must be callable or None, not {_type_name(value)}')


def require_dict(name: str, value: object, value_kind: type) -> None:
    """Refuse a ``value`` for argument ``name`` that is not a dict of ``str`` to ``value_kind``."""
    if not is_dict(value):
        raise TypeError(f'"{name}" must be a dict, not {_type_name(value)}')
    for key, member in value.items():
        if not isinstance(key, str):
            raise TypeError(f'"{name}" must have names of type str, not {_type_name(key)}')
        if not isinstance(member, value_kind):
            raise TypeError(f'"{name}" must have values of type {value_kind.__name__}, not {_type_name(member)}')


def _type_name(value: object) -> str:
    """Give module and name, so that a class of the same name out of another package is told apart."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def require_key_names(arguments: tuple[str, str], partition: str | None, sort: str | None) -> None:
    """Refuse names that no primary key has.

    :param arguments: what the two names were given as, for the message
    :raises InvalidArgumentError: for an empty name, and for one name given twice
    """
    for argument, name in zip(arguments, (partition, sort), strict=True):
        if name == "":
            message = f"{argument} is empty"
            raise InvalidArgumentError(message)
    if sort is not None and sort == partition:
        message = f'{arguments[0]} and {arguments[1]} are the same, "{sort}": a sort key is another attribute'
        error = InvalidArgumentError(message)
        error.attribute = sort
        raise error
