# SPDX-License-Identifier: Apache-2.0
"""A provider store in memory that counts what it is asked and fails on demand, and a clock that stands still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ddbcrypt import (
    CryptographicMaterialsProvider,
    InvalidVersionError,
    NoKnownVersionError,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    StaticCryptographicMaterialsProvider,
)
from ddbcrypt.material_providers.store import ProviderStore
from tests.support.patience import PATIENCE_SECONDS
from tests.unit.support import AES, HMAC

META_ID = "meta"


class Clock:
    """Seconds that only a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def version_provider(version: int) -> StaticCryptographicMaterialsProvider:
    description = {META_ID: str(version)}
    return StaticCryptographicMaterialsProvider(
        RawDecryptionMaterials(HMAC, AES, description), RawEncryptionMaterials(HMAC, AES, description)
    )


class Store(ProviderStore):
    """Versions in memory; ``before`` runs in each call, which may raise from it or wait in it."""

    def __init__(self, *versions: int) -> None:
        self.versions = {version: version_provider(version) for version in versions}
        self.calls: list[tuple[Any, ...]] = []
        self.before: Callable[[str], None] = lambda call: None
        self._lock = threading.Lock()

    def _note(self, *call: Any) -> None:
        with self._lock:
            self.calls.append(call)
        self.before(call[0])

    def get_or_create_provider(self, material_name: str, version: int) -> CryptographicMaterialsProvider:
        self._note("create", material_name, version)
        return self.versions.setdefault(version, version_provider(version))

    def provider(self, material_name: str, version: int | None = None) -> CryptographicMaterialsProvider:
        self._note("provider", material_name, version)
        if version not in self.versions:
            raise InvalidVersionError(f"no version {version}")
        return self.versions[version]

    def max_version(self, material_name: str) -> int:
        self._note("max", material_name)
        if not self.versions:
            raise NoKnownVersionError("none")
        return max(self.versions)

    def version_from_material_description(self, material_description: dict[str, str]) -> int:
        if META_ID not in material_description:
            raise InvalidVersionError("no meta id")
        return int(material_description[META_ID])

    def count(self, name: str) -> int:
        return sum(call[0] == name for call in self.calls)


def run_threads(count: int, work: Callable[[], Any]) -> tuple[list[Any], list[BaseException]]:
    """Results and errors of ``work`` in so many threads that begin together."""
    barrier = threading.Barrier(count)
    results: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        barrier.wait(PATIENCE_SECONDS)
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - the tests look at it
            errors.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "threads hang"
    return results, errors


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for another thread to get somewhere."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.002)
