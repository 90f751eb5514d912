# SPDX-License-Identifier: Apache-2.0
"""What ``apply`` and its relatives promise beyond what DynamoDB Local is asked about in tests/dynamodb."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given

from ddbcrypt.expressions import (
    Applied,
    ExpressionError,
    apply,
    parse_projection,
    parse_update,
    project,
    split_update,
    updated_new,
    updated_old,
    without_projection,
)
from tests.expressions.cases import Case, projections, updates

SECRET = "PLAINTEXT-5591"
ITEM: dict[str, Any] = {
    "p": {"S": "key"},
    "a": {"M": {"b": {"S": "dog"}, "c": {"L": [{"N": "1"}, {"N": "2"}, {"N": "3"}]}}},
    "d": {"S": "cat"},
}
VALUES: dict[str, Any] = {":v": {"S": SECRET}, ":n": {"N": "7"}, ":s": {"SS": ["x"]}, ":l": {"L": [{"N": "7"}]}}


def applied(text: str, item: dict[str, Any] | None = ITEM) -> Applied:
    return apply(parse_update(text, None, VALUES), item, ["p"])


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("SET d = :n", {"d": ITEM["d"]}, {"d": {"N": "7"}}),
        ("SET a.b = :n", {"a": {"M": {"b": {"S": "dog"}}}}, {"a": {"M": {"b": {"N": "7"}}}}),
        ("SET a.c[1] = :n", {"a": {"M": {"c": {"L": [{"N": "2"}]}}}}, {"a": {"M": {"c": {"L": [{"N": "7"}]}}}}),
        (
            "SET a.c[2] = :n, a.c[0] = :v, a.b = :n",
            {"a": {"M": {"b": {"S": "dog"}, "c": {"L": [{"N": "1"}, {"N": "3"}]}}}},
            {"a": {"M": {"b": {"N": "7"}, "c": {"L": [{"S": SECRET}, {"N": "7"}]}}}},
        ),
        ("REMOVE a.c[1], a.c[3]", {"a": {"M": {"c": {"L": [{"N": "2"}]}}}}, {"a": {"M": {"c": {"L": [{"N": "3"}]}}}}),
        ("SET a.x = :n", {}, {"a": {"M": {"x": {"N": "7"}}}}),
        ("SET a.c[100] = :n", {}, {}),
        ("REMOVE d", {"d": ITEM["d"]}, {}),
        ("REMOVE nothing", {}, {}),
        ("SET d = d", {"d": ITEM["d"]}, {"d": ITEM["d"]}),
    ],
)
def test_updated_values_are_the_parts_that_were_touched(text: str, old: Any, new: Any) -> None:
    """As the service answers; DynamoDB Local gives whole attributes instead."""
    found = applied(text)
    assert updated_old(found) == old
    assert updated_new(found) == new
    assert set(updated_old(found, whole=True)) == set(old)
    assert set(updated_new(found, whole=True)) == set(new)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("SET d = :v, e = :n REMOVE a", {"d", "e", "a"}),
        ("SET d = d", set()),
        ("REMOVE nothing", set()),
        ("SET a.b = :v", {"a"}),
        ("DELETE e :s", set()),
        ("ADD e :s", {"e"}),
    ],
)
def test_changed_attributes(text: str, changed: set[str]) -> None:
    assert applied(text).changed == changed


def test_nothing_is_taken_for_an_empty_item() -> None:
    found = applied("SET d = if_not_exists(d, :n) ADD e :n", None)
    assert found.item == {"d": {"N": "7"}, "e": {"N": "7"}}
    assert found.old == {}


@pytest.mark.parametrize("text", ["SET p = :v", "REMOVE p", "ADD p :n", "SET p.x = :v"])
def test_the_key_cannot_be_updated(text: str) -> None:
    with pytest.raises(ExpressionError, match='"p", which is part of the primary key'):
        applied(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SET e = f", "at e: it reads f, which the item does not have"),
        ("SET e = d + :n", r"at e: an operand of \+ is of type S where N is needed"),
        ("SET e = list_append(d, :l)", "at e: an operand of list_append is of type S where L is needed"),
        ("SET d.x = :n", "at d.x: the path leads through a place that the item does not have or that is no M"),
        ("SET f[0] = :n", r"at f\[0\]: the path leads through a place that the item does not have or that is no L"),
        ("ADD d :n", "at d: an operand of ADD is of type S where N is needed"),
        ("DELETE d :s", "at d: an operand of DELETE is of type S where SS is needed"),
    ],
)
def test_errors_name_the_path_and_no_value(text: str, message: str) -> None:
    item = {**ITEM, "d": {"S": SECRET}}
    with pytest.raises(ExpressionError, match=f"UpdateExpression, {message}") as caught:
        applied(text, item)
    assert SECRET not in str(caught.value)
    assert caught.value.attribute == message[3]


@given(updates)
def test_the_old_item_and_the_values_stay(case: Case) -> None:
    before = copy.deepcopy((case.item, case.values))
    found = None
    with contextlib.suppress(ExpressionError):
        found = apply(parse_update(case.text, case.names, case.values), case.item, [])
    assert (case.item, case.values) == before
    if found is not None and case.item is not None:
        untouched = case.item.keys() - {path.attribute for path in found.touched}
        assert all(found.item[name] is case.item[name] for name in untouched)
        assert found.changed == {
            name for name in case.item.keys() | found.item.keys() if case.item.get(name) != found.item.get(name)
        }


@given(projections)
def test_a_projection_leaves_the_item_alone(case: Case) -> None:
    assert case.item is not None
    before = copy.deepcopy(case.item)
    try:
        found = project(parse_projection(case.text, case.names), case.item)
    except ExpressionError:
        return
    assert case.item == before
    assert found.keys() <= case.item.keys()


def test_the_protected_attributes_of_an_update() -> None:
    protected = {"secret", "other"}.__contains__
    assert not split_update(parse_update("SET a = b REMOVE c", None, None), protected)
    written = split_update(parse_update("SET secret = :v REMOVE c", None, VALUES), protected)
    assert written
    assert (written.written, written.read) == ({"secret"}, set())
    both = split_update(parse_update("SET a = other, b = :v ADD secret.x :n", None, VALUES), protected)
    assert (both.written, both.read, both.names) == ({"secret"}, {"other", "secret"}, {"secret", "other"})


def test_a_request_without_its_projection() -> None:
    request = {
        "TableName": "t",
        "Select": "SPECIFIC_ATTRIBUTES",
        "ProjectionExpression": "#p.x, #both, y",
        "FilterExpression": "#both = :n AND #f = :n",
        "KeyConditionExpression": "#k = :n",
        "ExpressionAttributeNames": {"#p": "p", "#both": "both", "#f": "f", "#k": "k", "#stray": "stray"},
        "ExpressionAttributeValues": {":n": {"N": "7"}},
    }
    before = copy.deepcopy(request)
    reduced, projection = without_projection(request)
    assert request == before
    assert projection is not None
    assert projection.attributes == {"p", "both", "y"}
    assert reduced == {
        "TableName": "t",
        "FilterExpression": "#both = :n AND #f = :n",
        "KeyConditionExpression": "#k = :n",
        # what nothing used stays, for DynamoDB to refuse
        "ExpressionAttributeNames": {"#both": "both", "#f": "f", "#k": "k", "#stray": "stray"},
        "ExpressionAttributeValues": {":n": {"N": "7"}},
    }


def test_a_request_whose_names_were_all_the_projections() -> None:
    reduced, projection = without_projection(
        {"Keys": [], "ProjectionExpression": "#p", "ExpressionAttributeNames": {"#p": "p"}}
    )
    assert reduced == {"Keys": []}
    assert projection is not None
    assert without_projection({"Select": "COUNT"}) == ({"Select": "COUNT"}, None)
