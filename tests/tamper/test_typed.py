# SPDX-License-Identifier: Apache-2.0
"""The same through the interface of Python values, as the boto3 resource hands them over."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_python_item
from tests.interop.forge import DESCRIPTION, SIGNATURE
from tests.strategies import meaning
from tests.tamper.corpus import CASES
from tests.tamper.judge import Judge, report
from tests.tamper.variants import variants


def read_typed(item: dict[str, Any], config: CryptoConfig) -> dict[str, Any]:
    typed = {name: TypeDeserializer().deserialize(attribute) for name, attribute in item.items()}
    plaintext = decrypt_python_item(typed, config)
    return {name: TypeSerializer().serialize(value) for name, value in plaintext.items()}


@pytest.mark.parametrize("name", CASES)
def test_alterations_are_refused_as_python_values_too(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    judge = Judge(CASES[name], read_typed)
    stored = judge.stored
    for attribute, value in stored.items():
        if attribute in (SIGNATURE, DESCRIPTION):
            continue
        judge.decide({other: stored[other] for other in stored if other != attribute}, ("removed", attribute))
        judge.decide({**stored, attribute + "2": value}, ("added", attribute))
        for other in variants(value):
            if storable(other):
                judge.decide({**stored, attribute: other}, (attribute, other))
    for one, two in permutations(judge.case.item, 2):
        judge.decide({**stored, one: stored[two]}, ("copied", two, one))
    signature = stored[SIGNATURE]["B"]
    for at in range(len(signature)):
        changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
        judge.refuse({**stored, SIGNATURE: {"B": changed}}, ("signature", at))
        judge.refuse({**stored, SIGNATURE: {"B": signature[:at]}}, ("signature cut", at))
    for value in ({"S": "x"}, {"N": "1"}, {"BS": [signature]}, {"NULL": True}, {"L": []}, {"M": {}}, {"BOOL": True}):
        judge.refuse({**stored, SIGNATURE: value}, ("signature", value))
        judge.refuse({**stored, DESCRIPTION: value}, ("description", value))
    report(judge.count, record_property)


def storable(attribute: dict[str, Any]) -> bool:
    """Whether Python values can hold it as it is: no number out of range, no member twice."""
    try:
        typed = TypeDeserializer().deserialize(attribute)
        return meaning(TypeSerializer().serialize(typed)) == meaning(attribute)
    except (ArithmeticError, TypeError):
        return False
