# SPDX-License-Identifier: Apache-2.0
"""The shipped items: made by the script beside them, and of every kind that DynamoDB holds."""

import importlib.util
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt.cli.items import SourceItem, read_items
from ddbcrypt.cli.sample import find_sample

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def sample() -> list[SourceItem]:
    return read_items(find_sample())


def values(attribute: dict[str, Any], depth: int = 1) -> Iterator[tuple[str, Any, int]]:
    """Type, value and depth of an attribute and of all inside it."""
    ((tag, content),) = attribute.items()
    yield tag, content, depth
    members = content if tag == "L" else content.values() if tag == "M" else ()
    for member in members:
        yield from values(member, depth + 1)


def test_the_script_writes_the_file() -> None:
    spec = importlib.util.spec_from_file_location("make_patients", EXAMPLES / "make_patients.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.lines() == (EXAMPLES / "patients.jsonl").read_bytes()


def test_the_installed_file_is_the_checkouts() -> None:
    assert find_sample().read_bytes() == (EXAMPLES / "patients.jsonl").read_bytes()


def test_it_has_the_shape_of_an_export_and_a_modest_size() -> None:
    raw = (EXAMPLES / "patients.jsonl").read_bytes()
    assert len(raw) < 1_500_000
    lines = raw.decode().splitlines()
    assert len(lines) == 1000
    assert all(list(json.loads(line)) == ["Item"] for line in lines)


def test_every_item_has_a_key_of_its_own(sample: list[SourceItem]) -> None:
    keys = {(source.item["pk"]["S"], source.item["sk"]["S"]) for source in sample}
    assert len(keys) == len(sample) == 1000


def test_all_ten_types_are_in_the_file_and_in_its_first_item(sample: list[SourceItem]) -> None:
    ten = {"S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "M", "L"}
    assert {next(iter(value)) for value in sample[0].item.values()} == ten
    assert {tag for source in sample for value in source.item.values() for tag, _, _ in values(value)} == ten


def test_edge_values(sample: list[SourceItem]) -> None:
    every = [found for source in sample for value in source.item.values() for found in values(value)]
    digits = [len(Decimal(content).as_tuple().digits) for tag, content, _ in every if tag == "N"]
    assert max(digits) == 38
    assert digits.count(38) >= 400
    assert any(ord(sign) > 0xFFFF for tag, content, _ in every if tag == "S" for sign in content)
    assert max(depth for _, _, depth in every) >= 4
    assert all(content for tag, content, _ in every if tag in ("S", "N", "B", "SS", "NS", "BS", "M", "L"))


def test_nobody_can_be_called_or_written_to(sample: list[SourceItem]) -> None:
    contacts = [entry["M"]["value"]["S"] for source in sample for entry in source.item.get("contacts", {"L": []})["L"]]
    assert len(contacts) == 500
    assert all("-555-01" in contact or contact.endswith("@example.org") for contact in contacts)
