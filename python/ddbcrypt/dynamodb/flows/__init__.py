# SPDX-License-Identifier: Apache-2.0
"""One flow for each operation that carries items, and where each call begins.

Reading order: ``items`` (one item), ``reads`` (query and scan), ``batches``, ``transactions``, ``updates``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from ddbcrypt.dynamodb.effects import Flow
from ddbcrypt.dynamodb.flows.batches import batch_get_item, batch_write_item
from ddbcrypt.dynamodb.flows.items import delete_item, get_item, put_item
from ddbcrypt.dynamodb.flows.others import other_operation
from ddbcrypt.dynamodb.flows.reads import read
from ddbcrypt.dynamodb.flows.transactions import transact_get_items, transact_write_items
from ddbcrypt.dynamodb.flows.updates import update_item
from ddbcrypt.dynamodb.scene import Scene
from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.operations import check_request, find

FlowFunction: TypeAlias = Callable[[Scene, dict[str, Any]], Flow]

#: By botocore's name of the operation. Each takes the request in a dict of our own, its members the caller's.
FLOWS: Final[Mapping[str, FlowFunction]] = {
    "BatchGetItem": batch_get_item,
    "BatchWriteItem": batch_write_item,
    "DeleteItem": delete_item,
    "GetItem": get_item,
    "PutItem": put_item,
    "Query": read,
    "Scan": read,
    "TransactGetItems": transact_get_items,
    "TransactWriteItems": transact_write_items,
    "UpdateItem": update_item,
}


def begin(scene: Scene, operation_name: str, params: Mapping[str, Any], context: Mapping[str, Any]) -> Flow | None:
    """Begin a call: its flow, or None where it passes as it is.

    :raises UnsupportedOperationError: for an operation, a parameter or a kind of request that is refused
    """
    try:
        operation = find(operation_name)
        if context.get("is_presign_request"):
            message = (
                f"ddbcrypt does not presign {operation.method}: whoever uses the URL sends and gets items that are not "
                "encrypted and verified. Call the operation instead. Nothing was sent."
            )
            raise UnsupportedOperationError(message)
        check_request(operation, params)
        function = FLOWS.get(operation_name)
        if function is not None:
            return function(scene, dict(params))
        return other_operation(scene, operation, params)
    except UnsupportedOperationError:
        scene.metrics.count("refusals")
        raise
