# SPDX-License-Identifier: Apache-2.0
"""How the items of a table are protected in the structured format: what an item encryptor takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self, cast

from ddbcrypt.encrypted import CryptoConfig
from ddbcrypt.exceptions import InvalidArgumentError
from ddbcrypt.identifiers import CryptoAction
from ddbcrypt.internal.lazy import loader
from ddbcrypt.internal.validate import require_instance, require_key_names
from ddbcrypt.keyrings import AlgorithmSuite, CryptographicMaterialsManager, DefaultCmm, adapt
from ddbcrypt.keyrings.suites import DEFAULT_SUITE
from ddbcrypt.structured.names import RESERVED_PREFIX
from ddbcrypt.structured.overrides import LegacyOverride, PlaintextOverride
from ddbcrypt.structures import EncryptionContext

if not TYPE_CHECKING:  # it was here once, and pickles name it so
    __getattr__, __dir__ = loader(__name__, {"ddbcrypt.structured.table_config": ("DynamoDbTableEncryptionConfig",)})

__all__ = ("DynamoDbItemEncryptorConfig",)

_CONTEXT: Final = CryptoAction.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT


@dataclass(frozen=True, slots=True, eq=False)
class DynamoDbItemEncryptorConfig:
    """How items of one table are encrypted and signed (spec: ddb-table-encryption-config).

    Thread-safe where the keyring or CMM is. Makes no network call. What is given is copied. It never changes, so
    ``copy`` and ``deepcopy`` give itself; it pickles where its keyring or CMM does.

    :param logical_table_name: the name that every item is bound to; the table's own name, or the name it had before it
        was restored or renamed
    :param partition_key_name: attribute name of the partition key
    :param attribute_actions_on_encrypt: attribute name to :class:`CryptoAction`, for every attribute that an item may
        have, save those that are unsigned by prefix. The primary key is SIGN_ONLY, or, where any action is
        SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT, that
    :param sort_key_name: attribute name of the sort key, if the table has one
    :param allowed_unsigned_attributes: names of the attributes that are not signed (DO_NOTHING), now or in any item
    :param allowed_unsigned_attribute_prefix: attributes whose names begin with it are not signed
    :param keyring: a :class:`ddbcrypt.keyrings.Keyring`, or one of AWS's Material Providers Library (extra ``mpl``)
    :param cmm: a cryptographic materials manager instead of a keyring
    :param algorithm_suite_id: default: the suite with an ECDSA signature
    :param legacy_override: how items of the legacy format are treated (default: they are refused)
    :param plaintext_override: how plaintext items are treated (default: they are refused)
    :raises TypeError: when an argument is of a wrong type
    :raises InvalidArgumentError: for names, actions or overrides that contradict each other, naming the attribute
    """

    logical_table_name: str
    partition_key_name: str
    attribute_actions_on_encrypt: Mapping[str, CryptoAction]
    sort_key_name: str | None = None
    allowed_unsigned_attributes: Iterable[str] = ()
    allowed_unsigned_attribute_prefix: str | None = None
    keyring: Any = None
    cmm: Any = None
    algorithm_suite_id: AlgorithmSuite | int | None = None
    legacy_override: LegacyOverride | None = None
    plaintext_override: PlaintextOverride | None = None

    def __post_init__(self) -> None:
        for name in ("logical_table_name", "partition_key_name"):
            require_instance(name, getattr(self, name), str)
            if not getattr(self, name):
                message = f"{name} is empty"
                raise InvalidArgumentError(message)
        if self.sort_key_name is not None:
            require_instance("sort_key_name", self.sort_key_name, str)
        require_key_names(("partition_key_name", "sort_key_name"), self.partition_key_name, self.sort_key_name)
        self._set("attribute_actions_on_encrypt", _actions(self.attribute_actions_on_encrypt))
        self._set("allowed_unsigned_attributes", _names(self.allowed_unsigned_attributes))
        if self.allowed_unsigned_attribute_prefix is not None:
            require_instance("allowed_unsigned_attribute_prefix", self.allowed_unsigned_attribute_prefix, str)
            if not self.allowed_unsigned_attribute_prefix:
                raise InvalidArgumentError("allowed_unsigned_attribute_prefix is empty: nothing would be signed")
            if self.allowed_unsigned_attribute_prefix.startswith(RESERVED_PREFIX):
                message = f"allowed_unsigned_attribute_prefix: names that begin with {RESERVED_PREFIX} are reserved"
                raise InvalidArgumentError(message)
        self._check_actions()
        self._set("algorithm_suite_id", _suite(self.algorithm_suite_id))
        self._set("cmm", self._materials_manager())
        if self.legacy_override is not None:
            require_instance("legacy_override", self.legacy_override, LegacyOverride)
        if self.plaintext_override is not None:
            require_instance("plaintext_override", self.plaintext_override, PlaintextOverride)
        if self.legacy_override is not None and self.plaintext_override is not None:
            raise InvalidArgumentError("legacy_override and plaintext_override cannot both be given")
        if self.legacy_override is not None:
            self.legacy_crypto_config()

    @property
    def key_names(self) -> tuple[str, ...]:
        """The primary key, partition key first."""
        return (
            (self.partition_key_name,) if self.sort_key_name is None else (self.partition_key_name, self.sort_key_name)
        )

    @property
    def names_in_context(self) -> tuple[str, ...]:
        """Attributes whose values go into the encryption context of items that are written: the keys first."""
        included = (name for name, action in self.attribute_actions_on_encrypt.items() if action is _CONTEXT)
        return (*self.key_names, *sorted(set(included).difference(self.key_names)))

    @property
    def version(self) -> int:
        """Version of the headers that are written: 2 where an attribute goes into the encryption context, else 1."""
        return 2 if _CONTEXT in self.attribute_actions_on_encrypt.values() else 1

    @property
    def materials_manager(self) -> CryptographicMaterialsManager:
        """The CMM, made of the keyring where that was given."""
        manager: CryptographicMaterialsManager = self.cmm
        return manager

    @property
    def suite(self) -> AlgorithmSuite:
        """The algorithm suite of items that are written."""
        suite = self.algorithm_suite_id
        if not isinstance(suite, AlgorithmSuite):
            raise TypeError("the configuration was not made by its constructor")
        return suite

    @property
    def plaintext_policy(self) -> PlaintextOverride:
        """The policy for plaintext items."""
        return self.plaintext_override or PlaintextOverride.FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ

    def is_unsigned(self, name: str) -> bool:
        """Whether an attribute is outside the signature, by list or by prefix."""
        prefix = self.allowed_unsigned_attribute_prefix
        return name in self.unsigned_names or (prefix is not None and name.startswith(prefix))

    @property
    def unsigned_names(self) -> frozenset[str]:
        """``allowed_unsigned_attributes`` as a set."""
        names = self.allowed_unsigned_attributes
        return names if isinstance(names, frozenset) else frozenset(names)

    def action(self, name: str) -> CryptoAction | None:
        """Give the attribute action of a top-level attribute, None where the configuration does not know it."""
        action = self.attribute_actions_on_encrypt.get(name)
        if action is None and self.is_unsigned(name):
            return CryptoAction.DO_NOTHING
        return action

    def legacy_crypto_config(self) -> CryptoConfig | None:
        """Give the configuration of items of the legacy format, where there is an override for them."""
        legacy = self.legacy_override
        if legacy is None:
            return None
        actions = legacy.attribute_actions_on_encrypt.copy()
        actions.set_index_keys(*self.key_names)
        context = EncryptionContext(
            table_name=legacy.table_name or self.logical_table_name,
            partition_key_name=self.partition_key_name,
            sort_key_name=self.sort_key_name,
        )
        return CryptoConfig(
            legacy.materials_provider,
            context,
            actions,
            accept_28_digit_numbers=legacy.accept_28_digit_numbers,
            encryption_context_override=legacy.encryption_context_override,
            dialect=legacy.dialect,
        )

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as what the constructor was given."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        given["attribute_actions_on_encrypt"] = dict(self.attribute_actions_on_encrypt)
        if self.keyring is not None:
            given["cmm"] = None  # made of the keyring
        return _made_of, (type(self), given)

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _check_actions(self) -> None:
        key_action = _CONTEXT if self.version == 2 else CryptoAction.SIGN_ONLY
        for name in self.key_names:
            if self.attribute_actions_on_encrypt.get(name) is not key_action:
                message = f'the attribute action of the key attribute "{name}" has to be {key_action.name}' + (
                    " as another attribute's is" if key_action is _CONTEXT else ""
                )
                raise _about(name, message)
        for name in (*self.attribute_actions_on_encrypt, *sorted(self.unsigned_names)):
            if name.startswith(RESERVED_PREFIX):
                message = f'attribute "{name}": names that begin with {RESERVED_PREFIX} are reserved'
                raise _about(name, message)
        for name, action in self.attribute_actions_on_encrypt.items():
            unsigned = self.is_unsigned(name)
            if action is CryptoAction.DO_NOTHING and not unsigned:
                message = (
                    f'attribute "{name}" is DO_NOTHING: it has to be in allowed_unsigned_attributes or begin with '
                    "allowed_unsigned_attribute_prefix"
                )
                raise _about(name, message)
            if action is not CryptoAction.DO_NOTHING and unsigned:
                message = (
                    f'attribute "{name}" is {action.name}, but allowed_unsigned_attributes or '
                    "allowed_unsigned_attribute_prefix let it be unsigned"
                )
                raise _about(name, message)

    def _materials_manager(self) -> CryptographicMaterialsManager:
        if (self.keyring is None) == (self.cmm is None):
            raise InvalidArgumentError("one of keyring and cmm has to be given, and not both")
        if self.cmm is not None:
            manager = adapt(self.cmm)
            if not isinstance(manager, CryptographicMaterialsManager):
                raise TypeError("cmm is a keyring: give it as keyring")
            return manager
        keyring = adapt(self.keyring)
        if isinstance(keyring, CryptographicMaterialsManager):
            raise TypeError("keyring is a cryptographic materials manager: give it as cmm")
        return DefaultCmm(keyring)


def _made_of(kind: type[DynamoDbItemEncryptorConfig], given: dict[str, Any]) -> DynamoDbItemEncryptorConfig:
    return kind(**given)


def _actions(actions: object) -> Mapping[str, CryptoAction]:
    require_instance("attribute_actions_on_encrypt", actions, Mapping)
    copied = dict(cast("Mapping[str, CryptoAction]", actions))
    for name, action in copied.items():
        require_instance("a name in attribute_actions_on_encrypt", name, str)
        require_instance(f'attribute_actions_on_encrypt["{name}"]', action, CryptoAction)
    return MappingProxyType(copied)


def _names(names: object) -> frozenset[str]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise TypeError("allowed_unsigned_attributes has to be a collection of attribute names")
    copied = frozenset(cast("Iterable[str]", names))
    for name in copied:
        require_instance("a name in allowed_unsigned_attributes", name, str)
    return copied


def _suite(suite: object) -> AlgorithmSuite:
    if suite is None:
        return DEFAULT_SUITE
    if isinstance(suite, AlgorithmSuite):
        return suite
    try:
        return AlgorithmSuite(cast("int", suite))
    except ValueError:
        message = f"algorithm_suite_id is no suite of this format: {', '.join(str(one) for one in AlgorithmSuite)}"
        raise InvalidArgumentError(message) from None


def _about(attribute: str, message: str) -> InvalidArgumentError:
    error = InvalidArgumentError(message)
    error.attribute = attribute
    return error
