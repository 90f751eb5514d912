# SPDX-License-Identifier: Apache-2.0
"""Identifiers that users of ddbcrypt name: attribute actions, key types, key encodings and dialects."""

from __future__ import annotations

from enum import Enum

__all__ = ("LOGGER_NAME", "CryptoAction", "Dialect", "EncryptionKeyType", "KeyEncodingType", "__version__")

__version__ = "0.2.0"

#: Name of the logger that the whole package writes to. No message holds a key or an attribute value.
LOGGER_NAME = "ddbcrypt"
#: What the boto3 helpers add to the user agent of their requests.
USER_AGENT_SUFFIX = f"ddbcrypt/{__version__}"


class CryptoAction(Enum):
    """What is done to an attribute. Actions are ordered: what protects more is greater."""

    DO_NOTHING = 0
    SIGN_ONLY = 1
    ENCRYPT_AND_SIGN = 2
    #: Signed, and part of the encryption context as well. Only the structured format has it.
    SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT = 3

    @property
    def _protection(self) -> int:
        return (0, 1, 3, 2)[self.value]

    def __lt__(self, other: object) -> bool:
        """Whether this action protects less than ``other``."""
        if not isinstance(other, CryptoAction):
            return NotImplemented
        return self._protection < other._protection

    def __gt__(self, other: object) -> bool:
        """Whether this action protects more than ``other``."""
        if not isinstance(other, CryptoAction):
            return NotImplemented
        return self._protection > other._protection


class EncryptionKeyType(Enum):
    """Kind of key."""

    SYMMETRIC = 0
    PRIVATE = 1
    PUBLIC = 2


class KeyEncodingType(Enum):
    """How key bytes are encoded."""

    RAW = 0
    DER = 1
    PEM = 2


class Dialect(Enum):
    """Which client's order the signed members of a written item follow. Items of both are read whatever is chosen.

    The two clients put attribute names, map keys and the members of string and binary sets into different orders where
    text mixes U+E000 to U+FFFF with characters beyond, or where members of a binary set have bytes of 128 and more. An
    item of that kind verifies only in the client whose order it was signed in. All other items are the same in both.
    """

    #: Text in the order of code points, bytes as unsigned numbers: what the Python client reads.
    PYTHON = 0
    #: Text in the order of UTF-16 code units, bytes as signed numbers: what the Java client reads.
    JAVA = 1
