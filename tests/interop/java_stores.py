# SPDX-License-Identifier: Apache-2.0
"""One table of keys, and the MetaStores of ddbcrypt and of the Java client over it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.material_providers.store.meta import ExtraDataSupplier, MetaStore
from tests.interop.java_materials import Materials, Pair, Secret, asymmetric, static
from tests.interop.oracle import Oracle, to_json
from tests.support.connect import connect_client, connect_resource

NAME = "patient"
TTL = 3600.0
#: What protects the records of the tables.
PROTECTORS = {
    "static": lambda: static(Secret("AES", bytes(range(32))), Secret("HmacSHA256", bytes(range(40)))),
    "asymmetric": lambda: asymmetric(Pair("SHA256withRSA", number=1)),
}


@dataclass(frozen=True)
class Extra(ExtraDataSupplier):
    """The same extra data, in DynamoDB JSON, for every record."""

    data: Mapping[str, Any]
    signed_only: Collection[str] = ()

    def attributes(self, material_name: str, version: int) -> dict[str, Any]:
        assert material_name == NAME
        assert version >= 0
        return {name: TypeDeserializer().deserialize(value) for name, value in self.data.items()}

    def signed_only_field_names(self) -> Collection[str]:
        return self.signed_only

    def json(self) -> dict[str, Any]:
        return {"attributes": to_json(self.data), "signed_only": list(self.signed_only)}


class KeyTable:
    """A new table, made by one of the clients."""

    def __init__(self, endpoint_url: str, protector: Materials, java: Oracle | None = None) -> None:
        self.endpoint_url = endpoint_url
        self.protector = protector
        self.name = f"keys-{uuid.uuid4().hex[:12]}"
        self.client = connect_client(endpoint_url)
        if java is None:
            MetaStore.create_table(self.client, self.name, 1, 1)
        else:
            java.ask({"op": "create_table", "store": self.json()})

    def ours(self, extra: Extra | None = None) -> MetaStore:
        table = connect_resource(self.endpoint_url).Table(self.name)
        return MetaStore(table, self.protector.ours, extra_data_supplier=extra)

    def json(self, extra: Extra | None = None) -> dict[str, Any]:
        return {
            "endpoint": self.endpoint_url,
            "table": self.name,
            "materials": self.protector.json,
            "description": dict(self.protector.description),
            **({} if extra is None else {"extra": extra.json()}),
        }

    def most_recent(self, extra: Extra | None = None) -> Materials:
        """The most recent materials of this table, in both clients."""
        ours = CachingMostRecentProvider(self.ours(extra), NAME, TTL)
        return Materials(ours, {"kind": "most recent", "store": self.json(extra), "name": NAME})

    def add_version(self, client: Oracle | None, extra: Extra | None = None) -> None:
        """Make a version by the Java client, or by ddbcrypt for None."""
        if client is None:
            self.ours(extra).new_provider(NAME)
        else:
            client.ask({"op": "new_version", "store": self.json(extra), "name": NAME})

    def records(self) -> list[dict[str, Any]]:
        """The records as DynamoDB has them, by version."""
        items: list[dict[str, Any]] = self.client.scan(TableName=self.name, ConsistentRead=True)["Items"]
        return sorted(items, key=lambda item: int(item["V"]["N"]))
