# SPDX-License-Identifier: Apache-2.0
"""Members of responses that nobody has decided on are taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.operations.kinds import ALWAYS, Handling, Operation

#: What an error shows of items; nobody verifies what else it might hold.
_SHOWN_BY_ERRORS: Final[Mapping[str, str]] = {
    "DeleteItem": "Item",
    "PutItem": "Item",
    "TransactGetItems": "CancellationReasons",
    "TransactWriteItems": "CancellationReasons",
    "UpdateItem": "Item",
}
_DATA: Final = frozenset((Handling.ITEM, Handling.ITEMS, Handling.KEY))
#: Lists in responses, and what their structures may hold. A read shows no item that it does not return.
_PARTS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "TransactGetItems": {
        "CancellationReasons": frozenset(("Code", "Message")),
        "Responses": frozenset(("Item",)),
    },
    "TransactWriteItems": {"CancellationReasons": frozenset(("Code", "Item", "Message"))},
}


def filter_own_error(response: dict[str, Any]) -> None:
    """Take all out of the response of a failed call of our own, in place, but what tells of the error.

    :param response: an exception's; what it shows of items nobody verifies
    """
    for name in response.keys() - ALWAYS:
        del response[name]


def filter_response(operation: Operation, parsed: dict[str, Any]) -> None:
    """Take the members out of a parsed response, in place, that the table does not know. No network call.

    The filter of an export repeats values of attributes that nobody has verified; it is taken out too.

    :param operation: the decision about it
    :param parsed: what botocore parsed, of an error as well
    """
    if not parsed.keys() <= operation.answered:
        for name in [name for name in parsed if name not in operation.answered]:
            del parsed[name]
    if "Error" in parsed:
        shown = _SHOWN_BY_ERRORS.get(operation.name)
        for name in [name for name in parsed if name != shown and operation.response.get(name) in _DATA]:
            del parsed[name]
    for member, allowed in _PARTS.get(operation.name, {}).items():
        for part in parsed.get(member) or ():
            if part is None:
                continue  # so botocore gives a null, which DynamoDB documents for an item that is not there
            for name in part.keys() - allowed:
                del part[name]
    if operation.name == "DescribeExport" and "ExportDescription" in parsed:
        parsed["ExportDescription"].pop("FilterSpecification", None)
