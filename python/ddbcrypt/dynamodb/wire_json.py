# SPDX-License-Identifier: Apache-2.0
"""Items in DynamoDB JSON as text and back, as botocore writes and reads them, without its look at the model.

botocore validates, converts and parses each value by the shapes of its service model, which takes several times as long
as encryption. What is written or read here is exactly that for which botocore does the same; all else is left to it.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, Final, cast

#: ``type``, of which checkers draw no conclusions about its argument.
_type: Final = cast("Callable[[object], Any]", type)
_TRUTH: Final[Mapping[object, str]] = {True: "true", False: "false"}


class NotPlainError(ValueError):
    """A value is not of the plain form that is done here: botocore is to judge it."""


def write_item(item: Mapping[str, Any]) -> bytes | None:
    """Write an item as botocore would, or give None where botocore might refuse it, or write it otherwise.

    :param item: item in DynamoDB JSON; only ``str``, ``bytes``, ``bool``, ``list`` and ``dict`` themselves are plain,
        no subclasses
    """
    parts: list[str] = []
    try:
        for name, value in item.items():
            if _type(name) is not str:
                return None
            parts.append(f"{_quoted(name)}: {_written(value)}")
    except (NotPlainError, RecursionError):
        return None
    return f"{{{', '.join(parts)}}}".encode("ascii")


def _written(value: Any) -> str:
    if _type(value) is dict and len(value) == 1:
        ((tag, content),) = value.items()
        kind = _type(content)
        if kind is bytes:
            if tag == "B":
                return f'{{"B": "{b2a_base64(content, newline=False).decode("ascii")}"}}'
        elif kind is str:
            if tag == "S" or tag == "N":
                return f'{{"{tag}": {_quoted(content)}}}'
        elif kind is list:
            return f'{{"{tag}": [{", ".join(_written_members(tag, content))}]}}'
        elif kind is dict:
            if tag == "M":
                return f'{{"M": {_written_map(content)}}}'
        elif kind is bool and tag in ("BOOL", "NULL"):
            return f'{{"{tag}": {_TRUTH[content]}}}'
    raise NotPlainError


def _written_members(tag: object, members: list[Any]) -> list[str]:
    if tag == "L":
        return [_written(member) for member in members]
    if tag in ("SS", "NS") and all(_type(member) is str for member in members):
        return [_quoted(member) for member in members]
    if tag == "BS" and all(_type(member) is bytes for member in members):
        return [f'"{b2a_base64(member, newline=False).decode("ascii")}"' for member in members]
    raise NotPlainError


def _written_map(members: dict[Any, Any]) -> str:
    if not all(_type(name) is str for name in members):
        raise NotPlainError
    return f"{{{', '.join(f'{_quoted(name)}: {_written(value)}' for name, value in members.items())}}}"


def read_item(parsed: Any) -> dict[str, Any]:
    """Make of an item as ``json.loads`` gives it the one that botocore parses, in place.

    :raises ValueError: where botocore might parse it otherwise or fail; ``parsed`` is of no use then
    """
    if _type(parsed) is not dict:
        raise NotPlainError
    for value in parsed.values():
        _read(value)
    return parsed  # type: ignore[no-any-return]


def read_items(parsed: Any) -> None:
    """As :func:`read_item`, for a list of items."""
    if _type(parsed) is not list:
        raise NotPlainError
    for item in parsed:
        read_item(item)


def _read(value: Any) -> None:
    if _type(value) is dict and len(value) == 1:
        ((tag, content),) = value.items()
        kind = _type(content)
        if kind is str:
            if tag == "B":
                value["B"] = a2b_base64(content)
                return
            if tag == "S" or tag == "N":
                return
        elif kind is bool:
            if tag in ("BOOL", "NULL"):
                return
        elif kind is list:
            _read_members(tag, content)
            return
        elif kind is dict and tag == "M":
            read_item(content)
            return
    raise NotPlainError


def _read_members(tag: str, members: list[Any]) -> None:
    if tag == "L":
        for member in members:
            _read(member)
    elif tag in ("SS", "NS", "BS") and all(_type(member) is str for member in members):
        if tag == "BS":
            members[:] = map(a2b_base64, members)
    else:
        raise NotPlainError
