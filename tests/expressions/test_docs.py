# SPDX-License-Identifier: Apache-2.0
"""docs/expressions.md says what is so."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from ddbcrypt.expressions import __all__ as exported
from ddbcrypt.expressions.grammar import EXPRESSION_BYTES, _remembered
from ddbcrypt.expressions.shape import OPERATORS


def _page(checkout: Path) -> str:
    return (checkout / "docs" / "expressions.md").read_text(encoding="utf-8")


def test_the_example_gives_what_it_says(checkout: Path) -> None:
    match = re.search(r"```python\n(.*?)```", _page(checkout), re.DOTALL)
    assert match is not None
    variables: dict[str, Any] = {}
    shown = 0
    for line in match[1].splitlines():
        code, _, comment = line.partition("  # ")
        if not comment:
            exec(code, variables)  # noqa: S102 - our own documentation
            continue
        expected = eval(comment, {"frozenset": frozenset})  # noqa: S307
        assert eval(code, variables) == expected, code  # noqa: S307
        shown += 1
    assert shown == 4


def test_the_functions_are_those_of_the_package(checkout: Path) -> None:
    named = set(re.findall(r"^\| (`.*?) \|", _page(checkout), re.MULTILINE))
    functions = {name for cell in named for name in re.findall(r"`(\w+)`", cell)} - {"UPDATED_OLD", "UPDATED_NEW"}
    assert functions <= {*exported, "CONVERT", "SIZE", "REMOVE"}
    assert {name for name in exported if name[0].islower()} - functions == {"check_words"}


def test_the_limits(checkout: Path) -> None:
    text = _page(checkout)
    assert f"{EXPRESSION_BYTES:,} bytes, {OPERATORS} operators" in text
    assert f"latest {_remembered.cache_info().maxsize} texts" in text


def test_expressions_send_nothing(checkout: Path) -> None:
    """The package imports neither clients nor the network."""
    allowed = {"lark", "lark.exceptions"}
    internal = ("ddbcrypt.internal.binary", "ddbcrypt.internal.guards")
    for path in (checkout / "python/ddbcrypt/expressions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                own = name.startswith(("ddbcrypt.expressions", "ddbcrypt.exceptions", *internal))
                standard = name in {
                    "__future__",
                    "collections.abc",
                    "dataclasses",
                    "decimal",
                    "functools",
                    "re",
                    "typing",
                }
                assert own or standard or name in allowed, f"{path.name}: {name}"
