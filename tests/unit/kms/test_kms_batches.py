# SPDX-License-Identifier: Apache-2.0
"""Batches fetch their data keys side by side: how many rounds they take, and which error they end with."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ddbcrypt import (
    CryptoConfig,
    CryptographicMaterialsProvider,
    DynamodbEncryptionSdkError,
    EncryptionContext,
    SignatureVerificationError,
    UnwrappingError,
    WrappingError,
)
from ddbcrypt.encrypted.item import decrypt_many, encrypt_many
from ddbcrypt.internal import fetching
from ddbcrypt.internal.fetching import CONCURRENT_CALLS, prepare_each
from ddbcrypt.materials import CryptographicMaterials
from tests.support.endpoint import Answer
from tests.unit.kms.fake import Region, refused
from tests.unit.kms.rounds import WAIT_SECONDS, Rounds
from tests.unit.support import make_config, static_provider


class Calling(CryptographicMaterialsProvider):
    """Static materials behind a call that a test watches."""

    makes_network_calls = True

    def __init__(self, call: Callable[[EncryptionContext], None]) -> None:
        self._call = call
        self._inner = static_provider()

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        self._call(encryption_context)
        return self._inner.encryption_materials(encryption_context)

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        self._call(encryption_context)
        return self._inner.decryption_materials(encryption_context)


class Local(Calling):
    makes_network_calls = False


def items(count: int) -> list[dict[str, Any]]:
    return [{"id": {"S": f"p-{number}"}, "name": {"S": f"secret {number}"}} for number in range(count)]


def jobs(some: list[dict[str, Any]], provider: CryptographicMaterialsProvider) -> list[Any]:
    config = make_config(provider=provider)
    return [(item, config.with_item(item)) for item in some]


def place(context: EncryptionContext) -> int:
    """The number of the item that a provider is asked for."""
    return int(context.attributes["id"]["S"].removeprefix("p-"))


def fetchers() -> list[threading.Thread]:
    """Threads of batches that still live."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("ddbcrypt-fetch")]


def after(monkeypatch: pytest.MonkeyPatch, method: str, call: Callable[[], None]) -> None:
    """Call ``call`` at the end of a step of the batch, for a test that waits for the step to be through."""
    step = getattr(fetching._Run, method)

    def stepping(*arguments: Any) -> None:
        step(*arguments)
        call()

    monkeypatch.setattr(fetching._Run, method, stepping)


@pytest.mark.parametrize(("count", "sizes"), [(25, [10, 10, 5]), (10, [10]), (11, [10, 1]), (2, [2]), (1, [1])])
def test_rounds_of_a_batch(count: int, sizes: list[int]) -> None:
    plain = items(count)
    for run, given in ((encrypt_many, plain), (decrypt_many, encrypt_many(jobs(plain, static_provider()), wire=True))):
        rounds = Rounds(count)
        done = run(jobs(given, Calling(lambda context, rounds=rounds: rounds.wait())), wire=True)  # type: ignore[misc]
        assert rounds.sizes == sizes
        assert rounds.most == min(count, CONCURRENT_CALLS)
        assert [item["id"] for item in done] == [item["id"] for item in plain]
    assert done == plain


def test_25_items_take_three_rounds_of_kms(region: Region, key: str) -> None:
    rounds: list[Rounds] = []

    def wait(operation: str, request: dict[str, Any]) -> None:
        rounds[-1].wait()

    region.kms.before = wait
    provider = region.provider(key)
    plain = items(25)
    rounds.append(Rounds(25))
    stored = encrypt_many(jobs(plain, provider), wire=True)
    rounds.append(Rounds(25))
    assert decrypt_many(jobs(stored, provider), wire=True) == plain
    assert [one.sizes for one in rounds] == [[10, 10, 5]] * 2
    assert [one.most for one in rounds] == [10, 10]
    assert region.endpoint.operations == ["GenerateDataKey"] * 25 + ["Decrypt"] * 25


