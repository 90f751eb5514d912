# SPDX-License-Identifier: Apache-2.0
"""The size of an item by DynamoDB's rules, which an encrypted item has to keep to as any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.exceptions import ItemTooLargeError
from ddbcrypt.internal.guards import is_dict, is_mapping

#: 400 KB.
MOST_BYTES: Final = 409_600
#: No character takes more bytes of UTF-8.
_CHARACTER: Final = 4
_CONTAINER: Final = 3


def check_size(table: ProtectedTable, encrypted: Mapping[str, Any], plain: Mapping[str, Any]) -> None:
    """Refuse an encrypted item that DynamoDB would not store.

    :param plain: what was encrypted, for the message
    :raises ItemTooLargeError: naming the item and both sizes
    """
    if _is_small(encrypted):
        return
    size = item_size(encrypted)
    if size > MOST_BYTES:
        before = item_size(plain)
        message = (
            f"The encrypted item has {size:,} bytes and DynamoDB stores at most {MOST_BYTES:,} (400 KB): without "
            f"encryption it has {before:,}. Make it smaller, compress large attributes before encryption, or store "
            "them elsewhere. Nothing was sent"
        )
        error = ItemTooLargeError(message)
        table.name_item(error, plain)
        raise error


def _is_small(item: Mapping[str, Any]) -> bool:
    """Whether a bound that is quickly made says that the item fits: most values of an encrypted item are binary."""
    bound = 0
    for name, value in item.items():
        bound += _CHARACTER * len(name)
        content = next(iter(value.values()), None) if is_dict(value) else None
        if type(content) is bytes:
            bound += len(content)
        elif type(content) is str:
            bound += _CHARACTER * len(content)
        else:
            bound += _value_size(value)
    return bound <= MOST_BYTES


def item_size(item: Mapping[str, Any]) -> int:
    """Give the size of an item in DynamoDB JSON; of numbers, about, as DynamoDB documents them."""
    return sum(len(_utf8(name)) + _value_size(value) for name, value in item.items())


def _value_size(value: Any) -> int:
    if not is_mapping(value) or len(value) != 1:
        return 0  # botocore refuses it
    ((kind, content),) = value.items()
    match kind:
        case "S" | "B":
            return len(_utf8(content))
        case "N":
            return _number_size(content)
        case "SS" | "BS":
            return sum(len(_utf8(member)) for member in content)
        case "NS":
            return sum(map(_number_size, content))
        case "L":
            return _CONTAINER + sum(1 + _value_size(member) for member in content)
        case "M":
            return _CONTAINER + sum(1 + len(_utf8(name)) + _value_size(member) for name, member in content.items())
        case _:
            return 1


def _utf8(content: Any) -> bytes | bytearray:
    if isinstance(content, str):
        return content.encode()
    # what only botocore can read, a file say, it reads later: DynamoDB is to judge it
    return content if isinstance(content, (bytes, bytearray)) else b""


def _number_size(text: str) -> int:
    """One byte, and one for each two significant digits, and one for the sign."""
    mantissa = text.upper().partition("E")[0].lstrip("+-").replace(".", "").lstrip("0").rstrip("0")
    return 1 + (len(mantissa) + 1) // 2 + text.startswith("-")
