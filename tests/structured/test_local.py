# SPDX-License-Identifier: Apache-2.0
"""Raw AES keyrings carried out by the engine: the same items and the same refusals as step by step."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary
from hypothesis import given, settings

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import DefaultCmm, EncryptionMaterials, Keyring, MultiKeyring, RawAesKeyring
from ddbcrypt.keyrings.local import local_keys
from ddbcrypt.structured import DynamoDbItemEncryptor
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE
from ddbcrypt.structured.protection import Plan, decrypt_locally, encrypt_locally
from tests.structured.cases import Case, cases, plain_case
from tests.structured.encryptors import ACTIONS, ITEM, TABLE, config, config_of, keyring_of, normalised

SUITES = (0x6700, 0x6701)
CONTEXT = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
KEY = bytes(range(32))


class StepByStep(DefaultCmm):
    """The default manager, of another type: the engine leaves its work to it."""


def encryptor(case: Case) -> DynamoDbItemEncryptor:
    return DynamoDbItemEncryptor(config_of(case))


def step_by_step(case: Case) -> DynamoDbItemEncryptor:
    return DynamoDbItemEncryptor(config_of(case, keyring=None, cmm=StepByStep(keyring_of(case.keyrings))))


@settings(max_examples=100)
@given(case=cases())
def test_items_are_read_both_ways_with_the_same_header(case: Case) -> None:
    local, steps = encryptor(case), step_by_step(case)
    for writer, reader in ((local, steps), (steps, local), (local, local)):
        written = writer.encrypt_item(case.item)
        read = reader.decrypt_item(written.encrypted_item)
        assert normalised(read.plaintext_item) == normalised(case.item)
        assert read.parsed_header == written.parsed_header


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("version", [1, 2])
def test_headers_differ_in_their_random_parts_alone(suite: int, version: int) -> None:
    case = plain_case(suite, version)
    headers = []
    for made in (encryptor(case), step_by_step(case)):
        written = made.encrypt_item(case.item)
        raw = written.encrypted_item[HEADER_ATTRIBUTE]["B"]
        header = _engine.structured_header(written.encrypted_item, True)
        stored = {name: len(value) for name, value in header["encryption_context"].items()}
        keys = [(provider, info[:-12], len(ciphertext)) for provider, info, ciphertext in header["data_keys"]]
        headers.append(
            (len(raw), raw[:2], header["legend"], stored, keys, len(written.encrypted_item[FOOTER_ATTRIBUTE]["B"]))
        )
        assert written.parsed_header is not None
        assert written.parsed_header.encryption_context.keys() >= written.parsed_header.stored_encryption_context.keys()
    assert headers[0] == headers[1]


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("size", [16, 24, 32])
def test_keys_of_every_size_and_any_recipient(suite: int, size: int) -> None:
    keyrings = [RawAesKeyring("ns", f"key {i}", bytes([i]) * size) for i in range(3)]
    writer = DynamoDbItemEncryptor(config(keyring=MultiKeyring(keyrings[0], keyrings[1:]), algorithm_suite_id=suite))
    written = writer.encrypt_items([ITEM, ITEM])
    for keyring in (*keyrings, MultiKeyring(keyrings[2], keyrings[:1])):
        plan = Plan.of(config(keyring=keyring, algorithm_suite_id=suite))
        read = decrypt_locally(plan, [one.encrypted_item for one in written], wire=True)
        assert read == [ITEM, ITEM]


def test_the_keyring_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> EncryptionMaterials:
        raise AssertionError("a data key came out of the engine")

    monkeypatch.setattr(RawAesKeyring, "on_encrypt", asked)
    monkeypatch.setattr(RawAesKeyring, "on_decrypt", asked)
    made = DynamoDbItemEncryptor(config())
    assert made.decrypt_item(made.encrypt_item(ITEM).encrypted_item).plaintext_item == ITEM


class OtherKeyring(RawAesKeyring):
    """A keyring that might do anything."""


class OtherMulti(MultiKeyring):
    """Several that might."""


@pytest.mark.parametrize(
    "keyring",
    [
        OtherKeyring("ns", "n", KEY),
        OtherMulti(RawAesKeyring("ns", "n", KEY)),
        MultiKeyring(None, [RawAesKeyring("ns", "n", KEY)]),
        MultiKeyring(RawAesKeyring("ns", "n", KEY), [OtherKeyring("ns", "m", KEY)]),
        MultiKeyring(RawAesKeyring("ns", "n", KEY), [RawAesKeyring("ns", "m", KEY)] * 255),
    ],
)
def test_only_what_is_known_is_taken_over(keyring: Keyring) -> None:
    assert local_keys(DefaultCmm(keyring)) is None
    assert local_keys(StepByStep(RawAesKeyring("ns", "n", KEY))) is None
    assert encrypt_locally(Plan.of(config(keyring=keyring)), [ITEM], wire=True) is None


def outcome(run: Callable[[], Any]) -> tuple[Any, ...]:
    with pytest.raises(DynamodbEncryptionSdkError) as caught:
        run()
    error = caught.value
    return type(error), str(error), error.index, error.attribute, error.item_key


@pytest.mark.parametrize(
    "changes",
    [
        {"keyring": RawAesKeyring("ddbcrypt", "main", bytes(32))},
        {"keyring": RawAesKeyring("other", "main", KEY)},
        {"keyring": RawAesKeyring("ddbcrypt", "other", KEY)},
        {"keyring": RawAesKeyring("ddbcrypt", "mai", KEY)},
        {"keyring": RawAesKeyring("ddbcrypt", "main", KEY[:16])},
        {"logical_table_name": "another"},
        {"allowed_unsigned_attributes": ["views", "city"], "attribute_actions_on_encrypt": {"id": ACTIONS["id"]}},
        {"partition_key_name": "city"},
    ],
)
@pytest.mark.parametrize("suite", SUITES)
def test_other_readers_are_refused_with_the_same_words(changes: dict[str, Any], suite: int) -> None:
    written = DynamoDbItemEncryptor(config(algorithm_suite_id=suite)).encrypt_item(ITEM).encrypted_item
    given = config(**{**changes, "algorithm_suite_id": suite})
    local = DynamoDbItemEncryptor(given)
    keyring = changes.get("keyring", RawAesKeyring("ddbcrypt", "main", KEY))
    steps = DynamoDbItemEncryptor(config(**{**changes, "keyring": None, "cmm": StepByStep(keyring)}))
    assert outcome(lambda: local.decrypt_item(written)) == outcome(lambda: steps.decrypt_item(written))


@pytest.mark.parametrize("suite", SUITES)
def test_no_altered_byte_of_header_or_footer_is_read(suite: int) -> None:
    plan = Plan.of(config(algorithm_suite_id=suite))
    written = encrypt_locally(plan, [ITEM], wire=True)
    assert written is not None
    step = 1 if suite == SUITES[0] else 9
    for name in (HEADER_ATTRIBUTE, FOOTER_ATTRIBUTE):
        stored = written[0][name]["B"]
        for place in range(0, len(stored), step):
            altered = bytearray(stored)
            altered[place] ^= 1
            assert decrypt_locally(plan, [{**written[0], name: {"B": bytes(altered)}}], wire=True) is None


@pytest.mark.parametrize(
    "item",
    [
        {},
        {name: value for name, value in ITEM.items() if name != "id"},
        {**ITEM, "unknown": {"S": "x"}},
        {**ITEM, HEADER_ATTRIBUTE: {"B": b"x"}},
        {**ITEM, "weight": {"N": "heavy"}},
        {**ITEM, "id": {"S": "x" * 70_000}},
    ],
)
def test_other_items_are_refused_with_the_same_words(item: dict[str, Any]) -> None:
    local = DynamoDbItemEncryptor(config())
    steps = DynamoDbItemEncryptor(config(keyring=None, cmm=StepByStep(RawAesKeyring("ddbcrypt", "main", KEY))))
    batch = [ITEM, item]
    assert outcome(lambda: local.encrypt_items(batch)) == outcome(lambda: steps.encrypt_items(batch))


def test_the_engine_refuses_what_is_no_keyring() -> None:
    plan = (TABLE, "id", None, {"id": CryptoAction.SIGN_ONLY}, frozenset[str](), None)
    item = {"id": {"S": "x"}}
    key = _engine.Key("AES", KEY)
    good = (key, b"ns", b"n")
    assert len(_engine.structured_encrypt_items([(item, plan, (0x6700, (good,)))], True)) == 1
    for bad in (
        (0x6700, ()),
        (0x6700, [good]),
        (0x6700, ((KEY, b"ns", b"n"),)),
        (0x6700, ((key, "ns", b"n"),)),
        (0x6700, ((key, b"ns"),)),
        (0x6700, ((_engine.Key("HmacSHA256", KEY), b"ns", b"n"),)),
        (0x6700, ((key, b"ns", bytes(65_530)),)),
        (0x6700, ((key, b"\xff", b"n"),)),
        (0x6700, (good,) * 256),
        (0x6702, (good,)),
        (-1, (good,)),
    ):
        with pytest.raises(DynamodbEncryptionSdkError):
            _engine.structured_encrypt_items([(item, plan, bad)], True)
    with pytest.raises(TypeError):
        _engine.structured_encrypt_items([(item, plan, ("suite", (good,)))], True)


@pytest.mark.parametrize("wire", [True, False])
@pytest.mark.parametrize("version", [1, 2])
def test_a_header_is_that_of_the_item_as_it_was(wire: bool, version: int) -> None:
    case = plain_case(0x6700, version)
    made = encryptor(case)
    encrypt, decrypt = (
        (made.encrypt_item, made.decrypt_item) if wire else (made.encrypt_python_item, made.decrypt_python_item)
    )
    written = encrypt(case.item if wire else _engine.from_wire(case.item))
    kept = copy.deepcopy(written.encrypted_item)
    late, read = decrypt(written.encrypted_item), decrypt(written.encrypted_item)
    expected = read.parsed_header
    assert expected is not None
    for name in list(kept):
        if wire:
            written.encrypted_item[name].clear()
        del written.encrypted_item[name]
    assert late.parsed_header == expected
    assert late.parsed_header is late.parsed_header
    assert written.parsed_header == expected
    assert pickle.loads(pickle.dumps(late)) == read
    assert pickle.loads(pickle.dumps(written)) == written != late
    assert "parsed_header=ParsedHeader(" in repr(late)
    assert "parsed_header=ParsedHeader(" in repr(written)


def test_a_header_of_values_that_can_change_is_made_at_once() -> None:
    actions = {**ACTIONS, "id": CONTEXT, "tags": CONTEXT}
    made = DynamoDbItemEncryptor(config(attribute_actions_on_encrypt=actions))
    written = made.encrypt_item({**ITEM, "tags": {"L": [{"S": "x"}]}})
    expected = made.decrypt_item(copy.deepcopy(written.encrypted_item)).parsed_header
    written.encrypted_item["tags"]["L"].append({"S": "y"})
    assert written.parsed_header == expected


def test_a_python_none_in_the_context_is_in_a_late_header() -> None:
    actions = {**ACTIONS, "id": CONTEXT, "gone": CONTEXT}
    made = DynamoDbItemEncryptor(config(attribute_actions_on_encrypt=actions))
    written = made.encrypt_python_item({**_engine.from_wire(ITEM), "gone": None})
    header = made.decrypt_item(_engine.to_wire(written.encrypted_item)).parsed_header
    assert header is not None
    assert header.encryption_context["aws-crypto-attr.gone"] == "null"
    assert written.parsed_header == header


def test_only_what_cannot_change_is_kept_for_a_header() -> None:
    class Text(str):
        __slots__ = ()

    kept: Any = _engine.structured_kept
    assert kept({"a": {"S": "x"}, "b": {"N": "1"}}, True, ("b",)) == (["a", "b"], "N", "1")
    assert kept({"a": "x", "b": Binary(b"y"), "c": None, "d": Decimal(1)}, False, ("d", "c", "b", "a")) == (
        ["a", "b", "c", "d"],
        Decimal(1),
        None,
        b"y",
        "x",
    )
    wire: list[Any] = [{}, {"S": "x", "N": "1"}, {"L": []}, {"S": Text("x")}, {"B": bytearray(b"x")}, "x"]
    for value in (*wire, OrderedDict([("S", "x")])):
        assert kept({"a": value}, True, ("a",)) is None
    python: list[Any] = [[], bytearray(b"x"), Text("x"), Binary(bytearray(b"x"))]
    for value in python:
        assert kept({"a": value}, False, ("a",)) is None
    assert kept({"a": "x"}, False, ("a", "b")) is None
    assert kept(OrderedDict([("a", "x")]), False, ("a",)) is None
    wrong: list[tuple[Any, ...]] = [({}, True), ({}, True, ["a"])]
    for arguments in wrong:
        with pytest.raises(TypeError):
            kept(*arguments)
