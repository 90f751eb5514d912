# SPDX-License-Identifier: Apache-2.0
"""The items of a branch key store's table, both ways (framework/branch-key-store.md, "Record Format").

What AWS KMS binds a branch key to is its whole record but the ciphertext, and the store's logical name. So a record
that was altered anywhere does not decrypt.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ddbcrypt.internal.guards import is_dict
from ddbcrypt.keyrings.errors import BranchKeyStoreError

ID: Final = "branch-key-id"
TYPE: Final = "type"
VERSION: Final = "version"
CIPHERTEXT: Final = "enc"
KMS_ARN: Final = "kms-arn"
CREATED: Final = "create-time"
HIERARCHY_VERSION: Final = "hierarchy-version"
#: Name of the logical store name in the encryption context; no attribute may have it.
LOGICAL_NAME: Final = "tablename"
CUSTOM_PREFIX: Final = "aws-crypto-ec:"
ACTIVE: Final = "branch:ACTIVE"
BEACON: Final = "beacon:ACTIVE"
VERSION_PREFIX: Final = "branch:version:"
_ONLY_HIERARCHY_VERSION: Final = "1"
_REQUIRED: Final = (ID, TYPE, KMS_ARN, CREATED, HIERARCHY_VERSION)


class BranchKeyRecord(NamedTuple):
    """One item of the table.

    :ivar context: what AWS KMS binds the key to: all attributes but the ciphertext, and the logical store name
    :ivar ciphertext: the key, encrypted by AWS KMS
    """

    context: Mapping[str, str]
    ciphertext: bytes

    @property
    def kms_arn(self) -> str:
        """ARN of the KMS key that encrypted it."""
        return self.context[KMS_ARN]

    @property
    def version(self) -> str:
        """UUID of the version, of a branch key."""
        text = self.context[VERSION] if self.context[TYPE] == ACTIVE else self.context[TYPE]
        return text.removeprefix(VERSION_PREFIX)

    def custom_context(self) -> dict[str, str]:
        """Give the application's own names and values."""
        return {
            name.removeprefix(CUSTOM_PREFIX): value
            for name, value in self.context.items()
            if name.startswith(CUSTOM_PREFIX)
        }

    def item(self) -> dict[str, Any]:
        """Give the item as DynamoDB JSON."""
        item: dict[str, Any] = {name: {"S": value} for name, value in self.context.items() if name != LOGICAL_NAME}
        item[HIERARCHY_VERSION] = {"N": self.context[HIERARCHY_VERSION]}
        item[CIPHERTEXT] = {"B": self.ciphertext}
        return item


def version_context(
    branch_key_id: str, version: str, created: str, kms_arn: str, logical_name: str, custom: Mapping[str, str]
) -> dict[str, str]:
    """Build what a version is bound to. ``custom`` has its prefix already."""
    return {
        **custom,
        ID: branch_key_id,
        TYPE: VERSION_PREFIX + version,
        CREATED: created,
        KMS_ARN: kms_arn,
        HIERARCHY_VERSION: _ONLY_HIERARCHY_VERSION,
        LOGICAL_NAME: logical_name,
    }


def active_context(of_version: Mapping[str, str]) -> dict[str, str]:
    """Build what the active copy of a version is bound to."""
    return {**of_version, TYPE: ACTIVE, VERSION: of_version[TYPE]}


def beacon_context(of_version: Mapping[str, str]) -> dict[str, str]:
    """Build what the beacon key made with a version is bound to."""
    return {**of_version, TYPE: BEACON}


def read_record(item: object, branch_key_id: str, kind: str, logical_name: str) -> BranchKeyRecord:
    """Read the item that was asked for by ``branch_key_id`` and type ``kind``.

    :raises BranchKeyStoreError: it lacks an attribute, has one of another type, or is another item
    """
    where = f"the record {kind!r} of branch key {branch_key_id!r}"
    if not is_dict(item):
        raise BranchKeyStoreError(f"{where} is no item")
    context: dict[str, str] = {LOGICAL_NAME: logical_name}
    for name, value in item.items():
        wanted = "B" if name == CIPHERTEXT else "N" if name == HIERARCHY_VERSION else "S"
        content = value.get(wanted) if is_dict(value) else None
        if name == LOGICAL_NAME or not isinstance(content, bytes if wanted == "B" else str):
            raise BranchKeyStoreError(
                f"{where} has an attribute {name!r} that is not to be there, or not of type {wanted}"
            )
        if isinstance(content, str):
            context[name] = content
    missing = [name for name in (*_REQUIRED, CIPHERTEXT) if not item.get(name)]
    if missing:
        raise BranchKeyStoreError(f"{where} lacks {', '.join(missing)}")
    if context[ID] != branch_key_id or context[TYPE] != kind:
        raise BranchKeyStoreError(f"{where} is the record of another key")
    if context[HIERARCHY_VERSION] != _ONLY_HIERARCHY_VERSION:
        raise BranchKeyStoreError(
            f"{where} has {HIERARCHY_VERSION} {context[HIERARCHY_VERSION]!r}; {_ONLY_HIERARCHY_VERSION!r} is known"
        )
    if (VERSION in context) != (kind == ACTIVE):
        raise BranchKeyStoreError(f"{where} has to have the attribute {VERSION!r} just where it is of type {ACTIVE!r}")
    record = BranchKeyRecord(context, item[CIPHERTEXT]["B"])
    if kind != BEACON:
        _check_version(record, where)
    return record


def _check_version(record: BranchKeyRecord, where: str) -> None:
    text = record.context[VERSION] if VERSION in record.context else record.context[TYPE]
    if not text.startswith(VERSION_PREFIX) or not is_version(record.version):
        raise BranchKeyStoreError(f"{where} names the version {text!r}: {VERSION_PREFIX!r} and a UUID are expected")


def is_version(text: str) -> bool:
    """Tell whether it is a UUID as it is written here: with hyphens, in small letters."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