def test_each_item_has_the_keys_that_were_fetched_for_it(region: Region, key: str) -> None:
    provider = region.provider(key)
    plain = items(40)
    stored = encrypt_many(jobs(plain, provider), wire=True)
    for number in (0, 13, 39):
        assert decrypt_many(jobs([stored[number]], provider), wire=True) == [plain[number]]
    contexts = [request["EncryptionContext"]["id"] for request in region.endpoint.sent("GenerateDataKey")]
    assert sorted(contexts) == sorted(item["id"]["S"] for item in plain)


@pytest.mark.parametrize("wire", [True, False])
def test_no_thread_for_local_materials(monkeypatch: pytest.MonkeyPatch, wire: bool) -> None:
    def none(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("a thread was started")

    monkeypatch.setattr(threading, "Thread", none)
    threads: set[int] = set()
    provider = Local(lambda context: threads.add(threading.get_ident()))
    plain = items(25) if wire else [{"id": f"p-{number}"} for number in range(25)]
    assert decrypt_many(jobs(encrypt_many(jobs(plain, provider), wire=wire), provider), wire=wire) == plain
    assert threads == {threading.get_ident()}


def test_no_thread_for_one_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "Thread", None)
    threads: list[int] = []
    encrypt_many(jobs(items(1), Calling(lambda context: threads.append(threading.get_ident()))), wire=True)
    assert threads == [threading.get_ident()]


@pytest.mark.parametrize("failing", [{3}, {3, 4}, {9, 2, 7}, {24}, {0, 24}, set(range(25))])
def test_the_first_failing_item_is_named(region: Region, key: str, failing: set[int]) -> None:
    """Whichever fails first in time, the error is that of the first in order: later calls are let fail earlier."""
    refusing = threading.Event()
    late = min(failing)

    def before(operation: str, request: dict[str, Any]) -> Answer | None:
        number = int(request["EncryptionContext"]["id"].removeprefix("p-"))
        if number not in failing:
            return None
        if number == late and any(late < other < 10 for other in failing):
            refusing.wait(WAIT_SECONDS)
        refusing.set()
        return refused("AccessDeniedException", f"no {number}")

    provider = region.provider(key)
    stored = encrypt_many(jobs(items(25), provider), wire=True)
    for run, given, error in ((encrypt_many, items(25), WrappingError), (decrypt_many, stored, UnwrappingError)):
        refusing.clear()
        region.kms.before = before
        with pytest.raises(error, match=f"no {late} ") as caught:
            run(jobs(given, provider), wire=True)
        assert isinstance(caught.value, DynamodbEncryptionSdkError)
        assert caught.value.index == late
        assert caught.value.item_key == {"id": {"S": f"p-{late}"}}
        assert key in str(caught.value)
        region.kms.before = lambda operation, request: None


def test_after_a_failure_no_call_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    all_begun, failed = threading.Semaphore(0), threading.Event()
    after(monkeypatch, "_fail", failed.set)

    def call(context: EncryptionContext) -> None:
        begun.append(place(context))
        if place(context) == 4:
            for _ in range(CONCURRENT_CALLS - 1):
                assert all_begun.acquire(timeout=WAIT_SECONDS)
            raise WrappingError("no keys today")
        all_begun.release()
        assert failed.wait(WAIT_SECONDS)

    with pytest.raises(WrappingError, match="no keys today") as caught:
        encrypt_many(jobs(items(200), Calling(call)), wire=True)
    assert caught.value.index == 4
    assert sorted(begun) == list(range(CONCURRENT_CALLS))


def test_an_item_that_fails_in_the_engine_is_named(region: Region, key: str) -> None:
    provider = region.provider(key)
    stored = encrypt_many(jobs(items(12), provider), wire=True)
    stored[7]["name"] = stored[6]["name"]
    with pytest.raises(SignatureVerificationError) as caught:
        decrypt_many(jobs(stored, provider), wire=True)
    assert caught.value.index == 7
    assert caught.value.item_key == {"id": {"S": "p-7"}}


