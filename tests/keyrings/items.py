# SPDX-License-Identifier: Apache-2.0
"""Items of the structured format, encrypted by the engine with the materials of keyrings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ddbcrypt import _engine
from ddbcrypt.keyrings import (
    AlgorithmSuite,
    CryptographicMaterialsManager,
    EncryptedDataKey,
    Keyring,
    RequiredEncryptionContextCmm,
    as_cmm,
)
from tests.structured.cases import Case


def encrypt_item(manager: Keyring | CryptographicMaterialsManager, case: Case) -> dict[str, Any]:
    """The item of a case as it is stored; what its context holds of the item is not stored in the header."""
    context = _engine.structured_context(case.item, True, case.plan)
    materials = RequiredEncryptionContextCmm(manager, context).get_encryption_materials(
        context, AlgorithmSuite(case.suite)
    )
    assert materials.plaintext_data_key is not None
    keys = [(key.provider_id.encode(), key.provider_info, key.ciphertext) for key in materials.encrypted_data_keys]
    given = (
        int(materials.algorithm_suite),
        materials.plaintext_data_key,
        keys,
        dict(materials.encryption_context),
        list(materials.required_context_keys),
        materials.signing_key,
        list(materials.symmetric_signing_keys),
    )
    return _engine.structured_encrypt(case.item, True, case.plan, given)


def decrypt_item(
    manager: Keyring | CryptographicMaterialsManager, case: Case, item: Mapping[str, Any]
) -> dict[str, Any]:
    """A stored item, verified and decrypted."""
    header = _engine.structured_header(item, True)
    suite = AlgorithmSuite(header["suite"])
    keys = [EncryptedDataKey(provider.decode(), info, ciphertext) for provider, info, ciphertext in header["data_keys"]]
    materials = as_cmm(manager).decrypt_materials(
        suite,
        keys,
        header["encryption_context"],
        reproduced_context=_engine.structured_context(item, True, case.plan),
    )
    given = (
        int(suite),
        materials.plaintext_data_key,
        header["data_keys"],
        dict(materials.encryption_context),
        [],
        materials.verification_key,
        [materials.symmetric_signing_key],
    )
    return _engine.structured_decrypt(item, True, case.plan, given)
