# SPDX-License-Identifier: Apache-2.0
"""AWS's Material Providers Library for Python, as the oracle of the keyring tests: its keyrings, adapted."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from ddbcrypt.keyrings import CryptographicMaterialsManager, Keyring, adapt
from tests.support.require import missing

_PACKAGE = "aws_cryptographic_material_providers"


class Library:
    """The library's own objects by short names. Needs the package ``aws-cryptographic-material-providers``."""

    def __init__(self) -> None:
        if importlib.util.find_spec(_PACKAGE) is None:
            missing("aws-cryptographic-material-providers", "pip install ddbcrypt[mpl]")
        self.models = importlib.import_module(f"{_PACKAGE}.mpl.models")
        self.references = importlib.import_module(f"{_PACKAGE}.mpl.references")
        self.store_models = importlib.import_module(f"{_PACKAGE}.keystore.models")
        config = importlib.import_module(f"{_PACKAGE}.mpl.config").MaterialProvidersConfig()
        self.client = importlib.import_module(f"{_PACKAGE}.mpl.client").AwsCryptographicMaterialProviders(config)

    def make(self, what: str, **settings: Any) -> Any:
        """The library's own object; ``what`` is a part of its method's name, such as ``raw_aes_keyring``."""
        kind = "".join("CMM" if part == "cmm" else part.capitalize() for part in what.split("_"))
        return getattr(self.client, f"create_{what}")(getattr(self.models, f"Create{kind}Input")(**settings))

    def keyring(self, what: str, **settings: Any) -> Keyring:
        """A keyring of the library, adapted."""
        adapted = adapt(self.make(what, **settings))
        assert isinstance(adapted, Keyring)
        return adapted

    def cmm(self, what: str, **settings: Any) -> CryptographicMaterialsManager:
        """A materials manager of the library, adapted."""
        adapted = adapt(self.make(what, **settings))
        assert isinstance(adapted, CryptographicMaterialsManager)
        return adapted

    def raw_aes(self, namespace: str, name: str, key: bytes) -> Any:
        """A raw AES keyring, not adapted."""
        algorithm = getattr(self.models.AesWrappingAlg, f"ALG_AES{8 * len(key)}_GCM_IV12_TAG16")
        return self.make(
            "raw_aes_keyring", key_namespace=namespace, key_name=name, wrapping_key=key, wrapping_alg=algorithm
        )

    def store(self, table_name: str, logical_name: str, configuration: Any, **clients: Any) -> Any:
        """A key store of the library."""
        config = importlib.import_module(f"{_PACKAGE}.keystore.config").KeyStoreConfig(
            ddb_table_name=table_name, logical_key_store_name=logical_name, kms_configuration=configuration, **clients
        )
        return importlib.import_module(f"{_PACKAGE}.keystore.client").KeyStore(config)
