# SPDX-License-Identifier: Apache-2.0
"""Configurations of tables in the legacy format."""

from __future__ import annotations

from typing import Final

from ddbcrypt.cli.table_files.providers import read_provider
from ddbcrypt.cli.table_files.section import REFUSALS, Section
from ddbcrypt.context_overrides import override_context
from ddbcrypt.dynamodb.legacy_table import LegacyTableConfig
from ddbcrypt.identifiers import CryptoAction, Dialect
from ddbcrypt.structures import AttributeActions

_ACTIONS: Final = (CryptoAction.DO_NOTHING, CryptoAction.SIGN_ONLY, CryptoAction.ENCRYPT_AND_SIGN)


def read_legacy(section: Section) -> LegacyTableConfig:
    """Make the configuration of a whole file."""
    default = section.action("default_action", _ACTIONS, CryptoAction.ENCRYPT_AND_SIGN)
    attributes = section.actions("attribute_actions", _ACTIONS)
    dialect = Dialect[section.choice("dialect", ("python", "java"), "python").upper()]
    rounded = section.flag("accept_28_digit_numbers")
    signed_as = section.optional_text("table_name")
    provider = read_provider(section.section("provider"))
    section.end()
    try:
        return LegacyTableConfig(
            provider,
            AttributeActions(default, attributes),
            dialect=dialect,
            accept_28_digit_numbers=rounded,
            encryption_context_override=None if signed_as is None else override_context(table_name=signed_as),
        )
    except REFUSALS as error:
        raise section.refusal(error) from error
