# SPDX-License-Identifier: Apache-2.0
"""Branch keys and beacon keys, as a branch key store gives them (framework/structures.md).

The keys are ordinary ``bytes``, which Python cannot wipe. These objects do not pickle, and their ``repr`` shows no key.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn

from ddbcrypt.keyrings.context import check_context
from ddbcrypt.keyrings.materials import check_key

__all__ = ("BeaconKeyMaterials", "BranchKeyMaterials")


class BranchKeyMaterials:
    """A version of a branch key, which encrypts data keys. Immutable; safe to share between threads. No network call.

    :param branch_key_id: id of the branch key
    :param version: id of the version, a UUID
    :param branch_key: the key, 32 bytes
    :param encryption_context: the application's own names and values that it is bound to; it is copied
    :raises InvalidMaterialsError: a key of another length
    """

    __slots__ = ("branch_key", "branch_key_id", "encryption_context", "version")

    def __init__(
        self, branch_key_id: str, version: str, branch_key: bytes, encryption_context: Mapping[str, str]
    ) -> None:
        check_key("branch key", branch_key)
        self.branch_key_id = branch_key_id
        self.version = version
        self.branch_key = branch_key
        self.encryption_context: Mapping[str, str] = MappingProxyType(check_context(encryption_context))

    def __repr__(self) -> str:
        return f"BranchKeyMaterials(branch_key_id={self.branch_key_id!r}, version={self.version!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("BranchKeyMaterials holds a key and does not pickle")


class BeaconKeyMaterials:
    """The key that beacons of a branch key are derived from. Immutable; safe to share between threads. No network call.

    :param beacon_key_id: id of the branch key that it belongs to
    :param beacon_key: the key, 32 bytes
    :param encryption_context: the application's own names and values that it is bound to; it is copied
    :raises InvalidMaterialsError: a key of another length
    """

    __slots__ = ("beacon_key", "beacon_key_id", "encryption_context")

    def __init__(self, beacon_key_id: str, beacon_key: bytes, encryption_context: Mapping[str, str]) -> None:
        check_key("beacon key", beacon_key)
        self.beacon_key_id = beacon_key_id
        self.beacon_key = beacon_key
        self.encryption_context: Mapping[str, str] = MappingProxyType(check_context(encryption_context))

    def __repr__(self) -> str:
        return f"BeaconKeyMaterials(beacon_key_id={self.beacon_key_id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("BeaconKeyMaterials holds a key and does not pickle")
