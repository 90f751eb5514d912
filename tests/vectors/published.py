# SPDX-License-Identifier: Apache-2.0
"""Runs the encrypted-item vectors that AWS published with the reference Python client through ddbcrypt.

``python tests/vectors/published.py CHECKOUT`` takes a checkout of ``aws/aws-dynamodb-encryption-python``, fetches
nothing, and prints for each scenario how many of its items come out as the plaintext that is published with them. The
items were written by the Python and by the Java client. Scenarios that need AWS, and the few items without published
plaintext and attribute actions, are counted apart and not run. It ends with a status other than 0 where an item fails,
or where there was nothing to run.
"""

from __future__ import annotations

import argparse
import base64
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ddbcrypt import (
    AttributeActions,
    CryptographicMaterialsProvider,
    DynamodbEncryptionSdkError,
    EncryptionContext,
    EncryptionKeyType,
    InvalidVersionError,
    JceNameLocalDelegatedKey,
    KeyEncodingType,
    RawDecryptionMaterials,
    StaticCryptographicMaterialsProvider,
    decrypt_dynamodb_item,
)
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.identifiers import LOGGER_NAME, CryptoAction
from ddbcrypt.material_providers.most_recent import CachingMostRecentProvider
from ddbcrypt.material_providers.store import ProviderStore
from ddbcrypt.material_providers.wrapped import WrappedCryptographicMaterialsProvider

VECTORS = Path("test", "vectors", "encrypted_item")
ACTIONS = {"nothing": CryptoAction.DO_NOTHING, "sign": CryptoAction.SIGN_ONLY, "encrypt": CryptoAction.ENCRYPT_AND_SIGN}
META_ID = "amzn-ddb-meta-id"
# The Java mapper counts its writes in it: the stored items have other values than the published plaintext.
COUNTER = "version"
# The oldest items name no wrapping algorithm, which stands for the key's own name, that is PKCS #1. ddbcrypt reads it
# only where it is configured.
OLDEST_WRAPPING = {"amzn-ddb-wrap-alg": "RSA/ECB/PKCS1Padding"}
RSA_WRAPPING = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"
Item = dict[str, Any]
Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Expected:
    """A plaintext item and what was done to it."""

    item: Item
    actions: AttributeActions
    key_names: tuple[str, ...]


@dataclass
class Outcome:
    """What came of one scenario."""

    passed: int = 0
    total: int = 0
    without_plaintext: int = 0
    failures: list[str] = field(default_factory=list)


class Vectors:
    """The files of the vectors."""

    def __init__(self, checkout: Path) -> None:
        self._folder = checkout / VECTORS
        index = self._json("scenarios.json")
        self.scenarios: list[dict[str, Any]] = index["scenarios"]
        self._keys: dict[str, dict[str, str]] = self.load(index["keys"])

    def _json(self, name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self._folder / name).read_text(encoding="utf-8"))
        return loaded

    def load(self, uri: str) -> dict[str, Any]:
        """The JSON file that a ``file://`` URI names, relative to the vectors."""
        return self._json(uri.removeprefix("file://"))

    def items(self, uri: str) -> dict[str, list[Item]]:
        """A file of stored items, by table."""
        return {table: [from_json(item) for item in items] for table, items in self.load(uri).items()}

    def key(self, name: str) -> JceNameLocalDelegatedKey:
        """A key by its name in the vectors."""
        key = self._keys[name]
        kind, encoding = EncryptionKeyType[key["type"].upper()], KeyEncodingType[key["encoding"].upper()]
        return JceNameLocalDelegatedKey(base64.b64decode(key["material"]), key["algorithm"], kind, encoding)


def from_json(item: Mapping[str, Any]) -> Item:
    """A DynamoDB JSON item with its base64 text as bytes."""
    return {name: _from_json(attribute) for name, attribute in item.items()}


