# SPDX-License-Identifier: Apache-2.0
"""Every public name says what it is, what it takes, and whether threads may share it."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import ddbcrypt


def _modules() -> list[ModuleType]:
    names = ["ddbcrypt", *(found.name for found in pkgutil.walk_packages(ddbcrypt.__path__, "ddbcrypt."))]
    skipped = {"ddbcrypt.__main__", "ddbcrypt._engine"}  # a script, and the extension, whose stub is its documentation
    return [importlib.import_module(name) for name in names if name not in skipped]


MODULES = _modules()
#: Those that applications import from.
PUBLIC_MODULES = [module for module in MODULES if not {"cli", "internal"} & set(module.__name__.split("."))]


def _public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name in getattr(module, "__all__", ()):
        yield f"{module.__name__}.{name}", getattr(module, name)


def _own_public_members(kind: type) -> Iterator[tuple[str, Any]]:
    for name, member in vars(kind).items():
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, (classmethod, property))):
            yield name, member


def _parameters(function: Any) -> set[str]:
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(function).parameters.values()
    return {p.name for p in parameters if p.kind in named and p.name not in {"self", "cls"}}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_modules_and_names_are_documented(module: ModuleType) -> None:
    assert module.__doc__
    undocumented: list[str] = []
    for name, value in _public(module):
        if not (inspect.isclass(value) or inspect.isroutine(value)):
            continue
        documented = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
        if not documented:
            undocumented.append(name)
        if inspect.isclass(value):
            undocumented.extend(
                f"{name}.{member_name}"
                for member_name, member in _own_public_members(value)
                if not inspect.getdoc(getattr(member, "__func__", member))
            )
    assert undocumented == []


@pytest.mark.parametrize("module", PUBLIC_MODULES, ids=lambda module: module.__name__)
def test_every_parameter_is_documented(module: ModuleType) -> None:
    missing: list[str] = []
    for name, value in _public(module):
        if inspect.isclass(value) and inspect.isfunction(vars(value).get("__init__")):
            parameters = _parameters(vars(value)["__init__"])
        elif inspect.isfunction(value):
            parameters = _parameters(value)
        else:
            continue
        text = value.__doc__ or ""
        missing.extend(f"{name}({parameter})" for parameter in parameters if parameter not in text)
    assert missing == []


@pytest.mark.parametrize("module", PUBLIC_MODULES, ids=lambda module: module.__name__)
def test_constants_are_documented(module: ModuleType) -> None:
    """A public constant has a ``#:`` comment in front of it, or a string after it."""
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    lines = source.splitlines()
    public = set(getattr(module, "__all__", ()))
    for node in ast.parse(source).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and target.id in public and not target.id.startswith("__"):
                above = lines[node.lineno - 2].strip() if node.lineno >= 2 else ""
                assert above.startswith("#:"), f"{module.__name__}.{target.id}"


def test_the_package_exports_all_of_its_exceptions() -> None:
    from ddbcrypt import exceptions

    assert set(exceptions.__all__) <= set(ddbcrypt.__all__)
    defined = {
        name for name, value in vars(exceptions).items() if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert defined == set(exceptions.__all__)


@pytest.mark.parametrize(
    "name", ["EncryptedClient", "EncryptedTable", "EncryptionContext", "AttributeActions", "CryptoConfig"]
)
def test_thread_safety_is_stated(name: str) -> None:
    text = (getattr(ddbcrypt, name).__doc__ or "").lower()
    assert "thread" in text
