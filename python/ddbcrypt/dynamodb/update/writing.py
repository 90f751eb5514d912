# SPDX-License-Identifier: Apache-2.0
"""The UpdateItem that carries an update of protected attributes out.

It sets what changed under the signature, what the expression changes besides, and the reserved attributes; it never
touches an unprotected attribute that the expression does not name, so what others make of those meanwhile stays. Its
condition is that the reserved attributes, and the unprotected ones that the expressions read or write, are as read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.update.plan import UpdatePlan
from ddbcrypt.exceptions import UnsupportedOperationError

#: DynamoDB's limit for the text of an expression.
_EXPRESSION_BYTES: Final = 4096
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class _Placeholders:
    """The shortest placeholders there are, since the text of an expression is limited and its values hardly are."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self._by_name: dict[str, str] = {}

    def name(self, attribute: str) -> str:
        placeholder = self._by_name.get(attribute)
        if placeholder is None:
            placeholder = self._by_name[attribute] = "#" + _base36(len(self.names))
            self.names[placeholder] = attribute
        return placeholder

    def value(self, value: Any) -> str:
        placeholder = ":" + _base36(len(self.values))
        self.values[placeholder] = value
        return placeholder


def make_write(
    plan: UpdatePlan,
    stored: Mapping[str, Any] | None,
    encrypted: Mapping[str, Any],
    changed: Iterable[str],
) -> dict[str, Any]:
    """Make the request.

    :param stored: the item as it was read, None where there was none
    :param encrypted: the item as it is to be, encrypted and signed
    :param changed: the attributes that the expression changes
    :raises UnsupportedOperationError: when more attributes change than one expression can name, or the item has beacons
    """
    table = plan.table
    mentioned = set(changed)
    refuse_foreign_attributes(stored or {}, table.is_reserved, table.reserved_names)

    def is_written(name: str) -> bool:
        return name in mentioned or table.is_reserved(name) or table.is_protected(name)

    request: dict[str, Any] = {
        "TableName": plan.request["TableName"],
        "Key": dict(plan.key),
        **make_expressions(plan.key_names, stored, encrypted, is_written, _held(plan, stored or {})),
    }
    for parameter in ("ReturnConsumedCapacity", "ReturnItemCollectionMetrics"):
        if parameter in plan.request:
            request[parameter] = plan.request[parameter]
    # Of an old or new image the unprotected attributes are taken, which others may change at any time.
    if plan.request.get("ReturnValues") in ("ALL_OLD", "ALL_NEW"):
        request["ReturnValues"] = plan.request["ReturnValues"]
    return request


def refuse_foreign_attributes(
    stored: Mapping[str, Any], is_reserved: Callable[[str], bool], written: Iterable[str]
) -> None:
    """Refuse an item with reserved attributes that ddbcrypt does not write, which are beacons of AWS's clients.

    They would be removed, or no longer fit the values that they were made from; either way searches by them would miss
    the item.

    :param stored: the item as it was read
    :param is_reserved: whether a name is reserved
    :param written: the reserved attributes that are written anew
    :raises UnsupportedOperationError: there is one
    """
    known = set(written)
    for name in sorted(stored):
        if name not in known and is_reserved(name):
            message = (
                f'attribute "{name}" is a beacon of another client: ddbcrypt makes no beacons, and to write the item '
                "without it would hide it from searches; write such items with the client that makes their beacons"
            )
            error = UnsupportedOperationError(message)
            error.attribute = name
            raise error


def make_expressions(
    key_names: tuple[str, ...],
    stored: Mapping[str, Any] | None,
    encrypted: Mapping[str, Any],
    is_written: Callable[[str], bool],
    held: Iterable[str],
) -> dict[str, Any]:
    """Make the parameters that write an encrypted item in the place of the stored one.

    :param stored: the item as it was read, None where there was none
    :param encrypted: the item as it is to be, encrypted and signed
    :param is_written: whether an attribute is written at all, where it differs
    :param held: the attributes that have to be as they were read
    :raises UnsupportedOperationError: when more attributes change than one expression can name
    """
    places = _Placeholders()
    before = stored or {}
    sets: list[str] = []
    removes: list[str] = []
    for name in sorted({*before, *encrypted} - set(key_names)):
        if not is_written(name):
            continue
        if name not in encrypted:
            removes.append(places.name(name))
        elif before.get(name) != encrypted[name]:
            sets.append(f"{places.name(name)}={places.value(encrypted[name])}")
    expression = " ".join(
        f"{keyword} {','.join(parts)}" for keyword, parts in (("SET", sets), ("REMOVE", removes)) if parts
    )
    condition = _condition(key_names, stored, held, places)
    for parameter, text in (("UpdateExpression", expression), ("ConditionExpression", condition)):
        if len(text) > _EXPRESSION_BYTES:
            message = (
                f"The update changes {len(sets) + len(removes)} attributes of the stored item, as all encrypted ones "
                f"are encrypted anew: its {parameter} would have {len(text)} bytes, and DynamoDB's limit is "
                f"{_EXPRESSION_BYTES}. Put the item whole (put_item), or keep fewer top-level attributes. Nothing was "
                "written."
            )
            raise UnsupportedOperationError(message)
    parameters: dict[str, Any] = {"ConditionExpression": condition, "ExpressionAttributeNames": places.names}
    if expression:
        parameters["UpdateExpression"] = expression
    if places.values:
        parameters["ExpressionAttributeValues"] = places.values
    return parameters


def _held(plan: UpdatePlan, stored: Mapping[str, Any]) -> tuple[str, ...]:
    # What the signature does not stand for, in an item of another format that a policy lets be read.
    unsigned = sorted(plan.table.unsigned_in(stored) - set(plan.key_names))
    return (*sorted(plan.table.reserved_names), *unsigned, *plan.touched_unprotected)


def _condition(
    key_names: tuple[str, ...], stored: Mapping[str, Any] | None, held: Iterable[str], places: _Placeholders
) -> str:
    if stored is None:
        return f"attribute_not_exists({places.name(key_names[0])})"
    parts: list[str] = []
    for name in held:
        if name in stored:
            parts.append(f"{places.name(name)}={places.value(stored[name])}")
        else:
            parts.append(f"attribute_not_exists({places.name(name)})")
    return " AND ".join(parts)


def _base36(number: int) -> str:
    text = ""
    while True:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
        if number == 0:
            return text
