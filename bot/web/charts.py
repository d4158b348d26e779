"""Bar charts: where the parts of one lie. The template draws it as SVG that keeps its letters' size at any width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

LETTERS = 34
"""Letters on a line of a label: as many as fit on a phone of 320 px."""

FULL = 82.0  # percent of the chart's width that stands for everybody; the figures have the rest
_LINE = 1.35  # heights are in em: they grow with the reader's letters
_BAR = 0.9
_GAP = 0.85
_DOWN = 1.0  # from the top of a line to the foot of its letters


@dataclass(frozen=True, slots=True)
class Bar:
    """One option: lines of its label as (words, height of their foot), then its bar and its figure."""

    lines: tuple[tuple[str, float], ...]
    top: float
    width: float
    figure: str
    foot: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Heights in em, widths in percent."""

    bars: tuple[Bar, ...]
    height: float
    bar: float = _BAR
    full: float = FULL


def draw(rows: Sequence[tuple[str, str, int | None]], whole: int) -> Chart:
    """A chart of rows (label, figure in words, figure or None when hidden), out of `whole` people."""
    most = max(whole, 1, *(figure or 0 for _, _, figure in rows))
    bars: list[Bar] = []
    at = 0.0
    for label, words, figure in rows:
        lines = textwrap.wrap(label, LETTERS) or [""]
        feet = tuple((line, round(at + number * _LINE + _DOWN, 2)) for number, line in enumerate(lines))
        top = round(at + len(lines) * _LINE + 0.2, 2)
        bars.append(Bar(feet, top, round(FULL * (figure or 0) / most, 2), words, round(top + _BAR - 0.1, 2)))
        at = top + _BAR + _GAP
    return Chart(tuple(bars), round(max(at - _GAP, 0) + 0.2, 2))
