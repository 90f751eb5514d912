# SPDX-License-Identifier: Apache-2.0
"""The caching materials manager: its limits, what its key covers, and threads."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ddbcrypt.exceptions import InvalidArgumentError, ProviderStoreError
from ddbcrypt.keyrings import (
    AlgorithmSuite,
    CachingCmm,
    DataKeyUnwrappingError,
    DefaultCmm,
    EncryptionMaterials,
    RawAesKeyring,
    caching,
)
from ddbcrypt.metrics import Metrics
from tests.keyrings.contexts import CONTEXT, some_bytes
from tests.support.forked import in_child
from tests.support.patience import PATIENCE_SECONDS

HMAC, ECDSA = AlgorithmSuite


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counting(DefaultCmm):
    """Counts what it is asked for, and waits for ``gate`` if there is one."""

    def __init__(self) -> None:
        super().__init__(RawAesKeyring("ns", "k", some_bytes(32)))
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.gate: threading.Event | None = None
        self.error: Exception | None = None

    def _ask(self, what: str) -> None:
        with self._lock:
            self.asked[what] += 1
        if self.gate is not None:
            self.gate.wait(PATIENCE_SECONDS)
        if self.error is not None:
            raise self.error

    def get_encryption_materials(self, *arguments: Any, **options: Any) -> Any:
        self._ask("encrypt")
        return super().get_encryption_materials(*arguments, **options)

    def decrypt_materials(self, *arguments: Any, **options: Any) -> Any:
        self._ask("decrypt")
        return super().decrypt_materials(*arguments, **options)


def key_of(manager: CachingCmm, size: int | None = 10, context: Any = CONTEXT, **options: Any) -> bytes | None:
    suite = options.pop("suite", HMAC)
    materials: EncryptionMaterials = manager.get_encryption_materials(context, suite, plaintext_length=size, **options)
    return materials.plaintext_data_key


def test_items_until_the_limit() -> None:
    below = Counting()
    manager = CachingCmm(below, 60, max_items=3)
    keys = [key_of(manager) for _ in range(7)]
    assert [keys.count(key) for key in dict.fromkeys(keys)] == [3, 3, 1]
    assert below.asked["encrypt"] == 3


def test_uses_are_counted() -> None:
    below, metrics = Counting(), Metrics()
    manager = CachingCmm(below, 60, max_items=2)
    with metrics.counting():
        for _ in range(5):
            key_of(manager)
        assert metrics.snapshot() == {"cache_misses": 3, "cache_hits": 2}
        keys = manager.get_encryption_materials(CONTEXT, HMAC, plaintext_length=1).encrypted_data_keys
        for _ in range(3):
            manager.decrypt_materials(HMAC, keys, CONTEXT)
        assert metrics.snapshot() == {"cache_misses": 4, "cache_hits": 5}
        manager.clear()
        below.error = DataKeyUnwrappingError("none")
        with pytest.raises(DataKeyUnwrappingError):
            manager.decrypt_materials(HMAC, keys, CONTEXT)
    assert metrics.snapshot() == {"cache_misses": 5, "cache_hits": 5}


def test_bytes_until_the_limit() -> None:
    below = Counting()
    manager = CachingCmm(below, 60, max_bytes=100)
    first = [key_of(manager, 40), key_of(manager, 60)]
    assert first[0] == first[1]
    assert key_of(manager, 0) == first[0]
    assert key_of(manager, 1) != first[0]
    asked = below.asked["encrypt"]
    assert len({key_of(manager, 101), key_of(manager, 101), key_of(manager, None), key_of(manager, None)}) == 4
    assert below.asked["encrypt"] == asked + 4
    assert CachingCmm(below, 60, max_bytes=0).get_encryption_materials(CONTEXT, plaintext_length=0)


def test_age() -> None:
    below, clock = Counting(), Clock()
    manager = CachingCmm(below, 60, clock=clock)
    first = manager.get_encryption_materials(CONTEXT, HMAC, plaintext_length=1)
    read = [manager.decrypt_materials(HMAC, first.encrypted_data_keys, CONTEXT) for _ in range(3)]
    assert {item.plaintext_data_key for item in read} == {first.plaintext_data_key}
    clock.now += 59.9
    assert key_of(manager) == first.plaintext_data_key
    manager.decrypt_materials(HMAC, first.encrypted_data_keys, CONTEXT)
    assert below.asked == {"encrypt": 1, "decrypt": 1}
    clock.now += 0.1
    assert key_of(manager) != first.plaintext_data_key
    manager.decrypt_materials(HMAC, first.encrypted_data_keys, CONTEXT)
    assert below.asked == {"encrypt": 2, "decrypt": 2}


def test_the_key_to_encrypt_covers_everything() -> None:
    manager = CachingCmm(Counting(), 60)
    base = key_of(manager)
    assert key_of(manager) == base
    different: list[dict[str, Any]] = [
        {"suite": ECDSA},
        {"context": {**CONTEXT, "é": "other"}},
        {"context": {**CONTEXT, "more": "x"}},
        {"context": {}},
        {"required_context_keys": ["é"]},
    ]
    keys = [key_of(manager, **options) for options in different]
    assert len({base, *keys}) == len(different) + 1
    assert key_of(CachingCmm(Counting(), 60)) != base
    assert key_of(manager, context=dict(reversed(list(CONTEXT.items())))) == base


def test_the_key_to_decrypt_covers_everything() -> None:
    below = Counting()
    manager = CachingCmm(below, 60)
    written = DefaultCmm(RawAesKeyring("ns", "k", some_bytes(32))).get_encryption_materials(CONTEXT, HMAC)
    keys = written.encrypted_data_keys
    stored = {name: value for name, value in CONTEXT.items() if name != "é"}
    first = manager.decrypt_materials(HMAC, keys, stored, reproduced_context={"é": CONTEXT["é"]})
    assert first.required_context_keys == {"é"}
    assert manager.decrypt_materials(HMAC, keys, CONTEXT).required_context_keys == frozenset()
    assert below.asked["decrypt"] == 2
    for context, known, data_keys in (
        (stored, {"é": "other"}, keys),
        (stored, None, keys),
        (CONTEXT, None, [keys[0]._replace(ciphertext=bytes(len(keys[0].ciphertext)))]),
        (CONTEXT, None, []),
        (CONTEXT, None, [keys[0]._replace(provider_info=b"x")]),
    ):
        with pytest.raises(DataKeyUnwrappingError):
            manager.decrypt_materials(HMAC, data_keys, context, reproduced_context=known)
    assert below.asked["decrypt"] == 7


def test_capacity() -> None:
    below = Counting()
    manager = CachingCmm(below, 60, capacity=3)
    for number in range(10):
        key_of(manager, context={"n": str(number)})
    assert len(manager) == 3
    key_of(manager, context={"n": "9"})
    assert below.asked["encrypt"] == 10
    key_of(manager, context={"n": "0"})
    assert below.asked["encrypt"] == 11
    manager.clear()
    assert len(manager) == 0
    assert manager


def test_failures_are_not_remembered() -> None:
    below = Counting()
    manager = CachingCmm(below, 60)
    below.error = DataKeyUnwrappingError("down")
    for _ in range(2):
        with pytest.raises(DataKeyUnwrappingError, match="down"):
            key_of(manager)
    below.error = None
    assert key_of(manager)
    assert below.asked["encrypt"] == 3


def test_threads_share_one_question_and_the_limits() -> None:
    below = Counting()
    below.gate = threading.Event()
    manager = CachingCmm(below, 60, max_items=10)
    started = threading.Barrier(9)

    def many() -> list[bytes | None]:
        started.wait(PATIENCE_SECONDS)
        return [key_of(manager) for _ in range(25)]

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(many) for _ in range(8)]
        started.wait(PATIENCE_SECONDS)
        below.gate.set()
        keys = [key for future in futures for key in future.result(PATIENCE_SECONDS)]
    counts = Counter(keys)
    assert len(keys) == 200
    assert max(counts.values()) <= 10
    assert below.asked["encrypt"] == 20


def test_a_data_key_that_others_asked_for_meanwhile_is_not_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    below = Counting()
    manager = CachingCmm(below, 60, max_items=2)
    first = [key_of(manager), key_of(manager)]
    take = caching._Shared.take
    others: list[bytes | None] = []

    def take_late(shared: caching._Shared, size: int) -> bool:
        taken = take(shared, size)
        if not taken and not others:
            others.append(None)
            others[0] = key_of(manager)  # as another thread may, in this moment
        return taken

    monkeypatch.setattr(caching._Shared, "take", take_late)
    assert key_of(manager) == others[0]
    assert others[0] not in first
    assert below.asked["encrypt"] == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_processes_share_no_limits_and_so_no_data_keys() -> None:
    below = Counting()
    manager = CachingCmm(below, 60, max_items=3)
    first = manager.get_encryption_materials(CONTEXT, HMAC, plaintext_length=1)
    manager.decrypt_materials(HMAC, first.encrypted_data_keys, CONTEXT)
    shared = next(iter(manager._to_encrypt._entries.values())).value

    def of_child() -> bytes:
        asked = Counter(below.asked)
        written = [key_of(manager) or b"" for _ in range(3)]
        read = manager.decrypt_materials(HMAC, first.encrypted_data_keys, CONTEXT)
        assert read.plaintext_data_key == first.plaintext_data_key
        assert below.asked - asked == {"encrypt": 1}
        return b"".join(written)

    with shared.lock:  # as another thread may hold it in the moment of the fork
        children = [in_child(of_child) for _ in range(3)]
    keys = [given[at : at + 32] for given in children for at in range(0, 96, 32)]
    assert sorted(Counter(keys).values()) == [3, 3, 3]
    assert first.plaintext_data_key not in keys
    assert [key_of(manager), key_of(manager)] == [first.plaintext_data_key] * 2
    assert key_of(manager) != first.plaintext_data_key


def test_a_manager_that_depends_on_itself_shows_nothing_of_the_context() -> None:
    below = Counting()
    manager = CachingCmm(below, 60)
    ask = below.get_encryption_materials
    below.get_encryption_materials = lambda *_, **__: key_of(manager, context={"ssn": "s3cret"})  # type: ignore[method-assign]
    with pytest.raises(ProviderStoreError, match="encryption materials depends on itself") as caught:
        key_of(manager, context={"ssn": "s3cret"})
    assert "s3cret" not in str(caught.value)
    below.get_encryption_materials = ask  # type: ignore[method-assign]
    assert key_of(manager, context={"ssn": "s3cret"})
    assert "s3cret" not in repr(manager)


def test_one_question_in_flight() -> None:
    below = Counting()
    below.gate = threading.Event()
    manager = CachingCmm(below, 60)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(key_of, manager) for _ in range(8)]
        while not below.asked["encrypt"]:
            time.sleep(0.001)
        below.gate.set()
        assert len({future.result(PATIENCE_SECONDS) for future in futures}) == 1
    assert below.asked["encrypt"] == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"max_age": 0}, InvalidArgumentError),
        ({"max_age": float("inf")}, InvalidArgumentError),
        ({"max_age": float("nan")}, InvalidArgumentError),
        ({"max_age": "60"}, TypeError),
        ({"max_age": True}, TypeError),
        ({"max_age": 1, "max_items": 0}, InvalidArgumentError),
        ({"max_age": 1, "max_items": 2**32 + 1}, InvalidArgumentError),
        ({"max_age": 1, "max_bytes": -1}, InvalidArgumentError),
        ({"max_age": 1, "max_bytes": 2**63}, InvalidArgumentError),
        ({"max_age": 1, "capacity": 0}, InvalidArgumentError),
        ({"max_age": 1, "capacity": 1.5}, TypeError),
        ({"max_age": 1, "clock": 5}, TypeError),
    ],
)
def test_arguments_that_are_refused(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        CachingCmm(Counting(), **options)
    with pytest.raises(InvalidArgumentError):
        CachingCmm(Counting(), 60).get_encryption_materials(CONTEXT, plaintext_length=-1)
