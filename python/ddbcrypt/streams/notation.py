# SPDX-License-Identifier: Apache-2.0
"""Binary values of stream records: Lambda and Kinesis carry JSON, in which they are base64 text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from ddbcrypt.dynamodb.protected import PlaintextItem
from ddbcrypt.exceptions import DeserializationError, NestingDepthError
from ddbcrypt.internal.guards import is_list, is_mapping

#: DynamoDB's own limit on nesting.
_DEPTH: Final = 32


def with_bytes(image: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Make a copy of an image with ``bytes`` for each binary value.

    :returns: the copy, and whether any binary value was base64 text
    :raises DeserializationError: naming an attribute whose text is not base64
    :raises NestingDepthError: for values nested more than 32 deep
    """
    seen_text = False

    def convert(value: Any) -> Any:
        nonlocal seen_text
        if not isinstance(value, str):
            return value
        seen_text = True
        # a character that is not of ASCII would be a ValueError of another kind
        return base64.b64decode(value.encode("ascii", "replace"), validate=True)

    return {name: _converted(name, value, convert) for name, value in image.items()}, seen_text


def with_text(image: Mapping[str, Any]) -> dict[str, Any]:
    """Copy an image, with base64 text for each binary value, as JSON carries it. A plaintext item stays one."""
    copied = {name: _converted(name, value, _text) for name, value in image.items()}
    return PlaintextItem(copied) if isinstance(image, PlaintextItem) else copied


def _text(value: Any) -> Any:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes | bytearray) else value


def _converted(name: str, value: Any, convert: Callable[[Any], Any]) -> Any:
    try:
        return _convert(value, convert, _DEPTH + 1)
    except binascii.Error as error:
        message = f"attribute {name!r}: a binary value of the stream record is not base64 text"
        raise DeserializationError(message) from error


def _convert(value: Any, convert: Callable[[Any], Any], depth: int) -> Any:
    if depth == 0:
        message = f"values are nested more than {_DEPTH} deep"
        raise NestingDepthError(message)
    if not is_mapping(value) or len(value) != 1:
        return value  # whoever reads the item refuses it
    ((tag, content),) = value.items()
    if tag == "B":
        return {tag: convert(content)}
    if tag == "BS" and is_list(content):
        return {tag: [convert(member) for member in content]}
    if tag == "L" and is_list(content):
        return {tag: [_convert(member, convert, depth - 1) for member in content]}
    if tag == "M" and is_mapping(content):
        members = cast("Mapping[str, Any]", content)
        return {tag: {name: _convert(member, convert, depth - 1) for name, member in members.items()}}
    return {tag: content}
