"""A list of how many people there are, from a file that may be anything at all: CSV or a workbook, within bounds."""

from __future__ import annotations

import csv
import io
import re
import zipfile

LARGEST = 1 << 20  # bytes of the file
LARGEST_INSIDE = 20 << 20  # bytes of what is packed in it
MOST_ROWS = 200

_SAVE = "Save it as CSV, or as an .xlsx workbook with the list on its first sheet."
_SHAPE = "It needs two columns: the answer, and how many people there are."
_GROUPED = re.compile(r"\d{1,3}([, \u00a0']\d{3})+")


class UnreadableError(Exception):
    """A file that is no such list; the message says why and what to do."""


def read(data: bytes) -> list[tuple[str, int]]:
    """Rows of (what it is called, people); a first row without a number is taken for a heading. Raises UnreadableError."""
    if len(data) > LARGEST:
        raise UnreadableError(f"The file is larger than {LARGEST >> 20} MB. {_SHAPE}")
    rows = _read_workbook(data) if data.startswith(b"PK") else _read_csv(data)
    rows = [row for row in rows if any(row)]
    if len(rows) > MOST_ROWS:
        raise UnreadableError(f"The file has more than {MOST_ROWS} rows. {_SHAPE}")
    found = [_pair(number, row) for number, row in enumerate(rows, 1)]
    if found and found[0][1] is None:
        del found[0]
    for number, (name, people) in enumerate(found, len(rows) - len(found) + 1):
        if people is None:
            raise UnreadableError(f"Row {number} has no whole number beside {name[:60]!r}. {_SHAPE}")
    if not found:
        raise UnreadableError(f"The file is empty. {_SHAPE}")
    return [(name, people) for name, people in found if people is not None]


def _pair(number: int, row: list[str]) -> tuple[str, int | None]:
    filled = [cell for cell in row if cell]
    if len(filled) < 2:  # noqa: PLR2004 - two columns
        raise UnreadableError(f"Row {number} has only {filled[0][:60]!r}. {_SHAPE}")
    words = filled[1].removesuffix(".0")
    if _GROUPED.fullmatch(words):
        words = re.sub(r"\D", "", words)
    return filled[0], int(words) if re.fullmatch(r"[0-9]{1,12}", words) else None


def _read_csv(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise UnreadableError(f"This is neither CSV nor a workbook. {_SAVE}")
    head = text[:2000]
    apart = max(",;\t", key=head.count)
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=apart)]
    except csv.Error:
        raise UnreadableError(f"This CSV cannot be read. {_SAVE}") from None


def _read_workbook(data: bytes) -> list[list[str]]:
    """The first sheet."""
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - only needed when somebody uploads one

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inside:
            if sum(part.file_size for part in inside.infolist()) > LARGEST_INSIDE:
                raise UnreadableError(f"The workbook unpacks to more than {LARGEST_INSIDE >> 20} MB. {_SHAPE}")
        sheet = load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=True, nrows=MOST_ROWS + 2)
    except (zipfile.BadZipFile, CalamineError, ValueError, OSError, NotImplementedError):
        raise UnreadableError(f"This workbook cannot be opened: it is damaged, locked or no workbook. {_SAVE}") from None
    return [[str(cell).strip() for cell in row] for row in rows]
