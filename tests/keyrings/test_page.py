# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/keyrings.md run, and it names what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import ddbcrypt.keyrings
from ddbcrypt import _engine
from ddbcrypt.identifiers import CryptoAction
from tests.keyrings.cloud import Cloud
from tests.keyrings.contexts import CONTEXT, decrypt, encrypt, some_bytes


@pytest.fixture
def page(checkout: Path) -> str:
    return (checkout / "docs/keyrings.md").read_text(encoding="utf-8")


def test_the_examples(page: str, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ENDPOINT_URL", cloud.endpoint_url), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):
        monkeypatch.setenv(f"AWS_{name}", value)
    raw, branch_keys = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {"secrets": {"2026": some_bytes(32), "2025": some_bytes(32, 1)}, "kms_key_arn": cloud.key}
    exec(raw, names)  # noqa: S102
    written = encrypt(names["keyring"])
    assert len(written.encrypted_data_keys) == 2
    assert decrypt(names["before"], written).plaintext_data_key == written.plaintext_data_key
    exec(branch_keys, names)  # noqa: S102
    for tenant in ("blue", "red"):
        item = {"tenant": {"S": tenant}, "x": {"S": "secret"}}
        actions = {"tenant": CryptoAction.SIGN_ONLY, "x": CryptoAction.ENCRYPT_AND_SIGN}
        context = _engine.structured_context(item, True, ("table", "tenant", None, actions, frozenset(), None))
        keyring = names["keyring"]
        assert encrypt(keyring, {**CONTEXT, **context}).encrypted_data_keys[0].provider_info == tenant.encode()


def test_the_names(page: str) -> None:
    mentioned = set(
        re.findall(r"`((?:[A-Z]\w+(?:Keyring|Cmm|Filter|Cache|Arn|Discovery|Store))|(?:aws_kms|branch)\w+)", page)
    )
    assert len(mentioned) > 15
    assert {name for name in mentioned if not hasattr(ddbcrypt.keyrings, name)} == set()
