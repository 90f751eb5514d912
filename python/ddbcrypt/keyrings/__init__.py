# SPDX-License-Identifier: Apache-2.0
"""Keyrings, materials managers and branch key stores of the structured format.

A keyring makes, encrypts and decrypts the data keys of items; a materials manager (CMM) stands in front of it and
decides what an item gets. Formats are those of AWS's Material Providers Library, so each reads what the other wrote.

Each is loaded when it is first named: those of AWS KMS import botocore, raw ones do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddbcrypt.internal.lazy import loader

if TYPE_CHECKING:
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
    from ddbcrypt.keyrings.hierarchical import AwsKmsHierarchicalKeyring
    from ddbcrypt.keyrings.interface import Keyring
    from ddbcrypt.keyrings.key_store_configuration import (
        KmsConfiguration,
        KmsDiscovery,
        KmsKeyArn,
        KmsMultiRegionDiscovery,
        KmsMultiRegionKeyArn,
    )
    from ddbcrypt.keyrings.key_supplier import BranchKeyIdSupplier, branch_key_id_by_key
    from ddbcrypt.keyrings.materials import DecryptionMaterials, EncryptedDataKey, EncryptionMaterials
    from ddbcrypt.keyrings.mpl import adapt
    from ddbcrypt.keyrings.multi import MultiKeyring
    from ddbcrypt.keyrings.raw_aes import RawAesKeyring
    from ddbcrypt.keyrings.raw_rsa import RawRsaKeyring, RsaPadding
    from ddbcrypt.keyrings.required_context import RequiredEncryptionContextCmm
    from ddbcrypt.keyrings.suites import AlgorithmSuite

else:
    __getattr__, __dir__ = loader(
        __name__,
        {
            "ddbcrypt.keyrings.aws_kms": ("AwsKmsKeyring", "AwsKmsMrkKeyring"),
            "ddbcrypt.keyrings.aws_kms_discovery": (
                "AwsKmsDiscoveryKeyring",
                "AwsKmsMrkDiscoveryKeyring",
                "DiscoveryFilter",
            ),
            "ddbcrypt.keyrings.aws_kms_multi": (
                "ClientSupplier",
                "aws_kms_discovery_multi_keyring",
                "aws_kms_mrk_discovery_multi_keyring",
                "aws_kms_mrk_multi_keyring",
                "aws_kms_multi_keyring",
            ),
            "ddbcrypt.keyrings.branch_key_cache": ("BranchKeyCache",),
            "ddbcrypt.keyrings.branch_key_store": ("BranchKeyStore", "KeyStoreInfo"),
            "ddbcrypt.keyrings.branch_keys": ("BeaconKeyMaterials", "BranchKeyMaterials"),
            "ddbcrypt.keyrings.caching": ("CachingCmm",),
            "ddbcrypt.keyrings.cmm": ("CryptographicMaterialsManager", "DefaultCmm", "as_cmm"),
            "ddbcrypt.keyrings.errors": (
                "BranchKeyExistsError",
                "BranchKeyNotFoundError",
                "BranchKeyStoreError",
                "DataKeyUnwrappingError",
                "DataKeyWrappingError",
                "EncryptionContextError",
                "InvalidMaterialsError",
                "KeyringError",
            ),
            "ddbcrypt.keyrings.hierarchical": ("AwsKmsHierarchicalKeyring",),
            "ddbcrypt.keyrings.interface": ("Keyring",),
            "ddbcrypt.keyrings.key_store_configuration": (
                "KmsConfiguration",
                "KmsDiscovery",
                "KmsKeyArn",
                "KmsMultiRegionDiscovery",
                "KmsMultiRegionKeyArn",
            ),
            "ddbcrypt.keyrings.key_supplier": (
                "BranchKeyIdSupplier",
                "branch_key_id_by_key",
            ),
            "ddbcrypt.keyrings.materials": ("DecryptionMaterials", "EncryptedDataKey", "EncryptionMaterials"),
            "ddbcrypt.keyrings.mpl": ("adapt",),
            "ddbcrypt.keyrings.multi": ("MultiKeyring",),
            "ddbcrypt.keyrings.raw_aes": ("RawAesKeyring",),
            "ddbcrypt.keyrings.raw_rsa": ("RawRsaKeyring", "RsaPadding"),
            "ddbcrypt.keyrings.required_context": ("RequiredEncryptionContextCmm",),
            "ddbcrypt.keyrings.suites": ("AlgorithmSuite",),
        },
    )

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
