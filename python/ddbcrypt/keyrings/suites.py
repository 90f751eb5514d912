# SPDX-License-Identifier: Apache-2.0
"""The algorithm suites of the structured format (framework/algorithm-suites.md, format DBE)."""

from __future__ import annotations

import enum
from typing import Final

__all__ = ("DATA_KEY_BYTES", "DEFAULT_SUITE", "AlgorithmSuite")

#: Length of a data key, of an intermediate key, and of all keys derived from them.
DATA_KEY_BYTES: Final = 32


class AlgorithmSuite(enum.IntEnum):
    """How items are encrypted and signed.

    Both: AES-256-GCM, HKDF-SHA512, key commitment, an HMAC-SHA384 for each recipient. The value is the suite's
    two-byte identifier. Immutable; no network call.
    """

    #: Without an ECDSA signature: whoever can read an item could have written it.
    SYMMETRIC_SIGNATURE = 0x6700
    #: With an ECDSA P-384 signature beside: who may only decrypt data keys cannot alter items. The default.
    ECDSA_P384 = 0x6701

    @property
    def is_signed(self) -> bool:
        """Whether items carry an ECDSA signature, so that materials hold a signing or a verification key."""
        return self is AlgorithmSuite.ECDSA_P384

    @property
    def binary_id(self) -> bytes:
        """The identifier as the two bytes of an item's header."""
        return int(self).to_bytes(2, "big")


def as_suite(suite: AlgorithmSuite | int) -> AlgorithmSuite:
    """Give the member of a number; of a member that member, without a look-up."""
    return suite if type(suite) is AlgorithmSuite else AlgorithmSuite(suite)


#: Suite of encryption materials that are asked for without one.
DEFAULT_SUITE: Final = AlgorithmSuite.ECDSA_P384
