# SPDX-License-Identifier: Apache-2.0
"""What the wrapper classes share: a clone of the boto3 client with hooks of its own, and options of single calls.

Internal: the public classes are those of :mod:`ddbcrypt.encrypted`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from boto3.resources.base import ServiceResource
from botocore.client import BaseClient

from ddbcrypt.context_overrides import EncryptionContextOverride
from ddbcrypt.dynamodb.attaching import attach_client, is_attached
from ddbcrypt.dynamodb.clones import bare_clone, clone_client
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.dynamodb.options import own_options
from ddbcrypt.dynamodb.python_values import PythonValues
from ddbcrypt.dynamodb.registry import Registry, TableConfiguration, check_configurations
from ddbcrypt.dynamodb.scene import Scene, Settings, UpdateMode
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.identifiers import Dialect
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.metrics import NO_METRICS, Metrics
from ddbcrypt.structures import AttributeActions, TableInfo

_UPDATE_MODES: Final = ("rewrite", "refuse")
#: The options that say how items of the legacy format are protected.
_ITEM_OPTIONS: Final = ("accept_28_digit_numbers", "encryption_context_override", "dialect")


class WrapperOptions(NamedTuple):
    """The options of all wrappers that the reference client does not have."""

    accept_28_digit_numbers: bool = False
    encryption_context_override: EncryptionContextOverride | None = None
    dialect: Dialect = Dialect.PYTHON
    update_mode: UpdateMode = "rewrite"
    metrics: Metrics | None = None

    def table_config(
        self,
        materials_provider: CryptographicMaterialsProvider,
        attribute_actions: AttributeActions,
        table_info: TableInfo | None = None,
    ) -> LegacyTableConfig:
        """Make the configuration of a table; the actions are copied.

        :raises TypeError: when an argument or an option is of a wrong type
        """
        return LegacyTableConfig(
            materials_provider,
            attribute_actions.copy(),
            table_info,
            dialect=self.dialect,
            accept_28_digit_numbers=self.accept_28_digit_numbers,
            encryption_context_override=self.encryption_context_override,
        )

    def refuse_beside_configuration(self, **given: object) -> None:
        """Refuse options that a table's own configuration has, where one is given in place of a materials provider.

        :param given: further arguments; None where they were not given
        :raises InvalidArgumentError: naming the option
        """
        names = [
            *(name for name, value in given.items() if value is not None),
            *(name for name in _ITEM_OPTIONS if getattr(self, name) is not getattr(_UNSET, name)),
        ]
        if names:
            message = (
                f"{names[0]} cannot be given beside a table's configuration: give it to the LegacyTableConfig of the "
                "table that it is for; a DynamoDbTableEncryptionConfig says all of its table by itself"
            )
            raise InvalidArgumentError(message)


_UNSET: Final = WrapperOptions()


def require_client(name: str, client: object) -> None:
    """Refuse what is not a synchronous boto3 DynamoDB client, or has hooks already.

    :raises TypeError: for what emits no botocore events (a mock, another wrapper), and for a client of another service
    :raises UnsupportedOperationError: for an asyncio client
    :raises InvalidArgumentError: for a client that ``attach`` or another wrapper encrypts for already
    """
    _require_botocore(name, client, BaseClient)
    botocore_client: Any = client
    service = botocore_client.meta.service_model.service_name
    if service != "dynamodb":
        message = f'"{name}" must be a client of dynamodb, not of {service}'
        raise TypeError(message)
    kind: Any = type(client)
    if inspect.iscoroutinefunction(kind._make_api_call):  # noqa: SLF001 - all calls go through it
        message = f'"{name}" is an asyncio client ({type(client).__module__}): give it to ddbcrypt.aio.attach instead'
        raise UnsupportedOperationError(message)
    if is_attached(botocore_client):
        message = (
            f'"{name}" encrypts already: use it as it is, or give the client as it was before attach (or before it was '
            "put into a wrapper)"
        )
        raise InvalidArgumentError(message)


def require_resource(name: str, resource: object, kind: str) -> None:
    """As :func:`require_client`, for a boto3 resource of DynamoDB.

    :param kind: ``Table``, or ``dynamodb`` for the service resource
    :raises TypeError: for anything else
    """
    _require_botocore(name, resource, ServiceResource)
    boto3_resource: Any = resource
    meta = boto3_resource.meta
    if meta.service_name != "dynamodb" or meta.resource_model.name != kind:
        wanted = "Table" if kind == "Table" else "service resource"
        message = f'"{name}" must be a {wanted} of dynamodb, not {type(resource).__name__}'
        raise TypeError(message)
    require_client(f"{name}.meta.client", meta.client)


def _require_botocore(name: str, value: object, kind: type) -> None:
    require_instance(name, value, kind)
    # a mock claims any class; only what really is of the class emits its events
    if not issubclass(type(value), kind):
        message = (
            f'"{name}" must be {kind.__name__}, not {type(value).__name__}: the calls of a mock emit no botocore '
            "events, so nothing would be encrypted"
        )
        raise TypeError(message)


def hooked_client(
    client: Any, registry: Registry, options: WrapperOptions = _UNSET, *, python_values: bool = True
) -> Any:
    """Make a client that encrypts and decrypts, and leave ``client`` as it was. No network call.

    :param python_values: whether it takes and gives Python values, as a resource's client does, or DynamoDB JSON
    :raises InvalidArgumentError: for another ``update_mode``
    :raises TypeError: for ``metrics`` of another type
    """
    update_mode, metrics = options.update_mode, options.metrics
    if update_mode not in _UPDATE_MODES:
        message = f'update_mode is "rewrite" or "refuse", not {update_mode!r}'
        raise InvalidArgumentError(message)
    if metrics is not None:
        require_instance("metrics", metrics, Metrics)
    clone = clone_client(client) if python_values else bare_clone(client)
    if python_values:
        PythonValues(registry).register(clone)
    scene = Scene(registry, Settings(update_mode=update_mode), NO_METRICS if metrics is None else metrics)
    attach_client(clone, scene, of_wrapper=True)
    return clone


def registry_of(
    materials_provider: CryptographicMaterialsProvider | Mapping[str, TableConfiguration],
    attribute_actions: AttributeActions | None,
    options: WrapperOptions,
    *,
    ask: bool,
) -> Registry:
    """Make the tables of a client or resource: all in one way, or each as its configuration says.

    :param ask: whether ``DescribeTable`` may be called
    :raises TypeError: when an argument is of a wrong type
    :raises InvalidArgumentError: for an option that the tables' configurations have, naming it
    """
    if isinstance(materials_provider, Mapping):
        check_configurations("materials_provider", materials_provider)
        options.refuse_beside_configuration(attribute_actions=attribute_actions)
        return Registry(materials_provider, ask=ask)
    actions = AttributeActions() if attribute_actions is None else attribute_actions
    require_instance("attribute_actions", actions, AttributeActions)
    return Registry({}, fallback=options.table_config(materials_provider, actions), ask=ask)


def call(method: Callable[..., dict[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """Call a method of a hooked object with what a wrapper was given, ``crypto_config`` and the like taken out.

    :raises InvalidArgumentError: for a ``crypto_config`` or ``fetch_from_table`` of another type
    """
    if "crypto_config" not in given and "fetch_from_table" not in given:
        return method(**given)
    parameters = dict(given)
    crypto_config, fetch_from_table = take_options(parameters)
    with own_options(crypto_config, fetch_from_table):
        return method(**parameters)


def take_options(parameters: dict[str, Any]) -> tuple[CryptoConfig | None, bool | None]:
    """Take ``crypto_config`` and ``fetch_from_table`` out of a call's parameters.

    :raises InvalidArgumentError: for one of another type
    """
    crypto_config: object = parameters.pop("crypto_config", None)
    fetch_from_table: object = parameters.pop("fetch_from_table", None)
    if crypto_config is not None and not isinstance(crypto_config, CryptoConfig):
        message = f"crypto_config has to be a CryptoConfig, not {type(crypto_config).__name__}"
        raise InvalidArgumentError(message)
    if fetch_from_table is not None and not isinstance(fetch_from_table, bool):
        message = f"fetch_from_table has to be a bool, not {type(fetch_from_table).__name__}"
        raise InvalidArgumentError(message)
    return crypto_config, fetch_from_table
