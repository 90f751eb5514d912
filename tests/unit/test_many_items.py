# SPDX-License-Identifier: Apache-2.0
"""encrypt_many and decrypt_many: order, mixed configurations, and which item an error is about."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from boto3.dynamodb.types import Binary

from ddbcrypt import (
    AttributeActions,
    CryptographicMaterialsProvider,
    DynamodbEncryptionSdkError,
    ForeignCiphertextError,
    InvalidArgumentError,
    ItemNotEncryptedError,
    ReservedAttributeError,
    SignatureVerificationError,
    UnsupportedTypeError,
)
from ddbcrypt import _engine as engine
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, decrypt_many, decrypt_python_item, encrypt_many
from tests.unit.support import ENCRYPT, NOTHING, SIGN, SIGNATURE, OwnCipher, OwnSigner, make_config, static_provider

LOCAL = make_config()
CONFIGS = [
    LOCAL,
    make_config(provider=static_provider(OwnCipher(), OwnSigner())),
    make_config(default=NOTHING),
    make_config(default=SIGN, table="other", provider=static_provider(None)),
]


def _jobs(count: int, wire: bool) -> list[Any]:
    return [
        ({"id": {"S": f"p-{n}"}, "name": {"S": f"secret {n}"}}, CONFIGS[n % 4])
        if wire
        else ({"id": f"p-{n}", "name": f"secret {n}"}, CONFIGS[n % 4])
        for n in range(count)
    ]


@pytest.mark.parametrize("wire", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 4, 25])
def test_there_and_back_in_order(count: int, wire: bool) -> None:
    jobs = _jobs(count, wire)
    before = copy.deepcopy([item for item, _ in jobs])
    encrypted = encrypt_many(jobs, wire=wire)
    assert [item for item, _ in jobs] == before
    assert [SIGNATURE in item for item in encrypted] == [n % 4 != 2 for n in range(count)]
    decrypted = decrypt_many([(item, config) for item, (_, config) in zip(encrypted, jobs, strict=True)], wire=wire)
    assert decrypted == before


def test_all_local_keys_take_one_call_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    inner = engine.encrypt_items

    def counting(items: Any, arguments: Any, wire: bool, /) -> Any:
        sizes.append(len(items))
        return inner(items, arguments, wire)

    monkeypatch.setattr(engine, "encrypt_items", counting)
    encrypt_many(_jobs(8, wire=True), wire=True)
    assert sizes == [4]


@pytest.mark.parametrize(
    ("position", "item", "error"),
    [
        (4, {"id": "p-4", "weight": 1.5}, UnsupportedTypeError),
        (5, {"id": "p-5", "weight": 1.5}, UnsupportedTypeError),
        (7, {"id": "p-7", "weight": 1.5}, UnsupportedTypeError),
        (4, {"id": "p-4", SIGNATURE: "x"}, ReservedAttributeError),
        (5, {"id": "p-5", SIGNATURE: "x"}, ReservedAttributeError),
    ],
)
def test_the_item_that_cannot_be_encrypted_is_named(
    position: int, item: dict[str, Any], error: type[Exception]
) -> None:
    jobs = _jobs(12, wire=False)
    jobs[position] = (item, jobs[position][1])
    with pytest.raises(error) as caught:
        encrypt_many(jobs, wire=False)
    assert isinstance(caught.value, DynamodbEncryptionSdkError)
    assert caught.value.index == position
    assert caught.value.item_key == {"id": f"p-{position}"}
    assert f"id='p-{position}'" in str(caught.value)


@pytest.mark.parametrize("wire", [True, False])
@pytest.mark.parametrize("position", [0, 1, 3, 4, 9])
def test_the_item_that_does_not_verify_is_named(position: int, wire: bool) -> None:
    jobs = _jobs(12, wire)
    stored = encrypt_many(jobs, wire=wire)
    new: Any = {"S": "other"} if wire else "other"
    stored[position]["new"] = new
    with pytest.raises(SignatureVerificationError) as caught:
        decrypt_many([(item, config) for item, (_, config) in zip(stored, jobs, strict=True)], wire=wire)
    assert caught.value.index == position
    assert caught.value.item_key == {"id": jobs[position][0]["id"]}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda item: item.pop(SIGNATURE), ItemNotEncryptedError),
        (lambda item: item.update(aws_dbe_head={"B": b"\x01"}), ForeignCiphertextError),
    ],
)
def test_other_failures_of_one_item(change: Any, error: type[Exception]) -> None:
    jobs = [({"id": {"S": str(n)}, "name": {"S": "x"}}, LOCAL) for n in range(5)]
    stored = encrypt_many(jobs, wire=True)
    change(stored[3])
    with pytest.raises(error) as caught:
        decrypt_many([(item, LOCAL) for item in stored], wire=True)
    assert isinstance(caught.value, DynamodbEncryptionSdkError)
    assert caught.value.index == 3
    assert caught.value.item_key == {"id": {"S": "3"}}


def test_a_provider_without_materials() -> None:
    jobs = [({"id": {"S": "1"}}, LOCAL), ({"id": {"S": "2"}}, make_config(provider=CryptographicMaterialsProvider()))]
    with pytest.raises(AttributeError, match="no encryption materials"):
        encrypt_many(jobs, wire=True)


#: The engine takes up to 128 items or 192 KB at a time: these are 3 groups of 100, groups of 3, 2 and 2, and of 1.
GROUPS = [(8, 300), (70_000, 7), (200_000, 3)]


def _sized(size: int, count: int) -> list[Any]:
    return [({"id": {"S": f"p-{n}"}, "scan": {"B": bytes([n % 256]) * size}}, LOCAL) for n in range(count)]


@pytest.mark.parametrize(("size", "count"), GROUPS)
def test_items_of_several_groups_come_back_in_order(size: int, count: int) -> None:
    jobs = _sized(size, count)
    stored = encrypt_many(jobs, wire=True)
    assert decrypt_many([(item, LOCAL) for item in stored], wire=True) == [item for item, _ in jobs]


@pytest.mark.parametrize(("size", "count"), GROUPS)
@pytest.mark.parametrize("last", [True, False])
def test_one_bad_item_of_several_groups_is_named_and_nothing_returned(size: int, count: int, last: bool) -> None:
    stored = encrypt_many(_sized(size, count), wire=True)
    bad = [count // 2, count - 1] if not last else [count - 1]
    for position in bad:
        stored[position]["new"] = {"S": "other"}
    with pytest.raises(SignatureVerificationError) as caught:
        decrypt_many([(item, LOCAL) for item in stored], wire=True)
    assert caught.value.index == bad[0]


def test_arguments_that_do_not_fit_are_named_by_their_item() -> None:
    arguments: tuple[Any, ...] = (None, NOTHING, {}, None, None, None, 0)
    with pytest.raises(InvalidArgumentError, match="Key") as caught:
        engine.decrypt_items([{}] * 2, [arguments] * 2, True)
    assert caught.value.index == 0


def test_there_are_as_many_arguments_as_items() -> None:
    with pytest.raises(TypeError, match="as many arguments as items"):
        engine.encrypt_items([{}, {}], [()], True)
    with pytest.raises(TypeError, match="a tuple of 7"):
        engine.encrypt_items([{}], [()], True)


class _Named(str):
    """A name of the user's own class, which can be found equal to anything."""

    __slots__ = ()


