# SPDX-License-Identifier: Apache-2.0
"""Where the items to inspect come from. What is malformed is handed on as it is, with what can be said of it."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.internal.guards import is_dict, is_list

__all__ = ("Source", "read_file", "read_stream", "read_table")

#: Deeper values than DynamoDB has are handed on undecoded; the inspection calls them malformed.
_DEPTH: Final = 66
_CONNECT_TIMEOUT_S: Final = 10


@dataclass(frozen=True, slots=True)
class Source:
    """Something to inspect.

    :ivar title: where it comes from, for the user
    :ivar where: the same for machines
    :ivar item: what may be an item in DynamoDB JSON, binary values as bytes as far as they are base64
    :ivar problem: why there is no item, or None
    """

    title: str
    where: dict[str, Any]
    item: object = None
    problem: str | None = None


class _JsonError(Exception):
    """Why a text is not JSON."""


def read_file(path: Path) -> Iterator[Source]:
    """Read the items of a file, gzipped or not. Raises ``CommandError`` where it is missing or empty."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CommandError(ExitCode.ITEMS, f"{path}: no such file") from None
    except OSError as error:
        raise CommandError(ExitCode.ITEMS, f"{path}: cannot be read: {error.strerror or error}") from error
    return _items(data, str(path))


def read_stream(stream: BinaryIO) -> Iterator[Source]:
    """Read the items of standard input, gzipped or not. Raises ``CommandError`` where it is empty."""
    return _items(stream.read(), "standard input")


def read_table(table: str, key: str, endpoint_url: str | None) -> Source:
    """Read one item by a strongly consistent ``GetItem`` call. Raises ``CommandError`` where there is none."""
    try:
        wanted: Any = _decoded(_parse(key))
    except _JsonError as error:
        raise CommandError(ExitCode.USAGE, f"--key: {error}") from None
    try:
        sdk: Any = boto3
        client = sdk.client(
            "dynamodb",
            endpoint_url=endpoint_url,
            config=Config(connect_timeout=_CONNECT_TIMEOUT_S, retries={"mode": "standard", "max_attempts": 3}),
        )
        response = client.get_item(TableName=table, Key=wanted, ConsistentRead=True)
    except (BotoCoreError, ClientError, ValueError) as error:
        raise CommandError(ExitCode.DATABASE, f"table {table}: {error}") from error
    if "Item" not in response:
        raise CommandError(ExitCode.DATABASE, f"table {table}: it has no item of the key {key}")
    return Source(f"table {table}", {"table": table}, response["Item"])


def _items(data: bytes, name: str) -> Iterator[Source]:
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise CommandError(ExitCode.ITEMS, f"{name}: cannot be decompressed: {error}") from error
    if not data.strip():
        raise CommandError(ExitCode.ITEMS, f"{name}: it is empty")
    text = data.decode("utf-8-sig", "surrogateescape")
    try:
        return _of_document(_parse(text), name)
    except _JsonError as error:
        problem = str(error)
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if len(lines) > 1 and any(_is_object(line) for _, line in lines):
        return _of_lines(lines, name)
    return iter((Source(name, {"file": name}, problem=problem),))


def _of_document(document: object, name: str) -> Iterator[Source]:
    if is_dict(document) and is_list(document.get("Items")):
        document = document["Items"]
    if not is_list(document):
        yield Source(name, {"file": name}, _decoded(_unwrapped(document)))
        return
    if not document:
        raise CommandError(ExitCode.ITEMS, f"{name}: it holds no item")
    for number, item in enumerate(document, start=1):
        yield Source(f"{name}, item {number}", {"file": name, "item": number}, _decoded(_unwrapped(item)))


def _of_lines(lines: list[tuple[int, str]], name: str) -> Iterator[Source]:
    for number, line in lines:
        where = {"file": name, "line": number}
        try:
            yield Source(f"{name}, line {number}", where, _decoded(_unwrapped(_parse(line))))
        except _JsonError as error:
            yield Source(f"{name}, line {number}", where, problem=str(error))


def _parse(text: str) -> object:
    try:
        # What is not UTF-8 was read as lone surrogates, and can be told of one damaged line among whole ones.
        text.encode("utf-8")
        document: object = json.loads(text)
    except UnicodeEncodeError:
        raise _JsonError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _JsonError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except (RecursionError, ValueError) as error:
        # Too many brackets, or an integer of thousands of digits.
        raise _JsonError(f"not an item: {error}") from None
    return document


def _is_object(line: str) -> bool:
    try:
        return is_dict(_parse(line))
    except _JsonError:
        return False


def _unwrapped(document: object) -> object:
    """Take the item out of an export's line or a response of GetItem; an item whose one attribute is Item stays."""
    if not is_dict(document):
        return document
    inner: object = document.get("Item")
    if is_dict(inner) and all(is_dict(value) for value in inner.values()):
        return inner
    return document


def _decoded(item: object) -> object:
    """Decode the base64 of an item's binary values; what is none stays a text, which no binary value is."""
    if not is_dict(item):
        return item
    return {name: _attribute(value, _DEPTH) for name, value in item.items()}


def _attribute(value: object, depth: int) -> object:
    if depth == 0 or not is_dict(value) or len(value) != 1:
        return value
    ((tag, content),) = value.items()
    if tag == "B":
        return {tag: _bytes(content)}
    if tag == "BS" and is_list(content):
        return {tag: [_bytes(member) for member in content]}
    if tag == "L" and is_list(content):
        return {tag: [_attribute(member, depth - 1) for member in content]}
    if tag == "M" and is_dict(content):
        return {tag: {name: _attribute(member, depth - 1) for name, member in content.items()}}
    return value


def _bytes(content: object) -> object:
    if not isinstance(content, str):
        return content
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return content
