# SPDX-License-Identifier: Apache-2.0
"""The structured format once more, in plain Python on ``cryptography``: written from docs/format-structured.md alone.

Slow and without any checks that the format does not ask for: it is what the C engine is compared with.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_der_private_key

Item = Mapping[str, Mapping[str, Any]]
Context_ = dict[str, str]
DataKey = tuple[bytes, bytes, bytes]

HEADER = "aws_dbe_head"
FOOTER = "aws_dbe_foot"
TYPE_IDS = {
    "NULL": 0x0000,
    "S": 0x0001,
    "N": 0x0002,
    "BOOL": 0x0004,
    "SS": 0x0101,
    "NS": 0x0102,
    "BS": 0x01FF,
    "M": 0x0200,
    "L": 0x0300,
    "B": 0xFFFF,
}
TYPES = {number: name for name, number in TYPE_IDS.items()}
SIGNATURE_SIZE = 103


@dataclass(frozen=True)
class Configuration:
    """What an item is written and read by; actions are ``e``, ``s``, ``c``, or missing for what is not signed."""

    table: str
    partition: str
    sort: str | None
    actions: Mapping[str, str]

    @property
    def version(self) -> int:
        """2 where an attribute is in the encryption context."""
        return 2 if "c" in self.actions.values() else 1


@dataclass(frozen=True)
class Materials:
    """Keys of one item. ``signing_key``: PKCS#8 to write, an uncompressed or compressed point to read."""

    suite: int
    data_key: bytes
    data_keys: Sequence[DataKey]
    context: Mapping[str, str]
    required: Sequence[str]
    tag_keys: Sequence[bytes]
    signing_key: bytes | None = None


@dataclass
class Header:
    """A parsed header."""

    version: int
    suite: int
    message_id: bytes
    legend: str
    context: Context_ = field(default_factory=dict[str, str])
    data_keys: list[DataKey] = field(default_factory=list[DataKey])


def utf16(text: str) -> bytes:
    """Sorts as UTF-16 code units do."""
    return text.encode("utf-16-be")


def u16(number: int) -> bytes:
    """Two bytes, big-endian."""
    return number.to_bytes(2, "big")


def u32(number: int) -> bytes:
    """Four bytes, big-endian."""
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    """Eight bytes, big-endian."""
    return number.to_bytes(8, "big")


def normal_number(text: str) -> str:
    """Plain notation without needless zeros."""
    plain = format(Decimal(text).normalize(Context(prec=60)), "f")
    return "0" if Decimal(plain) == 0 else plain


# ---- values


