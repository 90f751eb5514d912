# SPDX-License-Identifier: Apache-2.0
"""Configuration files as a user writes them, with key files beside them."""

import hashlib
from pathlib import Path

LEGACY = """\
format = "legacy"

[attribute_actions]
clinic = "SIGN_ONLY"
hits = "DO_NOTHING"
tags = "DO_NOTHING"

[provider]
type = "static"
material_description = {{ key = "{name}" }}

[provider.encryption_key]
file = "{name}.aes"
algorithm = "AES"

[provider.signing_key]
file = "{name}.hmac"
algorithm = "HmacSHA256"
"""


def key(text: str) -> bytes:
    """A key of 32 bytes that is another for each text."""
    return hashlib.sha256(text.encode()).digest()


def write_legacy(folder: Path, name: str, text: str = LEGACY) -> Path:
    """A configuration of that name and its key files."""
    (folder / f"{name}.aes").write_bytes(key(f"{name} aes"))
    (folder / f"{name}.hmac").write_bytes(key(f"{name} hmac"))
    path = folder / f"{name}.toml"
    path.write_text(text.format(name=name), encoding="utf-8")
    return path


STRUCTURED = """\
format = "structured"
logical_table_name = "visits"
partition_key_name = "id"
allowed_unsigned_attributes = ["hits", "tags"]
algorithm_suite = "symmetric_signature"

[attribute_actions]
amount = "ENCRYPT_AND_SIGN"
note = "ENCRYPT_AND_SIGN"
clinic = "SIGN_ONLY"

[keyring]
type = "raw_aes"
namespace = "tests"
name = "{name}"
key_file = "{name}.aes"
"""


def write_structured(folder: Path, name: str, text: str = STRUCTURED) -> Path:
    """A configuration of that name in the structured format, and its key file."""
    return write_legacy(folder, name, text)
