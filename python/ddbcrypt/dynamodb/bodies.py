# SPDX-License-Identifier: Apache-2.0
"""Bodies of requests and responses, past botocore's work on each value of an item.

An encrypted item that the engine has just made is not validated and serialised value by value again: botocore gets an
empty item in its place, which DynamoDB refuses should it ever be sent, and the item's JSON is put into the body that
botocore made of everything else. Items of responses are read in front of its parser.

All other parameters and members are botocore's, as is an item that is not of the plain form that
:mod:`ddbcrypt.dynamodb.wire_json` knows, and every item of a client whose serializer or parser is not known here.
"""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.parsers import JSONParser
from botocore.serialize import JSONSerializer
from botocore.validate import ParamValidationDecorator

from ddbcrypt.dynamodb.clones import own_attribute
from ddbcrypt.dynamodb.wire_json import read_item, read_items, write_item
from ddbcrypt.exceptions import DynamodbEncryptionSdkError

_OK: Final = 200
#: The operations whose answers hold most of all items, and the members with the items.
_ITEMS_AT: Final = {"GetItem": "Item", "Query": "Items", "Scan": "Items"}
#: A body's member, and how its JSON is put into the request.
Aside = tuple[bytes, bytes]


def writes_json(client: Any) -> bool:
    """Whether the client's requests are written by botocore's own JSON serializer."""
    serializer = own_attribute(client, "_serializer")
    if isinstance(serializer, ParamValidationDecorator):
        serializer = own_attribute(serializer, "_serializer")
    return type(serializer) is JSONSerializer


def reads_json(client: Any) -> bool:
    """Whether the client's responses are read by botocore's JSON parser, or aiobotocore's, as they come."""
    endpoint = own_attribute(client, "_endpoint")
    try:
        parser: Any = endpoint._response_parser_factory.create_parser(  # noqa: SLF001 - nothing public tells
            client.meta.service_model.resolved_protocol
        )
        blobs: bool = parser._blob_parser == parser._default_blob_parser  # noqa: SLF001
    except AttributeError:
        return False
    module: str = type(parser).__module__
    return blobs and isinstance(parser, JSONParser) and module in ("botocore.parsers", "aiobotocore.parsers")


def put_aside(request: dict[str, Any], member: str) -> tuple[dict[str, Any], Aside] | None:
    """Give a request without its item, and what :func:`put_back` needs; None where botocore has to see the item."""
    text = write_item(request[member])
    if text is None:
        return None
    # in front of all others, where it is found again whatever they hold
    stand_in: dict[str, Any] = {member: {}, **{name: value for name, value in request.items() if name != member}}
    return stand_in, (f'{{"{member}": '.encode(), text)


def put_back(request: dict[str, Any], aside: Aside) -> None:
    """Put the item into the request that botocore made.

    :raises DynamodbEncryptionSdkError: where it is not the request that was asked for; nothing is sent
    """
    start, text = aside
    body = request["body"]
    empty = start + b"{}"
    if type(body) is not bytes or not body.startswith(empty):
        raise DynamodbEncryptionSdkError(
            "the request was changed after its item was encrypted, by another handler of botocore's event "
            "before-parameter-build: register it where it runs before ddbcrypt's. Nothing was sent."
        )
    request["body"] = b"".join((start, text, body[len(empty) :]))


def read_response(
    operation_model: Any,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any] | None = None,
    **_: Any,
) -> None:
    """Handle ``before-parse``: read the items of a response, and leave the rest of it to botocore."""
    member = _ITEMS_AT.get(operation_model.name)
    if member is None or customized_response_dict is None or response_dict["status_code"] != _OK:
        return
    try:
        document = json.loads(response_dict["body"].decode())
        items = document.pop(member)
        if member == "Item":
            read_item(items)
        else:
            read_items(items)
        rest = json.dumps(document).encode() if document else b"{}"
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return
    response_dict["body"] = rest
    customized_response_dict[member] = items
