# SPDX-License-Identifier: Apache-2.0
"""Which expressions may be sent."""

from __future__ import annotations

import contextlib
import re
import string
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from hypothesis import given
from hypothesis import strategies as st

from ddbcrypt import (
    AttributeActions,
    CryptoAction,
    CryptoConfig,
    EncryptedClient,
    EncryptionContext,
    InvalidArgumentError,
    TableIndex,
    TableInfo,
    UnsupportedOperationError,
)
from ddbcrypt.dynamodb.checks import check_expressions
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from tests.unit.client_recording import SECRET, Recorder, actions, provider, python_item, wire_item

ACTIONS = AttributeActions(
    CryptoAction.SIGN_ONLY, {"secret": CryptoAction.ENCRYPT_AND_SIGN, "in": CryptoAction.ENCRYPT_AND_SIGN}
)
NAMES = {"#s": "secret", "#o": "open", "#sig": "*amzn-ddb-map-sig*", "#desc": "*amzn-ddb-map-desc*", "#in": "in"}
TABLE = LegacyTableConfig(provider(), ACTIONS).table(TableInfo("table", TableIndex("id")))


def check(expression: str, values: tuple[str, ...] = (":v", ":w", ":type")) -> None:
    request: dict[str, Any] = {
        "ConditionExpression": expression,
        "ExpressionAttributeNames": {name: of for name, of in NAMES.items() if name in re.findall(r"#\w+", expression)},
        "ExpressionAttributeValues": {value: {"S": "S"} for value in values if value in expression},
    }
    check_expressions(TABLE, {name: value for name, value in request.items() if value})


@pytest.mark.parametrize(
    "expression",
    [
        "open = :v",
        "open=:v",
        " \t\r\nopen\n<>\n:v ",
        "#o = :v AND other.secret[0].#s < :w",
        "open BETWEEN :v AND :w",
        "open between :v and :w",
        "open IN (:v, :w)",
        "NOT (open = :v OR NOT open >= :w)",
        "begins_with(open, :v)",
        "contains (open.list[10], :v)",
        "contains(open, #o.part)",
        "size(open) > :v",
        "size = :v",
        "attribute_type(open, :type)",
        "attribute_exists(secret)",
        "attribute_exists((secret))",
        "attribute_not_exists ( #s ) AND open = :v",
        "(attribute_not_exists(secret) OR attribute_exists(#sig)) AND attribute_exists(#desc)",
        "open.size = :v",
        "open [ 1 ] . x = :v",
        "",
    ],
)
def test_expressions_that_pass(expression: str) -> None:
    check(expression)


@pytest.mark.parametrize(
    ("expression", "attribute"),
    [
        ("secret = :v", "secret"),
        (":v = secret", "secret"),
        ("#s = :v", "secret"),
        ("open = :v AND secret.open = :w", "secret"),
        ("secret[0] = :v", "secret"),
        ("#s.#o = :v", "secret"),
        ("begins_with(secret, :v)", "secret"),
        ("contains(open, secret)", "secret"),
        ("attribute_type(#s, :type)", "secret"),
        ("size(secret) > :v", "secret"),
        ("open IN (:v, secret)", "secret"),
        ("open BETWEEN secret AND :v", "secret"),
        ("attribute_exists(secret) AND secret = :v", "secret"),
        # nothing is inside of a ciphertext, so the answer would be wrong
        ("attribute_not_exists(secret.a)", "secret"),
        ("attribute_exists(secret[0])", "secret"),
        ("attribute_exists((secret.a))", "secret"),
        ("in = :v", "in"),
        (":v = in", "in"),
        ("in.x = :v", "in"),
        ("#sig = :v", "*amzn-ddb-map-sig*"),
        ("contains(#desc, :v)", "*amzn-ddb-map-desc*"),
    ],
)
def test_expressions_that_use_a_protected_attribute(expression: str, attribute: str) -> None:
    with pytest.raises(UnsupportedOperationError, match="ConditionExpression") as caught:
        check(expression)
    assert caught.value.attribute == attribute
    assert f'"{attribute}"' in str(caught.value)


