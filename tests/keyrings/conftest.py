# SPDX-License-Identifier: Apache-2.0
"""KMS and DynamoDB of moto, and clients for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.keyrings.cloud import Cloud
from tests.support.aws_settings import hide_aws_settings
from tests.support.connect import REGION
from tests.support.moto_server import MotoServer


def _key_id(multi_region: bool = False) -> str:
    """As AWS makes them; moto's ids of multi-Region keys are too long for its own ciphertexts."""
    made = uuid.uuid4()
    return f"mrk-{made.hex}" if multi_region else str(made)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch:
        hide_aws_settings(patch)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setattr("moto.kms.models.generate_key_id", _key_id)
        server = MotoServer()
        yield Cloud(server.endpoint_url)
        server.stop()
