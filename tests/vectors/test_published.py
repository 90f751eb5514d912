# SPDX-License-Identifier: Apache-2.0
"""The script for AWS's published vectors, on a small folder of the same form that is made here."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt.encrypted.item import encrypt_dynamodb_item
from tests.interop.oracle import to_json
from tests.interop.ours import case_of, config_for

SCRIPT = Path(__file__).with_name("published.py")
PLAIN = {"key": {"S": "1"}, "set": {"NS": ["1", "2.50"]}, "version": {"N": "0"}}
ACTIONS = {"key": "SIGN_ONLY", "version": "SIGN_ONLY"}


def make(folder: Path, stored: dict[str, Any], *, network: bool = False) -> None:
    """Write the files of one scenario."""
    vectors = folder / "test" / "vectors" / "encrypted_item"
    vectors.mkdir(parents=True)
    case = case_of(PLAIN)
    assert case.encryption_key is not None
    keys = {"aes": (case.encryption_key, "AES"), "mac": (case.signing_key, case.signing_algorithm)}
    files: dict[str, Any] = {
        "keys": {
            name: {
                "material": base64.b64encode(raw).decode(),
                "algorithm": algorithm,
                "encoding": "RAW",
                "type": "symmetric",
            }
            for name, (raw, algorithm) in keys.items()
        },
        "plaintext": {
            "actions": {"encrypt": {"default": "encrypt", "override": {"version": "sign"}}},
            "items": {
                case.table: {
                    "index": {"partition": "key"},
                    "items": [{"attributes": {"key": PLAIN["key"]}, "action": "encrypt"}],
                }
            },
            "versions": {case.table: {"v1": ["base"]}},
            "attributes": {"base": {name: value for name, value in PLAIN.items() if name != "key"}},
        },
        "stored": {case.table: [to_json(stored)]},
        "scenarios": {
            "keys": "file://keys.json",
            "scenarios": [
                {
                    "version": "v1",
                    "provider": "static",
                    "keys": {"decrypt": "aes", "verify": "mac"},
                    "plaintext": "file://plaintext.json",
                    "ciphertext": "file://stored.json",
                    "network": network,
                }
            ],
        },
    }
    for name, content in files.items():
        (vectors / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def run(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def encrypted(plain: dict[str, Any]) -> dict[str, Any]:
    return encrypt_dynamodb_item(plain, config_for(case_of(plain, ACTIONS)))


@pytest.mark.parametrize("count", ["0", "7"])
def test_a_good_item_passes_whatever_its_counter_is(tmp_path: Path, count: str) -> None:
    make(tmp_path, encrypted({**PLAIN, "version": {"N": count}}))
    status, output = run(tmp_path)
    assert "passed 1 of 1 items in 1 scenarios; 0 need AWS" in output
    assert status == 0


def test_another_plaintext_fails(tmp_path: Path) -> None:
    make(tmp_path, encrypted({**PLAIN, "set": {"NS": ["1", "2.6"]}}))
    status, output = run(tmp_path)
    assert "passed 0 of 1 items" in output
    assert "the plaintext is another one" in output
    assert status == 1


def test_an_altered_item_fails(tmp_path: Path) -> None:
    make(tmp_path, {**encrypted(PLAIN), "version": {"N": "1"}})
    status, output = run(tmp_path)
    assert "SignatureVerificationError" in output
    assert status == 1


def test_an_item_without_plaintext_is_not_counted(tmp_path: Path) -> None:
    make(tmp_path, encrypted({**PLAIN, "key": {"S": "2"}}))
    status, output = run(tmp_path)
    assert "0 of 0, and 1 without a plaintext" in output
    assert status == 1


def test_what_needs_aws_is_not_run(tmp_path: Path) -> None:
    make(tmp_path, encrypted(PLAIN), network=True)
    status, output = run(tmp_path)
    assert "not offline" in output
    assert "passed 0 of 0 items in 0 scenarios; 1 need AWS" in output
    assert status == 1


def test_a_folder_of_another_kind_is_an_error(tmp_path: Path) -> None:
    status, output = run(tmp_path)
    assert "scenarios.json" in output
    assert status == 2
