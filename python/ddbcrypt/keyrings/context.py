# SPDX-License-Identifier: Apache-2.0
"""Encryption contexts: the public names and values that data keys are bound to (framework/structures.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import SerializationError
from ddbcrypt.internal.guards import is_mapping
from ddbcrypt.keyrings.errors import EncryptionContextError

__all__ = ("PUBLIC_KEY_NAME", "check_context", "require_keys", "serialize_context")

#: Key of the verification key of an item with an ECDSA signature. Only materials managers set it.
PUBLIC_KEY_NAME: Final = "aws-crypto-public-key"


def serialize_context(context: Mapping[str, str]) -> bytes:
    """Give the bytes that data keys are bound to: a count, then each key and value with its length, sorted by key.

    An empty context gives no bytes. Pure; no network call.

    :param context: name to value; at most 65,535 entries of at most 65,535 bytes each in UTF-8
    :raises EncryptionContextError: more or longer entries, or text that UTF-8 cannot hold
    """
    if not context:
        return b""
    try:
        return _engine.structured_serialize_context(context)
    except SerializationError as error:
        raise EncryptionContextError(str(error)) from error


def check_context(context: object) -> dict[str, str]:
    """Copy an encryption context, which has to be a mapping of ``str`` to ``str``.

    :param context: what is to be one
    :raises TypeError: it is something else
    """
    if not is_mapping(context):
        raise TypeError(f"an encryption context must be a mapping, not {type(context).__name__}")
    copied = dict(context)
    for name, value in copied.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError("an encryption context must have keys and values of type str")
    return copied


def require_keys(context: Mapping[str, str], names: Iterable[str], what: str) -> None:
    """Refuse a context that lacks one of ``names``.

    :param context: the encryption context
    :param names: keys that it must have
    :param what: what the context is, for the message
    :raises EncryptionContextError: it lacks some; the message names them
    """
    missing = sorted(set(names) - context.keys())
    if missing:
        raise EncryptionContextError(f"{what} lacks the required keys {', '.join(map(repr, missing))}")