@pytest.mark.parametrize(
    "expression",
    [
        "open = 'x'",
        'open = "x"',
        "open = 5",
        "open = {:v}",
        "open-er = :v",
        "öpen = :v",
        "open = :v\u00a0",
        "open = :v;",
        "open[x] = :v",
        "open[-1] = :v",
        "open. = :v",
        ".open = :v",
        "open..open = :v",
        ":v.secret = :v",
        "open.:v = :w",
        "[0] = :v",
        "(open)[0] = :v",
        "evil(secret)",
        "SIZE(open) > :v",
        "open.size(open) = :v",
        "#o(:v)",
        "NOT secret",
        "# = :v",
        "open = :",
        "open = :v -- comment",
        "open = :v /* comment */",
    ],
)
def test_expressions_that_cannot_be_read(expression: str) -> None:
    with pytest.raises(UnsupportedOperationError, match="ConditionExpression cannot be read"):
        check(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "#unknown = :v",
        "open = :unknown",
        "attribute_exists(open, secret)",
        "contains(open, open)",
        "size(open, :v) = :w",
    ],
)
def test_expressions_that_dynamodb_would_refuse(expression: str) -> None:
    with pytest.raises(InvalidArgumentError, match="ConditionExpression"):
        check(expression)


def test_values_that_nothing_uses_are_refused() -> None:
    values = {":v": {"N": "1"}, ":w": {"N": "1"}}
    left = {":v": {"N": "1"}, ":left": {"S": SECRET}}
    with pytest.raises(UnsupportedOperationError, match=":left") as caught:
        check_expressions(TABLE, {"FilterExpression": "open = :v", "ExpressionAttributeValues": left})
    assert SECRET not in str(caught.value)
    with pytest.raises(UnsupportedOperationError, match=":v"):
        check_expressions(TABLE, {"ExpressionAttributeValues": {":v": {"S": SECRET}}})
    both = {"FilterExpression": "a = :v", "KeyConditionExpression": "id = :w", "ExpressionAttributeValues": values}
    check_expressions(TABLE, both)


words = st.sampled_from(
    [
        *("secret", "#s", "open", "#o", ":v", "in", "(", ")", ".", ",", "=", "<>", "[0]", "AND", "OR", "NOT", "IN"),
        *("BETWEEN", "attribute_exists", "attribute_not_exists", "size", "contains", " ", "\n"),
    ]
)


@given(st.lists(words, max_size=12).map(lambda parts: " ".join(parts)))
def test_no_arrangement_hides_a_protected_attribute(expression: str) -> None:
    """Whatever passes has the protected attribute only as a path's inner part or as the whole of an existence call."""
    try:
        check(expression)
    except (InvalidArgumentError, UnsupportedOperationError):
        return
    tokens = [token for token in expression.split() if token not in {"(", ")"}]
    for place, token in enumerate(tokens):
        if token not in {"secret", "#s"}:
            continue
        inner = place > 0 and tokens[place - 1] == "."
        existence = (
            place > 0
            and tokens[place - 1] in {"attribute_exists", "attribute_not_exists"}
            and tokens[place + 1 : place + 2] not in (["."], ["[0]"])
        )
        assert inner or existence


@given(st.text(max_size=40) | st.text(string.printable, max_size=40))
def test_any_text_passes_or_is_refused(expression: str) -> None:
    with contextlib.suppress(InvalidArgumentError, UnsupportedOperationError):
        check(expression)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(recorder: Recorder) -> EncryptedClient:
    return EncryptedClient(recorder.client(), provider(), actions())


@pytest.fixture
def python_client(recorder: Recorder) -> EncryptedClient:
    return EncryptedClient(recorder.table().meta.client, provider(), actions(), expect_standard_dictionaries=True)


