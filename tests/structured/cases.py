# SPDX-License-Identifier: Apache-2.0
"""Items of the structured format with their configurations and materials, for Hypothesis and by hand."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ddbcrypt import _engine
from ddbcrypt.identifiers import CryptoAction
from tests.strategies import attributes, binaries, numbers, texts
from tests.structured.keyring import RawAes, RawRsa, fixed_key, unwrap, unwrap_rsa, wrap, wrap_rsa
from tests.structured.reference import Configuration, Materials, base_context

ACTIONS = {
    "e": CryptoAction.ENCRYPT_AND_SIGN,
    "s": CryptoAction.SIGN_ONLY,
    "c": CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT,
}
PUBLIC_KEY = "aws-crypto-public-key"
SUITES = (0x6700, 0x6701)


@dataclass(frozen=True)
class Case:
    """An item and all that its encryption depends on."""

    item: dict[str, Any]
    configuration: Configuration
    suite: int
    keyrings: tuple[RawAes | RawRsa, ...]
    allowed: frozenset[str]
    prefix: str | None

    @property
    def plan(self) -> tuple[Any, ...]:
        """The engine's view of the configuration."""
        c = self.configuration
        actions = {name: ACTIONS[flag] for name, flag in c.actions.items()}
        return c.table, c.partition, c.sort, actions, self.allowed, self.prefix

    def write_materials(self, data_key: bytes | None = None) -> Materials:
        """Materials as the keyrings make them for a new item."""
        context = base_context(self.configuration, self.item)
        required = list(context)
        signing_key = None
        if self.suite == 0x6701:
            signing_key, point = _engine.ecdsa_p384_generate()
            context[PUBLIC_KEY] = base64.b64encode(point).decode()
        plaintext = data_key if data_key is not None else _engine.structured_random(32)
        wrapped = [
            wrap_rsa(keyring, plaintext, context) if isinstance(keyring, RawRsa) else wrap(keyring, plaintext, context)
            for keyring in self.keyrings
        ]
        keys, tag_keys = [key for key, _ in wrapped], [tag_key for _, tag_key in wrapped]
        return Materials(self.suite, plaintext, keys, context, required, tag_keys, signing_key)

    def read_materials(self, item: Mapping[str, Any], which: int = 0) -> Materials:
        """Materials as keyring number ``which`` makes them for a stored item."""
        header = _engine.structured_header(item, True)
        context = {**header["encryption_context"], **_engine.structured_context(item, True, self.plan)}
        keyring = self.keyrings[which]
        if isinstance(keyring, RawRsa):
            data_key, tag_key = unwrap_rsa(keyring, header["data_keys"], context)
        else:
            data_key, tag_key = unwrap(keyring, header["data_keys"], context)
        point = base64.b64decode(context[PUBLIC_KEY]) if header["suite"] == 0x6701 else None
        return Materials(header["suite"], data_key, header["data_keys"], context, [], [tag_key], point)

    def encrypt(self) -> dict[str, Any]:
        """The item as the engine writes it."""
        return _engine.structured_encrypt(self.item, True, self.plan, packed(self.write_materials()))

    def decrypt(self, item: Mapping[str, Any], which: int = 0) -> dict[str, Any]:
        """A stored item as the engine reads it."""
        return _engine.structured_decrypt(item, True, self.plan, packed(self.read_materials(item, which)))


def packed(m: Materials) -> tuple[Any, ...]:
    """The engine's view of materials."""
    return m.suite, m.data_key, list(m.data_keys), dict(m.context), list(m.required), m.signing_key, list(m.tag_keys)


def keyring(name: str = "main", size: int = 32) -> RawAes:
    """A keyring whose key is the same in each run."""
    return RawAes("ddbcrypt", name, fixed_key(name, size))


