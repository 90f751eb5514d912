# SPDX-License-Identifier: Apache-2.0
"""Keys and materials in both forms: ddbcrypt's objects, and the JSON that the Java oracle makes its own of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ddbcrypt import (
    CryptographicMaterialsProvider,
    EncryptionContext,
    EncryptionKeyType,
    JceNameLocalDelegatedKey,
    KeyEncodingType,
    RawDecryptionMaterials,
    RawEncryptionMaterials,
    StaticCryptographicMaterialsProvider,
)
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.material_providers.asymmetric import AsymmetricStaticProvider
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider
from tests.interop.oracle import request_for, text
from tests.interop.ours import actions_for, provider_for
from tests.strategies import HMAC_NAMES, Case
from tests.unit.rsa_keys import PADDINGS, SIGNATURES, encoded

SIGNING_ALGORITHM = "amzn-ddb-map-signingAlg"
WRAPPING_ALGORITHM = "amzn-ddb-wrap-alg"
CONTENT_ALGORITHM = "amzn-ddb-env-alg"


@dataclass(frozen=True)
class Secret:
    """A symmetric key."""

    algorithm: str
    raw: bytes = field(repr=False)

    def ours(self) -> JceNameLocalDelegatedKey:
        return JceNameLocalDelegatedKey(self.raw, self.algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)

    def json(self) -> dict[str, str]:
        # Java knows AES keys only; the name of the wrapping goes into the transformation.
        algorithm = "AES" if self.algorithm == "AESWrap" else self.algorithm
        return {"algorithm": algorithm, "raw": text(self.raw)}


@dataclass(frozen=True)
class Pair:
    """An RSA key pair, or a part of it, for one algorithm."""

    algorithm: str
    number: int = 0
    kinds: tuple[EncryptionKeyType, ...] = (EncryptionKeyType.PRIVATE, EncryptionKeyType.PUBLIC)

    def ours(self) -> JceNameLocalDelegatedKey:
        kind = self.kinds[0]
        material = encoded(kind, KeyEncodingType.DER, number=self.number)
        return JceNameLocalDelegatedKey(material, self.algorithm, kind, KeyEncodingType.DER)

    def json(self) -> dict[str, str]:
        parts = {kind.name.lower(): encoded(kind, KeyEncodingType.DER, number=self.number) for kind in self.kinds}
        return {"algorithm": self.algorithm, **{name: text(part) for name, part in parts.items()}}


Signer = Secret | Pair


@dataclass(frozen=True)
class Materials:
    """One choice of materials: ddbcrypt's provider, and what the Java client needs to make the like.

    ``json`` of None stands for the static materials of the case itself.
    """

    ours: CryptographicMaterialsProvider
    json: Mapping[str, Any] | None
    description: Mapping[str, str] = field(default_factory=dict)

    def config(self, case: Case, **options: Any) -> CryptoConfig:
        return CryptoConfig(self.ours, EncryptionContext(table_name=case.table), actions_for(case), **options)

    def request(self, op: str, case: Case, item: Mapping[str, Any], **extra: Any) -> dict[str, Any]:
        request = request_for(op, case, item, **extra)
        if self.json is not None:
            del request["keys"]
            request.update(materials=self.json, description=dict(self.description))
        return request


def signers() -> list[Signer]:
    """A key for each signing algorithm."""
    macs = [Secret(name, bytes(range(index, index + 40))) for index, name in enumerate(HMAC_NAMES)]
    return [*macs, *(Pair(name, number=1) for name in SIGNATURES)]


def wrapping_keys() -> list[tuple[Secret | Pair, str | None]]:
    """Wrapping keys with the algorithm that the description names, None for each client's own default."""
    keys: list[tuple[Secret | Pair, str | None]] = [
        (Secret(name, bytes(range(size))), None) for name in ("AES", "AESWrap") for size in (16, 24, 32)
    ]
    return [*keys, *((Pair("RSA"), padding) for padding in (None, "RSA", *PADDINGS))]


def of_case(case: Case) -> Materials:
    """The static symmetric materials that the case names."""
    return Materials(provider_for(case), None)


def static(encryption: Secret | None, signer: Signer) -> Materials:
    signing, cipher = signer.ours(), None if encryption is None else encryption.ours()
    provider = StaticCryptographicMaterialsProvider(
        RawDecryptionMaterials(signing, cipher), RawEncryptionMaterials(signing, cipher)
    )
    json = {"kind": "static", "encryption": encryption and encryption.json(), "signing": signer.json()}
    return Materials(provider, json, _chosen(signer))


def wrapped(wrapping: Secret | Pair, signer: Signer, description: Mapping[str, str] | None = None) -> Materials:
    own = dict(description or {})
    provider = WrappedCryptographicMaterialsProvider(signer.ours(), wrapping.ours(), wrapping.ours(), own)
    json = {"kind": "wrapped", "wrapping": wrapping.json(), "signing": signer.json()}
    return Materials(provider, json, {**own, **_chosen(signer)})


def asymmetric(signer: Signer, description: Mapping[str, str] | None = None) -> Materials:
    own = dict(description or {})
    pair = Pair("RSA")
    provider = AsymmetricStaticProvider(pair.ours(), signer.ours(), own)
    json = {"kind": "asymmetric", "encryption": pair.json(), "signing": signer.json()}
    return Materials(provider, json, {**own, **_chosen(signer)})


def _chosen(signer: Signer) -> dict[str, str]:
    """Java takes the signing algorithm of a key pair from its own description."""
    return {SIGNING_ALGORITHM: signer.algorithm} if isinstance(signer, Pair) else {}
