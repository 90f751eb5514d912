# SPDX-License-Identifier: Apache-2.0
"""Numbers of up to 38 digits that the reference signed over 28: rounding half to even, in every place of an item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from tests.interop.oracle import Oracle, accepted, from_json, request_for
from tests.interop.ours import case_of, config_for
from tests.strategies import exact, item_meaning, numbers

TAILS = ("5", "50", "500001", "4999999999", "5000000000", "4", "6", "0000000001", "9999999999")


@st.composite
def ties(draw: st.DrawFn) -> str:
    """29 digits and more about the half between two numbers of 28, where rounding is decided."""
    head = draw(st.one_of(st.just("9" * 28), st.integers(10**27, 10**28 - 1).map(str)))
    tail = draw(st.sampled_from(TAILS))
    exponent = draw(st.integers(-100, 80))
    return f"{draw(st.sampled_from(('', '-')))}{head}{tail}E{exponent}"


LONG = st.one_of(numbers(38), ties())


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    members = draw(st.lists(LONG, min_size=1, max_size=4, unique_by=exact))
    nested = {"M": {"deep": {"L": [{"N": members[0]}, {"NS": members}]}}}
    return draw(st.sampled_from(({"N": members[0]}, {"NS": members}, {"L": [{"N": text} for text in members]}, nested)))


def is_long(attribute: dict[str, Any]) -> bool:
    """Whether a number in it has over 28 significant digits."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return len(exact(value).as_tuple().digits) > 28
    if kind == "NS":
        return any(is_long({"N": member}) for member in value)
    members = value if kind == "L" else value.values() if kind == "M" else ()
    return any(map(is_long, members))


def test_long_signed_numbers_are_read_on_request(
    oracle: Oracle, record_property: Callable[[str, object], None]
) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=600, database=None)
    @given(st.dictionaries(st.sampled_from(["a", "b", "c"]), shapes(), min_size=1))
    def examples(item: dict[str, Any]) -> None:
        case = case_of(item, default="SIGN_ONLY")
        oracle.send(request_for("encrypt", case, item))
        stored = from_json(accepted(oracle.receive())["item"])
        read = decrypt_dynamodb_item(stored, config_for(case, accept_28_digit_numbers=True))
        assert item_meaning(read) == item_meaning(item)
        seen["read"] += 1
        if any(map(is_long, item.values())):
            with pytest.raises(exceptions.SignatureVerificationError, match="accept_28_digit_numbers"):
                decrypt_dynamodb_item(stored, config_for(case))
            seen["refused without the opt-in"] += 1
        ours = encrypt_dynamodb_item(item, config_for(case))
        assert item_meaning(decrypt_dynamodb_item(ours, config_for(case))) == item_meaning(item)

    examples()
    assert seen["read"] >= 600
    assert seen["refused without the opt-in"] > 200
    record_property("count: interop: items with signatures over 28-digit numbers, read on request", seen["read"])


def test_38_digits_come_back_as_decimal() -> None:
    digits = "1234567890" * 3 + "12345678"
    values = [f"{digits}E{exponent}" for exponent in (-165, -130, -38, -1, 0, 40, 88)] + [f"-{digits}"]
    item = {"n": [Decimal(text) for text in values], "set": set(map(Decimal, values))}
    for default in ("ENCRYPT_AND_SIGN", "SIGN_ONLY"):
        config = config_for(case_of({}, default=default))
        assert decrypt_python_item(encrypt_python_item(item, config), config) == item
