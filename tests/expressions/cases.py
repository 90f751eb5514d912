# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies for items and expressions that meet: few names, few values, every operator and function.

Most expressions are ones that DynamoDB takes. Some are not, so that both are seen to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")
#: Names that no item has.
SPARE = tuple(f"e{number}" for number in range(9))
#: Names that need a placeholder: a reserved word, a dot, another script.
ODD_NAMES = ("name", "a.b", "\u00e9")
ALIASES = {f"#n{number}": name for number, name in enumerate((*NAMES, *ODD_NAMES))}

_NUMBERS = ("0", "1", "1.0", "2", "-1", "1e2", "99999999999999999999999999999999999999", "1E-130", "9.9E125", "0.5")
_STRINGS = ("", "a", "ab", "b", "\u00e9", "\U0001f600", "\uffff", "S")
_BINARIES = (b"", b"a", b"ab", b"\x00", b"\xff")

_scalars = st.one_of(
    st.sampled_from(_NUMBERS).map(lambda content: {"N": content}),
    st.sampled_from(_STRINGS).map(lambda content: {"S": content}),
    st.sampled_from(_BINARIES).map(lambda content: {"B": content}),
    st.sampled_from(({"BOOL": True}, {"BOOL": False}, {"NULL": True})),
)
_ordered = _scalars.filter(lambda found: not {"BOOL", "NULL"} & set(found))
_sets = st.one_of(
    st.lists(st.sampled_from(("a", "ab", "b")), min_size=1, max_size=3, unique=True).map(lambda found: {"SS": found}),
    st.lists(st.sampled_from(("0", "1.0", "2")), min_size=1, max_size=3, unique=True).map(lambda found: {"NS": found}),
    st.lists(st.sampled_from(_BINARIES), min_size=1, max_size=3, unique=True).map(lambda found: {"BS": found}),
)
_SETS = {"SS", "NS", "BS"}
_KEYWORDS = st.sampled_from(("SET", "SET", "REMOVE", "ADD", "DELETE"))
_sections = st.lists(_KEYWORDS, min_size=1, max_size=3, unique=True)
_flat = st.one_of(_scalars, _scalars, _sets)
_map_names = st.sampled_from((*NAMES[:2], *ODD_NAMES))


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=4).map(lambda found: {"L": found}),
        st.dictionaries(_map_names, inner, max_size=3).map(lambda found: {"M": found}),
    )


attributes = st.one_of(_flat, _flat, _nested(st.one_of(_flat, _nested(_flat))))
items = st.dictionaries(st.sampled_from((*NAMES, *ODD_NAMES)), attributes, max_size=6)


