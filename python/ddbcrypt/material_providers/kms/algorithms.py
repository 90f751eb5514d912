# SPDX-License-Identifier: Apache-2.0
"""Algorithms of the two keys that are derived from one data key, as the material description writes them."""

from __future__ import annotations

from typing import Final, NamedTuple

from ddbcrypt import _engine
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.exceptions import InvalidKeyError, JceTransformationError

_DEFAULT_BITS: Final = 256
_CONTENT: Final = "AES"
_CONTENT_BITS: Final = (128, 192, 256)
_SIGNING: Final = ("HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512")
_SIGNING_BITS: Final = range(8, 8193, 8)
_LONGEST_NUMBER: Final = 4

#: HKDF's ``info`` of either key.
_CONTENT_INFO: Final = b"Encryption"
_SIGNING_INFO: Final = b"Signing"


class KeyAlgorithm(NamedTuple):
    """An algorithm and the length of its key in bits. ``AES`` and ``AES/256`` are the same."""

    name: str
    bits: int

    @property
    def is_content(self) -> bool:
        """Whether attributes are encrypted with it; items are signed with the others."""
        return self.name == _CONTENT

    def derive(self, data_key: bytes) -> JceNameLocalDelegatedKey:
        """Derive the key of this algorithm from a data key; its bytes never leave the engine."""
        info = _CONTENT_INFO if self.is_content else _SIGNING_INFO
        return JceNameLocalDelegatedKey.from_engine_key(_engine.Key.derive(self.name, data_key, info, self.bits // 8))


def parse_algorithm(text: str) -> KeyAlgorithm:
    """Read ``<algorithm>`` or ``<algorithm>/<key length in bits>``; the length is 256 where there is none.

    :raises JceTransformationError: algorithm unknown
    :raises InvalidKeyError: length not a number, or none that the algorithm takes (also a ``ValueError``)
    """
    name, slash, length = text.partition("/")
    if name != _CONTENT and name not in _SIGNING:
        raise JceTransformationError(f"unknown algorithm {text[:64]!r}; there are {_CONTENT}, {', '.join(_SIGNING)}")
    bits = _DEFAULT_BITS
    if slash:
        if not (length.isascii() and length.isdigit() and len(length) <= _LONGEST_NUMBER):
            raise InvalidKeyError(f"{text[:64]!r} does not end in a key length in bits")
        bits = int(length)
    if bits not in (_CONTENT_BITS if name == _CONTENT else _SIGNING_BITS):
        lengths = "128, 192 or 256 bits" if name == _CONTENT else "8 to 8192 bits in steps of 8"
        raise InvalidKeyError(f"{name} takes keys of {lengths}, not {bits}")
    return KeyAlgorithm(name, bits)
