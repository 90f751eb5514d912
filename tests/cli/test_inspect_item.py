# SPDX-License-Identifier: Apache-2.0
"""What an inspection says of whole and of damaged items."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddbcrypt import CryptoAction
from ddbcrypt.inspection import AttributeReport, ItemFormat, ItemReport, Severity, inspect_item
from tests.cli.samples import (
    PLAIN,
    SECRET,
    described,
    description_of,
    kms_described,
    stored,
    wrapped_by,
)
from tests.unit.rsa_keys import private_key
from tests.unit.support import AES, DESCRIPTION, HMAC, HMAC_BYTES, SIGN, SIGNATURE, local_key, static_provider

Item = dict[str, Any]


def codes(report: ItemReport, severity: Severity = Severity.ERROR) -> set[str]:
    return {finding.code for finding in report.findings if finding.severity is severity}


def attribute(report: ItemReport, name: str) -> AttributeReport:
    (found,) = [one for one in report.attributes if one.name == name]
    return found


def meaning(report: ItemReport, name: str) -> str:
    assert report.description is not None
    (found,) = [entry.meaning for entry in report.description.entries if entry.name == name]
    return found


def test_a_whole_item() -> None:
    report = inspect_item(stored())
    assert report.format is ItemFormat.LEGACY
    assert report.findings == ()
    assert report.materials is not None
    assert report.materials.startswith("static")
    assert report.signature is not None
    assert (report.signature.size, report.signature.algorithms) == (32, ("HmacSHA256",))
    assert report.description is not None
    assert report.description.is_sorted
    assert report.description.is_whole
    assert {entry.name: entry.value for entry in report.description.entries} == description_of(stored())
    assert "AES-CBC" in meaning(report, "amzn-ddb-map-sym-mode")
    ciphertexts = {one.name for one in report.attributes if one.is_ciphertext_like}
    assert ciphertexts == {"name", "count"}
    assert attribute(report, "clinic").members == 2
    assert attribute(report, "clinic").size == 10
    assert attribute(report, SIGNATURE).meaning == "signature"


@pytest.mark.parametrize("length", [0, 1, 9, 10, 25, 26, 100, 1000])
def test_the_length_of_what_a_ciphertext_holds(length: int) -> None:
    report = attribute(inspect_item(stored(plain={"id": {"S": "1"}, "x": {"S": "y" * length}})), "x")
    assert report.is_ciphertext_like
    assert report.text_sizes is not None
    assert report.plaintext_sizes is not None
    assert report.text_sizes[0] <= length <= report.text_sizes[1]
    assert report.plaintext_sizes[0] <= length + 6 <= report.plaintext_sizes[1]
    assert report.text_sizes[1] - report.text_sizes[0] <= 15


@pytest.mark.parametrize("plain", [{"NULL": True}, {"BOOL": True}, {"L": []}, {"M": {}}])
def test_short_values_are_in_the_range_too(plain: Item) -> None:
    sizes = attribute(inspect_item(stored(plain={"id": {"S": "1"}, "x": plain})), "x").plaintext_sizes
    assert sizes == (2, 15)


def test_binary_values_that_were_never_encrypted() -> None:
    plain = {"id": {"S": "1"}, "zeros": {"B": bytes(48)}, "text": {"B": SECRET[:32].encode()}, "odd": {"B": b"abc"}}
    report = inspect_item(stored(plain=plain, default=SIGN))
    assert not any(one.is_ciphertext_like for one in report.attributes)
    assert codes(report) == set()
    assert codes(report, Severity.NOTE) == {"ciphertext-length"}


@pytest.mark.parametrize(
    ("algorithm", "size"), [("HmacSHA224", 28), ("HmacSHA256", 32), ("HmacSHA384", 48), ("HmacSHA512", 64)]
)
def test_signatures_by_mac(algorithm: str, size: int) -> None:
    report = inspect_item(stored(static_provider(AES, local_key(algorithm, HMAC_BYTES))))
    assert report.signature is not None
    assert (report.signature.size, report.signature.algorithms) == (size, (algorithm,))
    assert report.findings == ()


def test_signatures_by_rsa() -> None:
    report = inspect_item(stored(static_provider(AES, private_key("SHA384withRSA"))))
    assert report.signature is not None
    assert report.signature.size == 256
    assert "SHA384withRSA" in report.signature.algorithms
    assert report.findings == ()


def test_signatures_by_rsa_keys_that_are_too_short() -> None:
    item = {**stored(static_provider(AES, private_key("SHA256withRSA"))), SIGNATURE: {"B": bytes(128)}}
    report = inspect_item(item)
    assert codes(report, Severity.WARNING) == {"signature-rsa-size"}
    assert not report.has_errors


def test_wrapped_by_aes() -> None:
    report = inspect_item(stored(wrapped_by(amzn_ddb_env_alg="AES/128")))
    assert report.findings == ()
    assert report.materials is not None
    assert report.materials.startswith("wrapped")
    assert "128 bits, wrapped: 24 bytes" in meaning(report, "amzn-ddb-env-key")
    assert "RFC 3394" in meaning(report, "amzn-ddb-wrap-alg")
    assert report.description is not None
    assert [entry.value for entry in report.description.entries if entry.name == "amzn-ddb-env-key"] == [None]


def test_wrapped_by_rsa() -> None:
    report = inspect_item(stored(wrapped_by(private_key("RSA"))))
    assert report.findings == ()
    assert "2,048 bits" in meaning(report, "amzn-ddb-env-key")
    assert "MGF1 with SHA-1" in meaning(report, "amzn-ddb-wrap-alg")


def test_a_meta_store() -> None:
    report = inspect_item(stored(wrapped_by(amzn_ddb_meta_id="orders#3")))
    assert report.findings == ()
    assert report.materials is not None
    assert "MetaStore" in report.materials
    assert "'orders', version 3" in meaning(report, "amzn-ddb-meta-id")


def test_aws_kms() -> None:
    report = inspect_item(kms_described(stored()))
    assert report.findings == ()
    assert report.materials is not None
    assert report.materials.startswith("AWS KMS")
    assert "184 bytes" in meaning(report, "amzn-ddb-env-key")


def test_an_order_of_pairs_that_only_java_writes() -> None:
    item = stored()
    pairs = sorted(description_of(item).items(), reverse=True)
    raw = b"\0\0\0\0" + b"".join(
        len(text.encode()).to_bytes(4, "big") + text.encode() for pair in pairs for text in pair
    )
    report = inspect_item({**item, DESCRIPTION: {"B": raw}})
    assert codes(report, Severity.NOTE) == {"java-description"}
    assert not report.has_errors


def without(*names: str) -> Callable[[Item], Item]:
    return lambda item: {name: value for name, value in item.items() if name not in names}


def replaced(name: str, value: Any) -> Callable[[Item], Item]:
    return lambda item: {**item, name: value}


def cut(name: str, size: int) -> Callable[[Item], Item]:
    return lambda item: {**item, name: {"B": item[name]["B"][:size]}}


def entry(name: str, value: str | None) -> Callable[[Item], Item]:
    def change(item: Item) -> Item:
        description = {**description_of(item), name: value}
        return described(item, {key: text for key, text in description.items() if text is not None})

    return change


DAMAGE: dict[str, tuple[Callable[[Item], Item], str, Severity]] = {
    "signature gone": (without(SIGNATURE), "signature-missing", Severity.ERROR),
    "signature empty": (replaced(SIGNATURE, {"B": b""}), "signature-length", Severity.ERROR),
    "signature cut": (cut(SIGNATURE, 31), "signature-length", Severity.ERROR),
    "signature of another length": (cut(SIGNATURE, 28), "signature-algorithm", Severity.WARNING),
    "signature a text": (replaced(SIGNATURE, {"S": "x"}), "reserved-type", Severity.ERROR),
    "description gone": (without(DESCRIPTION), "mode-missing", Severity.WARNING),
    "description empty": (replaced(DESCRIPTION, {"B": b""}), "description-truncated", Severity.ERROR),
    "description cut": (cut(DESCRIPTION, 40), "description-truncated", Severity.ERROR),
    "description of a version": (replaced(DESCRIPTION, {"B": b"\0\0\0\1"}), "description-version", Severity.ERROR),
    "description not text": (
        replaced(DESCRIPTION, {"B": b"\0\0\0\0\0\0\0\1\xff\0\0\0\0"}),
        "description-text",
        Severity.ERROR,
    ),
    "description a text": (replaced(DESCRIPTION, {"S": "x"}), "reserved-type", Severity.ERROR),
    "name twice": (
        replaced(DESCRIPTION, {"B": b"\0\0\0\0" + b"\0\0\0\1a\0\0\0\0" * 2}),
        "description-name-twice",
        Severity.ERROR,
    ),
    "both reserved gone": (without(SIGNATURE, DESCRIPTION), "reserved-missing", Severity.WARNING),
    "another mode": (entry("amzn-ddb-map-sym-mode", "/GCM/NoPadding"), "unknown-mode", Severity.ERROR),
    "no mode": (entry("amzn-ddb-map-sym-mode", None), "mode-missing", Severity.WARNING),
    "another algorithm": (entry("amzn-ddb-map-signingAlg", "HmacMD5"), "unknown-algorithm", Severity.WARNING),
    "another content algorithm": (entry("amzn-ddb-env-alg", "DES/56"), "unknown-algorithm", Severity.WARNING),
    "data key gone": (entry("amzn-ddb-env-key", None), "data-key-missing", Severity.ERROR),
    "data key not base64": (entry("amzn-ddb-env-key", "*"), "data-key-base64", Severity.ERROR),
    "data key empty": (entry("amzn-ddb-env-key", ""), "data-key-empty", Severity.ERROR),
    "data key cut": (
        entry("amzn-ddb-env-key", base64.b64encode(bytes(39)).decode()),
        "data-key-length",
        Severity.ERROR,
    ),
    "data key of another length": (
        entry("amzn-ddb-env-key", base64.b64encode(bytes(24)).decode()),
        "data-key-length",
        Severity.ERROR,
    ),
    "wrapping unnamed": (entry("amzn-ddb-wrap-alg", None), "entry-missing", Severity.WARNING),
    "meta id": (entry("amzn-ddb-meta-id", "orders"), "meta-id", Severity.ERROR),
    "ciphertext cut": (cut("name", 40), "ciphertext-length", Severity.NOTE),
    "value not JSON": (replaced("clinic", "north"), "malformed", Severity.ERROR),
    "type unknown": (replaced("clinic", {"X": "north"}), "malformed", Severity.ERROR),
    "binary not decoded": (replaced("clinic", {"B": "*"}), "malformed", Severity.ERROR),
    "not a number": (replaced("clinic", {"N": "one"}), "value", Severity.ERROR),
    "deep": (replaced("clinic", {"L": [{"L": [{"L": []}] * 2}] * 3}), "", Severity.NOTE),
    "long number": (replaced("clinic", {"L": [{"NS": ["1" * 29]}]}), "28-digits", Severity.NOTE),
    "two orders": (replaced("clinic", {"BS": [b"\x01", b"\xff"]}), "order", Severity.NOTE),
    "names in two orders": (
        lambda item: {**item, "\uffef": PLAIN["id"], "\U00010000": PLAIN["id"]},
        "order",
        Severity.NOTE,
    ),
    "another client's": (replaced("clinic", {"S": '{"x-amz-iv": 1}'}), "foreign", Severity.WARNING),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_told(damage: str) -> None:
    change, code, severity = DAMAGE[damage]
    report = inspect_item(change(stored(wrapped_by())))
    expected = {code} if code else set()
    assert codes(report, severity) == expected, report.findings
    if severity is not Severity.ERROR:
        assert not report.has_errors
    order = [finding.severity for finding in report.findings]
    assert order == sorted(order, key=list(Severity).index)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amzn_ddb_sig_alg": None}, "entry-missing"),
        ({"amzn_ddb_env_alg": None}, "entry-missing"),
        ({"amzn_ddb_sig_alg": "AES/256"}, "unknown-algorithm"),
        ({"amzn_ddb_env_alg": "AES/100"}, "unknown-algorithm"),
        ({"amzn_ddb_env_key": None}, "data-key-missing"),
        ({"amzn_ddb_env_key": "*"}, "data-key-base64"),
    ],
)
def test_damage_to_a_description_of_kms(changes: dict[str, str | None], code: str) -> None:
    assert codes(inspect_item(kms_described(stored(), **changes))) == {code}


@pytest.mark.parametrize(
    ("size", "severity"), [(128, Severity.WARNING), (60, Severity.ERROR), (1025, Severity.ERROR), (512, None)]
)
def test_data_keys_that_no_rsa_key_gives(size: int, severity: Severity | None) -> None:
    item = entry("amzn-ddb-env-key", base64.b64encode(bytes(size)).decode())(stored(wrapped_by(private_key("RSA"))))
    assert {finding.severity for finding in inspect_item(item).findings} == ({severity} if severity else set())


def test_the_message_says_where_a_description_breaks_off() -> None:
    item = stored()
    whole = item[DESCRIPTION]["B"]
    report = inspect_item({**item, DESCRIPTION: {"B": whole[:47]}})
    (finding,) = [one for one in report.findings if one.code == "description-truncated"]
    assert finding.attribute == DESCRIPTION
    assert "at byte 45" in finding.message
    assert report.description is not None
    assert not report.description.is_whole
    assert [one.name for one in report.description.entries] == ["amzn-ddb-map-signingAlg"]
    assert report.materials is None


def test_configured_attributes() -> None:
    item = stored()
    assert not inspect_item(item, encrypted=["name", "count", "absent"]).has_errors
    for name, change in {
        "clinic": lambda item: item,
        "name": cut("name", 40),
        "count": replaced("count", {"B": bytes(32)}),
    }.items():
        report = inspect_item(change(item), encrypted=[name])
        assert [(one.code, one.attribute) for one in report.findings if one.severity is Severity.ERROR] == [
            ("not-ciphertext", name)
        ]
    assert codes(inspect_item(PLAIN, encrypted=["name"])) == {"not-ciphertext"}


def test_the_other_formats() -> None:
    assert inspect_item(PLAIN).format is ItemFormat.PLAINTEXT
    assert inspect_item(PLAIN).findings == ()
    foreign = inspect_item({**PLAIN, "body": {"B": bytes.fromhex("01800378") + bytes(40)}})
    assert foreign.format is ItemFormat.FOREIGN
    assert foreign.writer == "the AWS Encryption SDK"


@pytest.mark.parametrize("item", [None, 5, "text", [], {}, {1: {"S": "x"}}, b"x"])
def test_what_is_no_item(item: object) -> None:
    report = inspect_item(item)
    assert report.format is ItemFormat.UNREADABLE
    assert report.has_errors


def test_nothing_is_changed_and_no_value_is_told() -> None:
    plain = {**PLAIN, "clinic": {"SS": [SECRET]}, "open": {"M": {"in": {"S": SECRET}}}}
    item = stored(plain=plain, default=CryptoAction.SIGN_ONLY)
    before = json.dumps(item, default=bytes.hex)
    report = inspect_item(item, encrypted=list(item))
    assert json.dumps(item, default=bytes.hex) == before
    assert SECRET not in json.dumps(report.as_dict())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL"]) | st.text(), inner
        )
    ),
    max_leaves=12,
)
NAMES = st.sampled_from([SIGNATURE, DESCRIPTION, "aws_dbe_head", "id"]) | st.text(max_size=8)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=6) | JSON)
def test_nothing_makes_it_fail(item: object) -> None:
    report = inspect_item(item, encrypted=["id"])
    json.dumps(report.as_dict())
    if report.format is ItemFormat.UNREADABLE:
        assert report.has_errors


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_cut_of_a_stored_item_is_told_or_harmless(data: st.DataObject) -> None:
    item = stored(wrapped_by())
    name = data.draw(st.sampled_from([SIGNATURE, DESCRIPTION]))
    size = data.draw(st.integers(0, len(item[name]["B"]) - 1))
    report = inspect_item(cut(name, size)(item))
    assert report.findings, f"{name} cut to {size} bytes"


def test_keys_of_the_samples_are_those_that_decrypt() -> None:
    # Guards the samples: what is called whole above is.
    from ddbcrypt import decrypt_dynamodb_item
    from tests.cli.samples import ACTIONS
    from tests.unit.support import make_config

    for provider in (static_provider(), wrapped_by(), static_provider(AES, HMAC)):
        assert decrypt_dynamodb_item(stored(provider), make_config(provider=provider, actions=ACTIONS)) == PLAIN
