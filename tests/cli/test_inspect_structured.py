# SPDX-License-Identifier: Apache-2.0
"""What an inspection says of items of the structured format, whole and damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ddbcrypt import CryptoAction
from ddbcrypt.cli.inspect_text import Printer
from ddbcrypt.identifiers import EncryptionKeyType, KeyEncodingType
from ddbcrypt.inspection import HeaderReport, ItemFormat, ItemReport, inspect_item
from ddbcrypt.keyrings import MultiKeyring, RawAesKeyring, RawRsaKeyring, RsaPadding
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE
from tests.cli.test_inspect_item import attribute, codes
from tests.structured.encryptors import ACTIONS, ITEM, encryptor
from tests.unit.rsa_keys import encoded

AES = RawAesKeyring("clinic", "key 2026", bytes(32))
RSA = RawRsaKeyring(
    "clinic",
    "rsa key",
    RsaPadding.OAEP_SHA256_MGF1,
    public_key=encoded(EncryptionKeyType.PUBLIC, KeyEncodingType.PEM),
)


def _stored(**changes: Any) -> dict[str, Any]:
    return encryptor(keyring=MultiKeyring(AES, [RSA]), **changes).encrypt_item(ITEM).encrypted_item


def _header(report: ItemReport) -> HeaderReport:
    assert report.header is not None
    return report.header


@pytest.mark.parametrize("suite", [0x6700, 0x6701])
def test_a_whole_item(suite: int) -> None:
    stored = _stored(algorithm_suite_id=suite)
    report = inspect_item(stored)
    assert report.format is ItemFormat.STRUCTURED
    assert not report.has_errors
    header = _header(report)
    assert header.version == 1
    assert ("ECDSA P-384" in header.suite) == (suite == 0x6701)
    assert sorted(header.legend) == ["e", "e", "s", "s"]
    assert len(header.message_id) == 64
    assert set(header.encryption_context) == ({"aws-crypto-public-key"} if suite == 0x6701 else set())
    assert [(key.provider_id, key.meaning) for key in header.data_keys] == [
        ("clinic", "raw AES key key 2026"),
        ("clinic", "raw RSA or another key rsa key"),
    ]
    assert report.materials == "raw AES key key 2026; raw RSA or another key rsa key"
    assert codes(report) == set()
    # The whole name: three letters may stand in the base64 of a public key by chance.
    assert ITEM["name"]["S"] not in json.dumps(report.as_dict())


def test_the_legend_names_actions_where_all_is_signed() -> None:
    stored = _stored()
    del stored["views"]
    report = inspect_item(stored)
    assert attribute(report, "name").meaning == "encrypted and signed"
    assert attribute(report, "city").meaning == "signed"
    unsigned = inspect_item(_stored())
    assert attribute(unsigned, "city").meaning == "readable"
    assert [one.code for one in unsigned.findings] == ["structured-unsigned"]


def test_version_2() -> None:
    context = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
    report = inspect_item(_stored(attribute_actions_on_encrypt={**ACTIONS, "id": context, "city": context}))
    assert _header(report).version == 2
    assert sorted(_header(report).legend) == ["c", "c", "e", "e"]


def _cut(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda item: item.update({name: {"B": item[name]["B"][:-1]}})


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (_cut(FOOTER_ATTRIBUTE), {"structured-footer"}),
        (_cut(HEADER_ATTRIBUTE), {"structured-header"}),
        (lambda item: item.pop(FOOTER_ATTRIBUTE), {"structured-incomplete"}),
        (lambda item: item.pop(HEADER_ATTRIBUTE), {"structured-incomplete"}),
        (lambda item: item.update({FOOTER_ATTRIBUTE: {"S": ""}}), {"reserved-type"}),
        (lambda item: item.update({HEADER_ATTRIBUTE: {"B": b""}}), {"structured-header"}),
        (lambda item: (item.pop("name"), item.pop("views")), {"structured-legend"}),
    ],
)
def test_damage_is_told(damage: Callable[[dict[str, Any]], Any], expected: set[str]) -> None:
    item = dict(_stored())
    damage(item)
    assert codes(inspect_item(item)) == expected


def test_beacons_are_named() -> None:
    report = inspect_item({**_stored(), "aws_dbe_b_name": {"S": "5"}})
    assert attribute(report, "aws_dbe_b_name").meaning.startswith("beacon")
    assert not report.has_errors


def test_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    Printer().item("item 1", inspect_item(_stored()))
    shown = capsys.readouterr().out
    for text in (
        "format of the AWS Database Encryption SDK (structured)",
        "AES-256-GCM, HKDF-SHA512, key commitment, HMAC-SHA384 and ECDSA P-384",
        "2 encrypted and signed; 2 signed",
        "raw AES key key 2026",
        "aws-crypto-public-key",
    ):
        assert text in shown


def test_the_legend_goes_by_the_length_in_utf_16() -> None:
    actions = {"id": CryptoAction.SIGN_ONLY, "é": CryptoAction.ENCRYPT_AND_SIGN, "zz": CryptoAction.SIGN_ONLY}
    made = encryptor(keyring=AES, attribute_actions_on_encrypt=actions, allowed_unsigned_attributes=())
    stored = made.encrypt_item({"id": {"B": b"1"}, "é": {"S": "Ada"}, "zz": {"B": b"2"}}).encrypted_item
    report = inspect_item(stored)
    assert {name: attribute(report, name).meaning for name in actions} == {
        "id": "signed",
        "é": "encrypted and signed",
        "zz": "signed",
    }
