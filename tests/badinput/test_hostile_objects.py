# SPDX-License-Identifier: Apache-2.0
"""Objects whose methods raise, lie, or change the item while it is read: an error or a right result, never a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from ddbcrypt import exceptions
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_many,
    encrypt_python_item,
)
from tests.interop.ours import case_of, config_for

CONFIG = config_for(case_of({}, {"signed": "SIGN_ONLY"}, encryption_key=bytes(32)))


class BoomError(Exception):
    """Raised by the objects of this file only."""


def boom(*_: Any, **__: Any) -> Any:
    raise BoomError


def raising(base: type, *methods: str) -> type:
    return type(f"Raising{base.__name__}", (base,), dict.fromkeys(methods, boom))


class RaisingMapping(Mapping[str, Any]):
    """Raises at one of the steps in which a mapping is read."""

    def __init__(self, step: str) -> None:
        self._step = step

    def __getitem__(self, key: str) -> Any:
        if self._step == "getitem":
            raise BoomError
        return "x"

    def __iter__(self) -> Iterator[str]:
        if self._step == "iter":
            raise BoomError
        yield "a"
        if self._step == "next":
            raise BoomError

    def __len__(self) -> int:
        if self._step == "len":
            raise BoomError
        return 1


RAISING = {
    "str": raising(str, "__str__", "__hash__", "__eq__", "encode", "__len__", "__iter__", "__getitem__")("text"),
    "bytes": raising(bytes, "__bytes__", "__hash__", "__eq__", "__len__", "__iter__", "__getitem__")(b"data"),
    "int": raising(int, "__str__", "__repr__", "__int__", "__index__", "__hash__", "__eq__", "__abs__", "__lt__")(5),
    "Decimal": raising(Decimal, "__str__", "__hash__", "__eq__", "as_tuple", "__format__", "is_nan", "normalize")(5),
    "list": raising(list, "__iter__", "__len__", "__getitem__", "__eq__", "__bool__")(["a"]),
    "tuple": raising(tuple, "__iter__", "__len__", "__getitem__", "__eq__", "__bool__")(("a",)),
    "dict": raising(dict, "__iter__", "__len__", "__getitem__", "keys", "items", "values", "get", "__contains__")(a=1),
    "set": raising(set, "__iter__", "__len__", "__contains__", "__eq__")({"a"}),
    "frozenset": raising(frozenset, "__iter__", "__len__", "__contains__", "__hash__")({"a"}),
    "object": type("Raising", (), dict.fromkeys(("__repr__", "__str__", "__bool__", "__len__", "__iter__"), boom))(),
    "class of another": type("Liar", (), {"__class__": property(lambda _: str)})(),
    "class that raises": type("Liar", (), {"__class__": property(boom)})(),
    **{f"mapping, {step}": RaisingMapping(step) for step in ("getitem", "iter", "next", "len")},
}


@pytest.mark.parametrize("which", RAISING)
@pytest.mark.parametrize("name", ["signed", "secret"])
def test_methods_that_raise(name: str, which: str) -> None:
    value = RAISING[which]
    for item in ({name: value}, {name: [value]}, {name: {"in": value}}, {name: ["x" * 100, [value, value]]}):
        try:
            encrypted = encrypt_python_item(item, CONFIG)
        except (BoomError, exceptions.DynamodbEncryptionSdkError):
            continue
        assert set(decrypt_python_item(encrypted, CONFIG)) == {name}


@pytest.mark.parametrize("which", RAISING)
def test_methods_that_raise_in_dynamodb_json(which: str) -> None:
    value = RAISING[which]
    for kind in ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"):
        for item in (
            {"secret": {kind: value}},
            {"secret": value},
            {"secret": {kind: [value]}},
            {"secret": {kind: {"x": value}}},
        ):
            with_all = {"signed": {"S": "x"}, **item}
            for call in (encrypt_dynamodb_item, decrypt_dynamodb_item):
                try:
                    result = call(with_all, CONFIG)
                except (BoomError, exceptions.DynamodbEncryptionSdkError):
                    continue
                assert set(decrypt_dynamodb_item(result, CONFIG)) == {"signed", "secret"}


@pytest.mark.parametrize("step", ["getitem", "iter", "next", "len"])
def test_an_item_that_raises(step: str) -> None:
    for call in (encrypt_dynamodb_item, encrypt_python_item, decrypt_dynamodb_item, decrypt_python_item):
        with pytest.raises((BoomError, exceptions.DynamodbEncryptionSdkError)):
            call(RaisingMapping(step), CONFIG)


class Lying(Mapping[str, Any]):
    """Says that it has another length, or hands out names that it does not have, or one name twice."""

    def __init__(self, names: list[Any], length: int) -> None:
        self._names, self._length = names, length

    def __getitem__(self, key: str) -> Any:
        return {"a": "x", "b": "y"}[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return self._length


@pytest.mark.parametrize(
    ("names", "length"), [(["a"], 0), (["a"], 1000), (["a", "b"], 1), (["a", "c"], 2), (["a", "a"], 2), ([1], 1)]
)
def test_mappings_that_lie(names: list[Any], length: int) -> None:
    for item in ({"secret": Lying(names, length)}, {"signed": [Lying(names, length)]}, Lying(names, length)):
        try:
            encrypted = encrypt_python_item(item, CONFIG)
        except (KeyError, RuntimeError, exceptions.DynamodbEncryptionSdkError):
            continue
        assert decrypt_python_item(encrypted, CONFIG)


def lists_that_lie() -> list[Any]:
    longer = type("Longer", (list,), {"__len__": lambda _: 10**6})(["a", "b"])
    shorter = type("Shorter", (list,), {"__len__": lambda _: 1})(["a", "b"])
    negative = type("Negative", (list,), {"__len__": lambda _: -1})(["a", "b"])
    other = type("Other", (list,), {"__iter__": lambda _: iter("xyz")})(["a", "b"])
    endless = type("Endless", (list,), {"__getitem__": lambda *_: "x"})(["a", "b"])
    return [longer, shorter, negative, other, endless]


@pytest.mark.parametrize("value", lists_that_lie(), ids=lambda value: type(value).__name__)
def test_lists_that_lie(value: Any) -> None:
    for item in ({"secret": value}, {"signed": {"in": value}}):
        try:
            encrypted = encrypt_python_item(item, CONFIG)
        except (ValueError, RuntimeError, exceptions.DynamodbEncryptionSdkError):
            continue
        assert decrypt_python_item(encrypted, CONFIG)
    for kind in ("L", "SS", "NS", "BS"):
        try:
            encrypted = encrypt_dynamodb_item({"secret": {kind: value}}, CONFIG)
        except (ValueError, RuntimeError, exceptions.DynamodbEncryptionSdkError):
            continue
        assert kind == "SS", "strings are no members of the others"
        assert decrypt_dynamodb_item(encrypted, CONFIG)


def churn() -> None:
    """Puts other objects where freed ones were, so that a stale reference shows."""
    for size in range(1, 300, 20):
        [bytes([size % 256]) * size for _ in range(20)]


class Meddler(Mapping[str, Any]):
    """When it is read, it runs a function that takes the item apart."""

    def __init__(self, meddle: Callable[[], None]) -> None:
        self._meddle = meddle

    def _act(self) -> None:
        self._meddle()
        churn()

    def __getitem__(self, key: str) -> Any:
        self._act()
        return "x"

    def __iter__(self) -> Iterator[str]:
        self._act()
        return iter(["a"])

    def __len__(self) -> int:
        self._act()
        return 1


def fresh(number: int) -> str:
    """A string that nothing else keeps alive."""
    return f"value {number} " * 20


@pytest.mark.parametrize("wire", [False, True])
@pytest.mark.parametrize("position", [0, 3, 7])
def test_a_list_that_is_emptied_while_it_is_read(position: int, wire: bool) -> None:
    for _ in range(20):
        members: list[Any] = [{"S": fresh(number)} if wire else fresh(number) for number in range(8)]
        members.insert(position, Meddler(members.clear))
        meddled(members, wire=wire, kind="L")


@pytest.mark.parametrize("wire", [False, True])
@pytest.mark.parametrize("position", [0, 3, 7])
def test_a_list_that_grows_while_it_is_read(position: int, wire: bool) -> None:
    for _ in range(20):
        members: list[Any] = [{"S": fresh(number)} if wire else fresh(number) for number in range(8)]
        grow = [{"S": fresh(99)} if wire else fresh(99)]
        members.insert(position, Meddler(lambda members=members, grow=grow: members.extend(grow * 50)))
        meddled(members, wire=wire, kind="L")


@pytest.mark.parametrize("wire", [False, True])
@pytest.mark.parametrize("position", [0, 3, 7])
@pytest.mark.parametrize("change", ["clear", "add", "replace"])
def test_a_dict_that_changes_while_it_is_read(change: str, position: int, wire: bool) -> None:
    for _ in range(20):
        members: dict[str, Any] = {}

        def meddle(members: dict[str, Any] = members) -> None:
            if change == "clear":
                members.clear()
            elif change == "add":
                members[fresh(len(members))] = "new"
            else:
                for name in list(members):
                    members[name] = "other"

        for number in range(8):
            if number == position:
                members["meddler"] = Meddler(meddle)
            members[f"name {number}"] = {"S": fresh(number)} if wire else fresh(number)
        meddled(members, wire=wire, kind="M")


def meddled(members: Any, *, wire: bool, kind: str) -> None:
    """``members`` as a value and, where they are a dict, as the item itself."""
    call = encrypt_dynamodb_item if wire else encrypt_python_item
    back = decrypt_dynamodb_item if wire else decrypt_python_item
    items: list[Any] = [{"secret": {kind: members} if wire else members}]
    if isinstance(members, dict):
        items.append(members)
    for item in items:
        try:
            encrypted = call(item, CONFIG)
        except (RuntimeError, exceptions.DynamodbEncryptionSdkError):
            continue
        assert isinstance(back(encrypted, CONFIG), dict)


def test_a_name_whose_hash_meddles() -> None:
    class Name(str):
        def __hash__(self) -> int:
            item.pop("victim", None)
            churn()
            return super().__hash__()

        def __eq__(self, other: object) -> bool:
            item.pop("victim", None)
            return str.__eq__(self, other)

    for _ in range(20):
        item: dict[str, Any] = {}
        item = {Name("meddler"): "x", "victim": fresh(1), "other": fresh(2)}
        item["victim"] = fresh(3)
        try:
            encrypted = encrypt_python_item(item, CONFIG)
        except (RuntimeError, exceptions.DynamodbEncryptionSdkError):
            continue
        assert decrypt_python_item(encrypted, CONFIG)


def test_a_buffer_that_is_resized_while_it_is_read() -> None:
    for _ in range(20):
        data = bytearray(fresh(1).encode())

        def meddle(data: bytearray = data) -> None:
            data.clear()

        item = {"first": data, "signed": Meddler(meddle), "last": data}
        try:
            encrypted = encrypt_python_item(item, CONFIG)
        except (BufferError, exceptions.DynamodbEncryptionSdkError):
            continue
        assert set(decrypt_python_item(encrypted, CONFIG)) == set(item)


def test_an_item_that_holds_itself() -> None:
    loop: list[Any] = []
    loop.append(loop)
    ring: dict[str, Any] = {}
    ring["in"] = ring
    wire: dict[str, Any] = {"L": []}
    wire["L"].append(wire)
    for item in ({"secret": loop}, {"secret": ring}, ring, {"signed": loop}):
        with pytest.raises(exceptions.NestingDepthError):
            encrypt_python_item(item, CONFIG)
    with pytest.raises(exceptions.NestingDepthError):
        encrypt_dynamodb_item({"secret": wire}, CONFIG)
    stored = encrypt_dynamodb_item({"signed": {"S": "x"}}, CONFIG)
    with pytest.raises(exceptions.DynamodbEncryptionSdkError):
        decrypt_dynamodb_item({**stored, "signed": wire}, CONFIG)


def test_the_same_object_in_many_places() -> None:
    shared: list[Any] = ["x", {"y": Decimal(1)}]
    wide = {f"a{number}": shared for number in range(100)}
    assert decrypt_python_item(encrypt_python_item(wide, CONFIG), CONFIG) == wide


def test_a_batch_whose_later_name_changes_an_item_before_it() -> None:
    """The code of a name runs when values of the items before it were taken in: they are kept as they were."""
    members = [{"B": bytes([number]) * 3000} for number in range(40)]
    armed = False

    class Name(str):
        __slots__ = ()

        def __hash__(self) -> int:
            if armed:
                for number, member in enumerate(members):
                    del member["B"]
                    member["B"] = bytes([255 - number]) * 3000
            return str.__hash__(self)

    batch = [({"list": {"L": members}}, CONFIG), ({Name("later"): {"S": "y"}}, CONFIG)]
    armed = True
    stored, other = encrypt_many(batch, wire=True)
    read = [member["B"] for member in decrypt_dynamodb_item(stored, CONFIG)["list"]["L"]]
    assert read == [bytes([number]) * 3000 for number in range(40)], "what was freed meanwhile was read"
    assert decrypt_dynamodb_item(other, CONFIG) == {"later": {"S": "y"}}
