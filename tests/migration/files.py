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
