# SPDX-License-Identifier: Apache-2.0
"""The table of operations against botocore's models: nothing of them is undecided, and what is new is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ddbcrypt.exceptions import UnsupportedOperationError
from ddbcrypt.operations import (
    OPERATIONS,
    Handling,
    Treatment,
    check_definitions,
    check_part,
    check_request,
    filter_response,
    find,
)
from tests.architecture.models.make import FOLDER, ITEM_OPERATIONS, installed
from tests.architecture.sources import ROOT

FILES = sorted(FOLDER.glob("botocore-*.json"))
#: Streams are another service.
PAGE = ROOT / "docs/operations.md"


def _models() -> dict[str, dict[str, Any]]:
    return {"installed": installed(), **{path.stem: json.loads(path.read_text()) for path in FILES}}


MODELS = _models()


def test_both_environments_are_pinned() -> None:
    assert len(FILES) >= 2


@pytest.mark.parametrize("name", MODELS)
def test_every_operation_is_decided(name: str) -> None:
    assert MODELS[name]["operations"].keys() <= OPERATIONS.keys(), "decide on the new operations in ddbcrypt/operations"


def test_the_table_names_nothing_that_no_model_has() -> None:
    assert set().union(*(model["operations"] for model in MODELS.values())) == set(OPERATIONS)


@pytest.mark.parametrize("name", MODELS)
def test_every_member_is_decided(name: str) -> None:
    for operation, members in MODELS[name]["operations"].items():
        decided = OPERATIONS[operation]
        if decided.treatment is Treatment.REFUSE:
            continue
        assert set(members["input"]) <= decided.request.keys(), operation
        assert set(members["output"]) <= decided.response.keys(), operation
        assert set(members.get("errors", ())) <= decided.answered, operation


def test_members_that_no_model_has_are_not_allowed() -> None:
    for name, decided in OPERATIONS.items():
        if decided.treatment is Treatment.REFUSE:
            continue
        in_models: set[str] = set()
        for model in MODELS.values():
            members = model["operations"].get(name, {"input": (), "output": ()})
            in_models.update(members["input"], members["output"], members.get("errors", ()))
        assert decided.request.keys() | decided.response.keys() <= in_models, name


@pytest.mark.parametrize("name", MODELS)
def test_every_part_of_an_item_operation_is_decided(name: str) -> None:
    decided = {shape: members for one in ITEM_OPERATIONS for shape, members in OPERATIONS[one].nested.items()}
    parts = MODELS[name]["parts"]
    assert parts.keys() <= decided.keys() | {"CancellationReason"}
    for shape, members in parts.items():
        assert set(members) <= decided[shape].keys(), shape
    assert decided.keys() <= parts.keys() | {"CancellationReason"}


def test_item_operations_are_those_that_carry_items() -> None:
    carrying = {name for name, one in OPERATIONS.items() if one.treatment in (Treatment.ENCRYPT, Treatment.DECRYPT)}
    assert carrying == set(ITEM_OPERATIONS)


def test_a_new_operation_is_refused() -> None:
    with pytest.raises(UnsupportedOperationError, match="new_operation.*known to be safe.*Nothing was sent"):
        check_request(find("NewOperation"), {"TableName": "people"})


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_new_member_is_refused_in_requests_and_taken_out_of_responses(name: str) -> None:
    operation = OPERATIONS[name]
    with pytest.raises(UnsupportedOperationError, match=operation.method):
        check_request(operation, {"NewMember": {"S": "plaintext"}})
    parsed = {"NewMember": {"S": "unverified"}, "ResponseMetadata": {}}
    filter_response(operation, parsed)
    assert parsed == {"ResponseMetadata": {}}


@pytest.mark.parametrize("name", [name for name in ITEM_OPERATIONS if OPERATIONS[name].nested])
def test_a_new_member_of_a_part_is_refused(name: str) -> None:
    operation = OPERATIONS[name]
    for shape in operation.nested:
        with pytest.raises(UnsupportedOperationError, match=f"{shape} does not take the parameter NewMember"):
            check_part(operation, shape, {"NewMember": 1})


def test_legacy_parameters_are_refused_by_name() -> None:
    refused = 0
    for operation in OPERATIONS.values():
        for member, handling in operation.request.items():
            if handling is Handling.LEGACY:
                with pytest.raises(UnsupportedOperationError, match=f"legacy parameter {member}: use"):
                    check_request(operation, {member: {}})
                refused += 1
    assert refused >= 14


def test_the_page_for_users_has_every_operation_and_its_treatment() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", PAGE.read_text(), re.MULTILINE))
    assert rows == {operation.method: operation.treatment.value for operation in OPERATIONS.values()}


def test_the_page_gives_the_reason_of_every_refusal() -> None:
    text = " ".join(PAGE.read_text().split())
    for operation in OPERATIONS.values():
        if operation.treatment is Treatment.REFUSE:
            assert operation.reason in text, operation.name
            assert operation.instead in text, operation.name


def test_the_filter_of_an_export_is_taken_out() -> None:
    parsed = {"ExportDescription": {"ExportArn": "arn", "FilterSpecification": {"FilterExpression": "name = :v"}}}
    filter_response(find("DescribeExport"), parsed)
    assert parsed == {"ExportDescription": {"ExportArn": "arn"}}


def test_a_time_to_live_of_an_encrypted_attribute_may_be_switched_off_and_not_on() -> None:
    for enabled in (False, True):
        params = {"TableName": "people", "TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": "name"}}
        if not enabled:
            check_definitions(find("UpdateTimeToLive"), params, lambda name: name == "name")
            continue
        with pytest.raises(UnsupportedOperationError, match='"name", which is encrypted'):
            check_definitions(find("UpdateTimeToLive"), params, lambda name: name == "name")
