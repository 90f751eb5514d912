# SPDX-License-Identifier: Apache-2.0
"""A materials provider whose data keys come from the AWS Key Management Service (KMS), one for each item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from botocore.client import BaseClient
from botocore.session import Session

from ddbcrypt.exceptions import InvalidAlgorithmError, InvalidArgumentError, UnknownRegionError
from ddbcrypt.internal.guards import is_list
from ddbcrypt.internal.identifiers import CONTENT_ALGORITHM, ITEM_SIGNATURE_ALGORITHM
from ddbcrypt.internal.validate import require_dict, require_instance, require_optional
from ddbcrypt.material_providers import CryptographicMaterialsProvider
from ddbcrypt.material_providers.kms.algorithms import KeyAlgorithm, parse_algorithm
from ddbcrypt.material_providers.kms.calls import decrypt_with_any, decrypt_with_one_of, generate_data_key
from ddbcrypt.material_providers.kms.clients import RegionalClients
from ddbcrypt.material_providers.kms.context import kms_encryption_context
from ddbcrypt.material_providers.kms.description import describe, read_description
from ddbcrypt.material_providers.kms.key_ids import parse_key_id
from ddbcrypt.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials
from ddbcrypt.structures import EncryptionContext

__all__ = ("AwsKmsCryptographicMaterialsProvider",)

_DEFAULT_CONTENT: Final = "AES/256"
_DEFAULT_SIGNING: Final = "HmacSHA256/256"


class AwsKmsCryptographicMaterialsProvider(CryptographicMaterialsProvider):
    """Has AWS KMS make a data key for each item that is written, and decrypt it for each that is read.

    Each item costs one network call: ``GenerateDataKey`` on the way out, ``Decrypt`` on the way in. The items of a
    batch, of a query's page and of a scan's are asked for ten at a time. botocore retries throttling and time-outs as
    the session or the client is configured; what then remains becomes ``WrappingError`` or ``UnwrappingError``.

    KMS binds a data key to the item's table name, primary key and algorithms (the KMS encryption context), so an item
    that is moved to another table or key does not decrypt. These values stand in KMS's audit log. A number in the
    primary key is written as DynamoDB gives it back, ``5.0`` as ``5``.

    **Which key decrypts.** Every ``Decrypt`` names ``key_id``, and the key ARN in the answer has to fit it:

    - a key ARN: that key and no other, for a multi-Region key no replica either;
    - a bare key id: the key of that id in the region that was called;
    - an alias (name or ARN): KMS itself looks up the alias and refuses a ciphertext of any key but the one that the
      alias stands for at that moment. Nothing about it is remembered here and ``kms:DescribeKey`` is not needed. After
      an alias was moved, the ARN of the key that it stood for before goes into ``accepted_key_ids``. Who may move the
      alias decides on the key; where that is not wanted, use a key ARN.

    Where KMS says that an item is not of ``key_id``, the ``accepted_key_ids`` are tried in their order, one call each.

    **Which algorithms.** Those of ``material_description``, or AES-256 and HMAC-SHA-256 with a 256-bit key. An item
    whose own description, which is not signed, names others is refused before KMS is called, unless they are among
    ``accepted_algorithms``.

    The plaintext of a data key lives as short as it can: the two keys are derived from it inside the engine. But it
    arrives as a Python object that cannot be wiped, and botocore writes it into its log at level ``DEBUG``.

    It is safe to share between threads, and does not change after it was made. Copies are the object itself. It
    pickles without its session and clients: what is unpickled makes new ones, for the same profile and default region,
    with the credentials and endpoints of the process that it wakes up in. Providers are equal whose settings are
    equal, whatever their sessions and clients.

    To choose a key by item, override ``_select_key_id(encryption_context)``; ``_validate_key_id(key_id,
    encryption_context)`` may refuse any key id before it is sent, by raising; ``_kms_encryption_context`` builds what
    KMS binds a data key to.

    :param str key_id: AWS KMS key to encrypt and decrypt with: key ARN, alias ARN, key id or alias name. An ARN says
        which region is called; otherwise it is the session's
    :param botocore_session: ``botocore.session.Session`` to make clients of; a new one where it is None
    :param grant_tokens: list or tuple of grant tokens that are sent with every call
    :param dict material_description: may name the algorithms, as ``amzn-ddb-env-alg`` (``AES/128``, ``AES/192``,
        ``AES/256``) and ``amzn-ddb-sig-alg`` (``HmacSHA224/...`` to ``HmacSHA512/...``, 8 to 8,192 bits); other entries
        are not used. It is copied
    :param dict regional_clients: boto3 or botocore KMS clients by region; those that it lacks are made. It is copied
    :param accepted_key_ids: list or tuple of more keys to decrypt with, in the forms of ``key_id``
    :param bool discovery: let KMS decrypt with any key that the caller may use, as the reference client does: no key
        id is sent with ``Decrypt``, and any may come back
    :param accepted_algorithms: list or tuple of more algorithms to decrypt and verify with, such as ``AES/128``
    :raises TypeError: an argument is of another type
    :raises InvalidArgumentError: a key id is empty or a malformed ARN, or ``accepted_key_ids`` meet ``discovery``
    :raises JceTransformationError: an algorithm is unknown
    :raises InvalidKeyError: an algorithm does not take keys of that length (also a ``ValueError``)
    """

    #: Each item costs a call; batches make several at once.
    makes_network_calls = True

    def __init__(
        self,
        key_id: str,
        botocore_session: Session | None = None,
        grant_tokens: tuple[str, ...] | list[str] | None = None,
        material_description: dict[str, str] | None = None,
        regional_clients: dict[str, BaseClient] | None = None,
        *,
        accepted_key_ids: tuple[str, ...] | list[str] = (),
        discovery: bool = False,
        accepted_algorithms: tuple[str, ...] | list[str] = (),
    ) -> None:
        require_instance("key_id", key_id, str)
        require_optional("botocore_session", botocore_session, Session)
        require_instance("discovery", discovery, bool)
        description = {} if material_description is None else material_description
        require_dict("material_description", description, str)
        clients = {} if regional_clients is None else regional_clients
        require_dict("regional_clients", clients, BaseClient)

        self._key_id = key_id
        self._grant_tokens = _texts("grant_tokens", () if grant_tokens is None else grant_tokens)
        self._material_description = dict(description)
        self._accepted_key_ids = _texts("accepted_key_ids", accepted_key_ids)
        self._discovery = discovery
        self._accepted_algorithms = _texts("accepted_algorithms", accepted_algorithms)
        self._check_key_ids()
        self._set_algorithms()
        self._set_clients(Session() if botocore_session is None else botocore_session, clients)

    def encryption_materials(self, encryption_context: EncryptionContext) -> RawEncryptionMaterials:
        """Have KMS make a data key: one network call.

        :param encryption_context: what is known of the item
        :raises WrappingError: KMS refused, was not reached, or answered for another key; it names the key id
        :raises UnknownRegionError: neither the key id nor the session says which region to call
        :raises AwsKmsMaterialsProviderError: a key attribute that is neither text, number nor binary
        """
        key_id = self._selected(encryption_context)
        kms_context = self._kms_encryption_context(encryption_context, self._content_text, self._signing_text)
        data_key, ciphertext = generate_data_key(self._client, key_id, self._parameters(kms_context))
        return RawEncryptionMaterials(
            signing_key=self._signing.derive(data_key),
            encryption_key=self._content.derive(data_key),
            material_description={
                **encryption_context.material_description,
                **describe(ciphertext, self._content_text, self._signing_text),
            },
        )

    def decryption_materials(self, encryption_context: EncryptionContext) -> RawDecryptionMaterials:
        """Have KMS decrypt an item's data key: one network call, and one more for each key that it is not of.

        :param encryption_context: what is known of the item, with the material description that it carries
        :raises UnwrappingError: the description names other algorithms; or KMS refused, was not reached, or answered
            for another key, and the message names the key ids
        :raises UnknownRegionError: neither the key id nor the session says which region to call
        :raises AwsKmsMaterialsProviderError: a key attribute that is neither text, number nor binary
        """
        description = encryption_context.material_description
        wrapped = read_description(description, self._readable)
        kms_context = self._kms_encryption_context(encryption_context, wrapped.content_text, wrapped.signing_text)
        parameters = self._parameters(kms_context)
        if self._discovery:
            key_id = self._selected(encryption_context)
            data_key = decrypt_with_any(self._client, key_id, wrapped.ciphertext, parameters)
        else:
            key_ids = self._decryption_key_ids(encryption_context)
            data_key = decrypt_with_one_of(self._client, key_ids, wrapped.ciphertext, parameters)
        return RawDecryptionMaterials(
            verification_key=wrapped.signing.derive(data_key),
            decryption_key=wrapped.content.derive(data_key),
            material_description=dict(description),
        )

    def _select_key_id(self, encryption_context: EncryptionContext) -> str:
        """Choose the key of an item; here always the ``key_id`` that the provider was made with."""
        return self._key_id

    def _validate_key_id(self, key_id: str, encryption_context: EncryptionContext) -> None:
        """Refuse a key id before it is sent, by raising; here none is refused."""

    def _kms_encryption_context(
        self, encryption_context: EncryptionContext, encryption_description: str, signing_description: str
    ) -> dict[str, str]:
        """Build the KMS encryption context, of both algorithms as the material description writes them."""
        return kms_encryption_context(encryption_context, encryption_description, signing_description)

    def _client(self, key_id: str) -> Any:
        """Give the KMS client for the region of ``key_id``, or for the session's."""
        region = parse_key_id(key_id).region or self._regional_clients.default_region()
        if not region:
            raise UnknownRegionError(
                f"key id {key_id!r} names no region, and the botocore session is configured for none: "
                "give a key ARN, or set the session's region"
            )
        return self._regional_clients.of_region(region)

    def _selected(self, encryption_context: EncryptionContext) -> str:
        key_id = self._select_key_id(encryption_context)
        self._validate_key_id(key_id, encryption_context)
        return key_id

    def _decryption_key_ids(self, encryption_context: EncryptionContext) -> Iterator[str]:
        selected = self._selected(encryption_context)
        yield selected
        for key_id in self._accepted_key_ids:
            if key_id != selected:
                self._validate_key_id(key_id, encryption_context)
                yield key_id

    def _parameters(self, kms_context: dict[str, str]) -> dict[str, Any]:
        parameters: dict[str, Any] = {"EncryptionContext": kms_context}
        if self._grant_tokens:
            parameters["GrantTokens"] = list(self._grant_tokens)
        return parameters

    def _check_key_ids(self) -> None:
        if self._discovery and self._accepted_key_ids:
            raise InvalidArgumentError(
                "with discovery every key is accepted, so accepted_key_ids would have no effect: give one of the two"
            )
        for key_id in self._accepted_key_ids:
            parse_key_id(key_id)
        # A subclass that chooses the key for itself need not be given one.
        if type(self)._select_key_id is AwsKmsCryptographicMaterialsProvider._select_key_id:  # noqa: SLF001
            parse_key_id(self._key_id)

    def _set_algorithms(self) -> None:
        self._content_text = self._material_description.get(CONTENT_ALGORITHM, _DEFAULT_CONTENT)
        self._signing_text = self._material_description.get(ITEM_SIGNATURE_ALGORITHM, _DEFAULT_SIGNING)
        self._content = _algorithm(CONTENT_ALGORITHM, self._content_text, is_content=True)
        self._signing = _algorithm(ITEM_SIGNATURE_ALGORITHM, self._signing_text, is_content=False)
        accepted = (parse_algorithm(text) for text in self._accepted_algorithms)
        self._readable = frozenset((self._content, self._signing, *accepted))

    def _set_clients(self, session: Session, clients: dict[str, BaseClient]) -> None:
        self._botocore_session = session
        self._regional_clients = RegionalClients(session, clients)

    def __getstate__(self) -> dict[str, Any]:
        """Everything but session and clients: they hold locks, sockets and credentials."""
        state = dict(self.__dict__)
        del state["_regional_clients"]
        session: Session = state.pop("_botocore_session")
        return {**state, "_session": (session.profile, self._regional_clients.default_region())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make a new session and no clients yet."""
        state = dict(state)
        profile, region = state.pop("_session")
        self.__dict__.update(state)
        session = Session(profile=profile)
        if region is not None:
            session.set_config_variable("region", region)
        self._set_clients(session, {})

    def __copy__(self) -> AwsKmsCryptographicMaterialsProvider:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> AwsKmsCryptographicMaterialsProvider:
        return self

    def __repr__(self) -> str:
        """Everything but session and clients."""
        return (
            f"{type(self).__name__}(key_id={self._key_id!r}, grant_tokens={self._grant_tokens!r}, "
            f"material_description={self._material_description!r}, accepted_key_ids={self._accepted_key_ids!r}, "
            f"discovery={self._discovery!r}, accepted_algorithms={self._accepted_algorithms!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AwsKmsCryptographicMaterialsProvider) or type(other) is not type(self):
            return NotImplemented
        return (
            self._key_id == other._key_id
            and self._grant_tokens == other._grant_tokens
            and self._material_description == other._material_description
            and self._accepted_key_ids == other._accepted_key_ids
            and self._discovery == other._discovery
            and self._accepted_algorithms == other._accepted_algorithms
        )

    __hash__ = None  # type: ignore[assignment]  # as the other providers


def _texts(name: str, values: object) -> tuple[str, ...]:
    """Copy a list or tuple of texts; a single text, whose characters would pass for its members, is refused."""
    if not isinstance(values, tuple) and not is_list(values):
        raise TypeError(f'"{name}" must be a list or tuple of str, not {type(values).__name__}')
    texts: tuple[Any, ...] = tuple(cast("Sequence[Any]", values))
    for text in texts:
        require_instance(name, text, str)
    return texts


def _algorithm(name: str, text: str, *, is_content: bool) -> KeyAlgorithm:
    algorithm = parse_algorithm(text)
    if algorithm.is_content is not is_content:
        kind = "encrypts attributes" if is_content else "signs items"
        raise InvalidAlgorithmError(f'"{name}" has to be an algorithm that {kind}, not {text!r}')
    return algorithm
