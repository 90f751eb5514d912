# SPDX-License-Identifier: Apache-2.0
"""Arguments of any shape are refused or taken, never a crash; and no call keeps or loses a reference."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from tests.structured.cases import packed, plain_case

ODD: list[Any] = [None, 0, -1, 1 << 70, "", "x", b"", b"x", (), (1,), [], {}, {"a": 1}, object(), 1.5, {"a": "\ud800"}]
REPEATS = 50


def _replaced(values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for index in range(len(values)):
        for odd in ODD:
            yield (*values[:index], odd, *values[index + 1 :])


def _survives(call: Callable[..., Any], *arguments: Any) -> None:
    try:
        call(*arguments)
    except (DynamodbEncryptionSdkError, TypeError, ValueError, OverflowError, RuntimeError, KeyError, AttributeError):
        return


def test_odd_plans_and_materials() -> None:
    case = plain_case(0x6701)
    materials = packed(case.write_materials())
    item = _engine.structured_encrypt(case.item, True, case.plan, materials)
    reading = packed(case.read_materials(item))
    for plan in _replaced(case.plan):
        _survives(_engine.structured_encrypt, case.item, True, plan, materials)
        _survives(_engine.structured_decrypt, item, True, plan, reading)
        _survives(_engine.structured_context, item, True, plan)
        _survives(_engine.structured_actions, case.item, True, plan)
    for changed in _replaced(materials):
        _survives(_engine.structured_encrypt, case.item, True, case.plan, changed)
        _survives(_engine.structured_encrypt_items, [(case.item, case.plan, changed)], True)
    for changed in _replaced(reading):
        _survives(_engine.structured_decrypt, item, True, case.plan, changed)
    for odd in ODD:
        _survives(_engine.structured_header, odd, True)
        _survives(_engine.structured_encrypt, odd, True, case.plan, materials)
        _survives(_engine.structured_decrypt, {**item, "aws_dbe_head": odd}, True, case.plan, reading)
        _survives(_engine.structured_decrypt, {**item, "aws_dbe_foot": {"B": odd}}, True, case.plan, reading)
        _survives(_engine.structured_encrypt_items, odd, True)
        _survives(_engine.structured_decrypt_items, [odd], True)
        _survives(_engine.structured_serialize_context, odd)
        _survives(_engine.structured_deserialize_value, odd, odd)
        _survives(_engine.gcm_open, odd, odd, odd, odd)
        _survives(_engine.hkdf_sha512, odd, odd, odd, odd)
        _survives(_engine.rsa_decrypt, odd, odd, odd)
    with pytest.raises(TypeError):
        _engine.structured_encrypt(case.item)  # type: ignore[call-arg]


def test_a_context_that_changes_while_it_is_read() -> None:
    case = plain_case()
    materials = list(packed(case.write_materials()))

    class Growing(dict[str, str]):
        def items(self) -> Any:
            return [*super().items(), ("more", "pairs")]

    materials[3] = Growing(materials[3])
    _survives(_engine.structured_encrypt, case.item, True, case.plan, tuple(materials))


@pytest.mark.parametrize("fails", [False, True])
def test_references_are_what_they_were(fails: bool) -> None:
    case = plain_case()
    # Objects of their own, which nothing else refers to.
    item = {**case.item, "".join(["na", "me"]): {"S": "x" * 5000}}
    materials = packed(case.write_materials())
    plan = case.plan
    stored = _engine.structured_encrypt(item, True, plan, materials)
    if fails:
        stored = {**stored, "status": {"S": "altered"}}
    reading = packed(case.read_materials(stored))
    watched: list[Any] = [item, materials, plan, stored, reading, materials[1], materials[3], plan[3], *item, *stored]

    def work() -> None:
        for _ in range(REPEATS):
            _engine.structured_encrypt(item, True, plan, materials)
            _survives(_engine.structured_decrypt, stored, True, plan, reading)
            _survives(_engine.structured_decrypt_items, [(stored, plan, reading)] * 2, True)
            _engine.structured_header(stored, True)
            _engine.structured_context(stored, True, plan)
            _engine.structured_actions(stored, True, plan)

    work()
    gc.collect()
    before = [sys.getrefcount(watch) for watch in watched]
    work()
    gc.collect()
    assert [sys.getrefcount(watch) for watch in watched] == before
