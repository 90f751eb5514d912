# SPDX-License-Identifier: Apache-2.0
"""Checks of the namespaces and names that raw keyrings know their keys by."""

from __future__ import annotations

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_instance

#: Namespaces of AWS KMS begin so; a raw keyring of that name could be taken for one of KMS.
_RESERVED = "aws-kms"
_LIMIT = 0xFFFF


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


def _check(what: str, text: str) -> None:
    require_instance(what, text, str)
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(f'"{what}" holds text that UTF-8 cannot hold') from error
    if not 0 < size <= _LIMIT:
        raise InvalidArgumentError(f'"{what}" must have 1 to {_LIMIT} bytes in UTF-8, not {size}')
