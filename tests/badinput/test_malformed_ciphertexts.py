# SPDX-License-Identifier: Apache-2.0
"""Signed and encrypted with the right keys, but malformed within: verification passes, the parser stands alone."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import decrypt_dynamodb_item
from tests.interop import forge
from tests.interop.ours import case_of, config_for
from tests.strategies import meaning
from tests.tamper.corpus import ALL_TYPES

CASE = case_of({}, {"id": "SIGN_ONLY"})
CONFIG = config_for(CASE, keys=("id", None))
KEY = {"id": {"S": "patient-77"}}
REFUSED = (exceptions.DeserializationError, exceptions.DecryptionError)


def count(number: int) -> bytes:
    return struct.pack(">I", number)


def seal(plaintext: bytes) -> dict[str, Any]:
    return forge.sealed(CASE, {"secret": plaintext}, **KEY)


def test_the_forger_makes_good_items() -> None:
    item = {name: value for name, value in ALL_TYPES.items() if name != "id"}
    sealed = forge.sealed(CASE, {name: forge.canonical(value) for name, value in item.items()}, **KEY)
    read = decrypt_dynamodb_item(sealed, CONFIG)
    assert {name: meaning(value) for name, value in read.items()} == {
        name: meaning(value) for name, value in {**item, **KEY}.items()
    }


@pytest.mark.parametrize("name", [name for name in ALL_TYPES if name != "id"])
def test_every_truncation_and_every_changed_byte(name: str, record_property: Callable[[str, object], None]) -> None:
    data = forge.canonical(ALL_TYPES[name])
    seen: Counter[str] = Counter()
    for size in range(len(data)):
        with pytest.raises(REFUSED) as refusal:
            decrypt_dynamodb_item(seal(data[:size]), CONFIG)
        assert refusal.value.attribute == "secret"
        seen["refused"] += 1
    for at, byte in enumerate(data):
        for other in {byte ^ 1 << bit for bit in range(8)} | {0, 0xFF} - {byte}:
            changed = data[:at] + bytes([other]) + data[at + 1 :]
            try:
                read = decrypt_dynamodb_item(seal(changed), CONFIG)["secret"]
            except REFUSED as error:
                seen["refused"] += 1
                assert error.attribute == "secret"  # noqa: PT017
                assert "m4rk3r" not in str(error)  # noqa: PT017
            else:
                # A well-formed attribute again: it says what its bytes say.
                seen["read"] += 1
                assert len(forge.canonical(read)) <= len(changed)
                assert meaning(read) != meaning(ALL_TYPES[name]) or name in ("number", "numbers")
    record_property("count: bad input: malformed attributes under a valid signature, refused", seen["refused"])
    record_property("count: bad input: altered attributes under a valid signature that are well formed", seen["read"])


SHAPES = {
    "empty": b"",
    "reserved byte alone": b"\0",
    "reserved byte not null": b"\1s" + count(1) + b"x",
    "unknown tag": b"\0x" + count(1) + b"x",
    "length of 4 GiB": b"\0b" + count(0xFFFFFFFF) + b"x",
    "length one too large": b"\0s" + count(2) + b"x",
    "length one too small": b"\0s" + count(1) + b"xy",
    "text that is not UTF-8": b"\0s" + count(2) + b"\xc3\x28",
    "text with a surrogate": b"\0s" + count(3) + b"\xed\xa0\x80",
    "text in overlong form": b"\0s" + count(2) + b"\xc0\x80",
    "text beyond Unicode": b"\0s" + count(4) + b"\xf4\x90\x80\x80",
    "set member that is not UTF-8": b"\0S" + count(1) + count(1) + b"\xff",
    "map key that is not UTF-8": b"\0M" + count(1) + b"\0s" + count(1) + b"\xff" + b"\0\0",
    "boolean of 2": b"\0?\2",
    "boolean of nothing": b"\0?",
    "null with a value": b"\0\0\0",
    "number without digits": b"\0n" + count(0),
    "number of letters": b"\0n" + count(3) + b"abc",
    "number that is none": b"\0n" + count(3) + b"NaN",
    "number that is infinite": b"\0n" + count(8) + b"Infinity",
    "number of 39 digits": b"\0n" + count(39) + b"1" * 39,
    "number out of range": b"\0n" + count(5) + b"1E126",
    "number with a null character": b"\0n" + count(2) + b"1\0",
    "number set of letters": b"\0N" + count(1) + count(1) + b"a",
    "set of 4 billion": b"\0S" + count(0xFFFFFFFF),
    "list of 4 billion": b"\0L" + count(0xFFFFFFFF) + b"\0\0",
    "map of 4 billion": b"\0M" + count(0xFFFFFFFF) + b"\0s" + count(0),
    "list one too long": b"\0L" + count(3) + b"\0\0" * 2,
    "list one too short": b"\0L" + count(1) + b"\0\0" * 2,
    "map key that is a number": b"\0M" + count(1) + b"\0n" + count(1) + b"1" + b"\0\0",
    "map key twice": b"\0M" + count(2) + (b"\0s" + count(1) + b"a\0\0") * 2,
    "map key twice, apart": b"\0M"
    + count(3)
    + b"".join(b"\0s" + count(1) + key + b"\0\0" for key in (b"b", b"a", b"b")),
    "map without its last value": b"\0M" + count(1) + b"\0s" + count(1) + b"a",
    "33 lists": (b"\0L" + count(1)) * 33 + b"\0\0",
    "33 maps": (b"\0M" + count(1) + b"\0s" + count(1) + b"a") * 33 + b"\0\0",
    "100,000 lists": (b"\0L" + count(1)) * 100_000 + b"\0\0",
    "large binary whose length is one too large": b"\0b" + count(70_001) + bytes(70_000),
    "large binary whose length is one too small": b"\0b" + count(69_999) + bytes(70_000),
    "large text that is not UTF-8": b"\0s" + count(70_000) + b"x" * 69_999 + b"\xff",
    "our own ciphertext": forge.encrypt_cbc(bytes(32), b"x"),
}


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES)
def test_malformed_shapes(data: bytes) -> None:
    with pytest.raises(REFUSED) as refusal:
        decrypt_dynamodb_item(seal(data), CONFIG)
    assert refusal.value.attribute == "secret"
    assert "patient-77" in str(refusal.value)


def test_what_other_clients_may_write_is_read() -> None:
    members = b"".join(count(1) + member for member in (b"b", b"a", b"b"))
    for data, read in (
        (b"\0S" + count(3) + members, {"SS": ["b", "a", "b"]}),
        (b"\0n" + count(4) + b"1.50", {"N": "1.5"}),
        (b"\0M" + count(2) + b"".join(b"\0s" + count(1) + key + b"\0\0" for key in (b"b", b"a")), None),
        ((b"\0L" + count(1)) * 31 + b"\0\0", None),
    ):
        attribute = decrypt_dynamodb_item(seal(data), CONFIG)["secret"]
        assert read is None or meaning(attribute) == meaning(read)


@pytest.mark.parametrize(
    "value",
    [{"S": "x" * 20}, {"B": bytes(5_000)}, {"B": bytes(70_000)}, {"S": "x" * 70_000}, {"L": [{"B": bytes(70_000)}]}],
    ids=["small", "binary", "large binary", "large text", "large list"],
)
def test_every_broken_ciphertext_is_one_error(value: dict[str, Any]) -> None:
    assert CASE.encryption_key is not None
    whole = forge.canonical(value)
    blocks = len(whole) // 16 * 16
    broken = [b"", b"x", bytes(15), bytes(16), bytes(31), bytes(33)]
    paddings = (b"\0" * 16, b"\x11" * 16, b"\xff" * 16, b"\x01" * 14 + b"\x02\x03", b"\x10" * 15 + b"\x0f")
    broken += [forge.encrypt_cbc(CASE.encryption_key, whole[:blocks] + padding, pad=False) for padding in paddings]
    good = forge.encrypt_cbc(CASE.encryption_key, whole)
    # A bit of the last padding byte alone: a wholly changed block ends in a valid padding once in 256 times.
    flipped = good[:-17] + bytes([good[-17] ^ 0x80]) + good[-16:]
    broken += [good[:-1], flipped, good + b"\0"]
    messages = set()
    for data in broken:
        item = forge.signed(CASE, {**KEY, "secret": {"B": data}})
        with pytest.raises(exceptions.DecryptionError) as refusal:
            decrypt_dynamodb_item(item, CONFIG)
        assert type(refusal.value) is exceptions.DecryptionError
        assert refusal.value.attribute == "secret"
        if len(data) >= 32 and len(data) % 16 == 0:
            messages.add(str(refusal.value))
    assert len(messages) == 1, "a message tells what is wrong with a padding"


@pytest.mark.parametrize(
    "value",
    [*(value for name, value in ALL_TYPES.items() if "B" not in value), {"S": "x" * 70_000}],
    ids=lambda value: next(iter(value)),
)
def test_a_signed_value_that_is_no_ciphertext(value: dict[str, Any]) -> None:
    item = forge.signed(CASE, {**KEY, "secret": value})
    with pytest.raises(exceptions.DecryptionError) as refusal:
        decrypt_dynamodb_item(item, CONFIG)
    assert refusal.value.attribute == "secret"


@pytest.mark.parametrize(
    "mode",
    [
        "",
        "/CBC/NoPadding",
        "/CTR/NoPadding",
        "/ECB/PKCS5Padding",
        "/GCM/NoPadding",
        "CBC",
        "/cbc/pkcs5padding",
        "/CBC/PKCS5Padding ",
    ],
)
def test_another_mode_in_the_description(mode: str) -> None:
    assert CASE.encryption_key is not None
    ciphertext = forge.encrypt_cbc(CASE.encryption_key, forge.canonical({"S": "x"}))
    item = forge.signed(CASE, {**KEY, "secret": {"B": ciphertext}}, [(forge.MODE, mode)])
    with pytest.raises(exceptions.UnsupportedEncryptionModeError):
        decrypt_dynamodb_item(item, CONFIG)
