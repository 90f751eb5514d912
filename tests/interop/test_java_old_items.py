# SPDX-License-Identifier: Apache-2.0
"""Items as old releases of the Java client left them: both clients of today read them, so ddbcrypt does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ddbcrypt import _engine
from ddbcrypt.encrypted.item import decrypt_dynamodb_item
from tests.interop.java_materials import WRAPPING_ALGORITHM, Pair, Secret, wrapped
from tests.interop.java_oracle import start_java_oracle
from tests.interop.oracle import Oracle, from_json
from tests.interop.ours import case_of
from tests.strategies import RESERVED
from tests.unit.rsa_keys import PADDINGS

DESCRIPTION = RESERVED[0]
DATA_KEY = "amzn-ddb-env-key"
PKCS1, OAEP = PADDINGS[0], PADDINGS[2]
MIME_LINE = 76
CASE = case_of({"id": {"S": "a"}, "s": {"S": "x"}}, {"id": "SIGN_ONLY"})


@pytest.fixture(scope="module")
def java() -> Iterator[Oracle]:
    with start_java_oracle() as running:
        yield running


def in_lines(description: dict[str, str]) -> dict[str, str]:
    """The data key as MIME writes base64."""
    data_key = description[DATA_KEY]
    lines = [data_key[start : start + MIME_LINE] for start in range(0, len(data_key), MIME_LINE)]
    assert len(lines) > 1
    return {**description, DATA_KEY: "".join(line + "\r\n" for line in lines)}


def without_algorithm(description: dict[str, str]) -> dict[str, str]:
    """No wrapping algorithm, which stands for the bare name of the key's own."""
    return {name: value for name, value in description.items() if name != WRAPPING_ALGORITHM}


@pytest.mark.parametrize("named", [True, False], ids=["algorithm", "no-algorithm"])
@pytest.mark.parametrize("lines", [False, True], ids=["one-line", "lines"])
@pytest.mark.parametrize("signer", [Secret("HmacSHA256", bytes(range(32))), Pair("SHA256withRSA", number=1)])
def test_wrapped_items_of_old_releases_are_read(java: Oracle, signer: Any, lines: bool, named: bool) -> None:
    written = wrapped(Pair("RSA"), signer, {WRAPPING_ALGORITHM: PKCS1})
    item = from_json(java.ask(written.request("encrypt", CASE, CASE.item))["item"])
    # The description is not signed, so the item stays what it was.
    description = _engine.deserialize_description(item[DESCRIPTION]["B"])
    assert description[WRAPPING_ALGORITHM] == PKCS1
    if lines:
        description = in_lines(description)
    if not named:
        description = without_algorithm(description)
    old = {**item, DESCRIPTION: {"B": _engine.serialize_description(description)}}
    today = wrapped(Pair("RSA"), signer)
    assert from_json(java.ask(today.request("decrypt", CASE, old))["item"]) == CASE.item
    assert decrypt_dynamodb_item(old, written.config(CASE)) == CASE.item


def test_items_of_todays_default_are_read_too(java: Oracle) -> None:
    today = wrapped(Pair("RSA"), Secret("HmacSHA256", bytes(range(32))))
    item = from_json(java.ask(today.request("encrypt", CASE, CASE.item))["item"])
    assert _engine.deserialize_description(item[DESCRIPTION]["B"])[WRAPPING_ALGORITHM] == OAEP
    assert decrypt_dynamodb_item(item, today.config(CASE)) == CASE.item
