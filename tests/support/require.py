# SPDX-License-Identifier: Apache-2.0
"""A tool that this machine lacks: a loud skip for a user, an error where everything is required (CI)."""

import os
from typing import NoReturn

import pytest

REQUIRE_ALL = "DDBCRYPT_REQUIRE_ALL"


def missing(what: str, why: str) -> NoReturn:
    """End the test: skipped with the reason, or failed where ``DDBCRYPT_REQUIRE_ALL=1``."""
    message = f"{what} is missing: {why}"
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{message} ({REQUIRE_ALL}=1 turns this skip into an error)", pytrace=False)
    pytest.skip(message)
