"""Whether a workbook is an XLSForm at all, as pyxform sees it; what it refuses is refused here, in plain words."""

from __future__ import annotations

import re
from typing import Any

from pyxform.builder import create_survey_element_from_dict  # type: ignore[import-untyped]
from pyxform.errors import PyXFormError  # type: ignore[import-untyped]
from pyxform.xls2json import workbook_to_json  # type: ignore[import-untyped]
from pyxform.xls2json_backends import DefinitionData  # type: ignore[import-untyped]

from bot.xlsform.notes import Note, Refused
from bot.xlsform.workbook import Book
from conversations.checking.problems import quote

FIRST_ROW = 2

_ROW = re.compile(r"^\[row ?: ?(\d+)\]\s*")
_SHEET = re.compile(r"On the '(\w+)' sheet")


def check(book: Book) -> None:
    """Have pyxform make an XForm of it. Raises Refused with what was noticed already, like merged cells, and its reason."""
    try:
        form = workbook_to_json(_definition(book), form_name="data", fallback_form_name="data", warnings=[])
        create_survey_element_from_dict(form).to_xml(validate=False, warnings=[])
    except PyXFormError as error:
        raise Refused([*book.notes, _told(str(error), book)]) from None
    except Exception as error:  # noqa: BLE001 - pyxform trips over some forms; whichever way, they are none
        what = f"the XLSForm reader cannot make a form of this ({type(error).__name__}: {error})"
        raise Refused([*book.notes, Note("survey", 0, what, "look for a cell that is not as XLSForm wants it")]) from None


def _definition(book: Book) -> Any:
    sheets: dict[str, Any] = {"sheet_names": list(book.sheets)}
    for name in ("survey", "choices", "settings"):
        if name in book.sheets:
            sheet = book.sheets[name]
            said = [{header: words.replace("\u00a0", " ") for header, words in cells.items()} for _, cells in sheet.rows]
            sheets |= {name: said, f"{name}_header": [dict.fromkeys(sheet.headers)]}
    return DefinitionData(**sheets)


def _told(message: str, book: Book) -> Note:
    row = _ROW.match(message)
    sheet = _SHEET.search(message)
    plain = " ".join(_ROW.sub("", message).split())
    for pattern, what, todo in REASONS:
        found = re.search(pattern, plain)
        if found:
            named = [quote(words) for words in found.groups()]
            number = int(row[1]) if row else _row_with(book, found[1] if found.groups() else "")
            return Note(sheet[1] if sheet else "survey", number, what.format(*named), todo)
    return Note(sheet[1] if sheet else "survey", int(row[1]) if row else 0, plain.rstrip("."), "mend it in the workbook")


def _row_with(book: Book, words: str) -> int:
    """The first row of the survey in which a cell says just this; 0 when none does."""
    rows = book.sheets["survey"].rows
    return next((number for number, cells in rows if words and any(each.startswith(words) for each in cells.values())), 0)


REASONS = (
    (r"Unknown question type '([^']*)'", "the type {} is not known", "use a type from xlsform.org, like text or select_one LIST"),
    (r"element named '([^']*)' has no label", "{} has no words", "write them under label"),
    (r"Unmatched 'begin_\w+'.*name '([^']*)'", "the group {} is begun and never ended", "add an end group row"),
    (r"Unmatched 'end_\w+'", "a group is ended that was not begun", "add a begin group row, or delete this one"),
    (r"the 'name' value '([^']*)' is invalid.*must be unique", "the name {} is given twice", "give each row its own name"),
    (r"the 'name' value is invalid", "its name is not a plain one", "begin with a letter; use letters, digits, _ and -"),
    (r"Question or group with no name", "it has no name", "write one under name"),
    (r"Question with no type", "it has no type", "write one under type, like text"),
    (r"column headers were not found: '(\w+)'", "there is no column called {}", "name it in row 1"),
    (r"Could not find the name '([^']*)'", "it names {}, and no row has that name", "write the name of a row"),
    (r"Reference variables must start", "a reference is not whole", "write it like ${name}"),
    (r"There should be a choices sheet", "there is a list to choose from and no sheet called choices", "add one"),
    (r"List name not in choices sheet: (\S+)", "the list {} is not on the choices sheet", "add it there, or write another"),
)
"""What pyxform says -> what is wrong, and what to do."""
