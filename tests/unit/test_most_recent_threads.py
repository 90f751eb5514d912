# SPDX-License-Identifier: Apache-2.0
"""CachingMostRecentProvider among threads: one lookup in flight per version, however many miss at once."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from ddbcrypt import CryptographicMaterialsProvider, EncryptionContext, ProviderStoreError, UnwrappingError
from ddbcrypt.internal.timed_cache import TimedCache
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.materials import CryptographicMaterials
from tests.support.forked import in_child
from tests.support.patience import PATIENCE_SECONDS
from tests.unit.most_recent_support import META_ID, Clock, Store, run_threads, version_provider, wait_until

THREADS = 100
TTL = 60.0


class Gate:
    """Holds a store's calls of one kind until it is opened, and tells when one has come."""

    def __init__(self, held: str, then: Callable[[], None] = lambda: None) -> None:
        self.held = held
        self.then = then
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, call: str) -> None:
        if call == self.held:
            self.reached.set()
            assert self.opened.wait(PATIENCE_SECONDS)
            self.then()


def make(store: Store, clock: Clock | None = None, **options: Any) -> CachingMostRecentProvider:
    return CachingMostRecentProvider(store, "patient", TTL, clock=clock or Clock(), **options)


def written(provider: CachingMostRecentProvider) -> str:
    return provider.encryption_materials(EncryptionContext()).material_description[META_ID]


def read(provider: CachingMostRecentProvider, version: int) -> str:
    context = EncryptionContext(material_description={META_ID: str(version)})
    return provider.decryption_materials(context).material_description[META_ID]


def open_when_all_wait(gate: Gate, provider: CachingMostRecentProvider, waiting: int) -> threading.Thread:
    """Open the gate when so many threads wait for the lookup that it holds."""

    def run() -> None:
        wait_until(gate.reached.is_set)
        caches = (provider._versions, provider._providers)
        wait_until(lambda: sum(_waiting(cache) for cache in caches) >= waiting)
        gate.opened.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def _waiting(cache: Any) -> int:
    flights = list(cache._flights.values())
    return sum(len(flight.done._cond._waiters) for flight in flights)


def test_no_thread_takes_back_that_network_calls_are_made() -> None:
    store = Store(0, 1)
    provider = make(store)
    asked = threading.Event()
    learnt = threading.Event()

    class Quiet(CryptographicMaterialsProvider):
        """Says that it makes no calls, once another thread has met a provider that does."""

        @property
        def makes_network_calls(self) -> bool:  # type: ignore[override]
            asked.set()
            assert learnt.wait(PATIENCE_SECONDS)
            return False

        def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
            return version_provider(0).decryption_materials(encryption_context)

    store.versions[0] = Quiet()
    store.versions[1].makes_network_calls = True
    quiet = threading.Thread(target=read, args=(provider, 0), daemon=True)
    quiet.start()
    assert asked.wait(PATIENCE_SECONDS)
    assert read(provider, 1) == "1"
    learnt.set()
    quiet.join(PATIENCE_SECONDS)
    assert provider.makes_network_calls is True


@pytest.mark.parametrize("held", ["max", "provider"])
def test_a_hundred_threads_that_write_on_a_cold_cache_make_one_lookup(held: str) -> None:
    store = Store(0, 3)
    provider = make(store)
    gate = store.before = Gate(held)
    opener = open_when_all_wait(gate, provider, THREADS - 1)
    results, errors = run_threads(THREADS, lambda: written(provider))
    opener.join(PATIENCE_SECONDS)
    assert errors == []
    assert results == ["3"] * THREADS
    assert store.calls == [("max", "patient"), ("provider", "patient", 3)]


def test_a_hundred_threads_that_write_first_make_one_version() -> None:
    store = Store()
    provider = make(store)
    gate = store.before = Gate("create")
    opener = open_when_all_wait(gate, provider, THREADS - 1)
    results, errors = run_threads(THREADS, lambda: written(provider))
    opener.join(PATIENCE_SECONDS)
    assert (results, errors) == (["0"] * THREADS, [])
    assert store.calls == [("max", "patient"), ("create", "patient", 0)]


def test_a_hundred_threads_that_read_on_a_cold_cache_make_one_lookup() -> None:
    store = Store(0, 1)
    provider = make(store)
    gate = store.before = Gate("provider")
    opener = open_when_all_wait(gate, provider, THREADS - 1)
    results, errors = run_threads(THREADS, lambda: read(provider, 1))
    opener.join(PATIENCE_SECONDS)
    assert (results, errors) == (["1"] * THREADS, [])
    assert store.calls == [("provider", "patient", 1)]


