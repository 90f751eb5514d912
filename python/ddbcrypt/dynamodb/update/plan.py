# SPDX-License-Identifier: Apache-2.0
"""What an ``update_item`` request asks for, checked before anything is sent, and what comes of it on an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ddbcrypt.dynamodb.checks import check_key, mapping, required
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.dynamodb.update.unprotected import check_reserved
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.expressions import (
    Applied,
    Condition,
    Update,
    apply,
    check_condition,
    check_placeholders,
    check_words,
    evaluate,
    parse_condition,
    parse_update,
    split_update,
)

_PLACEHOLDERS: Final = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_CHOICES: Final = {
    "ReturnValues": ("NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"),
    "ReturnValuesOnConditionCheckFailure": ("NONE", "ALL_OLD"),
    "ReturnConsumedCapacity": ("NONE", "TOTAL", "INDEXES"),
    "ReturnItemCollectionMetrics": ("NONE", "SIZE"),
}


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """A request's parts.

    :ivar key: the primary key, in DynamoDB JSON
    :ivar update: the UpdateExpression, None where there is none
    :ivar condition: the ConditionExpression, None where there is none
    """

    table: ProtectedTable
    request: Mapping[str, Any]
    key: Mapping[str, Any]
    update: Update | None
    condition: Condition | None

    @classmethod
    def of(cls, table: ProtectedTable, request: Mapping[str, Any]) -> UpdatePlan:
        """Take a request apart.

        :raises InvalidArgumentError: for a malformed expression or parameter
        :raises UnsupportedOperationError: for a reserved attribute in an expression
        """
        key = check_key(table, required(request, "Key", "update_item"), "Key")
        # Copies: what is checked is what is sent, whatever another thread does to the caller's.
        copies = {name: dict(mapping(request[name], name)) for name in _PLACEHOLDERS if request.get(name) is not None}
        request = {**request, **copies, "Key": key}
        for parameter, allowed in _CHOICES.items():
            if request.get(parameter, "NONE") not in allowed:
                message = f"{parameter} is one of {', '.join(allowed)}"
                raise InvalidArgumentError(message)
        names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
        update = condition = None
        if "UpdateExpression" in request:
            update = parse_update(request["UpdateExpression"], names, values)
            check_reserved(table, update.attributes, "UpdateExpression")
        if "ConditionExpression" in request:
            condition = parse_condition(request["ConditionExpression"], names, values)
            check_reserved(table, condition.attributes, "ConditionExpression")
        check_placeholders(names, values, *(part for part in (update, condition) if part is not None))
        return cls(table, request, key, update, condition)

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the primary key, of the table or else as the request has them."""
        return self.table.key_names or tuple(self.key)

    @property
    def left_to_dynamodb(self) -> bool:
        """Whether DynamoDB can carry the update out: nothing that it reads or writes is protected.

        Its condition may do what those of other writes may. Without an UpdateExpression an update makes an item where
        there is none, and that one has to be signed.
        """
        if self.update is None or split_update(self.update, self.table.is_protected):
            return False
        if self.condition is None:
            return True
        try:
            check_condition(self.condition, self.table.is_encrypted, self.table.is_reserved, "ConditionExpression")
        except UnsupportedOperationError:
            return False
        return True

    @property
    def only_removes(self) -> bool:
        """Whether all that it does is to remove: where there is no item, DynamoDB makes none for that."""
        return self.update is not None and self.update.only_removes

    def check_words(self) -> None:
        """Refuse what DynamoDB does not get to see, and would refuse.

        :raises ExpressionError: for a reserved word of DynamoDB without a placeholder
        """
        for part in (self.update, self.condition):
            if part is not None:
                check_words(part)

    @property
    def touched_unprotected(self) -> tuple[str, ...]:
        """The unprotected attributes that the expressions read or write, in order."""
        touched: set[str] = set()
        for part in (self.update, self.condition):
            if part is not None:
                touched |= part.attributes
        return tuple(sorted(name for name in touched if not self.table.is_protected(name)))

    def holds(self, item: Mapping[str, Any] | None) -> bool:
        """Whether the condition holds of a verified item, or of none."""
        return self.condition is None or evaluate(self.condition, item or {})

    def carry_out(self, item: Mapping[str, Any] | None) -> Applied | None:
        """Give what the update makes of a verified item, or of none; None where there is no UpdateExpression.

        :raises ExpressionError: where DynamoDB would refuse it
        """
        if self.update is None:
            return None
        return apply(self.update, item, self.key_names)
