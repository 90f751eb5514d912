# SPDX-License-Identifier: Apache-2.0
"""Looks at one item: tells its format, and has its parts explained."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from typing import Any, Final

from ddbcrypt.inspection.attribute import canonical_findings, inspect_attribute
from ddbcrypt.inspection.description import read_pairs
from ddbcrypt.inspection.materials import explain
from ddbcrypt.inspection.report import (
    AttributeReport,
    DescriptionReport,
    Finding,
    ItemFormat,
    ItemReport,
    Severity,
    SignatureReport,
)
from ddbcrypt.inspection.signature import check_algorithm, read_signature
from ddbcrypt.inspection.structured import read_header, signed_actions
from ddbcrypt.internal.foreign import name_foreign_client
from ddbcrypt.internal.guards import is_mapping
from ddbcrypt.internal.identifiers import (
    ATTRIBUTE_ENCRYPTION_MODE,
    DESCRIPTION_ATTRIBUTE,
    RESERVED_NAMES,
    SIGNATURE_ATTRIBUTE,
    SIGNING_ALGORITHM,
)
from ddbcrypt.internal.items import binary_value
from ddbcrypt.internal.long_numbers import has_long_number
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE as _FOOT
from ddbcrypt.structured.names import HEADER_ATTRIBUTE as _HEAD

__all__ = ("inspect_item", "unreadable_item")

_BEACON: Final = "aws_dbe_b_"
_MEANINGS: Final = {
    SIGNATURE_ATTRIBUTE: "signature",
    DESCRIPTION_ATTRIBUTE: "material description",
    _HEAD: "header of the AWS Database Encryption SDK",
    _FOOT: "footer of the AWS Database Encryption SDK, with its signatures",
}
_DATABASE_SDK: Final = "the AWS Database Encryption SDK"
_WORST_FIRST: Final = list(Severity)


def inspect_item(item: object, *, encrypted: Collection[str] = ()) -> ItemReport:
    """Report on an item. It needs no key, and is proof of nothing: only its signature's key can verify an item.

    Every object is taken, and none of the kinds of damage is an error: they are what the report tells. Thread-safe; it
    makes no network call and changes nothing.

    :param item: item in DynamoDB JSON, with binary values as ``bytes``, as a boto3 client gives it
    :param encrypted: names of attributes that are configured to be encrypted, where that is known: what cannot be a
        ciphertext among them is then an error
    """
    if not is_mapping(item) or not all(isinstance(name, str) for name in item):
        return unreadable_item("not an item: a mapping of attribute names to values is expected")
    if not item:
        return unreadable_item("an item without attributes")
    attributes: dict[str, Any] = dict(item)
    form, writer = _format_of(attributes)
    reports: list[AttributeReport] = []
    findings: list[Finding] = []
    for name, attribute in attributes.items():
        report, found = inspect_attribute(name, attribute, _MEANINGS.get(name, _plain_meaning(name, form)))
        reports.append(_named(report, form))
        findings += found
    if form is ItemFormat.LEGACY:
        return _legacy(attributes, reports, findings, frozenset(encrypted))
    if form is ItemFormat.STRUCTURED:
        return _structured(attributes, writer, reports, findings)
    if form is ItemFormat.PLAINTEXT:
        findings += _plaintext_findings(reports, encrypted)
    return ItemReport(form, writer, attributes=tuple(reports), findings=_sorted(findings))


def unreadable_item(message: str) -> ItemReport:
    """Make the report on what is not an item.

    :param message: why it is none
    """
    return ItemReport(ItemFormat.UNREADABLE, findings=(Finding(Severity.ERROR, "unreadable", message),))


def _format_of(item: dict[str, Any]) -> tuple[ItemFormat, str | None]:
    if any(name in item for name in RESERVED_NAMES):
        return ItemFormat.LEGACY, None
    if _HEAD in item or _FOOT in item:
        return ItemFormat.STRUCTURED, _DATABASE_SDK
    foreign = name_foreign_client(item, frozenset(item))
    return (ItemFormat.PLAINTEXT, None) if foreign is None else (ItemFormat.FOREIGN, foreign[0])


def _plain_meaning(name: str, form: ItemFormat) -> str:
    if name.startswith(_BEACON) and form is ItemFormat.STRUCTURED:
        return "beacon: a truncated hash to search by"
    return "readable"


def _named(report: AttributeReport, form: ItemFormat) -> AttributeReport:
    """Call a ciphertext one where the format has ciphertexts of that form, and nowhere else."""
    if not report.is_ciphertext_like:
        return report
    if form in (ItemFormat.LEGACY, ItemFormat.PLAINTEXT) and report.name not in RESERVED_NAMES:
        return dataclasses.replace(report, meaning="may be a ciphertext")
    return dataclasses.replace(report, is_ciphertext_like=False, plaintext_sizes=None, text_sizes=None)


def _legacy(
    item: dict[str, Any], reports: list[AttributeReport], findings: list[Finding], encrypted: frozenset[str]
) -> ItemReport:
    signature, found = _signature(item)
    findings += found
    description, entries, materials, found = _description(item)
    findings += found
    if signature is not None:
        findings += check_algorithm(signature, entries.get(SIGNING_ALGORITHM))
    values = {report.name: item[report.name] for report in reports if report.name not in RESERVED_NAMES}
    well_formed = {report.name for report in reports if report.type is not None}
    for name, value in values.items():
        if name in well_formed:
            findings += _value_findings(name, value)
    findings += _order_finding(values)
    findings += _ciphertext_findings(reports, encrypted)
    readable = description is None or description.is_whole
    if readable and not any(finding.code == "mode-missing" for finding in findings):
        findings += _mode_findings(reports, description, ATTRIBUTE_ENCRYPTION_MODE in entries)
    findings += _foreign_findings(values)
    return ItemReport(ItemFormat.LEGACY, None, materials, signature, description, tuple(reports), _sorted(findings))


def _signature(item: dict[str, Any]) -> tuple[SignatureReport | None, list[Finding]]:
    if SIGNATURE_ATTRIBUTE not in item:
        message = (
            "it has a material description and no signature: the signature was removed, or only a part of the item "
            "was read"
        )
        return None, [Finding(Severity.ERROR, "signature-missing", message)]
    data = binary_value(item[SIGNATURE_ATTRIBUTE], True)
    if data is None:
        return None, [_not_binary("signature", SIGNATURE_ATTRIBUTE)]
    return read_signature(len(data))


def _description(
    item: dict[str, Any],
) -> tuple[DescriptionReport | None, dict[str, str], str | None, list[Finding]]:
    if DESCRIPTION_ATTRIBUTE not in item:
        return None, {}, None, []
    data = binary_value(item[DESCRIPTION_ATTRIBUTE], True)
    if data is None:
        return None, {}, None, [_not_binary("material description", DESCRIPTION_ATTRIBUTE)]
    read = read_pairs(data)
    meaning = explain(read.pairs, whole=not read.findings)
    names = [name for name, _ in read.pairs]
    findings = [*read.findings, *meaning.findings]
    if names != sorted(names) and not read.findings:
        message = "its pairs are not in order of name, as the Java client writes them"
        findings.append(Finding(Severity.NOTE, "java-description", message, DESCRIPTION_ATTRIBUTE))
    report = DescriptionReport(len(data), meaning.entries, names == sorted(names), not read.findings)
    return report, dict(read.pairs), meaning.materials if report.is_whole else None, findings


def _not_binary(what: str, name: str) -> Finding:
    return Finding(Severity.ERROR, "reserved-type", f"the {what} is not a binary value", name)


def _value_findings(name: str, value: Any) -> list[Finding]:
    findings = canonical_findings(name, value)
    if not findings and has_long_number(value):
        message = (
            "it holds a number of more than 28 digits: if the Python client signed the item, the signature is over the "
            "rounded number, and reading it needs CryptoConfig(..., accept_28_digit_numbers=True)"
        )
        findings.append(Finding(Severity.NOTE, "28-digits", message, name))
    return findings


def _order_finding(names: Iterable[str]) -> list[Finding]:
    known = list(names)
    if sorted(known) == sorted(known, key=lambda name: name.encode("utf-16-be", "surrogatepass")):
        return []
    message = "the Java and the Python client sign its attributes in different orders; ddbcrypt reads both"
    return [Finding(Severity.NOTE, "order", message)]


def _ciphertext_findings(reports: Iterable[AttributeReport], encrypted: frozenset[str]) -> list[Finding]:
    """Say which attributes cannot be ciphertexts and should be, or may have been one before they were cut off."""
    findings: list[Finding] = []
    for report in reports:
        if report.name in RESERVED_NAMES or report.is_ciphertext_like or report.type is None:
            continue
        if report.name in encrypted:
            findings.append(Finding(Severity.ERROR, "not-ciphertext", _why_no_ciphertext(report), report.name))
        elif report.type == "B" and report.size and (report.size % 16 or report.size == 16):
            message = f"if it is meant to be encrypted, it is damaged: {_why_no_ciphertext(report)}"
            findings.append(Finding(Severity.NOTE, "ciphertext-length", message, report.name))
    return findings


def _why_no_ciphertext(report: AttributeReport) -> str:
    if report.type != "B":
        return f"a ciphertext is of type B, and this is of type {report.type}: it is stored in plaintext"
    size = report.size or 0
    if size < 32 or size % 16:
        return f"{size:,} bytes are no ciphertext, which has 32 or more in steps of 16: it was cut off or replaced"
    return "it has the length of a ciphertext and its bytes are not random: it is stored in plaintext"


def _mode_findings(
    reports: Iterable[AttributeReport], description: DescriptionReport | None, has_mode: bool
) -> list[Finding]:
    likely = [report.name for report in reports if report.is_ciphertext_like]
    if has_mode or not likely:
        return []
    reason = (
        "it has no material description"
        if description is None
        else f"its material description has no {ATTRIBUTE_ENCRYPTION_MODE}"
    )
    message = (
        f"{_listed(likely)} may be a ciphertext, and {reason}: such an item does not decrypt; it is in order if "
        "nothing of it is encrypted"
    )
    return [Finding(Severity.WARNING, "mode-missing", message)]


def _foreign_findings(values: dict[str, Any]) -> list[Finding]:
    foreign = name_foreign_client(values, frozenset(values))
    if foreign is None:
        return []
    client, name = foreign
    return [Finding(Severity.WARNING, "foreign", f"it is, or holds, what {client} writes", name)]


def _structured(
    item: dict[str, Any], writer: str | None, reports: list[AttributeReport], findings: list[Finding]
) -> ItemReport:
    header, found = read_header(item)
    findings += [*_incomplete_findings(item), *found]
    if header is not None:
        actions = signed_actions(item, header.legend)
        reports = [dataclasses.replace(one, meaning=actions.get(one.name, one.meaning)) for one in reports]
    materials = "; ".join(key.meaning for key in header.data_keys) if header is not None else None
    return ItemReport(
        ItemFormat.STRUCTURED,
        writer,
        materials=materials,
        attributes=tuple(reports),
        findings=_sorted(findings),
        header=header,
    )


def _incomplete_findings(item: dict[str, Any]) -> list[Finding]:
    findings: list[Finding] = []
    for present, absent in ((_HEAD, _FOOT), (_FOOT, _HEAD)):
        if present in item and absent not in item:
            message = f"it has {present} and no {absent}: one was removed, or only a part of the item was read"
            findings.append(Finding(Severity.ERROR, "structured-incomplete", message))
    findings += [
        Finding(Severity.ERROR, "reserved-type", "it is not a binary value", name)
        for name in (_HEAD, _FOOT)
        if name in item and binary_value(item[name], True) is None
    ]
    return findings


def _plaintext_findings(reports: Iterable[AttributeReport], encrypted: Collection[str]) -> list[Finding]:
    likely = [report.name for report in reports if report.is_ciphertext_like]
    findings: list[Finding] = []
    if likely:
        message = (
            f"{_listed(likely)} may be a ciphertext, but there is neither a signature nor a material description: they "
            "were removed, or only a part of the item was read"
        )
        findings.append(Finding(Severity.WARNING, "reserved-missing", message))
    findings += [
        Finding(Severity.ERROR, "not-ciphertext", _why_no_ciphertext(report), report.name)
        for report in reports
        if report.name in encrypted and report.type is not None and not report.is_ciphertext_like
    ]
    return findings


def _listed(names: list[str], limit: int = 3) -> str:
    shown = ", ".join(map(repr, names[:limit]))
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: _WORST_FIRST.index(finding.severity)))
