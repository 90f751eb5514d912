# SPDX-License-Identifier: Apache-2.0
"""A fake KMS for each test, and an environment without the machine's AWS settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.aws_settings import hide_aws_settings
from tests.unit.kms.fake import Region


@pytest.fixture(autouse=True)
def _no_aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_aws_settings(monkeypatch)


@pytest.fixture(scope="session")
def shared_region() -> Iterator[Region]:
    """One endpoint for all tests, since making clients takes longer than most of them."""
    region = Region()
    yield region
    region.endpoint.stop()


@pytest.fixture
def region(shared_region: Region) -> Region:
    """A KMS without keys, its record empty."""
    shared_region.renew()
    return shared_region


@pytest.fixture
def key(region: Region) -> str:
    """The ARN of a key in :func:`region`."""
    return region.kms.create_key()
