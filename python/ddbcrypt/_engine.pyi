# SPDX-License-Identifier: Apache-2.0
"""The C extension: items in, items out. Internal; the public names are in :mod:`ddbcrypt`.

Every function is positional-only and thread-safe, makes no network call, never changes its arguments, and releases
the GIL around the C work of larger items. Errors are those of :mod:`ddbcrypt.exceptions`, with ``attribute`` set to the
name of the attribute where there is one.

``wire`` is true for DynamoDB JSON (``{"name": {"S": "value"}}``, the boto3 client), false for Python values (the boto3
resource). ``actions`` is a dict of name to ``CryptoAction``; ``default_action`` is for names that it lacks.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, final

from ddbcrypt.identifiers import CryptoAction

LIBCRYPTO_VERSION: Final[str]

@final
class Key:
    """A key, copied into memory that is wiped when the object dies. It does not pickle.

    ``algorithm``: a JCE name. ``kind``: 0 symmetric, 1 private, 2 public; ``encoding``: 0 raw, 1 DER, 2 PEM, the values
    of ``EncryptionKeyType`` and ``KeyEncodingType``. Symmetric and raw: ``AES``, ``AESWrap`` (16, 24 or 32 bytes),
    ``HmacSHA224/256/384/512`` (1 to 1,024 bytes). DER or PEM: ``RSA``,
    ``SHA224/256/384/512withRSA`` (2,048 to 8,192 bits).
    Raises ``InvalidKeyError`` (kind, encoding, length, malformed), ``InvalidAlgorithmError`` (name).
    """

    algorithm: Final[str]
    def __init__(self, algorithm: str, material: bytes, kind: int = 0, encoding: int = 0, /) -> None: ...
    @classmethod
    def derive(cls, algorithm: str, material: bytes, info: bytes, size: int, /) -> Key:
        """A symmetric key of ``size`` bytes by HKDF-SHA256 (RFC 5869) without salt; its bytes stay in the engine."""
    def encrypt(self, transformation: str, plaintext: bytes, /) -> bytes:
        """AES: IV + ciphertext, ``AES/CBC`` or ``AES/CTR``, ``PKCS5Padding`` or ``NoPadding``. RSA: ``RSA/ECB/...``.

        Raises ``JceTransformationError`` for an unknown transformation, ``InvalidAlgorithmError`` where it does not fit
        the key, ``EncryptionError`` where NoPadding gets a partial block, ``WrappingError`` where RSA gets too much.
        """
    def decrypt(self, transformation: str, ciphertext: bytes, /) -> bytes:
        """The way back: ``DecryptionError`` (AES), ``UnwrappingError`` (RSA)."""
    def wrap(self, transformation: str, content_key: bytes, /) -> bytes:
        """AES and AESWrap keys by RFC 3394 whatever the transformation is, RSA keys by its padding.

        Raises ``WrappingError``.
        """
    def unwrap(self, transformation: str, wrapped_key: bytes, /) -> bytes:
        """The way back. Every malformed input gives the same ``UnwrappingError``."""
    def sign(self, data: bytes, /) -> bytes: ...
    def verify(self, signature: bytes, data: bytes, /) -> None: ...

def generate_rsa(bits: int, /) -> bytes:
    """A new RSA private key of 2,048 to 8,192 bits, as PKCS#8 DER."""

def encrypt_item(
    item: Mapping[str, Any],
    wire: bool,
    table_name: str | None,
    default_action: CryptoAction,
    actions: dict[str, CryptoAction],
    encryption_key: Key | None,
    signing_key: Key,
    description: dict[str, str] | None,
    dialect: int,
    /,
) -> dict[str, Any]:
    """A new, encrypted and signed item.

    ``description`` is what the item's material description is to hold, whole. None: what every item has, the signing
    algorithm and, where there is an encryption key, the mode of the attributes.
    ``dialect``: 0 for the Python client's order, 1 for Java's.
    """

def decrypt_item(
    item: Mapping[str, Any],
    wire: bool,
    table_name: str | None,
    default_action: CryptoAction,
    actions: dict[str, CryptoAction],
    decryption_key: Key | None,
    verification_key: Key,
    description: dict[str, str] | None,
    options: int,
    /,
) -> dict[str, Any]:
    """The verified, decrypted item, without the two reserved attributes.

    ``description``: what the item's material description holds; None to read it from the item. ``options``: bit 0
    accepts 28-digit numbers.
    """

def encrypt_items(
    items: Sequence[Mapping[str, Any]], arguments: Sequence[tuple[Any, ...]], wire: bool, /
) -> list[dict[str, Any]]:
    """As :func:`encrypt_item` for many, all or nothing; ``arguments`` are those after ``wire``, for each item.

    The same tuple for one item after the other is read once. An error has the item's ``index``.
    """

