# SPDX-License-Identifier: Apache-2.0
"""Items far beyond DynamoDB's 400 KB, a limit that is DynamoDB's to enforce: read right, and refused when altered."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from tests.badinput.values import wire_lists, wire_maps
from tests.interop.ours import case_of, config_for
from tests.strategies import meaning

MEGABYTE = 1 << 20


@pytest.mark.parametrize("action", ["ENCRYPT_AND_SIGN", "SIGN_ONLY"])
def test_a_binary_of_50_megabytes(action: str) -> None:
    data = bytes(range(256)) * (50 * MEGABYTE // 256)
    case = case_of({"data": {"B": data}}, {"data": action})
    stored = encrypt_dynamodb_item(case.item, config_for(case))
    read = decrypt_dynamodb_item(stored, config_for(case))
    assert read["data"]["B"] == data
    altered = bytearray(stored["data"]["B"])
    altered[-20] ^= 1
    with pytest.raises(exceptions.SignatureVerificationError) as refusal:
        decrypt_dynamodb_item({**stored, "data": {"B": bytes(altered)}}, config_for(case))
    assert len(str(refusal.value)) < 1000


WIDE: dict[str, dict[str, Any]] = {
    "100,000 strings in a set": {"SS": [f"member {number:06}" for number in range(100_000, 0, -1)]},
    "100,000 numbers in a set": {"NS": [str(number) for number in range(100_000)]},
    "100,000 members in a list": {"L": [{"N": str(number)} for number in range(100_000)]},
    "100,000 members in a map": {"M": {f"name {number}": {"BOOL": True} for number in range(100_000)}},
    "a string of 10 MB": {"S": "\u00e9" * (5 * MEGABYTE)},
    "32 levels of lists": wire_lists(32, {"S": "x"}),
    "32 levels of maps": wire_maps(32, {"NS": ["1", "2"]}),
    "a map key of 1 MB": {"M": {"k" * MEGABYTE: {"NULL": True}}},
}


@pytest.mark.parametrize("value", WIDE.values(), ids=WIDE)
def test_wide_values(value: dict[str, Any]) -> None:
    case = case_of({"v": value, "w": value}, {"w": "SIGN_ONLY"})
    start = time.process_time()
    stored = encrypt_dynamodb_item(case.item, config_for(case))
    read = decrypt_dynamodb_item(stored, config_for(case))
    # A quadratic sort or duplicate check would take minutes.
    assert time.process_time() - start < 20
    assert meaning(read["v"]) == meaning(read["w"]) == meaning(value)


def test_many_attributes_with_long_names() -> None:
    item = {f"{number}" + "n" * 1000: {"S": "x"} for number in range(5000)}
    case = case_of(item)
    assert decrypt_dynamodb_item(encrypt_dynamodb_item(item, config_for(case)), config_for(case)) == item


def test_a_long_name_is_cut_in_the_message() -> None:
    name = "\u00e9" * 70_000
    with pytest.raises(exceptions.InvalidNumberError) as refusal:
        encrypt_dynamodb_item({name: {"N": "x"}}, config_for(case_of({})))
    assert len(str(refusal.value)) < 2000


def test_a_long_key_value_is_cut_in_the_message() -> None:
    config = config_for(case_of({}, {"id": "SIGN_ONLY"}), keys=("id", None))
    with pytest.raises(exceptions.InvalidNumberError) as refusal:
        encrypt_dynamodb_item({"id": {"S": "k" * 70_000}, "n": {"N": "x"}}, config)
    assert "kkkk" in str(refusal.value)
    assert len(str(refusal.value)) < 2000
