# SPDX-License-Identifier: Apache-2.0
"""Whether secret keys may be pickled, which they may not unless the application says so.

Everything of ddbcrypt that holds no secret key pickles: structures, configurations, public keys, and providers and
materials whose keys pickle. A secret key is written to a pickle only inside :func:`allow_secrets`, so that none gets
into a cache, a queue or another process by accident. Reading a pickle needs no permission.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Generator

__all__ = ("allow_secrets", "secrets_allowed")

_ALLOWED: contextvars.ContextVar[bool] = contextvars.ContextVar("ddbcrypt_secrets_allowed", default=False)


@contextlib.contextmanager
def allow_secrets() -> Generator[None]:
    """Let secret keys be pickled within the ``with`` block; the pickle holds them readably, and is itself a secret.

    It holds for the calling thread or asyncio task alone. What is pickled by another thread, as
    ``multiprocessing.Queue`` and ``ProcessPoolExecutor`` do, is still refused: pickle inside the block, and hand over
    the bytes. Blocks may be nested. No network call.

    >>> with allow_secrets():
    ...     data = pickle.dumps(provider)
    """
    token = _ALLOWED.set(True)
    try:
        yield
    finally:
        _ALLOWED.reset(token)


def secrets_allowed() -> bool:
    """Tell whether the caller is inside :func:`allow_secrets`. For delegated key classes of an application's own."""
    return _ALLOWED.get()
