# SPDX-License-Identifier: Apache-2.0
"""Configurations of tables in the structured format."""

from __future__ import annotations

from typing import Final

from ddbcrypt.cli.table_files.keyrings import read_keyring
from ddbcrypt.cli.table_files.section import REFUSALS, Section
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.keyrings import AlgorithmSuite
from ddbcrypt.structured import DynamoDbTableEncryptionConfig

_CONTEXT: Final = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
_SUITES: Final = {suite.name.lower(): suite for suite in AlgorithmSuite}


def read_structured(section: Section) -> DynamoDbTableEncryptionConfig:
    """Make the configuration of a whole file. Key attributes need no action: there is one for them."""
    name = section.text("logical_table_name")
    partition, sort = section.text("partition_key_name"), section.optional_text("sort_key_name")
    actions = section.actions("attribute_actions", tuple(CryptoAction))
    of_keys = _CONTEXT if _CONTEXT in actions.values() else CryptoAction.SIGN_ONLY
    for key in (partition, sort):
        if key is not None:
            actions.setdefault(key, of_keys)
    unsigned = section.texts("allowed_unsigned_attributes")
    for attribute in unsigned:
        actions.setdefault(attribute, CryptoAction.DO_NOTHING)
    prefix = section.optional_text("allowed_unsigned_attribute_prefix")
    suite = _SUITES[section.choice("algorithm_suite", _SUITES, AlgorithmSuite.ECDSA_P384.name.lower())]
    keyring = read_keyring(section.section("keyring"))
    section.end()
    try:
        return DynamoDbTableEncryptionConfig(
            logical_table_name=name,
            partition_key_name=partition,
            sort_key_name=sort,
            attribute_actions_on_encrypt=actions,
            allowed_unsigned_attributes=unsigned,
            allowed_unsigned_attribute_prefix=prefix,
            keyring=keyring,
            algorithm_suite_id=suite,
        )
    except REFUSALS as error:
        raise section.refusal(error) from error
