# SPDX-License-Identifier: Apache-2.0
"""No change to what is signed goes unnoticed, and none yields a plaintext."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ddbcrypt import _engine
from ddbcrypt.exceptions import (
    DecryptionError,
    DeserializationError,
    DynamodbEncryptionSdkError,
    InvalidArgumentError,
    SignatureVerificationError,
)
from tests.structured import reference
from tests.structured.cases import Case, keyring, packed, plain_case
from tests.structured.reference import Materials, u32

REFUSALS = (DeserializationError, SignatureVerificationError, DecryptionError, InvalidArgumentError)
KINDS = [(0x6700, 1), (0x6700, 2), (0x6701, 1)]


def _refused(case: Case, materials: Materials, item: dict[str, Any]) -> None:
    """Decrypts with the right keys whatever the header says, as a manager that was talked into it would."""
    try:
        context = {**materials.context, **_engine.structured_context(item, True, case.plan)}
    except REFUSALS:
        context = dict(materials.context)
    for tried in (dict(materials.context), context):
        with pytest.raises(REFUSALS):
            _engine.structured_decrypt(item, True, case.plan, packed(replace(materials, context=tried)))


@pytest.mark.parametrize(("suite", "version"), KINDS)
@pytest.mark.parametrize("part", ["aws_dbe_head", "aws_dbe_foot", "name", "status", "notes", "pk"])
def test_every_byte_counts(part: str, suite: int, version: int, record_property: Callable[[str, object], None]) -> None:
    case = plain_case(suite, version)
    item = case.encrypt()
    materials = case.read_materials(item)
    ((kind, value),) = item[part].items()
    data = value.encode() if kind == "S" else value
    tried = 0
    for position in range(len(data)):
        for bit in (0x01, 0x20) if len(data) < 250 else (0x01,):
            changed = bytes([*data[:position], data[position] ^ bit, *data[position + 1 :]])
            if kind == "S":
                _refused(case, materials, {**item, part: {"S": changed.decode("latin-1")}})
            else:
                _refused(case, materials, {**item, part: {"B": changed}})
            tried += 1
    record_property("count: structured items with one altered byte, refused", tried)


@pytest.mark.parametrize(("suite", "version"), KINDS)
@pytest.mark.parametrize("part", ["aws_dbe_head", "aws_dbe_foot", "name"])
def test_every_truncation_and_longer_ones(part: str, suite: int, version: int) -> None:
    case = plain_case(suite, version)
    item = case.encrypt()
    materials = case.read_materials(item)
    data = item[part]["B"]
    for changed in [*(data[:size] for size in range(len(data))), data + b"\0", data + data]:
        _refused(case, materials, {**item, part: {"B": changed}})


def test_attributes_added_removed_renamed_swapped() -> None:
    case = plain_case()
    item = case.encrypt()
    materials = case.read_materials(item)
    swapped = {**item, "tags": item["codes"], "codes": item["tags"]}
    renamed = {("nama" if name == "name" else name): value for name, value in item.items()}
    encrypted_as_text = {**item, "status": {"B": b"open"}}
    for changed in (swapped, renamed, encrypted_as_text, {**item, "new": {"S": ""}}):
        _refused(case, materials, changed)
    for removed in item:
        if not removed.startswith(":") and removed != "seen":
            _refused(case, materials, {name: value for name, value in item.items() if name != removed})


def test_parts_of_another_item() -> None:
    case = plain_case()
    other = replace(case, item={**case.item, "pk": {"S": "patient-18"}})
    item, foreign = case.encrypt(), other.encrypt()
    for part in ("aws_dbe_head", "aws_dbe_foot", "name", "pk"):
        _refused(case, case.read_materials(item), {**item, part: foreign[part]})
        _refused(case, other.read_materials(foreign), {**item, part: foreign[part]})
    both = {**item, "aws_dbe_head": foreign["aws_dbe_head"], "aws_dbe_foot": foreign["aws_dbe_foot"]}
    _refused(case, other.read_materials(foreign), both)


def test_a_downgraded_suite_version_or_legend() -> None:
    case = plain_case(0x6701, 2)
    item = case.encrypt()
    materials = case.read_materials(item)
    header, footer = item["aws_dbe_head"]["B"], item["aws_dbe_foot"]["B"]
    unsigned = {**item, "aws_dbe_head": {"B": header[:1] + b"\0" + header[2:]}, "aws_dbe_foot": {"B": footer[:48]}}
    _refused(case, materials, unsigned)
    _refused(case, replace(materials, suite=0x6700, signing_key=None), unsigned)
    _refused(case, replace(materials, suite=0x6700, signing_key=None), item)
    _refused(case, materials, {**item, "aws_dbe_head": {"B": b"\1" + header[1:]}})
    # Behind version, suite and message id: the id may hold the letter too.
    legend = header[:34] + header[34:].replace(b"e", b"s", 1)
    _refused(case, materials, {**item, "aws_dbe_head": {"B": legend}})


def test_wrong_keys() -> None:
    case = plain_case(0x6701, 1, (keyring("one"), keyring("two")))
    item = case.encrypt()
    right = case.read_materials(item)
    assert _engine.structured_decrypt(item, True, case.plan, packed(right))
    other_point = _engine.ecdsa_p384_generate()[1]
    for wrong in (
        replace(right, data_key=bytes(32)),
        replace(right, tag_keys=[bytes(32)]),
        replace(right, signing_key=other_point),
        replace(right, context={**right.context, "aws-crypto-public-key": "AAAA"}),
        replace(right, context={**right.context, "added": "pair"}),
    ):
        with pytest.raises(SignatureVerificationError):
            _engine.structured_decrypt(item, True, case.plan, packed(wrong))


def test_one_recipient_cannot_sign_for_another() -> None:
    """Who may only unwrap the second data key makes no item that who unwraps the first takes."""
    case = plain_case(0x6700, 1, (keyring("one"), keyring("two")))
    written = case.write_materials()
    forged = _engine.structured_encrypt(
        case.item, True, case.plan, packed(replace(written, tag_keys=[bytes(32), written.tag_keys[1]]))
    )
    assert case.decrypt(forged, 1)
    with pytest.raises(SignatureVerificationError):
        case.decrypt(forged, 0)


def test_another_table_or_key_name() -> None:
    case = plain_case()
    item = case.encrypt()
    materials = case.read_materials(item)
    elsewhere = replace(case, configuration=replace(case.configuration, table="doctors"))
    _refused(elsewhere, materials, item)
    renamed = replace(case, configuration=replace(case.configuration, partition="sk", sort="pk"))
    _refused(renamed, materials, item)


def test_a_configuration_that_signs_more_or_less() -> None:
    case = plain_case()
    item = case.encrypt()
    materials = case.read_materials(item)
    for changed in (replace(case, allowed=frozenset()), replace(case, allowed=frozenset({"seen", "name"}))):
        with pytest.raises(SignatureVerificationError, match="attributes"):
            _engine.structured_decrypt(item, True, changed.plan, packed(materials))


@pytest.mark.parametrize(
    ("type_id", "body"),
    [
        ("0000", b"x"),
        ("0001", b"\xff"),
        ("0002", b"NaN"),
        ("0003", b""),
        ("0004", b"\2"),
        ("0101", u32(2) + (u32(1) + b"a") * 2),
        ("0102", u32(1) + u32(9) + b"1"),
        ("0200", u32(1)),
        ("0300", u32(0xFFFFFFFF) + bytes(12)),
        ("0300", u32(0) + b"x"),
    ],
)
def test_malformed_values_that_are_rightly_signed(type_id: str, body: bytes) -> None:
    """Who has the keys may still write what is no value: the reader refuses it, and names the attribute."""
    case = plain_case()
    materials = case.write_materials()
    bodies = {"name": (bytes.fromhex(type_id), body)}
    item = reference.encrypt(case.configuration, materials, case.item, _engine.structured_random(32), bodies)
    with pytest.raises(DynamodbEncryptionSdkError) as caught:
        case.decrypt(item)
    assert not isinstance(caught.value, SignatureVerificationError)
    assert caught.value.attribute == "name"
