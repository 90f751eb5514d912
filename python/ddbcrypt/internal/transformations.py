# SPDX-License-Identifier: Apache-2.0
"""Names of wrapping and content algorithms: which names mean the same, and which fit a key.

Java compares algorithm names without regard to case and knows some by several names, so the same algorithm can stand in
material descriptions in several spellings. Two spellings must not look like a disagreement, and two algorithms must not
look like one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.exceptions import InvalidAlgorithmError
from ddbcrypt.internal.validate import require_instance

__all__ = (
    "AES_WRAP",
    "DEFAULT_CONTENT_ALGORITHM",
    "RSA_OAEP_SHA256",
    "RSA_PKCS1",
    "Accepted",
    "canonical_wrapping",
    "content_bits",
    "default_wrapping",
    "require_names",
    "require_wrapping_fits",
)

AES_WRAP: Final = "AESWrap"
RSA_PKCS1: Final = "RSA/ECB/PKCS1Padding"
RSA_OAEP_SHA1: Final = "RSA/ECB/OAEPWithSHA-1AndMGF1Padding"
RSA_OAEP_SHA256: Final = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"

DEFAULT_CONTENT_ALGORITHM: Final = "AES/256"
_DEFAULT_CONTENT_BITS: Final = 256
#: Name of a content algorithm to the length of its keys. Java writes ``AES`` whatever the length is.
_CONTENT_BITS: Final[dict[str, int | None]] = {"AES": None, "AES/128": 128, "AES/192": 192, "AES/256": 256}

_NAMES: Final = (
    AES_WRAP,
    RSA_PKCS1,
    RSA_OAEP_SHA1,
    RSA_OAEP_SHA256,
    "RSA/ECB/OAEPWithSHA-384AndMGF1Padding",
    "RSA/ECB/OAEPWithSHA-512AndMGF1Padding",
)
_CANONICAL: Final = {name.upper(): name for name in _NAMES} | {
    # A wrapping key of algorithm AES wraps by AES key wrap.
    "AES": AES_WRAP,
    # Java's and the reference client's meaning of the bare name.
    "RSA": RSA_PKCS1,
    "RSA/ECB/OAEPPADDING": RSA_OAEP_SHA1,
    "RSA/ECB/OAEPWITHSHA1ANDMGF1PADDING": RSA_OAEP_SHA1,
}
_DEFAULT_WRAPPING: Final = {"AES": AES_WRAP, "RSA": RSA_OAEP_SHA256}


def canonical_wrapping(name: str) -> str:
    """Give the one spelling of a wrapping algorithm; a name that is not known here is its own."""
    return _CANONICAL.get(name.upper(), name)


def default_wrapping(key: DelegatedKey) -> str:
    """Give the wrapping algorithm of a key where none is configured, as both clients choose it."""
    return _DEFAULT_WRAPPING.get(key.algorithm, key.algorithm)


def require_wrapping_fits(name: str, key: DelegatedKey | None) -> None:
    """Refuse a wrapping algorithm that a local key cannot do. Key classes of an application's own know theirs.

    :raises InvalidAlgorithmError: it does not fit
    """
    if not isinstance(key, JceNameLocalDelegatedKey):
        return
    canonical = canonical_wrapping(name)
    fits = canonical in _NAMES and (canonical == AES_WRAP) == (key.algorithm in ("AES", AES_WRAP))
    if not fits or key.algorithm not in ("AES", AES_WRAP, "RSA"):
        raise InvalidAlgorithmError(f"{name!r} is not a wrapping algorithm of a key for {key.algorithm}")


def content_bits(names: Iterable[str]) -> dict[str, frozenset[int]]:
    """Give the content algorithms that a description may name, each with the key lengths that it may have, in bits.

    The bare name ``AES`` may always stand in a description, for any of the lengths that ``names`` allow.

    :param names: ``AES`` or ``AES/128``, ``AES/192``, ``AES/256``; the first is the configured one
    :raises InvalidAlgorithmError: any other name
    """
    allowed: dict[str, frozenset[int]] = {}
    lengths: set[int] = set()
    for name in names:
        if name not in _CONTENT_BITS:
            raise InvalidAlgorithmError(
                f"{name!r} is not a content algorithm: there are {', '.join(sorted(_CONTENT_BITS))}"
            )
        bits = _CONTENT_BITS[name] or _DEFAULT_CONTENT_BITS
        lengths.add(bits)
        allowed[f"AES/{bits}"] = frozenset((bits,))
    allowed["AES"] = frozenset(lengths)
    return allowed


class Accepted(NamedTuple):
    """Algorithms that an item's description may name: checked once, asked for each item.

    :ivar wrapping: wrapping algorithms as they were configured
    :ivar canonical: the one spelling of each
    :ivar content: what :func:`content_bits` gives
    """

    wrapping: tuple[str, ...]
    canonical: frozenset[str]
    content: dict[str, frozenset[int]]

    @classmethod
    def of(cls, key: DelegatedKey, wrapping: Iterable[str], content: Iterable[str]) -> Accepted:
        """Check the names that are configured.

        :param key: what unwraps
        :raises InvalidAlgorithmError: one is unknown or does not fit the key
        """
        names = tuple(wrapping)
        for name in names:
            require_wrapping_fits(name, key)
        return cls(names, frozenset(map(canonical_wrapping, names)), content_bits(content))


def require_names(argument: str, names: Iterable[str]) -> tuple[str, ...]:
    """Take the names out of a list of algorithms. One name alone is a likely slip for a list of one.

    :raises TypeError: it is no list of names
    """
    if isinstance(names, str | bytes) or not isinstance(names, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f'"{argument}" must be a list or tuple of names, not {type(names).__name__}')
    taken = tuple(names)
    for name in taken:
        require_instance(argument, name, str)
    return taken
