# SPDX-License-Identifier: Apache-2.0
"""Keyrings that decrypt with whatever AWS KMS key an item names (framework/aws-kms/aws-kms-discovery-keyring.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from botocore.client import BaseClient
from botocore.session import Session

from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.internal.validate import require_instance, require_optional
from ddbcrypt.keyrings.aws_kms import decrypt_with_kms
from ddbcrypt.keyrings.errors import DataKeyWrappingError
from ddbcrypt.keyrings.interface import Keyring
from ddbcrypt.keyrings.kms_arns import in_region, is_multi_region
from ddbcrypt.keyrings.kms_calls import KmsCaller
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.material_providers.kms.key_ids import KmsKeyId

__all__ = ("AwsKmsDiscoveryKeyring", "AwsKmsMrkDiscoveryKeyring", "DiscoveryFilter")


class DiscoveryFilter:
    """Whose AWS KMS keys may decrypt. Immutable and safe to share between threads.

    :param account_ids: AWS accounts, at least one
    :param partition: AWS partition, ``aws`` for the commercial one
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: no account, or an empty text
    """

    def __init__(self, account_ids: Iterable[str], partition: str = "aws") -> None:
        if isinstance(account_ids, str):
            raise TypeError('"account_ids" must be a list or another collection of str, not str')
        self._account_ids = frozenset(account_ids)
        self._partition = partition
        for text in (*self._account_ids, partition):
            require_instance("account_ids and partition", text, str)
        if not self._account_ids or not all((*self._account_ids, partition)):
            raise InvalidArgumentError("a discovery filter needs at least one account, and no empty text")

    def allows(self, key: KmsKeyId) -> bool:
        """Tell whether a key of that ARN may decrypt.

        :param key: a key ARN, taken apart
        """
        return key.home is not None and key.home[0] == self._partition and key.home[2] in self._account_ids

    def __repr__(self) -> str:
        return f"DiscoveryFilter(account_ids={sorted(self._account_ids)!r}, partition={self._partition!r})"


class AwsKmsDiscoveryKeyring(Keyring):
    """Decrypts with the AWS KMS key that a data key names, where the caller may use it. It does not encrypt.

    The item says which key is asked, so anyone who may write items and has a key that the caller may use can make items
    that decrypt: give a filter. One call for each data key that is tried. Safe to share between threads.

    :param kms_client: boto3 or botocore KMS client; None to make one for the session's region
    :param discovery_filter: accounts and partition whose keys may be used; None for all
    :param grant_tokens: list or tuple of grant tokens that are sent with every call
    :param botocore_session: where a client that is not given comes from; None for a new session
    :raises TypeError: an argument is of another type
    """

    makes_network_calls = True

    def __init__(
        self,
        kms_client: BaseClient | None = None,
        discovery_filter: DiscoveryFilter | None = None,
        *,
        grant_tokens: Sequence[str] = (),
        botocore_session: Session | None = None,
    ) -> None:
        require_optional("discovery_filter", discovery_filter, DiscoveryFilter)
        self._filter = discovery_filter
        self._kms = KmsCaller(kms_client, botocore_session, None, grant_tokens)

    def on_encrypt(self, materials: EncryptionMaterials) -> NoReturn:
        """Refuse: which key to encrypt with is not to be discovered.

        :param materials: not used
        :raises DataKeyWrappingError: always
        """
        raise DataKeyWrappingError(
            f"{type(self).__name__} only decrypts: encrypt with AwsKmsKeyring or AwsKmsMrkKeyring"
        )

    def on_decrypt(
        self, materials: DecryptionMaterials, encrypted_data_keys: Sequence[EncryptedDataKey]
    ) -> DecryptionMaterials:
        """Have KMS decrypt the first data key that it can: one network call for each that is tried.

        :param materials: materials without a plaintext data key
        :param encrypted_data_keys: those of an item
        :raises DataKeyUnwrappingError: none passes the filter, or KMS refused, was not reached or answered for another
            key
        """
        return decrypt_with_kms(self._kms, repr(self), materials, encrypted_data_keys, self._key_for)

    def _key_for(self, found: KmsKeyId) -> str | None:
        return found.text if self._filter is None or self._filter.allows(found) else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(discovery_filter={self._filter!r})"


class AwsKmsMrkDiscoveryKeyring(AwsKmsDiscoveryKeyring):
    """As :class:`AwsKmsDiscoveryKeyring`, within one region: multi-Region keys are asked for at their replica there.

    Data keys of single-Region keys elsewhere are passed over. Safe to share between threads.

    :param kms_client: KMS client of ``region``; None to make one
    :param region: region that is called; None for the client's
    :param discovery_filter: accounts and partition whose keys may be used; None for all
    :param grant_tokens: list or tuple of grant tokens that are sent with every call
    :param botocore_session: where a client that is not given comes from; None for a new session
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: neither client nor region, or the client is another region's
    """

    def __init__(
        self,
        kms_client: BaseClient | None = None,
        region: str | None = None,
        discovery_filter: DiscoveryFilter | None = None,
        *,
        grant_tokens: Sequence[str] = (),
        botocore_session: Session | None = None,
    ) -> None:
        super().__init__(kms_client, discovery_filter, grant_tokens=grant_tokens, botocore_session=botocore_session)
        require_optional("region", region, str)
        if kms_client is None:
            if not region:
                raise InvalidArgumentError("give the KMS client, or the region to make one for")
            self._kms = KmsCaller(None, botocore_session, region, grant_tokens)
        elif region is not None and region != kms_client.meta.region_name:
            raise InvalidArgumentError(f"the KMS client is of {kms_client.meta.region_name}, and not of {region}")
        self._region: str = region or self._kms.region

    def _key_for(self, found: KmsKeyId) -> str | None:
        if super()._key_for(found) is None:
            return None
        if not is_multi_region(found) and found.region != self._region:
            return None
        return in_region(found, self._region)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(region={self._region!r}, discovery_filter={self._filter!r})"
