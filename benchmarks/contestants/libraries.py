# SPDX-License-Identifier: Apache-2.0
"""ddbcrypt and the reference client behind one set of names: they share their module and class names."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from benchmarks.shapes import KEYS, TABLE

ENCRYPTION_KEY = bytes(range(32))
SIGNING_KEY = bytes(range(32, 64))

Call = Callable[[], Any]


class Library:
    """One client, with a static provider, AES-256, HmacSHA256, and every attribute but the keys ENCRYPT_AND_SIGN."""

    def __init__(self, label: str, package: str, consumes_input: bool) -> None:
        self.label = label
        self._package = package
        # The reference's decrypt_dynamodb_item takes the reserved attributes out of the caller's dict.
        self._consumes_input = consumes_input
        functions = self._module("encrypted.item")
        self._encrypt = {"python": functions.encrypt_python_item, "wire": functions.encrypt_dynamodb_item}
        self._decrypt = {"python": functions.decrypt_python_item, "wire": functions.decrypt_dynamodb_item}
        self.to_wire: Callable[[dict[str, Any]], dict[str, Any]] = self._module("transform").dict_to_ddb
        #: Many items in one call; the reference has no such function.
        self._many = {name: getattr(functions, f"{name}_many", None) for name in ("encrypt", "decrypt")}
        self.config = self._config()

    def _module(self, name: str) -> Any:
        return importlib.import_module(f"{self._package}.{name}")

    def _config(self) -> Any:
        jce = self._module("delegated_keys.jce")
        raw = self._module("materials.raw")
        static = self._module("material_providers.static")
        structures = self._module("structures")
        action = self._module("identifiers").CryptoAction
        encoding = self._module("identifiers").EncryptionKeyType.SYMMETRIC
        key_encoding = self._module("identifiers").KeyEncodingType.RAW

        def key(material: bytes, algorithm: str) -> Any:
            return jce.JceNameLocalDelegatedKey(material, algorithm, encoding, key_encoding)

        encryption_key, signing_key = key(ENCRYPTION_KEY, "AES"), key(SIGNING_KEY, "HmacSHA256")
        provider = static.StaticCryptographicMaterialsProvider(
            encryption_materials=raw.RawEncryptionMaterials(signing_key=signing_key, encryption_key=encryption_key),
            decryption_materials=raw.RawDecryptionMaterials(
                verification_key=signing_key, decryption_key=encryption_key
            ),
        )
        return self._module("encrypted").CryptoConfig(
            materials_provider=provider,
            encryption_context=structures.EncryptionContext(
                table_name=TABLE, partition_key_name=KEYS[0], sort_key_name=KEYS[1]
            ),
            attribute_actions=structures.AttributeActions(
                default_action=action.ENCRYPT_AND_SIGN,
                attribute_actions=dict.fromkeys(KEYS, action.SIGN_ONLY),
            ),
        )

    def encrypt(self, item: dict[str, Any], form: str) -> dict[str, Any]:
        return dict(self._encrypt[form](item, self.config))

    def decrypt(self, item: dict[str, Any], form: str) -> dict[str, Any]:
        return dict(self._decrypt[form](dict(item), self.config))

    def call(self, item: dict[str, Any], form: str, direction: str) -> Call:
        """What is timed: ``encrypt`` of the plaintext ``item``, or ``decrypt`` of what that gives."""
        if direction == "encrypt":
            return self._encrypt_call(item, form)
        return self._decrypt_call(self.encrypt(item, form), form)

    def batch_call(self, items: list[dict[str, Any]], form: str, direction: str) -> Call:
        """As :meth:`call`, for many items at once."""
        config, run, wire = self.config, self._many[direction], form == "wire"
        assert run is not None
        given = items if direction == "encrypt" else [self.encrypt(item, form) for item in items]
        jobs = [(item, config) for item in given]
        return lambda: run(jobs, wire=wire)

    def _encrypt_call(self, item: dict[str, Any], form: str) -> Call:
        function, config = self._encrypt[form], self.config
        return lambda: function(item, config)

    def _decrypt_call(self, encrypted: dict[str, Any], form: str) -> Call:
        function, config = self._decrypt[form], self.config
        if self._consumes_input and form == "wire":
            return lambda: function(dict(encrypted), config)
        return lambda: function(encrypted, config)


def ddbcrypt() -> Library:
    return Library("ddbcrypt", "ddbcrypt", consumes_input=False)


def reference() -> Library:
    return Library("reference", "dynamodb_encryption_sdk", consumes_input=True)


def check_agreement(ours: Library, theirs: Library, item: dict[str, Any]) -> None:
    """Each library must read what the other wrote, or the times compare different work. Raises AssertionError."""
    for form, plain in (("python", item), ("wire", theirs.to_wire(item))):
        expected = theirs.decrypt(theirs.encrypt(plain, form), form)
        for writer in (ours, theirs):
            for reader in (ours, theirs):
                if reader.decrypt(writer.encrypt(plain, form), form) != expected:
                    raise AssertionError(f"{reader.label} read another item than {writer.label} wrote ({form})")
