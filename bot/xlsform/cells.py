"""The columns of a sheet by their proper names, whatever dialect a workbook is written in, and words by language."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from babel import Locale
from pyxform import aliases  # type: ignore[import-untyped]
from pyxform.parsing.sheet_headers import process_header  # type: ignore[import-untyped]
from pyxform.question import MultipleChoiceQuestion, Option  # type: ignore[import-untyped]
from pyxform.survey import Survey  # type: ignore[import-untyped]

from bot.xlsform.notes import Note
from bot.xlsform.workbook import Sheet
from conversations.checking.problems import quote
from conversations.screens import LANGUAGE_NAMES
from conversations.text import FALLBACK, fold

Column = tuple[str, ...]
"""A column's name in parts: ("label", "Welsh (cy)"), ("bind", "relevant")."""

_TAG = re.compile(r"\(([a-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$")
_SMART = str.maketrans("‘’“”\u00a0", "''\"\" ")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the sheet, and what stands under each column."""

    number: int
    cells: Mapping[Column, str]
    tags: Mapping[str, str]  # language as the workbook names it -> tag

    def code(self, *column: str) -> str:
        """A name or a condition: spaces and quotation marks as programs want them."""
        return " ".join(self.cells.get(column, "").translate(_SMART).split())

    def text(self, *column: str) -> dict[str, str]:
        """Words by language, in the order of the languages."""
        found = {tag: self.cells[(*column, name)] for name, tag in self.tags.items() if (*column, name) in self.cells}
        if column in self.cells:
            found.setdefault(self.tags.get("", FALLBACK), self.cells[column])
        return {tag: found[tag] for tag in dict.fromkeys(self.tags.values()) if tag in found}

    def under(self, first: str) -> Iterator[Column]:
        """The columns beginning with `first` that are filled in here."""
        return (column for column in self.cells if column[0] == first)


def rows(sheet: Sheet | None, tags: Mapping[str, str]) -> list[Row]:
    """The rows of a sheet that are not empty; none of a sheet that is not there."""
    if sheet is None:
        return []
    columns = _columns(sheet)
    return [
        Row(number, {columns[header]: words for header, words in cells.items()}, tags) for number, cells in sheet.rows if cells
    ]


def languages(sheets: Mapping[str, Sheet], notes: list[Note]) -> dict[str, str]:
    """Each language of a form as the workbook names it -> its tag; "" is that of columns which name none."""
    settings = rows(sheets.get("settings"), {})
    default = settings[0].cells.get(("default_language",), "") if settings else ""
    tags = {"": tag_of(default) or FALLBACK}
    for name, sheet in sheets.items():
        for header, column in _columns(sheet).items():
            if len(column) < TRANSLATED.get(column[0], len(column) + 1):
                continue
            tag = tag_of(column[-1])
            if tag:
                tags[column[-1]] = tag
            else:
                what = f"the language of the column {quote(header)} is not known"
                notes.append(Note(name, 1, what, f"write it as {column[0]}::Welsh (cy)"))
    return tags


def tag_of(name: str) -> str:
    """The tag of a language as a workbook names it, "Welsh (cy)" or "Welsh"; empty when nobody knows it."""
    found = _TAG.search(name)
    said = fold(name)
    return found[1] if found else said if said in LANGUAGE_NAMES else _NAMES.get(said, "")


def _columns(sheet: Sheet) -> dict[str, Column]:
    known, wanted = DIALECTS.get(sheet.name, ({}, ()))
    double = any("::" in header for header in sheet.headers)
    return {header: tuple(process_header(header.translate(_SMART), double, known, wanted)[1]) for header in sheet.headers}


_NAMES = {fold(words): tag for names in (Locale("en").languages, LANGUAGE_NAMES) for tag, words in names.items()}

TRANSLATED = {"label": 2, "hint": 2, "text": 2, "withus": 3}
"""Columns whose last part names a language -> how many parts they then have."""

DIALECTS: dict[str, tuple[Mapping[str, str | Column], Container[str]]] = {
    "survey": (aliases.survey_header, set(MultipleChoiceQuestion.get_slot_names())),
    "choices": (aliases.list_header, set(Option.get_slot_names())),
    "settings": (aliases.settings_header, set(Survey.get_slot_names())),
}
"""Sheet -> the other names of its columns, and the proper ones."""
