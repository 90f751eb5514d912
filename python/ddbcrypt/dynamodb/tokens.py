# SPDX-License-Identifier: Apache-2.0
"""Transactions that are sent again with the same ``ClientRequestToken``: they have to be the same to the last byte.

Encryption is randomised, so DynamoDB would take the second sending for another transaction and refuse it. The encrypted
items are therefore kept for as long as DynamoDB remembers the token; all else is made anew, and is the same.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections import OrderedDict
from typing import Any, Final

from ddbcrypt.internal.forks import HasLock

#: DynamoDB remembers a token for ten minutes.
_SECONDS: Final = 600.0
#: A transaction has up to 4 MB; the application sends one again because it was not answered, which is soon.
_MOST: Final = 64
_KEY_BYTES: Final = 32


class Transactions(HasLock):
    """The encrypted items of transactions by token. Thread-safe and bounded; of what was given it keeps a keyed digest.

    A process that forks leaves its child the key and the items: a transaction that is sent again there is the same too.
    """

    def __init__(self) -> None:
        super().__init__()
        self._key = os.urandom(_KEY_BYTES)
        self._sent: OrderedDict[str, tuple[bytes, float, list[dict[str, Any]]]] = OrderedDict()

    def digest(self, items: object) -> bytes | None:
        """Give what two equal transactions have in common; None where it cannot be told."""
        try:
            text = json.dumps(items, sort_keys=True, default=_binary, separators=(",", ":"))
        except (TypeError, ValueError):
            return None
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def find(self, token: str, digest: bytes | None) -> list[dict[str, Any]] | None:
        """Give the encrypted items that were put with a token, if what was given was this."""
        now = time.monotonic()
        with self._lock:
            for old in [one for one, (_, since, _) in self._sent.items() if now - since > _SECONDS]:
                del self._sent[old]
            found = self._sent.get(token)
        if found is None or digest is None or not hmac.compare_digest(found[0], digest):
            return None
        return found[2]

    def remember(self, token: str, digest: bytes | None, encrypted: list[dict[str, Any]]) -> None:
        """Keep the encrypted items that are put with a token, in order."""
        if digest is None:
            return
        with self._lock:
            self._sent[token] = (digest, time.monotonic(), encrypted)
            self._sent.move_to_end(token)
            if len(self._sent) > _MOST:
                self._sent.popitem(last=False)


def _binary(value: object) -> dict[str, str]:
    if isinstance(value, (bytes, bytearray)):
        return {"": base64.b64encode(value).decode()}
    message = f"{type(value).__name__} has no digest"
    raise TypeError(message)
