# SPDX-License-Identifier: Apache-2.0
"""What an item's material description says of its data key. It is not signed: it is checked, not followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ddbcrypt.exceptions import InvalidKeyError, JceTransformationError, UnwrappingError
from ddbcrypt.internal.data_keys import data_key_bytes, data_key_text
from ddbcrypt.internal.identifiers import (
    CONTENT_ALGORITHM,
    DESCRIPTION_ATTRIBUTE,
    ITEM_SIGNATURE_ALGORITHM,
    KMS_CONTEXT_ATTRIBUTES,
    KMS_WRAPPING,
    WRAPPED_DATA_KEY,
    WRAPPING_ALGORITHM,
)
from ddbcrypt.material_providers.kms.algorithms import KeyAlgorithm, parse_algorithm

_KEYS: Final = "*keys*"
_SHOWN: Final = 64


class Wrapped(NamedTuple):
    """A data key as an item carries it, with the algorithms as the description writes them and as they are meant."""

    ciphertext: bytes
    content_text: str
    signing_text: str
    content: KeyAlgorithm
    signing: KeyAlgorithm


def describe(ciphertext: bytes, content_text: str, signing_text: str) -> dict[str, str]:
    """Make the entries of a new item's material description."""
    return {
        KMS_CONTEXT_ATTRIBUTES: _KEYS,
        WRAPPING_ALGORITHM: KMS_WRAPPING,
        CONTENT_ALGORITHM: content_text,
        ITEM_SIGNATURE_ALGORITHM: signing_text,
        WRAPPED_DATA_KEY: data_key_text(ciphertext),
    }


def read_description(description: Mapping[str, str], accepted: frozenset[KeyAlgorithm]) -> Wrapped:
    """Take the data key out of a material description.

    :param accepted: algorithms that the provider is configured for
    :raises UnwrappingError: an entry is missing or malformed, or names another algorithm
    """
    wrapping = _entry(description, WRAPPING_ALGORITHM)
    if wrapping != KMS_WRAPPING:
        raise _error(
            f"{WRAPPING_ALGORITHM} is {_shown(wrapping)}, so the item's keys come from another materials provider than "
            "AWS KMS"
        )
    content_text = _entry(description, CONTENT_ALGORITHM)
    signing_text = _entry(description, ITEM_SIGNATURE_ALGORITHM)
    content = _accepted(CONTENT_ALGORITHM, content_text, accepted, is_content=True)
    signing = _accepted(ITEM_SIGNATURE_ALGORITHM, signing_text, accepted, is_content=False)
    try:
        ciphertext = data_key_bytes(_entry(description, WRAPPED_DATA_KEY))
    except ValueError:
        # The chain would show the entry.
        raise _error(f"{WRAPPED_DATA_KEY} is not base64") from None
    if not ciphertext:
        raise _error(f"{WRAPPED_DATA_KEY} is empty")
    return Wrapped(ciphertext, content_text, signing_text, content, signing)


def _entry(description: Mapping[str, str], name: str) -> str:
    try:
        return description[name]
    except KeyError:
        raise _error(f"it has no {name}, which items encrypted with AWS KMS have") from None


def _accepted(name: str, text: str, accepted: frozenset[KeyAlgorithm], *, is_content: bool) -> KeyAlgorithm:
    usable = {algorithm for algorithm in accepted if algorithm.is_content is is_content}
    try:
        algorithm = parse_algorithm(text)
    except (InvalidKeyError, JceTransformationError):
        algorithm = None
    if algorithm is None or algorithm not in usable:
        known = ", ".join(sorted(f"{usable_one.name}/{usable_one.bits}" for usable_one in usable))
        raise _error(
            f"{name} is {_shown(text)}, and this provider is for {known}; an algorithm that older items were written "
            "with goes into accepted_algorithms"
        )
    return algorithm


def _shown(text: str) -> str:
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}..."


def _error(message: str) -> UnwrappingError:
    error = UnwrappingError(f"material description {DESCRIPTION_ATTRIBUTE!r}: {message}")
    error.attribute = DESCRIPTION_ATTRIBUTE
    return error
