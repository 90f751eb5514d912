# SPDX-License-Identifier: Apache-2.0
"""Names of a package that are loaded when they are first asked for (PEP 562), so that its import stays short."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

__all__ = ("loader",)


def loader(
    package: str, homes: Mapping[str, Iterable[str]], submodules: Iterable[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make a package's ``__getattr__`` and ``__dir__``; threads may ask at once.

    Define them where type checkers do not look, beside imports under ``TYPE_CHECKING``: to a checker, a package with a
    ``__getattr__`` has every name.

    :param package: its ``__name__``
    :param homes: module to the names that the package has of it
    :param submodules: modules of the package that are attributes of it from the beginning, as if it imported them; so
        are those that ``homes`` names
    """
    home_of = {name: home for home, names in homes.items() for name in names}
    inside = f"{package}."
    children = {home.removeprefix(inside).partition(".")[0] for home in homes if home.startswith(inside)}
    children.update(submodules)

    def load(name: str) -> Any:
        if name in home_of:
            value = getattr(import_module(home_of[name]), name)
        elif name in children:
            value = import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=sys.modules[package])
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home_of, *children})

    return load, names