@pytest.mark.parametrize(
    "request_",
    [
        {"ConditionExpression": "name = :n", "ExpressionAttributeValues": {":n": {"S": SECRET}}},
        {
            "ConditionExpression": "#n = :n",
            "ExpressionAttributeNames": {"#n": "name"},
            "ExpressionAttributeValues": {":n": {"S": SECRET}},
        },
        {"ExpressionAttributeValues": {":n": {"S": SECRET}}},
        {"ConditionExpression": f"name = '{SECRET}'"},
    ],
)
def test_the_client_sends_no_plaintext_in_an_expression(
    recorder: Recorder, client: EncryptedClient, request_: dict[str, Any]
) -> None:
    with pytest.raises(UnsupportedOperationError) as caught:
        client.put_item(TableName="people", Item=wire_item(), **request_)
    assert SECRET not in str(caught.value)
    assert recorder.sent_item_calls() == []


@pytest.mark.parametrize(
    "condition",
    [
        Attr("name").eq(SECRET),
        Attr("name.first").begins_with(SECRET),
        Attr("city").eq("Bern") & ~Attr("name").contains(SECRET),
        Attr("name").is_in([SECRET, SECRET]),
        Attr("name").size().gt(3),
        Attr("name").attribute_type("S"),
        Attr("name[0]").not_exists(),
    ],
)
def test_condition_objects_on_an_encrypted_attribute(
    recorder: Recorder, python_client: EncryptedClient, condition: ConditionBase
) -> None:
    with pytest.raises(UnsupportedOperationError, match='"name"') as caught:
        python_client.put_item(TableName="people", Item=python_item(), ConditionExpression=condition)
    assert SECRET not in str(caught.value)
    with pytest.raises(UnsupportedOperationError, match='"name"'):
        python_client.scan(TableName="people", FilterExpression=condition)
    assert recorder.sent_item_calls() == []


def test_key_conditions_on_an_encrypted_index_attribute(recorder: Recorder, python_client: EncryptedClient) -> None:
    with pytest.raises(UnsupportedOperationError, match='KeyConditionExpression uses the attribute "name"'):
        python_client.query(TableName="people", IndexName="by-name", KeyConditionExpression=Key("name").eq(SECRET))
    assert recorder.sent_item_calls() == []


def test_condition_objects_that_pass_are_sent_as_boto3_sends_them(
    recorder: Recorder, python_client: EncryptedClient
) -> None:
    condition = Attr("name").not_exists() & (Attr("city").is_in(["Bern", "Chur"]) | Attr("age").between(1, 5))
    request: dict[str, Any] = {
        "TableName": "visits",
        "FilterExpression": condition,
        "KeyConditionExpression": Key("id").eq("1") & Key("at").gt(2),
    }
    recorder.table().meta.client.query(**request)
    python_client.query(**request)
    plain, ours = recorder.sent("Query")
    assert ours == plain
    names = {"#mine": "city"}
    with pytest.raises(InvalidArgumentError, match="#mine"):  # as DynamoDB itself would
        python_client.query(**request, ExpressionAttributeNames=names)
    assert names == {"#mine": "city"}


def test_expressions_of_a_wrong_type(recorder: Recorder, client: EncryptedClient) -> None:
    for condition in (Attr("city").eq("Bern"), b"city = :c", None, 5):
        with pytest.raises(InvalidArgumentError, match="ConditionExpression"):
            client.put_item(TableName="people", Item=wire_item(), ConditionExpression=condition)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="ExpressionAttributeNames"):
        client.put_item(TableName="people", Item=wire_item(), ExpressionAttributeNames=["#a"])  # type: ignore[arg-type]
    assert recorder.sent_item_calls() == []


def test_a_requests_own_actions_decide_what_an_expression_may_use(recorder: Recorder, client: EncryptedClient) -> None:
    config = CryptoConfig(provider(), EncryptionContext("people", "id"), AttributeActions(CryptoAction.SIGN_ONLY))
    request: dict[str, Any] = {
        "TableName": "people",
        "FilterExpression": "name = :n",
        "ExpressionAttributeValues": {":n": {"S": "x"}},
    }
    client.scan(**request, crypto_config=config)
    assert len(recorder.sent("Scan")) == 1
    with pytest.raises(UnsupportedOperationError):
        client.scan(**request)
