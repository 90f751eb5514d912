# SPDX-License-Identifier: Apache-2.0
"""Key ARNs of AWS KMS, and which of them match (framework/aws-kms/aws-kms-key-arn.md)."""

from __future__ import annotations

from collections.abc import Iterable

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.material_providers.kms.key_ids import KmsKeyId, parse_key_id

_MULTI_REGION = "mrk-"


def parse_key_arn(text: str) -> KmsKeyId:
    """Take a key ARN apart; an alias or a bare key id is refused.

    :raises InvalidArgumentError: it is not the ARN of a KMS key
    """
    key = parse_key_id(text)
    if key.home is None or not key.resource.startswith("key/"):
        raise InvalidArgumentError(
            f"{text!r} is not the ARN of an AWS KMS key, such as arn:aws:kms:<region>:<account>:key/<id>"
        )
    return key


def is_multi_region(key: KmsKeyId) -> bool:
    """Tell whether the id is of a multi-Region key. An alias never is, whatever it is called."""
    return key.resource.startswith(f"key/{_MULTI_REGION}")


def match_for_decrypt(configured: str, found: str) -> bool:
    """Tell whether a data key of ``found`` is ``configured``'s: the same id, or another region's multi-Region key.

    Framework/aws-kms/aws-kms-mrk-match-for-decrypt.md.
    """
    if configured == found:
        return True
    one, other = parse_key_id(configured), parse_key_id(found)
    if not (is_multi_region(one) and is_multi_region(other)) or one.home is None or other.home is None:
        return False
    return one.resource == other.resource and one.home[0::2] == other.home[0::2]


def in_region(key: KmsKeyId, region: str) -> str:
    """Give the ARN of a multi-Region key's replica in ``region``; any other key's own ARN."""
    if key.home is None or not is_multi_region(key):
        return key.text
    partition, _, account = key.home
    return f"arn:{partition}:kms:{region}:{account}:{key.resource}"


def require_unique(key_ids: Iterable[str]) -> None:
    """Refuse several replicas of one multi-Region key (framework/aws-kms/aws-kms-mrk-are-unique.md).

    :raises InvalidArgumentError: there are; the message names all of them
    """
    seen: dict[str, list[str]] = {}
    for text in key_ids:
        key = parse_key_id(text)
        if is_multi_region(key):
            seen.setdefault(key.resource, []).append(text)
    doubled = [text for texts in seen.values() if len(texts) > 1 for text in texts]
    if doubled:
        raise InvalidArgumentError(
            f"these are replicas of the same multi-Region key, and one has to be chosen: {', '.join(doubled)}"
        )