def test_an_item_that_was_moved_is_named(region: Region, key: str) -> None:
    provider = region.provider(key)
    stored = encrypt_many(jobs(items(12), provider), wire=True)
    stored[5] = {**stored[5], "id": {"S": "p-x"}}
    with pytest.raises(UnwrappingError) as caught:
        decrypt_many(jobs(stored, provider), wire=True)
    assert caught.value.index == 5
    assert caught.value.item_key == {"id": {"S": "p-x"}}


def test_items_with_and_without_calls_in_one_batch() -> None:
    rounds = Rounds(6, width=6)
    called, local = Calling(lambda context: rounds.wait()), static_provider()
    plain = items(12)
    mixed = [job for item, provider in zip(plain, [called, local] * 6, strict=True) for job in jobs([item], provider)]
    stored = encrypt_many(mixed, wire=True)
    assert rounds.sizes == [6]
    assert decrypt_many(jobs(stored, local), wire=True) == plain


def test_other_exceptions_come_as_they_are() -> None:
    def call(context: EncryptionContext) -> None:
        if place(context) in (6, 8):
            raise LookupError(place(context))

    with pytest.raises(LookupError, match="6"):
        encrypt_many(jobs(items(10), Calling(call)), wire=True)


def test_all_threads_have_ended_when_it_returns() -> None:
    names: set[str] = set()
    rounds = Rounds(10)

    def call(context: EncryptionContext) -> None:
        names.add(threading.current_thread().name)
        rounds.wait()

    encrypt_many(jobs(items(10), Calling(call)), wire=True)
    assert len(names) == 10
    assert fetchers() == []


def test_context_variables_of_the_caller_hold() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="not set")
    rounds = Rounds(10)
    seen: list[str] = []

    def call(context: EncryptionContext) -> None:
        seen.append(variable.get())
        variable.set("changed by a call")
        rounds.wait()

    def run() -> None:
        variable.set("the caller's")
        encrypt_many(jobs(items(10), Calling(call)), wire=True)

    contextvars.copy_context().run(run)
    assert seen == ["the caller's"] * 10
    assert variable.get() == "not set"


def test_fewer_threads_do_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def scarce(thread: threading.Thread) -> None:
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", scarce)
    rounds = Rounds(9, width=3)
    plain = items(9)
    stored = encrypt_many(jobs(plain, Calling(lambda context: rounds.wait())), wire=True)
    assert rounds.sizes == [3, 3, 3]
    assert decrypt_many(jobs(stored, static_provider()), wire=True) == plain


def test_an_interrupt_ends_the_batch_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    main = threading.get_ident()
    begun: list[int] = []
    all_begun, stopped = threading.Semaphore(0), threading.Event()
    after(monkeypatch, "_stop", stopped.set)

    def call(context: EncryptionContext) -> None:
        begun.append(place(context))
        if threading.get_ident() == main:
            for _ in range(CONCURRENT_CALLS - 1):
                assert all_begun.acquire(timeout=WAIT_SECONDS)
            raise KeyboardInterrupt
        all_begun.release()
        assert stopped.wait(WAIT_SECONDS)
        raise WrappingError("an item before it fails, too, but that is no longer asked")

    with pytest.raises(KeyboardInterrupt):
        encrypt_many(jobs(items(200), Calling(call)), wire=True)
    assert sorted(begun) == list(range(CONCURRENT_CALLS))
    assert fetchers() == []


@pytest.mark.parametrize("wire", [True, False])
def test_prepare_each_hands_over_what_it_was_given(wire: bool) -> None:
    config = make_config(provider=Calling(lambda context: None))
    given = [({"id": number}, config) for number in range(30)]

    def prepare(item: Mapping[str, Any], config: CryptoConfig, wire: bool) -> tuple[int, CryptoConfig, bool]:
        return item["id"], config, wire

    assert prepare_each(prepare, given, wire) == [(number, config, wire) for number in range(30)]


def test_nothing_to_prepare() -> None:
    assert encrypt_many([], wire=True) == []
