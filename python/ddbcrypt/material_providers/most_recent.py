# SPDX-License-Identifier: Apache-2.0
"""A materials provider that encrypts with the most recent version of a material, and caches versions for a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from ddbcrypt.exceptions import InvalidVersionError, NoKnownVersionError
from ddbcrypt.internal.timed_cache import TimedCache, default_clock
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.material_providers.store import ProviderStore
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.metrics import count_here
from ddbcrypt.structures import EncryptionContext

__all__ = ("CachingMostRecentProvider", "NoMaterialsError")

#: The default maximum age is this much over the time to live, in seconds: one thread asks the store meanwhile, and the
#: others need not wait for it.
_GRACE_PERIOD: Final = 0.5
_FIRST_VERSION: Final = 0


class NoMaterialsError(InvalidVersionError, AttributeError):
    """The provider store does not have the version; ``__cause__`` says why.

    It is an ``AttributeError`` too, which is what the reference client raises there.
    """


class CachingMostRecentProvider(CryptographicMaterialsProvider):
    """Encrypts with the most recent version of a material, and decrypts with the version that an item names.

    What the provider store gives is kept for ``version_ttl`` seconds. Then it is asked again for both, which version is
    the most recent one and that version itself, so that it is found out when a version was taken back or its key was
    disabled. Where the store or a key service cannot be reached (a lost connection, a time-out, throttling, a server
    error), the version is used on, with a warning in the log, until ``maximum_age`` seconds after it was asked for;
    after that an unreachable store is an error. Any other failure is an error at once. So a revoked key is used for
    ``version_ttl`` seconds and the time of one lookup where the store answers, and never after ``maximum_age`` seconds.

    Where there is no version yet, the first encryption makes version 0.

    Thread-safe. However many threads miss at once, the store is asked once for each version; where that fails, all get
    the error, and the next caller asks again. It pickles where its store does, without what is cached. No network calls
    but the store's and its providers'.

    :param ProviderStore provider_store: gives versions
    :param str material_name: name of the material
    :param float version_ttl: seconds until the store is asked again, 0 or more and finite
    :param int cache_size: most versions that are kept, 1 or more; the one not used for longest goes first
    :param float maximum_age: seconds after which a version is not used without the store's word, ``version_ttl`` or
        more and finite. None, the default: half a second over ``version_ttl``, in which one thread asks the store and
        the others go on, as in the reference client
    :param clock: gives seconds that are never set back, for tests; None for the system's monotonic clock
    :raises TypeError: an argument is of another type
    :raises ValueError: a number out of its range
    """

    #: Whether a provider that the store gave makes network calls for each item.
    makes_network_calls: bool

    def __init__(
        self,
        provider_store: ProviderStore,
        material_name: str,
        version_ttl: float,
        cache_size: int = 1000,
        *,
        maximum_age: float | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        require_instance("provider_store", provider_store, ProviderStore)
        require_instance("material_name", material_name, str)
        self._provider_store = provider_store
        self._material_name = material_name
        self._version_ttl = _seconds("version_ttl", version_ttl, 0.0)
        self._cache_size = _size(cache_size)
        self._maximum_age = None if maximum_age is None else _seconds("maximum_age", maximum_age, self._version_ttl)
        self._clock = clock
        self._set_up()

    def _set_up(self) -> None:
        limit = self._version_ttl + _GRACE_PERIOD if self._maximum_age is None else self._maximum_age
        limits = (self._cache_size, self._version_ttl, limit, self._clock or default_clock)
        #: Most recent version by name; provider by name and version.
        self._versions: TimedCache[str, int] = TimedCache("the most recent version of a material", *limits)
        self._providers: TimedCache[tuple[str, int], CryptographicMaterialsProvider] = TimedCache(
            "a version of a material", *limits
        )
        self.makes_network_calls = False

    @property
    def may_block(self) -> bool:
        """Always true: the provider store makes calls, whatever the providers that it gives do."""
        return True

    def material_name_for(self, encryption_context: EncryptionContext) -> str:
        """Name the material for an item: that of the constructor. A subclass may choose by the item's context.

        The choice must not rest on the material description, which is not signed.

        :param encryption_context: what is known of the item
        """
        return self._material_name

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials of the most recent version.

        :param encryption_context: what is known of the item
        :raises NoMaterialsError: the store does not have the version that it named, and cannot make one
        :raises: what the store, or the version's own provider, raises
        """
        name = self.material_name_for(encryption_context)
        try:
            provider = self._most_recent(name)
        except InvalidVersionError:
            # Between two lookups the most recent version may be taken back. Another look says which it is now.
            try:
                provider = self._most_recent(name)
            except InvalidVersionError as error:
                raise NoMaterialsError(f"there are no encryption materials: {error}") from error
        return provider.encryption_materials(encryption_context)

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials of the version that the item names.

        :param encryption_context: with the material description of the item
        :raises NoMaterialsError: the item names no version, or the store does not have it
        :raises: what the store, or the version's own provider, raises
        """
        name = self.material_name_for(encryption_context)
        try:
            version = self._provider_store.version_from_material_description(encryption_context.material_description)
            provider = self._provider(name, version)
        except InvalidVersionError as error:
            raise NoMaterialsError(f"there are no decryption materials: {error}") from error
        return provider.decryption_materials(encryption_context)

    def refresh(self) -> None:
        """Forget all versions. A lookup that is under way when this is called is not kept either."""
        self._versions.clear()
        self._providers.clear()

    def _most_recent(self, name: str) -> CryptographicMaterialsProvider:
        version = self._versions.get(name, lambda: self._look_up_version(name))
        try:
            return self._provider(name, version)
        except InvalidVersionError:
            self._versions.discard(name, version)
            raise

    def _look_up_version(self, name: str) -> int:
        """Ask for the most recent version; make the first one where there is none."""
        try:
            return self._provider_store.max_version(name)
        except NoKnownVersionError:
            first = self._provider_store.get_or_create_provider(name, _FIRST_VERSION)
        count_here("cache_misses")
        self._providers.put((name, _FIRST_VERSION), self._noted(first))
        return _FIRST_VERSION

    def _provider(self, name: str, version: int) -> CryptographicMaterialsProvider:
        missed = False

        def look_up() -> CryptographicMaterialsProvider:
            nonlocal missed
            missed = True
            return self._noted(self._provider_store.provider(name, version))

        try:
            return self._providers.get((name, version), look_up)
        finally:
            count_here("cache_misses" if missed else "cache_hits")

    def _noted(self, provider: CryptographicMaterialsProvider) -> CryptographicMaterialsProvider:
        if provider.makes_network_calls:  # only ever set, so that no thread takes back what another one learnt
            self.makes_network_calls = True
        return provider

    def __getstate__(self) -> dict[str, Any]:
        """Everything but what is cached."""
        state = dict(self.__dict__)
        for name in ("_versions", "_providers", "makes_network_calls"):
            del state[name]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._set_up()

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(provider_store={self._provider_store!r}, material_name={self._material_name!r}, "
            f"version_ttl={self._version_ttl!r}, cache_size={self._cache_size!r}, maximum_age={self._maximum_age!r})"
        )


def _seconds(name: str, value: object, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f'"{name}" must be float, not {type(value).__name__}')
    if not (math.isfinite(value) and value >= least):
        raise ValueError(f'"{name}" must be a finite number of seconds, {least:g} or more, not {value!r}')
    return float(value)


def _size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f'"cache_size" must be int, not {type(value).__name__}')
    if value < 1:
        raise ValueError(f'"cache_size" must be at least 1, not {value}')
    return value
