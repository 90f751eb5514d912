# SPDX-License-Identifier: Apache-2.0
"""The committed vectors that the reference client made: byte for byte, valid and invalid verdicts alike."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt import _engine, exceptions
from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from ddbcrypt.identifiers import CryptoAction
from tests.interop import forge
from tests.interop.oracle import from_json
from tests.interop.ours import config_for, key
from tests.strategies import Case, item_meaning

FOLDER = Path(__file__).parents[1] / "vectors"
MALFORMED = (exceptions.DeserializationError, exceptions.DecryptionError)


def load(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / name).read_text(encoding="ascii"))


def each(name: str, verdict: str) -> Any:
    return [pytest.param(vector, id=vector["name"]) for vector in load(name)[verdict]]


def case_from(vector: dict[str, Any]) -> Case:
    encryption = vector["encryption_key"]
    return Case(
        item=from_json(vector["item"]),
        table=vector["table"],
        default=vector["default"],
        actions=vector["actions"],
        signing_algorithm=vector["signing_algorithm"],
        signing_key=bytes.fromhex(vector["signing_key"]),
        encryption_key=encryption and bytes.fromhex(encryption),
        description=vector["description"],
    )


def test_the_reference_client_makes_these_vectors() -> None:
    run = subprocess.run([sys.executable, FOLDER / "make.py", "--check"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("vector", each("attributes.json", "valid"))
def test_canonical_bytes(vector: dict[str, Any]) -> None:
    attribute = from_json({"": vector["attribute"]})[""]
    expected = bytes.fromhex(vector["canonical"])
    assert _engine.serialize_attribute(attribute, 0) == expected == forge.canonical(attribute)
    assert item_meaning({"": _engine.deserialize_attribute(expected)}) == item_meaning({"": attribute})


@pytest.mark.parametrize("vector", each("attributes.json", "invalid"))
def test_malformed_canonical_bytes(vector: dict[str, Any]) -> None:
    with pytest.raises(MALFORMED):
        _engine.deserialize_attribute(bytes.fromhex(vector["canonical"]))


@pytest.mark.parametrize("vector", each("descriptions.json", "valid"))
def test_material_description(vector: dict[str, Any]) -> None:
    stored = bytes.fromhex(vector["stored"])
    assert _engine.serialize_description(vector["description"]) == stored
    assert _engine.deserialize_description(stored) == vector["description"]


@pytest.mark.parametrize("vector", each("descriptions.json", "invalid"))
def test_malformed_material_description(vector: dict[str, Any]) -> None:
    # Bytes that are not UTF-8 have a class of their own in the reference client by accident.
    expected = getattr(exceptions, vector["error"], exceptions.InvalidMaterialDescriptionError)
    with pytest.raises(expected):
        _engine.deserialize_description(bytes.fromhex(vector["stored"]))


@pytest.mark.parametrize("vector", each("items.json", "valid"))
def test_string_to_sign_and_signature(vector: dict[str, Any]) -> None:
    case = case_from(vector)
    stored = from_json(vector["stored"])
    signature = stored.pop(forge.SIGNATURE)["B"]
    del stored[forge.DESCRIPTION]
    actions = {name: CryptoAction[action] for name, action in case.actions.items()}
    data = _engine.string_to_sign(stored, case.table, CryptoAction[case.default], actions, 0, 0)
    assert data.hex() == vector["string_to_sign"]
    assert data == forge.string_to_sign(stored, case.table, case.action)
    signer = key(case.signing_algorithm, case.signing_key)
    assert signer.sign(case.signing_algorithm, data) == signature == forge.sign(case, data)


@pytest.mark.parametrize("vector", each("items.json", "valid"))
def test_items_that_the_reference_wrote(vector: dict[str, Any]) -> None:
    case = case_from(vector)
    stored = from_json(vector["stored"])
    read = decrypt_dynamodb_item(stored, config_for(case))
    assert item_meaning(read) == item_meaning(case.item) == item_meaning(from_json(vector["read"]))


@pytest.mark.parametrize("vector", each("items.json", "valid"))
def test_written_items_differ_only_where_random(vector: dict[str, Any]) -> None:
    case = case_from(vector)
    stored = from_json(vector["stored"])
    written = encrypt_dynamodb_item(case.item, config_for(case))
    assert written.keys() == stored.keys()
    encrypted = [name for name in case.item if case.action(name) == "ENCRYPT_AND_SIGN"]
    random = {forge.SIGNATURE, *encrypted} if encrypted else set()
    assert {name: written[name] for name in written.keys() - random} == {
        name: stored[name] for name in stored.keys() - random
    }
    for name in encrypted:
        assert case.encryption_key is not None
        plaintext = forge.decrypt_cbc(case.encryption_key, written[name]["B"])
        assert plaintext == forge.decrypt_cbc(case.encryption_key, stored[name]["B"])


@pytest.mark.parametrize("vector", each("items.json", "invalid"))
def test_changed_items(vector: dict[str, Any]) -> None:
    base = next(valid for valid in load("items.json")["valid"] if valid["name"] == vector["of"])
    assert vector["reference"] == "refuses"
    changes = vector.get("set", {})
    removed = [name for name, attribute in changes.items() if attribute is None]
    stored = from_json({**base["stored"], **{name: value for name, value in changes.items() if value is not None}})
    for name in removed:
        del stored[name]
    with pytest.raises((exceptions.SignatureVerificationError, *MALFORMED)):
        decrypt_dynamodb_item(stored, config_for(case_from({**base, **vector.get("config", {})})))
