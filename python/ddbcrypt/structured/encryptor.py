# SPDX-License-Identifier: Apache-2.0
"""Encrypts and decrypts the items of one table in the structured format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from ddbcrypt import _engine
from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.encrypted.item import decrypt_many, encrypt_many
from ddbcrypt.exceptions import (
    DynamodbEncryptionSdkError,
    InvalidArgumentError,
    ItemNotEncryptedError,
    ReservedAttributeError,
)
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.failures import name_key
from ddbcrypt.internal.guards import is_mapping
from ddbcrypt.internal.identifiers import RESERVED_NAMES
from ddbcrypt.internal.validate import require_instance
from ddbcrypt.structured.config import DynamoDbItemEncryptorConfig
from ddbcrypt.structured.names import FOOTER_ATTRIBUTE, HEADER_ATTRIBUTE, RESERVED_PREFIX
from ddbcrypt.structured.protection import (
    Plan,
    Protected,
    decrypt_locally,
    decrypt_with_cmm,
    encrypt_locally,
    encrypt_with_cmm,
    header_later,
)
from ddbcrypt.structured.results import DecryptItemOutput, EncryptItemOutput, decrypted_output, encrypted_output

__all__ = ("DynamoDbItemEncryptor",)

_CONTEXT: Final = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
_Item = Mapping[str, Any]
_T = TypeVar("_T")


class DynamoDbItemEncryptor:
    """Encrypts and signs, verifies and decrypts the items of one table (spec: ddb-item-encryptor).

    Items are never changed; every result is a new object. Thread-safe as far as the keyring or CMM is; it makes no
    network calls but theirs. Errors name the item by its primary key.

    :param config: how items are protected
    :raises TypeError: when it is no :class:`DynamoDbItemEncryptorConfig`
    """

    def __init__(self, config: DynamoDbItemEncryptorConfig) -> None:
        require_instance("config", config, DynamoDbItemEncryptorConfig)
        self._config = config
        self._plan = Plan.of(config)
        self._legacy = config.legacy_crypto_config()
        legacy = config.legacy_override
        self._writes_structured = not (
            config.plaintext_policy.writes_plaintext or (legacy is not None and legacy.policy.writes_legacy)
        )
        self._required = config.names_in_context

    def __repr__(self) -> str:
        return f"DynamoDbItemEncryptor(logical_table_name={self._config.logical_table_name!r})"

    @property
    def config(self) -> DynamoDbItemEncryptorConfig:
        """The configuration."""
        return self._config

    @property
    def legacy_config(self) -> CryptoConfig | None:
        """The configuration of items of the legacy format, where one is given."""
        return self._legacy

    @property
    def may_block(self) -> bool:
        """Whether encryption or decryption may wait for keys, those of the legacy format included."""
        legacy = self._legacy is not None and self._legacy.materials_provider.may_block
        return legacy or self._config.materials_manager.may_block

    def encrypt_item(self, item: _Item) -> EncryptItemOutput:
        """Encrypt and sign an item in DynamoDB JSON (spec: encrypt-item).

        :param item: plaintext item, ``{"name": {"S": "value"}}``
        :returns: the new item, and its header unless a policy has it written in the legacy format or in plaintext
        :raises InvalidArgumentError: when a key attribute, or one that goes into the encryption context, is missing,
            or the configuration does not know an attribute
        :raises ReservedAttributeError: when an attribute's name is reserved
        :raises DynamodbEncryptionSdkError: of the keyring or CMM; for a value that DynamoDB cannot store
        """
        return self._encrypt_one(item, True)

    def decrypt_item(self, item: _Item) -> DecryptItemOutput:
        """Verify and decrypt an item in DynamoDB JSON (spec: decrypt-item).

        :param item: encrypted item
        :returns: the new item, and its header unless it was of the legacy format or in plaintext, as a policy allows
        :raises ItemNotEncryptedError: when it has neither header nor footer, and plaintext is not allowed
        :raises SignatureVerificationError: when anything signed was altered, added or removed
        :raises DynamodbEncryptionSdkError: of the keyring or CMM; for a malformed header or footer
        """
        return self._decrypt_one(item, True)

    def encrypt_python_item(self, item: _Item) -> EncryptItemOutput:
        """As :meth:`encrypt_item`, for an item of Python values, the form of the boto3 resource."""
        return self._encrypt_one(item, False)

    def decrypt_python_item(self, item: _Item) -> DecryptItemOutput:
        """As :meth:`decrypt_item`, for an item of Python values, the form of the boto3 resource."""
        return self._decrypt_one(item, False)

    def encrypt_items(self, items: Sequence[_Item]) -> list[EncryptItemOutput]:
        """As :meth:`encrypt_item`, for many. All or nothing; an error has the item's ``index``."""
        return self._encrypt(items, wire=True)

    def decrypt_items(self, items: Sequence[_Item]) -> list[DecryptItemOutput]:
        """As :meth:`decrypt_item`, for many. All or nothing; an error has the item's ``index``."""
        return self._decrypt(items, wire=True)

    def encrypt_python_items(self, items: Sequence[_Item]) -> list[EncryptItemOutput]:
        """As :meth:`encrypt_items`, for items of Python values."""
        return self._encrypt(items, wire=False)

    def decrypt_python_items(self, items: Sequence[_Item]) -> list[DecryptItemOutput]:
        """As :meth:`decrypt_items`, for items of Python values."""
        return self._decrypt(items, wire=False)

    def name_item(self, error: DynamodbEncryptionSdkError, item: object) -> None:
        """Set ``item_key`` of an error and show the key in its message."""
        name_key(error, item, self._config.key_names)

    def is_current(self, item: _Item) -> bool:
        """Tell whether an encrypted item in DynamoDB JSON, which verified, has the configured actions and suite."""
        if HEADER_ATTRIBUTE not in item:
            return False
        engine = self._plan.engine
        actions = self._config.attribute_actions_on_encrypt
        return _engine.structured_header(item, True)["suite"] == self._config.suite and all(
            action is actions.get(name, action)
            for name, action in _engine.structured_actions(item, True, engine).items()
        )

    def protect(self, items: Sequence[_Item], *, wire: bool) -> list[Protected | dict[str, Any]]:
        """Encrypt and sign items as the policies say; a dict is an item in the legacy format or in plaintext."""
        for index, item in enumerate(items):
            self._explained(index, item, self._check_plaintext)
        legacy = self._config.legacy_override
        if self._legacy is not None and legacy is not None and legacy.policy.writes_legacy:
            return [*encrypt_many([(item, _with_item(self._legacy, item, wire)) for item in items], wire=wire)]
        if self._config.plaintext_policy.writes_plaintext:
            return [dict(item) for item in items]
        for index, item in enumerate(items):
            self._explained(index, item, _refuse_reserved)
        return [*self._named(items, lambda: encrypt_with_cmm(self._plan, items, wire=wire))]

    def unprotect(self, items: Sequence[_Item], *, wire: bool) -> list[tuple[str, Protected | dict[str, Any]]]:
        """Verify and decrypt items as the policies say, each with the format that it was found in."""
        kinds = [self._explained(index, item, self._kind) for index, item in enumerate(items)]
        results: list[Any] = [None] * len(items)
        for kind, run in (("structured", self._decrypt_structured), ("legacy", self._decrypt_legacy)):
            places = [place for place, one in enumerate(kinds) if one == kind]
            if places:
                chosen = [items[place] for place in places]
                done = self._named(items, partial(run, chosen, wire), places)
                for place, result in zip(places, done, strict=True):
                    results[place] = result
        return [
            (kind, dict(item) if result is None else result)
            for kind, item, result in zip(kinds, items, results, strict=True)
        ]

    def protect_only(self, items: Sequence[_Item]) -> list[dict[str, Any]]:
        """As :meth:`protect` for DynamoDB JSON, without what headers are made of."""
        encrypted = self._encrypt_locally(items, True)
        if encrypted is not None:
            return encrypted
        return [one.item if isinstance(one, Protected) else one for one in self.protect(items, wire=True)]

    def unprotect_only(self, items: Sequence[_Item]) -> list[tuple[str, dict[str, Any]]]:
        """As :meth:`unprotect` for DynamoDB JSON, without what headers are made of."""
        plain = self._decrypt_locally(items, True)
        if plain is not None:
            return [("structured", item) for item in plain]
        return [
            (kind, one.item if isinstance(one, Protected) else one) for kind, one in self.unprotect(items, wire=True)
        ]

    def _encrypt_locally(self, items: Sequence[_Item], wire: bool) -> list[dict[str, Any]] | None:
        """Encrypt by the engine alone where keys and policies let it; what it refuses is explained step by step."""
        return encrypt_locally(self._plan, items, wire=wire) if self._writes_structured else None

    def _decrypt_locally(self, items: Sequence[_Item], wire: bool) -> list[dict[str, Any]] | None:
        """Decrypt by the engine alone where no item can be of another format."""
        if self._legacy is not None or not all(map(_has_header, items)):
            return None
        return decrypt_locally(self._plan, items, wire=wire)

    def _encrypt_one(self, item: _Item, wire: bool) -> EncryptItemOutput:
        """As :meth:`_encrypt` for one item, which is encrypted in one call where keys and policies let the engine."""
        plan = self._plan
        local = plan.local
        if local is not None and self._writes_structured:
            try:
                encrypted = _engine.structured_encrypt(item, wire, plan.engine, local)
            except DynamodbEncryptionSdkError:
                pass  # explained step by step
            else:
                return encrypted_output(encrypted, header_later(plan, encrypted, wire))
        return self._encrypt((item,), wire=wire)[0]

    def _decrypt_one(self, item: _Item, wire: bool) -> DecryptItemOutput:
        """As :meth:`_decrypt` for one item."""
        plan = self._plan
        local = plan.local
        if local is not None and self._legacy is None and isinstance(item, dict) and HEADER_ATTRIBUTE in item:
            try:
                plain = _engine.structured_decrypt(item, wire, plan.engine, local)
            except DynamodbEncryptionSdkError:
                pass  # explained step by step
            else:
                return decrypted_output(plain, header_later(plan, item, wire))
        return self._decrypt((item,), wire=wire)[0]

    def _encrypt(self, items: Sequence[_Item], *, wire: bool) -> list[EncryptItemOutput]:
        encrypted = self._encrypt_locally(items, wire)
        if encrypted is not None:
            return [encrypted_output(item, header_later(self._plan, item, wire)) for item in encrypted]
        return [
            EncryptItemOutput(one.item, one.parsed_header(self._plan, wire=wire))
            if isinstance(one, Protected)
            else EncryptItemOutput(one, None)
            for one in self.protect(items, wire=wire)
        ]

    def _decrypt(self, items: Sequence[_Item], *, wire: bool) -> list[DecryptItemOutput]:
        plain = self._decrypt_locally(items, wire)
        if plain is not None:
            return [
                decrypted_output(one, header_later(self._plan, item, wire))
                for item, one in zip(items, plain, strict=True)
            ]
        return [
            DecryptItemOutput(one.item, one.parsed_header(self._plan, wire=wire))
            if isinstance(one, Protected)
            else DecryptItemOutput(one, None, was_plaintext=kind == "plaintext")
            for kind, one in self.unprotect(items, wire=wire)
        ]

    def _decrypt_structured(self, items: Sequence[_Item], wire: bool) -> list[Any]:
        plain = decrypt_locally(self._plan, items, wire=wire) if self._legacy is not None else None
        if plain is None:
            return decrypt_with_cmm(self._plan, items, wire=wire)
        return [Protected(one, item, None) for item, one in zip(items, plain, strict=True)]

    def _decrypt_legacy(self, items: Sequence[_Item], wire: bool) -> list[Any]:
        config = self._legacy
        if config is None:
            raise AssertionError("an item was taken for legacy without a configuration for it")
        return decrypt_many([(item, _with_item(config, item, wire)) for item in items], wire=wire)

    def _check_plaintext(self, item: object) -> None:
        attributes = _mapping(item)
        for name in self._required:
            if name not in attributes:
                what = "is part of the primary key" if name in self._config.key_names else f"is {_CONTEXT.name}"
                raise _about(name, f'the item has no attribute "{name}", which {what}')

    def _kind(self, item: object) -> str:
        """Tell what an item to be read is: structured, legacy or plaintext, as far as the policies allow it."""
        attributes = _mapping(item)
        for name in self._config.key_names:
            if name not in attributes:
                raise _about(name, f'the item has no attribute "{name}", which is part of the primary key')
        legacy = self._config.legacy_override
        if legacy is not None and all(name in attributes for name in RESERVED_NAMES):
            if legacy.policy.reads_legacy:
                return "legacy"
            raise ItemNotEncryptedError(
                f"the item is of the legacy format, which the policy {legacy.policy.name} does not allow to be read"
            )
        if HEADER_ATTRIBUTE in attributes or FOOTER_ATTRIBUTE in attributes:
            return "structured"
        if self._config.plaintext_policy.reads_plaintext:
            return "plaintext"
        raise ItemNotEncryptedError(
            f"the item has neither {HEADER_ATTRIBUTE} nor {FOOTER_ATTRIBUTE}: it was stored without encryption or in "
            "another format (see legacy_override and plaintext_override), or only a part of it was read"
        )

    def _explained(self, index: int, item: object, run: Callable[[object], _T]) -> _T:
        try:
            return run(item)
        except DynamodbEncryptionSdkError as error:
            error.index = index
            self.name_item(error, item)
            raise

    def _named(self, items: Sequence[_Item], run: Callable[[], list[Any]], places: Sequence[int] = ()) -> list[Any]:
        try:
            return run()
        except DynamodbEncryptionSdkError as error:
            if error.index is not None:
                error.index = places[error.index] if places else error.index
                self.name_item(error, items[error.index])
            raise


def _has_header(item: object) -> bool:
    return isinstance(item, dict) and HEADER_ATTRIBUTE in item


def _mapping(item: object) -> _Item:
    if not is_mapping(item):
        message = f"an item must be a dict of attribute name to value, not {type(item).__name__}"
        raise InvalidArgumentError(message)
    return item


def _refuse_reserved(item: object) -> None:
    """Refuse reserved names before a header is read of them: the item is encrypted already, or not to be stored."""
    # What is no text is refused by the engine.
    for name in map(str, _mapping(item)):
        if name.startswith(RESERVED_PREFIX):
            error = ReservedAttributeError(
                f'attribute "{name}": names that begin with {RESERVED_PREFIX} are reserved for the format; rename the '
                "attribute, or decrypt the item first if it is encrypted already"
            )
            error.attribute = name
            raise error


def _with_item(config: CryptoConfig, item: _Item, wire: bool) -> CryptoConfig:
    return config.with_item(item) if wire else config.with_python_item(item)


def _about(attribute: str, message: str) -> InvalidArgumentError:
    error = InvalidArgumentError(message)
    error.attribute = attribute
    return error
