# SPDX-License-Identifier: Apache-2.0
"""Taking the projection out of a request, to carry it out on the item in the process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.expressions.parse import (
    parse_condition,
    parse_key_condition,
    parse_projection,
    parse_update,
)
from ddbcrypt.expressions.tree import Projection

__all__ = ("without_projection",)

_READERS: Final = {
    "ConditionExpression": parse_condition,
    "FilterExpression": parse_condition,
    "KeyConditionExpression": parse_key_condition,
    "UpdateExpression": parse_update,
}


def without_projection(request: Mapping[str, Any]) -> tuple[dict[str, Any], Projection | None]:
    """Give a request that asks for whole items, and the projection that it asked for.

    The names that only the projection used go with it, since DynamoDB refuses names that nothing uses, and so does
    ``Select="SPECIFIC_ATTRIBUTES"``, which needs a projection. Thread-safe; no network calls.

    :param request: parameters of GetItem, Query or Scan, or one table's of BatchGetItem, in wire types; not changed
    :return: a new dict, and the projection or None where the request has none
    :raises ExpressionError: for expressions that DynamoDB refuses
    """
    reduced = dict(request)
    text = reduced.pop("ProjectionExpression", None)
    if text is None:
        return reduced, None
    names = reduced.get("ExpressionAttributeNames")
    values = reduced.get("ExpressionAttributeValues")
    projection = parse_projection(text, names)
    if projection.used_names and names is not None:
        needed: set[str] = set()
        for parameter, read in _READERS.items():
            if parameter in reduced:
                needed |= read(reduced[parameter], names, values, parameter=parameter).used_names
        # names that nothing used stay: DynamoDB is to refuse them
        left = {alias: name for alias, name in names.items() if alias in needed or alias not in projection.used_names}
        if left:
            reduced["ExpressionAttributeNames"] = left
        else:
            del reduced["ExpressionAttributeNames"]
    if reduced.get("Select") == "SPECIFIC_ATTRIBUTES":
        del reduced["Select"]
    return reduced, projection
