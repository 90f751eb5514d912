# SPDX-License-Identifier: Apache-2.0
"""What a condition may ask of attributes that are stored encrypted."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbcrypt import UnsupportedOperationError
from ddbcrypt.expressions import (
    Condition,
    ExpressionError,
    Path,
    check_condition,
    parse_condition,
    parse_key_condition,
)
from ddbcrypt.expressions.tree import And, Between, Call, Comparison, In, Not, Or, children
from tests.expressions.cases import Case, conditions

NAMES = {"#s": "secret", "#o": "plain", "#sig": "*amzn-ddb-map-sig*", "#desc": "*amzn-ddb-map-desc*"}
VALUES = {":v": {"S": "PLAINTEXT"}, ":w": {"S": "PLAINTEXT2"}, ":n": {"N": "1"}, ":t": {"S": "S"}}
ENCRYPTED = {"secret", "in"}


def check(condition: Condition, parameter: str = "ConditionExpression") -> None:
    check_condition(condition, ENCRYPTED.__contains__, lambda name: name.startswith("*amzn-ddb-"), parameter)


def read(text: str) -> Condition:
    return parse_condition(text, NAMES, VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "plain = :v", "#o = :v AND other.secret[0].#s < :w", "plain BETWEEN :v AND :w", "plain IN (:v, :w)",
        "NOT (plain = :v OR NOT plain >= :w)", "contains(plain, #o.x)", "size(plain) > :n", "plain.secret = :v",
        "attribute_exists(secret)", "attribute_not_exists ( #s ) AND plain = :v", "attribute_exists((secret))",
        "NOT attribute_exists(secret) OR plain = :v",
    ],
)  # fmt: skip
def test_conditions_that_pass(text: str) -> None:
    check(read(text))


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("secret = :v", "secret"), (":v = secret", "secret"), ("#s = :v", "secret"), ("(secret) = :v", "secret"),
        ("plain = :v AND secret.plain = :w", "secret"), ("secret[0] = :v", "secret"), ("#s.#o = :v", "secret"),
        ("begins_with(secret, :v)", "secret"), ("contains(plain, secret)", "secret"),
        ("attribute_type(#s, :t)", "secret"), ("size(secret) > :n", "secret"), ("plain IN (:v, secret)", "secret"),
        ("plain BETWEEN secret AND :v", "secret"), ("plain BETWEEN :v AND size(secret)", "secret"),
        ("NOT secret = :v", "secret"), ("attribute_exists(secret) AND secret = :v", "secret"),
        ("attribute_not_exists(secret.a)", "secret"), ("attribute_exists(secret[0])", "secret"),
        ("attribute_exists(#s.#o)", "secret"), ("in = :v", "in"), ("in.x = :v", "in"),
        ("#sig = :v", "*amzn-ddb-map-sig*"), ("contains(#desc, :v)", "*amzn-ddb-map-desc*"),
        ("plain = :v OR attribute_exists(#desc.x)", NAMES["#desc"]),
    ],
)  # fmt: skip
def test_conditions_on_a_protected_attribute(text: str, attribute: str) -> None:
    with pytest.raises(UnsupportedOperationError, match="FilterExpression") as caught:
        check(read(text), "FilterExpression")
    assert caught.value.attribute == attribute
    assert f'"{attribute}"' in str(caught.value)
    assert "PLAINTEXT" not in str(caught.value)


@pytest.mark.parametrize("text", ["attribute_exists(#sig)", "attribute_not_exists(#desc) OR plain = :v"])
def test_reserved_attributes_may_be_asked_whether_they_exist(text: str) -> None:
    check(read(text), "FilterExpression")


def test_a_key_condition_on_an_encrypted_name_is_refused() -> None:
    with pytest.raises(UnsupportedOperationError, match="KeyConditionExpression"):
        check(parse_key_condition("plain = :v AND #s = :w", NAMES, VALUES), "KeyConditionExpression")


def _asked(node: object) -> list[tuple[Path, bool]]:
    """Every path of a condition and whether only its existence is asked; written apart from the checked code."""
    if isinstance(node, Path):
        return [(node, False)]
    if isinstance(node, Call) and "exists" in node.function:
        return [(operand, True) for operand in node.operands if isinstance(operand, Path)]
    found: list[tuple[Path, bool]] = []
    if isinstance(node, (And, Or, Not, Comparison, Between, In, Call)):
        for child in children(node):
            found += _asked(child)
    return found


@given(conditions)
def test_what_passes_asks_only_whether_protected_attributes_exist(case: Case) -> None:
    try:
        condition = parse_condition(case.text, case.names, case.values)
    except ExpressionError:
        return
    protected = {"a", "name"}
    allowed = all(
        path.attribute not in protected or (existence and len(path.steps) == 1)
        for path, existence in _asked(condition.tree)
    )
    refused = None
    try:
        check_condition(condition, protected.__contains__, lambda _: False, "ConditionExpression")
    except UnsupportedOperationError as error:
        refused = error.attribute
    assert (refused is None) is allowed
    assert refused is None or refused in protected


WORDS = st.sampled_from(
    [
        *("secret", "#s", "plain", "#o", ":v", "in", "(", ")", ".", ",", "=", "<>", "[0]", "AND", "OR", "NOT", "IN"),
        *("BETWEEN", "attribute_exists", "attribute_not_exists", "size", "contains", " ", "\n"),
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_no_arrangement_of_words_hides_a_protected_attribute(text: str) -> None:
    try:
        check(read(text))
    except (ExpressionError, UnsupportedOperationError):
        return
    tokens = [token for token in text.split() if token not in "()"]
    for place, token in enumerate(tokens):
        if token in {"secret", "#s"} and (place == 0 or tokens[place - 1] != "."):
            assert tokens[place - 1] in {"attribute_exists", "attribute_not_exists"}
            assert [*tokens, ""][place + 1] not in {".", "[0]"}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        read(text)
