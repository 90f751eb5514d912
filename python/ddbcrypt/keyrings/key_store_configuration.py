# SPDX-License-Identifier: Apache-2.0
"""Which AWS KMS keys a branch key store uses (framework/branch-key-store.md, "AWS KMS Configuration")."""

from __future__ import annotations

import dataclasses

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.keyrings.errors import BranchKeyStoreError
from ddbcrypt.keyrings.kms_arns import in_region, match_for_decrypt, parse_key_arn

__all__ = ("KmsConfiguration", "KmsDiscovery", "KmsKeyArn", "KmsMultiRegionDiscovery", "KmsMultiRegionKeyArn")


@dataclasses.dataclass(frozen=True)
class KmsKeyArn:
    """The one key of that ARN, exactly. Immutable.

    :param arn: a key ARN, no alias
    """

    arn: str


@dataclasses.dataclass(frozen=True)
class KmsMultiRegionKeyArn:
    """The key of that ARN; branch keys of another replica of the same multi-Region key are decrypted too. Immutable.

    :param arn: a key ARN, no alias
    """

    arn: str


@dataclasses.dataclass(frozen=True)
class KmsDiscovery:
    """The key that a branch key's record names. Only to read branch keys, not to make them. Immutable."""


@dataclasses.dataclass(frozen=True)
class KmsMultiRegionDiscovery:
    """The key that a branch key's record names; of a multi-Region key the replica in a region. Only to read. Immutable.

    :param region: region of the replicas that are called
    """

    region: str


#: One of the four configurations.
KmsConfiguration = KmsKeyArn | KmsMultiRegionKeyArn | KmsDiscovery | KmsMultiRegionDiscovery


def check_configuration(configuration: object) -> KmsConfiguration:
    """Refuse what is no configuration, an alias, and a region that is empty."""
    if isinstance(configuration, (KmsKeyArn, KmsMultiRegionKeyArn)):
        parse_key_arn(configuration.arn)
        return configuration
    if isinstance(configuration, KmsMultiRegionDiscovery):
        if not configuration.region:
            raise InvalidArgumentError("KmsMultiRegionDiscovery needs a region")
        return configuration
    if isinstance(configuration, KmsDiscovery):
        return configuration
    raise TypeError(
        '"kms_configuration" must be KmsKeyArn, KmsMultiRegionKeyArn, KmsDiscovery or KmsMultiRegionDiscovery, not '
        + type(configuration).__name__
    )


def region_of(configuration: KmsConfiguration) -> str | None:
    """Give the region that clients are made for; None for the session's."""
    if isinstance(configuration, (KmsKeyArn, KmsMultiRegionKeyArn)):
        return parse_key_arn(configuration.arn).region
    return configuration.region if isinstance(configuration, KmsMultiRegionDiscovery) else None


def own_key(configuration: KmsConfiguration) -> str:
    """Give the key that new branch keys are made under.

    :raises BranchKeyStoreError: it is a discovery, which makes none
    """
    if isinstance(configuration, (KmsKeyArn, KmsMultiRegionKeyArn)):
        return configuration.arn
    raise BranchKeyStoreError(
        f"a branch key store with {type(configuration).__name__} only reads branch keys: to make one, give it KmsKeyArn"
    )


def key_for(configuration: KmsConfiguration, kms_arn: str) -> str:
    """Give the key to call for a record of ``kms_arn``.

    :raises BranchKeyStoreError: the configuration does not allow that key, or it is not named by a key ARN
    """
    if isinstance(configuration, (KmsKeyArn, KmsMultiRegionKeyArn)):
        exact = isinstance(configuration, KmsKeyArn)
        if kms_arn == configuration.arn or (not exact and match_for_decrypt(configuration.arn, kms_arn)):
            return configuration.arn
        raise BranchKeyStoreError(
            f"the branch key is of {kms_arn}, and the store is configured for {configuration.arn}"
        )
    try:
        found = parse_key_arn(kms_arn)
    except InvalidArgumentError as error:
        raise BranchKeyStoreError(f"the branch key's record does not name its KMS key by a key ARN: {error}") from error
    return in_region(found, configuration.region) if isinstance(configuration, KmsMultiRegionDiscovery) else kms_arn
