# SPDX-License-Identifier: Apache-2.0
"""A materials provider for keys that are replaced from time to time: it writes with the newest and reads with all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ddbcrypt.exceptions import DecryptionError, InvalidArgumentError
from ddbcrypt.internal.labelled import LabelledMaterials
from ddbcrypt.internal.validate import require_dict, require_instance, require_optional
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.structures import EncryptionContext

__all__ = ("KeyGeneration", "RotatingMaterialsProvider")

_RESERVED_PREFIX: Final = "amzn-ddb-"
_SHOWN: Final = 64


class KeyGeneration:
    """One generation of keys, and the label by which its items are known again.

    Immutable, and safe to share between threads where its provider is.

    :param dict label: entries of the material description, name to value, such as ``{"key": "2026-11"}``; written to
        each item, readable for whoever can read the table; copied
    :param CryptographicMaterialsProvider provider: gives the keys
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: the label has no entry, or one whose name begins with ``amzn-ddb-``, which are the
        format's own
    """

    __slots__ = ("_label", "_provider")

    def __init__(self, label: dict[str, str], provider: CryptographicMaterialsProvider) -> None:
        require_dict("label", label, str)
        require_instance("provider", provider, CryptographicMaterialsProvider)
        if not label:
            raise InvalidArgumentError("the label of a key generation needs at least one entry")
        for name in label:
            if name.startswith(_RESERVED_PREFIX):
                raise InvalidArgumentError(
                    f"{name!r} cannot be in a label: the format uses the names {_RESERVED_PREFIX}*"
                )
        self._label = dict(label)
        self._provider = provider

    @property
    def label(self) -> dict[str, str]:
        """Copy of the label."""
        return dict(self._label)

    @property
    def provider(self) -> CryptographicMaterialsProvider:
        """The provider of the keys."""
        return self._provider

    def wrote(self, description: Mapping[str, str]) -> bool:
        """Tell whether a material description has all entries of the label."""
        return self._label.items() <= description.items()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(label={self._label!r}, provider={self._provider!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KeyGeneration) or type(other) is not type(self):
            return NotImplemented
        return self._label == other._label and self._provider == other._provider

    __hash__ = None  # type: ignore[assignment]  # providers have none


class RotatingMaterialsProvider(CryptographicMaterialsProvider):
    """Writes with the current generation of keys, and reads each item with the generation that its label names.

    >>> provider = RotatingMaterialsProvider(
    ...     current=KeyGeneration({"key": "2026-11"}, new_provider),
    ...     older=[KeyGeneration({"key": "2025-03"}, old_provider)],
    ... )

    The label is in the item's material description, which is not signed. It can choose among the keys that are given
    here and nothing else, and the item must verify with them. An item whose label fits several generations is refused.

    Immutable, and safe to share between threads where its providers are. It makes no network call but those of its
    providers. It pickles where they do.

    :param KeyGeneration current: writes, and reads what it wrote
    :param older: generations that only read
    :param CryptographicMaterialsProvider unlabelled: reads items that have no entry of the name of any label, as they
        were before keys were rotated; None to refuse them
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: every item of one generation would have the label of another too
    """

    def __init__(
        self,
        current: KeyGeneration,
        older: Iterable[KeyGeneration] = (),
        *,
        unlabelled: CryptographicMaterialsProvider | None = None,
    ) -> None:
        self._current = current
        self._generations = (current, *older)
        self._unlabelled = unlabelled
        for generation in self._generations:
            require_instance("current" if generation is current else "older", generation, KeyGeneration)
        require_optional("unlabelled", unlabelled, CryptographicMaterialsProvider)
        for position, one in enumerate(self._generations):
            for other in self._generations[position + 1 :]:
                if one.wrote(other.label) or other.wrote(one.label):
                    raise InvalidArgumentError(f"the labels {one.label} and {other.label} cannot be told apart")
        self._names = frozenset(name for generation in self._generations for name in generation.label)

    @property
    def makes_network_calls(self) -> bool:  # type: ignore[override] # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether one of its providers does: a caching one may learn it with its first item."""
        return any(provider.makes_network_calls for provider in self._providers())

    @property
    def may_block(self) -> bool:
        """Whether one of its providers may block."""
        return any(provider.may_block for provider in self._providers())

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials of the current generation, with its label in the material description.

        :param encryption_context: handed on
        :raises InvalidArgumentError: the provider's own entries give the item the label of another generation too
        :raises: what the generation's provider raises
        """
        materials = self._current.provider.encryption_materials(encryption_context)
        labelled = LabelledMaterials(materials, self._current.label)
        if len(self._writers(labelled.material_description)) > 1:
            raise InvalidArgumentError(
                "the item would have the labels of several key generations: the material description of the current "
                "generation's provider or of the encryption context holds entries of another label"
            )
        return labelled

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials of the generation that the item's label names.

        :param encryption_context: with the material description of the item
        :raises DecryptionError: the item has the label of no generation, or of several
        :raises: what the generation's provider raises
        """
        description = encryption_context.material_description
        writers = self._writers(description)
        if len(writers) == 1:
            return writers[0].provider.decryption_materials(encryption_context)
        if writers:
            raise DecryptionError("the item's material description has the labels of several key generations")
        found = {name: description[name][:_SHOWN] for name in sorted(self._names & description.keys())}
        if self._unlabelled is None or found:
            raise DecryptionError(
                f"the item's material description has the label of no key generation: of the entries that labels use "
                f"({', '.join(sorted(self._names))}) it holds {found or 'none'}"
            )
        return self._unlabelled.decryption_materials(encryption_context)

    def refresh(self) -> None:
        """Refresh all providers."""
        for provider in self._providers():
            provider.refresh()

    def _writers(self, description: Mapping[str, str]) -> list[KeyGeneration]:
        return [generation for generation in self._generations if generation.wrote(description)]

    def _providers(self) -> list[CryptographicMaterialsProvider]:
        providers = [generation.provider for generation in self._generations]
        return providers if self._unlabelled is None else [*providers, self._unlabelled]

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(current={self._current!r}, older={list(self._generations[1:])!r}, "
            f"unlabelled={self._unlabelled!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RotatingMaterialsProvider) or type(other) is not type(self):
            return NotImplemented
        return self._generations == other._generations and self._unlabelled == other._unlabelled

    __hash__ = None  # type: ignore[assignment]  # providers have none
