# SPDX-License-Identifier: Apache-2.0
"""Item encryptors: what is written is read, what was altered is refused, and errors name the item."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary
from hypothesis import given, settings

from ddbcrypt.exceptions import (
    DynamodbEncryptionSdkError,
    InvalidArgumentError,
    ItemNotEncryptedError,
    ReservedAttributeError,
    SignatureVerificationError,
    UnsupportedTypeError,
)
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import (
    AlgorithmSuite,
    CachingCmm,
    DefaultCmm,
    EncryptionMaterials,
    MultiKeyring,
    RawAesKeyring,
)
from ddbcrypt.structured import DynamoDbItemEncryptor
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE
from tests.structured.cases import Case, cases, plain_case
from tests.structured.encryptors import ACTIONS, ITEM, config, config_of, encryptor, normalised

CONTEXT = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
SUITES = list(AlgorithmSuite)


@settings(max_examples=150)
@given(case=cases())
def test_random_items_come_back_with_the_same_header(case: Case) -> None:
    made = DynamoDbItemEncryptor(config_of(case))
    before = copy.deepcopy(case.item)
    written = made.encrypt_item(case.item)
    assert case.item == before
    assert set(written.encrypted_item) == set(case.item) | {HEADER_ATTRIBUTE, FOOTER_ATTRIBUTE}
    read = made.decrypt_item(written.encrypted_item)
    assert normalised(read.plaintext_item) == normalised(case.item)
    assert read.parsed_header == written.parsed_header
    assert not read.was_plaintext
    header = read.parsed_header
    assert header is not None
    assert header.algorithm_suite_id == case.suite
    assert len(header.encrypted_data_keys) == len(case.keyrings)
    assert header.encryption_context.items() >= header.stored_encryption_context.items()


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("version", [1, 2])
def test_the_header_says_what_was_done(suite: AlgorithmSuite, version: int) -> None:
    case = plain_case(int(suite), version)
    header = DynamoDbItemEncryptor(config_of(case)).encrypt_item(case.item).parsed_header
    assert header is not None
    expected = {name: action for name, action in case.plan[3].items() if action is not CryptoAction.DO_NOTHING}
    assert header.attribute_actions_on_encrypt == expected
    stored = {"aws-crypto-public-key"} if suite.is_signed else set()
    assert set(header.stored_encryption_context) == stored
    assert header.selector_context["pk"] == {"S": "patient-17"}
    assert header.selector_context["sk"] == {"N": "20240229"}
    if version == 2:
        assert header.selector_context["active"] == {"BOOL": False}
        assert header.selector_context["aws_dbe_table_name"] == {"S": "patients"}


def test_python_values() -> None:
    item = {"id": "p-17", "name": Binary(b"\x00\xff"), "weight": {Decimal("1.5"), 2}, "city": [None, True], "views": 3}
    made = encryptor()
    written = made.encrypt_python_item(item)
    assert isinstance(written.encrypted_item["name"], Binary)
    read = made.decrypt_python_item(written.encrypted_item)
    assert read.plaintext_item == item
    assert read.parsed_header == written.parsed_header
    with pytest.raises(UnsupportedTypeError):
        made.encrypt_python_item({"id": "p-17", "weight": 1.5})


def test_batches_are_all_or_nothing_and_name_the_item() -> None:
    made = encryptor()
    items = [{**ITEM, "id": {"S": f"p-{number}"}} for number in range(20)]
    written = [output.encrypted_item for output in made.encrypt_items(items)]
    assert [output.plaintext_item for output in made.decrypt_items(written)] == items
    written[7] = {**written[7], "city": {"S": "Paris"}}
    with pytest.raises(SignatureVerificationError, match="p-7") as caught:
        made.decrypt_items(written)
    assert caught.value.index == 7
    assert caught.value.item_key == {"id": {"S": "p-7"}}
    items[3] = {"id": {"S": "p-3"}, "name": {"N": "not a number"}}
    with pytest.raises(DynamodbEncryptionSdkError, match="p-3") as caught:
        made.encrypt_items(items)
    assert caught.value.index == 3


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"name": {"S": "Ada"}}, 'no attribute "id", which is part of the primary key'),
        ({**ITEM, "unknown": {"S": "x"}}, "no attribute action is configured"),
        ({**ITEM, HEADER_ATTRIBUTE: {"B": b"1"}}, HEADER_ATTRIBUTE),
        ({**ITEM, "aws_dbe_b_name": {"S": "1"}}, "aws_dbe_b_name"),
    ],
)
def test_items_that_are_not_written(item: dict[str, Any], message: str) -> None:
    with pytest.raises(DynamodbEncryptionSdkError, match=message):
        encryptor().encrypt_item(item)


def test_attributes_in_the_context_have_to_be_there() -> None:
    made = encryptor(attribute_actions_on_encrypt={**ACTIONS, "id": CONTEXT, "city": CONTEXT})
    with pytest.raises(InvalidArgumentError, match='no attribute "city"') as caught:
        made.encrypt_item({"id": {"S": "p-17"}})
    assert caught.value.attribute == "city"


def _swap_values(item: dict[str, Any]) -> None:
    item["name"], item["weight"] = item["weight"], item["name"]


def _of_another(name: str) -> Callable[[dict[str, Any]], None]:
    other = encryptor().encrypt_item({**ITEM, "id": {"S": "p-18"}}).encrypted_item

    def replace(item: dict[str, Any]) -> None:
        item[name] = other[name]

    return replace


def _cut(name: str) -> Callable[[dict[str, Any]], None]:
    def cut(item: dict[str, Any]) -> None:
        item[name] = {"B": item[name]["B"][:-1]}

    return cut


ALTERATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a signed value": lambda item: item.update(city={"S": "Paris"}),
    "the partition key": lambda item: item.update(id={"S": "p-18"}),
    "a signed attribute removed": lambda item: item.pop("city"),
    "an encrypted attribute removed": lambda item: item.pop("name"),
    "an attribute added": lambda item: item.update(extra={"S": "x"}),
    "two ciphertexts swapped": _swap_values,
    "the header of another item": _of_another(HEADER_ATTRIBUTE),
    "the footer of another item": _of_another(FOOTER_ATTRIBUTE),
    "the ciphertext of another item": _of_another("name"),
    "a truncated header": _cut(HEADER_ATTRIBUTE),
    "a truncated footer": _cut(FOOTER_ATTRIBUTE),
    "a truncated ciphertext": _cut("name"),
    "a header that is text": lambda item: item.update({HEADER_ATTRIBUTE: {"S": "head"}}),
    "no header": lambda item: item.pop(HEADER_ATTRIBUTE),
    "no footer": lambda item: item.pop(FOOTER_ATTRIBUTE),
}


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("what", ALTERATIONS)
def test_what_was_altered_is_refused(what: str, suite: AlgorithmSuite) -> None:
    made = encryptor(algorithm_suite_id=suite)
    item = dict(made.encrypt_item(ITEM).encrypted_item)
    ALTERATIONS[what](item)
    with pytest.raises(DynamodbEncryptionSdkError) as caught:
        made.decrypt_item(item)
    assert "Ada" not in str(caught.value)
    if "id" in item:
        assert caught.value.item_key == {"id": item["id"]}


def test_unsigned_attributes_may_change() -> None:
    made = encryptor()
    item = {**made.encrypt_item(ITEM).encrypted_item, "views": {"N": "4"}}
    assert made.decrypt_item(item).plaintext_item == {**ITEM, "views": {"N": "4"}}


def test_actions_may_change_between_write_and_read() -> None:
    item = encryptor().encrypt_item(ITEM).encrypted_item
    changed = {**ACTIONS, "city": CryptoAction.ENCRYPT_AND_SIGN, "name": CryptoAction.SIGN_ONLY, "more": CONTEXT}
    changed["id"] = CONTEXT
    assert encryptor(attribute_actions_on_encrypt=changed).decrypt_item(item).plaintext_item == ITEM


@pytest.mark.parametrize(
    "change",
    [
        {"keyring": RawAesKeyring("ddbcrypt", "main", bytes(32))},
        {"keyring": RawAesKeyring("ddbcrypt", "other", bytes(range(32)))},
        {"logical_table_name": "doctors"},
    ],
    ids=["wrong key", "wrong key name", "wrong table"],
)
def test_another_key_or_table_is_refused(change: dict[str, Any]) -> None:
    item = encryptor().encrypt_item(ITEM).encrypted_item
    with pytest.raises(DynamodbEncryptionSdkError, match="p-17"):
        encryptor(**change).decrypt_item(item)


def test_each_recipient_reads() -> None:
    keyrings = [RawAesKeyring("ddbcrypt", f"key {number}", bytes([number]) * 32) for number in range(3)]
    item = encryptor(keyring=MultiKeyring(keyrings[0], keyrings[1:])).encrypt_item(ITEM).encrypted_item
    for keyring in keyrings:
        assert encryptor(keyring=keyring).decrypt_item(item).plaintext_item == ITEM


def test_plaintext_is_refused_by_name() -> None:
    with pytest.raises(ItemNotEncryptedError, match="plaintext_override.*p-17"):
        encryptor().decrypt_item(ITEM)


def test_threads_share_an_encryptor() -> None:
    made = encryptor(algorithm_suite_id=0x6700)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(100):
                item = {**ITEM, "id": {"S": f"p-{number}-{turn}"}}
                assert made.decrypt_item(made.encrypt_item(item).encrypted_item).plaintext_item == item
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("manager", ["keyring", "cmm"])
@pytest.mark.parametrize("value", [{"S": "x"}, {"B": b"x"}])
@pytest.mark.parametrize("name", ["aws_dbe_head", "aws_dbe_foot", "aws_dbe_b_city"])
def test_reserved_names_are_refused_as_such(name: str, value: dict[str, Any], manager: str) -> None:
    cmm = CachingCmm(config().cmm, 60)
    made = encryptor() if manager == "keyring" else encryptor(keyring=None, cmm=cmm)
    with pytest.raises(ReservedAttributeError, match="reserved") as caught:
        made.encrypt_item({**ITEM, name: value})
    assert caught.value.attribute == name
    with pytest.raises(ReservedAttributeError):
        made.encrypt_item(made.encrypt_item(ITEM).encrypted_item)


@pytest.mark.parametrize("value", [{"S": "x" * 65_536}, {"B": bytes(49_151)}])
def test_what_is_too_large_for_the_context_is_named(value: dict[str, Any]) -> None:
    made = encryptor(attribute_actions_on_encrypt={**ACTIONS, "id": CONTEXT, "city": CONTEXT})
    with pytest.raises(DynamodbEncryptionSdkError, match="encryption context") as caught:
        made.encrypt_item({**ITEM, "city": value})
    assert caught.value.attribute == "city"


@pytest.mark.parametrize("letters", [40, 41])
def test_a_message_that_is_cut_within_a_character(letters: int) -> None:
    class Dropping(DefaultCmm):
        def get_encryption_materials(
            self,
            encryption_context: Mapping[str, str],
            algorithm_suite: AlgorithmSuite | None = None,
            *,
            required_context_keys: Iterable[str] = (),
            plaintext_length: int | None = None,
        ) -> EncryptionMaterials:
            kept = {name: value for name, value in encryption_context.items() if "é" not in name}
            return super().get_encryption_materials(kept, algorithm_suite, required_context_keys=kept)

    name = "x" * (letters - 40) + "é" * 40
    cmm = Dropping(RawAesKeyring("ddbcrypt", "main", bytes(32)))
    made = encryptor(keyring=None, cmm=cmm, attribute_actions_on_encrypt={"id": CONTEXT, name: CONTEXT})
    with pytest.raises(InvalidArgumentError, match="is missing or differs"):
        made.encrypt_item({"id": {"S": "1"}, name: {"S": "2"}})
