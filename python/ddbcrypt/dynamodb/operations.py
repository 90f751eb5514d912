# SPDX-License-Identifier: Apache-2.0
"""One table of what is done to each operation: its parameters and response members, what passes, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from ddbcrypt.dynamodb import parameters
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError


@dataclass(frozen=True, slots=True)
class Operation:
    """An item operation: the parameters that it takes and the response members that come back.

    ``expressions`` are in the order in which boto3 numbers the placeholders of its condition objects.
    """

    name: str
    method: str
    parameters: frozenset[str]
    required: frozenset[str]
    response: frozenset[str]
    expressions: tuple[str, ...] = ()


def _operation(
    method: str, name: str, request: type[Any], response: tuple[str, ...], expressions: tuple[str, ...] = ()
) -> Operation:
    required: frozenset[str] = request.__required_keys__
    optional: frozenset[str] = request.__optional_keys__
    members = frozenset(("ConsumedCapacity", "ResponseMetadata", *response))
    return Operation(name, method, required | optional, required, members, expressions)


_READ = ("Items", "Count", "ScannedCount", "LastEvaluatedKey")
_WRITE = ("Attributes", "ItemCollectionMetrics")

TABLE_GET: Final = _operation("get_item", "GetItem", parameters.TableGetItem, ("Item",))
TABLE_PUT: Final = _operation("put_item", "PutItem", parameters.TablePutItem, _WRITE, ("ConditionExpression",))
TABLE_QUERY: Final = _operation(
    "query", "Query", parameters.TableQuery, _READ, ("FilterExpression", "KeyConditionExpression")
)
TABLE_SCAN: Final = _operation("scan", "Scan", parameters.TableScan, _READ, ("FilterExpression",))
CLIENT_GET: Final = _operation("get_item", "GetItem", parameters.ClientGetItem, ("Item",))
CLIENT_PUT: Final = _operation("put_item", "PutItem", parameters.ClientPutItem, _WRITE, ("ConditionExpression",))
CLIENT_QUERY: Final = _operation(
    "query", "Query", parameters.ClientQuery, _READ, ("FilterExpression", "KeyConditionExpression")
)
CLIENT_SCAN: Final = _operation("scan", "Scan", parameters.ClientScan, _READ, ("FilterExpression",))
BATCH_GET: Final = _operation(
    "batch_get_item", "BatchGetItem", parameters.ClientBatchGetItem, ("Responses", "UnprocessedKeys")
)
BATCH_WRITE: Final = _operation(
    "batch_write_item", "BatchWriteItem", parameters.ClientBatchWriteItem, ("UnprocessedItems", "ItemCollectionMetrics")
)

#: Client methods that neither take nor return items.
PASSED_CLIENT_METHODS: Final = frozenset(
    (
        "close",
        "describe_backup",
        "describe_continuous_backups",
        "describe_contributor_insights",
        "describe_endpoints",
        "describe_export",
        "describe_global_table",
        "describe_global_table_settings",
        "describe_import",
        "describe_kinesis_streaming_destination",
        "describe_limits",
        "describe_table",
        "describe_table_replica_auto_scaling",
        "describe_time_to_live",
        "get_resource_policy",
        "get_waiter",
        "list_backups",
        "list_contributor_insights",
        "list_exports",
        "list_global_tables",
        "list_imports",
        "list_tables",
        "list_tags_of_resource",
    )
)
#: Client attributes that hold no way to call an operation.
PASSED_CLIENT_ATTRIBUTES: Final = frozenset(("exceptions", "meta", "waiter_names"))

#: Attributes of a boto3 Table that describe the table, and methods that read nothing else.
PASSED_TABLE_ATTRIBUTES: Final = frozenset(
    (
        "archival_summary",
        "attribute_definitions",
        "billing_mode_summary",
        "creation_date_time",
        "deletion_protection_enabled",
        "disassociation_protection_enabled",
        "get_available_subresources",
        "global_secondary_indexes",
        "global_table_settings_replication_mode",
        "global_table_version",
        "global_table_witnesses",
        "item_count",
        "key_schema",
        "latest_stream_arn",
        "latest_stream_label",
        "load",
        "local_secondary_indexes",
        "multi_region_consistency",
        "name",
        "on_demand_throughput",
        "provisioned_throughput",
        "reload",
        "replicas",
        "restore_summary",
        "sse_description",
        "stream_specification",
        "table_arn",
        "table_class_summary",
        "table_id",
        "table_name",
        "table_size_bytes",
        "table_status",
        "vector_indexes",
        "wait_until_exists",
        "wait_until_not_exists",
        "warm_throughput",
    )
)

_READ_THEN_PUT: Final = "read the item with get_item, change it and write it with put_item"
_STATEMENT: Final = (
    "a PartiQL statement names attributes and holds values in its text",
    "use put_item, get_item, query and scan",
)
_DELETE: Final = (
    "its condition and its old item are not handled yet",
    "delete by key with batch_write_item (DeleteRequest) or with batch_writer().delete_item of an EncryptedTable",
)

#: Why an operation is refused, and the way round. Others are refused with :data:`_OTHER`.
_REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "batch_execute_statement": _STATEMENT,
    "delete_item": _DELETE,
    "execute_statement": _STATEMENT,
    "execute_transaction": _STATEMENT,
    "export_table_to_point_in_time": (
        "the exported items stay encrypted and are not verified",
        "start the export with the boto3 client and decrypt its items with decrypt_dynamodb_item",
    ),
    "generate_presigned_url": (
        "whoever uses the URL sends and gets items that are not encrypted and verified",
        "call put_item or get_item",
    ),
    "import_table": (
        "DynamoDB would store the items of the import as they are",
        "encrypt the items with encrypt_dynamodb_item before they are put into the import",
    ),
    "start_bulk_put_items": (
        "DynamoDB would store the items as they are",
        "write them with batch_write_item or batch_writer",
    ),
    "search_vectors": ("its items are not verified and decrypted", "use query or scan"),
    "transact_get_items": ("its items are not verified and decrypted yet", "use batch_get_item with ConsistentRead"),
    "transact_write_items": (
        "its items would be stored in plaintext",
        "use put_item with a ConditionExpression, or batch_write_item",
    ),
    "update_item": (
        "its values would be stored in plaintext and the item's signature would no longer fit",
        _READ_THEN_PUT,
    ),
}
_OTHER: Final = (
    "it is not among the operations that are known to be safe",
    "where it carries no item data, call it on the boto3 object that you gave to ddbcrypt",
)


def refuse(method: str) -> NoReturn:
    """Raise the refusal of an operation."""
    why, way_round = _REFUSALS.get(method, _OTHER)
    message = f"ddbcrypt does not support {method}: {why}. Instead, {way_round}. Nothing was sent."
    raise UnsupportedOperationError(message)


def refused_method(method: str) -> Callable[..., NoReturn]:
    """Make a method that raises the refusal when it is called, so that ``hasattr`` and introspection stay harmless."""

    def refused(*_args: Any, **_kwargs: Any) -> NoReturn:
        refuse(method)

    refused.__name__ = refused.__qualname__ = method
    refused.__doc__ = f"Not supported: raises UnsupportedOperationError when it is called ({method})."
    return refused


_LEGACY: Final[Mapping[str, str]] = {
    "ConditionalOperator": "AND and OR in the expression",
    "Expected": "ConditionExpression",
    "KeyConditions": "KeyConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
}
_PROJECTIONS: Final = ("AttributesToGet", "ProjectionExpression")
_READS: Final = frozenset(("get_item", "query", "scan", "batch_get_item"))


def check_parameters(method: str, allowed: frozenset[str], given: Mapping[str, Any]) -> None:
    """Refuse each parameter that is not on the operation's list; a projection as the reference client does.

    :raises InvalidArgumentError: for a projection: a signature covers the whole item
    :raises UnsupportedOperationError: for any other parameter
    """
    for name in given:
        if method in _READS and name in _PROJECTIONS:
            message = (
                f'"{name}" is not supported for {method}: the signature covers the whole item, so all of it has to be '
                "read. Leave the parameter out and take what you need from the item."
            )
            raise InvalidArgumentError(message)
        if name in _LEGACY:
            message = f"{method} refuses the legacy parameter {name}: use {_LEGACY[name]}. Nothing was sent."
            raise UnsupportedOperationError(message)
        if name not in allowed:
            message = (
                f"{method} does not take the parameter {name}: it is not among those that are known to carry no "
                "plaintext. Nothing was sent."
            )
            raise UnsupportedOperationError(message)


def check_call(operation: Operation, given: Mapping[str, Any]) -> None:
    """As :func:`check_parameters`, for an operation's own parameters; what is required has to be there.

    :raises InvalidArgumentError: when a required parameter is missing
    """
    check_parameters(operation.method, operation.parameters, given)
    for name in operation.required:
        if name not in given:
            message = f"{operation.method} needs the parameter {name}"
            raise InvalidArgumentError(message)
