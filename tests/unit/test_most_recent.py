# SPDX-License-Identifier: Apache-2.0
"""CachingMostRecentProvider: which version is used, and until when."""

from __future__ import annotations

import logging
import math
import pickle
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from ddbcrypt import (
    DynamodbEncryptionSdkError,
    EncryptionContext,
    InvalidVersionError,
    SignatureVerificationError,
    UnwrappingError,
)
from ddbcrypt.internal.timed_cache import RETRY_PAUSE, default_clock
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider, NoMaterialsError
from tests.unit.most_recent_support import META_ID, Clock, Store

TTL = 60.0
GRACE = 0.5
CONTEXT = EncryptionContext(table_name="patients")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make(store: Store, clock: Clock, **options: Any) -> CachingMostRecentProvider:
    return CachingMostRecentProvider(store, "patient", TTL, clock=clock, **options)


def written(provider: CachingMostRecentProvider) -> str:
    """The version that an item is encrypted with."""
    return provider.encryption_materials(CONTEXT).material_description[META_ID]


def read(provider: CachingMostRecentProvider, version: int) -> str:
    """The version that decrypts an item of that version."""
    context = EncryptionContext(material_description={META_ID: str(version)})
    return provider.decryption_materials(context).material_description[META_ID]


def refused(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetItem")  # type: ignore[typeddict-item]


UNREACHABLE = [
    EndpointConnectionError(endpoint_url="http://127.0.0.1"),
    ReadTimeoutError(endpoint_url="http://127.0.0.1"),
    refused("ThrottlingException"),
    refused("ProvisionedThroughputExceededException"),
    refused("SomethingNew", 503),
    ConnectionResetError(),
    TimeoutError(),
]
ANSWERS = [
    refused("AccessDeniedException"),
    refused("ResourceNotFoundException"),
    SignatureVerificationError("altered"),
    UnwrappingError("key disabled"),
    ValueError("a bug"),
]


def failing_with(error: Exception, *, wrapped: bool = False) -> Any:
    def fail(call: str) -> None:
        if wrapped:
            raise UnwrappingError("a key service") from error
        raise error

    return fail


def test_the_first_encryption_makes_version_0(clock: Clock) -> None:
    store = Store()
    provider = make(store, clock)
    assert written(provider) == "0"
    assert store.calls == [("max", "patient"), ("create", "patient", 0)]
    assert written(provider) == read(provider, 0) == "0"
    assert len(store.calls) == 2


def test_encryption_takes_the_most_recent_version_and_decryption_the_items_own(clock: Clock) -> None:
    store = Store(0, 1, 7)
    provider = make(store, clock)
    assert [written(provider), read(provider, 1), read(provider, 7), written(provider)] == ["7", "1", "7", "7"]
    assert store.calls == [("max", "patient"), ("provider", "patient", 7), ("provider", "patient", 1)]


def test_a_newer_version_is_found_after_the_time_to_live(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock)
    assert written(provider) == "0"
    store.get_or_create_provider("patient", 1)
    clock.now += TTL - 0.001
    assert read(provider, 0) == written(provider) == "0"  # reading must not put the next look off
    clock.now += 0.001
    assert written(provider) == "1"


def test_the_version_itself_is_asked_for_again(clock: Clock) -> None:
    """However often a provider is used: a version that was taken back is found out."""
    store = Store(0, 1)
    provider = make(store, clock)
    for _ in range(5):
        assert written(provider) == "1"
        assert read(provider, 0) == "0"
        clock.now += TTL / 2
    assert store.count("max") == store.calls.count(("provider", "patient", 1)) == 3
    assert store.calls.count(("provider", "patient", 0)) == 3


def test_a_version_that_was_taken_back_is_not_used_after_the_time_to_live(clock: Clock) -> None:
    store = Store(0, 1)
    provider = make(store, clock, maximum_age=1e6)
    assert written(provider) == "1"
    del store.versions[1]
    clock.now += TTL
    with pytest.raises(NoMaterialsError, match="no version 1"):
        read(provider, 1)
    assert written(provider) == "0"


def test_a_version_that_goes_away_between_two_lookups(clock: Clock) -> None:
    store = Store(0, 1)
    provider = make(store, clock)
    store.before = lambda call: store.versions.pop(1, None) if call == "provider" else None
    assert written(provider) == "0"
    assert store.calls == [
        ("max", "patient"),
        ("provider", "patient", 1),
        ("max", "patient"),
        ("provider", "patient", 0),
    ]


def test_no_version_of_a_store_that_always_names_one(clock: Clock) -> None:
    store = Store(0)
    store.max_version = lambda material_name: 3  # type: ignore[method-assign]
    provider = make(store, clock)
    with pytest.raises(NoMaterialsError, match="no encryption materials: no version 3") as caught:
        written(provider)
    assert isinstance(caught.value, AttributeError)
    assert isinstance(caught.value, InvalidVersionError)
    assert isinstance(caught.value.__cause__, InvalidVersionError)


def test_items_that_name_no_version(clock: Clock) -> None:
    provider = make(Store(0), clock)
    with pytest.raises(AttributeError, match="no decryption materials: no meta id"):
        provider.decryption_materials(EncryptionContext())
    with pytest.raises(AttributeError, match="no decryption materials: no version 5"):
        read(provider, 5)


@pytest.mark.parametrize("wrapped", [False, True], ids=["itself", "as a cause"])
@pytest.mark.parametrize("error", UNREACHABLE, ids=lambda error: f"{type(error).__name__} {error}"[:60])
def test_an_unreachable_store_ends_the_use_of_a_version_at_its_maximum_age(
    clock: Clock, error: Exception, wrapped: bool, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(0)
    provider = make(store, clock, maximum_age=10 * TTL)
    assert written(provider) == read(provider, 0) == "0"
    store.before = failing_with(error, wrapped=wrapped)
    clock.now += TTL
    with caplog.at_level(logging.WARNING, "ddbcrypt"):
        assert written(provider) == read(provider, 0) == "0"
    assert "is used on for less than 540.0 seconds" in caplog.text
    clock.now += 9 * TTL - 0.001
    assert written(provider) == read(provider, 0) == "0"
    clock.now += 0.001
    for use in (lambda: written(provider), lambda: read(provider, 0)):
        with pytest.raises(UnwrappingError if wrapped else type(error)):
            use()
    store.before = lambda call: None
    assert written(provider) == read(provider, 0) == "0"


@pytest.mark.parametrize("error", ANSWERS, ids=lambda error: f"{type(error).__name__} {error}"[:60])
def test_an_answer_ends_the_use_of_a_version_at_once(clock: Clock, error: Exception) -> None:
    store = Store(0)
    provider = make(store, clock, maximum_age=10 * TTL)
    assert written(provider) == "0"
    store.before = failing_with(error)
    clock.now += TTL
    with pytest.raises(type(error)):
        written(provider)
    # The store then cannot be reached: what the answer ended is not revived.
    store.before = failing_with(TimeoutError())
    with pytest.raises(TimeoutError):
        written(provider)


def test_a_connection_error_that_the_application_is_busy_with_is_no_cause(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock, maximum_age=10 * TTL)
    assert read(provider, 0) == "0"
    clock.now += TTL
    del store.versions[0]
    try:
        raise ConnectionResetError
    except ConnectionResetError:
        with pytest.raises(NoMaterialsError):
            read(provider, 0)


def test_without_a_maximum_age_a_version_is_used_half_a_second_over_its_time_to_live(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock)
    assert written(provider) == "0"
    store.before = failing_with(TimeoutError())
    clock.now += TTL + GRACE - 0.001
    assert written(provider) == "0"
    clock.now += 0.001
    with pytest.raises(TimeoutError):
        written(provider)


def test_the_age_counts_from_before_the_lookup(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock, maximum_age=TTL)

    def slow(call: str) -> None:
        clock.now += 20

    store.before = slow
    assert read(provider, 0) == "0"
    store.before = failing_with(TimeoutError())
    clock.now += TTL - 20 - 0.001
    assert read(provider, 0) == "0"
    clock.now += 0.001
    with pytest.raises(TimeoutError):
        read(provider, 0)


def test_a_time_out_that_outlasts_the_maximum_age_is_an_error(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock, maximum_age=TTL + 30)
    assert read(provider, 0) == "0"

    def time_out(call: str) -> None:
        clock.now += 30
        raise TimeoutError

    store.before = time_out
    clock.now += TTL
    with pytest.raises(TimeoutError):
        read(provider, 0)


def test_an_unreachable_store_is_not_asked_for_every_item(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock, maximum_age=10 * TTL)
    assert read(provider, 0) == "0"
    store.before = failing_with(TimeoutError())
    clock.now += TTL
    for _ in range(10):
        assert read(provider, 0) == "0"
    assert store.count("provider") == 2
    clock.now += RETRY_PAUSE
    assert read(provider, 0) == "0"
    assert store.count("provider") == 3


def test_a_failure_is_not_remembered(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock)
    store.before = failing_with(refused("AccessDeniedException"))
    for _ in range(2):
        with pytest.raises(ClientError):
            written(provider)
    store.before = lambda call: None
    assert written(provider) == "0"


def test_the_cache_keeps_the_versions_used_last(clock: Clock) -> None:
    store = Store(0, 1, 2)
    provider = make(store, clock, cache_size=2)
    for version in (0, 1, 0, 2, 0):
        read(provider, version)
    assert store.count("provider") == 3
    read(provider, 1)
    read(provider, 0)
    assert store.count("provider") == 4
    read(provider, 2)
    assert store.count("provider") == 5


def test_refresh(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock)
    assert written(provider) == "0"
    store.get_or_create_provider("patient", 1)
    provider.refresh()
    assert written(provider) == "1"
    assert read(provider, 0) == "0"


def test_materials_by_context(clock: Clock) -> None:
    class ByTable(CachingMostRecentProvider):
        def material_name_for(self, encryption_context: EncryptionContext) -> str:
            return f"material of {encryption_context.table_name}"

    store = Store(3)
    provider = ByTable(store, "default", TTL, clock=clock)
    for table in ("a", "b", "a"):
        provider.encryption_materials(EncryptionContext(table_name=table))
    assert store.calls == [
        ("max", "material of a"),
        ("provider", "material of a", 3),
        ("max", "material of b"),
        ("provider", "material of b", 3),
    ]


def test_a_provider_of_network_calls_is_known_by_what_the_store_gives(clock: Clock) -> None:
    store = Store(0)
    provider = make(store, clock)
    written(provider)
    assert provider.makes_network_calls is False
    store.versions[0].makes_network_calls = True
    provider.refresh()
    written(provider)
    assert provider.makes_network_calls is True


class PlainStore(Store):
    """A store that pickles."""

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(4)  # type: ignore[misc]


def test_it_pickles_without_what_is_cached() -> None:
    provider = CachingMostRecentProvider(PlainStore(0), "patient", TTL, 7, maximum_age=90.0)
    assert written(provider) == "0"
    data = pickle.dumps(provider)
    assert bytes(range(32)) not in data
    other = pickle.loads(data)
    assert written(other) == "4"
    assert repr(other).partition("material_name")[2] == repr(provider).partition("material_name")[2]
    assert written(provider) == "0"


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"provider_store": object()}, TypeError),
        ({"material_name": b"patient"}, TypeError),
        ({"version_ttl": "60"}, TypeError),
        ({"version_ttl": True}, TypeError),
        ({"version_ttl": -0.1}, ValueError),
        ({"version_ttl": math.inf}, ValueError),
        ({"version_ttl": math.nan}, ValueError),
        ({"cache_size": 1.0}, TypeError),
        ({"cache_size": True}, TypeError),
        ({"cache_size": 0}, ValueError),
        ({"maximum_age": 59.9}, ValueError),
        ({"maximum_age": math.inf}, ValueError),
        ({"maximum_age": "1"}, TypeError),
    ],
)
def test_arguments(arguments: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        CachingMostRecentProvider(
            **{"provider_store": Store(), "material_name": "patient", "version_ttl": TTL, **arguments}
        )
    CachingMostRecentProvider(Store(), "patient", 0)


def test_every_use_asks_where_the_time_to_live_is_nothing(clock: Clock) -> None:
    store = Store(0)
    provider = CachingMostRecentProvider(store, "patient", 0.0, clock=clock)
    for _ in range(3):
        read(provider, 0)
    assert store.count("provider") == 3


def test_the_default_clock_does_not_go_back() -> None:
    first = default_clock()
    assert default_clock() >= first
    provider = CachingMostRecentProvider(Store(0), "patient", TTL)
    assert written(provider) == "0"


def test_the_error_is_one_of_ddbcrypt(clock: Clock) -> None:
    with pytest.raises(DynamodbEncryptionSdkError):
        make(Store(), clock).decryption_materials(EncryptionContext())
