# SPDX-License-Identifier: Apache-2.0
"""Batches and the garbage collector: code that runs while results are made finds it as the caller left it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest
from boto3.dynamodb.types import Binary

from ddbcrypt.encrypted.item import decrypt_many, encrypt_many
from ddbcrypt.structured import DynamoDbItemEncryptor
from tests.structured.encryptors import encryptor
from tests.unit.support import ENCRYPT, NOTHING, SIGN, make_config

CONFIG = make_config(default=SIGN, actions={"loose": NOTHING})
_Batch = Callable[[list[dict[str, Any]], bool], list[dict[str, Any]]]


def _legacy(many: Any) -> _Batch:
    return lambda items, wire: many([(item, CONFIG) for item in items], wire=wire)


def _structured(ours: DynamoDbItemEncryptor, direction: str) -> _Batch:
    def call(items: list[dict[str, Any]], wire: bool) -> list[dict[str, Any]]:
        notation = "" if wire else "python_"
        made = getattr(ours, f"{direction}_{notation}items")(items)
        return [output.encrypted_item if direction == "encrypt" else output.plaintext_item for output in made]

    return call


def _ways() -> list[Any]:
    actions = {"id": SIGN, "note": ENCRYPT}
    ours = encryptor(attribute_actions_on_encrypt=actions)
    return [
        pytest.param(_legacy(encrypt_many), _legacy(decrypt_many), id="legacy"),
        pytest.param(_structured(ours, "encrypt"), _structured(ours, "decrypt"), id="structured"),
    ]


class _Watch:
    """What the collector was at each look."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def look(self) -> None:
        self.seen.append(gc.isenabled())


def _name(watch: _Watch, text: str) -> str:
    class Name(str):
        __slots__ = ()

        def __hash__(self) -> int:
            watch.look()
            return str.__hash__(self)

        def __eq__(self, other: object) -> bool:
            return str.__eq__(self, other)

    return Name(text)


@pytest.mark.parametrize("wire", [True, False])
@pytest.mark.parametrize(("encrypt", "decrypt"), _ways())
def test_names_with_a_hash_of_their_own(encrypt: _Batch, decrypt: _Batch, wire: bool) -> None:
    watch = _Watch()
    name = _name(watch, "note")
    items = [{"id": {"S": str(n)} if wire else str(n), name: {"S": "x"} if wire else "x"} for n in range(5)]
    watch.seen.clear()
    stored = encrypt(items, wire)
    decrypt(stored, wire)
    assert len(watch.seen) >= 20
    assert all(watch.seen)
    assert gc.isenabled()


@pytest.mark.parametrize(("encrypt", "decrypt"), _ways())
@pytest.mark.parametrize("enabled", [True, False])
def test_binaries_in_sets(encrypt: _Batch, decrypt: _Batch, enabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = _Watch()
    members = {Binary(b"a"), Binary(b"b")}
    items: list[dict[str, Any]] = [{"id": str(n), "note": [{"deep": members}]} for n in range(5)]
    expected = hash(Binary(b"a"))

    def looking(self: Binary) -> int:
        watch.look()
        return hash(self.value)

    monkeypatch.setattr(Binary, "__hash__", looking)
    assert hash(Binary(b"a")) == expected
    if not enabled:
        gc.disable()
    try:
        assert decrypt(encrypt(items, False), False) == items
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
    assert len(watch.seen) > 10
    assert watch.seen[1:] == [enabled] * (len(watch.seen) - 1)


@pytest.mark.parametrize("wire", [True, False])
@pytest.mark.parametrize(("encrypt", "decrypt"), _ways())
def test_the_collector_stays_as_it_is(encrypt: _Batch, decrypt: _Batch, wire: bool) -> None:
    items = [{"id": {"S": str(n)} if wire else str(n), "note": {"S": "x"} if wire else "x"} for n in range(5)]
    for enabled in (True, False):
        try:
            (gc.enable if enabled else gc.disable)()
            assert decrypt(encrypt(items, wire), wire) == items
            assert gc.isenabled() is enabled
        finally:
            gc.enable()
