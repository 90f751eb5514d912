# SPDX-License-Identifier: Apache-2.0
"""The demo's comparison, texts, batches and reader, without a database."""

import json
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt.cli.demo import batches
from ddbcrypt.cli.demo.compare import differing_attributes, meaning
from ddbcrypt.cli.demo.table import key_identity
from ddbcrypt.cli.items import read_items
from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.cli.text import brief, printable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"N": "1.50"}, {"N": "15E-1"}),
        ({"N": "-0"}, {"N": "0"}),
        ({"NS": ["1", "2.0"]}, {"NS": ["2", "1.0"]}),
        ({"SS": ["a", "b"]}, {"SS": ["b", "a"]}),
        ({"BS": [b"a", b"b"]}, {"BS": [b"b", b"a"]}),
        ({"L": [{"M": {"n": {"N": "10"}}}]}, {"L": [{"M": {"n": {"N": "1E1"}}}]}),
    ],
)
def test_equal_to_dynamodb(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert meaning(one) == meaning(other)
    assert differing_attributes({"a": one}, {"a": other}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"S": "1"}, {"N": "1"}),
        ({"S": "a"}, {"B": b"a"}),
        ({"BOOL": True}, {"N": "1"}),
        ({"NULL": True}, {"BOOL": True}),
        ({"N": "12345678901234567890123456789012345678"}, {"N": "12345678901234567890123456789012345679"}),
        ({"NS": ["1"]}, {"NS": ["1", "2"]}),
        ({"SS": ["1"]}, {"NS": ["1"]}),
        ({"L": [{"S": "a"}, {"S": "b"}]}, {"L": [{"S": "b"}, {"S": "a"}]}),
        ({"M": {"a": {"S": "x"}}}, {"M": {"a": {"S": "x"}, "b": {"NULL": True}}}),
        ({"S": "\u00e9"}, {"S": "e\u0301"}),
    ],
)
def test_different_to_dynamodb(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert meaning(one) != meaning(other)
    assert differing_attributes({"a": one, "b": one}, {"b": other, "c": one}) == ["a", "b", "c"]


def test_numeric_keys_are_identified_by_value() -> None:
    assert key_identity({"id": {"N": "5.0"}}) == key_identity({"id": {"N": "5"}})
    assert key_identity({"id": {"S": "5.0"}}) != key_identity({"id": {"S": "5"}})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"S": "text"}, "text"),
        ({"N": "1.5"}, "1.5"),
        ({"B": b""}, "0 bytes "),
        ({"B": bytes(range(8))}, "8 bytes 0001020304050607"),
        ({"B": bytes(1000)}, "1,000 bytes 0000000000000000…"),
        ({"BS": [b"\xff", b"\x00"]}, "{1 bytes ff, 1 bytes 00}"),
        ({"SS": ["a", "b"]}, "{a, b}"),
        ({"NULL": True}, "null"),
        ({"BOOL": False}, "false"),
        ({"L": [{"BOOL": True}, {"M": {"a": {"N": "1"}}}]}, "[true, {a: 1}]"),
        ({"S": "x" * 100}, "x" * 39 + "…"),
        ({"S": "a\x1b[1m\n"}, "a\\x1b[1m\\n"),
    ],
)
def test_brief(value: dict[str, Any], expected: str) -> None:
    assert brief(value, 40) == expected


def test_printable_keeps_scripts_and_escapes_what_steers() -> None:
    assert printable("𠮷田 ليلى 🩺 é") == "𠮷田 ليلى 🩺 é"
    assert printable("\u202eabc\u200b\x9b", keep="") == "\\u202eabc\\u200b\\x9b"
    assert printable("a\nb", keep="\n") == "a\nb"


class Batcher:
    """A client that processes ``takes[n]`` requests of its n-th call, all of them once the list is used up."""

    def __init__(self, takes: list[int]) -> None:
        self.takes = takes
        self.calls: list[list[Any]] = []
        self.done: list[Any] = []

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:
        requests = RequestItems["t"]
        taken = self.takes.pop(0) if self.takes else len(requests)
        self.calls.append(requests)
        self.done += requests[:taken]
        return {"UnprocessedItems": {"t": requests[taken:]} if requests[taken:] else {}}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(batches.time, "sleep", waited.append)
    return waited


def test_batches_hold_25_requests(pauses: list[float]) -> None:
    client = Batcher([])
    requests = [{"PutRequest": number} for number in range(60)]
    assert [len(batch) for batch in batches.write_batches(client, "t", requests)] == [25, 25, 10]
    assert client.done == requests
    assert pauses == []


def test_unprocessed_requests_are_sent_again_after_longer_and_longer_pauses(pauses: list[float]) -> None:
    client = Batcher([5, 0, 0, 20])
    requests = [{"PutRequest": number} for number in range(25)]
    assert len(list(batches.write_batches(client, "t", requests))) == 1
    assert client.done == requests
    assert [len(call) for call in client.calls] == [25, 20, 20, 20]
    assert pauses == [0.05, 0.1, 0.2]


def test_a_table_that_takes_nothing_is_given_up(pauses: list[float]) -> None:
    with pytest.raises(CommandError, match="3 requests of a batch stay unprocessed") as failed:
        list(batches.write_batches(Batcher([0] * 100), "t", [{"PutRequest": number} for number in range(3)]))
    assert failed.value.code is ExitCode.DATABASE
    assert 5 < sum(pauses) < 15


def test_an_item_whose_one_attribute_is_called_item(tmp_path: Path) -> None:
    path = tmp_path / "item.jsonl"
    path.write_text(json.dumps({"Item": {"S": "x"}}) + "\n" + json.dumps({"Item": {"Item": {"S": "y"}}}))
    assert [source.item for source in read_items(path)] == [{"Item": {"S": "x"}}, {"Item": {"S": "y"}}]


def test_binary_values_are_bytes_and_lines_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "binary.jsonl"
    path.write_text('\ufeff{"a": {"L": [{"B": "AAE="}, {"BS": ["", "/w=="]}]}}\r\n\n{"b": {"NULL": true}}', "utf-8")
    first, second = read_items(path)
    assert first.item == {"a": {"L": [{"B": b"\x00\x01"}, {"BS": [b"", b"\xff"]}]}}
    assert (first.line, second.line) == (1, 3)
