# SPDX-License-Identifier: Apache-2.0
"""What may change without a refusal: values that mean the same, unprotected attributes, and the order of a dict."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from tests.interop.forge import CBC, DESCRIPTION, MODE, description
from tests.interop.ours import case_of, config_for
from tests.tamper.judge import Judge

ALIKE: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({"N": "1.50"}, [{"N": "15E-1"}, {"N": "1.5"}, {"N": "+1.5"}, {"N": "01.500"}, {"N": "0.15e+1"}]),
    ({"N": "0"}, [{"N": "0.0"}, {"N": "-0"}, {"N": "0E+9"}, {"N": "000"}]),
    ({"N": "100"}, [{"N": "1E2"}, {"N": "1e+2"}, {"N": "100.0"}]),
    ({"NS": ["1", "20", "-3"]}, [{"NS": ["-3", "2E1", "1.0"]}, {"NS": ["20", "1", "-3.00"]}]),
    ({"SS": ["a", "b", "\uff61", "\U0001f600"]}, [{"SS": ["\U0001f600", "b", "\uff61", "a"]}]),
    ({"BS": [b"\x00", b"\xff", b""]}, [{"BS": [b"\xff", b"", b"\x00"]}, {"BS": [bytearray(b"\xff"), b"", b"\x00"]}]),
    ({"M": {"a": {"N": "1"}, "b": {"S": ""}}}, [{"M": {"b": {"S": ""}, "a": {"N": "1.0"}}}]),
    ({"L": [{"NS": ["1", "2"]}]}, [{"L": [{"NS": ["2.0", "1.0"]}]}]),
    ({"B": b"ab"}, [{"B": bytearray(b"ab")}]),
]


@pytest.mark.parametrize(("value", "others"), ALIKE, ids=[str(value) for value, _ in ALIKE])
def test_values_that_mean_the_same_verify(value: dict[str, Any], others: list[dict[str, Any]]) -> None:
    case = case_of({"v": value, "secret": {"S": "x"}}, {"v": "SIGN_ONLY"})
    stored = encrypt_dynamodb_item(case.item, config_for(case))
    for other in others:
        assert decrypt_dynamodb_item({**stored, "v": other}, config_for(case)) == {"v": other, "secret": {"S": "x"}}


def test_unprotected_attributes_may_change_and_come_back_as_they_are() -> None:
    case = case_of({"free": {"S": "a"}, "secret": {"S": "x"}}, {"free": "DO_NOTHING", "other": "DO_NOTHING"})
    stored = encrypt_dynamodb_item(case.item, config_for(case))
    for value in ({"S": "b"}, {"N": "1"}, {"L": [{"M": {}}]}, {"SS": ["b", "a"]}, {"N": "1E+1"}):
        changed = {**stored, "free": value, "other": value}
        assert decrypt_dynamodb_item(changed, config_for(case)) == {"free": value, "other": value, "secret": {"S": "x"}}
    del stored["free"]
    assert decrypt_dynamodb_item(stored, config_for(case)) == {"secret": {"S": "x"}}


def test_the_order_of_attributes_means_nothing(judge: Judge) -> None:
    judge.decide(dict(reversed(judge.stored.items())), "reversed")
    judge.decide(dict(sorted(judge.stored.items())), "sorted")
    assert judge.count["accepted with the same plaintext"] == 2


def test_a_description_with_fewer_more_or_reordered_pairs_gives_the_same_plaintext() -> None:
    case = case_of({"secret": {"S": "x"}})
    stored = encrypt_dynamodb_item(case.item, config_for(case))
    for pairs in (
        [(MODE, CBC)],
        [(MODE, CBC), ("a", "b")],
        [("z", ""), (MODE, CBC), ("amzn-ddb-map-signingAlg", "none")],
    ):
        changed = {**stored, DESCRIPTION: {"B": description(pairs)}}
        assert decrypt_dynamodb_item(changed, config_for(case)) == case.item
