# SPDX-License-Identifier: Apache-2.0
"""Every signed value that is stored in plaintext: its canonical bytes one by one, other members, other types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ddbcrypt import _engine, exceptions
from tests.interop.forge import canonical
from tests.tamper.judge import Judge
from tests.tamper.variants import variants


def signed(judge: Judge) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, attribute in judge.case.item.items():
        if judge.case.action(name) == "SIGN_ONLY":
            yield name, attribute


def test_no_canonical_byte_of_a_signed_value_can_change(judge: Judge) -> None:
    altered = 0
    for name, attribute in signed(judge):
        data = bytearray(canonical(attribute))
        for at, byte in enumerate(bytes(data)):
            for other in range(256):
                if other == byte:
                    continue
                data[at] = other
                try:
                    value = _engine.deserialize_attribute(bytes(data))
                except exceptions.DeserializationError:
                    continue  # bytes of no attribute: nothing of it can be stored
                altered += 1
                judge.decide({**judge.stored, name: value}, (name, at, other))
            data[at] = byte
    assert altered == judge.count["refused"] + judge.count["accepted with the same plaintext"]
    assert judge.count["refused"] >= 255


def test_no_signed_value_can_become_another(judge: Judge) -> None:
    for name, attribute in signed(judge):
        for value in variants(attribute):
            judge.decide({**judge.stored, name: value}, (name, value))
    assert judge.count["refused"] > 30


def test_no_encrypted_value_can_become_plaintext(judge: Judge) -> None:
    for name, attribute in judge.case.item.items():
        if judge.case.action(name) == "ENCRYPT_AND_SIGN":
            judge.refuse({**judge.stored, name: attribute}, name)
            for value in variants(judge.stored[name]):
                judge.decide({**judge.stored, name: value}, (name, value))


@pytest.mark.parametrize(
    "value", [None, {}, {"S": "a", "N": "1"}, {"X": "a"}, {"S": None}, {"B": None}, "a", b"a", 1, []]
)
def test_a_value_of_no_type_is_refused(judge: Judge, value: Any) -> None:
    for name in judge.case.item:
        if judge.case.action(name) != "DO_NOTHING":
            judge.refuse({**judge.stored, name: value}, (name, value))
