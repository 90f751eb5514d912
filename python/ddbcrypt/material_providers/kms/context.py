# SPDX-License-Identifier: Apache-2.0
"""The KMS encryption context of an item: what AWS KMS binds the item's data key to."""

from __future__ import annotations

import base64
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import AwsKmsMaterialsProviderError
from ddbcrypt.internal.guards import is_mapping
from ddbcrypt.internal.identifiers import CONTENT_ALGORITHM, DIALECT_PYTHON, ITEM_SIGNATURE_ALGORITHM
from ddbcrypt.internal.items import binary_value
from ddbcrypt.structures import EncryptionContext

_TABLE_NAME: Final = "*aws-kms-table*"
#: A zero byte, the type's tag and four bytes of length stand before the digits of a canonical number.
_NUMBER_HEADER: Final = 6


def kms_encryption_context(
    context: EncryptionContext, content_algorithm: str, signing_algorithm: str
) -> dict[str, str]:
    """Name the algorithms, the primary key and the table of an item, as both legacy clients do.

    A part of the primary key that the item does not hold is left out, as are names that the context does not give.

    :raises AwsKmsMaterialsProviderError: a key attribute that is neither text, number nor binary
    :raises InvalidNumberError: a number that DynamoDB cannot store
    """
    result = {f"*{CONTENT_ALGORITHM}*": content_algorithm, f"*{ITEM_SIGNATURE_ALGORITHM}*": signing_algorithm}
    for name in (context.partition_key_name, context.sort_key_name):
        if name is not None and name in context.attributes:
            result[name] = _text(name, context.attributes[name])
    if context.table_name is not None:
        result[_TABLE_NAME] = context.table_name
    return result


def _text(name: str, attribute: Any) -> str:
    if is_mapping(attribute) and len(attribute) == 1:
        ((kind, value),) = attribute.items()
        if kind == "S" and isinstance(value, str):
            return value
        if kind == "N":
            return _number(value)
        data = binary_value(attribute, True)
        if data is not None:
            return base64.b64encode(data).decode("ascii")
    error = AwsKmsMaterialsProviderError(
        f"key attribute {name!r} cannot be in the KMS encryption context: it has to be text, a number or binary"
    )
    error.attribute = name
    raise error


def _number(text: Any) -> str:
    """Write a number as DynamoDB gives it back: what is ``5.0`` on its way there is ``5`` when the item is read."""
    # Dialects part at the order of members, and a number has none.
    return _engine.serialize_attribute({"N": text}, DIALECT_PYTHON)[_NUMBER_HEADER:].decode("ascii")
