"""The table a translator works in: a CSV file any office program opens, written safely and read forgivingly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from bot import formulas

_CURLY = "“”„«»"


class SheetError(Exception):
    """The file is not such a table; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text in one language; `line` is where it stood in the file."""

    key: str
    where: str
    english: str
    words: str
    approved_by: str = ""
    approved_on: str = ""
    note: str = ""
    line: int = 0


COLUMNS = tuple(field.name for field in fields(Row) if field.name != "line")
NEEDED = ("key", "english", "words")
HEADINGS = {"where": "where it is shown"}


def write(rows: Iterable[Row]) -> bytes:
    """The file, in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([HEADINGS.get(name, name) for name in COLUMNS])
    writer.writerows([formulas.disarm(cell) for cell in astuple(row)[: len(COLUMNS)]] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def read(content: bytes) -> list[Row]:
    """The rows of a file, as written by us and saved by any office program. Raises SheetError."""
    text = _decoded(content)
    head = text.partition("\n")[0]
    if any(mark in head for mark in _CURLY):
        raise SheetError("the quotation marks of this file have become curly ones; save it from Excel or LibreOffice as CSV")
    try:
        lines = list(_lines(text, max(",;\t", key=head.count)))
    except csv.Error as error:
        raise SheetError(f"this is not a CSV file ({error}); save it as CSV UTF-8") from None
    names = [_name(cell) for cell in lines[0][1]] if lines else []
    missing = [name for name in NEEDED if name not in names]
    if missing:
        there = ", ".join(filter(None, names)) or "nothing"
        raise SheetError(f"there is no column {missing[0]!r}; the first line has {there}. Begin with `words export`")
    return [_row(names, cells, line) for line, cells in lines[1:] if any(cell.strip() for cell in cells)]


def _decoded(content: bytes) -> str:
    code = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return content.decode(code)
    except UnicodeDecodeError:
        raise SheetError("this file is not UTF-8; in Excel choose “CSV UTF-8” when you save it") from None


def _lines(text: str, mark: str) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    before = 0
    for cells in reader:
        yield before + 1, cells
        before = reader.line_num


def _name(cell: str) -> str:
    plain = " ".join(cell.split()).lower()
    return next((name for name, heading in HEADINGS.items() if heading == plain), plain.replace(" ", "_"))


def _row(names: list[str], cells: list[str], line: int) -> Row:
    if len(cells) > len(names):
        raise SheetError(f"line {line} has more cells than there are columns; is there a quotation mark missing?")
    held = {name: formulas.restore(cell) for name, cell in zip(names, cells, strict=False) if name in COLUMNS}
    return Row(**{"where": "", "key": "", "english": "", "words": "", **held}, line=line)
