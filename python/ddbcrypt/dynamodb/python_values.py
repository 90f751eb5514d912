# SPDX-License-Identifier: Apache-2.0
"""Python values of a resource's client, made DynamoDB JSON by the engine.

boto3's own conversion names neither item nor attribute when it fails, shows the value, and rounds nothing but refuses
with an arithmetic error. Conditions and responses are left to boto3, and all values to a serializer of the user's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, Final

from boto3.dynamodb.transform import DynamoDBHighLevelResource, TransformationInjector
from boto3.dynamodb.types import TypeSerializer

from ddbcrypt.dynamodb.registry import Registry
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.internal.guards import is_dict, is_list, is_mapping
from ddbcrypt.transform import dict_to_ddb

#: What boto3 registers: the event, and the handler's id.
_COPY: Final = ("provide-client-params.dynamodb", "dynamodb-create-params-copy")
_CONDITIONS: Final = ("before-parameter-build.dynamodb", "dynamodb-condition-expression")
_SERIALIZE: Final = ("before-parameter-build.dynamodb", "dynamodb-attr-value-input")
_VALUE: Final = "AttributeValue"
#: Deeper than DynamoDB's requests go before their values begin.
_LEVELS: Final = 8


class _Target:
    def __init__(self, client: Any) -> None:
        self.meta = SimpleNamespace(client=client)


class _Boto3(DynamoDBHighLevelResource, _Target):
    """Registers boto3's handlers on a client's events; once, as they have ids."""


def has_boto3_serializer(client: Any) -> bool:
    """Whether a client takes Python values as boto3 does: it is a resource's, and the serializer is boto3's own."""
    injector = getattr(_handler(client, _SERIALIZE[1]), "__self__", None)
    return type(injector) is TransformationInjector and type(getattr(injector, "_serializer", None)) is TypeSerializer


def _handler(client: Any, unique_id: str) -> Any:
    """Give the handler that is registered under an id, None where there is none."""
    events = client.meta.events
    by_id: dict[str, dict[str, Any]] = getattr(getattr(events, "_emitter", events), "_unique_id_handlers", {})
    return by_id.get(unique_id, {}).get("handler")  # nothing public tells


class PythonValues:
    """The handlers of one client. Thread-safe, but for what changes the client.

    :param registry: the client's tables, whose known keys name an item that cannot be converted
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._replaced: list[tuple[str, str, Any]] = []

    def register(self, client: Any) -> None:
        """Make a client take and give Python values, converted by the engine."""
        _Boto3(client)
        conditions = _handler(client, _CONDITIONS[1]) or TransformationInjector().inject_condition_expressions
        for (event, unique_id), handler in (
            (_COPY, self._copy),
            (_CONDITIONS, conditions),  # it stands before the next one, which converts a condition's values
            (_SERIALIZE, self._serialize),
        ):
            self._replaced.append((event, unique_id, _handler(client, unique_id)))
            _replace(client, event, unique_id, handler)

    def unregister(self, client: Any) -> None:
        """Put back what was there."""
        for event, unique_id, handler in self._replaced:
            _replace(client, event, unique_id, handler)
        self._replaced.clear()

    def _copy(self, params: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        # boto3 puts conditions into these containers; values are not changed, and need no copies
        return {name: _copied(value, _LEVELS) for name, value in params.items()}

    def _serialize(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.input_shape is not None:
            params.update(self._structure(params, model.input_shape, None))

    def _converted(self, value: Any, shape: Any, table_name: object) -> Any:
        if shape.name == _VALUE:
            return dict_to_ddb({"value": value})["value"]
        kind = shape.type_name
        if kind == "structure" and is_mapping(value):
            return self._structure(value, shape, table_name)
        if kind == "map" and is_mapping(value):
            if shape.value.name == _VALUE:
                return self._item(value, table_name)
            # the maps of batches are by table
            return {name: self._converted(member, shape.value, name) for name, member in value.items()}
        if kind == "list" and is_list(value):
            return [self._converted(member, shape.member, table_name) for member in value]
        return value

    def _structure(self, value: Mapping[str, Any], shape: Any, table_name: object) -> dict[str, Any]:
        table_name = value.get("TableName", table_name)
        members = shape.members
        return {
            name: self._converted(member, members[name], table_name) if name in members else member
            for name, member in value.items()
        }

    def _item(self, item: Mapping[str, Any], table_name: object) -> dict[str, Any]:
        try:
            return dict_to_ddb(item)
        except DynamodbEncryptionSdkError as error:
            # what goes wrong here is not to take the error's place
            with suppress(Exception):
                table = self._registry.known(table_name) if isinstance(table_name, str) else None
                if table is not None and all(name in item for name in table.key_names):
                    table.name_item(error, dict_to_ddb({name: item[name] for name in table.key_names}))
            raise


def _replace(client: Any, event: str, unique_id: str, handler: Any) -> None:
    # First: the user's handlers after boto3's saw DynamoDB JSON, and are to see it still.
    client.meta.events.unregister(event, unique_id=unique_id)
    client.meta.events.register_first(event, handler, unique_id=unique_id)


def _copied(value: Any, levels: int) -> Any:
    if levels and is_dict(value):
        return {name: _copied(member, levels - 1) for name, member in value.items()}
    if levels and is_list(value):
        return [_copied(member, levels - 1) for member in value]
    return value
