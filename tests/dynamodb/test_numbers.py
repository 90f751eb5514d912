# SPDX-License-Identifier: Apache-2.0
"""DynamoDB's rules for values, asked of DynamoDB Local: ddbcrypt refuses what it refuses and keeps what it keeps."""

from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ddbcrypt.exceptions import (
    DuplicateSetMemberError,
    DynamodbEncryptionSdkError,
    InvalidNumberError,
    ItemTooLargeError,
    NestingDepthError,
)
from tests.dynamodb.conftest import Database
from tests.dynamodb.frontends import make_front
from tests.dynamodb.items import to_wire
from tests.dynamodb.library import DDBCRYPT, Keys

NINES = "9." + "9" * 37
KEY = {"patient": {"S": "p"}, "visit": {"N": "1"}}

ACCEPTED = [
    "0", "-0", "0.0", "-0.00", "0E+200", "0E-200", "0E+99999", "0." + "0" * 400, "1.50", "007", "-007", "00", "0001.5",
    "+5", ".5", "5.", "-.5", "+.5", "1e5", "1E5", "1E+5", "1e+05", "1E005", "12345678901234567890123456789012345678",
    "123456789012345678901234567890123456780", "1" + "0" * 50, "1" + "0" * 125, "1E+125", "9.9E+125", NINES + "E+125",
    "-" + NINES + "E+125", "0.1E+126", "1E-130", "10E-131", "0." + "0" * 129 + "1", NINES + "E-130",
    "-" + NINES + "E-130", "12345678901234567890123456789012345678E-167", "12345678901234567890123456789012345678E-130",
    "0" * 200 + "1", "1." + "0" * 200,
]  # fmt: skip
REFUSED = [
    "", "-", "+", "--1", "+-1", "1.2.3", "1,5", "1_000", " 1", "1 ", "\t1", "1\n", "Infinity", "-Infinity", "NaN",
    "nan", "0x10", "0x1p3", "1d", "1L", "1E", "E5", ".", "1E+126", "-1E+126", "10E+125", "1" + "0" * 126,
    "9.9E-131", "0.9E-130", "0." + "0" * 130 + "1", "12345678901234567890123456789012345678E-168", "1E400",
    "1E+99999999999", "9" * 39,
    "123456789012345678901234567890123456789", "9." + "9" * 38 + "E+125", "0." + "1" * 39,
]  # fmt: skip
# DynamoDB reads these as 1; ddbcrypt, as the format's other clients cannot agree on them, does not.
FOREIGN_DIGITS = ["\u0661", "\uff11"]


@pytest.fixture(scope="module")
def table(dynamodb_local: Database) -> str:
    return dynamodb_local.create_table()


@pytest.fixture(params=["SIGN_ONLY", "ENCRYPT_AND_SIGN"])
def front(request: pytest.FixtureRequest, dynamodb_local: Database, table: str, keys: Keys) -> Any:
    actions = DDBCRYPT.actions(request.param, {})
    return make_front("wire-client", dynamodb_local.endpoint_url, table, keys, actions=actions)


def _put_plain(database: Database, table: str, value: dict[str, Any]) -> dict[str, Any]:
    database.client.put_item(TableName=table, Item={**KEY, "value": value})
    found: dict[str, Any] = database.client.get_item(TableName=table, Key=KEY)["Item"]["value"]
    return found


@pytest.mark.parametrize("text", ACCEPTED)
def test_number_that_dynamodb_stores(front: Any, dynamodb_local: Database, table: str, text: str) -> None:
    """ddbcrypt gives back the number that DynamoDB would: the canonical form is the stored form."""
    stored = _put_plain(dynamodb_local, table, {"N": text})
    front.call("put_item", Item={**KEY, "value": {"N": text}, "numbers": {"NS": [text, "7.25"]}})
    item = front.call("get_item", Key=KEY)["Item"]
    assert item["value"] == stored
    assert Decimal(item["value"]["N"]) == Decimal(text)
    assert sorted(item["numbers"]["NS"]) == sorted([stored["N"], "7.25"])


@pytest.mark.parametrize("text", REFUSED)
def test_number_that_dynamodb_refuses(front: Any, dynamodb_local: Database, table: str, text: str) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        _put_plain(dynamodb_local, table, {"N": text})
    for value in ({"N": text}, {"NS": [text]}, {"L": [{"M": {"inner": {"N": text}}}]}):
        with pytest.raises(InvalidNumberError, match="value"):
            front.call("put_item", Item={**KEY, "value": value})


@pytest.mark.parametrize("text", FOREIGN_DIGITS)
def test_digits_of_other_scripts(front: Any, dynamodb_local: Database, table: str, text: str) -> None:
    assert _put_plain(dynamodb_local, table, {"N": text}) == {"N": "1"}
    with pytest.raises(InvalidNumberError, match="value"):
        front.call("put_item", Item={**KEY, "value": {"N": text}})


@pytest.mark.parametrize(
    "members", [["1", "1.0"], ["1", "1"], ["0", "-0"], ["100", "1E2"]], ids=lambda members: ",".join(members)
)
def test_duplicate_numbers(front: Any, dynamodb_local: Database, table: str, members: list[str]) -> None:
    with pytest.raises(ClientError, match="duplicates"):
        _put_plain(dynamodb_local, table, {"NS": members})
    with pytest.raises(DuplicateSetMemberError, match="value"):
        front.call("put_item", Item={**KEY, "value": {"NS": members}})


