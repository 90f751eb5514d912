# SPDX-License-Identifier: Apache-2.0
"""Items through the engine, with the encryption context that a materials provider sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ddbcrypt.dynamodb.keys import CanonicalKey, canonical_key
from ddbcrypt.dynamodb.tables import TableConfig
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_many,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_many,
    encrypt_python_item,
)
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, SignatureVerificationError
from ddbcrypt.internal.failures import name_item
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider


class Job(NamedTuple):
    """An item of a batch, its table's configuration, and its place there: for errors."""

    item: Mapping[str, Any]
    table: TableConfig
    table_name: str
    place: int


def encrypt_one(item: Mapping[str, Any], table: TableConfig, *, wire: bool) -> dict[str, Any]:
    """Give an encrypted and signed copy."""
    config = _with_item(item, table, wire=wire)
    return encrypt_dynamodb_item(item, config) if wire else encrypt_python_item(item, config)


def decrypt_one(item: Mapping[str, Any], table: TableConfig, *, wire: bool) -> dict[str, Any]:
    """Give a verified and decrypted copy."""
    config = _with_item(item, table, wire=wire)
    return decrypt_dynamodb_item(item, config) if wire else decrypt_python_item(item, config)


def decrypt_page(items: Iterable[Mapping[str, Any]], table: TableConfig, *, wire: bool) -> list[dict[str, Any]]:
    """Give verified and decrypted copies, in order. When one item does not verify, none is handed over.

    :raises DynamodbEncryptionSdkError: naming the first item that does not verify or decrypt
    """
    return decrypt_many([(item, _with_item(item, table, wire=wire)) for item in items], wire=wire)


def encrypt_batch(jobs: Sequence[Job], *, wire: bool) -> list[dict[str, Any]]:
    """Give encrypted and signed copies, in order.

    :raises DynamodbEncryptionSdkError: naming the first item that cannot be encrypted
    """
    return _run(jobs, encrypt_many, wire=wire)


def decrypt_batch(jobs: Sequence[Job], *, wire: bool) -> list[dict[str, Any]]:
    """Give verified and decrypted copies, in order. When one item does not verify, none is handed over.

    :raises DynamodbEncryptionSdkError: naming the first item that does not verify or decrypt
    """
    return _run(jobs, decrypt_many, wire=wire)


def _run(jobs: Sequence[Job], run_many: Callable[..., list[dict[str, Any]]], *, wire: bool) -> list[dict[str, Any]]:
    try:
        return run_many([(job.item, _with_item(job.item, job.table, wire=wire)) for job in jobs], wire=wire)
    except DynamodbEncryptionSdkError as error:
        if error.index is not None:
            job = jobs[error.index]
            error.index = job.place
            error.add_note(f'The item is number {job.place} of those of the table "{job.table_name}", counted from 0.')
        raise


def _with_item(item: Mapping[str, Any], table: TableConfig, *, wire: bool) -> CryptoConfig:
    config = table.crypto_config
    # the static provider looks at nothing, so it needs no context of the item's own; an override may look
    if (
        type(config.materials_provider) is StaticCryptographicMaterialsProvider
        and type(config) is CryptoConfig
        and config.encryption_context_override is None
    ):
        return config
    return config.with_item(item) if wire else config.with_python_item(item)


def check_answer(
    asked: Iterable[Mapping[str, Any]], answered: Iterable[Mapping[str, Any]], table: TableConfig, *, wire: bool
) -> None:
    """Refuse an item that verifies but is not one that was asked for.

    :param asked: the primary keys of the request
    :raises SignatureVerificationError: when an item has another key
    """
    expected: set[CanonicalKey] = set()
    names: set[frozenset[str]] = set()
    for key in asked:
        canonical = canonical_key(key, key, wire=wire)
        if canonical is None:
            return  # a value that botocore takes in a form of its own, a file say: nothing to compare
        expected.add(canonical)
        names.add(frozenset(key))
    for item in answered:
        if not any(canonical_key(item, of_key, wire=wire) in expected for of_key in names):
            error = SignatureVerificationError("DynamoDB answered with an item whose primary key was not asked for")
            name_item(error, item, table.crypto_config)
            raise error
