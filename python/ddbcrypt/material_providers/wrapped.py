# SPDX-License-Identifier: Apache-2.0
"""A materials provider that makes a data key for each item, and stores it in the item, wrapped."""

from __future__ import annotations

from collections.abc import Iterable

from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.exceptions import UnwrappingError, WrappingError
from ddbcrypt.internal.identifiers import CONTENT_ALGORITHM, WRAPPED_DATA_KEY, WRAPPING_ALGORITHM
from ddbcrypt.internal.transformations import (
    DEFAULT_CONTENT_ALGORITHM,
    RSA_PKCS1,
    Accepted,
    canonical_wrapping,
    content_bits,
    default_wrapping,
    require_names,
    require_wrapping_fits,
)
from ddbcrypt.internal.unreadable import DataKeyError, UnreadableMaterials
from ddbcrypt.internal.validate import require_dict, require_instance, require_optional
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials
from ddbcrypt.materials.wrapped import WrappedCryptographicMaterials
from ddbcrypt.structures import EncryptionContext

__all__ = ("WrappedCryptographicMaterialsProvider",)


class WrappedCryptographicMaterialsProvider(CryptographicMaterialsProvider):
    """Gives each item a data key of its own, wrapped by AES key wrap or by RSA.

    The wrapped data key is stored in the item's material description (``amzn-ddb-env-key``), which also names the
    algorithms (``amzn-ddb-wrap-alg``, ``amzn-ddb-env-alg``). The description is not signed: an item whose description
    names another algorithm than this provider's own is refused before anything is unwrapped, unless it is listed here.

    Immutable, and safe to share between threads where its keys are. It makes no network call but those of its keys. It
    pickles where its keys do.

    :param DelegatedKey signing_key: key that signs and verifies items
    :param DelegatedKey wrapping_key: key that wraps data keys: AES, AESWrap or RSA. None where items are only read
    :param DelegatedKey unwrapping_key: key that unwraps them: the same, or the RSA private key. None where items are
        only written
    :param dict material_description: name to value, written to each item; copied. ``amzn-ddb-wrap-alg`` and
        ``amzn-ddb-env-alg`` in it choose the algorithms: by default ``AESWrap`` or
        ``RSA/ECB/OAEPWithSHA-256AndMGF1Padding`` by the key's algorithm, and ``AES/256``
    :param accepted_wrapping_algorithms: wrapping algorithms of older items that are to be read too, such as
        ``("RSA/ECB/PKCS1Padding",)``. Names that mean the same need not be listed
    :param accepted_content_algorithms: content algorithms of older items that are to be read too, such as
        ``("AES/128",)``. ``AES``, as the Java client writes it, need not be listed
    :raises TypeError: an argument is of another type
    :raises InvalidAlgorithmError: an algorithm is unknown or does not fit its key
    """

    def __init__(
        self,
        signing_key: DelegatedKey,
        wrapping_key: DelegatedKey | None = None,
        unwrapping_key: DelegatedKey | None = None,
        material_description: dict[str, str] | None = None,
        *,
        accepted_wrapping_algorithms: Iterable[str] = (),
        accepted_content_algorithms: Iterable[str] = (),
    ) -> None:
        require_instance("signing_key", signing_key, DelegatedKey)
        require_optional("wrapping_key", wrapping_key, DelegatedKey)
        require_optional("unwrapping_key", unwrapping_key, DelegatedKey)
        if material_description is None:
            material_description = {}
        require_dict("material_description", material_description, str)
        self._signing_key = signing_key
        self._wrapping_key = wrapping_key
        self._unwrapping_key = unwrapping_key
        self._material_description = dict(material_description)
        self._older_wrapping = require_names("accepted_wrapping_algorithms", accepted_wrapping_algorithms)
        self._older_content = require_names("accepted_content_algorithms", accepted_content_algorithms)
        # A wrong configuration is refused now, not when the first item is written or, worse, read.
        configured = self._material_description.get(WRAPPING_ALGORITHM)
        content = (self._material_description.get(CONTENT_ALGORITHM, DEFAULT_CONTENT_ALGORITHM), *self._older_content)
        content_bits(content)
        if configured is not None:
            require_wrapping_fits(configured, self._wrapping_key)
        self._accepted: Accepted | None = None
        if unwrapping_key is not None:
            own = default_wrapping(unwrapping_key) if configured is None else configured
            self._accepted = Accepted.of(unwrapping_key, (own, *self._older_wrapping), content)
        #: What an item's own description is read over.
        self._read_over = {
            name: value
            for name, value in self._material_description.items()
            if name not in (WRAPPING_ALGORITHM, CONTENT_ALGORITHM)
        }

    def encryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials with a new data key.

        :param encryption_context: its material description is written to the item over this provider's own
        :raises WrappingError: there is no wrapping key, or it cannot wrap the data key
        :raises InvalidAlgorithmError: the context's description chooses an algorithm that does not fit
        """
        if self._wrapping_key is None:
            raise WrappingError("there are no encryption materials: the provider has no wrapping key")
        description = {**self._material_description, **encryption_context.material_description}
        # The context may come from an item that was read before: its data key is not used for another item.
        description.pop(WRAPPED_DATA_KEY, None)
        return WrappedCryptographicMaterials.of_provider(
            self._signing_key, self._wrapping_key, self._unwrapping_key, description, None
        )

    def decryption_materials(self, encryption_context: EncryptionContext) -> CryptographicMaterials:
        """Materials with the data key of an item.

        A data key that does not unwrap raises nothing here. The materials then have a random data key and verify no
        signature, so that an item with an altered data key fails exactly as one with an altered signature does, and
        whoever can alter items and see how they fail learns nothing about what unwraps.

        :param encryption_context: with the material description of the item
        :raises UnwrappingError: there is no unwrapping key; the description holds no wrapped data key; or it names an
            algorithm that is neither this provider's nor among the accepted ones
        """
        if self._unwrapping_key is None:
            raise UnwrappingError("there are no decryption materials: the provider has no unwrapping key")
        if WRAPPED_DATA_KEY not in encryption_context.material_description:
            raise UnwrappingError(
                f"the item's material description holds no wrapped data key ({WRAPPED_DATA_KEY}): "
                "it was written with materials of another kind"
            )
        description = {**self._read_over, **encryption_context.material_description}
        try:
            return WrappedCryptographicMaterials.of_provider(
                self._signing_key, self._wrapping_key, self._unwrapping_key, description, self._accepted
            )
        except DataKeyError:
            wrapping = canonical_wrapping(description.get(WRAPPING_ALGORITHM, self._unwrapping_key.algorithm))
            return UnreadableMaterials(self._signing_key, description, wrapping_tells=wrapping == RSA_PKCS1)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(signing_key={self._signing_key!r}, wrapping_key={self._wrapping_key!r}, "
            f"unwrapping_key={self._unwrapping_key!r}, material_description={self._material_description!r}, "
            f"accepted_wrapping_algorithms={self._older_wrapping!r}, "
            f"accepted_content_algorithms={self._older_content!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WrappedCryptographicMaterialsProvider) or type(other) is not type(self):
            return NotImplemented
        return self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # the description is a dict
