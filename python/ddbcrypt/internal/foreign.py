# SPDX-License-Identifier: Apache-2.0
"""Recognises what other encryption clients of AWS write, to name them in an error.

It is asked only after an item has failed, so it may take its time, and it decides nothing but which error is raised.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from ddbcrypt.internal.guards import is_list, is_mapping
from ddbcrypt.internal.items import binary_value

__all__ = ("name_foreign_client",)

_ENCRYPTION_SDK: Final = "the AWS Encryption SDK"
_S3_CLIENT: Final = "the Amazon S3 Encryption Client"
_DATABASE_SDK: Final = "the AWS Database Encryption SDK"

_DATABASE_SDK_NAMES: Final = frozenset({"aws_dbe_head", "aws_dbe_foot"})
#: Metadata names of an S3 object that the S3 Encryption Client encrypted; the short ones are of its version 3 format.
_S3_NAMES: Final = frozenset(
    {
        "x-amz-key",
        "x-amz-key-v2",
        "x-amz-iv",
        "x-amz-cek-alg",
        "x-amz-wrap-alg",
        "x-amz-matdesc",
        "x-amz-c",
        "x-amz-d",
        "x-amz-w",
        "x-amz-i",
        "x-amz-t",
        "x-amz-m",
    }
)
_S3_METADATA_PREFIX: Final = "x-amz-meta-"
#: Algorithm suites of the AWS Encryption SDK's message format 1; in front stand version 01 and type 80.
_SUITES_1: Final = (0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378)
#: Message format 2 has no type.
_SUITES_2: Final = (0x0478, 0x0578)
_MESSAGE_STARTS: Final = (
    *(b"\x01\x80" + suite.to_bytes(2, "big") for suite in _SUITES_1),
    *(b"\x02" + suite.to_bytes(2, "big") for suite in _SUITES_2),
)

_DEPTH: Final = 66
#: More members than an item of 400 KB can have; an object that holds itself has no end.
_KEY_LIMIT: Final = 400_000
_TEXT_LIMIT: Final = 400_000


def name_foreign_client(item: Mapping[str, Any], candidates: frozenset[str]) -> tuple[str, str] | None:
    """Find the client that wrote ``item``, and the attribute that shows it.

    :param item: item in DynamoDB JSON, not necessarily well formed
    :param candidates: names of the attributes whose values are looked at; the names of all attributes are
    :returns: client and attribute name, or None
    """
    for name in item:
        if name in _DATABASE_SDK_NAMES:
            return _DATABASE_SDK, name
        if _is_s3_name(name):
            return _S3_CLIENT, name
    for name, attribute in item.items():
        client = _client_of_value(attribute) if name in candidates else None
        if client is not None:
            return client, name
    return None


def _client_of_value(attribute: object) -> str | None:
    data = binary_value(attribute, True)
    if data is None:
        text = _text_value(attribute)
        if text is None:
            return _S3_CLIENT if any(map(_is_s3_name, islice(_map_keys(attribute, _DEPTH), _KEY_LIMIT))) else None
        data = text.encode("utf-8", "replace")
    if data.startswith(_MESSAGE_STARTS) or _from_base64(data[:64]).startswith(_MESSAGE_STARTS):
        return _ENCRYPTION_SDK
    if data.lstrip()[:1] == b"{" and len(data) <= _TEXT_LIMIT and _names_s3(data):
        return _S3_CLIENT
    return None


def _text_value(attribute: object) -> str | None:
    if not is_mapping(attribute):
        return None
    text: object = attribute.get("S")
    return text if type(text) is str else None


def _from_base64(head: bytes) -> bytes:
    """Decode the bytes that the first characters of a base64 text stand for; empty where they are none."""
    try:
        return base64.b64decode(head[: len(head) // 4 * 4], validate=True)
    except binascii.Error:
        return b""


def _names_s3(text: bytes) -> bool:
    """Tell whether a JSON text has an S3 metadata name as a string in it. Looked for, not parsed: it may be cut off."""
    lowered = text.lower()
    return any(f'"{prefix}{name}"'.encode() in lowered for name in _S3_NAMES for prefix in ("", _S3_METADATA_PREFIX))


def _is_s3_name(name: object) -> bool:
    return isinstance(name, str) and name.lower().removeprefix(_S3_METADATA_PREFIX) in _S3_NAMES


def _map_keys(value: object, depth: int) -> Iterator[object]:
    """Give all dict keys at any depth, and None for list members. DynamoDB JSON's types among them do no harm."""
    if depth == 0:
        return
    if is_mapping(value):
        for key, member in value.items():
            yield key
            yield from _map_keys(member, depth - 1)
    elif is_list(value):
        for member in value:
            yield None
            yield from _map_keys(member, depth - 1)
