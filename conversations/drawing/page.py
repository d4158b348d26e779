"""A drawing in SVG, filled from the top: words that wrap, boxes and arrows; what is long is cut into sheets of A4 to print.

Positions are pixels as in a browser, 96 an inch.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from conversations.text import shorten

WIDTH, SHEET = 794, 1123
"""An A4 sheet."""

HEAD, FOOT = 44, 48
"""Left free on each sheet for where it comes from and goes on."""

RIGHT_TO_LEFT = {"ar", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"}
_FONTS = "system-ui, 'Noto Sans', 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Naskh Arabic', sans-serif"
_ISOLATE, _POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True, slots=True)
class Style:
    """How words look; `leading` is the height of a line in parts of the size."""

    size: float = 13
    bold: bool = False
    grey: bool = False
    leading: float = 1.45


TITLE, QUESTION, PLAIN = Style(23, bold=True, leading=1.3), Style(15, bold=True), Style()
SMALL, LABEL = Style(12, grey=True), Style(11.5, bold=True, grey=True)

MARGIN, CLEAR = 52, 6
"""Beside the words at the head and foot of a sheet, and between a box and the cut below it."""

Point = tuple[float, float]

_Mark = tuple[float, float, str]
"""From what height to what height, and its SVG."""


@dataclass
class Page:
    """What is drawn so far, in layers from the lowest up. In a right-to-left language everything is mirrored."""

    language: str
    bands: list[_Mark] = field(default_factory=list)
    lines: list[_Mark] = field(default_factory=list)
    boxes: list[_Mark] = field(default_factory=list)
    over: list[_Mark] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)  # where a sheet may end
    held: float = -1  # a height that belongs with what is above it
    y: float = 0

    @property
    def mirrored(self) -> bool:
        return self.language.partition("-")[0] in RIGHT_TO_LEFT

    def words(self, words: str, x: float, width: float, style: Style = PLAIN) -> None:
        """Write words from `x` on, at most `width` wide, and move below them."""
        rows = wrap(words, width, style)
        leading = style.size * style.leading * (1.2 if self.mirrored else 1)
        top, self.y = self.y, self.y + leading * len(rows)
        tall = "".join(
            f'<tspan x="{self._x(x):g}" y="{top + leading * (row + 0.75):g}">{_safe(line)}</tspan>'
            for row, line in enumerate(rows)
        )
        self.over.append((top, self.y, f"<text{self._looks(style)}>{tall}</text>"))

    def aside(self, words: str, right: float, style: Style = SMALL) -> None:
        """Words that end at `right`, on the line that is next; the page does not move."""
        anchor = "start" if self.mirrored else "end"
        at = self.y + style.size * style.leading * 0.75
        told = f'<text{self._looks(style, anchor)}><tspan x="{self._x(right):g}" y="{at:g}">{_safe(words)}</tspan></text>'
        self.over.append((self.y, at, told))

    def box(self, x: float, y: float, width: float, height: float, radius: float = 7) -> None:
        """A white box with a black edge, over the lines and under the words."""
        at = f'x="{self._left(x, width):g}" y="{y:g}" width="{width:g}" height="{height:g}"'
        self.boxes.append((y, y + height, f'<rect {at} rx="{radius:g}" class="box"/>'))

    def band(self, x: float, y: float, width: float, height: float) -> None:
        """A grey ground behind everything."""
        at = f'x="{self._left(x, width):g}" y="{y:g}" width="{width:g}" height="{height:g}"'
        self.bands.append((y, y + height, f'<rect {at} rx="12" class="band"/>'))

    def mark(self, x: float, *, square: bool) -> None:
        """The little circle or square before an option, on the line that is next."""
        y = self.y + PLAIN.size * PLAIN.leading * 0.5
        shape = (
            f'<rect x="{self._left(x - 4, 8):g}" y="{y - 4:g}" width="8" height="8" rx="1.5" class="mark"/>'
            if square
            else f'<circle cx="{self._x(x):g}" cy="{y:g}" r="4.2" class="mark"/>'
        )
        self.over.append((y - 5, y + 5, shape))

    def line(self, *points: Point, arrow: bool = False) -> None:
        """A line with rounded corners; an arrow has a head at its end."""
        path = _rounded([(self._x(x), y) for x, y in points])
        head = ' marker-end="url(#head)"' if arrow else ""
        heights = [y for _, y in points]
        self.lines.append((min(heights), max(heights), f'<path d="{path}" class="line"{head}/>'))

    def hold(self) -> None:
        """Keep what comes next on the sheet of what is just above."""
        self.held = self.y

    def cut(self) -> None:
        """Let a sheet end here, unless this is held together."""
        if self.y != self.held:
            self.cuts.append(round(self.y) + CLEAR)

    def _x(self, x: float) -> float:
        return WIDTH - x if self.mirrored else x

    def _left(self, x: float, width: float) -> float:
        return WIDTH - x - width if self.mirrored else x

    def _looks(self, style: Style, anchor: str = "") -> str:
        anchored = anchor or ("end" if self.mirrored else "")
        weight = ' font-weight="600"' if style.bold else ""
        colour = ' class="grey"' if style.grey else ""
        return f' font-size="{style.size:g}"{weight}{colour}' + (f' text-anchor="{anchored}"' if anchored else "")

    def finish(self, title: str, description: str) -> str:
        """The whole as an SVG document; when it is long, as sheets one below the other, each a page when printed."""
        sheets = self._sheets()
        tall = SHEET * len(sheets) if len(sheets) > 1 else round(self.y + 0.5)
        paper = f"{tall * 297 / SHEET:g}mm" if len(sheets) > 1 else str(tall)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{"210mm" if len(sheets) > 1 else WIDTH}" height="{paper}" '
            f'viewBox="0 0 {WIDTH} {tall}" preserveAspectRatio="none" lang="{escape(self.language)}" role="document" '
            f'aria-labelledby="title desc" font-family="{_FONTS}">\n'
        )
        told = f'<title id="title">{_safe(title)}</title>\n<desc id="desc">{_safe(description)}</desc>\n'
        ground = f'<rect width="{WIDTH}" height="{tall}" fill="#fff"/>'
        shown = [row for place in range(len(sheets)) for row in self._sheet(title, sheets, place)]
        return head + told + _LOOKS + "\n".join([ground, *shown]) + "\n</svg>\n"

    def _sheets(self) -> list[tuple[float, float]]:
        """From where to where each sheet shows; what is too long for one is cut through."""
        if self.y <= SHEET:
            return [(0, self.y)]
        found, top = list[tuple[float, float]](), 0.0
        while top < self.y:
            most = top + SHEET - HEAD - FOOT
            last = max((cut for cut in self.cuts if top < cut <= most), default=most)
            found.append((top, self.y if self.y <= most else last))
            top = found[-1][1]
        return found

    def _sheet(self, title: str, sheets: Sequence[tuple[float, float]], place: int) -> Iterator[str]:
        top, bottom = sheets[place]
        shown = [
            told for layer in (self.bands, self.lines, self.boxes, self.over) for a, b, told in layer if b > top and a < bottom
        ]
        if len(sheets) == 1:
            yield from shown
            return
        at, tall = place * SHEET, bottom - top
        edge = Page(self.language, y=at + HEAD / 2 - 4)
        if place:
            edge.words(f"{shorten(title, 60)}: continued from page {place}", MARGIN, WIDTH - 2 * MARGIN, SMALL)
        edge.y = at + SHEET - FOOT / 2 - 8
        edge.aside(f"Page {place + 1} of {len(sheets)}", WIDTH - MARGIN)
        if place + 1 < len(sheets):
            edge.words(f"Continues on page {place + 2}", MARGIN, WIDTH / 2, LABEL)
        yield f'<svg x="0" y="{at + HEAD:g}" width="{WIDTH}" height="{tall:g}" viewBox="0 {top:g} {WIDTH} {tall:g}">'
        yield from shown
        yield "</svg>"
        yield from (told for *_, told in edge.over)


def wrap(words: str, width: float, style: Style = PLAIN) -> list[str]:
    """Words in lines at most so wide, as far as can be told without the font; a word too long for a line is broken."""
    rows: list[str] = []
    for paragraph in words.splitlines() or [""]:
        row = ""
        for word in _fitting(paragraph.split(), width, style):
            longer = f"{row} {word}".strip()
            if row and _length(longer, style) > width:
                rows.append(row)
                longer = word
            row = longer
        rows.append(row)
    return rows


def _fitting(words: Iterable[str], width: float, style: Style) -> Iterable[str]:
    for word in words:
        rest = word
        while _length(rest, style) > width:
            room = max(1, next(size for size in range(len(rest)) if _length(rest[: size + 1], style) > width))
            yield rest[:room]
            rest = rest[room:]
        yield rest


def _length(words: str, style: Style) -> float:
    return sum(map(_advance, words)) * style.size * (1.11 if style.bold else 1)


def _advance(letter: str) -> float:
    """The width of a letter in parts of its size, as much as the widest of the usual fonts gives it."""
    if unicodedata.category(letter) in {"Mn", "Cf"}:
        return 0
    if unicodedata.east_asian_width(letter) in {"W", "F"}:
        return 1.02
    return next((width for letters, width in _WIDTHS if letter in letters), 0.78 if letter.isupper() else 0.635)


_WIDTHS = (("iIljtfr.,;:'’!|()[]·“” ", 0.42), ("mwMWO@%—…→", 1.0))
"""The narrow and the wide; capitals and all others lie between."""


def _safe(words: str) -> str:
    """Words for XML, each line in its own reading direction."""
    allowed = "".join(letter for letter in words if letter >= " " or letter in "\n\t")
    turned = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in allowed)
    return f"{_ISOLATE}{escape(allowed)}{_POP}" if turned else escape(allowed)


def _rounded(points: Sequence[Point], radius: float = 8) -> str:
    """A path through points, its corners rounded."""
    path = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
        into, out = _towards((bx, by), (ax, ay), radius), _towards((bx, by), (cx, cy), radius)
        path.append(f"L{into[0]:g} {into[1]:g} Q{bx:g} {by:g} {out[0]:g} {out[1]:g}")
    path.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return " ".join(path)


def _towards(one: Point, other: Point, step: float) -> Point:
    away = max(abs(other[0] - one[0]), abs(other[1] - one[1])) or 1
    part = min(step, away / 2) / away
    return one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part


_LOOKS = """<style>
@page { size: A4 portrait; margin: 0 }
text { fill: #000; white-space: pre }
.grey { fill: #444 }
.box { fill: #fff; stroke: #000; stroke-width: 1.2 }
.band { fill: #f1f1f1 }
.mark { fill: #fff; stroke: #000; stroke-width: 1.1 }
.line { fill: none; stroke: #000; stroke-width: 1.4 }
</style>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 1 L10 5 L0 9 z"/></marker></defs>
"""
