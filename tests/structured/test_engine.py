# SPDX-License-Identifier: Apache-2.0
"""What the engine's functions of the structured format take, give and refuse."""

from __future__ import annotations

import copy
import threading
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from boto3.dynamodb.types import Binary, TypeDeserializer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ddbcrypt import _engine
from ddbcrypt.exceptions import (
    DeserializationError,
    DuplicateSetMemberError,
    DynamodbEncryptionSdkError,
    InvalidAlgorithmError,
    InvalidArgumentError,
    InvalidKeyError,
    NestingDepthError,
    ReservedAttributeError,
    SerializationError,
    SignatureVerificationError,
)
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.structures import AttributeActions
from tests.strategies import item_meaning
from tests.structured.cases import Case, keyring, packed, plain_case, with_actions
from tests.structured.reference import u32


def _encrypt(case: Case, **changes: Any) -> dict[str, Any]:
    return _engine.structured_encrypt(case.item, True, case.plan, packed(replace(case.write_materials(), **changes)))


def test_python_values_both_ways() -> None:
    case = plain_case(0x6701, 2)
    load = TypeDeserializer().deserialize
    item = {name: load(value) for name, value in case.item.items()}
    before = copy.deepcopy(item)
    encrypted = _engine.structured_encrypt(item, False, case.plan, packed(case.write_materials()))
    assert item == before
    assert isinstance(encrypted["aws_dbe_head"], Binary)
    header = _engine.structured_header(encrypted, False)
    wire = {name: {"B": bytes(value.value)} for name, value in encrypted.items() if isinstance(value, Binary)}
    assert _engine.structured_header(wire, True) == header
    assert _engine.structured_context(encrypted, False, case.plan) == _engine.structured_context(
        case.item, True, case.plan
    )
    stored = {**_engine.to_wire(encrypted)}
    decrypted = _engine.structured_decrypt(encrypted, False, case.plan, packed(case.read_materials(stored)))
    assert decrypted == item


@pytest.mark.parametrize("suite", [0x6700, 0x6701])
def test_batches(suite: int) -> None:
    made = [replace(c := plain_case(suite), item={**c.item, "pk": {"S": f"p-{number}"}}) for number in range(7)]
    jobs = [(case.item, case.plan, packed(case.write_materials())) for case in made]
    encrypted = _engine.structured_encrypt_items(jobs, True)
    assert len({_engine.structured_header(item, True)["message_id"] for item in encrypted}) == len(made)
    back = [(i, case.plan, packed(case.read_materials(i))) for case, i in zip(made, encrypted, strict=True)]
    decrypted = _engine.structured_decrypt_items(back, True)
    for case, item in zip(made, decrypted, strict=True):
        assert item_meaning(item) == item_meaning(case.item)
    back[4] = ({**encrypted[4], "status": {"S": "altered"}}, *back[4][1:])
    with pytest.raises(SignatureVerificationError) as caught:
        _engine.structured_decrypt_items(back, True)
    assert caught.value.index == 4
    assert _engine.structured_encrypt_items([], True) == []


def test_large_values() -> None:
    case = plain_case()
    case = replace(case, item={**case.item, "name": {"S": "å" * 5000}, "scan": {"B": bytes(300_000)}})
    case = replace(case, item={**case.item, "notes": {"L": [{"S": "x" * 9000}]}})
    item = case.encrypt()
    assert len(item["scan"]["B"]) == 300_018
    assert item_meaning(case.decrypt(item)) == item_meaning(case.item)
    changed = bytearray(item["scan"]["B"])
    changed[150_000] ^= 1
    with pytest.raises(SignatureVerificationError):
        case.decrypt({**item, "scan": {"B": bytes(changed)}})


def test_the_callers_item_is_left_alone() -> None:
    case = plain_case()
    before = copy.deepcopy(case.item)
    item = case.encrypt()
    stored = copy.deepcopy(item)
    case.decrypt(item)
    assert (case.item, item) == (before, stored)


