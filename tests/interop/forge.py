# SPDX-License-Identifier: Apache-2.0
"""The legacy format once more, in plain Python without ddbcrypt: makes items that no honest client writes.

With the right keys it signs whatever it is given, so that verification passes and the code behind it stands alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tests.strategies import Case, exact

DESCRIPTION = "*amzn-ddb-map-desc*"
SIGNATURE = "*amzn-ddb-map-sig*"
MODE = "amzn-ddb-map-sym-mode"
CBC = "/CBC/PKCS5Padding"

Order = Callable[[str], Any]
Action = Callable[[str], str]


def by_code_point(text: str) -> list[int]:
    """The Python client's order of names and strings."""
    return list(map(ord, text))


def by_utf16(text: str) -> bytes:
    """The Java client's order of names and strings."""
    return text.encode("utf-16-be")


def length_value(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def number_text(text: str) -> bytes:
    """Plain notation, exact."""
    value = exact(text)
    return b"0" if value.is_zero() else format(value, "f").encode("ascii")


def canonical(attribute: Mapping[str, Any], order: Order = by_code_point) -> bytes:
    """Canonical bytes of an attribute."""
    ((kind, value),) = attribute.items()
    if kind == "S":
        return b"\0s" + length_value(value.encode("utf-8"))
    if kind == "N":
        return b"\0n" + length_value(number_text(value))
    if kind == "B":
        return b"\0b" + length_value(bytes(value))
    if kind == "BOOL":
        return b"\0?" + (b"\1" if value else b"\0")
    if kind == "NULL":
        return b"\0\0"
    if kind == "SS":
        return b"\0S" + _members(member.encode("utf-8") for member in sorted(value, key=order))
    if kind == "NS":
        return b"\0N" + _members(sorted(map(number_text, value)))
    if kind == "BS":
        return b"\0B" + _members(sorted(map(bytes, value)))
    if kind == "L":
        return b"\0L" + struct.pack(">I", len(value)) + b"".join(canonical(member, order) for member in value)
    assert kind == "M", f"no attribute type {kind}"
    names = sorted(value, key=order)
    members = (canonical({"S": name}) + canonical(value[name], order) for name in names)
    return b"\0M" + struct.pack(">I", len(value)) + b"".join(members)


def _members(members: Iterable[bytes]) -> bytes:
    listed = list(members)
    return struct.pack(">I", len(listed)) + b"".join(map(length_value, listed))


def string_to_sign(
    item: Mapping[str, Any], table: str | None, action: Action, order: Order = by_code_point, **canonicals: bytes
) -> bytes:
    """What a signature covers. ``canonicals`` replaces the canonical bytes of the attributes that it names."""
    parts = [f"TABLE>{table}<TABLE".encode()]
    for name in sorted(item, key=order):
        if name in (DESCRIPTION, SIGNATURE) or action(name) == "DO_NOTHING":
            continue
        protected = b"ENCRYPTED" if action(name) == "ENCRYPT_AND_SIGN" else b"PLAINTEXT"
        parts += [name.encode("utf-8"), protected, canonicals.get(name) or canonical(item[name], order)]
    return b"".join(hashlib.sha256(part).digest() for part in parts)


def description(pairs: Iterable[tuple[str, str]]) -> bytes:
    """A material description with its pairs in the given order."""
    return bytes(4) + b"".join(length_value(text.encode("utf-8")) for pair in pairs for text in pair)


def sign(case: Case, data: bytes) -> bytes:
    return hmac.new(case.signing_key, data, case.signing_algorithm.removeprefix("Hmac").lower()).digest()


def encrypt_cbc(key: bytes, plaintext: bytes, *, pad: bool = True) -> bytes:
    iv = os.urandom(16)
    if pad:
        padder = PKCS7(128).padder()
        plaintext = padder.update(plaintext) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + encryptor.update(plaintext) + encryptor.finalize()


def encrypt_ctr(key: bytes, plaintext: bytes) -> bytes:
    iv = os.urandom(16)
    encryptor = Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor()
    return iv + encryptor.update(plaintext) + encryptor.finalize()


def decrypt_cbc(key: bytes, ciphertext: bytes) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(ciphertext[:16])).decryptor()
    unpadder = PKCS7(128).unpadder()
    return unpadder.update(decryptor.update(ciphertext[16:]) + decryptor.finalize()) + unpadder.finalize()


def signed(
    case: Case,
    item: Mapping[str, Any],
    pairs: Iterable[tuple[str, str]] | None = None,
    order: Order = by_code_point,
    **canonicals: bytes,
) -> dict[str, Any]:
    """``item``, whose attributes are as stored, with a description of ``pairs`` and a signature that fits."""
    if pairs is None:
        pairs = [("amzn-ddb-map-signingAlg", case.signing_algorithm), (MODE, CBC)]
    signature = sign(case, string_to_sign(item, case.table, case.action, order, **canonicals))
    return {**item, DESCRIPTION: {"B": description(pairs)}, SIGNATURE: {"B": signature}}


def sealed(case: Case, plaintexts: Mapping[str, bytes], **others: dict[str, Any]) -> dict[str, Any]:
    """An item whose encrypted attributes hold ``plaintexts`` in place of canonical bytes, signed as if well."""
    assert case.encryption_key is not None
    stored = {name: {"B": encrypt_cbc(case.encryption_key, plaintext)} for name, plaintext in plaintexts.items()}
    return signed(case, {**stored, **others})
