# SPDX-License-Identifier: Apache-2.0
"""Every byte of every binary value that is stored: ciphertexts, signature, description."""

from __future__ import annotations

from collections.abc import Iterator

from tests.interop.forge import DESCRIPTION, SIGNATURE
from tests.tamper.judge import Judge


def flips(data: bytes) -> Iterator[tuple[int, bytes]]:
    """All single-bit changes of every byte, and each byte one more, one less and inverted."""
    changed = bytearray(data)
    for at, byte in enumerate(data):
        others = {byte ^ 1 << bit for bit in range(8)} | {byte ^ 0xFF, (byte + 1) % 256, (byte - 1) % 256}
        for other in sorted(others):
            changed[at] = other
            yield at, bytes(changed)
        changed[at] = byte


def cuts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every truncation at either end, and some bytes more."""
    for size in range(len(data)):
        yield f"first {size}", data[:size]
        yield f"last {size}", data[len(data) - size :]
    for more in (b"\0", b"\x10" * 16, data):
        if more:
            yield "extended", data + more
            yield "preceded", more + data


def protected(judge: Judge) -> Iterator[tuple[str, bytes]]:
    """Encrypted attributes; what is SIGN_ONLY has a test of its own."""
    for name in judge.case.item:
        if judge.case.action(name) == "ENCRYPT_AND_SIGN":
            yield name, judge.stored[name]["B"]


def test_no_byte_of_a_ciphertext_can_change(judge: Judge) -> None:
    for name, data in protected(judge):
        for at, changed in flips(data):
            judge.refuse({**judge.stored, name: {"B": changed}}, (name, at))
        for cut, changed in cuts(data):
            judge.refuse({**judge.stored, name: {"B": changed}}, (name, cut))


def test_blocks_of_a_ciphertext_cannot_move(judge: Judge) -> None:
    for name, data in protected(judge):
        blocks = [data[at : at + 16] for at in range(0, len(data), 16)]
        for first in range(len(blocks)):
            for second in range(first):
                moved = blocks.copy()
                moved[first], moved[second] = moved[second], moved[first]
                judge.decide({**judge.stored, name: {"B": b"".join(moved)}}, (name, first, second))
            judge.refuse({**judge.stored, name: {"B": b"".join(blocks[:first] + blocks[first + 1 :])}}, (name, first))


def test_no_byte_of_the_signature_can_change(judge: Judge) -> None:
    signature = judge.stored[SIGNATURE]["B"]
    for at in range(len(signature)):
        for value in range(256):
            if value != signature[at]:
                changed = signature[:at] + bytes([value]) + signature[at + 1 :]
                judge.refuse({**judge.stored, SIGNATURE: {"B": changed}}, (at, value))
    for cut, changed in cuts(signature):
        judge.refuse({**judge.stored, SIGNATURE: {"B": changed}}, cut)


def test_no_byte_of_the_description_can_change_the_plaintext(judge: Judge) -> None:
    stored = judge.stored[DESCRIPTION]["B"]
    for at, changed in flips(stored):
        judge.refuse_or_same({**judge.stored, DESCRIPTION: {"B": changed}}, at)
    for cut, changed in cuts(stored):
        judge.refuse_or_same({**judge.stored, DESCRIPTION: {"B": changed}}, cut)
    assert judge.count["refused"] > 200
