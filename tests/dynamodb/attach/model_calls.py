# SPDX-License-Identifier: Apache-2.0
"""Calls of every operation of botocore's DynamoDB model, with arguments made from its shapes.

Whatever can hold an attribute's value holds a secret one, of a protected attribute: each operation is called with what
it requires, and once more with each optional member added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

TABLE = "people"
ARN = f"arn:aws:dynamodb:eu-west-1:123456789012:table/{TABLE}"
#: Both are searched for in all that is sent.
SECRET = "Protected-Plaintext-9431"
SECRET_NUMBER = Decimal("31415926535897932384.626433")

#: Texts of expressions, by the name of their shape: each meets a protected attribute.
_EXPRESSIONS: Mapping[str, tuple[str, ...]] = {
    "ConditionExpression": (
        "#n = :v",
        "name = :v",
        "contains(name, :v) OR NOT (age BETWEEN :number AND :number)",
        "attribute_exists(id) AND begins_with(#n, :v)",
        "size(name) > :number AND name IN (:v, :v)",
    ),
    "KeyExpression": ("id = :id", "id = :id AND begins_with(name, :v)", "#n = :v"),
    "ProjectionExpression": ("id, #n", "name"),
    "UpdateExpression": (
        "SET name = :v",
        "SET #n = if_not_exists(#n, :v), views = :free",
        "SET age = age + :number REMOVE name",
        "ADD age :number",
        "DELETE tags :tags",
        "SET address.street = :v",
    ),
}
_NAMES = {"TableArn", "TableName", "GlobalTableName", "SourceTableName", "TargetTableName", "SourceTableArn"}
_STATEMENTS = {"PartiQLStatement"}
_AMOUNT = 2


class Arguments:
    """Makes arguments.

    :param of_value: from a Python value to what stands for it in arguments: DynamoDB JSON or the value itself
    """

    def __init__(self, of_value: Callable[[Any], Any]) -> None:
        self._of_value = of_value

    def of(self, shape: StructureShape) -> Iterator[dict[str, Any]]:
        """Arguments of an operation: what is required, then each optional member in all its variants beside it."""
        required = {name: next(self._variants(shape.members[name], name)) for name in shape.required_members}
        yield required
        for name, member in shape.members.items():
            for value in self._variants(member, name):
                yield self._complete({**required, name: value}, shape)

    def _complete(self, arguments: dict[str, Any], shape: StructureShape) -> dict[str, Any]:
        """Add the names and values that an expression among the arguments needs."""
        texts = " ".join(value for value in arguments.values() if isinstance(value, str))
        if "ExpressionAttributeNames" in shape.members and "#n" in texts:
            arguments = {**arguments, "ExpressionAttributeNames": {"#n": "name"}}
        used = {name: value for name, value in self._values().items() if name in texts}
        if "ExpressionAttributeValues" in shape.members and used:
            arguments = {**arguments, "ExpressionAttributeValues": used}
        return arguments

    def _values(self) -> dict[str, Any]:
        values = {":v": SECRET, ":number": SECRET_NUMBER, ":id": "1", ":tags": {SECRET}, ":free": 1}
        return {name: self._of_value(value) for name, value in values.items()}

    def item(self) -> dict[str, Any]:
        """An item with secrets in its protected attributes, at every depth."""
        item = {
            "id": "1",
            "name": SECRET,
            "age": SECRET_NUMBER,
            "tags": {SECRET},
            "address": {"street": SECRET, "rooms": [SECRET, {"binary": SECRET.encode()}]},
            "views": 1,
        }
        return {name: self._of_value(value) for name, value in item.items()}

    def _variants(self, shape: Shape, member: str) -> Iterator[Any]:
        if shape.name in _EXPRESSIONS:
            yield from _EXPRESSIONS[shape.name]
        elif shape.name == "AttributeValue":
            yield self._of_value(SECRET)
        elif shape.name == "Key" or member == "ExclusiveStartKey":
            yield {"id": self._of_value("1")}
            yield {"id": self._of_value("1"), "name": self._of_value(SECRET)}
        elif shape.name in ("PutItemInputAttributeMap", "AttributeMap"):
            yield self.item()
        elif isinstance(shape, StructureShape):
            yield from self._structures(shape)
        elif isinstance(shape, ListShape):
            for value in self._variants(shape.member, member):
                yield [value]
        elif isinstance(shape, MapShape):
            yield from self._maps(shape, member)
        else:
            yield self._scalar(shape, member)

    def _structures(self, shape: StructureShape) -> Iterator[dict[str, Any]]:
        required = {name: next(self._variants(shape.members[name], name)) for name in shape.required_members}
        if required:
            yield self._complete(required, shape)
        for name, member in shape.members.items():
            for value in self._variants(member, name):
                yield self._complete({**required, name: value}, shape)

    def _maps(self, shape: MapShape, member: str) -> Iterator[dict[str, Any]]:
        if member == "ExpressionAttributeNames":
            yield {"#n": "name"}
            return
        if member == "ExpressionAttributeValues":
            yield {":v": self._of_value(SECRET)}
            return
        key = TABLE if member == "RequestItems" else "name"
        for value in self._variants(shape.value, member):
            yield {key: value}

    def _scalar(self, shape: Shape, member: str) -> Any:
        if shape.name in _STATEMENTS or member == "Statement":
            return f"INSERT INTO \"{TABLE}\" VALUE {{'id': '1', 'name': '{SECRET}'}}"
        if shape.type_name == "string":
            return self._string(shape, member)
        if shape.type_name in ("integer", "long"):
            return max(_AMOUNT, shape.metadata.get("min", 0))
        if shape.type_name in ("double", "float"):
            return 0.5
        if shape.type_name == "boolean":
            return True
        if shape.type_name == "timestamp":
            return datetime(2026, 1, 1, tzinfo=UTC)
        if shape.type_name == "blob":
            return b"blob"
        message = f"no argument is known for the type {shape.type_name} of {member}"
        raise AssertionError(message)

    def _string(self, shape: Shape, member: str) -> str:
        if member == "AttributeName":
            return "id"
        if isinstance(shape, StringShape) and shape.enum:
            return str(shape.enum[0])
        if member in _NAMES or shape.name in ("TableName", "TableArn"):
            return TABLE
        if member.endswith("Arn"):
            return ARN
        return "x" * max(3, shape.metadata.get("min", 0))
