# SPDX-License-Identifier: Apache-2.0
"""The public names: what the reference client has, here too, under the same module and with the same bases."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil

import dynamodb_encryption_sdk.exceptions as reference_exceptions
import pytest

import ddbcrypt
from ddbcrypt import exceptions

SAME_MODULES = {
    "delegated_keys": ("DelegatedKey",),
    "delegated_keys.jce": ("JceNameLocalDelegatedKey",),
    "encrypted": ("CryptoConfig",),
    "encrypted.client": ("EncryptedClient",),
    "encrypted.item": (
        "decrypt_dynamodb_item",
        "decrypt_python_item",
        "encrypt_dynamodb_item",
        "encrypt_python_item",
    ),
    "encrypted.table": ("EncryptedTable",),
    "identifiers": ("CryptoAction", "EncryptionKeyType", "KeyEncodingType"),
    "material_providers": ("CryptographicMaterialsProvider",),
    "material_providers.static": ("StaticCryptographicMaterialsProvider",),
    "materials": ("CryptographicMaterials", "DecryptionMaterials", "EncryptionMaterials"),
    "materials.raw": ("RawDecryptionMaterials", "RawEncryptionMaterials"),
    "structures": ("AttributeActions", "EncryptionContext", "TableIndex", "TableInfo"),
    "transform": ("ddb_to_dict", "dict_to_ddb"),
}


def _reference_exceptions() -> list[str]:
    return [
        name
        for name, value in inspect.getmembers(reference_exceptions, inspect.isclass)
        if issubclass(value, reference_exceptions.DynamodbEncryptionSdkError)
    ]


@pytest.mark.parametrize("name", _reference_exceptions())
def test_exceptions_of_the_reference_keep_name_and_bases(name: str) -> None:
    theirs = [base.__name__ for base in getattr(reference_exceptions, name).__mro__]
    ours = [base.__name__ for base in getattr(exceptions, name).__mro__]
    assert ours[: len(theirs)] == theirs or set(theirs) <= set(ours)


@pytest.mark.parametrize("name", exceptions.__all__)
def test_exceptions_are_public_and_documented(name: str) -> None:
    kind = getattr(ddbcrypt, name)
    assert kind is getattr(exceptions, name)
    assert issubclass(kind, exceptions.DynamodbEncryptionSdkError)
    assert kind.__doc__
    assert name in ddbcrypt.__all__
    error = pickle.loads(pickle.dumps(kind("message")))
    assert type(error) is kind
    assert error.args == ("message",)
    assert (error.attribute, error.item_key, error.index) == (None, None, None)


@pytest.mark.parametrize(("module", "names"), SAME_MODULES.items())
def test_modules_and_signatures_are_the_references(module: str, names: tuple[str, ...]) -> None:
    ours = importlib.import_module(f"ddbcrypt.{module}")
    theirs = importlib.import_module(f"dynamodb_encryption_sdk.{module}")
    for name in names:
        assert getattr(ddbcrypt, name) is getattr(ours, name)
        assert name in ours.__all__
        our_parameters = list(inspect.signature(getattr(ours, name)).parameters.values())
        their_parameters = list(inspect.signature(getattr(theirs, name)).parameters.values())
        if inspect.isclass(getattr(theirs, name)) and getattr(theirs, name).__init__ is object.__init__:
            continue
        assert [parameter.name for parameter in our_parameters[: len(their_parameters)]] == [
            parameter.name for parameter in their_parameters
        ]
        for extra in our_parameters[len(their_parameters) :]:
            assert extra.default is not inspect.Parameter.empty, f"{name} needs {extra.name}, the reference does not"


@pytest.mark.parametrize("name", ddbcrypt.__all__)
def test_everything_public_is_there_and_documented(name: str) -> None:
    value = getattr(ddbcrypt, name)
    if name != "__version__":
        assert inspect.getdoc(value)


def test_every_module_lists_what_it_has() -> None:
    for module in pkgutil.walk_packages(ddbcrypt.__path__, "ddbcrypt."):
        if module.name.endswith(("__main__", "._engine")) or ".cli" in module.name:
            continue
        loaded = importlib.import_module(module.name)
        for name in getattr(loaded, "__all__", ()):
            assert hasattr(loaded, name), f"{module.name} lists {name}"