@pytest.mark.parametrize("value", [{"SS": ["a", "b", "a"]}, {"BS": [b"a", b"a"]}], ids=["SS", "BS"])
def test_duplicate_members(front: Any, dynamodb_local: Database, table: str, value: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="duplicates"):
        _put_plain(dynamodb_local, table, value)
    with pytest.raises(DuplicateSetMemberError, match="value"):
        front.call("put_item", Item={**KEY, "value": value})


def _nested(levels: int, kind: str) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "deep"}
    for _ in range(levels):
        value = {"L": [value]} if kind == "L" else {"M": {"m": value}}
    return value


@pytest.mark.parametrize("kind", ["L", "M"])
def test_depth(front: Any, dynamodb_local: Database, table: str, kind: str) -> None:
    deepest = _nested(31, kind)
    assert _put_plain(dynamodb_local, table, deepest) == deepest
    front.call("put_item", Item={**KEY, "value": deepest})
    assert front.call("get_item", Key=KEY)["Item"]["value"] == deepest
    with pytest.raises(ClientError, match="nested"):
        _put_plain(dynamodb_local, table, _nested(32, kind))
    with pytest.raises(NestingDepthError, match="value"):
        front.call("put_item", Item={**KEY, "value": _nested(32, kind)})


EMPTY = [{"S": ""}, {"B": b""}, {"L": []}, {"M": {}}, {"SS": [""]}, {"BS": [b""]}, {"NULL": True}, {"BOOL": False}]


@pytest.mark.parametrize("value", EMPTY, ids=lambda value: str(value))
def test_empty_values(front: Any, dynamodb_local: Database, table: str, value: dict[str, Any]) -> None:
    assert _put_plain(dynamodb_local, table, value) == value
    front.call("put_item", Item={**KEY, "value": value})
    assert front.call("get_item", Key=KEY)["Item"]["value"] == value


@pytest.mark.parametrize("value", [{"SS": []}, {"NS": []}, {"BS": []}, {"NULL": False}], ids=lambda value: str(value))
def test_values_that_dynamodb_refuses(front: Any, dynamodb_local: Database, table: str, value: dict[str, Any]) -> None:
    """A signed value is DynamoDB's to judge; one that only ddbcrypt sees is refused, or comes back as it was."""
    with pytest.raises(ClientError, match="ValidationException"):
        _put_plain(dynamodb_local, table, value)
    try:
        front.call("put_item", Item={**KEY, "value": value})
    except (ClientError, DynamodbEncryptionSdkError):
        return
    assert front.call("get_item", Key=KEY)["Item"]["value"] == value


def test_order_of_sets_does_not_matter(front: Any) -> None:
    """DynamoDB sorts sets its own way: strings by UTF-16 code unit, binaries by signed bytes."""
    item = {
        **KEY,
        "strings": {"SS": ["b", "a", "\ufffd", "\U00010000"]},
        "binaries": {"BS": [b"\x01", b"\xff", b"\x80\x01", b"\x00"]},
        "numbers": {"NS": ["3", "1.50", "2E1", "-7"]},
    }
    front.call("put_item", Item=item)
    found = front.call("get_item", Key=KEY)["Item"]
    for name in ("strings", "binaries"):
        ((kind, members),) = item[name].items()
        assert set(found[name][kind]) == set(members)
    assert {Decimal(number) for number in found["numbers"]["NS"]} == {Decimal(3), Decimal("1.5"), Decimal(20), -7}


def test_text_is_kept_code_point_by_code_point(front: Any) -> None:
    for text in ("e\u0301", "\u00e9", "a\0b", "\U0001f600", "\u0000", "\ufeff", "\U0010ffff"):
        front.call("put_item", Item={**KEY, "value": {"S": text}, "map": {"M": {text: {"S": text}}}})
        item = front.call("get_item", Key=KEY)["Item"]
        assert item["value"] == {"S": text}
        assert item["map"] == {"M": {text: {"S": text}}}


def test_number_key_in_another_spelling(front: Any) -> None:
    """DynamoDB stores the key 5.0 as 5: the signature has to cover the number, not its text."""
    for text in ("5.0", "1E2", "-0", "12345678901234567890123456789012345678"):
        key = {"patient": {"S": "p"}, "visit": {"N": text}}
        front.call("put_item", Item={**key, "value": {"S": "x"}})
        item = front.call("get_item", Key=key)["Item"]
        assert item["value"] == {"S": "x"}
        assert Decimal(item["visit"]["N"]) == Decimal(text)


@pytest.mark.parametrize("size", [100_000, 390_000])
def test_large_item(dynamodb_local: Database, table: str, keys: Keys, size: int) -> None:
    front = make_front("table", dynamodb_local.endpoint_url, table, keys)
    item = {"patient": "large", "visit": Decimal(size), "body": bytes(range(256)) * (size // 256)}
    front.put(item)
    assert front.get({"patient": "large", "visit": size}) == item
    with pytest.raises(ItemTooLargeError, match="400 KB"):
        front.put({**item, "body": b"x" * 409_600})
    dynamodb_local.client.delete_item(TableName=table, Key=to_wire({"patient": "large", "visit": Decimal(size)}))
