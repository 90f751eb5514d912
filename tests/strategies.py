# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies for items, attributes and configurations, shared by all tests.

Items are DynamoDB JSON as the boto3 client has it (``{"name": {"S": "value"}}``, binary as ``bytes``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

EXACT = Context(prec=400, Emin=-999_999, Emax=999_999, traps=[])
HMAC_NAMES = ("HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512")
AES_SIZES = (16, 24, 32)
ACTIONS = ("DO_NOTHING", "SIGN_ONLY", "ENCRYPT_AND_SIGN")
RESERVED = ("*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*")

# Where the orders by code point and by UTF-16 code unit part: U+E000..U+FFFF against the supplementary planes.
_EDGE_CHARACTERS = "\x00\x7f\x80\u07ff\u0800\ud7ff\ue000\uf8ff\ufe0f\uffef\uffff\U00010000\U0001f600\U0010ffff"
_CHARACTER = st.one_of(
    st.characters(max_codepoint=0x7F),
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from(_EDGE_CHARACTERS),
    st.characters(min_codepoint=0x10000, max_codepoint=0x10FFFF),
)

# Strategies are made once, not in each draw: making them costs more than drawing from them.


def _weighted(*choices: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """One of several strategies by weight; ``one_of`` drops repeated ones."""
    ladder = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.integers(0, len(ladder) - 1).flatmap(ladder.__getitem__)


@cache
def texts(min_size: int = 0, max_size: int = 12) -> st.SearchStrategy[str]:
    """Any text that UTF-8 can hold: no lone surrogates."""
    return st.one_of(
        st.text(_CHARACTER, min_size=min_size, max_size=max_size),
        st.text("abcxyz", min_size=min_size, max_size=max_size),
    )


@cache
def names() -> st.SearchStrategy[str]:
    """Attribute names and map keys."""
    return texts(min_size=1, max_size=10).filter(lambda name: name not in RESERVED)


_ZEROS = st.sampled_from(("0", "0.0", "0.000", "0E+5", "0E-7", "00", "+0"))
_MAGNITUDE = st.one_of(st.integers(-3, 24), st.integers(-130, 125))
_SIGN = st.sampled_from(("", "", "", "-", "-", "+"))
_STYLE = st.integers(0, 11)


@cache
def _coefficients(max_digits: int) -> st.SearchStrategy[str]:
    counts = st.one_of(st.integers(1, 4), st.integers(1, max_digits))
    return counts.flatmap([st.integers(10**count // 10, 10**count - 1).map(str) for count in range(39)].__getitem__)


@cache
def numbers(max_digits: int = 38) -> st.SearchStrategy[str]:
    """A number as text that DynamoDB takes: up to ``max_digits`` digits, all magnitudes, several notations.

    The coefficient never has over 38 digits and zeros have small exponents: the reference client refuses more.
    """
    number = st.builds(_number, _coefficients(max_digits), _MAGNITUDE, _SIGN, _STYLE)
    return _weighted((15, number), (1, _ZEROS))


def _number(digits: str, magnitude: int, sign: str, style: int) -> str:
    count = len(digits)
    exponent = max(magnitude - count + 1, -165)  # below, the 38-digit context of boto3 underflows
    if style % 4 == 0 and exponent >= 0 and count + exponent <= 38:
        return sign + "00"[: style // 4] + digits + "0" * exponent
    if style % 4 == 1 and -count < exponent < 0:
        return f"{sign}{digits[:exponent]}.{digits[exponent:]}"
    if style % 4 == 2 and exponent <= -count:
        return f"{sign}0.{'0' * (-exponent - count)}{digits}"
    fraction = "." + digits[1:] if count > 1 else ""
    return f"{sign}{digits[0]}{fraction}{'eE'[style % 2]}{exponent + count - 1}"


@cache
def binaries(max_size: int = 40) -> st.SearchStrategy[bytes]:
    """Bytes around the cipher's block boundaries, empty ones included."""
    return st.one_of(st.binary(max_size=8), st.binary(max_size=max_size))


def _sets(
    members: st.SearchStrategy[Any], identity: Callable[[Any], Any] = lambda member: member
) -> st.SearchStrategy[list[Any]]:
    return st.lists(members, min_size=1, max_size=6, unique_by=identity)


@cache
def scalars(max_digits: int = 38) -> st.SearchStrategy[dict[str, Any]]:
    """Attributes of the types that do not nest: S, N, B, BOOL, NULL, SS, NS, BS."""
    number = numbers(max_digits)
    return st.one_of(
        texts().map(lambda value: {"S": value}),
        number.map(lambda value: {"N": value}),
        binaries().map(lambda value: {"B": value}),
        st.booleans().map(lambda value: {"BOOL": value}),
        st.just({"NULL": True}),
        _sets(texts(max_size=8)).map(lambda value: {"SS": value}),
        _sets(number, exact).map(lambda value: {"NS": value}),
        _sets(binaries(20)).map(lambda value: {"BS": value}),
    )


def _wrap(attribute: dict[str, Any], levels: int, kinds: int) -> dict[str, Any]:
    for level in range(levels):
        attribute = {"M": {"in": attribute}} if kinds >> level & 1 else {"L": [attribute]}
    return attribute


@cache
def attributes(max_digits: int = 38, max_depth: int = 31) -> st.SearchStrategy[dict[str, Any]]:
    """Attributes of all ten types, nested up to ``max_depth`` (a scalar has depth 1)."""
    leaf = scalars(max_digits)
    level = leaf
    for _ in range(2):
        level = _weighted(
            (2, leaf),
            (1, st.lists(level, max_size=4).map(lambda value: {"L": value})),
            (1, st.dictionaries(names(), level, max_size=4).map(lambda value: {"M": value})),
        )
    kinds = st.integers(0, (1 << max_depth) - 1)
    deep = st.builds(_wrap, leaf, st.integers(0, max_depth - 1), kinds)
    deepest = st.builds(_wrap, leaf, st.just(max_depth - 1), kinds)
    return _weighted((10, leaf), (8, level), (2, deep), (1, deepest))


@cache
def items(max_digits: int = 38, max_attributes: int = 100, max_depth: int = 31) -> st.SearchStrategy[dict[str, Any]]:
    """Whole items: mostly a handful of attributes of all types, now and then up to ``max_attributes`` of them."""
    attribute = attributes(max_digits, max_depth)
    few = st.dictionaries(names(), attribute, min_size=2, max_size=8)
    fewest = st.dictionaries(names(), attribute, max_size=1)
    if max_attributes <= 8:
        return _weighted((12, few), (1, fewest))
    # A wide item repeats a few drawn attributes under many names, which is far cheaper to draw than a hundred.
    pool = st.lists(scalars(max_digits), min_size=2, max_size=8)
    wide = st.builds(_widen, pool, st.integers(9, max_attributes), names())
    return _weighted((12, few), (1, fewest), (1, wide))


def _widen(pool: list[dict[str, Any]], count: int, prefix: str) -> dict[str, Any]:
    return {f"{prefix}{number}": pool[number % len(pool)] for number in range(count)}


@dataclass(frozen=True)
class Case:
    """An item with all that its encryption depends on, in plain values that travel as JSON to an oracle."""

    item: dict[str, Any]
    table: str | None
    default: str
    actions: dict[str, str]
    signing_algorithm: str
    signing_key: bytes
    encryption_key: bytes | None
    description: dict[str, str] = field(default_factory=dict)

    def action(self, name: str) -> str:
        """The name of the action that attribute ``name`` gets."""
        return self.actions.get(name, self.default)

    @property
    def protects_nothing(self) -> bool:
        """Whether every action is DO_NOTHING, for which the clients hand an item on as it is."""
        return {self.default, *self.actions.values()} == {"DO_NOTHING"}


@cache
def tables() -> st.SearchStrategy[str | None]:
    """Table names: DynamoDB's alphabet, any other text, and none at all."""
    lawful = st.text("abcXYZ019_.-", min_size=3, max_size=40)
    return _weighted((4, lawful), (1, texts(min_size=1)), (1, st.none()))


_DEFAULT = st.sampled_from((*ACTIONS, "ENCRYPT_AND_SIGN", "ENCRYPT_AND_SIGN"))
_ACTIONS = st.lists(st.sampled_from((*ACTIONS, None, None)), max_size=20)
_SIGNING_KEY = _weighted((14, st.binary(min_size=16, max_size=140)), (1, st.binary(min_size=1, max_size=15)))
_ENCRYPTION_KEY = st.sampled_from(AES_SIZES).flatmap(
    {size: st.binary(min_size=size, max_size=size) for size in AES_SIZES}.__getitem__
)


@cache
def cases(max_digits: int = 28, max_attributes: int = 100) -> st.SearchStrategy[Case]:
    """Items with configurations; ``max_digits`` of 28 is what the reference client carries exactly."""
    return st.builds(
        _case,
        item=items(max_digits, max_attributes),
        table=tables(),
        default=_DEFAULT,
        chosen=_ACTIONS,
        signing_algorithm=st.sampled_from(HMAC_NAMES),
        signing_key=_SIGNING_KEY,
        encryption_key=_ENCRYPTION_KEY,
        drop_key=st.booleans(),
        description=_weighted((1, st.just({})), (1, st.dictionaries(names(), texts(), max_size=2))),
    )


def _case(chosen: list[str | None], encryption_key: bytes, *, drop_key: bool, **values: Any) -> Case:
    actions = {name: action for name, action in zip(values["item"], chosen, strict=False) if action}
    encrypts = "ENCRYPT_AND_SIGN" in (values["default"], *actions.values())
    key = None if drop_key and not encrypts else encryption_key
    return Case(actions=actions, encryption_key=key, **values)


def exact(text: str | Decimal) -> Decimal:
    """The value of a number, all digits kept, equal for equal values however they are written."""
    return EXACT.create_decimal(text).normalize(EXACT)


def meaning(attribute: dict[str, Any]) -> Any:
    """What DynamoDB holds for an attribute: numbers by value, sets without order. Comparable and hashable."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return kind, exact(value)
    if kind == "NS":
        return kind, frozenset(map(exact, value)), len(value)
    if kind in ("SS", "BS"):
        return kind, frozenset(value), len(value)
    if kind == "L":
        return kind, tuple(meaning(member) for member in value)
    if kind == "M":
        return kind, frozenset((name, meaning(member)) for name, member in value.items())
    return kind, value


def item_meaning(item: dict[str, Any]) -> dict[str, Any]:
    """:func:`meaning` of every attribute of an item."""
    return {name: meaning(attribute) for name, attribute in item.items()}
