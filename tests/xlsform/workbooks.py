"""Workbooks as people make them, written by openpyxl for each test."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

Rows = Sequence[Mapping[str, object]]


def workbook(survey: Rows, choices: Rows = (), settings: Rows = (), **others: Rows) -> bytes:
    """A workbook with these rows, each a column name -> what stands there."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in {"survey": survey, "choices": choices, "settings": settings, **others}.items():
        if rows or name == "survey":
            sheet = book.create_sheet(name)
            headers = list(dict.fromkeys(key for row in rows for key in row))
            sheet.append(headers)
            for row in rows:
                sheet.append([row.get(header) for header in headers])
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of the file it would be."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def choices(name: str, *names: str) -> list[dict[str, object]]:
    """A list to choose from, each labelled with its own name."""
    return [{"list_name": name, "name": each, "label": each.capitalize()} for each in names]
