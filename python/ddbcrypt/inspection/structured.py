# SPDX-License-Identifier: Apache-2.0
"""Reads the header and the footer of an item of the structured format, as far as that needs no key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ddbcrypt import _engine
from ddbcrypt.exceptions import DynamodbEncryptionSdkError
from ddbcrypt.inspection.report import DataKeyReport, Finding, HeaderReport, Severity
from ddbcrypt.internal.items import binary_value
from ddbcrypt.keyrings import AlgorithmSuite
from ddbcrypt.keyrings.context import PUBLIC_KEY_NAME
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE, RESERVED_PREFIX

__all__ = ("MEANINGS_OF_LEGEND", "read_header")

_SUITES: Final[Mapping[int, str]] = {
    AlgorithmSuite.SYMMETRIC_SIGNATURE: "AES-256-GCM, HKDF-SHA512, key commitment, HMAC-SHA384",
    AlgorithmSuite.ECDSA_P384: "AES-256-GCM, HKDF-SHA512, key commitment, HMAC-SHA384 and ECDSA P-384",
}
#: What a letter of the legend says of its attribute.
MEANINGS_OF_LEGEND: Final[Mapping[str, str]] = {
    "e": "encrypted and signed",
    "s": "signed",
    "c": "signed, and in the encryption context",
}
_TAG_BYTES: Final = 48
#: An ECDSA P-384 signature in DER, which writers make anew until it has this length.
_SIGNATURE_BYTES: Final = 103
_KMS: Final = "aws-kms"
_HIERARCHY: Final = "aws-kms-hierarchy"
#: Behind the key's name: bits of the tag, bytes of the IV, the IV.
_RAW_AES_TAIL: Final = b"\x00\x00\x00\x80\x00\x00\x00\x0c"
_IV_BYTES: Final = 12


def read_header(item: Mapping[str, Any]) -> tuple[HeaderReport | None, list[Finding]]:
    """Read the header of an item, and check the lengths of its legend and footer against it.

    :param item: item in DynamoDB JSON that has a header or a footer
    :returns: the header, or None where it cannot be read, and what is wrong
    """
    data = binary_value(item.get(HEADER_ATTRIBUTE), True) if HEADER_ATTRIBUTE in item else None
    if data is None:
        return None, []
    try:
        header = _engine.structured_header({HEADER_ATTRIBUTE: {"B": data}}, True)
    except DynamodbEncryptionSdkError as error:
        return None, [Finding(Severity.ERROR, "structured-header", f"it is malformed: {error}", HEADER_ATTRIBUTE)]
    suite = header["suite"]
    report = HeaderReport(
        size=len(data),
        version=header["version"],
        suite=_SUITES.get(suite, f"{suite:#06x}"),
        message_id=header["message_id"].hex(),
        legend=header["legend"],
        encryption_context=dict(header["encryption_context"]),
        data_keys=tuple(_data_key(*key) for key in header["data_keys"]),
    )
    return report, [*_legend_findings(item, report), *_footer_findings(item, report, suite)]


def signed_actions(item: Mapping[str, Any], legend: str) -> dict[str, str]:
    """Give what the legend says of each attribute, where every attribute that is not reserved is signed.

    The legend holds no names: its letters are in the order of the names, shorter ones first.
    """
    names = sorted((name for name in item if not name.startswith(RESERVED_PREFIX)), key=_canonical)
    fits = len(names) == len(legend) and all(
        letter != "e" or binary_value(item[name], True) is not None for name, letter in zip(names, legend, strict=True)
    )
    if not fits:
        return {}
    return {name: MEANINGS_OF_LEGEND[letter] for name, letter in zip(names, legend, strict=True)}


def _canonical(name: str) -> tuple[int, bytes]:
    # The path holds the length in UTF-16 code units, and the name in UTF-8.
    return len(name.encode("utf-16-be", "surrogatepass")) // 2, name.encode("utf-8", "surrogatepass")


def _data_key(provider_id: bytes, information: bytes, ciphertext: bytes) -> DataKeyReport:
    provider = provider_id.decode("utf-8", "replace")
    return DataKeyReport(provider, _meaning(provider, information), len(ciphertext))


def _meaning(provider: str, information: bytes) -> str:
    if provider == _KMS:
        return f"AWS KMS key {_shown(information)}"
    if provider == _HIERARCHY:
        return f"branch key {_shown(information)}"
    head, tail = information[: -len(_RAW_AES_TAIL) - _IV_BYTES], information[-len(_RAW_AES_TAIL) - _IV_BYTES :]
    if head and tail.startswith(_RAW_AES_TAIL):
        return f"raw AES key {_shown(head)}"
    return f"raw RSA or another key {_shown(information)}"


def _shown(information: bytes) -> str:
    try:
        return information.decode()
    except UnicodeDecodeError:
        return f"0x{information.hex()}"


def _legend_findings(item: Mapping[str, Any], report: HeaderReport) -> list[Finding]:
    present = sum(not name.startswith(RESERVED_PREFIX) for name in item)
    findings: list[Finding] = []
    if len(report.legend) > present:
        message = (
            f"it names {len(report.legend)} signed attributes and the item has {present}: some were removed, or only a "
            "part of the item was read"
        )
        findings.append(Finding(Severity.ERROR, "structured-legend", message, HEADER_ATTRIBUTE))
    elif len(report.legend) < present:
        message = f"{present - len(report.legend)} of {present} attributes are not signed, or were added"
        findings.append(Finding(Severity.NOTE, "structured-unsigned", message))
    return findings


def _footer_findings(item: Mapping[str, Any], report: HeaderReport, suite: int) -> list[Finding]:
    data = binary_value(item.get(FOOTER_ATTRIBUTE), True) if FOOTER_ATTRIBUTE in item else None
    if data is None:
        return []
    signed = suite == AlgorithmSuite.ECDSA_P384
    expected = _TAG_BYTES * len(report.data_keys) + (_SIGNATURE_BYTES if signed else 0)
    findings: list[Finding] = []
    if len(data) != expected:
        parts: Sequence[str] = (
            f"{len(report.data_keys)} tags of {_TAG_BYTES} bytes",
            *((f"a signature of {_SIGNATURE_BYTES}",) if signed else ()),
        )
        message = f"it has {len(data)} bytes, and {' and '.join(parts)} are {expected}"
        findings.append(Finding(Severity.ERROR, "structured-footer", message, FOOTER_ATTRIBUTE))
    if signed and PUBLIC_KEY_NAME not in report.encryption_context:
        message = f"its suite has an ECDSA signature, and the encryption context lacks {PUBLIC_KEY_NAME}"
        findings.append(Finding(Severity.ERROR, "structured-public-key", message, HEADER_ATTRIBUTE))
    return findings
