# SPDX-License-Identifier: Apache-2.0
"""Keyrings, materials managers and branch key stores of the structured format.

A keyring makes, encrypts and decrypts the data keys of items; a materials manager (CMM) stands in front of it and
decides what an item gets. Formats are those of AWS's Material Providers Library, so each reads what the other wrote.
"""

from __future__ import annotations

from ddbcrypt.keyrings.aws_kms import AwsKmsKeyring, AwsKmsMrkKeyring
from ddbcrypt.keyrings.aws_kms_discovery import AwsKmsDiscoveryKeyring, AwsKmsMrkDiscoveryKeyring, DiscoveryFilter
from ddbcrypt.keyrings.aws_kms_multi import (
    ClientSupplier,
    aws_kms_discovery_multi_keyring,
    aws_kms_mrk_discovery_multi_keyring,
    aws_kms_mrk_multi_keyring,
    aws_kms_multi_keyring,
)
from ddbcrypt.keyrings.branch_key_cache import BranchKeyCache
from ddbcrypt.keyrings.branch_key_store import BranchKeyStore, KeyStoreInfo
from ddbcrypt.keyrings.branch_keys import BeaconKeyMaterials, BranchKeyMaterials
from ddbcrypt.keyrings.caching import CachingCmm
from ddbcrypt.keyrings.cmm import CryptographicMaterialsManager, DefaultCmm, as_cmm
from ddbcrypt.keyrings.errors import (
    BranchKeyExistsError,
    BranchKeyNotFoundError,
    BranchKeyStoreError,
    DataKeyUnwrappingError,
    DataKeyWrappingError,
    EncryptionContextError,
    InvalidMaterialsError,
    KeyringError,
)
from ddbcrypt.keyrings.hierarchical import AwsKmsHierarchicalKeyring, BranchKeyIdSupplier
from ddbcrypt.keyrings.interface import Keyring
from ddbcrypt.keyrings.key_store_configuration import (
    KmsConfiguration,
    KmsDiscovery,
    KmsKeyArn,
    KmsMultiRegionDiscovery,
    KmsMultiRegionKeyArn,
)
from ddbcrypt.keyrings.key_supplier import branch_key_id_by_key
from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
from ddbcrypt.keyrings.mpl import adapt
from ddbcrypt.keyrings.multi import MultiKeyring
from ddbcrypt.keyrings.raw_aes import RawAesKeyring
from ddbcrypt.keyrings.raw_rsa import RawRsaKeyring, RsaPadding
from ddbcrypt.keyrings.required_context import RequiredEncryptionContextCmm
from ddbcrypt.keyrings.suites import AlgorithmSuite

__all__ = (
    "AlgorithmSuite",
    "AwsKmsDiscoveryKeyring",
    "AwsKmsHierarchicalKeyring",
    "AwsKmsKeyring",
    "AwsKmsMrkDiscoveryKeyring",
    "AwsKmsMrkKeyring",
    "BeaconKeyMaterials",
    "BranchKeyCache",
    "BranchKeyExistsError",
    "BranchKeyIdSupplier",
    "BranchKeyMaterials",
    "BranchKeyNotFoundError",
    "BranchKeyStore",
    "BranchKeyStoreError",
    "CachingCmm",
    "ClientSupplier",
    "CryptographicMaterialsManager",
    "DataKeyUnwrappingError",
    "DataKeyWrappingError",
    "DecryptionMaterials",
    "DefaultCmm",
    "DiscoveryFilter",
    "EncryptedDataKey",
    "EncryptionContextError",
    "EncryptionMaterials",
    "InvalidMaterialsError",
    "KeyStoreInfo",
    "Keyring",
    "KeyringError",
    "KmsConfiguration",
    "KmsDiscovery",
    "KmsKeyArn",
    "KmsMultiRegionDiscovery",
    "KmsMultiRegionKeyArn",
    "MultiKeyring",
    "RawAesKeyring",
    "RawRsaKeyring",
    "RequiredEncryptionContextCmm",
    "RsaPadding",
    "adapt",
    "as_cmm",
    "aws_kms_discovery_multi_keyring",
    "aws_kms_mrk_discovery_multi_keyring",
    "aws_kms_mrk_multi_keyring",
    "aws_kms_multi_keyring",
    "branch_key_id_by_key",
)
