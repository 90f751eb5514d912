# SPDX-License-Identifier: Apache-2.0
"""Checks of the names that keyrings know their keys by."""

from __future__ import annotations

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_instance

#: Namespaces of AWS KMS begin so; a raw keyring of that name could be taken for one of KMS.
_RESERVED = "aws-kms"
_LIMIT = 0xFFFF
#: What is wrong with a text that is not :func:`is_utf8`.
NOT_UTF8 = "holds text that UTF-8 cannot hold"


def check_namespace(namespace: str) -> str:
    """Refuse a namespace that is empty, too long, or one of AWS KMS's."""
    _check("namespace", namespace)
    if namespace.startswith(_RESERVED):
        raise InvalidArgumentError(f'"namespace" must not begin with {_RESERVED!r}: give your keys a name of their own')
    return namespace


def check_name(name: str) -> bytes:
    """Refuse a name that is empty or too long; give it in UTF-8."""
    _check("name", name)
    return name.encode()


def is_utf8(text: str) -> bool:
    """Tell whether UTF-8 can hold it: it has no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check(what: str, text: str) -> None:
    require_instance(what, text, str)
    if not is_utf8(text):
        raise InvalidArgumentError(f'"{what}" {NOT_UTF8}')
    size = len(text.encode())
    if not 0 < size <= _LIMIT:
        raise InvalidArgumentError(f'"{what}" must have 1 to {_LIMIT} bytes in UTF-8, not {size}')