def test_reserved_attributes_are_not_handed_on() -> None:
    case = plain_case()
    item = {**case.encrypt(), "aws_dbe_b_name": {"S": "beacon"}, "aws_dbe_v_1": {"S": " "}}
    assert item_meaning(case.decrypt(item)) == item_meaning(case.item)
    for name in ("aws_dbe_head", "aws_dbe_foot", "aws_dbe_b_name", "aws_dbe_"):
        reserved = replace(case, item={**case.item, name: {"S": "x"}})
        with pytest.raises(ReservedAttributeError) as caught:
            _encrypt(reserved)
        assert caught.value.attribute == name


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (lambda case: replace(case, item={**case.item, "unknown": {"S": "x"}}), "no attribute action is configured"),
        (lambda case: replace(case, allowed=frozenset({"seen", "name"})), "signed by its action, but may be unsigned"),
        (lambda case: with_actions(case, pk="e"), "signed and not encrypted"),
        (lambda case: with_actions(case, missing="c"), "lacks an attribute with action SIGN_AND_INCLUDE"),
    ],
)
def test_plans_that_contradict(changed: Any, message: str) -> None:
    case = plain_case()
    materials = case.write_materials()
    wrong = changed(case)
    with pytest.raises(InvalidArgumentError, match=message):
        _engine.structured_encrypt(wrong.item, True, wrong.plan, packed(materials))


def test_do_nothing_needs_a_name_that_may_be_unsigned() -> None:
    case = plain_case()
    table, partition, sort, actions, allowed, prefix = case.plan
    plan = (table, partition, sort, {**actions, "name": CryptoAction.DO_NOTHING}, allowed, prefix)
    with pytest.raises(InvalidArgumentError, match="DO_NOTHING"):
        _engine.structured_encrypt(case.item, True, plan, packed(case.write_materials()))
    plan = (table, partition, sort, {**actions, "seen": CryptoAction.DO_NOTHING}, allowed, prefix)
    item = _engine.structured_encrypt(case.item, True, plan, packed(case.write_materials()))
    assert item["seen"] == case.item["seen"]


