# SPDX-License-Identifier: Apache-2.0
"""Tables of a MetaStore in moto, and providers that protect their records."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ddbcrypt import AttributeActions, CryptoAction, CryptoConfig, EncryptionContext
from ddbcrypt.encrypted.item import encrypt_python_item
from ddbcrypt.material_providers.store.meta import ExtraDataSupplier, MetaStore
from tests.support.connect import connect_client, connect_resource
from tests.unit.support import local_key, static_provider

NAME = "patient"


def protector(seed: int = 1) -> Any:
    """A provider for records; those of two seeds do not read each other's."""
    return static_provider(local_key("AES", bytes([seed]) * 32), local_key("HmacSHA256", bytes([seed + 1]) * 32))


def new_table(endpoint_url: str) -> Any:
    """An empty table that MetaStore has created."""
    name = f"keys-{uuid.uuid4().hex[:12]}"
    MetaStore.create_table(connect_client(endpoint_url), name, 1, 1)
    return connect_resource(endpoint_url).Table(name)


def stored(table: Any) -> list[dict[str, Any]]:
    """All records of a table as they are stored."""
    items: list[dict[str, Any]] = table.scan(ConsistentRead=True)["Items"]
    return sorted(items, key=lambda item: (item["N"], item["V"]))


def put_record(table: Any, record: Mapping[str, Any], seed: int = 1) -> None:
    """Write a record of any content, encrypted and signed as a MetaStore would."""
    actions = AttributeActions(attribute_actions={"N": CryptoAction.SIGN_ONLY, "V": CryptoAction.SIGN_ONLY})
    context = EncryptionContext(table_name=table.name, partition_key_name="N", sort_key_name="V")
    table.put_item(Item=encrypt_python_item(record, CryptoConfig(protector(seed), context, actions)))


class Notes(ExtraDataSupplier):
    """Extra data: a note that is encrypted and an owner that is only signed."""

    def attributes(self, material_name: str, version: int) -> dict[str, Any]:
        return {"note": f"made for {material_name}", "owner": f"team {version}", "order": {b"\x01", b"\xff"}}

    def signed_only_field_names(self) -> list[str]:
        return ["owner", "order"]
