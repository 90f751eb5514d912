# SPDX-License-Identifier: Apache-2.0
"""Materials whose data key is the item's own, stored in its material description, wrapped by another key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.exceptions import DecryptionError, DelegatedKeyError, UnwrappingError, WrappingError
from ddbcrypt.identifiers import EncryptionKeyType
from ddbcrypt.internal.data_keys import data_key_bytes, data_key_text
from ddbcrypt.internal.identifiers import CONTENT_ALGORITHM, WRAPPED_DATA_KEY, WRAPPING_ALGORITHM
from ddbcrypt.internal.transformations import (
    DEFAULT_CONTENT_ALGORITHM,
    Accepted,
    canonical_wrapping,
    content_bits,
    default_wrapping,
    require_names,
    require_wrapping_fits,
)
from ddbcrypt.internal.unreadable import DataKeyError
from ddbcrypt.internal.validate import require_dict, require_instance, require_optional
from ddbcrypt.materials import CryptographicMaterials

__all__ = ("WrappedCryptographicMaterials",)

#: Whatever is wrong with the wrapped data key, this and no more is said of it.
_DOES_NOT_UNWRAP: Final = "the data key of the item does not unwrap"
_SHOWN: Final = 64


class WrappedCryptographicMaterials(CryptographicMaterials):
    """A data key that is made here and wrapped, or unwrapped out of a material description; and a signing key.

    Where ``material_description`` holds a wrapped data key (``amzn-ddb-env-key``), it is unwrapped; otherwise a new one
    is made and wrapped, and :attr:`material_description` holds it. Both happen in the constructor, which makes no
    network call but those of the keys. The object is immutable, and safe to share between threads where its keys are.

    A material description is not signed, so what it says is not followed but compared: the algorithms that it names
    must be among the accepted ones, or nothing is unwrapped. Anyone who could have the data key unwrapped by RSA with
    PKCS #1 padding, although it was wrapped with OAEP, could have the key's owner decrypt for them.

    :param DelegatedKey signing_key: key that signs and verifies
    :param DelegatedKey wrapping_key: key that wraps a new data key, or None
    :param DelegatedKey unwrapping_key: key that unwraps, or None
    :param dict material_description: name to value; copied. To make a data key, ``amzn-ddb-wrap-alg`` and
        ``amzn-ddb-env-alg`` choose the algorithms: by default ``AESWrap`` or ``RSA/ECB/OAEPWithSHA-256AndMGF1Padding``
        by the wrapping key's algorithm, and ``AES/256``
    :param accepted_wrapping_algorithms: wrapping algorithms that may be unwrapped by; None for the unwrapping key's
        default. A description that names none, of an old Java item, means the key's own name: ``RSA`` for PKCS #1
    :param accepted_content_algorithms: of ``AES/128``, ``AES/192`` and ``AES/256`` those that a data key may be for;
        None for ``AES/256``. ``AES`` in a description, as the Java client writes it, stands for any of these
    :raises TypeError: an argument is of another type
    :raises InvalidAlgorithmError: a configured algorithm is unknown or does not fit its key
    :raises WrappingError: there is no key to wrap with, or the data key cannot be wrapped
    :raises UnwrappingError: there is no key to unwrap with; the description names an algorithm that is not accepted; or
        the data key does not unwrap, which is one and the same error whatever is wrong with it
    """

    __slots__ = ("_content_key", "_material_description", "_signing_key", "_unwrapping_key", "_wrapping_key")

    def __init__(
        self,
        signing_key: DelegatedKey,
        wrapping_key: DelegatedKey | None = None,
        unwrapping_key: DelegatedKey | None = None,
        material_description: dict[str, str] | None = None,
        *,
        accepted_wrapping_algorithms: Iterable[str] | None = None,
        accepted_content_algorithms: Iterable[str] | None = None,
    ) -> None:
        require_instance("signing_key", signing_key, DelegatedKey)
        require_optional("wrapping_key", wrapping_key, DelegatedKey)
        require_optional("unwrapping_key", unwrapping_key, DelegatedKey)
        if material_description is None:
            material_description = {}
        require_dict("material_description", material_description, str)
        wrapping = require_names("accepted_wrapping_algorithms", accepted_wrapping_algorithms or ())
        content = require_names("accepted_content_algorithms", accepted_content_algorithms or ())
        accepted = None
        if WRAPPED_DATA_KEY in material_description and unwrapping_key is not None:
            accepted = Accepted.of(
                unwrapping_key, wrapping or (default_wrapping(unwrapping_key),), content or (DEFAULT_CONTENT_ALGORITHM,)
            )
        self._set_up(signing_key, wrapping_key, unwrapping_key, dict(material_description), accepted)

    @classmethod
    def of_provider(
        cls,
        signing_key: DelegatedKey,
        wrapping_key: DelegatedKey | None,
        unwrapping_key: DelegatedKey | None,
        material_description: dict[str, str],
        accepted: Accepted | None,
    ) -> WrappedCryptographicMaterials:
        """As the constructor, of arguments that a provider checked once for all items; for ddbcrypt's own use.

        :param signing_key: as of the constructor
        :param wrapping_key: as of the constructor
        :param unwrapping_key: as of the constructor
        :param material_description: the new object's own from now on
        :param accepted: algorithms that may be unwrapped by
        """
        materials = cls.__new__(cls)
        materials._set_up(signing_key, wrapping_key, unwrapping_key, material_description, accepted)  # noqa: SLF001
        return materials

    def _set_up(
        self,
        signing_key: DelegatedKey,
        wrapping_key: DelegatedKey | None,
        unwrapping_key: DelegatedKey | None,
        material_description: dict[str, str],
        accepted: Accepted | None,
    ) -> None:
        self._signing_key = signing_key
        self._wrapping_key = wrapping_key
        self._unwrapping_key = unwrapping_key
        self._material_description = material_description
        self._content_key = self._unwrap(accepted) if WRAPPED_DATA_KEY in material_description else self._make()

    def _make(self) -> DelegatedKey:
        key = self._wrapping_key
        if key is None:
            raise WrappingError("a data key cannot be wrapped: there is no wrapping key")
        description = self._material_description
        wrapping = description.get(WRAPPING_ALGORITHM, default_wrapping(key))
        content = description.get(CONTENT_ALGORITHM, DEFAULT_CONTENT_ALGORITHM)
        (bits,) = content_bits((content,))[content]
        content_key = JceNameLocalDelegatedKey.generate("AES", bits)
        wrapped = key.wrap(
            algorithm=_spelling_for(key, wrapping), content_key=content_key.key, additional_associated_data=None
        )
        description[WRAPPED_DATA_KEY] = data_key_text(wrapped)
        description[CONTENT_ALGORITHM] = content
        description[WRAPPING_ALGORITHM] = wrapping
        return content_key

    def _unwrap(self, accepted: Accepted | None) -> DelegatedKey:
        key = self._unwrapping_key
        if key is None or accepted is None:
            raise UnwrappingError("the item's data key cannot be unwrapped: there is no unwrapping key")
        # Old Java items name no wrapping algorithm: both clients then take the key's own name, "RSA" for PKCS #1.
        wrapping = self._material_description.get(WRAPPING_ALGORITHM, key.algorithm)
        if canonical_wrapping(wrapping) not in accepted.canonical:
            raise _not_accepted("wrapping", wrapping, accepted.wrapping)
        content = self._material_description.get(CONTENT_ALGORITHM, "AES")
        if content not in accepted.content:
            raise _not_accepted("content", content, accepted.content)
        return self._unwrap_by(key, _spelling_for(key, wrapping), accepted.content[content])

    def _unwrap_by(self, key: DelegatedKey, wrapping: str, lengths: frozenset[int]) -> DelegatedKey:
        """Unwrap. From here on everything that goes wrong depends on secrets, and is told as one and the same error."""
        try:
            content_key = key.unwrap(
                algorithm=wrapping,
                wrapped_key=data_key_bytes(self._material_description[WRAPPED_DATA_KEY]),
                wrapped_key_algorithm="AES",
                wrapped_key_type=EncryptionKeyType.SYMMETRIC,
                additional_associated_data=None,
            )
        except (UnwrappingError, DecryptionError, DelegatedKeyError, ValueError):
            raise DataKeyError(_DOES_NOT_UNWRAP) from None
        # A key class of an application's own may give a key whose bytes it alone knows.
        if isinstance(content_key, JceNameLocalDelegatedKey) and len(content_key.key) * 8 not in lengths:
            raise DataKeyError(_DOES_NOT_UNWRAP)
        return content_key

    @property
    def material_description(self) -> dict[str, str]:
        """What an item's material description holds of these materials, the wrapped data key among it."""
        return self._material_description

    @property
    def encryption_key(self) -> DelegatedKey:
        """The data key."""
        return self._content_key

    @property
    def decryption_key(self) -> DelegatedKey:
        """The data key."""
        return self._content_key

    @property
    def signing_key(self) -> DelegatedKey:
        """Key that signs the item."""
        return self._signing_key

    @property
    def verification_key(self) -> DelegatedKey:
        """Key that verifies the item's signature."""
        return self._signing_key

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(signing_key={self._signing_key!r}, wrapping_key={self._wrapping_key!r}, "
            f"unwrapping_key={self._unwrapping_key!r}, material_description={self._material_description!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WrappedCryptographicMaterials) or type(other) is not type(self):
            return NotImplemented
        return (
            self._signing_key == other._signing_key
            and self._wrapping_key == other._wrapping_key
            and self._unwrapping_key == other._unwrapping_key
            and self._material_description == other._material_description
        )

    __hash__ = None  # type: ignore[assignment]  # the description can change


def _spelling_for(key: DelegatedKey, name: str) -> str:
    """Give the name to call ``key`` with: a local key knows one spelling, an application's own gets what is written.

    :raises InvalidAlgorithmError: it does not fit a local key
    """
    require_wrapping_fits(name, key)
    return canonical_wrapping(name) if isinstance(key, JceNameLocalDelegatedKey) else name


def _not_accepted(kind: str, name: str, accepted: Iterable[str]) -> UnwrappingError:
    return UnwrappingError(
        f"the item's material description names the {kind} algorithm {name[:_SHOWN]!r}, and accepted are "
        f"{', '.join(accepted)}: the description is not signed, so it cannot choose; to read such items list the "
        f"algorithm in accepted_{kind}_algorithms"
    )
