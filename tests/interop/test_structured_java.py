# SPDX-License-Identifier: Apache-2.0
"""Items of the structured format pass between ddbcrypt's engine and AWS's Java client, both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import HealthCheck, Phase, given, settings

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from tests.interop.oracle import Oracle, OracleError, from_json
from tests.interop.structured_java_oracle import header_of, keyring_for, request_for, start_structured_java_oracle
from tests.strategies import item_meaning
from tests.structured.cases import Case, cases, keyring, packed, plain_case
from tests.structured.keyring import RawRsa

#: Each way; the cases are the same in each run.
CASES = 1000
_SETTINGS = settings(
    max_examples=1,
    phases=(Phase.generate,),
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def java() -> Iterator[Oracle]:
    with start_structured_java_oracle() as oracle:
        yield oracle


def _draw(count: int) -> list[Case]:
    """``count`` random cases, the same in each run."""
    drawn: list[Case] = []

    @settings(_SETTINGS, max_examples=count)
    @given(cases(max_depth=12))
    def collect(case: Case) -> None:
        drawn.append(case)

    collect()
    while len(drawn) < count:  # Hypothesis may stop early where it drew an equal case again
        drawn.append(drawn[len(drawn) % 7])
    return drawn[:count]


@pytest.fixture(scope="module")
def many() -> list[Case]:
    return _draw(CASES)


def _our_header(case: Case, item: dict[str, Any], context: dict[str, str]) -> dict[str, Any]:
    """The parsed header in the oracle's words."""
    header = _engine.structured_header(item, True)
    actions = _engine.structured_actions(item, True, case.plan)
    return {
        "suite": header["suite"],
        "actions": {name: action.name for name, action in actions.items()},
        "data_keys": header["data_keys"],
        "stored_context": header["encryption_context"],
        "context": context,
    }


def test_java_reads_what_the_engine_writes(
    java: Oracle, many: list[Case], record_property: Callable[[str, object], None]
) -> None:
    materials = [case.write_materials() for case in many]
    ours = [
        _engine.structured_encrypt(case.item, True, case.plan, packed(m))
        for case, m in zip(many, materials, strict=True)
    ]
    requests = (
        request_for("decrypt", case, item, [keyring_for(case.keyrings[number % len(case.keyrings)])])
        for number, (case, item) in enumerate(zip(many, ours, strict=True))
    )
    for case, item, m, answer in zip(many, ours, materials, java.pipeline(requests), strict=True):
        assert answer["ok"], (answer, case)
        assert item_meaning(from_json(answer["item"])) == item_meaning(case.item)
        assert header_of(answer) == _our_header(case, item, dict(m.context))
    record_property("count: structured items of ours that Java read", len(many))


def test_the_engine_reads_what_java_writes(
    java: Oracle, many: list[Case], record_property: Callable[[str, object], None]
) -> None:
    answers = java.pipeline(request_for("encrypt", case, case.item) for case in many)
    for number, (case, answer) in enumerate(zip(many, answers, strict=True)):
        assert answer["ok"], (answer, case)
        item = from_json(answer["item"])
        which = number % len(case.keyrings)
        assert item_meaning(case.decrypt(item, which)) == item_meaning(case.item)
        context = dict(case.read_materials(item, which).context)
        assert header_of(answer) == _our_header(case, item, context)
    record_property("count: structured items of Java's that we read", len(many))


PADDINGS = ("PKCS1", "OAEP_SHA1_MGF1", "OAEP_SHA256_MGF1", "OAEP_SHA384_MGF1", "OAEP_SHA512_MGF1")


@pytest.fixture(scope="module")
def rsa_pem() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("padding", PADDINGS)
def test_raw_rsa_keyrings_beside_aes(java: Oracle, rsa_pem: tuple[bytes, bytes], padding: str) -> None:
    """Three recipients, in either order, each of which reads what the others' client wrote."""
    rsa_keyring = RawRsa("ddbcrypt", "rsa", padding, *rsa_pem)
    for keyrings in ((rsa_keyring,), (keyring("one"), rsa_keyring, keyring("two", 24))):
        case = plain_case(0x6700, 2, keyrings)
        ours, theirs = case.encrypt(), from_json(java.ask(request_for("encrypt", case, case.item))["item"])
        for which, one in enumerate(keyrings):
            assert item_meaning(case.decrypt(theirs, which)) == item_meaning(case.item)
            answer = java.ask(request_for("decrypt", case, ours, [keyring_for(one)]))
            assert item_meaning(from_json(answer["item"])) == item_meaning(case.item)


