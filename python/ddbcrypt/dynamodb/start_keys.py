# SPDX-License-Identifier: Apache-2.0
"""Start keys that hold ciphertext: those of indexes over encrypted attributes, which cannot be told from plaintext."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from ddbcrypt.dynamodb.keys import CanonicalKey, canonical_key
from ddbcrypt.dynamodb.protected import ProtectedTable
from ddbcrypt.internal.forks import HasLock
from ddbcrypt.internal.guards import is_mapping

#: Keys are small, and a reader goes on with the newest.
_MOST: Final = 1_024


class StartKeys(HasLock):
    """The last keys with encrypted attributes that DynamoDB gave out. Thread-safe and bounded."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: OrderedDict[CanonicalKey, None] = OrderedDict()

    def remember(self, table: ProtectedTable, key: object) -> None:
        """Keep a ``LastEvaluatedKey`` if it holds an encrypted attribute."""
        if not is_mapping(key) or not any(table.is_encrypted(name) for name in key):
            return
        canonical = canonical_key(key, key)
        if canonical is None:
            return
        with self._lock:
            self._keys[canonical] = None
            self._keys.move_to_end(canonical)
            if len(self._keys) > _MOST:
                self._keys.popitem(last=False)

    def holds(self, key: Mapping[str, Any]) -> bool:
        """Whether DynamoDB gave the key out."""
        canonical = canonical_key(key, key)
        with self._lock:
            return canonical in self._keys