def serialize(value: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """Type id and bytes of a DynamoDB JSON value."""
    ((kind, content),) = value.items()
    return u16(TYPE_IDS[kind]), _body(kind, content)


def _body(kind: str, content: Any) -> bytes:
    if kind == "NULL":
        return b""
    if kind == "S":
        return bytes(content.encode())
    if kind == "N":
        return normal_number(content).encode()
    if kind == "B":
        return bytes(content)
    if kind == "BOOL":
        return b"\1" if content else b"\0"
    if kind == "SS":
        members = [text.encode() for text in sorted(content, key=utf16)]
    elif kind == "NS":
        members = sorted(normal_number(text).encode() for text in content)
    elif kind == "BS":
        members = sorted(bytes(member) for member in content)
    elif kind == "L":
        return u32(len(content)) + b"".join(_prefixed(member) for member in content)
    else:
        return u32(len(content)) + b"".join(
            _prefixed({"S": name}) + _prefixed(content[name]) for name in sorted(content, key=utf16)
        )
    return u32(len(members)) + b"".join(u32(len(member)) + member for member in members)


def _prefixed(value: Mapping[str, Any]) -> bytes:
    type_id, body = serialize(value)
    return type_id + u32(len(body)) + body


def deserialize(type_id: bytes, body: bytes) -> dict[str, Any]:
    """The DynamoDB JSON value of type id and bytes."""
    kind = TYPES[int.from_bytes(type_id, "big")]
    if kind == "NULL":
        return {kind: True}
    if kind in {"S", "N"}:
        return {kind: body.decode()}
    if kind == "B":
        return {kind: body}
    if kind == "BOOL":
        return {kind: body == b"\1"}
    rest = _Cursor(body)
    count = rest.number(4)
    if kind in {"SS", "NS"}:
        return {kind: [rest.take(rest.number(4)).decode() for _ in range(count)]}
    if kind == "BS":
        return {kind: [rest.take(rest.number(4)) for _ in range(count)]}
    members = [deserialize(rest.take(2), rest.take(rest.number(4))) for _ in range(count * (1 if kind == "L" else 2))]
    if kind == "L":
        return {kind: members}
    return {kind: {name["S"]: value for name, value in zip(members[::2], members[1::2], strict=True)}}


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise ValueError("truncated")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")


# ---- paths, context, header


def canonical_path(table: str, name: str) -> bytes:
    """Table name, depth 1, ``$``, length of the name in UTF-16 code units, the name."""
    return table.encode() + u64(1) + b"$" + u64(len(utf16(name)) // 2) + name.encode()


def signed_names(configuration: Configuration, item: Item) -> list[str]:
    """Names of the item's signed attributes, in order of canonical path."""
    names = [name for name in item if name in configuration.actions]
    return sorted(names, key=lambda name: canonical_path(configuration.table, name))


def base_context(configuration: Configuration, item: Item) -> Context_:
    """The part of the encryption context that is made from the item."""
    context = {
        "aws-crypto-table-name": configuration.table,
        "aws-crypto-partition-name": configuration.partition,
    }
    if configuration.sort is not None:
        context["aws-crypto-sort-name"] = configuration.sort
    if configuration.version == 1:
        for name in filter(None, (configuration.partition, configuration.sort)):
            context[f"aws-crypto-attr.{name}"] = base64.b64encode(b"".join(serialize(item[name]))).decode()
        return context
    legend = ""
    for name in sorted(name for name, action in configuration.actions.items() if action == "c"):
        ((kind, content),) = item[name].items()
        if kind in {"S", "N"}:
            legend += kind
            text = serialize(item[name])[1].decode()
        elif kind in {"NULL", "BOOL"}:
            legend += "L"
            text = "null" if kind == "NULL" else "true" if content else "false"
        else:
            legend += "B"
            text = base64.b64encode(b"".join(serialize(item[name]))).decode()
        context[f"aws-crypto-attr.{name}"] = text
    context["aws-crypto-legend"] = legend
    return context


def serialize_context(context: Mapping[str, str]) -> bytes:
    """Count, then the pairs in order of UTF-8 name."""
    out = u16(len(context))
    for name, value in sorted((name.encode(), value.encode()) for name, value in context.items()):
        out += u16(len(name)) + name + u16(len(value)) + value
    return out


def partial_header(header: Header) -> bytes:
    """All of the header that the commitment covers."""
    out = bytes([header.version, header.suite & 0xFF]) + header.message_id
    out += u16(len(header.legend)) + header.legend.encode() + serialize_context(header.context)
    out += bytes([len(header.data_keys)])
    for parts in header.data_keys:
        for part in parts:
            out += u16(len(part)) + part
    return out


def parse_header(data: bytes) -> Header:
    """The way back; the commitment is left out."""
    cursor = _Cursor(data[:-32])
    version, flavor, message_id = cursor.number(1), cursor.number(1), cursor.take(32)
    header = Header(version, 0x6700 | flavor, message_id, cursor.take(cursor.number(2)).decode())
    for _ in range(cursor.number(2)):
        name = cursor.take(cursor.number(2)).decode()
        header.context[name] = cursor.take(cursor.number(2)).decode()
    for _ in range(cursor.number(1)):
        provider_id, info = cursor.take(cursor.number(2)), cursor.take(cursor.number(2))
        header.data_keys.append((provider_id, info, cursor.take(cursor.number(2))))
    assert cursor.at == len(cursor.data)
    return header


# ---- keys


def derive(data_key: bytes, label: bytes, message_id: bytes) -> bytes:
    """32 bytes by HKDF-SHA512."""
    return HKDF(hashes.SHA512(), 32, None, label + message_id).derive(data_key)


def commitment(data_key: bytes, message_id: bytes, partial: bytes) -> bytes:
    """The header's last 32 bytes."""
    return hmac.digest(derive(data_key, b"AWS_DBE_COMMIT_KEY", message_id), partial, "sha512")[:32]


def field_keys(data_key: bytes, message_id: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Key and nonce of each encrypted attribute, without end."""
    root = derive(data_key, b"AWS_DBE_DERIVE_KEY", message_id)
    position = 0
    while True:
        block = b"AwsDbeField" + bytes([44]) + u32(3 * position)
        stream = Cipher(algorithms.AES(root), modes.CTR(block)).encryptor().update(bytes(44))
        yield stream[:32], stream[32:]
        position += 1


def record(
    configuration: Configuration, header: bytes, context: Mapping[str, str], item: Item, flags: Mapping[str, str]
) -> bytes:
    """The canonical record of an encrypted item."""
    whole = serialize_context(context)
    out = header + u64(len(whole)) + whole
    for name in signed_names(configuration, item):
        out += canonical_path(configuration.table, name)
        if flags[name] == "e":
            stored = item[name]["B"]
            out += u64(len(stored) - 2) + b"ENCRYPTED" + stored
        else:
            type_id, body = serialize(item[name])
            out += u64(len(body)) + b"PLAINTEXT" + type_id + body
    return out


# ---- items


def encrypt(
    configuration: Configuration,
    materials: Materials,
    item: Item,
    message_id: bytes,
    bodies: Mapping[str, tuple[bytes, bytes]] | None = None,
) -> dict[str, Any]:
    """The encrypted item. With the ECDSA suite its last 103 bytes are new each time.

    ``bodies``: type id and bytes that some attributes get in place of their serialisation.
    """
    names = signed_names(configuration, item)
    stored = {name: value for name, value in materials.context.items() if name not in materials.required}
    legend = "".join(configuration.actions[name] for name in names)
    parsed = Header(configuration.version, materials.suite, message_id, legend, stored, list(materials.data_keys))
    partial = partial_header(parsed)
    header = partial + commitment(materials.data_key, message_id, partial)
    out: dict[str, Any] = dict(item)
    keys = field_keys(materials.data_key, message_id)
    for name in names:
        if configuration.actions[name] == "e":
            type_id, body = (bodies or {}).get(name) or serialize(item[name])
            key, nonce = next(keys)
            path = canonical_path(configuration.table, name)
            out[name] = {"B": type_id + AESGCM(key).encrypt(nonce, body, path)}
    digest = hashlib.sha384(record(configuration, header, materials.context, out, configuration.actions)).digest()
    footer = b"".join(hmac.digest(key, digest, "sha384") for key in materials.tag_keys)
    if materials.signing_key is not None:
        footer += sign(materials.signing_key, digest)
    return {**out, HEADER: {"B": header}, FOOTER: {"B": footer}}


def sign(private_key: bytes, digest: bytes) -> bytes:
    """An ECDSA signature of the one length that readers take."""
    key = load_der_private_key(private_key, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = b""
    while len(signature) != SIGNATURE_SIZE:
        signature = key.sign(digest, ec.ECDSA(hashes.SHA384()))
    return signature


def decrypt(configuration: Configuration, materials: Materials, item: Item) -> dict[str, Any]:
    """The verified, decrypted item. ``configuration.actions`` says only which names are signed."""
    header, footer = item[HEADER]["B"], item[FOOTER]["B"]
    body = {name: value for name, value in item.items() if not name.startswith("aws_dbe_")}
    parsed = parse_header(header)
    if header[-32:] != commitment(materials.data_key, parsed.message_id, header[:-32]):
        raise ValueError("commitment")
    names = signed_names(configuration, body)
    flags = dict(zip(names, parsed.legend, strict=True))
    digest = hashlib.sha384(record(configuration, header, materials.context, body, flags)).digest()
    tags_size = 48 * len(parsed.data_keys)
    tags = [footer[at : at + 48] for at in range(0, tags_size, 48)]
    if hmac.digest(materials.tag_keys[0], digest, "sha384") not in tags:
        raise ValueError("recipient tag")
    if materials.suite == 0x6701:
        assert materials.signing_key is not None
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), materials.signing_key)
        point.verify(footer[tags_size:], digest, ec.ECDSA(hashes.SHA384()))
    keys = field_keys(materials.data_key, parsed.message_id)
    out: dict[str, Any] = dict(body)
    for name in names:
        if flags[name] == "e":
            key, nonce = next(keys)
            stored = body[name]["B"]
            path = canonical_path(configuration.table, name)
            out[name] = deserialize(stored[:2], AESGCM(key).decrypt(nonce, stored[2:], path))
    return out
