# SPDX-License-Identifier: Apache-2.0
"""The worked example of docs/format-structured.md, recomputed from the page itself, and read by the engine."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt import _engine
from ddbcrypt.identifiers import CryptoAction
from tests.structured import reference

PAGE = (Path(__file__).parents[2] / "docs" / "format-structured.md").read_text(encoding="utf-8")
DATA_KEY, TAG_KEY, MESSAGE_ID = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
CONFIGURATION = reference.Configuration("patients", "id", None, {"id": "s", "name": "e", "visits": "e"})


def block(name: str) -> str:
    """The page's code block of that name."""
    (found,) = re.findall(rf"^```\w+ {name}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def whole(name: str) -> bytes:
    """A block of nothing but hexadecimal."""
    return bytes.fromhex("".join(block(name).split()))


def rows(name: str) -> dict[str, bytes]:
    """A block whose lines begin with a name."""
    split = (line.split(maxsplit=1) for line in block(name).splitlines())
    return {key: bytes.fromhex("".join(text.split())) for key, text in split}


ITEM: dict[str, Any] = json.loads(block("item"))


@pytest.fixture(scope="module")
def encrypted() -> dict[str, Any]:
    """The item as the page says it is stored."""
    stored = {name: {"B": value} for name, value in rows("stored").items()}
    return {**ITEM, **stored, "aws_dbe_head": {"B": whole("header")}, "aws_dbe_foot": {"B": rows("footer")["tag"]}}


def _materials(context: dict[str, str]) -> reference.Materials:
    keys = [(b"demo", b"key-1", bytes.fromhex("c0ffee"))]
    return reference.Materials(0x6700, DATA_KEY, keys, context, list(context), [TAG_KEY])


def test_paths_and_context() -> None:
    assert {name: reference.canonical_path("patients", name) for name in ("id", "name", "visits")} == rows("paths")
    context = reference.base_context(CONFIGURATION, ITEM)
    assert reference.serialize_context(context) == whole("context")
    assert _engine.structured_serialize_context(context) == whole("context")


def test_keys() -> None:
    keys = rows("keys")
    assert keys["commit"] == reference.derive(DATA_KEY, b"AWS_DBE_COMMIT_KEY", MESSAGE_ID)
    assert keys["root"] == reference.derive(DATA_KEY, b"AWS_DBE_DERIVE_KEY", MESSAGE_ID)
    assert keys["root"] == _engine.hkdf_sha512(DATA_KEY, b"", b"AWS_DBE_DERIVE_KEY" + MESSAGE_ID, 32)
    fields = reference.field_keys(DATA_KEY, MESSAGE_ID)
    assert [keys["name"], keys["visits"]] == [b"".join(next(fields)) for _ in range(2)]


def test_the_whole_item(encrypted: dict[str, Any]) -> None:
    context = reference.base_context(CONFIGURATION, ITEM)
    assert reference.encrypt(CONFIGURATION, _materials(context), ITEM, MESSAGE_ID) == encrypted
    length = reference.u64(len(whole("context")))
    record = whole("header") + length + whole("context") + whole("fields")
    assert record == reference.record(CONFIGURATION, whole("header"), context, encrypted, CONFIGURATION.actions)
    assert hashlib.sha384(record).digest() == rows("footer")["digest"]


def test_the_engine_reads_it(encrypted: dict[str, Any]) -> None:
    actions = {"id": CryptoAction.SIGN_ONLY}
    plan = ("patients", "id", None, actions, frozenset[str](), ":")
    context = _engine.structured_context(encrypted, True, plan)
    materials = (0x6700, DATA_KEY, [], context, [], None, [TAG_KEY])
    assert _engine.structured_decrypt(encrypted, True, plan, materials) == {**ITEM, "visits": {"N": "2.5"}}
