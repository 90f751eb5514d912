# SPDX-License-Identifier: Apache-2.0
"""Items between Python values (the boto3 resource's form) and DynamoDB JSON (the boto3 client's form)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ddbcrypt import _engine

__all__ = ("ddb_to_dict", "dict_to_ddb")


def dict_to_ddb(item: Mapping[str, Any]) -> dict[str, Any]:
    """Python values to DynamoDB JSON, as boto3's ``TypeSerializer`` gives it.

    Thread-safe; no network call; ``item`` is not changed.

    :param item: attribute name to str, int, Decimal, bytes, bytearray, Binary, bool, None, set, list, tuple or dict
    :returns: new item, ``{"name": {"S": "value"}}``
    :raises UnsupportedTypeError: a type that DynamoDB does not have, ``float`` above all
    :raises InvalidNumberError: a number that DynamoDB cannot store exactly
    :raises SerializationError: anything else that DynamoDB refuses: equal set members, over 32 levels, lone surrogates
    """
    return _engine.to_wire(item)


def ddb_to_dict(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB JSON to Python values, as boto3's ``TypeDeserializer`` gives it.

    Numbers become Decimal, binary values Binary. Thread-safe; no network call; ``item`` is not changed.

    :param item: ``{"name": {"S": "value"}}``
    :returns: new item, attribute name to value
    :raises SerializationError: ``item`` is not DynamoDB JSON, or holds what DynamoDB refuses
    """
    return _engine.from_wire(item)
