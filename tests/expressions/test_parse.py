# SPDX-License-Identifier: Apache-2.0
"""What reading an expression gives, and what its errors say."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from ddbcrypt import InvalidArgumentError, UnsupportedOperationError
from ddbcrypt.expressions import (
    ExpressionError,
    Path,
    UnreadableExpressionError,
    check_placeholders,
    check_words,
    evaluate,
    parse_condition,
    parse_key_condition,
    parse_projection,
    parse_update,
)
from ddbcrypt.expressions.grammar import _remembered
from tests.expressions.cases import conditions

SECRET = "PLAINTEXT-5591"
VALUES: dict[str, Any] = {":v": {"S": SECRET}, ":n": {"N": "1"}, ":l": {"L": []}, ":s": {"SS": ["x"]}}
NAMES = {"#a": "a.b", "#name": "name"}


def test_what_a_condition_uses() -> None:
    text = "#a[0].x = :v AND contains(b, #name) OR attribute_exists(c.#name)"
    condition = parse_condition(text, NAMES, VALUES)
    assert condition.text == text
    assert condition.parameter == "ConditionExpression"
    assert condition.used_names == {"#a", "#name"}
    assert condition.used_values == {":v"}
    assert condition.attributes == {"a.b", "b", "name", "c"}
    assert condition.reserved_words == frozenset()
    with pytest.raises(dataclasses.FrozenInstanceError):
        condition.text = ""  # type: ignore[misc]
    assert SECRET not in repr(condition)


def test_what_an_update_uses() -> None:
    update = parse_update(
        "SET a = b + :n, c.x = if_not_exists(d, :v), #a = list_append(e, :l) REMOVE f, g[0] ADD h :n DELETE i.j :s",
        NAMES,
        VALUES,
    )
    assert update.written == {"a", "c", "a.b", "f", "g", "h", "i"}
    assert update.read == {"b", "c", "d", "e", "g", "h", "i"}
    assert update.attributes == update.written | update.read
    assert [str(action.path) for action in update.actions] == ["a", "c.x", "a.b", "f", "g[0]", "h", "i.j"]
    assert update.used_values == {":n", ":v", ":l", ":s"}


def test_what_a_projection_uses() -> None:
    projection = parse_projection("a.b, #a.#name[2], c", NAMES)
    assert projection.paths == (Path(("a", "b")), Path(("a.b", "name", 2)), Path(("c",)))
    assert projection.attributes == {"a", "a.b", "c"}


@pytest.mark.parametrize(
    "text",
    [
        "a = 'PLAINTEXT-5591'", 'a = "PLAINTEXT-5591"', "a = 5", "a-b = :v", "\u00e9 = :v", "a = :v\u00a0",
        "a = :v;", "a[x] = :v",
        "a[-1] = :v", "a. = :v", ".a = :v", "a..b = :v", ":v.a = :v", "a.:v = :v", "[0] = :v", "(a)[0] = :v",
        "evil(a)", "SIZE(a) > :n", "a.size(a) = :v", "#a(:v)", "# = :v", "a = :", "a = :v -- x", "a = :v /* x */",
        "_a = :v", "a", "a AND b", "(a)", "NOT a", "a = b = c", "(a = :v) = :v", "contains(a = :v, b)", " ",
        "a = :v) OR (a = :v", "a = :v AND", "size(a) (b) = :v",
    ],
)  # fmt: skip
def test_text_that_cannot_be_read(text: str) -> None:
    """It is not known what would be sent, so it is refused as what may not be sent, and not repeated."""
    with pytest.raises(UnreadableExpressionError, match="^FilterExpression cannot be read") as caught:
        parse_condition(text, NAMES, VALUES, parameter="FilterExpression")
    assert isinstance(caught.value, InvalidArgumentError)
    assert isinstance(caught.value, UnsupportedOperationError)
    assert "Nothing was sent" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("text", [None, b"a = :v", 5, ["a"]])
def test_text_of_another_type(text: Any) -> None:
    with pytest.raises(ExpressionError, match="ConditionExpression has to be a string"):
        parse_condition(text)


READERS: list[tuple[Callable[..., Any], str, str]] = [
    (parse_condition, "", "ConditionExpression must not be empty"),
    (parse_condition, "a = :x", "uses :x, which ExpressionAttributeValues does not hold"),
    (parse_condition, "#x = :v", "uses #x, which ExpressionAttributeNames does not hold"),
    (parse_condition, "((a = :v))", "redundant parentheses"),
    (parse_condition, "a = a", "= has a as its first operand and again"),
    (parse_condition, "size(a)", "function size where it cannot stand"),
    (parse_condition, "attribute_exists(a) = :v", "function attribute_exists where it cannot stand"),
    (parse_condition, "contains(a, attribute_exists(b))", "function attribute_exists where it cannot stand"),
    (parse_condition, "if_not_exists(a, :v) = :v", "if_not_exists, a function of update expressions"),
    (parse_condition, "attribute_exists(:v)", "gives attribute_exists something else than a document path"),
    (parse_condition, "contains(a)", "gives contains 1 operands: it takes 2"),
    (parse_condition, "a < :s", "< takes no operand of type SS"),
    (parse_condition, "size(:n) = :n", "size takes no operand of type N"),
    (parse_condition, "begins_with(a, :n)", "begins_with takes no operand of type N"),
    (parse_condition, "attribute_type(a, :v)", "attribute_type needs a value that is one of"),
    (parse_condition, "a BETWEEN :v AND :n", "BETWEEN has bounds of two types"),
    (parse_projection, "a, a.b", "the paths a and a.b overlap"),
    (parse_projection, "a.b[0], a.b.c", r"the paths a.b\[0\] and a.b.c take one place for a list and for a map"),
    (parse_update, "SET a = :v SET b = :v", "has more than one SET section"),
    (parse_update, "SET a = size(b)", "size, a function of conditions"),
    (parse_update, "SET a = list_append(list_append(b, :l), :l)", "function list_append where it cannot stand"),
    (parse_update, "SET a = b + :v", r"\+ takes no operand of type S"),
    (parse_update, "ADD a :v", "ADD takes no operand of type S"),
    (parse_update, "DELETE a :n", "DELETE takes no operand of type N"),
    (parse_key_condition, "a = :v OR b = :v", "KeyConditionExpression takes =, <, <=, >, >=, BETWEEN and begins_with"),
    (parse_key_condition, "a = :v AND contains(b, :v)", "and nothing else"),
    (parse_key_condition, "a <> :v", "and nothing else"),
    (parse_key_condition, "a = :v AND a < :v", 'two conditions on "a"'),
    (parse_key_condition, "a.b = :v", "something else than one key attribute"),
    (parse_key_condition, "a = b", "something else than one key attribute"),
    (parse_key_condition, "size(a) = :n", "something else than one key attribute"),
]


@pytest.mark.parametrize(("reader", "text", "message"), READERS, ids=lambda part: part if isinstance(part, str) else "")
def test_what_dynamodb_refuses_is_named(reader: Callable[..., Any], text: str, message: str) -> None:
    arguments = (text, NAMES) if reader is parse_projection else (text, NAMES, VALUES)
    with pytest.raises(ExpressionError, match=message) as caught:
        reader(*arguments)
    assert isinstance(caught.value, InvalidArgumentError)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a = :v",
        ":v = a",
        "(a = :v) AND b BETWEEN :n AND :n",
        "a = :v AND begins_with(b, :v)",
        "a = :v AND (b = :v AND c > :n)",
    ],
)
def test_key_conditions(text: str) -> None:
    assert parse_key_condition(text, NAMES, VALUES).attributes >= {"a"}


def test_a_value_that_is_none_is_refused_without_repeating_it() -> None:
    for value in (
        {"N": SECRET},
        {"SS": [SECRET, SECRET]},
        {"Q": SECRET},
        {"S": SECRET, "N": "1"},
        {"B": 5},
        SECRET,
        {"L": [{}]},
    ):
        with pytest.raises(ExpressionError, match="ExpressionAttributeValues :x") as caught:
            parse_condition("a = :x", None, {":x": value})  # type: ignore[dict-item]
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("word", ["name", "Name", "in", "SET"])
def test_reserved_words_are_refused_when_the_condition_is_used(word: str) -> None:
    """Not when it is read: that the attribute is encrypted is the better reason where both hold."""
    condition = parse_condition(f"{word} = :v", None, VALUES)
    assert condition.reserved_words == {word}
    for use in (lambda: check_words(condition), lambda: evaluate(condition, {})):
        with pytest.raises(ExpressionError, match=f"uses {word}, a reserved word"):
            use()


def test_placeholders_that_nothing_uses() -> None:
    condition = parse_condition("#a = :v", NAMES, VALUES)
    check_placeholders({"#a": "a"}, {":v": {}}, condition)
    check_placeholders(None, None, parse_condition("attribute_exists(a)"))
    other = parse_projection("#name", NAMES)
    check_placeholders(NAMES, {":v": {}}, condition, other)
    with pytest.raises(ExpressionError, match="ExpressionAttributeNames holds #name, which no expression uses"):
        check_placeholders(NAMES, {":v": {}}, condition)
    with pytest.raises(ExpressionError, match="ExpressionAttributeValues holds :n, which no expression uses"):
        check_placeholders({"#a": "a"}, {":v": {}, ":n": {}}, condition)
    for names, values in (
        ({}, {":v": {}}),
        ({"#a": "a"}, []),
        ({"a": "a"}, None),
        (None, {"#v": {}}),
        ({"#\u00e9": "a"}, None),
    ):
        with pytest.raises(ExpressionError):
            check_placeholders(names, values, condition)


def test_what_is_remembered_is_bounded_and_holds_no_names_or_values() -> None:
    first = parse_condition("a = :v", None, VALUES)
    second = parse_condition("a = :v", None, {":v": {"S": "other"}})
    assert evaluate(first, {"a": VALUES[":v"]})
    assert not evaluate(second, {"a": VALUES[":v"]})
    for number in range(600):
        parse_condition(f"a{number} = :v", None, VALUES)
    information = _remembered.cache_info()
    assert information.maxsize is not None
    assert information.currsize <= information.maxsize <= 1024
    before = _remembered.cache_info().hits
    parse_condition("a599 = :v", None, VALUES)
    assert _remembered.cache_info().hits == before + 1


def test_threads_read_alike() -> None:
    texts = [f"a{number} = :v AND b[{number}].c BETWEEN :n AND :n" for number in range(200)]
    expected = [parse_condition(text, None, VALUES).tree for text in texts]
    _remembered.cache_clear()
    found: list[list[Any]] = []
    threads = [
        threading.Thread(target=lambda: found.append([parse_condition(text, None, VALUES).tree for text in texts]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@given(conditions)
def test_names_and_values_of_a_condition_are_those_of_its_text(case: Any) -> None:
    try:
        condition = parse_condition(case.text, case.names, case.values)
    except ExpressionError:
        return
    assert condition.used_names == set(case.names)
    assert condition.used_values == set(case.values)