# ---- what Java refuses


def _flip(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def _alterations(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One change each to the header, the footer and the attributes."""
    header, footer = item["aws_dbe_head"]["B"], item["aws_dbe_foot"]["B"]
    for position in (0, 1, 2, 33, 34, 35, 36, 40, len(header) // 2, len(header) - 33, len(header) - 1):
        yield {**item, "aws_dbe_head": {"B": _flip(header, position)}}
    for changed in (header[:-1], header + b"\0", header[:40], b"", bytes([2]) + header[1:], bytes([3]) + header[1:]):
        yield {**item, "aws_dbe_head": {"B": changed}}
    for position in (0, 47, len(footer) - 1):
        yield {**item, "aws_dbe_foot": {"B": _flip(footer, position)}}
    for changed in (footer[:-1], footer + b"\0", footer[:48], footer[48:], footer + footer[:48], b""):
        yield {**item, "aws_dbe_foot": {"B": changed}}
    yield {**item, "name": item["age"], "age": item["name"]}
    yield {**item, "name": {"B": _flip(item["name"]["B"], 1)}}
    yield {**item, "name": {"B": item["name"]["B"][:17]}}
    yield {**item, "status": {"S": "closed"}}
    yield {**item, "pk": {"S": "patient-18"}}
    yield {**item, "added": {"S": "signed by name"}}
    for name in ("name", "status", "aws_dbe_head", "aws_dbe_foot", "sk"):
        yield {other: value for other, value in item.items() if other != name}


def _java_refuses(answer: dict[str, Any]) -> bool:
    return not answer["ok"]


def _refuses(case: Case, item: dict[str, Any]) -> bool:
    try:
        case.decrypt(item)
    except (DynamodbEncryptionSdkError, LookupError):
        return True
    return False


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("suite", [0x6700, 0x6701])
def test_altered_items_that_java_refuses_are_refused(java: Oracle, suite: int, version: int) -> None:
    case = plain_case(suite, version, (keyring("one"), keyring("two", 16)))
    altered = list(_alterations(case.encrypt()))
    answers = java.pipeline(request_for("decrypt", case, item) for item in altered)
    refused = 0
    for item, answer in zip(altered, answers, strict=True):
        if _java_refuses(answer):
            refused += 1
            assert _refuses(case, item), answer
        else:  # a tag of the recipient that Java does not need, for one: then the plaintext is the same
            assert item_meaning(from_json(answer["item"])) == item_meaning(case.item)
    assert refused >= len(altered) - 4


def test_unsigned_attributes_may_change(java: Oracle) -> None:
    case = plain_case()
    item = {**case.encrypt(), ":counter": {"N": "7"}, "seen": {"S": "other type"}}
    expected = {**case.item, ":counter": {"N": "7"}, "seen": {"S": "other type"}}
    assert item_meaning(from_json(java.ask(request_for("decrypt", case, item))["item"])) == item_meaning(expected)
    assert item_meaning(case.decrypt(item)) == item_meaning(expected)


def test_a_configuration_may_change_between_write_and_read(java: Oracle) -> None:
    case = plain_case()
    item = from_json(java.ask(request_for("encrypt", case, case.item))["item"])
    flags = {**case.configuration.actions, "name": "s", "status": "e", "unheard-of": "e"}
    later = replace(case, configuration=replace(case.configuration, actions=flags), suite=0x6701)
    assert item_meaning(from_json(java.ask(request_for("decrypt", later, item))["item"])) == item_meaning(case.item)
    assert item_meaning(later.decrypt(item)) == item_meaning(case.item)


def test_what_java_will_not_encrypt_the_engine_will_not(java: Oracle) -> None:
    case = plain_case()
    del_pk = {name: value for name, value in case.item.items() if name != "pk"}
    refused = [
        replace(case, item=del_pk),
        replace(case, item={**case.item, "unknown": {"S": "no action"}}),
        replace(case, item={**case.item, "tags": {"SS": ["a", "a"]}}),
        replace(case, item={**case.item, "age": {"N": "1e126"}}),
        replace(case, allowed=frozenset({"seen", "name"})),
    ]
    for wrong in refused:
        with pytest.raises(OracleError):
            java.ask(request_for("encrypt", wrong, wrong.item))
        m = case.write_materials()
        with pytest.raises(DynamodbEncryptionSdkError):
            _engine.structured_encrypt(wrong.item, True, wrong.plan, packed(m))
