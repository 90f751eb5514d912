# SPDX-License-Identifier: Apache-2.0
"""An environment in which no profile, credential or endpoint of the machine's user is read."""

from __future__ import annotations

import os

import pytest


def hide_aws_settings(patch: pytest.MonkeyPatch) -> None:
    """Take the machine's AWS settings out of the environment, for as long as ``patch`` lasts."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    patch.setenv("AWS_CONFIG_FILE", os.devnull)
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
