# SPDX-License-Identifier: Apache-2.0
"""Expressions carried out by ddbcrypt and by DynamoDB Local on the same plaintext items: same answers and refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings

from ddbcrypt.expressions import ExpressionError, parse_key_condition
from ddbcrypt.expressions.reserved_words import RESERVED_WORDS
from tests.dynamodb.conftest import Database
from tests.dynamodb.expression_oracle import (
    KEY,
    REFUSED,
    SCHEMA,
    DynamoDB,
    our_condition,
    our_projection,
    our_update,
)
from tests.expressions import listed
from tests.expressions.cases import Case, conditions, damaged, projections, updates
from tests.support.connect import connect_client

#: How many expressions of each kind are to be carried out by both; the examples are more, since some are refused.
CARRIED_OUT = 1_100
RETURNED = ("UPDATED_OLD", "UPDATED_NEW")

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def dynamodb(dynamodb_local: Database) -> DynamoDB:
    client = connect_client(dynamodb_local.endpoint_url, validate=False)
    return DynamoDB(client, dynamodb_local.create_table(**SCHEMA))


def _record(record_property: Record, what: str, seen: Counter[Any]) -> None:
    record_property(f"count: expressions: {what}, carried out alike", seen.total() - seen[REFUSED])
    record_property(f"count: expressions: {what}, refused by both", seen[REFUSED])


def test_conditions(dynamodb: DynamoDB, record_property: Record) -> None:
    seen: Counter[Any] = Counter()

    @settings(max_examples=1_400)
    @given(conditions)
    def compare(case: Case) -> None:
        expected = dynamodb.condition(case)
        assert our_condition(case) == expected
        seen[expected] += 1

    compare()
    assert seen[True] + seen[False] >= CARRIED_OUT
    assert min(seen[True], seen[False], seen[REFUSED]) >= 200
    _record(record_property, "conditions", seen)


def test_projections(dynamodb: DynamoDB, record_property: Record) -> None:
    seen: Counter[Any] = Counter()

    @settings(max_examples=1_300)
    @given(projections)
    def compare(case: Case) -> None:
        expected = dynamodb.projection(case)
        assert our_projection(case) == expected
        seen[REFUSED if expected == REFUSED else bool(expected)] += 1

    compare()
    assert seen[True] + seen[False] >= CARRIED_OUT
    assert min(seen[True], seen[False], seen[REFUSED]) >= 50
    _record(record_property, "projections", seen)


def test_updates(dynamodb: DynamoDB, record_property: Record) -> None:
    seen: Counter[Any] = Counter()

    @settings(max_examples=1_700)
    @given(updates)
    def compare(case: Case) -> None:
        # either is asked of about half of the examples: one call less for each
        returned = RETURNED[len(case.text) % 2]
        expected = dynamodb.update(case, returned)
        assert our_update(case, returned) == expected
        seen[REFUSED if expected == REFUSED else returned] += 1

    compare()
    assert seen.total() - seen[REFUSED] >= CARRIED_OUT
    assert min(seen.values()) >= 300
    _record(record_property, "updates", seen)


def _listed(text: str, item: dict[str, Any] | None = listed.ITEM) -> Case:
    return Case(item, text, listed.used(listed.NAMES, text), listed.used(listed.VALUES, text))


def test_listed_conditions(dynamodb: DynamoDB) -> None:
    expected = {text: dynamodb.condition(_listed(text)) for text in listed.CONDITIONS}
    assert {text: our_condition(_listed(text)) for text in listed.CONDITIONS} == expected
    assert set(expected.values()) == {True, False, REFUSED}


def test_listed_projections(dynamodb: DynamoDB) -> None:
    expected = {text: dynamodb.projection(_listed(text)) for text in listed.PROJECTIONS}
    assert {text: our_projection(_listed(text)) for text in listed.PROJECTIONS} == expected
    assert {REFUSED, True, False} == {REFUSED if found == REFUSED else bool(found) for found in expected.values()}


@pytest.mark.parametrize("returned", RETURNED)
def test_listed_updates(dynamodb: DynamoDB, returned: str) -> None:
    cases = [*map(_listed, listed.UPDATES), *(_listed(text, None) for text in listed.CREATIONS)]
    refused = 0
    for case in cases:
        expected = dynamodb.update(case, returned)
        assert our_update(case, returned) == expected, case.text
        refused += expected == REFUSED
    assert 50 < refused < len(cases) - 50


def test_damaged_texts(dynamodb: DynamoDB, record_property: Record) -> None:
    """The grammars are the same: what is nearly an expression is one to both or to neither."""
    seen: Counter[Any] = Counter()

    @settings(max_examples=300)
    @given(damaged(listed.CONDITIONS))
    def compare_conditions(text: str) -> None:
        expected = dynamodb.condition(_listed(text))
        assert our_condition(_listed(text)) == expected
        seen[expected == REFUSED] += 1

    @settings(max_examples=200)
    @given(damaged(listed.UPDATES))
    def compare_updates(text: str) -> None:
        expected = dynamodb.update(_listed(text), "UPDATED_NEW")
        assert our_update(_listed(text), "UPDATED_NEW") == expected
        seen[expected == REFUSED] += 1

    @settings(max_examples=100)
    @given(damaged(listed.PROJECTIONS))
    def compare_projections(text: str) -> None:
        case = Case(listed.ITEM, text, listed.used(listed.NAMES, text), {})
        expected = dynamodb.projection(case)
        assert our_projection(case) == expected
        seen[expected == REFUSED] += 1

    compare_conditions()
    compare_updates()
    compare_projections()
    assert min(seen[True], seen[False]) > 50
    record_property("count: expressions: damaged texts, taken by both", seen[False])
    record_property("count: expressions: damaged texts, refused by both", seen[True])


KEY_CONDITIONS = (
    "pk=:s", ":s=pk", "(pk=:s)", "pk=:s AND sk=:s", "pk=:s AND sk<:s", "pk=:s AND :s<sk",
    "pk=:s AND sk BETWEEN :ty AND :s", "pk=:s AND begins_with(sk,:s)", "(pk=:s) AND (sk>=:s)", "(pk=:s AND sk=:s)",
    "sk<=:s AND pk=:s", "#pk=:s", "pk=:s OR pk=:s", "pk=:s OR sk=:s", "NOT pk=:s", "pk=:s AND NOT sk=:s",
    "pk IN (:s)", "pk=:s AND sk<>:s", "pk.a=:s", "pk=:s AND sk[0]=:s", "pk=:s AND contains(sk,:s)", "size(pk)=:n",
    "pk=sk", "pk=:s AND pk=:s", "attribute_exists(pk)", "pk=:s AND sk=pk", "pk=:s AND attribute_type(sk,:ty)",
    "pk=:s AND sk=:s AND sk=:s", "pk=:s AND begins_with(:s,sk)", "pk=:s AND :s BETWEEN sk AND :s",
    "pk=:s AND sk BETWEEN :s AND :ty", "pk=:s AND :s=:s", "pk=:s AND (sk=:s AND sk=:s)",
)  # fmt: skip


def test_key_conditions(dynamodb_local: Database) -> None:
    """The shape is refused alike; that the names are the key's is left to DynamoDB."""
    key = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    types = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    table = dynamodb_local.create_table(KeySchema=key, AttributeDefinitions=types)
    expected: dict[str, object] = {}
    ours: dict[str, object] = {}
    for text in KEY_CONDITIONS:
        case = Case(None, text, listed.used({"#pk": "pk"}, text), listed.used(listed.VALUES, text))
        try:
            dynamodb_local.client.query(TableName=table, KeyConditionExpression=text, **case.parameters())
            expected[text] = "taken"
        except ClientError as error:
            expected[text] = error.response["Error"]["Code"]
        try:
            parse_key_condition(text, case.names, case.values)
            ours[text] = "taken"
        except ExpressionError:
            ours[text] = "ValidationException"
    assert ours == expected
    assert set(expected.values()) == {"taken", "ValidationException"}