def decrypt_items(
    items: Sequence[Mapping[str, Any]], arguments: Sequence[tuple[Any, ...]], wire: bool, /
) -> list[dict[str, Any]]:
    """As :func:`decrypt_item` for many, like :func:`encrypt_items`."""

def serialize_attribute(attribute: Mapping[str, Any], dialect: int, /) -> bytes:
    """Canonical bytes of one DynamoDB JSON attribute (``{"S": "value"}``)."""

def deserialize_attribute(data: bytes, /) -> dict[str, Any]:
    """The DynamoDB JSON attribute that canonical bytes hold."""

def serialize_description(description: dict[str, str], /) -> bytes: ...
def deserialize_description(data: bytes, /) -> dict[str, str]: ...
def string_to_sign(
    item: Mapping[str, Any],
    table_name: str | None,
    default_action: CryptoAction,
    actions: dict[str, CryptoAction],
    dialect: int,
    options: int,
    /,
) -> bytes:
    """The bytes that a signature covers, of a DynamoDB JSON item without its reserved attributes.

    With bit 0 of ``options`` set, numbers enter rounded to 28 digits.
    """

def to_wire(item: Mapping[str, Any], /) -> dict[str, Any]:
    """Python values to DynamoDB JSON, with the rules and results of boto3's ``TypeSerializer``."""

def from_wire(item: Mapping[str, Any], /) -> dict[str, Any]:
    """DynamoDB JSON to Python values, with the results of boto3's ``TypeDeserializer``."""

def structured_encrypt(
    item: Mapping[str, Any], wire: bool, plan: tuple[Any, ...], materials: tuple[Any, ...], /
) -> dict[str, Any]:
    """A new item of the structured format: encrypted, signed, with ``aws_dbe_head`` and ``aws_dbe_foot``.

    ``plan``: logical table name, partition key name, sort key name or None, ``dict[str, CryptoAction]``, a set of names
    that may be unsigned, their prefix or None. Each attribute has an action, or may be unsigned; one that may be
    unsigned has action DO_NOTHING or none; keys are SIGN_ONLY, or SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT where any
    attribute is. ``materials``: algorithm suite (0x6700, 0x6701), plaintext data key (32 bytes), encrypted data keys
    (1 to 255 of provider id, provider information, ciphertext, all ``bytes``), whole encryption context
    (``Mapping[str, str]``), names of it that the header does not store, signing key (PKCS#8 DER; None with 0x6700), and
    a symmetric signing key (32 bytes) for each data key. Or, for the engine to make all of these: algorithm suite, and
    raw AES keys, 1 to 255 of AES ``Key``, namespace and name, those as ``bytes``.
    Raises ``InvalidArgumentError`` (plan, materials, a missing key attribute), ``ReservedAttributeError``
    (``aws_dbe_...``), ``InvalidAlgorithmError`` (suite), ``InvalidKeyError`` (signing key), ``SerializationError``.
    """

def structured_decrypt(
    item: Mapping[str, Any], wire: bool, plan: tuple[Any, ...], materials: tuple[Any, ...], /
) -> dict[str, Any]:
    """The verified, decrypted item, without its reserved attributes.

    ``plan`` as above; of its actions nothing is used: what is signed follows from the names that may be unsigned, and
    what is encrypted from the header's legend, which is signed. ``materials`` as above, with one symmetric signing key,
    and as signing key the verification key (compressed point of P-384). The encrypted data keys and the names of
    the context are not used. Of raw AES keys as above, the first that decrypts a data key is taken; of their
    algorithm suite nothing is used.
    Raises ``DeserializationError`` (malformed header or value), ``SignatureVerificationError`` (commitment, recipient
    tag, signature, number of signed attributes), ``DecryptionError`` (an attribute that is no ciphertext),
    ``InvalidArgumentError`` (plan or materials that do not fit the item).
    """

def structured_encrypt_items(jobs: Sequence[tuple[Any, Any, Any]], wire: bool, /) -> list[dict[str, Any]]:
    """As :func:`structured_encrypt` for many: a job is item, plan and materials. An error has the job's ``index``."""

def structured_decrypt_items(jobs: Sequence[tuple[Any, Any, Any]], wire: bool, /) -> list[dict[str, Any]]:
    """As :func:`structured_decrypt` for many, like :func:`structured_encrypt_items`."""

def structured_header(item: Mapping[str, Any], wire: bool, /) -> dict[str, Any]:
    """What an item's header says; nothing of it is verified.

    ``version`` (1, 2), ``suite`` (algorithm suite, 0x6700 or 0x6701), ``message_id``, ``legend`` (``e``, ``s``, ``c``
    for the signed attributes), ``encryption_context`` (the stored part), ``data_keys`` (provider id, provider
    information and ciphertext each). Raises ``DeserializationError``.
    """

