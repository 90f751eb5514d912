# SPDX-License-Identifier: Apache-2.0
"""Reads files of items: DynamoDB JSON, one item a line, as DynamoDB exports them."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from ddbcrypt.cli.outcome import CommandError, ExitCode

__all__ = ("Item", "SourceItem", "read_items")

#: Attribute name to DynamoDB JSON value, with binary values as bytes: what a boto3 client takes.
Item = dict[str, dict[str, Any]]

#: DynamoDB's limit; also keeps this reader's recursion bounded.
_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class SourceItem:
    """An item and the number, from 1, of the line that it was read from."""

    line: int
    item: Item


class _MalformedError(Exception):
    """Why a line is not an item; the reader adds where."""


def read_items(path: Path) -> list[SourceItem]:
    """Read all items of a file into memory.

    :param path: JSON lines in UTF-8, gzipped or not (told by content); a line is an item in DynamoDB JSON, alone or as
        ``{"Item": ...}``; binary values are base64; empty lines are skipped
    :raises CommandError: the file is missing, unreadable or empty, or a line is not an item; the message has its number

    Makes no network call.
    """
    try:
        with path.open("rb") as probe:
            gzipped = probe.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if gzipped else path.open("rb") as stream:
            # BufferedReader and GzipFile share no named type that iterates over lines
            items = _read_lines(path, cast("Iterable[bytes]", stream))
    except FileNotFoundError:
        raise CommandError(ExitCode.ITEMS, f"{path}: no such file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise CommandError(ExitCode.ITEMS, f"{path}: cannot be read: {error}") from error
    if not items:
        raise CommandError(ExitCode.ITEMS, f"{path}: holds no item")
    return items


def _read_lines(path: Path, stream: Iterable[bytes]) -> list[SourceItem]:
    items: list[SourceItem] = []
    for number, raw in enumerate(stream, start=1):
        if not raw.strip():
            continue
        try:
            items.append(SourceItem(number, _parse_line(raw)))
        except _MalformedError as error:
            raise CommandError(ExitCode.ITEMS, f"{path}, line {number}: {error}") from error
    return items


def _parse_line(raw: bytes) -> Item:
    try:
        parsed: Any = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _MalformedError(f"not UTF-8: {error.reason} at byte {error.start + 1}") from error
    except json.JSONDecodeError as error:
        raise _MalformedError(f"not JSON: {error.msg} at column {error.colno}") from error
    except (RecursionError, ValueError) as error:
        # A long integer literal or too many brackets; neither is DynamoDB JSON.
        raise _MalformedError(f"not an item: {error}") from error
    if not _is(parsed, dict):
        raise _MalformedError("not an item: a JSON object is expected")
    attributes = _unwrap(parsed)
    if not attributes:
        raise _MalformedError("an item without attributes")
    return {name: _attribute(name, value) for name, value in attributes.items()}


def _is(content: object, kind: type) -> bool:
    # Apart from being short, it keeps the checkers from narrowing Any to a list or dict of unknown members.
    return isinstance(content, kind)


def _unwrap(parsed: dict[str, Any]) -> dict[str, Any]:
    """Take the item out of an export's ``{"Item": ...}``; an item whose one attribute is called Item stays."""
    inner: Any = parsed.get("Item")
    wrapped = len(parsed) == 1 and _is(inner, dict) and all(_is(value, dict) for value in inner.values())
    return inner if wrapped else parsed


def _attribute(name: str, value: Any) -> dict[str, Any]:
    try:
        return _value(value, 0)
    except _MalformedError as error:
        raise _MalformedError(f"attribute {json.dumps(name)}: {error}") from error


def _value(value: Any, depth: int) -> dict[str, Any]:
    if not _is(value, dict) or len(value) != 1:
        raise _MalformedError('not DynamoDB JSON: {"S": "text"}, {"N": "12.5"} or the like is expected')
    if depth > _MAX_DEPTH:
        raise _MalformedError(f"nested deeper than {_MAX_DEPTH} levels")
    ((tag, content),) = value.items()
    match tag:
        case "S" | "N" | "B" if _is(content, str):
            return {tag: _SCALARS[tag](content)}
        case "SS" | "NS" | "BS" if _is(content, list) and content and all(_is(member, str) for member in content):
            return {tag: [_SCALARS[tag[0]](member) for member in content]}
        case "L" if _is(content, list):
            return {tag: [_value(element, depth + 1) for element in content]}
        case "M" if _is(content, dict):
            return {tag: {name: _value(member, depth + 1) for name, member in content.items()}}
        case "BOOL" if _is(content, bool):
            return {tag: content}
        case "NULL" if content is True:
            return {tag: content}
        case _ if tag in _TYPES:
            raise _MalformedError(f"the value of {tag} is not {_TYPES[tag]}")
        case _:
            raise _MalformedError(f"{json.dumps(tag)} is no DynamoDB type: {', '.join(_TYPES)} are")


def _text(content: str) -> str:
    return content


def _number(content: str) -> str:
    try:
        finite = Decimal(content).is_finite()
    except InvalidOperation:
        finite = False
    if not finite:
        raise _MalformedError("the value of N is not a number")
    return content


def _binary(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _MalformedError("the value of B is not base64") from error


_SCALARS: dict[str, Callable[[str], Any]] = {"S": _text, "N": _number, "B": _binary}
_TYPES = {
    "S": "a string",
    "N": "a number in quotes",
    "B": "a string of base64",
    "SS": "a list of one or more strings",
    "NS": "a list of one or more numbers in quotes",
    "BS": "a list of one or more strings of base64",
    "BOOL": "true or false",
    "NULL": "true",
    "M": "an object",
    "L": "a list",
}
