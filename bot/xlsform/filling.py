"""Puts rows into the sheets of a workbook; every cell is words, so nothing in it is ever worked out."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

WIDEST = 60  # letters


def fill(sheets: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """The file of a workbook: sheet name -> rows of column -> words. Columns stand in the order in which they first appear."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            used = list(dict.fromkeys(column for row in rows for column, words in row.items() if words))
            for place, column in enumerate(used):
                longest = max(len(words) for words in (column, *(row.get(column, "") for row in rows)))
                sheet.set_column(place, place, min(longest, WIDEST) + 2)
                sheet.write_string(0, place, column, bold)
                for number, row in enumerate(rows, 1):
                    if row.get(column):
                        sheet.write_string(number, place, row[column], wrapped)
    return out.getvalue()
