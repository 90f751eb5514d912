# SPDX-License-Identifier: Apache-2.0
"""The ways to an encrypted table, behind one face: items are Python values on this side of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.dynamodb.items import ACTIONS, DEFAULT_ACTION, PARTITION_KEY, Item, from_wire, to_wire
from tests.dynamodb.library import DDBCRYPT, Keys, Library
from tests.support.connect import connect_client, connect_resource

KINDS = ("table", "dict-client", "wire-client")
CLIENT_KINDS = KINDS[1:]


@dataclass(frozen=True)
class Front:
    """One wrapper over one table.

    :ivar wrapper: the library's ``EncryptedTable`` or ``EncryptedClient``
    :ivar common: parameters that every call needs (``TableName`` on clients)
    :ivar outgoing: from an item or key of Python values to what the wrapper takes
    :ivar incoming: the way back
    """

    kind: str
    table_name: str
    wrapper: Any
    common: dict[str, Any]
    outgoing: Callable[[Item], Item]
    incoming: Callable[[Item], Item]

    def call(self, operation: str, **parameters: Any) -> Any:
        """The wrapper's method ``operation``."""
        return getattr(self.wrapper, operation)(**self.common, **parameters)

    def put(self, item: Item, **parameters: Any) -> Any:
        """PutItem; the response with ``Attributes``, if there are any, as Python values."""
        response = self.call("put_item", Item=self.outgoing(item), **parameters)
        if "Attributes" in response:
            response["Attributes"] = self.incoming(response["Attributes"])
        return response

    def get(self, key: Item, **parameters: Any) -> Item | None:
        """GetItem; the item, or None where there is none."""
        response = self.call("get_item", Key=self.outgoing(key), **parameters)
        return self.incoming(response["Item"]) if "Item" in response else None

    def query(self, partition: str, **parameters: Any) -> Any:
        """Query of one partition; the response with Python values."""
        return self._many("query", **self.key_condition(partition), **parameters)

    def scan(self, **parameters: Any) -> Any:
        """Scan; the response with Python values."""
        return self._many("scan", **parameters)

    def pages(self, operation: str, **parameters: Any) -> list[list[Item]]:
        """All pages of the client's paginator, or of a loop over ``LastEvaluatedKey`` where the wrapper is a table."""
        if self.kind == "table":
            return self._follow(operation, **parameters)
        pages = self.wrapper.get_paginator(operation).paginate(**self.common, **parameters)
        return [[self.incoming(item) for item in page["Items"]] for page in pages]

    def _follow(self, operation: str, **parameters: Any) -> list[list[Item]]:
        config = parameters.pop("PaginationConfig", {})
        if "PageSize" in config:
            parameters["Limit"] = config["PageSize"]
        pages = []
        while True:
            response = self._many(operation, **parameters)
            pages.append(response["Items"])
            if "LastEvaluatedKey" not in response:
                return pages
            parameters["ExclusiveStartKey"] = response["LastEvaluatedKey"]

    def _many(self, operation: str, **parameters: Any) -> Any:
        response = self.call(operation, **parameters)
        if "Items" in response:
            response["Items"] = [self.incoming(item) for item in response["Items"]]
        return response

    def key_condition(self, partition: str) -> dict[str, Any]:
        """Query parameters that choose one partition."""
        return {
            "KeyConditionExpression": "#partition = :partition",
            "ExpressionAttributeNames": {"#partition": PARTITION_KEY},
            "ExpressionAttributeValues": self.outgoing({":partition": partition}),
        }

    def put_requests(self, items: list[Item]) -> list[Any]:
        """The items as requests of BatchWriteItem."""
        return [{"PutRequest": {"Item": self.outgoing(item)}} for item in items]

    def batch_write(self, requests: list[Any]) -> Any:
        """BatchWriteItem on this table."""
        return self.wrapper.batch_write_item(RequestItems={self.table_name: requests})

    def batch_get(self, keys: list[Item], **table_parameters: Any) -> Any:
        """BatchGetItem on this table, as the wrapper answers."""
        request = {"Keys": [self.outgoing(key) for key in keys], **table_parameters}
        return self.wrapper.batch_get_item(RequestItems={self.table_name: request})

    def got(self, response: Any) -> list[Item]:
        """The items of a response of :meth:`batch_get`, as Python values."""
        return [self.incoming(item) for item in response["Responses"].get(self.table_name, [])]


def _unchanged(item: Item) -> Item:
    return item


def make_front(
    kind: str,
    endpoint_url: str,
    table_name: str,
    keys: Keys,
    *,
    library: Library = DDBCRYPT,
    actions: Any = None,
    attempts: int = 1,
) -> Front:
    """One of :data:`KINDS` over the table at ``endpoint_url``."""
    provider = library.provider(keys)
    if actions is None:
        actions = library.actions(DEFAULT_ACTION, ACTIONS)
    if kind == "wire-client":
        client = connect_client(endpoint_url, attempts=attempts)
        wrapper = library.encrypted_client(client, provider, attribute_actions=actions)
        return Front(kind, table_name, wrapper, {"TableName": table_name}, to_wire, from_wire)
    table = connect_resource(endpoint_url, attempts=attempts).Table(table_name)
    if kind == "table":
        wrapper = library.encrypted_table(table, provider, attribute_actions=actions)
        return Front(kind, table_name, wrapper, {}, _unchanged, _unchanged)
    wrapper = library.encrypted_client(
        table.meta.client, provider, attribute_actions=actions, expect_standard_dictionaries=True
    )
    return Front(kind, table_name, wrapper, {"TableName": table_name}, _unchanged, _unchanged)
