# SPDX-License-Identifier: Apache-2.0
"""Seeds for the targets of the structured format; make_corpus.py writes them."""

import struct
from collections.abc import Iterator, Mapping

Seeds = Iterator[tuple[str, bytes]]

SEALED, ECDSA, TWO_KEYS, INCLUDED = 1, 2, 4, 8
MESSAGE_ID = bytes(range(64, 96))
COMMITMENT = bytes(range(96, 128))


def u16(number: int) -> bytes:
    return struct.pack(">H", number)


def u32(number: int) -> bytes:
    return struct.pack(">I", number)


def piece(value: bytes) -> bytes:
    return u16(len(value)) + value


def sized(value: bytes) -> bytes:
    return u32(len(value)) + value


# ---- header


def pairs(*texts: str) -> bytes:
    return u16(len(texts) // 2) + b"".join(piece(text.encode()) for text in texts)


def keys(*triples: tuple[bytes, bytes, bytes]) -> bytes:
    return bytes([len(triples)]) + b"".join(piece(part) for triple in triples for part in triple)


ONE_KEY = keys((b"demo", b"key-1", bytes.fromhex("c0ffee")))
NO_PAIRS = pairs()


def header(
    version: int = 1, flavor: int = 0, legend: bytes = b"see", context: bytes = NO_PAIRS, data_keys: bytes = ONE_KEY
) -> bytes:
    return bytes([version, flavor]) + MESSAGE_ID + piece(legend) + context + data_keys + COMMITMENT


def header_seeds() -> Seeds:
    public = pairs("aws-crypto-public-key", "A" * 68)
    yield "plain", header()
    yield "version-2", header(2, 0, b"cse")
    yield "ecdsa", header(1, 1, b"s", public)
    yield "ecdsa-version-2", header(2, 1, b"ccsee", public)
    yield "no-legend", header(legend=b"")
    yield "long-legend", header(legend=b"es" * 200)
    yield "pairs", header(context=pairs("a", "1", "aa", "2", "b", "", "\u00e6", "\U0001f600"))
    yield (
        "three-keys",
        header(data_keys=keys((b"a", b"", b""), (b"", b"b", b"c"), (b"aws-kms", b"arn" * 20, bytes(200)))),
    )
    yield "most-keys", header(data_keys=keys(*[(b"a", b"b", b"c")] * 255))
    yield "bad-version-0", header(0)
    yield "bad-version-3", header(3)
    yield "bad-flavor-2", header(1, 2)
    yield "bad-legend", header(legend=b"sex")
    yield "bad-legend-c-in-version-1", header(1, 0, b"c")
    yield "bad-no-keys", header(data_keys=keys())
    yield "bad-key-count", header(data_keys=b"\2" + ONE_KEY[1:])
    yield "bad-fewer-keys", header(data_keys=b"\1" + keys((b"a", b"", b""), (b"b", b"", b""))[1:])
    yield "bad-provider-id", header(data_keys=keys((b"\xff", b"", b"")))
    yield "bad-pair-order", header(context=pairs("b", "1", "a", "2"))
    yield "bad-pair-twice", header(context=pairs("a", "1", "a", "2"))
    yield "bad-empty-name", header(context=pairs("", "1"))
    yield "bad-pair-count", header(context=b"\xff\xff" + pairs("a", "1")[2:])
    yield "bad-utf8", header(context=u16(1) + piece(b"a") + piece(b"\xed\xa0\x80"))
    yield "bad-trailing-byte", header() + b"\0"
    yield "bad-legend-length", header()[:34] + b"\xff\xff" + header()[36:]
    whole = header(1, 1, b"see", public)
    for at in range(0, len(whole), 7):
        yield f"bad-cut-{at:03}", whole[:at]


# ---- footer


def footer_seeds() -> Seeds:
    for choices, name, size in ((0, "hmac", 48), (2, "hmac-two", 96), (1, "ecdsa", 151), (3, "ecdsa-two", 199)):
        yield f"{name}-right", bytes([choices | 4]) + bytes(size)
        yield f"{name}-zeros", bytes([choices]) + bytes(size)
        yield f"{name}-short", bytes([choices | 4]) + bytes(size - 1)
        yield f"{name}-long", bytes([choices | 4]) + bytes(size + 1)
        yield f"{name}-empty", bytes([choices])
        for at in (0, 47, 48, size - 1):
            flipped = bytearray(size)
            flipped[min(at, size - 1)] = 1
            yield f"{name}-flip-{at}", bytes([choices | 4]) + bytes(flipped)


# ---- values


def members(*values: bytes) -> bytes:
    return u32(len(values)) + b"".join(sized(value) for value in values)


def typed(type_id: int, value: bytes) -> bytes:
    return u16(type_id) + sized(value)


def listing(*values: bytes) -> bytes:
    return u32(len(values)) + b"".join(values)


def mapping(*named: tuple[str, bytes]) -> bytes:
    return u32(len(named)) + b"".join(typed(1, name.encode()) + value for name, value in named)


def values() -> dict[str, tuple[int, bytes]]:
    """Type id and bytes of valid values."""
    text, number, null = typed(1, b"x"), typed(2, b"-1.5"), typed(0, b"")
    named = {
        "null": (0, b""),
        "string": (1, "Nørregade 5 \U0001f600".encode()),
        "string-empty": (1, b""),
        "number": (2, b"12.5"),
        "number-long": (2, b"9" * 38),
        "false": (4, b"\0"),
        "true": (4, b"\1"),
        "binary": (0xFFFF, bytes(range(256))),
        "string-set": (0x0101, members(b"a", b"b", "\U00010000".encode(), "\uffff".encode())),
        "number-set": (0x0102, members(b"-1", b"10", b"9")),
        "binary-set": (0x01FF, members(b"", b"\x01", b"\xff")),
        "sets-empty": (0x0101, members()),
        "list": (0x0300, listing(text, number, null, typed(4, b"\1"))),
        "list-empty": (0x0300, listing()),
        "map": (0x0200, mapping(("a", text), ("b", typed(0x0300, listing(number))))),
        "map-empty": (0x0200, mapping()),
    }
    inner = b""
    for level in range(1, 32):
        inner = listing(typed(0x0300, inner) if level > 1 else text)
    named["nested-31"] = (0x0300, inner)
    return named


def value_seeds() -> Seeds:
    for name, (type_id, value) in values().items():
        yield name, u16(type_id) + value
    bad = {
        "null-with-bytes": (0, b"\0"),
        "type": (3, b""),
        "boolean": (4, b"\2"),
        "boolean-empty": (4, b""),
        "number": (2, b"NaN"),
        "utf8": (1, b"\xc0\x80"),
        "set-twice": (0x0101, members(b"a", b"a")),
        "numbers-equal": (0x0102, members(b"1", b"1.0")),
        "set-count": (0x0101, u32(0xFFFFFFFF) + sized(b"a")),
        "list-count": (0x0300, u32(0x7FFFFFFF) + typed(0, b"")),
        "map-count": (0x0200, u32(2) + typed(1, b"a") + typed(0, b"")),
        "map-name-empty": (0x0200, mapping(("", typed(0, b"")))),
        "map-name-type": (0x0200, u32(1) + typed(2, b"1") + typed(0, b"")),
        "map-name-twice": (0x0200, mapping(("a", typed(0, b"")), ("a", typed(0, b"")))),
        "trailing": (0x0300, listing() + b"\0"),
        "inner-length": (0x0300, u32(1) + u16(1) + u32(9) + b"x"),
        "depth": (0x0300, listing(typed(0x0300, values()["nested-31"][1]))),
    }
    for name, (type_id, value) in bad.items():
        yield f"bad-{name}", u16(type_id) + value
    yield "bad-nothing", b""
    whole = u16(0x0200) + values()["map"][1]
    for at in range(1, len(whole), 5):
        yield f"bad-cut-{at:03}", whole[:at]


# ---- items


def structured_item_seeds(bodies: Mapping[str, bytes]) -> Seeds:
    """``bodies``: items as the targets read them."""
    for name, body in bodies.items():
        yield f"sealed-{name}", bytes([SEALED]) + piece(b"") * 3 + body
        yield f"included-{name}", bytes([SEALED | INCLUDED | TWO_KEYS]) + piece(b"") * 3 + body
    some = bodies["every-action"]
    yield "ecdsa", bytes([SEALED | ECDSA]) + piece(b"") * 3 + some
    yield "ecdsa-two-keys", bytes([SEALED | ECDSA | TWO_KEYS | INCLUDED]) + piece(b"") * 3 + some
    for at in range(0, 256, 17):
        yield f"changed-{at:03}", bytes([SEALED]) + piece(b"") * 2 + piece(bytes([at, 1])) + some
    yield "changed-nothing", bytes([SEALED]) + piece(b"") * 2 + piece(bytes([5, 1, 5, 1])) + some
    for name, written in header_seeds():
        if not name.startswith("bad-cut"):
            yield f"stored-{name}", b"\0" + piece(written) + piece(bytes(48)) + piece(b"") + some
    yield "stored-nothing", b""


# ---- items with raw AES keys

ENGINE_MADE, INCLUDED_KEY, OTHER_DATA_KEY, OTHER_KEY, OTHER_TABLE, OTHER_NAME = 4, 8, 16, 32, 64, 128
PUBLIC_KEY = "aws-crypto-public-key"


def additions(*texts: str) -> bytes:
    return b"".join(piece(text.encode()) for text in texts)


def keyring_seeds(bodies: Mapping[str, bytes]) -> Seeds:
    """``bodies``: items as the targets read them."""

    def seed(
        choices: int,
        body: bytes = bodies["every-action"],
        stored: int = 0,
        parts: tuple[bytes, bytes, bytes] = (b"", b"", b""),
        name: bytes = b"key-1",
        added: bytes = b"",
    ) -> bytes:
        return bytes([choices, stored]) + b"".join(map(piece, (*parts, name, added))) + body

    for name, body in bodies.items():
        yield f"engine-{name}", seed(SEALED | ENGINE_MADE, body)
        yield f"writer-{name}", seed(SEALED | INCLUDED_KEY | OTHER_DATA_KEY, body)
    for suite, of in ((0, "hmac"), (ECDSA, "ecdsa")):
        sealed = SEALED | suite
        yield f"{of}-engine-included", seed(sealed | ENGINE_MADE | INCLUDED_KEY)
        yield f"{of}-other-key-first", seed(sealed | OTHER_KEY | OTHER_DATA_KEY)
        yield f"{of}-other-table", seed(sealed | OTHER_TABLE)
        yield f"{of}-other-table-stored", seed(sealed | OTHER_TABLE, stored=0xFF)
        yield f"{of}-other-name", seed(sealed | OTHER_NAME)
        yield f"{of}-no-name", seed(sealed | OTHER_NAME | OTHER_KEY, name=b"")
        yield f"{of}-stored-all", seed(sealed | INCLUDED_KEY, stored=0xFF)
        yield f"{of}-stored-some", seed(sealed, stored=0b101)
        added = additions("a", "1", "aws-crypto-attr.x", "2", "z" * 300, "y" * 300)
        yield f"{of}-additions", seed(sealed, stored=0b10, added=added)
        for what, key in {
            "empty": "",
            "another": "A" * 66 + "==",
            "unpadded": "A" * 68,
            "short": "A" * 64,
            "long": "A" * 72,
            "letters": "-" * 68,
        }.items():
            yield f"{of}-public-key-{what}", seed(sealed, added=additions(PUBLIC_KEY, key))
        for what, place, bits in (
            ("same", 0, 0),
            ("last", 0, ord("=") ^ ord("A")),
            ("unused-bits", 2, 3),
            ("other-unused-bits", 2, 15),
            ("first", 67, 1),
        ):
            yield f"{of}-public-key-changed-{what}", seed(sealed, added=additions(PUBLIC_KEY, chr(place) + chr(bits)))
        for at in range(0, 256, 15):
            yield f"{of}-changed-{at:03}", seed(sealed, parts=(b"", b"", bytes([at, 1])))
    end = u32(128) + u32(12) + bytes(12)
    for what, written in {
        "right": (b"ns", b"key-1" + end, bytes(96)),
        "tag-length": (b"ns", b"key-1" + u32(96) + end[4:], bytes(96)),
        "iv-length": (b"ns", b"key-1" + end[:4] + u32(16) + bytes(16), bytes(96)),
        "short-info": (b"ns", b"key-1" + end[:-1], bytes(96)),
        "no-info": (b"ns", b"", bytes(96)),
        "short-ciphertext": (b"ns", b"key-1" + end, bytes(95)),
        "no-ciphertext": (b"ns", b"key-1" + end, b""),
        "provider": (b"nt", b"key-1" + end, bytes(96)),
    }.items():
        stored = header(legend=b"ss", data_keys=keys(written, written))
        yield f"stored-{what}", seed(OTHER_KEY, parts=(stored, bytes(48), b""))
    for what, context in {
        "other-table": pairs("aws-crypto-table-name", "u"),
        "same-table": pairs("aws-crypto-table-name", "t"),
        "more": pairs("a", "1", "aws-crypto-table-name", "t", "b", "2"),
        "public-key": pairs(PUBLIC_KEY, "A" * 66 + "=="),
        "bad-public-key": pairs(PUBLIC_KEY, "A" * 68),
    }.items():
        for flavor in (0, 1):
            stored = header(1, flavor, b"ss", context)
            yield f"stored-{what}-{flavor}", seed(0, parts=(stored, bytes(48), b""))
    yield "nothing", b""
