# SPDX-License-Identifier: Apache-2.0
"""Writes the members of every operation in the installed botocore's model of DynamoDB beside this file.

    python -m tests.architecture.models.make

``tests/architecture/test_operations.py`` holds the table of operations against each of these files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore
import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape

FOLDER = Path(__file__).resolve().parent
#: Their parts are pinned too.
ITEM_OPERATIONS = (
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
)
#: An attribute's value, and what only says how much was used.
_OPAQUE = {"AttributeValue", "Capacity", "ConsumedCapacity", "ItemCollectionMetrics", "Condition"}
_OPAQUE |= {"ExpectedAttributeValue", "AttributeValueUpdate"}


def snapshot(model: Any) -> dict[str, Any]:
    """Members of each operation's input and output, of the parts of those that carry items, and of their errors."""
    operations: dict[str, Any] = {}
    parts: dict[str, list[str]] = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        operations[name] = {"input": _members(operation.input_shape), "output": _members(operation.output_shape)}
        if name in ITEM_OPERATIONS:
            for shape in (operation.input_shape, operation.output_shape):
                for member in shape.members.values():
                    _collect(member, parts)
            operations[name]["errors"] = sorted(
                {member for error in operation.error_shapes for member in error.members} - {"message", "Message"}
            )
    return {"operations": operations, "parts": dict(sorted(parts.items()))}


def _members(shape: StructureShape | None) -> list[str]:
    return [] if shape is None else sorted(shape.members)


def _collect(shape: Shape, parts: dict[str, list[str]]) -> None:
    if isinstance(shape, ListShape):
        _collect(shape.member, parts)
    elif isinstance(shape, MapShape):
        _collect(shape.value, parts)
    elif isinstance(shape, StructureShape) and shape.name not in _OPAQUE and shape.name not in parts:
        parts[shape.name] = sorted(shape.members)
        for member in shape.members.values():
            _collect(member, parts)


def installed() -> dict[str, Any]:
    """The snapshot of the installed botocore."""
    return snapshot(botocore.session.get_session().get_service_model("dynamodb"))


def main() -> None:
    path = FOLDER / f"botocore-{botocore.__version__}.json"
    path.write_text(json.dumps(installed(), indent=1) + "\n")


if __name__ == "__main__":
    main()
