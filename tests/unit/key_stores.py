# SPDX-License-Identifier: Apache-2.0
"""The key store files of the tests; tests/vectors/keystores/README.md says what is in them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "vectors" / "keystores"
PASSWORD = "changeit"
#: Password of the entry ``encryption`` in ``java.jks``.
ENTRY_PASSWORD = "keyword"
READABLE = ("java17.p12", "legacy.p12", "openssl3.p12", "java.jks")


def content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def password_of(name: str, alias: str) -> str:
    return ENTRY_PASSWORD if (name, alias) == ("java.jks", "encryption") else PASSWORD
