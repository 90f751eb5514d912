# SPDX-License-Identifier: Apache-2.0
"""One way for every item: its encryption context, materials from the CMM, the engine, and its header in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from ddbcrypt import _engine
from ddbcrypt.dynamodb.sizes import item_size
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, SignatureVerificationError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.fetching import call_each
from ddbcrypt.keyrings import (
    AlgorithmSuite,
    CryptographicMaterialsManager,
    DecryptionMaterials,
    DefaultCmm,
    EncryptedDataKey,
    EncryptionMaterials,
)
from ddbcrypt.keyrings.key_supplier import key_of_context
from ddbcrypt.keyrings.local import LocalKey, local_keys
from ddbcrypt.structured.config import DynamoDbItemEncryptorConfig
from ddbcrypt.structured.names import HEADER_ATTRIBUTE
from ddbcrypt.structured.results import Header, ParsedHeader

_Item = Mapping[str, Any]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Plan:
    """A configuration as the engine takes it, and where materials come from.

    :ivar engine: logical table name, key names, actions, names and prefix that may be unsigned
    :ivar with_header: attributes that a header in words is made of: header and those of the encryption context
    :ivar local: suite and raw AES keys, where those are all that materials are made of: then the engine makes them
    """

    engine: tuple[str, str, str | None, dict[str, CryptoAction], frozenset[str], str | None]
    manager: CryptographicMaterialsManager
    suite: AlgorithmSuite
    needs_length: bool
    local: tuple[int, tuple[LocalKey, ...]] | None
    with_header: tuple[str, ...]

    @classmethod
    def of(cls, config: DynamoDbItemEncryptorConfig) -> Plan:
        """Make the plan of a configuration, which is immutable."""
        engine = (
            config.logical_table_name,
            config.partition_key_name,
            config.sort_key_name,
            dict(config.attribute_actions_on_encrypt),
            config.unsigned_names,
            config.allowed_unsigned_attribute_prefix,
        )
        manager = config.materials_manager
        keys = local_keys(manager)
        local = None if keys is None else (int(config.suite), keys)
        return cls(
            engine,
            manager,
            config.suite,
            type(manager) is not DefaultCmm,
            local,
            (HEADER_ATTRIBUTE, *config.names_in_context),
        )


class HeaderParts(NamedTuple):
    """What the header of an item is made of, as materials have it."""

    suite: AlgorithmSuite
    context: Mapping[str, str]
    required: frozenset[str]
    data_keys: tuple[EncryptedDataKey, ...]


class Protected(NamedTuple):
    """An item that was encrypted or decrypted.

    :ivar item: the result
    :ivar encrypted: the encrypted one of the two
    :ivar parts: what its header is made of; None where it is to be read from the header itself
    """

    item: dict[str, Any]
    encrypted: _Item
    parts: HeaderParts | None

    def parsed_header(self, plan: Plan, *, wire: bool) -> Header:
        """Give the header in words, or what makes it when somebody asks."""
        if self.parts is not None:
            return _parsed(plan, self.encrypted, wire, self.parts)
        return header_later(plan, self.encrypted, wire)


def header_later(plan: Plan, encrypted: _Item, wire: bool) -> Header:
    """Give what makes an item's header when somebody asks: that takes as long as the item's encryption.

    References to what it is made of are kept, so that later changes of the item are not seen in it.
    """
    kept = _engine.structured_kept(encrypted, wire, plan.with_header)
    return _parsed(plan, encrypted, wire, None) if kept is None else (_late, (plan, wire, kept))


def encrypt_locally(plan: Plan, items: Sequence[_Item], *, wire: bool) -> list[dict[str, Any]] | None:
    """Encrypt and sign items in one call of the engine, materials included.

    :returns: the new items; None where the keys are not local, or where anything fails: :func:`encrypt_with_cmm` does
        the same step by step, and explains what is wrong
    """
    local = plan.local
    if local is None:
        return None
    engine = plan.engine
    try:
        return _engine.structured_encrypt_items([(item, engine, local) for item in items], wire)
    except DynamodbEncryptionSdkError:
        return None


def decrypt_locally(plan: Plan, items: Sequence[_Item], *, wire: bool) -> list[dict[str, Any]] | None:
    """Verify and decrypt items in one call of the engine, as :func:`encrypt_locally` encrypts them."""
    local = plan.local
    if local is None:
        return None
    engine = plan.engine
    try:
        return _engine.structured_decrypt_items([(item, engine, local) for item in items], wire)
    except DynamodbEncryptionSdkError:
        return None


def encrypt_with_cmm(plan: Plan, items: Sequence[_Item], *, wire: bool) -> list[Protected]:
    """Encrypt and sign items, each with materials of its own. All or nothing; an error has the item's ``index``."""
    materials = _each(plan, items, lambda item: _encryption_materials(plan, item, wire))
    jobs = [(item, plan.engine, _engine_encryption(one)) for item, one in zip(items, materials, strict=True)]
    encrypted = _engine.structured_encrypt_items(jobs, wire)
    return [
        Protected(
            item,
            item,
            HeaderParts(
                one.algorithm_suite, one.encryption_context, one.required_context_keys, one.encrypted_data_keys
            ),
        )
        for item, one in zip(encrypted, materials, strict=True)
    ]


