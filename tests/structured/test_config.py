# SPDX-License-Identifier: Apache-2.0
"""Configurations that contradict themselves are refused when they are made, naming what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import AlgorithmSuite, DefaultCmm, RawAesKeyring
from ddbcrypt.structured import DynamoDbItemEncryptor, PlaintextOverride
from tests.structured.encryptors import ACTIONS, config
from tests.structured.test_overrides import legacy_override

KEYRING = RawAesKeyring("ddbcrypt", "main", bytes(32))
CONTEXT = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"attribute_actions_on_encrypt": {"name": CryptoAction.SIGN_ONLY}}, '"id" has to be SIGN_ONLY'),
        ({"attribute_actions_on_encrypt": {"id": CryptoAction.ENCRYPT_AND_SIGN}}, '"id" has to be SIGN_ONLY'),
        ({"attribute_actions_on_encrypt": {**ACTIONS, "x": CONTEXT}}, f'"id" has to be {CONTEXT.name}'),
        ({"sort_key_name": "at"}, '"at" has to be SIGN_ONLY'),
        ({"attribute_actions_on_encrypt": {**ACTIONS, "aws_dbe_x": CryptoAction.SIGN_ONLY}}, "are reserved"),
        ({"sort_key_name": ""}, "sort_key_name is empty"),
        ({"sort_key_name": "id"}, 'sort_key_name are the same, "id"'),
        ({"allowed_unsigned_attributes": ["views", "aws_dbe_x"]}, '"aws_dbe_x": names that begin'),
        ({"allowed_unsigned_attribute_prefix": "aws_dbe_x"}, "prefix: names that begin"),
        ({"allowed_unsigned_attributes": []}, '"views" is DO_NOTHING'),
        ({"allowed_unsigned_attributes": ["views", "city"]}, '"city" is SIGN_ONLY, but allowed_unsigned'),
        ({"allowed_unsigned_attribute_prefix": "na"}, '"name" is ENCRYPT_AND_SIGN, but allowed_unsigned'),
        ({"allowed_unsigned_attribute_prefix": ""}, "prefix is empty"),
        ({"logical_table_name": ""}, "logical_table_name is empty"),
        ({"keyring": None}, "one of keyring and cmm"),
        ({"cmm": DefaultCmm(KEYRING)}, "one of keyring and cmm"),
        ({"algorithm_suite_id": 0x0578}, "algorithm_suite_id is no suite"),
        (
            {
                "legacy_override": legacy_override(),
                "plaintext_override": PlaintextOverride.FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ,
            },
            "cannot both be given",
        ),
    ],
)
def test_contradictions_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        config(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"logical_table_name": 5},
        {"sort_key_name": b"at"},
        {"attribute_actions_on_encrypt": {"id": "SIGN_ONLY"}},
        {"attribute_actions_on_encrypt": [("id", CryptoAction.SIGN_ONLY)]},
        {"allowed_unsigned_attributes": "views"},
        {"allowed_unsigned_attributes": [5]},
        {"keyring": "a keyring"},
        {"keyring": DefaultCmm(KEYRING)},
        {"keyring": None, "cmm": KEYRING},
        {"legacy_override": "yes"},
        {"plaintext_override": "yes"},
    ],
)
def test_wrong_types_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        config(**changes)


def test_an_encryptor_takes_only_a_configuration() -> None:
    with pytest.raises(TypeError):
        DynamoDbItemEncryptor({"keyring": KEYRING})  # type: ignore[arg-type]


def test_what_is_given_is_copied_and_the_default_suite_is_signed() -> None:
    actions = dict(ACTIONS)
    unsigned = ["views"]
    made = config(attribute_actions_on_encrypt=actions, allowed_unsigned_attributes=unsigned)
    actions["name"] = CryptoAction.SIGN_ONLY
    unsigned.append("city")
    assert made.attribute_actions_on_encrypt == ACTIONS
    assert made.unsigned_names == {"views"}
    assert made.suite is AlgorithmSuite.ECDSA_P384
    assert config(algorithm_suite_id=0x6700).suite is AlgorithmSuite.SYMMETRIC_SIGNATURE
    assert config(keyring=None, cmm=DefaultCmm(KEYRING)).materials_manager is not None
