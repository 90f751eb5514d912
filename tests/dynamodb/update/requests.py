# SPDX-License-Identifier: Apache-2.0
"""Strategies for items and ``update_item`` requests on them, most of which DynamoDB carries out.

Names say what an attribute is: encrypted, signed or unprotected (``e``, ``s``, ``u``), and mostly a number, list, map,
string set, number set or text (``n``, ``l``, ``m``, ``t``, ``k``, ``x``).
"""

import re
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

KINDS = "nlmtkx"
NAMES = tuple(level + kind for level in "esu" for kind in KINDS)
ACTIONS = {
    **{"s" + kind: "SIGN_ONLY" for kind in KINDS},
    **{"u" + kind: "DO_NOTHING" for kind in KINDS},
}

_numbers = st.sampled_from(["0", "1", "-1", "2.5", "100", "12345678901234567890123456789", "-0.001"])
_texts = st.sampled_from(["", "a", "ab", "łąka", "\U0001f600"])
_number = st.builds(lambda text: {"N": text}, _numbers)
_text = st.builds(lambda text: {"S": text}, _texts)
_scalar = st.one_of(
    _number,
    _text,
    st.sampled_from([{"BOOL": True}, {"NULL": True}, {"B": b""}, {"B": b"\x00\xff"}, {"BS": [b"a", b"b"]}]),
)
_string_set = st.builds(lambda members: {"SS": sorted(members)}, st.sets(st.sampled_from("abcd"), min_size=1))
_number_set = st.builds(
    lambda members: {"NS": sorted(members)}, st.sets(st.sampled_from(["1", "2", "3.5"]), min_size=1)
)
_list = st.builds(
    lambda members: {"L": members},
    st.lists(st.one_of(_scalar, st.just({"L": [{"N": "1"}]}), st.just({"M": {"p": {"N": "1"}}})), max_size=4),
)
_map = st.builds(
    lambda members: {"M": members},
    st.dictionaries(st.sampled_from("pqr"), st.one_of(_scalar, st.just({"L": [{"N": "1"}, {"S": "z"}]})), max_size=3),
)
_OF_KIND = {"n": _number, "l": _list, "m": _map, "t": _string_set, "k": _number_set, "x": _text}
_again = st.sampled_from([True] * 19 + [False])
_any_value = st.one_of(_scalar, _list, _map, _string_set, _number_set)


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """An item without its key."""
    names = draw(st.sets(st.sampled_from(NAMES), min_size=17))
    # Some are of another type than their name says.
    return {name: draw(_OF_KIND[name[1]] if draw(st.integers(0, 39)) else _any_value) for name in sorted(names)}


@dataclass
class _Request:
    draw: st.DrawFn
    level: str
    values: dict[str, Any] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)

    def name(self, kinds: str = KINDS) -> str:
        return self.draw(st.sampled_from(self.level)) + self.draw(st.sampled_from(kinds))

    def value(self, strategy: st.SearchStrategy[Any]) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = self.draw(strategy)
        return placeholder

    def target(self, kinds: str = KINDS) -> str:
        """A name to write to; seldom one that the expression writes already, which DynamoDB refuses."""
        name = self.name(kinds)
        while name in self.written and self.draw(_again):
            name = self.name(kinds)
        self.written.add(name)
        return name

    def path(self, name: str | None = None) -> str:
        name = name or self.name()
        if name[1] == "l" and self.draw(st.booleans()):
            return f"{name}[{self.draw(st.integers(0, 4))}]"
        if name[1] == "m" and self.draw(st.booleans()):
            return f"{name}.{self.draw(st.sampled_from('pqr'))}"
        return name

    def number(self) -> str:
        return self.draw(
            st.sampled_from(
                [self.name("n"), self.value(_number), f"if_not_exists({self.name('n')}, {self.value(_number)})"]
            )
        )

    def list(self) -> str:
        return self.draw(
            st.sampled_from(
                [self.name("l"), self.value(_list), f"if_not_exists({self.name('l')}, {self.value(_list)})"]
            )
        )

    def assigned(self) -> str:
        match self.draw(st.integers(0, 7)):
            case 0:
                return f"{self.number()} {self.draw(st.sampled_from('+-'))} {self.number()}"
            case 1:
                return f"list_append({self.list()}, {self.list()})"
            case 2:
                return f"if_not_exists({self.path()}, {self.value(_any_value)})"
            case 3:
                return self.path()
            case _:
                return self.value(_any_value)

    def clause(self, keyword: str) -> str:
        if keyword == "SET":
            return f"{self.path(self.target())} = {self.assigned()}"
        if keyword == "REMOVE":
            return self.path(self.target())
        name = self.target("tk" if keyword == "DELETE" else "tkn")
        return f"{name} {self.value(_OF_KIND[name[1]])}"

    def expression(self) -> str:
        keywords = self.draw(
            st.lists(st.sampled_from(["SET", "SET", "REMOVE", "ADD", "DELETE"]), min_size=1, max_size=3, unique=True)
        )
        parts = []
        for keyword in keywords:
            clauses = [self.clause(keyword) for _ in range(self.draw(st.integers(1, 2)))]
            parts.append(f"{keyword} {', '.join(clauses)}")
        return " ".join(parts)

    def condition(self) -> str:
        match self.draw(st.integers(0, 5)):
            case 0:
                return f"{self.name()} = {self.value(_any_value)}"
            case 1:
                return f"{self.name('n')} < {self.value(_number)}"
            case 2:
                return f"contains({self.name('lt')}, {self.value(_text)})"
            case 3:
                return f"size({self.name('lmtx')}) >= {self.value(_number)}"
            case 4:
                return f"NOT {self.name('n')} BETWEEN {self.value(_number)} AND {self.value(st.just({'N': '999'}))}"
            case _:
                function = self.draw(st.sampled_from(["attribute_exists", "attribute_exists", "attribute_not_exists"]))
                return f"{function}({self.path()})"


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """What ``update_item`` takes, without table and key."""
    # Most touch something protected; some leave it all to DynamoDB.
    request = _Request(draw, draw(st.sampled_from(["esu", "esu", "es", "e", "u"])))
    made: dict[str, Any] = {"UpdateExpression": request.expression()}
    if draw(st.sampled_from([False, False, True])):
        made["ConditionExpression"] = request.condition()
        if draw(st.booleans()):
            made["ConditionExpression"] += f" {draw(st.sampled_from(['AND', 'OR']))} {request.condition()}"
        made["ReturnValuesOnConditionCheckFailure"] = draw(st.sampled_from(["NONE", "ALL_OLD"]))
    used = set(re.findall(r":v\d+", f"{made['UpdateExpression']} {made.get('ConditionExpression', '')}"))
    values = {name: value for name, value in request.values.items() if name in used}
    if values:
        made["ExpressionAttributeValues"] = values
    made["ReturnValues"] = draw(st.sampled_from(["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]))
    return made
