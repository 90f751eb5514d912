# SPDX-License-Identifier: Apache-2.0
"""ddbcrypt: client-side encryption and signing of Amazon DynamoDB items.

Modules and names are those of AWS's ``dynamodb-encryption-sdk``; what an application names is also here.

The import brings what the item functions need. All else is loaded when it is first named: boto3 takes longer to import
than the whole package, and an application that has it already does not wait for it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddbcrypt.attach import attach, detach
from ddbcrypt.context_overrides import override_context, override_table_name, override_table_names
from ddbcrypt.delegated_keys import DelegatedKey
from ddbcrypt.delegated_keys.jce import JceNameLocalDelegatedKey
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import (
    decrypt_dynamodb_item,
    decrypt_python_item,
    encrypt_dynamodb_item,
    encrypt_python_item,
)
from ddbcrypt.exceptions import (
    AwsKmsMaterialsProviderError,
    DecryptionError,
    DelegatedKeyDecryptionError,
    DelegatedKeyEncryptionError,
    DelegatedKeyError,
    DeserializationError,
    DuplicateSetMemberError,
    DynamodbEncryptionSdkError,
    EncryptionError,
    EngineError,
    ForeignCiphertextError,
    InvalidAlgorithmError,
    InvalidArgumentError,
    InvalidKeyError,
    InvalidMaterialDescriptionError,
    InvalidMaterialDescriptionVersionError,
    InvalidNumberError,
    InvalidTextError,
    InvalidVersionError,
    ItemNotEncryptedError,
    ItemTooLargeError,
    JceTransformationError,
    KeyStoreAliasError,
    KeyStoreError,
    KeyStoreFormatError,
    KeyStorePasswordError,
    NestingDepthError,
    NoKnownVersionError,
    OldImageError,
    ProviderStoreError,
    ReservedAttributeError,
    SerializationError,
    SignatureVerificationError,
    SigningError,
    UncertainUpdateError,
    UnknownRegionError,
    UnsupportedEncryptionModeError,
    UnsupportedOperationError,
    UnsupportedTypeError,
    UnwrappingError,
    UpdateConflictError,
    VersionAlreadyExistsError,
    WrappingError,
)
from ddbcrypt.identifiers import CryptoAction, Dialect, EncryptionKeyType, KeyEncodingType, __version__
from ddbcrypt.internal.lazy import loader
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from ddbcrypt.materials import CryptographicMaterials, DecryptionMaterials, EncryptionMaterials
from ddbcrypt.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from ddbcrypt.materials.wrapped import WrappedCryptographicMaterials
from ddbcrypt.metrics import Metrics
from ddbcrypt.pickling import allow_secrets
from ddbcrypt.structures import AttributeActions, EncryptionContext, TableIndex, TableInfo
from ddbcrypt.transform import ddb_to_dict, dict_to_ddb

if TYPE_CHECKING:
    from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
    from ddbcrypt.dynamodb.options import FailedItem, RequestOptions, request_options
    from ddbcrypt.encrypted.client import EncryptedClient
    from ddbcrypt.encrypted.resource import EncryptedResource
    from ddbcrypt.encrypted.table import EncryptedTable
    from ddbcrypt.material_providers.asymmetric import AsymmetricStaticProvider
    from ddbcrypt.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider
    from ddbcrypt.material_providers.keystore import KeyStoreMaterialsProvider
    from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
    from ddbcrypt.material_providers.rotating import KeyGeneration, RotatingMaterialsProvider
    from ddbcrypt.material_providers.store import ProviderStore
    from ddbcrypt.material_providers.store.meta import ExtraDataSupplier, MetaStore
else:
    __getattr__, __dir__ = loader(
        __name__,
        {
            "ddbcrypt.dynamodb.legacy_table": ("LegacyTableConfig",),
            "ddbcrypt.dynamodb.options": ("FailedItem", "RequestOptions", "request_options"),
            "ddbcrypt.encrypted.client": ("EncryptedClient",),
            "ddbcrypt.encrypted.resource": ("EncryptedResource",),
            "ddbcrypt.encrypted.table": ("EncryptedTable",),
            "ddbcrypt.material_providers.asymmetric": ("AsymmetricStaticProvider",),
            "ddbcrypt.material_providers.aws_kms": ("AwsKmsCryptographicMaterialsProvider",),
            "ddbcrypt.material_providers.keystore": ("KeyStoreMaterialsProvider",),
            "ddbcrypt.material_providers.most_recent": ("CachingMostRecentProvider",),
            "ddbcrypt.material_providers.rotating": ("KeyGeneration", "RotatingMaterialsProvider"),
            "ddbcrypt.material_providers.store": ("ProviderStore",),
            "ddbcrypt.material_providers.store.meta": ("ExtraDataSupplier", "MetaStore"),
        },
        submodules=("keyrings", "structured"),
    )

__all__ = (
    "AsymmetricStaticProvider",
    "AttributeActions",
    "AwsKmsCryptographicMaterialsProvider",
    "AwsKmsMaterialsProviderError",
    "CachingMostRecentProvider",
    "CryptoAction",
    "CryptoConfig",
    "CryptographicMaterials",
    "CryptographicMaterialsProvider",
    "DecryptionError",
    "DecryptionMaterials",
    "DelegatedKey",
    "DelegatedKeyDecryptionError",
    "DelegatedKeyEncryptionError",
    "DelegatedKeyError",
    "DeserializationError",
    "Dialect",
    "DuplicateSetMemberError",
    "DynamodbEncryptionSdkError",
    "EncryptedClient",
    "EncryptedResource",
    "EncryptedTable",
    "EncryptionContext",
    "EncryptionError",
    "EncryptionKeyType",
    "EncryptionMaterials",
    "EngineError",
    "ExtraDataSupplier",
    "FailedItem",
    "ForeignCiphertextError",
    "InvalidAlgorithmError",
    "InvalidArgumentError",
    "InvalidKeyError",
    "InvalidMaterialDescriptionError",
    "InvalidMaterialDescriptionVersionError",
    "InvalidNumberError",
    "InvalidTextError",
    "InvalidVersionError",
    "ItemNotEncryptedError",
    "ItemTooLargeError",
    "JceNameLocalDelegatedKey",
    "JceTransformationError",
    "KeyEncodingType",
    "KeyGeneration",
    "KeyStoreAliasError",
    "KeyStoreError",
    "KeyStoreFormatError",
    "KeyStoreMaterialsProvider",
    "KeyStorePasswordError",
    "LegacyTableConfig",
    "MetaStore",
    "Metrics",
    "NestingDepthError",
    "NoKnownVersionError",
    "OldImageError",
    "ProviderStore",
    "ProviderStoreError",
    "RawDecryptionMaterials",
    "RawEncryptionMaterials",
    "RequestOptions",
    "ReservedAttributeError",
    "RotatingMaterialsProvider",
    "SerializationError",
    "SignatureVerificationError",
    "SigningError",
    "StaticCryptographicMaterialsProvider",
    "TableIndex",
    "TableInfo",
    "UncertainUpdateError",
    "UnknownRegionError",
    "UnsupportedEncryptionModeError",
    "UnsupportedOperationError",
    "UnsupportedTypeError",
    "UnwrappingError",
    "UpdateConflictError",
    "VersionAlreadyExistsError",
    "WrappedCryptographicMaterials",
    "WrappedCryptographicMaterialsProvider",
    "WrappingError",
    "__version__",
    "allow_secrets",
    "attach",
    "ddb_to_dict",
    "decrypt_dynamodb_item",
    "decrypt_python_item",
    "detach",
    "dict_to_ddb",
    "encrypt_dynamodb_item",
    "encrypt_python_item",
    "override_context",
    "override_table_name",
    "override_table_names",
    "request_options",
)
