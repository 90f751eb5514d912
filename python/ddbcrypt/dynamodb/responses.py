# SPDX-License-Identifier: Apache-2.0
"""Responses as new dicts, with their items verified and decrypted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from ddbcrypt.dynamodb.items import check_answer, decrypt_one, decrypt_page
from ddbcrypt.dynamodb.keys import canonical_key
from ddbcrypt.dynamodb.operations import Operation
from ddbcrypt.dynamodb.tables import TableConfig
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, OldImageError


def copy_members(operation: Operation, response: Mapping[str, Any]) -> dict[str, Any]:
    """Make a new response of the members that are known to hold nothing unverified, and of those that are handled."""
    return {name: value for name, value in response.items() if name in operation.response}


def read_items(
    operation: Operation, response: Mapping[str, Any], table: TableConfig, *, wire: bool, index: object = None
) -> dict[str, Any]:
    """Make the response of a query or scan. With ``Select="COUNT"`` there are no items in it.

    :param index: the secondary index that was read, if one was
    :raises DynamodbEncryptionSdkError: naming the first item that does not verify or decrypt
    """
    result = copy_members(operation, response)
    if "Items" in result:
        try:
            result["Items"] = decrypt_page(result["Items"], table, wire=wire)
        except DynamodbEncryptionSdkError as error:
            if index is not None:
                error.add_note(
                    f'The items were read through the index "{index}": unless it projects all attributes, they lack '
                    "a part of what is signed and cannot verify."
                )
            raise
    return result


def old_image(
    operation: Operation, response: Mapping[str, Any], item: Mapping[str, Any], table: TableConfig, *, wire: bool
) -> dict[str, Any]:
    """Make the response of a write, its old item (``Attributes``) decrypted.

    :param item: what was written, which has the same primary key
    :raises OldImageError: when the old item does not verify or decrypt
    """
    result = copy_members(operation, response)
    if not result.get("Attributes"):
        return result
    try:
        result["Attributes"] = decrypt_one(result["Attributes"], table, wire=wire)
        if canonical_key(item, table.key_names, wire=wire) is not None:
            check_answer([{name: item[name] for name in table.key_names}], [result["Attributes"]], table, wire=wire)
    except DynamodbEncryptionSdkError as error:
        message = (
            f"{operation.method} was carried out, but the old item that it returned cannot be given back: {error} "
            "(the response, with the old item as DynamoDB has it, is in this error's attribute `response`)"
        )
        refusal = OldImageError(message)
        refusal.response = dict(response)
        refusal.item_key = error.item_key
        refusal.attribute = error.attribute
        raise refusal from error
    return result


def failed_condition(failure: ClientError, table: TableConfig) -> ClientError:
    """Make a failed condition's exception anew, with the item that it shows verified and decrypted.

    The item stays in DynamoDB JSON, in which boto3 gives it to the users of a resource as well. An item that does not
    verify is taken out of the exception, a note and ``__cause__`` say why.
    """
    response: dict[str, Any] = dict(failure.response)
    stored = response.pop("Item", None)
    reason: DynamodbEncryptionSdkError | None = None
    if stored:
        try:
            response["Item"] = decrypt_one(stored, table, wire=True)
        except DynamodbEncryptionSdkError as error:
            reason = error
    shown = type(failure)(response, failure.operation_name)  # type: ignore[arg-type]
    if reason is not None:
        shown.add_note(f"The item that failed the condition was left out, as it does not verify: {reason}")
    shown.__cause__ = reason
    return shown.with_traceback(failure.__traceback__)
