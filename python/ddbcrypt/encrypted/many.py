# SPDX-License-Identifier: Apache-2.0
"""Encrypt and decrypt many items at once; :mod:`ddbcrypt.encrypted.item` says what holds for all item functions."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.preparation import (
    Prepared,
    Unwrapped,
    explain_decryption,
    explain_encryption,
    plain_arguments,
    prepare_decryption,
    prepare_encryption,
    run_decryption,
)
from ddbcrypt.exceptions import (
    DecryptionError,
    DeserializationError,
    DynamodbEncryptionSdkError,
    SignatureVerificationError,
)
from ddbcrypt.internal.fetching import prepare_each
from ddbcrypt.internal.guards import is_sequence
from ddbcrypt.internal.validate import require_instance

__all__ = ("decrypt_many", "encrypt_many")

_Job = tuple[Mapping[str, Any], CryptoConfig]
_PAIR: Final = 2
_SHARED: Final = 2


def encrypt_many(jobs: Sequence[_Job], *, wire: bool) -> list[dict[str, Any]]:
    """Encrypt and sign many items, in one call of the engine. All or nothing.

    :param jobs: items with the configuration of each
    :param wire: true for DynamoDB JSON, false for Python values
    :returns: new items in the order of ``jobs``
    :raises TypeError: ``jobs`` are no list or tuple, such as a generator, or one is no item with a ``CryptoConfig``
    :raises: as :func:`encrypt_dynamodb_item`; ``index`` of the error is the position of the job
    """
    plain = _plain_jobs(jobs, True)
    if plain is not None:
        with contextlib.suppress(DynamodbEncryptionSdkError):
            return _engine.encrypt_items(*plain, wire)
    return _run_many(jobs, wire, prepare_encryption, _encrypt_jobs, explain_encryption)


def decrypt_many(jobs: Sequence[_Job], *, wire: bool) -> list[dict[str, Any]]:
    """Verify and decrypt many items, in one call of the engine. All or nothing.

    :param jobs: items with the configuration of each
    :param wire: true for DynamoDB JSON, false for Python values
    :returns: new items in the order of ``jobs``
    :raises TypeError: ``jobs`` are no list or tuple, such as a generator, or one is no item with a ``CryptoConfig``
    :raises: as :func:`decrypt_dynamodb_item`; ``index`` of the error is the position of the job
    """
    plain = _plain_jobs(jobs, False)
    if plain is not None:
        with contextlib.suppress(DynamodbEncryptionSdkError):
            return _engine.decrypt_items(*plain, wire)
    return _run_many(jobs, wire, prepare_decryption, _decrypt_jobs, explain_decryption)


def _plain_jobs(jobs: Sequence[_Job], encrypting: bool) -> tuple[list[Mapping[str, Any]], list[tuple[Any, ...]]] | None:
    """Give the items, and the engine's arguments of each, where all jobs are as they mostly are.

    What one configuration says is asked for once for the items in a row that have it.
    """
    try:
        config = jobs[0][1]
        items: list[Mapping[str, Any]] = [item for item, own in jobs if own is config and type(item) is dict]
        if len(items) == len(jobs):
            given = plain_arguments(config, encrypting)
            return None if given is None else (items, [given] * len(items))
        return _plain_jobs_of_several(jobs, encrypting)
    except (AttributeError, TypeError, ValueError, LookupError):
        # No jobs, or wrong ones, or materials that a provider has not: the whole way says what and where.
        return None


def _plain_jobs_of_several(
    jobs: Sequence[_Job], encrypting: bool
) -> tuple[list[Mapping[str, Any]], list[tuple[Any, ...]]] | None:
    items: list[Mapping[str, Any]] = []
    arguments: list[tuple[Any, ...]] = []
    last = None
    given: tuple[Any, ...] | None = ()
    for item, config in jobs:
        if config is not last:
            given = plain_arguments(config, encrypting)
            last = config
        items.append(item)
        if given is None or type(item) is not dict:
            return None
        arguments.append(given)
    return items, arguments


def _require_jobs(jobs: object) -> None:
    """Say what is wrong with jobs that are none; where they are, which of them."""
    if not is_sequence(jobs):
        raise TypeError(f'"jobs" must be a list or tuple of items with their configurations, not {type(jobs).__name__}')
    for position, job in enumerate(jobs):
        if type(job) not in {tuple, list} or len(job) != _PAIR:
            raise TypeError(f'"jobs[{position}]" must be a tuple of an item and a CryptoConfig')
        require_instance(f"jobs[{position}][1]", job[1], CryptoConfig)


def _run_many(
    jobs: Sequence[_Job],
    wire: bool,
    prepare: Callable[[Mapping[str, Any], CryptoConfig, bool], Prepared],
    run: Callable[[Sequence[tuple[Any, ...]], bool], list[dict[str, Any]]],
    explain: Callable[[DynamodbEncryptionSdkError, Mapping[str, Any], CryptoConfig, bool], DynamodbEncryptionSdkError],
) -> list[dict[str, Any]]:
    _require_jobs(jobs)
    results: list[dict[str, Any]] = [{}] * len(jobs)
    positions: list[int] = []
    prepared_all = False
    try:
        engine_jobs: list[tuple[Any, ...]] = []
        all_prepared = prepare_each(prepare, jobs, wire)
        prepared_all = True
        for position, prepared in enumerate(all_prepared):
            if isinstance(prepared, tuple):
                engine_jobs.append(prepared)
                positions.append(position)
            else:
                results[position] = prepared
        if engine_jobs:
            for position, result in zip(positions, run(engine_jobs, wire), strict=True):
                results[position] = result
    except DynamodbEncryptionSdkError as error:
        # The engine counts its own jobs only; an error of a preparation has its position already.
        if error.index is None:
            raise
        if prepared_all:
            error.index = positions[error.index]
        explained = explain(error, *jobs[error.index], wire)
        if explained is not error:
            raise explained from error
        raise
    return results


def _encrypt_jobs(jobs: Sequence[tuple[Any, ...]], wire: bool) -> list[dict[str, Any]]:
    return _engine.encrypt_items([job[0] for job in jobs], [job[_SHARED:] for job in jobs], wire)


def _decrypt_jobs(jobs: Sequence[tuple[Any, ...]], wire: bool) -> list[dict[str, Any]]:
    try:
        return _engine.decrypt_items([job[0] for job in jobs], [job[_SHARED:] for job in jobs], wire)
    except (SignatureVerificationError, DecryptionError, DeserializationError):
        if not any(type(job) is Unwrapped for job in jobs):
            raise
    # The engine may verify several before it decrypts the first, so which item of several is named would tell one
    # failure from the other. One after the other they fail alike.
    results: list[dict[str, Any]] = []
    for index, job in enumerate(jobs):
        try:
            results.append(run_decryption(job))
        except DynamodbEncryptionSdkError as error:
            error.index = index
            raise
    return results
