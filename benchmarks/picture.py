# SPDX-License-Identifier: Apache-2.0
"""The picture of docs/benchmarks.md: what an item costs, as a multiple of what libcrypto alone needs for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cells import Report
from benchmarks.shapes import all_shapes
from benchmarks.timing import DIRECTIONS

NAME = "benchmarks"
SHAPES = [shape.name for shape in all_shapes()]
LABELS = {"small": "small", "nested": "nested, 2 KB", "wide": "wide, 10 KB", "large": "large, 100 KB",
          "max": "max, 390 KB", "mixed": "mixed, 360 KB"}  # fmt: skip
OURS, PYTHON, JAVA, TEXT, RULE = "#0b6e4f", "#c4622d", "#5b6fa8", "#222222", "#d8d8d8"
CLOSE = 1.3


@dataclass(frozen=True)
class Panel:
    """One format: its title, where its cells are, and who is in it, with names and colours."""

    title: str
    prefix: str
    who: dict[str, tuple[str, str]]


PANELS = (
    Panel(
        "Legacy format (DynamoDB Encryption Client)",
        "legacy",
        {
            "wire": ("ddbcrypt", OURS),
            "java": ("AWS's Java client", JAVA),
            "reference wire": ("AWS's Python client", PYTHON),
        },
    ),
    Panel(
        "Structured format (AWS Database Encryption SDK)",
        "structured/HMAC",
        {"wire": ("ddbcrypt", OURS), "java": ("AWS's Java client", JAVA)},
    ),
)


def complete(report: Report) -> bool:
    """Whether every shape was measured in both formats."""
    return all(
        report.get(panel.prefix, shape, direction, "wire") for panel in PANELS for shape in SHAPES
        for direction in DIRECTIONS
    )  # fmt: skip


def draw(report: Report, folder: Path) -> None:
    """Write ``benchmarks.svg`` and ``benchmarks.png``."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    settings: Any = {"svg.hashsalt": "ddbcrypt", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 10}
    with mpl.rc_context(settings):
        figure, axes = plt.subplots(1, 2, figsize=(13, 6.6), sharey=True, gridspec_kw={"width_ratios": [1.15, 1]})
        for panel, axis in zip(PANELS, axes, strict=True):
            _draw_panel(report, panel, axis)
        rows = [(shape, direction) for shape in SHAPES for direction in DIRECTIONS]
        axes[0].set_yticks(_heights(), [direction for _, direction in rows])
        for index, shape in enumerate(SHAPES):
            middle = (_heights()[2 * index] + _heights()[2 * index + 1]) / 2
            axes[0].annotate(
                LABELS[shape], (0, middle), xytext=(-66, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right", va="center", weight="bold", color=TEXT,
            )  # fmt: skip
        axes[0].invert_yaxis()
        figure.suptitle(
            "Time for one item, as a multiple of what libcrypto alone needs for it (less is better)",
            x=0.015, y=0.985, ha="left", va="top", fontsize=13, weight="bold", color=TEXT,
        )  # fmt: skip
        figure.tight_layout(rect=(0, 0, 1, 0.985))
        figure.subplots_adjust(wspace=0.06)
        figure.savefig(folder / f"{NAME}.svg", metadata={"Date": None, "Creator": None})
        figure.savefig(folder / f"{NAME}.png", dpi=110, metadata={"Software": None})
        plt.close(figure)
    # matplotlib ends lines of its paths with blanks
    svg = folder / f"{NAME}.svg"
    svg.write_text("\n".join(line.rstrip() for line in svg.read_text(encoding="utf-8").splitlines()) + "\n", "utf-8")


def _heights() -> list[float]:
    """Where the rows stand: the two directions of a shape close together."""
    return [3 * (index // 2) + index % 2 * 1.1 for index in range(2 * len(SHAPES))]


def _draw_panel(report: Report, panel: Panel, axis: Any) -> None:
    rows = [(shape, direction) for shape in SHAPES for direction in DIRECTIONS]
    farthest = [1.0]
    for height, (shape, direction) in zip(_heights(), rows, strict=True):
        place = f"{panel.prefix}/{shape}/{direction}"
        found = []
        for who, (_, colour) in panel.who.items():
            ratio = report.ratio(f"{place}/{who}", f"{place}/floor")
            if ratio is not None:
                found.append((ratio.medians, colour))
        farthest.append(max(value for value, _ in found))
        axis.plot([1, farthest[-1]], [height, height], color=RULE, linewidth=1.2, zorder=1)
        for value, colour in found:
            axis.plot(value, height, "o", color=colour, markersize=7, zorder=3)
            # beside the line of libcrypto a centred figure would stand on it
            beside = value < CLOSE
            axis.annotate(_figure(value), (1.03 if beside else value, height), xytext=(0, 6.5),
                          textcoords="offset points", ha="left" if beside else "center", va="bottom", fontsize=8,
                          color=colour, zorder=4)  # fmt: skip
    axis.set_xscale("log")
    right = max(farthest)
    axis.set_xlim(0.72, right * 1.6)
    axis.axvline(1, color=TEXT, linewidth=1)
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200) if tick < right * 1.5]
    axis.set_xticks(ticks, ["1x" if tick == 1 else f"{tick}x" for tick in ticks])
    axis.minorticks_off()
    axis.tick_params(length=0, colors=TEXT)
    axis.grid(axis="x", color="#eeeeee", linewidth=0.8, zorder=0)
    axis.set_axisbelow(True)
    for side in ("top", "right", "left", "bottom"):
        axis.spines[side].set_visible(False)
    axis.set_title(panel.title, loc="left", fontsize=11, color=TEXT, pad=24)
    after: dict[str, Any] = {"xy": (0, 1.012), "xycoords": "axes fraction"}
    for name, colour in panel.who.values():
        text = axis.annotate(f"● {name}", **after, color=colour, weight="bold", fontsize=9.5, va="bottom")
        after = {"xy": (1, 0), "xycoords": text, "xytext": (14, 0), "textcoords": "offset points"}


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 2 else f"{value:.1f}" if value < 20 else f"{value:.0f}"