@pytest.mark.parametrize("call", [encrypt_many, decrypt_many])
@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        (None, '"jobs" must be a list or tuple .*, not NoneType'),
        (({}, LOCAL), r'"jobs\[0\]" must be a tuple of an item and a CryptoConfig'),
        ({0: ({}, LOCAL)}, '"jobs" must be a list or tuple .*, not dict'),
        ({"id": 1}, '"jobs" must be a list or tuple .*, not dict'),
        ("ab", r'"jobs\[0\]" must be a tuple of an item and a CryptoConfig'),
        ([({"id": {"S": "1"}}, LOCAL), {"id": 1}], r'"jobs\[1\]" must be a tuple of an item and a CryptoConfig'),
        ([({"id": {"S": "1"}}, LOCAL, 1)], r'"jobs\[0\]" must be a tuple of an item and a CryptoConfig'),
        ([({"id": {"S": "1"}}, None)], r'"jobs\[0\]\[1\]" must be CryptoConfig, not NoneType'),
        ([({"id": {"S": "1"}}, LOCAL), ({}, "x")], r'"jobs\[1\]\[1\]" must be CryptoConfig, not str'),
    ],
)
def test_what_is_no_jobs_is_named(call: Any, jobs: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call(jobs, wire=True)


@pytest.mark.parametrize("call", [encrypt_many, decrypt_many])
def test_a_generator_is_refused_and_nothing_taken_from_it(call: Any) -> None:
    jobs = (job for job in _jobs(3, wire=True))
    with pytest.raises(TypeError, match='"jobs" must be a list or tuple .*, not generator'):
        call(jobs, wire=True)
    assert len(list(jobs)) == 3


@pytest.mark.parametrize("wire", [True, False])
def test_items_whose_names_change_from_one_to_the_next(wire: bool) -> None:
    """Names are read once for items in a row, by their place: other names, orders and numbers of them come between."""
    config = make_config(default=SIGN, actions={"secret": ENCRYPT, "loose": NOTHING})
    names = [
        ["id", "secret", "loose"],
        ["id", "loose", "secret"],
        ["secret", "id"],
        ["id"],
        ["id", "a", "b", "secret", "c", "loose"],
        ["id", "".join(["sec", "ret"]), "loose"],
        [_Named("id"), _Named("secret"), "loose"],
        ["id", "secret", "loose"],
    ]
    items = [{name: {"S": f"{n}"} if wire else f"{n}" for name in found} for n, found in enumerate(names)]
    many = encrypt_many([(item, config) for item in items], wire=wire)
    binary = dict if wire else Binary
    for item, stored in zip(items, many, strict=True):
        for name, value in item.items():
            changed = str(name) == "secret"
            assert (stored[name] != value) is changed
            assert not changed or type(stored[name]) is binary
        one = decrypt_dynamodb_item if wire else decrypt_python_item
        assert one(stored, config) == item
    assert decrypt_many([(stored, config) for stored in many], wire=wire) == items
    many[5]["loose"] = items[7]["loose"]
    assert decrypt_many([(stored, config) for stored in many], wire=wire)[5] == items[5] | {"loose": items[7]["loose"]}


@pytest.mark.parametrize("wire", [True, False])
def test_items_that_are_emptied_while_actions_are_looked_up(wire: bool) -> None:
    """What is read in place of earlier items has to outlive code that runs in the look-up of a later one."""
    text = "fresh text " * 4 + "{}"
    items: list[dict[str, Any]] = []
    asked: list[int] = []

    class Emptying(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            asked.append(len(asked))
            if len(asked) == 4:
                for item in items[:3]:
                    item.clear()
            return str.__eq__(self, other)

    config = make_config()
    config.attribute_actions = AttributeActions(SIGN, {"id": SIGN})
    config.attribute_actions.attribute_actions[Emptying("secret")] = ENCRYPT
    for n in range(6):
        name = "".join(["sec", "ret"])  # no object of its own would be found without the comparison
        value = text.format(n)
        items.append({"id": {"S": str(n)}, name: {"S": value}} if wire else {"id": str(n), name: value})
    stored = encrypt_many([(item, config) for item in items], wire=wire)
    assert len(asked) >= 6
    assert items[:3] == [{}] * 3
    plain = decrypt_many([(item, make_config(default=SIGN, actions={"secret": ENCRYPT})) for item in stored], wire=wire)
    expected = [text.format(n) for n in range(6)]
    assert [item["secret"]["S"] if wire else item["secret"] for item in plain] == expected
