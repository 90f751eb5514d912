# SPDX-License-Identifier: Apache-2.0
"""The running oracle that the interoperation tests share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.interop.oracle import Oracle
from tests.support.aws_settings import hide_aws_settings
from tests.support.connect import REGION
from tests.support.moto_server import MotoServer


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    with Oracle() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_warnings_about_short_keys() -> Iterator[None]:
    # Generated HMAC keys are short at times; thousands of identical warnings would bury what matters.
    logger = logging.getLogger("ddbcrypt")
    before = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(before)


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    """KMS and DynamoDB in memory; clients that are made for them know nothing of the machine's AWS settings."""
    with pytest.MonkeyPatch.context() as patch:
        hide_aws_settings(patch)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        server = MotoServer()
        yield server
        server.stop()
