# SPDX-License-Identifier: Apache-2.0
"""The same with keys of a user's own class, which go through their methods and not through the engine's whole items."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_dynamodb_item
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider
from ddbcrypt.materials.raw import RawDecryptionMaterials
from tests.interop.forge import DESCRIPTION, SIGNATURE
from tests.tamper.corpus import CASES
from tests.tamper.judge import Judge, report
from tests.tamper.test_bytes import flips
from tests.tamper.variants import variants


class OwnKey(DelegatedKey):
    """Hands everything on to a key in memory, and notes the order of what it is asked."""

    def __init__(self, inner: JceNameLocalDelegatedKey, calls: list[str]) -> None:
        self._inner = inner
        self._calls = calls

    @property
    def algorithm(self) -> str:
        return self._inner.algorithm

    @property
    def allowed_for_raw_materials(self) -> bool:
        return True

    def verify(self, algorithm: str, signature: bytes, data: bytes) -> None:
        self._calls.append("verify")
        self._inner.verify(algorithm, signature, data)
        self._calls.append("verified")

    def decrypt(self, algorithm: str, name: str, ciphertext: bytes, additional_associated_data: Any = None) -> bytes:
        self._calls.append("decrypt")
        return self._inner.decrypt(algorithm, name, ciphertext, additional_associated_data)


def read_with_own_keys(item: dict[str, Any], config: CryptoConfig) -> dict[str, Any]:
    materials: Any = config.decryption_materials()
    calls: list[str] = []
    try:
        decryption_key = OwnKey(materials.decryption_key, calls)
    except AttributeError:
        decryption_key = None
    provider = StaticCryptographicMaterialsProvider(
        RawDecryptionMaterials(OwnKey(materials.verification_key, calls), decryption_key)
    )
    own = CryptoConfig(provider, config.encryption_context, config.attribute_actions)
    try:
        return decrypt_dynamodb_item(item, own)
    finally:
        assert "decrypt" not in calls or calls.index("verified") < calls.index("decrypt"), "decrypted before verified"


@pytest.mark.parametrize("name", CASES)
def test_alterations_are_refused_with_own_keys_too(name: str, record_property: Callable[[str, object], None]) -> None:
    judge = Judge(CASES[name], read_with_own_keys)
    stored = judge.stored
    for attribute, value in stored.items():
        if attribute in (SIGNATURE, DESCRIPTION):
            continue
        judge.decide({other: stored[other] for other in stored if other != attribute}, ("removed", attribute))
        judge.decide({**stored, attribute + "2": value}, ("added", attribute))
        if judge.case.action(attribute) != "DO_NOTHING":
            for other in variants(value):
                judge.decide({**stored, attribute: other}, (attribute, other))
    for one, two in permutations(judge.case.item, 2):
        judge.decide({**stored, one: stored[two]}, ("copied", two, one))
    for at, changed in flips(stored[SIGNATURE]["B"]):
        judge.refuse({**stored, SIGNATURE: {"B": changed}}, ("signature", at))
    for value in ({}, {"S": "x"}, {"B": b""}, {"B": None}, None, b"x"):
        judge.refuse({**stored, SIGNATURE: value}, ("signature", value))
        judge.refuse({**stored, DESCRIPTION: value}, ("description", value))
    report(judge.count, record_property)