@dataclass
class Text:
    """An expression under construction, with the placeholders that it uses."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    item: dict[str, Any]
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def choose(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == one_in)

    def name(self, name: str) -> str:
        if name in SPARE or (name in NAMES and not self.chance(3)):
            return name
        alias = next(alias for alias, other in ALIASES.items() if other == name)
        self.names[alias] = name
        return alias

    def path(self, name: str | None = None) -> str:
        """A path that mostly exists: it follows the item as far as it goes."""
        present = list(self.item)
        if name is None:
            name = self.choose(*present) if present and not self.chance(5) else self.choose(*NAMES)
        text = self.name(name)
        found = self.item.get(name)
        for _ in range(3):
            inside: Any = None if found is None else found.get("L", found.get("M"))
            if inside is None or (self.chance(3)):
                break
            if isinstance(inside, list):
                index = self.draw(st.integers(0, len(inside)))
                text += f"[{index}]"
                found = inside[index] if index < len(inside) else None
            else:
                step = self.choose(*inside) if inside and not self.chance(4) else self.choose("a", "name")
                text += self.choose(".", " . ") + self.name(step)
                found = inside.get(step)
        if self.chance(12):
            text += self.choose("[0]", "[1]", ".b", ".a")
        return text

    def other(self, first: str, make: Callable[[], str]) -> str:
        """An operand that mostly is another one than the first."""
        found = make()
        return make() if found == first and not self.chance(4) else found

    def target(self) -> str:
        """A path that mostly is in an attribute that no earlier one is in."""
        free = [name for name in (*self.item, *NAMES, *SPARE) if name not in self.taken]
        if self.chance(14):
            return self.path()
        name = self.choose(*free)
        self.taken.add(name)
        return self.path(name)

    def value(self, strategy: st.SearchStrategy[Any] = attributes) -> str:
        present = list(self.item.values())
        content = (
            self.choose(*present) if present and strategy is attributes and self.chance(2) else self.draw(strategy)
        )
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = content
        return placeholder

    def operand(self) -> str:
        kind = self.draw(st.integers(0, 9))
        if kind < 4:
            return self.path()
        if kind < 8:
            return self.value()
        return f"size({self.path()})" if kind == 8 else f"({self.path()})"

    def predicate(self) -> str:
        kind = self.draw(st.integers(0, 8))
        if kind < 3:
            operator = self.choose("=", "<>", "<", "<=", ">", ">=")
            first = self.operand()
            ordered = operator not in ("=", "<>")
            return f"{first} {operator} {self.value(_ordered) if ordered else self.other(first, self.operand)}"
        if kind == 3:
            first = self.operand()
            low, high = (self.value(_ordered) if self.chance(2) else self.other(first, self.operand) for _ in "lh")
            return f"{first} {self.choose('BETWEEN', 'between')} {low} AND {high}"
        if kind == 4:
            first = self.operand()
            choices = [self.other(first, self.operand) for _ in range(self.draw(st.integers(1, 3)))]
            return f"{first} IN ({', '.join(choices)})"
        if kind == 5:
            return f"{self.choose('attribute_exists', 'attribute_not_exists')}({self.path()})"
        if kind == 6:
            types = st.sampled_from(("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "Q"))
            return f"attribute_type({self.path()}, {self.value(types.map(lambda name: {'S': name}))})"
        if kind == 7:
            first = self.operand()
            return f"contains({first}, {self.other(first, self.operand)})"
        start = self.value(st.sampled_from(({"S": "a"}, {"S": "ab"}, {"S": ""}, {"B": b"a"}, {"B": b""}, {"N": "1"})))
        return f"begins_with({self.path()}, {start})"

    def condition(self, levels: int = 2) -> str:
        kind = self.draw(st.integers(0, 5)) if levels else 0
        if kind < 3:
            return self.predicate()
        if kind == 3:
            return f"{self.choose('NOT', 'not', 'Not')} {self.condition(levels - 1)}"
        if kind == 4:
            inner = self.condition(levels - 1)
            return f"({inner})" if not inner.startswith("(") or self.chance(8) else inner
        joint = self.choose("AND", "OR", "and", "oR")
        return f"{self.condition(levels - 1)} {joint} {self.condition(levels - 1)}"

    def projection(self) -> str:
        count = self.draw(st.integers(1, 4))
        return self.choose(",", ", ", " ,").join(self.path() if self.chance(4) else self.target() for _ in range(count))

    def term(self, levels: int = 1) -> str:
        kind = self.draw(st.integers(0, 5))
        if kind < 2 or not levels:
            return self.value()
        if kind < 4 and (self.item or self.chance(6)):
            return self.path()
        return f"if_not_exists({self.path()}, {self.term(levels - 1)})"

    def number(self) -> str:
        numbers = [str(name) for name, content in self.item.items() if "N" in content]
        if numbers and not self.chance(3):
            return self.name(self.choose(*numbers))
        start = self.value(st.sampled_from(_NUMBERS).map(lambda content: {"N": content}))
        return start if self.chance(2) else f"if_not_exists({self.path()}, {start})"

    def source(self) -> str:
        kind = self.draw(st.integers(0, 5))
        if kind < 3:
            return self.term()
        if kind == 3:
            return f"{self.number()} {self.choose('+', '-')} {self.number() if not self.chance(6) else self.term()}"
        if kind == 4:
            lists = st.lists(_flat, max_size=2).map(lambda found: {"L": found})
            stored = [name for name, content in self.item.items() if "L" in content]
            path = self.name(self.choose(*stored)) if stored and not self.chance(4) else self.path()
            parts = [self.value(lists), path if self.chance(2) else f"if_not_exists({path}, {self.value(lists)})"]
            return f"list_append({', '.join(self.draw(st.permutations(parts)))})"
        inner = self.source()
        return f"({inner})" if not inner.startswith("(") or self.chance(8) else inner

    def fitting(self, keyword: str) -> tuple[str, str]:
        """A path with a number or a set, and a value of mostly that type."""
        present = [
            name
            for name, content in self.item.items()
            if set(content) & (_SETS | {"N"} if keyword == "ADD" else _SETS) and name not in self.taken
        ]
        if not present and not self.chance(4):
            name = next(name for name in (*NAMES, *SPARE) if name not in self.taken and name not in self.item)
            self.taken.add(name)
            return name, self.value(st.one_of(_sets, st.just({"N": "1"})) if keyword == "ADD" else _sets)
        if not present or self.chance(6):
            number = st.just({"N": "1"})
            return self.target(), self.value(st.one_of(_sets, number) if keyword == "ADD" or self.chance(6) else _sets)
        name = self.choose(*present)
        self.taken.add(name)
        (tag,) = self.item[name]
        fitting = st.just({"N": "1.5"}) if tag == "N" else _sets.filter(lambda found: tag in found)
        return self.name(name), self.value(fitting)

    def update(self) -> str:
        sections = []
        for keyword in self.draw(_sections):
            actions: list[str] = []
            for _ in range(self.draw(st.integers(1, 3))):
                if keyword == "SET":
                    actions.append(f"{self.target()} = {self.source()}")
                elif keyword == "REMOVE":
                    actions.append(self.target())
                else:
                    actions.append(" ".join(self.fitting(keyword)))
            sections.append(f"{keyword} {', '.join(actions)}")
            if self.chance(20):
                sections.append(f"{keyword} {self.path()}")
        return " ".join(sections)


@dataclass(frozen=True)
class Case:
    """An item, or None for none, an expression and its placeholders."""

    item: dict[str, Any] | None
    text: str
    names: dict[str, str]
    values: dict[str, Any]

    def parameters(self) -> dict[str, Any]:
        """The placeholders as request parameters; DynamoDB takes no empty ones."""
        found: dict[str, Any] = {}
        if self.names:
            found["ExpressionAttributeNames"] = self.names
        if self.values:
            found["ExpressionAttributeValues"] = self.values
        return found


@st.composite
def _cases(draw: Any, kind: str) -> Case:
    item = draw(items)
    text = Text(draw, item)
    expression = getattr(text, kind)()
    return Case(item, expression, text.names, text.values)


_PIECE = re.compile(r"\s+|[#:]?\w+|<>|[<>]=|.", re.DOTALL)
_ODD_PIECES = (
    " ",
    "(",
    ")",
    ",",
    ".",
    "[0]",
    "=",
    "<>",
    "AND",
    "NOT",
    "IN",
    "SET",
    "size",
    ":s",
    "a",
    "#a",
    "'x'",
    "-",
    "0",
)


@st.composite
def damaged(draw: Any, texts: tuple[str, ...]) -> str:
    """One of the texts with a piece taken out, repeated, exchanged or put in."""
    pieces = _PIECE.findall(draw(st.sampled_from(texts)))
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(pieces)))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            pieces.insert(place, draw(st.sampled_from(_ODD_PIECES)))
        elif kind == 1:
            del pieces[place : place + 1]
        elif kind == 2:
            pieces[place : place + 1] *= 2
        else:
            pieces[place : place + 1] = [draw(st.sampled_from(_ODD_PIECES))]
    return "".join(pieces)


conditions = _cases("condition")
projections = _cases("projection")
updates = _cases("update")