def test_a_failed_lookup_wakes_all_with_the_error_and_the_next_caller_asks_again() -> None:
    store = Store(0)
    provider = make(store)

    def fail() -> None:
        raise UnwrappingError("key disabled") from TimeoutError("the cause")

    gate = store.before = Gate("provider", fail)
    opener = open_when_all_wait(gate, provider, THREADS - 1)
    results, errors = run_threads(THREADS, lambda: read(provider, 0))
    opener.join(PATIENCE_SECONDS)
    assert results == []
    assert {(type(error), error.args) for error in errors} == {(UnwrappingError, ("key disabled",))}
    assert all(isinstance(error.__cause__, TimeoutError) for error in errors)
    # Each thread has an exception of its own, so that none adds its item to another's.
    assert len({id(error) for error in errors}) == THREADS
    assert store.count("provider") == 1
    store.before = lambda call: None
    assert read(provider, 0) == "0"
    assert store.count("provider") == 2


def test_an_error_that_does_not_copy_reaches_all() -> None:
    class OddError(Exception):
        def __init__(self, first: str, second: str) -> None:
            super().__init__(first)

    def fail() -> None:
        raise OddError("one", "two")

    store = Store(0)
    provider = make(store)
    gate = store.before = Gate("provider", fail)
    opener = open_when_all_wait(gate, provider, 9)
    _, errors = run_threads(10, lambda: read(provider, 0))
    opener.join(PATIENCE_SECONDS)
    assert [type(error) for error in errors] == [OddError] * 10


def test_lookups_of_several_versions_do_not_wait_for_each_other() -> None:
    store = Store(0, 1)
    provider = make(store)
    gate = Gate("provider")
    store.before = lambda call: gate(call) if store.calls[-1][2] == 0 else None
    slow = threading.Thread(target=lambda: read(provider, 0), daemon=True)
    slow.start()
    assert gate.reached.wait(PATIENCE_SECONDS)
    assert read(provider, 1) == "1"
    assert slow.is_alive()
    gate.opened.set()
    slow.join(PATIENCE_SECONDS)
    assert not slow.is_alive()


def test_others_go_on_with_a_version_while_one_thread_asks() -> None:
    clock = Clock()
    store = Store(0)
    provider = make(store, clock, maximum_age=10 * TTL)
    assert written(provider) == "0"
    store.get_or_create_provider("patient", 1)
    clock.now += TTL
    gate = store.before = Gate("max")
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.append(written(provider)), daemon=True)
    asking.start()
    assert gate.reached.wait(PATIENCE_SECONDS)
    assert run_threads(20, lambda: written(provider)) == (["0"] * 20, [])
    # At its maximum age it is no longer used, be the lookup under way or not.
    clock.now += 9 * TTL
    late: list[str] = []
    waiting = threading.Thread(target=lambda: late.append(written(provider)), daemon=True)
    waiting.start()
    wait_until(lambda: _waiting(provider._versions) == 1)
    assert late == []
    gate.opened.set()
    asking.join(PATIENCE_SECONDS)
    waiting.join(PATIENCE_SECONDS)
    assert (found, late) == (["1"], ["1"])
    assert store.count("max") == 2


def test_a_lookup_that_refresh_overtakes_is_not_kept() -> None:
    store = Store(0)
    provider = make(store)
    reached, opened = threading.Event(), threading.Event()

    def old_answer(material_name: str) -> int:
        reached.set()
        assert opened.wait(PATIENCE_SECONDS)
        return 0

    store.max_version = old_answer  # type: ignore[method-assign]
    found: list[str] = []
    overtaken = threading.Thread(target=lambda: found.append(written(provider)), daemon=True)
    overtaken.start()
    assert reached.wait(PATIENCE_SECONDS)
    provider.refresh()
    store.get_or_create_provider("patient", 1)
    store.max_version = lambda material_name: 1  # type: ignore[method-assign]
    assert written(provider) == "1"  # neither waits for the old lookup nor takes what it brings
    opened.set()
    overtaken.join(PATIENCE_SECONDS)
    assert found == ["0"]
    assert written(provider) == "1"


def test_a_failure_that_refresh_overtakes_ends_nothing() -> None:
    clock = Clock()
    cache: TimedCache[str, str] = TimedCache("a value", 10, TTL, 10 * TTL, clock)
    reached, opened = threading.Event(), threading.Event()

    def fail() -> str:
        reached.set()
        assert opened.wait(PATIENCE_SECONDS)
        raise ValueError("overtaken")

    errors: list[BaseException] = []

    def look() -> None:
        try:
            cache.get("key", fail)
        except ValueError as error:
            errors.append(error)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    assert reached.wait(PATIENCE_SECONDS)
    cache.clear()
    cache.put("key", "new")
    opened.set()
    thread.join(PATIENCE_SECONDS)
    assert len(errors) == 1
    assert cache.get("key", lambda: "other") == "new"


