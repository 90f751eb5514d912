# SPDX-License-Identifier: Apache-2.0
"""Keyrings of configurations in the structured format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from botocore.exceptions import BotoCoreError
from botocore.session import Session

from ddbcrypt.cli.table_files.key_files import read_key_bytes
from ddbcrypt.cli.table_files.section import REFUSALS, Section
from ddbcrypt.keyrings import (
    AwsKmsDiscoveryKeyring,
    AwsKmsHierarchicalKeyring,
    AwsKmsKeyring,
    AwsKmsMrkKeyring,
    BranchKeyStore,
    DiscoveryFilter,
    Keyring,
    KmsKeyArn,
    MultiKeyring,
    RawAesKeyring,
    RawRsaKeyring,
    RsaPadding,
)

_BRANCH_KEY_TTL: Final = 600.0
_DEPTH: Final = 4


def read_keyring(section: Section, depth: int = 1) -> Keyring:
    """Make the keyring that a table describes."""
    kind = section.choice("type", (*_KEYRINGS, "multi"))
    try:
        keyring = _multi(section, depth) if kind == "multi" else _KEYRINGS[kind](section)
    except (*REFUSALS, BotoCoreError) as error:
        raise section.refusal(error) from error
    section.end()
    return keyring


def _multi(section: Section, depth: int) -> Keyring:
    if depth == _DEPTH:
        raise section.error("type", f"keyrings can be {_DEPTH} deep")
    generator = section.optional_section("generator")
    return MultiKeyring(
        None if generator is None else read_keyring(generator, depth + 1),
        [read_keyring(child, depth + 1) for child in section.sections("children")],
    )


def _raw_aes(section: Section) -> Keyring:
    return RawAesKeyring(section.text("namespace"), section.text("name"), read_key_bytes(section, "key_file"))


def _raw_rsa(section: Section) -> Keyring:
    public, private = (
        read_key_bytes(section, name) if section.has(name) else None for name in ("public_key_file", "private_key_file")
    )
    padding = section.choice("padding", [padding.value for padding in RsaPadding])
    return RawRsaKeyring(section.text("namespace"), section.text("name"), padding, public, private)


def _kms(section: Section) -> Keyring:
    kind = AwsKmsMrkKeyring if section.flag("multi_region") else AwsKmsKeyring
    return kind(section.text("key_id"), grant_tokens=section.texts("grant_tokens"), botocore_session=_session(section))


def _kms_discovery(section: Section) -> Keyring:
    accounts = section.texts("account_ids")
    if not accounts:
        raise section.error("account_ids", "it is missing; it has to be a list of AWS accounts")
    return AwsKmsDiscoveryKeyring(
        discovery_filter=DiscoveryFilter(accounts, section.optional_text("partition") or "aws"),
        grant_tokens=section.texts("grant_tokens"),
        botocore_session=_session(section),
    )


def _hierarchical(section: Section) -> Keyring:
    endpoint = section.optional_text("endpoint_url")
    session = _session(section)
    store = BranchKeyStore(
        section.text("store_table"),
        section.text("logical_store_name"),
        KmsKeyArn(section.text("kms_key_arn")),
        dynamodb_client=None if endpoint is None else session.create_client("dynamodb", endpoint_url=endpoint),
        grant_tokens=section.texts("grant_tokens"),
        botocore_session=session,
    )
    ttl = float(section.number("ttl_seconds", _BRANCH_KEY_TTL))
    return AwsKmsHierarchicalKeyring(store, section.text("branch_key_id"), ttl_seconds=ttl)


def _session(section: Section) -> Session:
    session = Session()
    region = section.optional_text("region")
    if region is not None:
        session.set_config_variable("region", region)
    return session


_KEYRINGS: Final[dict[str, Callable[[Section], Keyring]]] = {
    "raw_aes": _raw_aes,
    "raw_rsa": _raw_rsa,
    "kms": _kms,
    "kms_discovery": _kms_discovery,
    "hierarchical": _hierarchical,
}
