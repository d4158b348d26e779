"""Charts: where the parts of one lie, in units of a picture 320 wide, so that its letters can be read on a small phone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.isolates import runs_right_to_left
from conversations.text import clean

WIDTH = 320
_LETTER = 16  # the size of letters, and what else is measured by it
_LINE = 20
_BAR = 14
_GAP = 12
_FIGURE = 60  # kept free beside a bar for its figure
_TALLEST = 110
_APART = 9  # between the words under columns
_STAR = "*"
_COLUMNS = ("scale", "number", "date")

_NARROW, _WIDE, _CAPITAL, _USUAL, _FULL = 0.3, 0.92, 0.68, 0.57, 1.1  # of the size of letters
_NARROW_LETTERS, _WIDE_LETTERS = "iljtfrI.,:;'|!() ", "mwMW@%—"


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words; `x`, `y` are where their foot begins, ends or has its middle, by `anchor`."""

    words: str
    x: float
    y: float
    anchor: str = "start"
    look: str = "label"


@dataclass(frozen=True, slots=True)
class Box:
    """A bar, or with the look `whole` what it would be if everybody had said so."""

    x: float
    y: float
    width: float
    height: float
    look: str = "bar"


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` and `says` are for whoever does not see it."""

    title: str
    says: str
    height: float
    words: tuple[Words, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One figure: `figure` is None where it is hidden."""

    id: str
    label: str
    shown: str
    figure: int | None


def draw(told: Mapping[str, Any], *, titled: bool = True) -> Chart | None:
    """The chart of one step of any results; None when there is nothing to draw. With `titled` its question stands above."""
    rows = [_row(option) for option in told.get("bands", told["options"])]
    if all(row.figure is None for row in rows):
        return None
    title, mirrored = _plain(told["ask"]), runs_right_to_left(told["ask"] + "".join(row.label for row in rows))
    words = _lines(wrap(title, WIDTH, bold=True), 0, "title", mirrored=mirrored) if titled else []
    top = len(words) * _LINE + (_GAP if words else 0)
    ends = (_plain(told.get("low", "")), _plain(told.get("high", "")))
    if told["kind"] == "scale":
        rows = [replace(row, label=row.id) for row in rows]
    if told["kind"] in _COLUMNS and _fits(rows):
        more, boxes, foot = _columns(rows, ends, top, mirrored=mirrored)
    else:
        more, boxes, foot = _bars(rows, _whole(told, rows), top, mirrored=mirrored)
    says = " ".join(f"{row.label}: {row.shown}." for row in rows)
    return Chart(title, says, round(foot, 2), (*words, *more), tuple(boxes))


def _row(option: Mapping[str, Any]) -> _Row:
    count = str(option["count"])
    figure = int(count) if count.isdecimal() else None
    return _Row(option["id"], _plain(option["label"]), _STAR if figure is None else f"{figure:,}", figure)


def _plain(words: str) -> str:
    return " ".join(clean(words).split())


def _whole(told: Mapping[str, Any], rows: Iterable[_Row]) -> int:
    """What a full bar stands for: everybody who answered."""
    answered = str(told["answered"])
    return max(int(answered) if answered.isdecimal() else 0, 1, *(row.figure or 0 for row in rows))


# --- Bars, one under the other


def _bars(rows: Iterable[_Row], whole: int, top: float, *, mirrored: bool) -> tuple[list[Words], list[Box], float]:
    words: list[Words] = []
    boxes: list[Box] = []
    room = WIDTH - _FIGURE
    at = top
    for row in rows:
        lines = wrap(row.label, WIDTH)
        words += _lines(lines, at, "label", mirrored=mirrored)
        at += len(lines) * _LINE + 2
        width = round(room * (row.figure or 0) / whole, 2)
        if row.figure is not None:
            boxes.append(Box(_FIGURE if mirrored else 0, at, room, _BAR, "whole"))
        if width:
            boxes.append(Box(WIDTH - width if mirrored else 0, at, width, _BAR))
        figure = (0, "start") if mirrored else (WIDTH, "end")
        words.append(Words(row.shown, figure[0], at + _BAR - 2, figure[1], "figure"))
        at += _BAR + _GAP
    return words, boxes, at - _GAP + 2


# --- Columns, side by side


def _fits(rows: Sequence[_Row]) -> bool:
    """Whether every label and figure has room under or above its column."""
    room = WIDTH / len(rows) - _APART
    long = [part for row in rows for part in (*row.label.split(), row.shown)]
    return len(rows) > 1 and max(map(measure, long)) * _LETTER <= room


def _columns(rows: Sequence[_Row], ends: tuple[str, str], top: float, *, mirrored: bool) -> tuple[list[Words], list[Box], float]:
    words: list[Words] = []
    boxes: list[Box] = []
    each = WIDTH / len(rows)
    wide = min(each * 0.75, 48)
    most = max(1, *(row.figure or 0 for row in rows))
    ground = top + _LINE + _TALLEST
    labels = [wrap(row.label, each - _APART) for row in rows]
    for place, (row, lines) in enumerate(zip(rows, labels, strict=True)):
        middle = each * ((len(rows) - 1 - place if mirrored else place) + 0.5)
        height = round(_TALLEST * (row.figure or 0) / most, 2)
        if height:
            boxes.append(Box(round(middle - wide / 2, 2), round(ground - height, 2), round(wide, 2), height))
        words.append(Words(row.shown, round(middle, 2), round(ground - height - 5, 2), "middle", "figure"))
        words += [Words(line, round(middle, 2), ground + _LINE * number, "middle") for number, line in enumerate(lines, 1)]
    boxes.append(Box(0, ground, WIDTH, 1, "line"))
    foot = ground + _LINE * max(map(len, labels)) + 6
    return _end_words(words, ends, foot, mirrored=mirrored), boxes, foot + _LINE * _end_lines(ends)


def _end_words(words: list[Words], ends: tuple[str, str], foot: float, *, mirrored: bool) -> list[Words]:
    """The words at the ends of a scale, under its first and its last column."""
    for place, end in enumerate(ends):
        right = (place == 1) != mirrored
        at, anchor = (WIDTH, "end") if right else (0, "start")
        for number, line in enumerate(wrap(end, WIDTH / 2 - 8) if end else ()):
            words.append(Words(line, at, foot + _LINE * (number + 1) - 4, anchor))
    return words


def _end_lines(ends: Iterable[str]) -> int:
    return max(len(wrap(end, WIDTH / 2 - 8)) if end else 0 for end in ends)


# --- Letters


def _lines(lines: Iterable[str], top: float, look: str, *, mirrored: bool) -> list[Words]:
    at, anchor = (WIDTH, "end") if mirrored else (0, "start")
    return [Words(line, at, top + _LINE * number + _LETTER, anchor, look) for number, line in enumerate(lines)]


def wrap(words: str, room: float, *, bold: bool = False) -> list[str]:
    """`words` in lines no wider than `room`; a word that is wider itself is cut."""
    most = room / _LETTER / (1.06 if bold else 1)
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer) <= most:
            lines[-1] = longer
            continue
        *whole, last = _cut(word, most)
        lines += [*whole, last]
    return [line for line in lines if line] or [""]


def _cut(word: str, most: float) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and measure(parts[-1] + letter) > most and not unicodedata.combining(letter):
            parts.append("")
        parts[-1] += letter
    return parts


def measure(words: str) -> float:
    """About how wide words are, in sizes of a letter: rather too much than too little."""
    return sum(map(_measure_letter, words))


def _measure_letter(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0
    if letter in _NARROW_LETTERS:
        return _NARROW
    if letter in _WIDE_LETTERS:
        return _WIDE
    if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF:  # noqa: PLR2004 - emoji and the like
        return _FULL
    return _CAPITAL if letter.isupper() else _USUAL
