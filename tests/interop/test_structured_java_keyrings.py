# SPDX-License-Identifier: Apache-2.0
"""Raw RSA, raw AES and multi-keyrings of the Java client of the structured format and ours, over whole items."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.keyrings import Keyring, MultiKeyring, RawAesKeyring, RawRsaKeyring, RsaPadding
from tests.interop.oracle import Oracle, OracleError, from_json, text
from tests.interop.structured_java_oracle import request_for, start_structured_java_oracle
from tests.keyrings.contexts import rsa_pair, some_bytes
from tests.keyrings.items import decrypt_item, encrypt_item
from tests.strategies import item_meaning
from tests.structured.cases import Case, cases, plain_case

Both = tuple[Keyring, dict[str, Any]]


@pytest.fixture(scope="module")
def java() -> Iterator[Oracle]:
    with start_structured_java_oracle() as running:
        yield running


def aes(name: str, size: int) -> Both:
    """The same raw AES keyring, ours and as the oracle takes it."""
    key = some_bytes(size, size)
    return RawAesKeyring("ns", name, key), {"type": "aes", "namespace": "ns", "name": name, "key": text(key)}


def rsa(name: str, padding: RsaPadding) -> Both:
    """The same raw RSA keyring, ours and as the oracle takes it."""
    private, public = rsa_pair()
    theirs = {"type": "rsa", "namespace": "ns", "name": name, "padding": padding.value}
    return RawRsaKeyring("ns", name, padding, public, private), {
        **theirs, "public": text(public), "private": text(private)
    }  # fmt: skip


RECIPIENTS = [aes("aes-16", 16), aes("aes-24", 24), aes("aes-32", 32), *(rsa(f"rsa-{p.value}", p) for p in RsaPadding)]


def check(java: Oracle, case: Case, writers: list[Both], reader: Both) -> None:
    """Both write for all ``writers``; the other reads with ``reader`` alone."""
    ours = writers[0][0] if len(writers) == 1 else MultiKeyring(writers[0][0], [keyring for keyring, _ in writers[1:]])
    theirs = [settings for _, settings in writers]
    stored = encrypt_item(ours, case)
    answer = java.ask(request_for("decrypt", case, stored, [reader[1]]))
    assert item_meaning(from_json(answer["item"])) == item_meaning(case.item)
    written = from_json(java.ask(request_for("encrypt", case, case.item, theirs))["item"])
    assert item_meaning(decrypt_item(reader[0], case, written)) == item_meaning(case.item)


@pytest.mark.parametrize("number", range(len(RECIPIENTS)), ids=[settings["name"] for _, settings in RECIPIENTS])
def test_each_keyring(java: Oracle, number: int) -> None:
    for suite, version in itertools.product((0x6700, 0x6701), (1, 2)):
        check(java, plain_case(suite, version), [RECIPIENTS[number]], RECIPIENTS[number])


def test_each_recipient_of_a_multi_keyring(java: Oracle) -> None:
    for reader in RECIPIENTS:
        check(java, plain_case(0x6701, 2), RECIPIENTS, reader)


def test_random_items_and_recipients(java: Oracle, record_property: Any) -> None:
    count = 0

    @settings(max_examples=100, database=None, phases=[Phase.generate, Phase.shrink])
    @given(cases())
    def examples(case: Case) -> None:
        nonlocal count
        first = count // 2 % len(RECIPIENTS)
        writers = [RECIPIENTS[(first + step) % len(RECIPIENTS)] for step in range(3)]
        check(java, case, writers, writers[count // 2 % 3])
        count += 2

    examples()
    record_property("count: items of several recipients exchanged with Java", count)


def test_both_refuse_another_keyring(java: Oracle) -> None:
    case = plain_case()
    stored = encrypt_item(RECIPIENTS[0][0], case)
    for other in RECIPIENTS[1:]:
        with pytest.raises(DynamodbEncryptionSdkError):
            decrypt_item(other[0], case, stored)
        with pytest.raises(OracleError):
            java.ask(request_for("decrypt", case, stored, [other[1]]))