@pytest.mark.parametrize(
    ("stored", "added"),
    [
        ("9" * 38, "1"), ("9" * 38, "0.1"), ("1E125", "-1E125"), ("9.9E125", "1E125"), ("1E-130", "1E-129"),
        ("1" * 38, "0.5"), ("1E37", "0.1"), ("1E38", "1"), ("1.5", "1.50"), ("-1", "1"), ("1E-130", "-2E-130"),
        ("9" * 38 + "0", "10"), ("-1.1E-130", "1E-130"), ("9." + "9" * 37 + "E125", "1E88"), ("0", "-0"),
        ("1" + "0" * 50, "-1"), ("1E-93", "1E-130"), ("1E-92", "1E-130"),
    ],
)  # fmt: skip
def test_arithmetic_at_the_limits(dynamodb: DynamoDB, stored: str, added: str) -> None:
    """Sums, differences and ADD are exact to 38 digits, or refused."""
    item = {**KEY, "n": {"N": stored}}
    for text in ("SET n = n + :v", "ADD n :v", "SET n = n - :v"):
        case = Case(item, text, {}, {":v": {"N": added}})
        assert our_update(case, "UPDATED_NEW") == dynamodb.update(case, "UPDATED_NEW"), text


def _limits() -> dict[str, str]:
    ands = " AND ".join
    return {
        "150 comparisons": ands(["a=:s"] * 150),
        "151 comparisons": ands(["a=:s"] * 151),
        "299 NOT": "NOT " * 299 + "a=:s",
        "300 NOT": "NOT " * 300 + "a=:s",
        "150 functions": " OR ".join(["attribute_exists(a)"] * 150),
        "151 functions": " OR ".join(["attribute_exists(a)"] * 151),
        "100 sizes": ands(["size(a)>:n"] * 100),
        "101 sizes": ands(["size(a)>:n"] * 101),
        "nested": "".join("(a=:s AND " for _ in range(149)) + "a=:s" + ")" * 149,
        "nested NOT": "NOT (a=:s AND " * 90 + "a=:s" + ")" * 90,
        "100 choices": f"a IN ({','.join([':s'] * 100)})",
        "101 choices": f"a IN ({','.join([':s'] * 101)})",
        "32 steps": "a" + ".b" * 31 + "=:s",
        "33 steps": "a" + ".b" * 32 + "=:s",
        "33 indexes": "a" + "[0]" * 32 + "=:s",
        "4,096 bytes": f"attribute_exists({'a' * 4078})",
        "4,097 bytes": f"attribute_exists({'a' * 4079})",
        "4,096 bytes, spaces": "attribute_exists(a)" + " " * 4077,
        "4,097 bytes, spaces": "attribute_exists(a)" + " " * 4078,
        "highest index": "attribute_exists(l[2147483647])",
        "index too high": "attribute_exists(l[2147483648])",
        "index far too high": f"attribute_exists(l[{'9' * 4000}])",
    }


