# SPDX-License-Identifier: Apache-2.0
"""What the entries of a material description mean, and whether they go together."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final, NamedTuple

from ddbcrypt.exceptions import InvalidKeyError, JceTransformationError
from ddbcrypt.inspection.report import DescriptionEntry, Finding, Severity
from ddbcrypt.inspection.signature import SIGNING_ALGORITHMS
from ddbcrypt.internal.identifiers import (
    ATTRIBUTE_ENCRYPTION_MODE,
    CBC_PKCS5,
    CONTENT_ALGORITHM,
    DESCRIPTION_ATTRIBUTE,
    ITEM_SIGNATURE_ALGORITHM,
    KMS_CONTEXT_ATTRIBUTES,
    KMS_WRAPPING,
    META_ID,
    SIGNING_ALGORITHM,
    WRAPPED_DATA_KEY,
    WRAPPING_ALGORITHM,
)
from ddbcrypt.internal.transformations import AES_WRAP, canonical_wrapping
from ddbcrypt.material_providers.kms.algorithms import parse_algorithm

__all__ = ("Meaning", "explain")

_CONTENT_BITS: Final[dict[str, tuple[int, ...]]] = {
    "AES": (128, 192, 256),
    "AES/128": (128,),
    "AES/192": (192,),
    "AES/256": (256,),
}
#: AES key wrap adds eight bytes.
_WRAP_OVERHEAD: Final = 8
_RSA_SIZES: Final = range(256, 1025)
_RSA_WEAK: Final = range(64, 256)
#: What the AWS KMS provider needs besides the data key.
_KMS_ENTRIES: Final = (CONTENT_ALGORITHM, ITEM_SIGNATURE_ALGORITHM)


class Meaning(NamedTuple):
    """Material description in words.

    :ivar entries: each pair
    :ivar materials: where the item's keys come from
    :ivar findings: what does not go together
    """

    entries: tuple[DescriptionEntry, ...]
    materials: str
    findings: tuple[Finding, ...]


def explain(pairs: tuple[tuple[str, str], ...], *, whole: bool) -> Meaning:
    """Explain the pairs of a material description.

    :param pairs: name and value, in any order
    :param whole: whether these are all pairs; if not, none is said to be missing
    """
    description = dict(reversed(pairs))
    findings: list[Finding] = []
    key = _data_key(description, findings)
    entries = tuple(
        DescriptionEntry(name, None if name == WRAPPED_DATA_KEY else value, _meaning(name, value, key))
        for name, value in pairs
    )
    _check_mode(description, findings)
    _check_algorithms(description, findings)
    if whole:
        _check_whole(description, findings)
    return Meaning(entries, _materials(description), tuple(findings))


def _meaning(name: str, value: str, key: str) -> str:
    match name:
        case "amzn-ddb-map-sym-mode":
            return "mode of the encrypted attributes" + (": AES-CBC with PKCS5 padding" if value == CBC_PKCS5 else "")
        case "amzn-ddb-map-signingAlg":
            return "algorithm that the item was signed with; readers take it from their own key"
        case "amzn-ddb-env-key":
            return key
        case "amzn-ddb-env-alg":
            bits = _CONTENT_BITS.get(value)
            length = " of any length" if bits and len(bits) > 1 else f" of {bits[0]} bits" if bits else ""
            return f"the data key is for {value.partition('/')[0]}{length}"
        case "amzn-ddb-wrap-alg":
            return _wrapping_meaning(value)
        case "amzn-ddb-sig-alg":
            return "signing key that is derived from the same data key"
        case "aws-kms-ec-attr":
            return "what AWS KMS bound the data key to: " + (
                "table name, primary key and algorithms" if value == "*keys*" else "not known to ddbcrypt"
            )
        case "amzn-ddb-meta-id":
            return _meta_meaning(value)
        case _:
            return "the application's own, or a key label"


def _wrapping_meaning(value: str) -> str:
    name = canonical_wrapping(value)
    if value == KMS_WRAPPING:
        return "the data key is encrypted by AWS KMS"
    if name == AES_WRAP:
        return "the data key is wrapped by AES key wrap (RFC 3394)"
    if name.startswith("RSA/ECB/OAEP"):
        return "the data key is wrapped by RSA with OAEP, MGF1 with SHA-1 whatever the name"
    if name.startswith("RSA/ECB/PKCS1"):
        return "the data key is wrapped by RSA with PKCS #1 version 1.5 padding"
    return "the data key is wrapped by an algorithm that ddbcrypt does not know"


def _meta_meaning(value: str) -> str:
    name, separator, version = value.rpartition("#")
    if separator and name and version.isascii() and version.isdigit():
        return f"keys of a MetaStore: material {name!r}, version {version}"
    return "keys of a MetaStore, malformed: expected name#version"


def _data_key(description: Mapping[str, str], findings: list[Finding]) -> str:
    """Say what the wrapped data key is by its length, and note where that fits no algorithm."""
    text = description.get(WRAPPED_DATA_KEY)
    if text is None:
        return ""
    try:
        size = len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        findings.append(_finding(Severity.ERROR, "data-key-base64", f"{WRAPPED_DATA_KEY} is not base64"))
        return f"wrapped data key, {len(text):,} characters that are not base64"
    if size == 0:
        findings.append(_finding(Severity.ERROR, "data-key-empty", f"{WRAPPED_DATA_KEY} is empty"))
        return "wrapped data key, empty"
    wrapping = description.get(WRAPPING_ALGORITHM)
    if wrapping == KMS_WRAPPING:
        return f"data key, encrypted by AWS KMS: {size:,} bytes that only KMS can read"
    if wrapping is None:
        return f"wrapped data key, {size:,} bytes"
    name = canonical_wrapping(wrapping)
    if name == AES_WRAP:
        return _aes_wrapped(size, description, findings)
    if name.startswith("RSA/"):
        return _rsa_wrapped(size, findings)
    return f"wrapped data key, {size:,} bytes"


def _aes_wrapped(size: int, description: Mapping[str, str], findings: list[Finding]) -> str:
    bits = (size - _WRAP_OVERHEAD) * 8
    content = description.get(CONTENT_ALGORITHM)
    expected = _CONTENT_BITS.get(content, ()) if content is not None else _CONTENT_BITS["AES"]
    if bits not in _CONTENT_BITS["AES"]:
        message = (
            f"{WRAPPED_DATA_KEY} has {size:,} bytes, and an AES key wrapped by AES key wrap has 24, 32 or 40: "
            "it was cut off or altered"
        )
        findings.append(_finding(Severity.ERROR, "data-key-length", message))
        return f"wrapped data key, {size:,} bytes"
    if expected and bits not in expected:
        message = f"{WRAPPED_DATA_KEY} is a key of {bits} bits, and {CONTENT_ALGORITHM} says {content}"
        findings.append(_finding(Severity.ERROR, "data-key-length", message))
    return f"data key of {bits} bits, wrapped: {size:,} bytes"


def _rsa_wrapped(size: int, findings: list[Finding]) -> str:
    if size in _RSA_WEAK:
        message = (
            f"{WRAPPED_DATA_KEY} has {size:,} bytes, as by an RSA key of {size * 8:,} bits: ddbcrypt takes keys of "
            "2,048 bits and more; if the key is one, the data key was cut off"
        )
        findings.append(_finding(Severity.WARNING, "data-key-rsa-size", message))
    elif size not in _RSA_SIZES:
        message = f"{WRAPPED_DATA_KEY} has {size:,} bytes, and no RSA key of 2,048 to 8,192 bits gives that"
        findings.append(_finding(Severity.ERROR, "data-key-length", message))
    return f"wrapped data key, {size:,} bytes: the RSA key has {size * 8:,} bits"


def _check_mode(description: Mapping[str, str], findings: list[Finding]) -> None:
    mode = description.get(ATTRIBUTE_ENCRYPTION_MODE)
    if mode is not None and mode != CBC_PKCS5:
        message = f"{ATTRIBUTE_ENCRYPTION_MODE} is {_cut(mode)}; {CBC_PKCS5} is the only mode of an item"
        findings.append(_finding(Severity.ERROR, "unknown-mode", message))


def _check_algorithms(description: Mapping[str, str], findings: list[Finding]) -> None:
    signing = description.get(SIGNING_ALGORITHM)
    if signing is not None and signing not in SIGNING_ALGORITHMS:
        message = f"{SIGNING_ALGORITHM} is {_cut(signing)}, an algorithm that ddbcrypt does not know"
        findings.append(_finding(Severity.WARNING, "unknown-algorithm", message))
    if description.get(WRAPPING_ALGORITHM) == KMS_WRAPPING:
        _check_kms(description, findings)
        return
    content = description.get(CONTENT_ALGORITHM)
    if content is not None and content not in _CONTENT_BITS:
        message = f"{CONTENT_ALGORITHM} is {_cut(content)}, an algorithm that ddbcrypt does not know"
        findings.append(_finding(Severity.WARNING, "unknown-algorithm", message))
    meta = description.get(META_ID)
    if meta is not None and _meta_meaning(meta).endswith("name#version"):
        findings.append(
            _finding(Severity.ERROR, "meta-id", f"{META_ID} is {_cut(meta)}, which is not of the form name#version")
        )


def _check_kms(description: Mapping[str, str], findings: list[Finding]) -> None:
    for name in _KMS_ENTRIES:
        text = description.get(name)
        if text is None:
            continue
        try:
            fits = parse_algorithm(text).is_content is (name == CONTENT_ALGORITHM)
        except (InvalidKeyError, JceTransformationError):
            fits = False
        if not fits:
            message = f"{name} is {_cut(text)}, which the AWS KMS provider cannot use there"
            findings.append(_finding(Severity.ERROR, "unknown-algorithm", message))


def _check_whole(description: Mapping[str, str], findings: list[Finding]) -> None:
    """Note what is missing; only for a description that was read to its end."""
    has_key = WRAPPED_DATA_KEY in description
    named = sorted(description.keys() & {WRAPPING_ALGORITHM, CONTENT_ALGORITHM, KMS_CONTEXT_ATTRIBUTES, META_ID})
    if named and not has_key:
        message = f"it has {', '.join(named)} and no {WRAPPED_DATA_KEY}, so the data key of the item is lost"
        findings.append(_finding(Severity.ERROR, "data-key-missing", message))
    if description.get(WRAPPING_ALGORITHM) == KMS_WRAPPING:
        for name in _KMS_ENTRIES:
            if name not in description:
                message = f"it has no {name}, which items encrypted with AWS KMS have"
                findings.append(_finding(Severity.ERROR, "entry-missing", message))
    elif has_key and WRAPPING_ALGORITHM not in description:
        message = f"it has no {WRAPPING_ALGORITHM}: readers take the algorithm from their own key"
        findings.append(_finding(Severity.WARNING, "entry-missing", message))
    if has_key and ATTRIBUTE_ENCRYPTION_MODE not in description:
        message = f"it has a data key and no {ATTRIBUTE_ENCRYPTION_MODE}: nothing of the item can be decrypted"
        findings.append(_finding(Severity.WARNING, "mode-missing", message))


def _materials(description: Mapping[str, str]) -> str:
    if description.get(WRAPPING_ALGORITHM) == KMS_WRAPPING:
        return "AWS KMS: a data key of the item's own, from which both of its keys are derived"
    meta = description.get(META_ID)
    if meta is not None:
        return f"a MetaStore's material {_cut(meta)}: a data key of the item's own, wrapped by that material"
    if WRAPPED_DATA_KEY in description:
        return "wrapped: a data key of the item's own, which the owner of the wrapping key can unwrap"
    return "static, or of the application's own: the description names no key of the item's own"


def _cut(text: str, limit: int = 64) -> str:
    return repr(text) if len(text) <= limit else f"{text[:limit]!r}..."


def _finding(severity: Severity, code: str, message: str) -> Finding:
    return Finding(severity, code, f"material description: {message}", DESCRIPTION_ATTRIBUTE)
