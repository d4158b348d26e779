"""Results as a table to read, a sheet for Excel, or data for a program; nothing in them can be run.

A CSV begins with a byte-order mark: without one Excel takes UTF-8 for the letters of its own country.
"""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.formulas import disarm
from conversations.questions import KINDS
from storage.figures import small_numbers
from storage.figures.comparing import Side

if TYPE_CHECKING:
    from xlsxwriter import Workbook

Results = Mapping[str, Any]
Cell = str | int | float | None

COLUMNS = ("step", "question", "kind", "option", "label", "count", "percent", "text")
GROUP_COLUMNS = ("by", "group", "group_label", "step", "question", "option", "label", "count", "percent")
_GROUP_WIDTHS = (16, 16, 24, 16, 48, 16, 36, 12, 10)
_WIDTHS = (16, 48, 10, 16, 36, 12, 10, 80)
_LONGEST = 32_767  # letters in a cell of Excel

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def rows(results: Results) -> Iterator[tuple[Cell, ...]]:
    """One row for each figure and each text, as COLUMNS; the first row of a step says how many answered it."""
    for told in results["steps"]:
        begin = (told["id"], told["ask"], told["kind"])
        answered = told["answered"]
        yield (*begin, "", "Answered", answered, None, "")
        for option in told["options"]:
            yield (*begin, option["id"], option["label"], option["count"], share(option, answered), "")
        for name, label in MIDDLE.items():
            if name in told:
                yield (*begin, name, label, told[name], None, "")
        for text in told.get("texts", ()):
            yield (*begin, "", "", None, None, text)


def share(option: Mapping[str, Any], answered: Cell) -> Cell:
    """Percent of those who answered: as released, or worked out to one decimal."""
    if "percent" in option:
        return option["percent"]  # type: ignore[no-any-return]  # from JSON
    return round(100 * option["count"] / answered, 1) if isinstance(answered, int) and answered else None


def group_rows(sides: Iterable[tuple[str, Side]]) -> Iterator[tuple[Cell, ...]]:
    """One row for each figure of a group, as GROUP_COLUMNS; a group of too few has only its first row, with a star."""
    for by, side in sides:
        for group in side.groups:
            begin = (by, group.id, group.label, side.step, side.ask)
            yield (*begin, "", "Answered", side.answered.get(group.id, small_numbers.STAR), None)
            shown = side.cells.get(group.id) or {}
            for option in side.options:
                if option.id in shown:
                    yield (*begin, option.id, option.label, shown[option.id].shown, shown[option.id].percent)


def to_csv(results: Results) -> bytes:
    """Every cell that a spreadsheet could take for a formula begins with an apostrophe."""
    return write_csv(COLUMNS, rows(results))