@pytest.mark.parametrize("missing", ["pk", "sk"])
def test_a_missing_key_attribute(missing: str) -> None:
    case = plain_case()
    materials = case.write_materials()
    item = {name: value for name, value in case.item.items() if name != missing}
    for call in (
        lambda: _engine.structured_context(item, True, case.plan),
        lambda: _engine.structured_encrypt(item, True, case.plan, packed(materials)),
    ):
        with pytest.raises(InvalidArgumentError) as caught:
            call()
        assert caught.value.attribute == missing


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"suite": 0x6702}, InvalidAlgorithmError),
        ({"suite": 0x0578}, InvalidAlgorithmError),
        ({"suite": 0x6701}, InvalidArgumentError),
        ({"data_key": bytes(31)}, InvalidArgumentError),
        ({"data_keys": []}, InvalidArgumentError),
        ({"tag_keys": []}, InvalidArgumentError),
        ({"tag_keys": [bytes(31)]}, InvalidArgumentError),
        ({"context": {}}, InvalidArgumentError),
        ({"signing_key": b"x"}, InvalidArgumentError),
        ({"data_keys": [(b"\xff", b"", b"")]}, DynamodbEncryptionSdkError),
        ({"data_keys": [(b"id", bytes(65536), b"")]}, SerializationError),
    ],
)
def test_materials_that_do_not_fit(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        _encrypt(plain_case(), **changes)


def test_a_signing_key_that_is_none() -> None:
    case = plain_case(0x6701)
    for wrong in (b"not a key", _engine.generate_rsa(2048)):
        with pytest.raises(InvalidKeyError):
            _encrypt(case, signing_key=wrong)
    item = case.encrypt()
    for wrong in (b"\2" + bytes(48), b"\5" * 49, b"x"):
        with pytest.raises((InvalidKeyError, SignatureVerificationError)):
            _engine.structured_decrypt(
                item, True, case.plan, packed(replace(case.read_materials(item), signing_key=wrong))
            )


def test_signatures_have_one_length_and_verify() -> None:
    """A hundred of them, so that those of each natural length (102 to 104 bytes) are among them."""
    case = plain_case(0x6701)
    private_key, point = _engine.ecdsa_p384_generate()
    materials = replace(case.write_materials(), signing_key=private_key)
    for _ in range(100):
        item = _engine.structured_encrypt(case.item, True, case.plan, packed(materials))
        assert len(item["aws_dbe_foot"]["B"]) == 48 + 103
        read = replace(materials, tag_keys=materials.tag_keys[:1], signing_key=point)
        assert _engine.structured_decrypt(item, True, case.plan, packed(read))


@pytest.mark.parametrize("encoding", [serialization.Encoding.DER, serialization.Encoding.PEM])
def test_signing_keys_of_other_makers(encoding: serialization.Encoding) -> None:
    case = plain_case(0x6701)
    key = ec.generate_private_key(ec.SECP384R1())
    private_key = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    formats = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    materials = replace(case.write_materials(), signing_key=private_key)
    item = _engine.structured_encrypt(case.item, True, case.plan, packed(materials))
    for point in (key.public_key().public_bytes(*formats), compressed(key)):
        read = replace(materials, tag_keys=materials.tag_keys[:1], signing_key=point)
        assert _engine.structured_decrypt(item, True, case.plan, packed(read))
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(InvalidKeyError):
        _encrypt(case, signing_key=other)


def compressed(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as materials managers have it."""
    formats = serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    return key.public_key().public_bytes(*formats)


def test_as_many_data_keys_as_there_may_be() -> None:
    case = plain_case(keyrings=(keyring("one"),))
    materials = case.write_materials()
    keys, tag_keys = list(materials.data_keys), list(materials.tag_keys)
    most = replace(materials, data_keys=keys * 255, tag_keys=tag_keys * 255)
    item = _engine.structured_encrypt(case.item, True, case.plan, packed(most))
    assert item_meaning(case.decrypt(item)) == item_meaning(case.item)
    more = replace(materials, data_keys=keys * 256, tag_keys=tag_keys * 256)
    with pytest.raises(InvalidArgumentError, match="1 to 255"):
        _engine.structured_encrypt(case.item, True, case.plan, packed(more))


def test_a_context_value_that_is_too_long() -> None:
    case = plain_case(version=2)
    materials = case.write_materials()
    item = {**case.item, "pk": {"S": "x" * 65536}}
    with pytest.raises(SerializationError, match="65535"):
        _engine.structured_context(item, True, case.plan)
    context = {**materials.context, "aws-crypto-attr.pk": "x" * 65536}
    with pytest.raises(SerializationError, match="65535"):
        _engine.structured_encrypt(item, True, case.plan, packed(replace(materials, context=context)))
    context = {**materials.context, "more": "x" * 65536}
    with pytest.raises(SerializationError, match="65535"):
        _engine.structured_encrypt(case.item, True, case.plan, packed(replace(materials, context=context)))


@pytest.mark.parametrize(
    ("type_id", "data"),
    [
        ("0000", b"\0"),
        ("0001", b"\xff"),
        ("0002", b"x"),
        ("0003", b""),
        ("0004", b""),
        ("0004", b"\2"),
        ("0101", u32(1)),
        ("0101", u32(0) + b"x"),
        ("0101", u32(0xFFFFFFFF)),
        ("0102", u32(1) + u32(2) + b"1x"),
        ("01ff", u32(1) + u32(9) + b"1"),
        ("0200", u32(1) + b"\0\1" + u32(0) + b"\0\0" + u32(0)),
        ("0200", u32(1) + b"\0\2" + u32(1) + b"k\0\0" + u32(0)),
        ("0300", u32(2) + b"\0\0" + u32(0)),
        ("0300", u32(0xFFFFFFFF) + bytes(64)),
    ],
)
def test_malformed_values(type_id: str, data: bytes) -> None:
    with pytest.raises(DynamodbEncryptionSdkError):
        _engine.structured_deserialize_value(bytes.fromhex(type_id), data)


def test_equal_members_and_depth_are_refused() -> None:
    for data in (u32(2) + (u32(1) + b"a") * 2, u32(2) + u32(1) + b"1" + u32(3) + b"1.0"):
        with pytest.raises(DynamodbEncryptionSdkError):
            _engine.structured_deserialize_value(b"\1\1" if b"a" in data else b"\1\2", data)
    nested = b""
    for _ in range(40):
        nested = u32(1) + b"\3\0" + u32(len(nested)) + nested
    with pytest.raises(NestingDepthError):
        _engine.structured_deserialize_value(b"\3\0", nested)
    with pytest.raises(DynamodbEncryptionSdkError):
        _engine.structured_serialize_value({"M": {"": {"S": "x"}}})


def _members(*members: bytes) -> bytes:
    return u32(len(members)) + b"".join(u32(len(member)) + member for member in members)


def _map(*names: bytes) -> bytes:
    return u32(len(names)) + b"".join(b"\0\1" + u32(len(name)) + name + b"\0\0" + u32(0) for name in names)


_TWICE = (
    (b"\1\1", _members(b"b", b"a", b"b")),
    (b"\1\xff", _members(b"b", b"a", b"b")),
    (b"\1\2", _members(b"2", b"1.0", b"1")),
    (b"\2\0", _map(b"b", b"a", b"b")),
    (b"\2\0", _map(b"a", b"a")),
)


@pytest.mark.parametrize(("type_id", "data"), _TWICE)
def test_equal_members_are_found_in_any_order_and_depth(type_id: bytes, data: bytes) -> None:
    for name, body in ((type_id, data), (b"\3\0", u32(1) + type_id + u32(len(data)) + data)):
        with pytest.raises(DuplicateSetMemberError):
            _engine.structured_deserialize_value(name, body)


def test_members_in_another_order_are_read() -> None:
    assert _engine.structured_deserialize_value(b"\1\1", _members(b"b", b"a")) == {"SS": ["b", "a"]}
    assert _engine.structured_deserialize_value(b"\1\2", _members(b"2", b"1")) == {"NS": ["2", "1"]}
    assert _engine.structured_deserialize_value(b"\2\0", _map(b"b", b"a")) == {
        "M": {"b": {"NULL": True}, "a": {"NULL": True}}
    }


@pytest.mark.parametrize(("levels", "refused"), [(31, False), (32, True)])
def test_an_empty_container_has_a_depth(levels: int, refused: bool) -> None:
    nested = u32(0)
    for _ in range(levels - 1):
        nested = u32(1) + b"\3\0" + u32(len(nested)) + nested
    if refused:
        with pytest.raises(NestingDepthError):
            _engine.structured_deserialize_value(b"\3\0", nested)
    else:
        assert "L" in _engine.structured_deserialize_value(b"\3\0", nested)


def test_headers_that_are_none() -> None:
    for item in ({}, {"aws_dbe_head": {"S": "x"}}, {"aws_dbe_head": {"B": b""}}, {"aws_dbe_head": {"B": bytes(200)}}):
        with pytest.raises(DeserializationError):
            _engine.structured_header(item, True)


def test_errors_hold_no_plaintext() -> None:
    case = plain_case()
    item = case.encrypt()
    with pytest.raises(SignatureVerificationError) as caught:
        case.decrypt({**item, "status": {"S": "very secret"}})
    assert "secret" not in str(caught.value)


def test_threads_share_nothing() -> None:
    case = plain_case(0x6701)
    expected = item_meaning(case.item)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                assert item_meaning(case.decrypt(case.encrypt())) == expected
        except (AssertionError, DynamodbEncryptionSdkError, LookupError) as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_legacy_format_refuses_the_fourth_action() -> None:
    key = _engine.Key("HmacSHA256", bytes(32))
    for default, actions in (
        (CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT, {}),
        (CryptoAction.SIGN_ONLY, {"a": CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT}),
    ):
        with pytest.raises(InvalidArgumentError, match="structured format"):
            _engine.encrypt_item({"a": {"S": "x"}}, True, "t", default, actions, None, key, {}, 0)
        with pytest.raises(InvalidArgumentError, match="structured format"):
            AttributeActions(default, actions)


def test_actions_are_ordered_by_what_they_protect() -> None:
    ordered = [
        CryptoAction.DO_NOTHING,
        CryptoAction.SIGN_ONLY,
        CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT,
        CryptoAction.ENCRYPT_AND_SIGN,
    ]
    assert sorted(CryptoAction) == ordered
    assert max(CryptoAction) is CryptoAction.ENCRYPT_AND_SIGN
    for low, high in pairwise(ordered):
        assert low < high
        assert high > low
        assert not low > high