def test_an_interrupted_lookup_is_done_by_one_that_waits() -> None:
    cache: TimedCache[str, str] = TimedCache("a value", 10, TTL, TTL, Clock())
    reached, opened = threading.Event(), threading.Event()

    def interrupted() -> str:
        reached.set()
        assert opened.wait(PATIENCE_SECONDS)
        raise KeyboardInterrupt

    def look(by: Callable[[], str]) -> None:
        try:
            results.append(cache.get("key", by))
        except KeyboardInterrupt:
            results.append("interrupted")

    results: list[str] = []
    first = threading.Thread(target=look, args=(interrupted,), daemon=True)
    first.start()
    assert reached.wait(PATIENCE_SECONDS)
    second = threading.Thread(target=look, args=(lambda: "found",), daemon=True)
    second.start()
    wait_until(lambda: _waiting(cache) == 1)
    opened.set()
    first.join(PATIENCE_SECONDS)
    second.join(PATIENCE_SECONDS)
    assert sorted(results) == ["found", "interrupted"]


def test_a_store_that_is_protected_by_itself_is_an_error_not_a_deadlock() -> None:
    store = Store(0)
    provider = make(store)
    store.before = lambda call: read(provider, 0) and None if call == "provider" else None
    with pytest.raises(ProviderStoreError, match="depends on itself"):
        read(provider, 0)


def test_threads_that_read_write_and_refresh_get_right_versions() -> None:
    store = Store(*range(5))
    provider = make(store, cache_size=2)
    turn = iter(range(10**6))

    def work() -> None:
        for _ in range(40):
            number = next(turn)
            version = number % 5
            assert read(provider, version) == str(version)
            assert written(provider) == "4"
            if number % 10 == 0:
                provider.refresh()
            assert len(provider._providers) <= 2

    _, errors = run_threads(8, work)
    assert errors == []
    assert provider._providers._flights == {}


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_during_a_lookup_leaves_no_thread_waiting() -> None:
    cache: TimedCache[str, str] = TimedCache("a value", 10, TTL, TTL, Clock())
    reached, opened = threading.Event(), threading.Event()

    def slow() -> str:
        reached.set()
        assert opened.wait(PATIENCE_SECONDS)
        return "parent"

    thread = threading.Thread(target=lambda: cache.get("key", slow), daemon=True)
    thread.start()
    assert reached.wait(PATIENCE_SECONDS)
    cache._lock.acquire()  # as another thread may hold it in the moment of the fork
    try:
        assert in_child(lambda: cache.get("key", lambda: "child").encode()) == b"child"
    finally:
        cache._lock.release()
        opened.set()
        thread.join(PATIENCE_SECONDS)


def test_keys_of_a_cache_show_in_no_message(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    cache: TimedCache[str, str] = TimedCache("a value", 10, TTL, 10 * TTL, clock)
    with pytest.raises(ProviderStoreError, match="the lookup of a value depends on itself") as caught:
        cache.get("s3cret", lambda: cache.get("s3cret", lambda: "never"))
    assert "s3cret" not in str(caught.value)
    cache.put("s3cret", "value")
    clock.now += TTL

    def lost() -> str:
        raise ConnectionError

    with caplog.at_level(logging.DEBUG, "ddbcrypt"):
        assert cache.get("s3cret", lost) == "value"
    assert "looking up a value failed" in caplog.text
    assert "s3cret" not in caplog.text + repr(cache) + repr(vars(cache)["_entries"]["s3cret"])


def test_only_the_value_that_is_named_is_discarded() -> None:
    cache: TimedCache[str, object] = TimedCache("a value", 10, TTL, TTL, Clock())
    old, new = object(), object()
    cache.put("key", new)
    cache.discard("key", old)
    assert cache.get("key", object) is new
    cache.discard("key", new)
    assert cache.get("key", lambda: old) is old
    cache.discard("other", old)


def test_a_provider_that_is_let_go_takes_its_versions_along() -> None:
    store = Store(0)
    provider = make(store)
    written(provider)
    known = weakref.ref(store.versions[0])
    store.versions.clear()
    gc.collect()
    assert known() is not None
    del provider
    gc.collect()
    assert known() is None
