# SPDX-License-Identifier: Apache-2.0
"""The calls of one item or one table: check the request, encrypt, call boto3, verify and decrypt the response.

``call`` is the method of the boto3 client or table; ``request`` are its parameters in a dict of our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.items import check_answer, decrypt_one, encrypt_one
from ddbcrypt.dynamodb.operations import Operation
from ddbcrypt.dynamodb.requests import check_conditions, check_key, check_select, check_start_key, mapping
from ddbcrypt.dynamodb.responses import copy_members, failed_condition, old_image, read_items
from ddbcrypt.dynamodb.tables import TableConfig

Call = Callable[..., dict[str, Any]]


def get_item(
    operation: Operation, call: Call, request: dict[str, Any], table: TableConfig, *, wire: bool
) -> dict[str, Any]:
    """Read one item. ``Item`` is missing from the response where there is none."""
    key = dict(mapping(request["Key"], "Key"))
    request["Key"] = key
    check_key("Key", key, table.crypto_config.attribute_actions)
    response = call(**request)
    result = copy_members(operation, response)
    if "Item" in result:
        result["Item"] = decrypt_one(result["Item"], table, wire=wire)
        check_answer([key], [result["Item"]], table, wire=wire)
    return result


def put_item(
    operation: Operation, call: Call, request: dict[str, Any], table: TableConfig, *, wire: bool
) -> dict[str, Any]:
    """Write one item."""
    check_conditions(operation, request, table.crypto_config.attribute_actions, wire=wire)
    request["Item"] = encrypt_one(mapping(request["Item"], "Item"), table, wire=wire)
    try:
        response = call(**request)
    except ClientError as failure:
        if "Item" not in failure.response:
            raise
        shown = failed_condition(failure, table)
        raise shown from shown.__cause__
    return old_image(operation, response, request["Item"], table, wire=wire)


def check_read(operation: Operation, request: dict[str, Any], table: TableConfig, *, wire: bool) -> None:
    """Check the request of a query or scan."""
    actions = table.crypto_config.attribute_actions
    check_select(request)
    check_start_key(request, actions)
    check_conditions(operation, request, actions, wire=wire)


def read(
    operation: Operation, call: Call, request: dict[str, Any], table: TableConfig, *, wire: bool
) -> dict[str, Any]:
    """Query or scan a page of items."""
    check_read(operation, request, table, wire=wire)
    return read_items(operation, call(**request), table, wire=wire, index=request.get("IndexName"))
