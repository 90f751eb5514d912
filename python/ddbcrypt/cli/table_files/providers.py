# SPDX-License-Identifier: Apache-2.0
"""Materials providers of configurations in the legacy format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from ddbcrypt.cli.table_files.key_files import optional_key, read_file, read_password, required_key
from ddbcrypt.cli.table_files.section import REFUSALS, Section
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider
from ddbcrypt.material_providers.keystore import KeyStoreMaterialsProvider
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.material_providers.static import StaticCryptographicMaterialsProvider
from ddbcrypt.material_providers.store.meta import MetaStore
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from ddbcrypt.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials

_VERSION_TTL: Final = 60.0


def read_provider(section: Section) -> CryptographicMaterialsProvider:
    """Make the provider that a table describes."""
    make = _PROVIDERS[section.choice("type", _PROVIDERS)]
    try:
        provider = make(section)
    except (*REFUSALS, OSError, BotoCoreError) as error:
        raise section.refusal(error) from error
    section.end()
    return provider


def _static(section: Section) -> CryptographicMaterialsProvider:
    encryption = optional_key(section, "encryption_key")
    signing = required_key(section, "signing_key")
    verification = optional_key(section, "verification_key") or signing
    description = section.text_table("material_description")
    return StaticCryptographicMaterialsProvider(
        decryption_materials=RawDecryptionMaterials(verification, encryption, description),
        encryption_materials=RawEncryptionMaterials(signing, encryption, description),
    )


def _wrapped(section: Section) -> CryptographicMaterialsProvider:
    wrapping = optional_key(section, "wrapping_key")
    unwrapping = optional_key(section, "unwrapping_key") or wrapping
    if unwrapping is None:
        raise section.error("wrapping_key", "it is missing; it has to be a table, or unwrapping_key")
    return WrappedCryptographicMaterialsProvider(
        required_key(section, "signing_key"),
        wrapping,
        unwrapping,
        section.text_table("material_description"),
        accepted_wrapping_algorithms=section.texts("accepted_wrapping_algorithms"),
        accepted_content_algorithms=section.texts("accepted_content_algorithms"),
    )


def _kms(section: Section) -> CryptographicMaterialsProvider:
    session = Session()
    region = section.optional_text("region")
    if region is not None:
        session.set_config_variable("region", region)
    return AwsKmsCryptographicMaterialsProvider(
        section.text("key_id"),
        session,
        section.texts("grant_tokens"),
        section.text_table("material_description"),
        accepted_key_ids=section.texts("accepted_key_ids"),
        discovery=section.flag("discovery"),
        accepted_algorithms=section.texts("accepted_algorithms"),
    )


def _most_recent(section: Section) -> CryptographicMaterialsProvider:
    inner = read_provider(section.section("store_provider"))
    sdk: Any = boto3
    resource = sdk.resource(
        "dynamodb", region_name=section.optional_text("region"), endpoint_url=section.optional_text("endpoint_url")
    )
    store = MetaStore(resource.Table(section.text("store_table")), inner)
    return CachingMostRecentProvider(
        store, section.text("material_name"), float(section.number("version_ttl", _VERSION_TTL))
    )


def _key_store(section: Section) -> CryptographicMaterialsProvider:
    path, data = read_file(section, "file")
    section.files.contents[f"{section.name}.file"] = data
    password = read_password(section, "password_file")
    if password is None:
        raise section.error("password_file", "it is missing; it has to be the name of a file")
    return KeyStoreMaterialsProvider(
        path,
        password,
        section.text("encryption_alias"),
        section.text("signing_alias"),
        section.text_table("material_description"),
        encryption_password=read_password(section, "encryption_password_file"),
        signing_password=read_password(section, "signing_password_file"),
        accepted_wrapping_algorithms=section.texts("accepted_wrapping_algorithms"),
        accepted_content_algorithms=section.texts("accepted_content_algorithms"),
    )


_PROVIDERS: Final[dict[str, Callable[[Section], CryptographicMaterialsProvider]]] = {
    "static": _static,
    "wrapped": _wrapped,
    "kms": _kms,
    "most_recent": _most_recent,
    "key_store": _key_store,
}
