# SPDX-License-Identifier: Apache-2.0
"""Provider stores: where materials providers are kept, each under a name and a version."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

from ddbcrypt.exceptions import NoKnownVersionError
from ddbcrypt.internal.lazy import loader
from ddbcrypt.material_providers import CryptographicMaterialsProvider

if not TYPE_CHECKING:
    __getattr__, __dir__ = loader(__name__, {}, submodules=("meta",))

__all__ = ("ProviderStore",)


class ProviderStore(abc.ABC):
    """Base class of provider stores. Derive from it to keep key material elsewhere than in a DynamoDB table.

    Each material, told apart by its name, has versions of its own, whole numbers that begin at 0. ddbcrypt calls the
    methods from several threads. An error that means "not reached" is best left as botocore or Python raised it, or is
    raised ``from`` that: caches then know it from an answer.
    """

    @abc.abstractmethod
    def get_or_create_provider(self, material_name: str, version: int) -> CryptographicMaterialsProvider:
        """Give the provider of one version; where there is none, a store may make it.

        :param material_name: name of the material
        :param version: version of the material
        :raises InvalidVersionError: the version is not there and cannot be made
        """

    @abc.abstractmethod
    def version_from_material_description(self, material_description: dict[str, str]) -> int:
        """Tell which version an item was encrypted with.

        :param material_description: the item's own, which is not signed
        :raises InvalidVersionError: it names no version
        """

    def max_version(self, material_name: str) -> int:
        """Tell the most recent version of a material. A store that knows of versions overrides it.

        :param material_name: name of the material
        :raises NoKnownVersionError: there is none, as in this base class
        """
        raise NoKnownVersionError(f'the material "{material_name}" has no version')

    def provider(self, material_name: str, version: int | None = None) -> CryptographicMaterialsProvider:
        """Give the provider of one version.

        :param material_name: name of the material
        :param version: version of the material; None for the most recent one, or 0 where there is none yet
        :raises InvalidVersionError: the version is not there
        """
        if version is None:
            try:
                version = self.max_version(material_name)
            except NoKnownVersionError:
                version = 0
        return self.get_or_create_provider(material_name, version)

    def new_provider(self, material_name: str) -> CryptographicMaterialsProvider:
        """Make the version after the most recent one, or version 0 where there is none, and give its provider.

        Clients that do so at the same moment make one version, and all get its provider.

        :param material_name: name of the material
        :raises InvalidVersionError: it cannot be made
        """
        try:
            version = self.max_version(material_name) + 1
        except NoKnownVersionError:
            version = 0
        return self.get_or_create_provider(material_name, version)
