# SPDX-License-Identifier: Apache-2.0
"""A fake KMS for each test, and an environment without the machine's AWS settings."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.unit.kms.fake import Region


@pytest.fixture(autouse=True)
def _no_aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


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
