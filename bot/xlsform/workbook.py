"""Opens a workbook that may be anything at all, and reads its sheets as rows of words, within bounds."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook

from bot.xlsform.notes import Note, Refused, refuse
from conversations.checking.problems import nearest, quote
from conversations.text import clean

LARGEST = 10 << 20  # bytes of the file
LARGEST_INSIDE = 30 << 20  # bytes of what is packed in it
MOST_ROWS = 5_000
MOST_COLUMNS = 100
MOST_CELLS = 250_000
OLD_FILE = bytes.fromhex("D0CF11E0A1B11AE1")
LOCKED = "EncryptedPackage".encode("utf-16-le")

READ = ("survey", "choices", "settings", "withus")
LEFT = ("external_choices", "entities", "osm")

_NUMBERED = re.compile(rb'<row\b[^>]*?\br="(\d+)"')
_FILLED = re.compile(rb"<(v|is)[ >]")
_FORMULA = re.compile(rb"<f[ >/]")
_MERGED = re.compile(rb"<mergeCell [^>]*ref=\"([A-Z]+)([0-9]+):([A-Z]+[0-9]+)\"")


@dataclass(frozen=True, slots=True)
class Sheet:
    """`headers` is row 1 as written; each row is its number and what stands under each header, never empty words."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets an XLSForm is made of, by lower-case name, and what was noticed while opening."""

    sheets: Mapping[str, Sheet]
    notes: list[Note] = field(default_factory=list)


def read(data: bytes) -> Book:
    """The workbook in the bytes of a file. Raises Refused."""
    inside = _unpack(data)
    with warnings.catch_warnings():  # about parts of a workbook that hold no questions
        warnings.simplefilter("ignore")
        try:
            return _read_sheets(data, inside)
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001 - the reader can fail anywhere in a damaged file, and it means just this
            raise refuse("the file", 0, f"this workbook is damaged ({type(error).__name__})", _SAVE) from None


def _unpack(data: bytes) -> zipfile.ZipFile:
    """The parts of the file, which together are not too large. Raises Refused."""
    if len(data) > LARGEST:
        raise refuse("the file", 0, f"it is larger than {LARGEST >> 20} MB", "take out what is not part of the form")
    if data.startswith(OLD_FILE):
        locked = LOCKED in data
        what = "it is locked with a password" if locked else "it is an old .xls workbook"
        raise refuse("the file", 0, what, "save it again without a password" if locked else _SAVE)
    try:
        inside = zipfile.ZipFile(io.BytesIO(data))
        parts = inside.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        what = "it is plain text, perhaps CSV" if _is_words(data) else "it is empty, or no workbook"
        raise refuse("the file", 0, what, _SAVE) from None
    if sum(part.file_size for part in parts) > LARGEST_INSIDE:
        raise refuse("the file", 0, f"it unpacks to more than {LARGEST_INSIDE >> 20} MB", "take out what is not part of the form")
    if "xl/workbook.xml" not in inside.namelist():
        raise refuse("the file", 0, "it is not an .xlsx workbook", _SAVE)
    return inside


def _is_words(data: bytes) -> bool:
    if not data or data.startswith(b"PK"):
        return False
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _read_sheets(data: bytes, inside: zipfile.ZipFile) -> Book:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        names = {name.strip().lower(): name for name in book.sheetnames}
        if "survey" not in names:
            raise _no_survey(book.sheetnames)
        there: dict[str, Any] = {name: book[names[name]] for name in READ if name in names}
        parts = {name: inside.read(sheet._worksheet_path) for name, sheet in there.items()}  # noqa: SLF001 - nothing public tells it
        for name, part in parts.items():
            _check_depth(part, name)
        found = Book({name: _read_sheet(sheet, name) for name, sheet in there.items()})
        for name, part in parts.items():
            _look_behind(data, part, there[name].title, name, found)
    finally:
        book.close()
    if any(name.endswith("vbaProject.bin") for name in inside.namelist()):
        found.notes.append(Note("the file", 0, "it holds macros, and they were not read", "nothing: they never run here"))
    for name in LEFT:
        if name in names:
            found.notes.append(Note(name, 0, "this sheet is not carried", "put its choices on the choices sheet"))
    return found