def plain_case(suite: int = 0x6700, version: int = 1, keyrings: Sequence[RawAes | RawRsa] = ()) -> Case:
    """An item of all types by hand: attributes that are encrypted, signed, in the context, and neither."""
    key = "s" if version == 1 else "c"
    item: dict[str, Any] = {
        "pk": {"S": "patient-17"},
        "sk": {"N": "20240229"},
        "name": {"S": "Ada"},
        "age": {"N": "36"},
        "scan": {"B": b"\x00\xff" * 20},
        "tags": {"SS": ["b", "\uffff", "\U00010000", "a"]},
        "codes": {"NS": ["10", "9", "1.50"]},
        "blobs": {"BS": [b"\xff", b"\x01"]},
        "notes": {"L": [{"S": "one"}, {"M": {"deep": {"BOOL": True}}}, {"NULL": True}]},
        "place": {"M": {"z": {"N": "1"}, "a": {"L": []}}},
        "active": {"BOOL": False},
        "gone": {"NULL": True},
        "status": {"S": "open"},
        "seen": {"N": "3"},
        ":counter": {"N": "0"},
    }
    actions = dict.fromkeys(item, "e") | {"pk": key, "sk": key, "status": "s", "active": key}
    del actions["seen"], actions[":counter"]
    configuration = Configuration("patients", "pk", "sk", actions)
    return Case(item, configuration, suite, tuple(keyrings) or (keyring(),), frozenset({"seen"}), ":")


_KEY_VALUE = st.one_of(
    texts(min_size=1).map(lambda value: {"S": value}),
    numbers().map(lambda value: {"N": value}),
    binaries().filter(len).map(lambda value: {"B": value}),
)
_NAME = texts(min_size=1, max_size=10).filter(lambda name: not name.startswith(("aws_dbe_", ":")))
_SIZES = st.lists(st.sampled_from((16, 24, 32)), min_size=1, max_size=3)


@cache
def cases(max_depth: int = 30, with_context: bool = True) -> st.SearchStrategy[Case]:
    """Random items of all types and configurations of both versions and suites."""
    body = st.dictionaries(_NAME, attributes(max_depth=max_depth), max_size=8)
    return st.builds(
        _case,
        key=_KEY_VALUE,
        sort=st.one_of(st.none(), _KEY_VALUE),
        body=body,
        flags=st.lists(st.sampled_from("eeesscu:"), min_size=8, max_size=8),
        version=st.sampled_from((1, 2) if with_context else (1,)),
        suite=st.sampled_from((0x6700, 0x6700, 0x6701)),
        table=st.one_of(st.text("abcXYZ019_.-", min_size=3, max_size=20), texts(min_size=1)),
        key_name=_NAME,
        sizes=_SIZES,
    )


def _case(
    *,
    key: dict[str, Any],
    sort: dict[str, Any] | None,
    body: dict[str, Any],
    flags: list[str],
    version: int,
    suite: int,
    table: str,
    key_name: str,
    sizes: list[int],
) -> Case:
    sort_name = None if sort is None else key_name + "-sort"
    key_flag = "s" if version == 1 else "c"
    item: dict[str, Any] = {}
    actions: dict[str, str] = {}
    allowed: set[str] = set()
    for (name, value), flag in zip(body.items(), flags, strict=False):
        if name in {key_name, sort_name}:
            continue
        stored = ":" + name if flag == ":" else name
        item[stored] = value
        if flag == "u":
            allowed.add(name)
        elif flag != ":":
            actions[name] = "s" if flag == "c" and version == 1 else flag
    item[key_name], actions[key_name] = key, key_flag
    if sort is not None and sort_name is not None:
        item[sort_name], actions[sort_name] = sort, key_flag
    keyrings = tuple(keyring(f"key-{number}", size) for number, size in enumerate(sizes))
    configuration = Configuration(table, key_name, sort_name, actions)
    return Case(item, configuration, suite, keyrings, frozenset(allowed), ":")


def with_actions(case: Case, **flags: str) -> Case:
    """The case with the actions of some attributes changed."""
    return replace(case, configuration=replace(case.configuration, actions={**case.configuration.actions, **flags}))