def write_csv(head: Iterable[str], lines: Iterable[Sequence[Cell]], *, mark: bool = True) -> bytes:
    """A table; `mark` puts the byte-order mark before it by which Excel knows its letters."""
    page = io.StringIO(newline="")
    out = csv.writer(page, quoting=csv.QUOTE_ALL)
    out.writerow(head)
    out.writerows([disarm(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    return page.getvalue().encode("utf-8-sig" if mark else "utf-8", "replace")


def to_xlsx(results: Results, sides: Iterable[tuple[str, Side]] = ()) -> bytes:
    """One sheet, or with `sides` another of groups. Words are written as words, whatever they look like."""
    sheets = [("Results", zip(COLUMNS, _WIDTHS, strict=True), rows(results))]
    told = list(group_rows(sides))
    return _book([*sheets, ("Groups", zip(GROUP_COLUMNS, _GROUP_WIDTHS, strict=True), told)] if told else sheets)


def write_xlsx(name: str, columns: Iterable[tuple[str, int]], lines: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet; columns with their widths."""
    return _book([(name, columns, lines)])


def _book(sheets: Iterable[tuple[str, Iterable[tuple[str, int]], Iterable[Sequence[Cell]]]]) -> bytes:
    page = io.BytesIO()
    off = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    import xlsxwriter  # noqa: PLC0415 - megabytes that a bot needs only when somebody wants a workbook

    with xlsxwriter.Workbook(page, {"in_memory": True, **off}) as book:
        for name, columns, lines in sheets:
            _fill(book, name, columns, lines)
    return page.getvalue()


def _fill(book: Workbook, name: str, columns: Iterable[tuple[str, int]], lines: Iterable[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(name)
    head, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for place, (column, width) in enumerate(columns):
        sheet.set_column(place, place, width, wrapped)
        sheet.write_string(0, place, column, head)
    for number, line in enumerate(lines, 1):
        for place, cell in enumerate(line):
            if isinstance(cell, str) and cell:
                sheet.write_string(number, place, _UNSEEN.sub("", cell)[:_LONGEST])
            elif isinstance(cell, int | float):
                sheet.write_number(number, place, cell)
    sheet.freeze_panes(1, 0)


def to_json(results: Results) -> bytes:
    return json.dumps(results, ensure_ascii=False, indent=1).encode()


# --- As a table

_WIDTH = 80
_INDENT = "   "


def to_table(results: Results) -> bytes:
    """Plain text of 80 columns, in English."""
    lines = [*textwrap.wrap(results["title"], _WIDTH), _people(results), ""]
    for number, told in enumerate(results["steps"], 1):
        lines += [*_table_step(number, told), ""]
    if not results["steps"]:
        lines += [f"Nothing to show yet. Results appear when at least {small_numbers.FEWEST} people have finished.", ""]
    elif "release" in results:
        lines += [*textwrap.wrap(small_numbers.NOTE, _WIDTH), ""]
    return "\n".join(lines).encode("utf-8", "replace")


def _people(results: Results) -> str:
    people = results["people"]
    if "started" in people:
        return f"Started: {people['started']}. Finished: {people['finished']}."
    until = f", up to {results['day']}" if results["day"] else ""
    return f"Finished: {people['finished']}{until}."


def _table_step(number: int, told: Mapping[str, Any]) -> list[str]:
    lines = textwrap.wrap(f"{number}. {told['ask']}", _WIDTH, subsequent_indent=_INDENT)
    where = " (kept with each person's own record)" if told.get("about") == "me" else ""
    lines.append(f"{_INDENT}Answered: {told['answered']}{where}{_ordered(told)}")
    for option in told.get("bands", told["options"]):
        percent = f"{option['percent']}%" if option.get("percent") is not None else ""
        lines += _table_option(option["label"], f"{option['count']:>12}{percent:>6}")
    middle = [f"{label}: {told[name]}" for name, label in MIDDLE.items() if name in told]
    lines += textwrap.wrap(". ".join(middle), _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
    for text in told.get("texts", ()):
        lines += textwrap.wrap(text, _WIDTH, initial_indent=f"{_INDENT}- ", subsequent_indent=f"{_INDENT}  ")
    return lines


def _ordered(told: Mapping[str, Any]) -> str:
    if not (KINDS[told["kind"]].ordered and told["options"]):
        return ""
    return ". Liked best first, and how many put each first:" if told.get("in_order", True) else ". Put first by:"


def _table_option(label: str, figures: str) -> list[str]:
    """The label over as many lines as it needs, its figures at the end of the first."""
    room = _WIDTH - len(_INDENT) - len(figures)
    first, *more = textwrap.wrap(label, room) or [""]
    return [f"{_INDENT}{first:<{room}}{figures}".rstrip(), *(f"{_INDENT}{line}" for line in more)]


MIDDLE = {"mean": "Mean", "median": "Middle answer", "least": "Least", "most": "Most"}
"""Figures about all the answers to a step -> what they are called."""

MEANINGS = {
    "step": "The id of the question",
    "question": "The question",
    "kind": "Which kind of question it is",
    "option": "The id of the answer; empty where it says how many answered at all",
    "label": "The answer",
    "count": "How many people, rounded to the nearest 5; a star hides a small number",
    "percent": "How many of 100 who answered, from rounded figures; empty where fewer than 40 did",
    "text": "Always empty in figures that may leave the team",
    "by": "By what people are grouped: language, door, partner, edition, month, or the id of a question",
    "group": "The group",
    "group_label": "What the group is called",
}
"""What the columns of exported figures mean."""

FORMATS: dict[str, Callable[[Results], bytes]] = {"table": to_table, "csv": to_csv, "xlsx": to_xlsx, "json": to_json}
"""How results are written."""