def _no_survey(names: list[str]) -> Refused:
    near = nearest("survey", [name.lower() for name in names])
    todo = f"rename {quote(near)}" if near else "name the sheet with the questions survey"
    return refuse("the file", 0, f"no sheet is called survey (there is {', '.join(map(quote, names[:8]))})", todo)


def _read_sheet(sheet: Any, name: str) -> Sheet:
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    headers = [_words(cell, name, 1) for row in sheet.iter_rows(max_row=1) for cell in row]
    known = [header for header in headers if header]
    if len(known) > MOST_COLUMNS:
        raise refuse(name, 1, f"there are more than {MOST_COLUMNS} columns", "take out those that are not part of the form")
    for header in known:
        if known.count(header) > 1:
            raise refuse(name, 1, f"the column {quote(header)} is there twice", "rename or delete one")
    rows, filled = [], 0
    for number, cells in enumerate(sheet.iter_rows(min_row=2, max_row=MOST_ROWS, max_col=len(headers)), 2):
        said = ((header, _words(cell, name, number)) for header, cell in zip(headers, cells, strict=False) if header)
        row = {header: words for header, words in said if words}
        rows.append((number, row))
        filled += len(row)
        if filled > MOST_CELLS:
            raise refuse(name, number, f"more than {MOST_CELLS:,} cells are filled in", "split the form into several")
    while rows and not rows[-1][1]:
        rows.pop()
    return Sheet(name, tuple(known), tuple(rows))


def _words(cell: Any, sheet: str, row: int) -> str:
    """What a cell says, the way XLSForm tools read numbers and days."""
    value = cell.value
    if cell.data_type == "e":
        raise refuse(sheet, row, f"cell {cell.coordinate} holds the error {value}", "write what should stand there")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else clean(str(value))


def _check_depth(part: bytes, name: str) -> None:
    """Refuse a sheet with something below the last row that is read; rows there that are only coloured do no harm."""
    for row in _NUMBERED.finditer(part):
        if int(row[1]) > MOST_ROWS:
            if _FILLED.search(part, row.end()):
                raise refuse(name, int(row[1]), f"there are more than {MOST_ROWS:,} rows", "split the form into several")
            return


def _look_behind(data: bytes, part: bytes, title: str, name: str, book: Book) -> None:
    """Note merged cells and formulas, of which reading shows nothing."""
    for column, row, last in _MERGED.findall(part):
        cells = f"{column.decode()}{row.decode()}:{last.decode()}"
        what = f"the cells {cells} are merged, and only the first of them counts"
        book.notes.append(Note(name, int(row), what, "unmerge them and fill each one in"))
    if _FORMULA.search(part):
        _note_formulas(data, title, name, book)


def _note_formulas(data: bytes, title: str, name: str, book: Book) -> None:
    written = load_workbook(io.BytesIO(data), read_only=True)
    worked_out = dict(book.sheets[name].rows)
    try:
        sheet = written[title]
        sheet.reset_dimensions()
        headers, *lines = sheet.iter_rows(max_row=MOST_ROWS)
        for number, row in enumerate((headers, *lines), 1):
            for header, cell in zip(headers, row, strict=False):
                if cell.data_type != "f":
                    continue
                if clean(str(header.value)) not in worked_out.get(number, {}):
                    what = f"cell {cell.coordinate} holds a formula whose value is not in the file"
                    raise refuse(name, number, what, "write the words themselves")
                what = f"cell {cell.coordinate} holds a formula; its last value was used"
                book.notes.append(Note(name, number, what, "look whether it is the right one"))
    finally:
        written.close()


_SAVE = "open it in a spreadsheet program and save it as .xlsx"
