# SPDX-License-Identifier: Apache-2.0
"""Jobs of encryption and decryption over any number of tables, each table's items in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ddbcrypt.dynamodb.effects import Item
from ddbcrypt.dynamodb.protected import PlaintextItem, ProtectedTable
from ddbcrypt.dynamodb.sizes import item_size
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.metrics import Metrics

Jobs = Sequence[tuple[ProtectedTable, Item]]


def encrypt_jobs(jobs: Jobs, metrics: Metrics) -> list[dict[str, Any]]:
    """Encrypt and sign items, in order. All or nothing.

    :raises DynamodbEncryptionSdkError: naming the first item that cannot be encrypted; ``index`` is its place among
        the items of its table
    """
    if not metrics.counts:
        return _encrypted(jobs)
    with metrics.counting():
        result = _encrypted(jobs)
    metrics.count("items_encrypted", len(jobs))
    metrics.count("bytes_encrypted", sum(item_size(item) for _, item in jobs))
    return result


def _encrypted(jobs: Jobs) -> list[dict[str, Any]]:
    if len(jobs) == 1:
        table, item = jobs[0]
        return table.encrypt((item,))
    return _by_table(jobs, lambda table, items: table.encrypt(items))


def decrypt_jobs(jobs: Jobs, collect: bool, metrics: Metrics) -> list[Any]:
    """Verify and decrypt items, in order.

    :param collect: puts an item's error in its place, where otherwise the first error is raised
    :raises DynamodbEncryptionSdkError: naming the first item that does not verify or decrypt; ``index`` is its place
        among the items of its table
    """
    if not metrics.counts:
        return _decrypted(jobs, collect)
    try:
        with metrics.counting():
            result = _decrypted(jobs, collect)
    except DynamodbEncryptionSdkError:
        metrics.count("items_failed")
        raise
    good = [one for one in result if not isinstance(one, DynamodbEncryptionSdkError)]
    metrics.count("items_failed", len(result) - len(good))
    plaintext = sum(type(one) is PlaintextItem for one in good)
    metrics.count("plaintext_reads", plaintext)
    metrics.count("items_decrypted", len(good) - plaintext)
    metrics.count("bytes_decrypted", sum(map(item_size, good)))
    return result


def _decrypted(jobs: Jobs, collect: bool) -> list[Any]:
    try:
        if len(jobs) == 1:
            table, item = jobs[0]
            return list(table.decrypt((item,)))
        return list(_by_table(jobs, lambda table, items: table.decrypt(items)))
    except DynamodbEncryptionSdkError:
        if not collect:
            raise
    return [_decrypted_or_error(table, item) for table, item in jobs]


def _decrypted_or_error(table: ProtectedTable, item: Item) -> dict[str, Any] | DynamodbEncryptionSdkError:
    try:
        return table.decrypt((item,))[0]
    except DynamodbEncryptionSdkError as error:
        return error


def _by_table(
    jobs: Jobs, run: Callable[[ProtectedTable, Sequence[Item]], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    places: dict[int, list[int]] = {}
    for place, (table, _) in enumerate(jobs):
        places.setdefault(id(table), []).append(place)
    results: list[dict[str, Any]] = [{}] * len(jobs)
    for of_table in places.values():
        table = jobs[of_table[0]][0]
        try:
            done = run(table, [jobs[place][1] for place in of_table])
        except DynamodbEncryptionSdkError as error:
            if error.index is None and len(of_table) == 1:
                error.index = 0
            if error.index is not None and len(places) > 1:
                error.add_note(
                    f'The item is number {error.index} of those of the table "{table.name}", counted from 0.'
                )
            raise
        for place, result in zip(of_table, done, strict=True):
            results[place] = result
    return results
