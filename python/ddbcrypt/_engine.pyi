# SPDX-License-Identifier: Apache-2.0
"""The C extension: items in, items out. Internal; the public names are in :mod:`ddbcrypt`.

Every function is positional-only and thread-safe, makes no network call, never changes its arguments, and releases
the GIL around the C work of larger items. Errors are those of :mod:`ddbcrypt.exceptions`, with ``attribute`` set to the
name of the attribute where there is one.

``wire`` is true for DynamoDB JSON (``{"name": {"S": "value"}}``, the boto3 client), false for Python values (the boto3
resource). ``actions`` is a dict of name to ``CryptoAction``; ``default_action`` is for names that it lacks.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, final

from ddbcrypt.identifiers import CryptoAction

LIBCRYPTO_VERSION: Final[str]

@final
class Key:
    """A raw symmetric key, copied into memory that is wiped when the object dies. It does not pickle.

    ``algorithm``: ``AES`` (16, 24 or 32 bytes) or ``HmacSHA224/256/384/512`` (1 to 1,024 bytes).
    Raises ``InvalidKeyError`` (length), ``InvalidAlgorithmError`` (name).
    """

    algorithm: Final[str]
    def __init__(self, algorithm: str, material: bytes, /) -> None: ...
    def encrypt(self, transformation: str, plaintext: bytes, /) -> bytes:
        """IV + ciphertext. ``AES/CBC`` or ``AES/CTR`` with ``PKCS5Padding`` or ``NoPadding``.

        Raises ``JceTransformationError`` for any other, ``InvalidAlgorithmError`` on an HMAC key,
        ``EncryptionError`` where NoPadding gets a partial block.
        """
    def decrypt(self, transformation: str, ciphertext: bytes, /) -> bytes: ...
    def sign(self, data: bytes, /) -> bytes: ...
    def verify(self, signature: bytes, data: bytes, /) -> None: ...

def encrypt_item(
    item: Mapping[str, Any],
    wire: bool,
    table_name: str | None,
    default_action: CryptoAction,
    actions: dict[str, CryptoAction],
    encryption_key: Key | None,
    signing_key: Key,
    description: dict[str, str],
    dialect: int,
    /,
) -> dict[str, Any]:
    """A new, encrypted and signed item. ``description`` is what the item's material description is to hold, whole.

    ``dialect``: 0 for the Python client's order, 1 for Java's.
    """

def decrypt_item(
    item: Mapping[str, Any],
    wire: bool,
    table_name: str | None,
    default_action: CryptoAction,
    actions: dict[str, CryptoAction],
    decryption_key: Key | None,
    verification_key: Key,
    description: dict[str, str] | None,
    options: int,
    /,
) -> dict[str, Any]:
    """The verified, decrypted item, without the two reserved attributes.

    ``description``: what the item's material description holds; None to read it from the item. ``options``: bit 0
    accepts 28-digit numbers.
    """

def encrypt_items(jobs: Sequence[tuple[Any, ...]], wire: bool, /) -> list[dict[str, Any]]:
    """As :func:`encrypt_item` for many: a job is its arguments without ``wire``. An error has the job's ``index``."""

def decrypt_items(jobs: Sequence[tuple[Any, ...]], wire: bool, /) -> list[dict[str, Any]]:
    """As :func:`decrypt_item` for many, like :func:`encrypt_items`."""

def serialize_attribute(attribute: Mapping[str, Any], dialect: int, /) -> bytes:
    """Canonical bytes of one DynamoDB JSON attribute (``{"S": "value"}``)."""

def deserialize_attribute(data: bytes, /) -> dict[str, Any]:
    """The DynamoDB JSON attribute that canonical bytes hold."""

def serialize_description(description: dict[str, str], /) -> bytes: ...
def deserialize_description(data: bytes, /) -> dict[str, str]: ...
def string_to_sign(
    item: Mapping[str, Any],
    table_name: str | None,
    default_action: CryptoAction,
    actions: dict[str, CryptoAction],
    dialect: int,
    options: int,
    /,
) -> bytes:
    """The bytes that a signature covers, of a DynamoDB JSON item without its reserved attributes.

    With bit 0 of ``options`` set, numbers enter rounded to 28 digits.
    """

def to_wire(item: Mapping[str, Any], /) -> dict[str, Any]:
    """Python values to DynamoDB JSON, with the rules and results of boto3's ``TypeSerializer``."""

def from_wire(item: Mapping[str, Any], /) -> dict[str, Any]:
    """DynamoDB JSON to Python values, with the results of boto3's ``TypeDeserializer``."""