@pytest.mark.parametrize("name", _limits())
def test_limits(dynamodb: DynamoDB, name: str) -> None:
    case = _listed(_limits()[name])
    assert our_condition(case) == dynamodb.condition(case)


@pytest.mark.parametrize("count", [300, 301])
def test_operators_of_an_update(dynamodb: DynamoDB, count: int) -> None:
    case = _listed(f"SET {','.join(f'a{number}=n+:n' for number in range(count))}")
    expected = dynamodb.update(case, "UPDATED_NEW")
    assert our_update(case, "UPDATED_NEW") == expected
    assert (expected == REFUSED) is (count > 300)


@pytest.mark.parametrize("placeholders", [
    {":s": {"S": "x"}, ":unused": {"S": "y"}}, {":s": {"S": "x"}, "s": {"S": "y"}}, {}, {":s": {"S": "x", "N": "1"}},
    {":s": {"Q": "x"}}, {":s": {"NS": []}}, {":s": {"NS": ["1", "1.0"]}}, {":s": {"BS": [b"a", b"a"]}},
    {":s": {"N": "1" * 39}}, {":s": {"L": [{"M": {"a": {"N": "x"}}}]}},
])  # fmt: skip
def test_values(dynamodb: DynamoDB, placeholders: dict[str, Any]) -> None:
    """Values that are not used, not there, or not values."""
    case = Case(listed.ITEM, "a = :s", {}, placeholders)
    assert our_condition(case) == REFUSED
    if all(len(value) == 1 and "Q" not in value for value in placeholders.values()):  # else botocore refuses
        assert dynamodb.condition(case) == REFUSED


@pytest.mark.parametrize("levels", [31, 32])
def test_levels(dynamodb: DynamoDB, levels: int) -> None:
    value: dict[str, Any] = {"S": "deep"}
    for level in range(levels):
        value = {"L": [value]} if level % 2 else {"M": {"m": value}}
    for text in ("SET a = :v", "SET l[0] = :v"):
        case = Case(listed.ITEM, text, {}, {":v": value})
        assert our_update(case, "UPDATED_NEW") == dynamodb.update(case, "UPDATED_NEW")


def test_reserved_words(dynamodb: DynamoDB) -> None:
    """DynamoDB refuses each as a name, in any case and inside of a path; what only begins like one is a name."""
    assert len(RESERVED_WORDS) == 572
    for number, word in enumerate(sorted(RESERVED_WORDS)):
        text = (word, word.lower(), f"a.{word.title()}")[number % 3]
        case = Case(listed.ITEM, text, {}, {})
        assert dynamodb.projection(case) == REFUSED, word
        assert our_projection(case) == REFUSED, word
    for word in ("CONVERT", "SIZE", "SETTER", "NOTE", "ORDERS", "INN", "ANDY", "CONTAINS", "begins_with"):
        case = Case(listed.ITEM, word, {}, {})
        assert our_projection(case) == dynamodb.projection(case) == {}
