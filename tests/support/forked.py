# SPDX-License-Identifier: Apache-2.0
"""Questions that a forked child answers."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable

from tests.support.patience import PATIENCE_SECONDS

#: A child that takes longer waits for a lock that nobody lets go.
_SECONDS = PATIENCE_SECONDS


def in_child(answer: Callable[[], bytes]) -> bytes:
    """Fork, and give what ``answer()`` gives in the child, up to 64 KB. The child is killed where it hangs."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # no pytest in it from here on
        signal.alarm(_SECONDS)
        status = 1
        try:
            os.write(writing, answer())
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may go up into pytest
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        given = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "the child failed or hung"
    return given