def _from_json(attribute: Mapping[str, Any]) -> Item:
    ((kind, value),) = attribute.items()
    readers: dict[str, Callable[[Any], Any]] = {
        "B": base64.b64decode,
        "BS": lambda members: [base64.b64decode(member) for member in members],
        "L": lambda members: [_from_json(member) for member in members],
        "M": from_json,
    }
    return {kind: readers.get(kind, lambda same: same)(value)}


def meaning(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with numbers by value and sets without order."""
    return {name: _meaning(attribute) for name, attribute in item.items()}


def _meaning(attribute: Mapping[str, Any]) -> tuple[str, Any]:
    ((kind, value),) = attribute.items()
    if kind == "N":
        return kind, Decimal(value)
    if kind == "NS":
        return kind, sorted(map(Decimal, value))
    if kind in ("SS", "BS"):
        return kind, sorted(value)
    if kind == "L":
        return kind, [_meaning(member) for member in value]
    return kind, meaning(value) if kind == "M" else value


def key_of(item: Mapping[str, Any], names: tuple[str, ...]) -> Key:
    """The primary key of an item, comparable."""
    return tuple((name, json.dumps(item[name])) for name in names)


def plaintexts(data: Mapping[str, Any], version: str) -> dict[str, dict[Key, Expected]]:
    """The plaintext items of a version of the vectors, by table and primary key."""
    tables: dict[str, dict[Key, Expected]] = {}
    for table, described in data["items"].items():
        names = tuple(described["index"].values())
        tables[table] = {}
        for entry in described["items"]:
            item = dict(entry["attributes"])
            groups = [] if entry.get("exact") else data["versions"].get(table, {}).get(version, [])
            for group in groups:
                item.update(data["attributes"][group])
            chosen = data["actions"][entry["action"]]
            actions = AttributeActions(
                default_action=ACTIONS[chosen["default"]],
                attribute_actions={name: ACTIONS[action] for name, action in chosen.get("override", {}).items()},
            )
            actions.set_index_keys(*names)
            tables[table][key_of(item, names)] = Expected(from_json(item), actions, names)
    return tables


class FileStore(ProviderStore):
    """A MetaStore's table as it is in a file of the vectors: its records are items like any other."""

    def __init__(self, records: list[Item], config: CryptoConfig) -> None:
        self._records = records
        self._config = config

    def get_or_create_provider(self, material_name: str, version: int) -> CryptographicMaterialsProvider:
        wanted = {"N": {"S": material_name}, "V": {"N": str(version)}}
        for record in self._records:
            if {name: record[name] for name in wanted} == wanted:
                keys = decrypt_dynamodb_item(record, self._config)
                wrapping, signing = (
                    JceNameLocalDelegatedKey(
                        keys[key]["B"], keys[algorithm]["S"], EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW
                    )
                    for key, algorithm in (("enc", "encAlg"), ("int", "intAlg"))
                )
                return WrappedCryptographicMaterialsProvider(signing, wrapping, wrapping)
        raise InvalidVersionError(f"the vectors have no version {version} of {material_name}")

    def version_from_material_description(self, material_description: dict[str, str]) -> int:
        return int(material_description[META_ID].rpartition("#")[2])


def provider_for(vectors: Vectors, scenario: Mapping[str, Any]) -> CryptographicMaterialsProvider:
    """The materials provider of a scenario, or of a scenario's table of keys."""
    if scenario["provider"] == "most_recent":
        store = scenario["metastore"]
        config = CryptoConfig(
            provider_for(vectors, store),
            EncryptionContext(table_name=store["table_name"]),
            AttributeActions(attribute_actions=dict.fromkeys(("N", "V"), CryptoAction.SIGN_ONLY)),
        )
        records = vectors.items(store["ciphertext"])[store["table_name"]]
        return CachingMostRecentProvider(FileStore(records, config), scenario["material_name"], version_ttl=600.0)
    names = scenario["keys"]
    decryption, verification = vectors.key(names["decrypt"]), vectors.key(names["verify"])
    if scenario["provider"] == "static":
        return StaticCryptographicMaterialsProvider(RawDecryptionMaterials(verification, decryption))
    if scenario["provider"] == "wrapped":
        if decryption.algorithm != "RSA":
            return WrappedCryptographicMaterialsProvider(verification, unwrapping_key=decryption)
        return WrappedCryptographicMaterialsProvider(
            verification,
            unwrapping_key=decryption,
            material_description=OLDEST_WRAPPING,
            accepted_wrapping_algorithms=(RSA_WRAPPING,),
        )
    raise ValueError(f"the vectors have a provider that is not known here: {scenario['provider']}")


def run_scenario(vectors: Vectors, scenario: Mapping[str, Any]) -> Outcome:
    """Decrypt all items of a scenario."""
    provider = provider_for(vectors, scenario)
    expected = plaintexts(vectors.load(scenario["plaintext"]), scenario["version"])
    outcome = Outcome()
    for table, stored in _stored_items(vectors, scenario):
        names = next(iter(expected[table].values())).key_names
        key = key_of(stored, names)
        plain = expected[table].get(key)
        if plain is None:
            outcome.without_plaintext += 1
            continue
        outcome.total += 1
        context = EncryptionContext(
            table_name=table, partition_key_name=names[0], sort_key_name=names[1] if len(names) > 1 else None
        )
        try:
            read = decrypt_dynamodb_item(stored, CryptoConfig(provider, context, plain.actions))
        except (DynamodbEncryptionSdkError, AttributeError) as error:
            outcome.failures.append(f"{table} {dict(key)}: {type(error).__name__}: {error}")
            continue
        if comparable(read) == comparable(plain.item):
            outcome.passed += 1
        else:
            outcome.failures.append(f"{table} {dict(key)}: the plaintext is another one")
    return outcome


def comparable(item: Item) -> dict[str, Any]:
    """The meaning of an item but for the value of its counter."""
    return meaning(item) | ({COUNTER: "any"} if COUNTER in item else {})


def _stored_items(vectors: Vectors, scenario: Mapping[str, Any]) -> Iterator[tuple[str, Item]]:
    for table, items in vectors.items(scenario["ciphertext"]).items():
        for item in items:
            yield table, item


def describe(scenario: Mapping[str, Any]) -> str:
    """A scenario in a line."""
    provider = scenario["provider"]
    keyed = scenario
    if provider == "most_recent":
        keyed = scenario["metastore"]
        provider = f"{provider}, keys by {keyed['provider']}"
    keys = keyed["keys"]
    writer = Path(scenario["ciphertext"]).parent.name
    return f"{writer:<6} {scenario['version']} {provider} ({keys['decrypt']}, {keys['verify']})"


def run(checkout: Path) -> int:
    """Run and print everything; the exit status."""
    vectors = Vectors(checkout)
    passed = total = ran = 0
    for scenario in vectors.scenarios:
        if scenario["network"]:
            print(f"{describe(scenario):<72} not offline: needs AWS")
            continue
        outcome = run_scenario(vectors, scenario)
        more = f", and {outcome.without_plaintext} without a plaintext" if outcome.without_plaintext else ""
        print(f"{describe(scenario):<72} {outcome.passed} of {outcome.total}{more}")
        for failure in outcome.failures:
            print(f"    {failure}")
        ran, passed, total = ran + 1, passed + outcome.passed, total + outcome.total
    print(
        f"passed {passed} of {total} items in {ran} scenarios; {len(vectors.scenarios) - ran} need AWS and were not run"
    )
    return 0 if passed == total > 0 else 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Runs AWS's published encrypted-item vectors through ddbcrypt.")
    parser.add_argument("checkout", type=Path, help="a checkout of aws/aws-dynamodb-encryption-python")
    checkout: Path = parser.parse_args(arguments).checkout
    if not (checkout / VECTORS / "scenarios.json").is_file():
        parser.error(f"{checkout} has no {VECTORS / 'scenarios.json'}: is it a checkout of the reference client?")
    # The vectors' keys are short, and each would be warned of.
    logging.getLogger(LOGGER_NAME).setLevel(logging.ERROR)
    return run(checkout)


if __name__ == "__main__":
    sys.exit(main())
