# SPDX-License-Identifier: Apache-2.0
"""What the length of a signature tells."""

from __future__ import annotations

from typing import Final

from ddbcrypt.inspection.report import Finding, Severity, SignatureReport
from ddbcrypt.internal.identifiers import SIGNATURE_ATTRIBUTE, SIGNING_ALGORITHM

__all__ = ("SIGNING_ALGORITHMS", "check_algorithm", "read_signature")

_MAC_SIZES: Final = {28: "HmacSHA224", 32: "HmacSHA256", 48: "HmacSHA384", 64: "HmacSHA512"}
_RSA_NAMES: Final = ("SHA224withRSA", "SHA256withRSA", "SHA384withRSA", "SHA512withRSA")
#: Lengths of RSA moduli that ddbcrypt takes, in bytes: 2,048 to 8,192 bits.
_RSA_SIZES: Final = range(256, 1025)
#: Shorter ones, down to 1,024 bits, which other clients took.
_RSA_WEAK: Final = range(128, 256)

#: Names of all algorithms that items are signed with.
SIGNING_ALGORITHMS: Final = frozenset((*_MAC_SIZES.values(), *_RSA_NAMES))


def read_signature(size: int) -> tuple[SignatureReport, list[Finding]]:
    """Name the algorithms whose signatures have a length, and what is wrong with it.

    :param size: length in bytes
    """
    if size in _MAC_SIZES:
        return SignatureReport(size, (_MAC_SIZES[size],)), []
    if size in _RSA_SIZES:
        return SignatureReport(size, _RSA_NAMES), []
    if size in _RSA_WEAK:
        message = (
            f"the signature has {size} bytes, as by an RSA key of {size * 8:,} bits: ddbcrypt takes keys of 2,048 bits "
            "and more; if the key is one, or the item was signed by HMAC, the signature was altered"
        )
        finding = Finding(Severity.WARNING, "signature-rsa-size", message, SIGNATURE_ATTRIBUTE)
        return SignatureReport(size, _RSA_NAMES), [finding]
    message = (
        "the signature is empty"
        if size == 0
        else f"the signature has {size:,} bytes: no algorithm gives that, so it was cut off or altered (HMAC gives "
        f"{', '.join(map(str, _MAC_SIZES))}, RSA of 2,048 bits 256)"
    )
    return SignatureReport(size, ()), [Finding(Severity.ERROR, "signature-length", message, SIGNATURE_ATTRIBUTE)]


def check_algorithm(signature: SignatureReport, named: str | None) -> list[Finding]:
    """Note where the description names a known algorithm that does not give signatures of that length.

    :param signature: the item's signature
    :param named: what the material description names, or None
    """
    if named is None or named not in SIGNING_ALGORITHMS or not signature.algorithms or named in signature.algorithms:
        return []
    message = (
        f"{SIGNING_ALGORITHM} of the material description says {named}, whose signatures have another length than "
        f"{signature.size:,} bytes: one of the two was altered"
    )
    return [Finding(Severity.WARNING, "signature-algorithm", message, SIGNATURE_ATTRIBUTE)]
