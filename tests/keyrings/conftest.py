# SPDX-License-Identifier: Apache-2.0
"""KMS and DynamoDB of moto, and clients for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.keyrings.cloud import Cloud
from tests.support.aws_settings import hide_aws_settings
from tests.support.connect import REGION
from tests.support.moto_server import MotoServer


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch:
        hide_aws_settings(patch)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        server = MotoServer()
        yield Cloud(server.endpoint_url)
        server.stop()