def decrypt_with_cmm(plan: Plan, items: Sequence[_Item], *, wire: bool) -> list[Protected]:
    """Verify and decrypt items. All or nothing; an error has the item's ``index``."""
    found = _each(plan, items, lambda item: _decryption_materials(plan, item, wire))
    jobs = [(item, plan.engine, _engine_decryption(*one)) for item, one in zip(items, found, strict=True)]
    decrypted = _engine.structured_decrypt_items(jobs, wire)
    return [
        Protected(
            plain,
            item,
            HeaderParts(
                materials.algorithm_suite, materials.encryption_context, materials.required_context_keys, data_keys
            ),
        )
        for item, plain, (materials, data_keys) in zip(items, decrypted, found, strict=True)
    ]


def _encryption_materials(plan: Plan, item: _Item, wire: bool) -> EncryptionMaterials:
    context = _engine.structured_context(item, wire, plan.engine)
    length = None
    if plan.needs_length:
        length = item_size(item if wire else _engine.to_wire(item))
    return plan.manager.get_encryption_materials(
        context, plan.suite, required_context_keys=context.keys(), plaintext_length=length
    )


def _decryption_materials(
    plan: Plan, item: _Item, wire: bool
) -> tuple[DecryptionMaterials, tuple[EncryptedDataKey, ...]]:
    header = _engine.structured_header(item, wire)
    data_keys = _data_keys(header)
    context = _engine.structured_context(item, wire, plan.engine)
    materials = plan.manager.decrypt_materials(
        AlgorithmSuite(header["suite"]), data_keys, header["encryption_context"], reproduced_context=context
    )
    return materials, data_keys


def _parsed(plan: Plan, encrypted: _Item, wire: bool, parts: HeaderParts | None) -> ParsedHeader:
    parts = parts or _parts_of(plan, encrypted, wire)
    return ParsedHeader(
        attribute_actions_on_encrypt=_engine.structured_actions(encrypted, wire, plan.engine),
        algorithm_suite_id=parts.suite,
        encrypted_data_keys=parts.data_keys,
        stored_encryption_context={name: value for name, value in parts.context.items() if name not in parts.required},
        encryption_context=dict(parts.context),
        selector_context=key_of_context(parts.context),
    )


def _late(plan: Plan, wire: bool, kept: tuple[Any, ...]) -> ParsedHeader:
    """Make a header of what was kept; of the values that were not, none is looked at."""
    nothing: Any = {"B": b""} if wire else b""
    item = dict.fromkeys(kept[0], nothing)
    for place, name in enumerate(plan.with_header):
        item[name] = {kept[2 * place + 1]: kept[2 * place + 2]} if wire else kept[place + 1]
    return _parsed(plan, item, wire, None)


def _parts_of(plan: Plan, encrypted: _Item, wire: bool) -> HeaderParts:
    """Read them from an item that the engine has just written or verified."""
    header = _engine.structured_header(encrypted, wire)
    stored = header["encryption_context"]
    context = _engine.structured_context(encrypted, wire, plan.engine)
    return HeaderParts(
        AlgorithmSuite(header["suite"]),
        {**stored, **context},
        frozenset(context.keys() - stored.keys()),
        _data_keys(header),
    )


def _data_keys(header: Mapping[str, Any]) -> tuple[EncryptedDataKey, ...]:
    return tuple(
        EncryptedDataKey(_text(provider), information, ciphertext)
        for provider, information, ciphertext in header["data_keys"]
    )


def _text(provider_id: bytes) -> str:
    try:
        return provider_id.decode()
    except UnicodeDecodeError:
        raise SignatureVerificationError("the header names a key provider in text that is not UTF-8") from None


def _engine_encryption(materials: EncryptionMaterials) -> tuple[Any, ...]:
    return (
        int(materials.algorithm_suite),
        materials.plaintext_data_key,
        _engine_keys(materials.encrypted_data_keys),
        dict(materials.encryption_context),
        tuple(materials.required_context_keys),
        materials.signing_key,
        materials.symmetric_signing_keys,
    )


def _engine_decryption(materials: DecryptionMaterials, data_keys: Sequence[EncryptedDataKey]) -> tuple[Any, ...]:
    signing_key = materials.symmetric_signing_key
    return (
        int(materials.algorithm_suite),
        materials.plaintext_data_key,
        _engine_keys(data_keys),
        dict(materials.encryption_context),
        tuple(materials.required_context_keys),
        materials.verification_key,
        None if signing_key is None else (signing_key,),
    )


def _engine_keys(keys: Iterable[EncryptedDataKey]) -> tuple[tuple[bytes, bytes, bytes], ...]:
    return tuple((key.provider_id.encode(), key.provider_info, key.ciphertext) for key in keys)


def _each(plan: Plan, items: Sequence[_Item], ask: Callable[[_Item], _T]) -> list[_T]:
    """Ask for the materials of each item; an error has its ``index``."""
    return call_each(lambda position: ask(items[position]), len(items), concurrently=plan.manager.makes_network_calls)
