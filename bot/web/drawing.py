"""A chart as a picture: SVG for pages and files, PNG for the chat."""

from __future__ import annotations

import functools
import tempfile
import unicodedata
from pathlib import Path

from bot.isolates import runs_right_to_left
from bot.web.charts import WIDTH, Chart
from bot.web.rendering import render

LARGEST = 100_000  # bytes: seconds on a slow phone
_ZOOMS = (3, 2, 1.5, 1, 0.5)
_FONTS = ("figo", "figbo", "symbol1", "symbol2")
_FAMILY = "FiraGO"
_RIGHT_TO_LEFT, _END = "\u2067", "\u2069"


def to_svg(chart: Chart, name: str = "") -> str:
    """Part of a page, dressed by its style sheet, when it has a `name`; otherwise a file with fixed colours of its own."""
    return render("chart.svg", {"chart": chart, "name": name, "width": WIDTH, "run": _run})


def to_png(chart: Chart) -> bytes:
    """At most 100 kB: a very long chart is drawn smaller."""
    import resvg_py  # noqa: PLC0415 - megabytes that only pictures need, in a bot that runs for months without one

    svg = _name_unknown(to_svg(chart))
    for zoom in _ZOOMS:
        picture = resvg_py.svg_to_bytes(
            svg_string=svg,
            skip_system_fonts=True,
            font_files=list(_fonts()),
            font_family=_FAMILY,
            sans_serif_family=_FAMILY,
            zoom=zoom,
        )
        if len(picture) <= LARGEST:
            break
    return picture


def _run(words: str) -> str:
    """Words whose marks stand where their script puts them, whatever draws them."""
    return f"{_RIGHT_TO_LEFT}{words}{_END}" if runs_right_to_left(words) else words


def _name_unknown(svg: str) -> str:
    """Emoji no font here has, by their names: "(grinning face)"."""
    return "".join(f"({unicodedata.name(letter, 'picture').lower()})" if _is_emoji(letter) else letter for letter in svg)


def _is_emoji(letter: str) -> bool:
    return ord(letter) >= 0x1F000 and unicodedata.category(letter) == "So"  # noqa: PLR2004 - where emoji begin


@functools.cache
def _fonts() -> tuple[str, ...]:
    """Fonts lie in files, for that is how resvg reads them: written once, gone when the process ends."""
    import pymupdf_fonts  # noqa: PLC0415 - as above

    folder = Path(_folder().name)
    for name in _FONTS:
        (folder / f"{name}.ttf").write_bytes(pymupdf_fonts.myfont(name))
    return tuple(str(folder / f"{name}.ttf") for name in _FONTS)


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="withus-fonts-", ignore_cleanup_errors=True)
