# SPDX-License-Identifier: Apache-2.0
"""Random items with all materials of the Java client that need keys alone: one client writes, the other reads, live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.interop.java_bulk import Record, bulk, in_turn, record_counts
from tests.interop.java_materials import (
    CONTENT_ALGORITHM,
    WRAPPING_ALGORITHM,
    Materials,
    Secret,
    asymmetric,
    of_case,
    signers,
    static,
    wrapped,
    wrapping_keys,
)
from tests.interop.java_oracle import start_java_oracle
from tests.interop.oracle import Oracle
from tests.strategies import ACTIONS, AES_SIZES, Case
from tests.unit.rsa_keys import PADDINGS

TYPES = ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M")


@pytest.fixture(scope="module")
def java() -> Iterator[Oracle]:
    with start_java_oracle() as running:
        yield running


@pytest.mark.parametrize("number", range(2))
def test_static_symmetric_materials(java: Oracle, record_property: Record, number: int) -> None:
    """AES of all sizes and HMACs of all names and lengths, a new key for each item."""
    seen = bulk(java, number, 500, of_case)
    assert seen["items"] >= 300
    assert seen["orders differ"] >= 5
    assert all(seen[name] >= 20 for name in (*ACTIONS, *TYPES)), seen
    record_counts(record_property, "static symmetric materials", seen)


def static_with_every_signer() -> list[Materials]:
    return [static(Secret("AES", bytes(range(size))), signer) for signer in signers() for size in AES_SIZES]


def wrapped_by_every_key() -> list[Materials]:
    return [
        wrapped(key, signer, {} if algorithm is None else {WRAPPING_ALGORITHM: algorithm})
        for key, algorithm in wrapping_keys()
        for signer in signers()
    ]


def asymmetric_with_every_padding() -> list[Materials]:
    return [
        asymmetric(signer, {} if padding is None else {WRAPPING_ALGORITHM: padding})
        for padding in (None, *PADDINGS)
        for signer in signers()
    ]


def with_every_content_algorithm() -> list[Materials]:
    return [
        wrapped(key, signers()[0], {CONTENT_ALGORITHM: f"AES/{bits}"})
        for key, algorithm in wrapping_keys()
        if algorithm is None
        for bits in (128, 192, 256)
    ]


@pytest.mark.parametrize(
    ("what", "choices", "examples"),
    [
        ("static materials and each signature", static_with_every_signer, 200),
        ("wrapped materials", wrapped_by_every_key, 320),
        ("asymmetric static materials", asymmetric_with_every_padding, 200),
        ("wrapped data keys of each length", with_every_content_algorithm, 100),
    ],
    ids=["static", "wrapped", "asymmetric", "content"],
)
def test_every_key_and_algorithm(
    java: Oracle, record_property: Record, what: str, choices: Callable[[], list[Materials]], examples: int
) -> None:
    made = choices()
    seen = bulk(java, examples, examples, in_turn(made))
    # Each of the combinations had its turn.
    assert seen["items"] >= max(len(made), examples // 2)
    record_counts(record_property, what, seen)


def only_signed(case: Case) -> Case:
    """The case with nothing to encrypt and no key for it."""
    signed = {name: action.replace("ENCRYPT_AND_SIGN", "SIGN_ONLY") for name, action in case.actions.items()}
    default = case.default.replace("ENCRYPT_AND_SIGN", "SIGN_ONLY")
    return replace(case, default=default, actions=signed, encryption_key=None)


def test_items_that_are_signed_and_not_encrypted(java: Oracle, record_property: Record) -> None:
    """RSA signatures and HMACs without any encryption key."""
    seen = bulk(java, 7, 200, in_turn([static(None, signer) for signer in signers()]), only_signed)
    assert seen["items"] >= 100
    assert not seen["ENCRYPT_AND_SIGN"]
    record_counts(record_property, "signatures alone", seen)
