# SPDX-License-Identifier: Apache-2.0
"""Document paths of one expression beside each other."""

from __future__ import annotations

from ddbcrypt.expressions.errors import ExpressionError
from ddbcrypt.expressions.tree import Path

__all__ = ("check_distinct",)


def check_distinct(paths: tuple[Path, ...]) -> None:
    """Refuse paths of which one is another or lies in it, and paths that need a list and a map in one place.

    :raises ExpressionError: naming both
    """
    # each node: the steps that go on from it, and the path that ends in it or first came through it
    root: dict[str | int, _Place] = {}
    for path in paths:
        level = root
        last = len(path.steps) - 1
        for number, step in enumerate(path.steps):
            for other_step, other in level.items():
                if isinstance(other_step, int) is not isinstance(step, int):
                    raise ExpressionError(f"the paths {other.path} and {path} take one place for a list and for a map")
                break
            place = level.get(step)
            if place is None:
                place = level[step] = _Place(path)
            elif number == last or place.ends:
                raise ExpressionError(f"the paths {place.path} and {path} overlap: rewrite or leave out one of them")
            place.ends = place.ends or number == last
            level = place.below


class _Place:
    __slots__ = ("below", "ends", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.below: dict[str | int, _Place] = {}
        self.ends = False
