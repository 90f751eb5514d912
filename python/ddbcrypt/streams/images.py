# SPDX-License-Identifier: Apache-2.0
"""Old and new images, and the item that they have to be of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.keys import canonical_key
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.exceptions import SignatureVerificationError

IMAGES: Final = ("NewImage", "OldImage")


def check_keys(table: ProtectedTable, keys: Mapping[str, Any], image: Mapping[str, Any]) -> None:
    """Refuse an image that is of another item than the record's ``Keys`` name.

    :param keys: the record's, with ``bytes`` for binary values; empty where the record has none
    :raises SignatureVerificationError: when a key differs
    """
    if not keys:
        return
    named = canonical_key(keys, keys)
    if named is None or canonical_key(image, keys) != named:
        error = SignatureVerificationError("an image of the stream record is of another item than its Keys name")
        table.name_item(error, image)
        raise error
