# SPDX-License-Identifier: Apache-2.0
"""Key ids as AWS KMS takes them, and which key ARN in an answer of KMS fits one."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from ddbcrypt.exceptions import InvalidArgumentError

_ARN_PARTS: Final = 6


class KmsKeyId(NamedTuple):
    """A key id in one of four forms: key ARN, alias ARN, bare key id, alias name.

    :ivar text: the id as it was given, and as it is sent
    :ivar home: partition, region and account that an ARN names; None for the other two forms
    :ivar resource: ``key/...`` or ``alias/...``
    """

    text: str
    home: tuple[str, str, str] | None
    resource: str

    @property
    def region(self) -> str | None:
        """Region that an ARN names."""
        return None if self.home is None else self.home[1]

    def fits(self, answered: object, called_region: str) -> bool:
        """Tell whether ``answered``, the ``KeyId`` in an answer of KMS to a call with this id, may stand there.

        KMS answers with a key ARN whatever form it was asked with. A key ARN has to come back as it is, also that of a
        multi-Region key: its replicas are keys of their own in other regions, with key policies of their own. A bare
        key id has to come back in the region that was called. What key an alias stands for only KMS knows, and it has
        checked that the ciphertext is of that key; it lies in the alias's region and account.
        """
        if not isinstance(answered, str):
            return False
        try:
            key = parse_key_id(answered)
        except InvalidArgumentError:
            return False
        if key.home is None or not key.resource.startswith("key/"):
            return False
        in_place = key.region == called_region if self.home is None else key.home == self.home
        return in_place and (self.resource.startswith("alias/") or key.resource == self.resource)


@lru_cache(maxsize=256)
def parse_key_id(text: str) -> KmsKeyId:
    """Take a key id apart. It is not looked up: a well-formed id of no key is fine here.

    :raises InvalidArgumentError: empty, or an ARN that is not one of a KMS key or alias
    """
    if not text:
        raise InvalidArgumentError("the AWS KMS key id is empty")
    if not text.startswith("arn:"):
        return KmsKeyId(text, None, text if text.startswith("alias/") else f"key/{text}")
    parts = text.split(":", _ARN_PARTS - 1)
    if (
        len(parts) != _ARN_PARTS
        or not all(parts)
        or parts[2] != "kms"
        or not parts[5].removeprefix("key/").removeprefix("alias/")
        or not parts[5].startswith(("key/", "alias/"))
    ):
        raise InvalidArgumentError(
            f"{text!r} is not the ARN of an AWS KMS key or alias, such as arn:aws:kms:<region>:<account>:key/<id>"
        )
    return KmsKeyId(text, (parts[1], parts[3], parts[4]), parts[5])