def structured_context(item: Mapping[str, Any], wire: bool, plan: tuple[Any, ...], /) -> dict[str, str]:
    """The part of the encryption context that is made from the item: of version 1 or 2 as its header says.

    An item without header is one to be encrypted, and ``plan`` decides. Raises ``InvalidArgumentError`` where a key
    attribute, or one that is to be included, is missing.
    """

def structured_actions(item: Mapping[str, Any], wire: bool, plan: tuple[Any, ...], /) -> dict[str, CryptoAction]:
    """Action of each signed attribute: of an encrypted item by its legend (not verified), else by ``plan``."""

def structured_kept(item: object, wire: bool, names: tuple[str, ...], /) -> tuple[Any, ...] | None:
    """References to what later changes of an item do not touch: its names in a list, then the values of ``names``.

    In DynamoDB JSON each value gives two, its type and what has it; of Python values a ``Binary`` gives its bytes. None
    where the item is not a plain dict, lacks one of the names, or has a value under it that can change.
    """

def structured_serialize_context(context: Mapping[str, str], /) -> bytes:
    """An encryption context as headers, records and keyrings have it: count, then the pairs in order of name."""

def structured_serialize_value(value: Mapping[str, Any], /) -> tuple[bytes, bytes]:
    """Type id (two bytes) and serialisation of one DynamoDB JSON value."""

def structured_deserialize_value(type_id: bytes, data: bytes, /) -> dict[str, Any]:
    """The way back. Raises ``DeserializationError``, and what the value itself may raise."""

def structured_random(size: int, /) -> bytes:
    """Fresh random bytes, at most 65,536."""

def gcm_seal(key: bytes, iv: bytes, aad: bytes, plaintext: bytes, /) -> bytes:
    """AES-GCM under a key of 16, 24 or 32 bytes and an IV of 12: ciphertext and tag (16 bytes)."""

def gcm_open(key: bytes, iv: bytes, aad: bytes, sealed: bytes, /) -> bytes:
    """The way back. Raises ``DecryptionError`` where anything is not as it was sealed."""

def data_key_seal(intermediate_key: bytes, context: bytes, data_key: bytes, /) -> tuple[bytes, bytes]:
    """A data key (32 bytes) under an intermediate key (32 bytes), bound to a serialised encryption context.

    Gives it encrypted (48 bytes) and the key of its recipient's tag (32 bytes), as the algorithm suites of the
    structured format ask ("Intermediate Key Wrapping"). Raises ``InvalidKeyError`` (intermediate key),
    ``InvalidArgumentError`` (length of the data key).
    """

def data_key_open(intermediate_key: bytes, context: bytes, sealed: bytes, /) -> tuple[bytes, bytes]:
    """The way back: the data key and the key of the recipient's tag.

    Raises ``InvalidKeyError`` (length), ``DecryptionError`` where anything is not as it was sealed.
    """

def hkdf_sha512(material: bytes, salt: bytes, info: bytes, size: int, /) -> bytes:
    """HKDF (RFC 5869) with SHA-512; an empty ``salt`` is none. 1 to 1,024 bytes."""

def kdf_ctr_sha256(key: bytes, label: bytes, context: bytes, size: int, /) -> bytes:
    """The counter mode of NIST SP 800-108 with HMAC-SHA256; counter and bit length have 32 bits. 1 to 1,024 bytes.

    Each block is the HMAC of counter, ``label``, a zero byte, ``context`` and the length of the result in bits.
    """

def ecdsa_p384_generate() -> tuple[bytes, bytes]:
    """A new P-384 key pair: the private key as PKCS#8 DER, the public key as compressed point (49 bytes)."""

def rsa_encrypt(public_key: bytes, padding: str, plaintext: bytes, /) -> bytes:
    """RSA encryption of a raw RSA keyring.

    ``public_key``: SubjectPublicKeyInfo or PKCS#1, DER or PEM. ``padding``: ``PKCS1``, or ``OAEP_SHA1_MGF1``,
    ``OAEP_SHA256_MGF1``, ``OAEP_SHA384_MGF1``, ``OAEP_SHA512_MGF1``, with the same digest in MGF1.
    Raises ``JceTransformationError`` (padding), ``InvalidKeyError``, ``WrappingError`` (too long for the key).
    """

def rsa_decrypt(private_key: bytes, padding: str, ciphertext: bytes, /) -> bytes:
    """The way back, with a PKCS#8 or PKCS#1 key. Every malformed input gives the same ``UnwrappingError``."""
