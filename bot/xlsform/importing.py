"""Takes a workbook in: its rows, in order, as the steps of an engagement, and a note for whatever has no place there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL  # type: ignore[import-untyped]

from bot.xlsform import answers, cells, head, steps, validity, workbook
from bot.xlsform.answers import Asked, Table
from bot.xlsform.cells import Row
from bot.xlsform.joining import When, both
from bot.xlsform.keeping import KEPT, restored
from bot.xlsform.names import Ids
from bot.xlsform.notes import NotCarried, Note, refuse
from bot.xlsform.routing import Subject, routed
from bot.xlsform.steps import Pen
from bot.xlsform.xpath import Call, parse
from conversations.checking.problems import quote
from conversations.flow import SECTION
from conversations.questions import KINDS


@dataclass(frozen=True, slots=True)
class Piece:
    """A step as it will be written, and what a person should look at."""

    table: Table
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """An engagement out of a workbook.

    `tags` are the languages every text is wanted in, `kept` is what the sheet "withus" holds, `names` maps the workbook's
    names to ids.
    """

    title: Mapping[str, str]
    form: str
    tags: Sequence[str]
    pieces: Sequence[Piece]
    kept: Mapping[str, Any]
    names: Mapping[str, str]
    notes: Sequence[Note]


def read(data: bytes) -> Imported:
    """The engagement in the bytes of a workbook. Raises Refused."""
    book = workbook.read(data)
    validity.check(book)
    named = cells.languages(book.sheets, book.notes)
    every = tuple(dict.fromkeys(named.values()))
    tags = tuple(tag for tag in every if "-x-" not in tag) or every
    survey, choices, settings, withus = (cells.rows(book.sheets.get(name), named) for name in workbook.READ)
    lists: dict[str, list[Row]] = {}
    for row in choices:
        lists.setdefault(row.code("list name"), []).append(row)
    form = _Form(survey, lists, tags, book.notes)
    form.walk()
    if not any(KINDS[piece.table["kind"]].asks for piece in form.pieces):
        raise refuse("survey", 0, "no question in it can be carried", "add one, like text or select_one LIST")
    first = settings[0] if settings else Row(2, {}, named)
    kept = head.read(withus, book.notes)
    return Imported(first.text("title"), first.code("id_string"), tags, form.pieces, kept, form.ids.given, book.notes)


@dataclass(slots=True)
class _Group:
    """A group that is open; `when` holds for it alone, not for those around it."""

    row: Row
    label: Mapping[str, str]
    when: When | bool
    remarks: Sequence[str]
    shown: bool = False


@dataclass(slots=True)
class _Form:
    rows: Sequence[Row]
    lists: Mapping[str, Sequence[Row]]
    tags: Sequence[str]
    notes: list[Note]
    ids: Ids = field(default_factory=Ids)
    known: dict[str, Subject] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    groups: list[_Group] = field(default_factory=list)
    section: _Group | None = None
    sensitive: Row | None = None
    pen: Pen = field(init=False)

    def __post_init__(self) -> None:
        self.pen = Pen(self.known, self.tags, self.notes)

    def walk(self) -> None:
        """Read every row."""
        spoken_of = {name for row in self.rows for words in row.cells.values() for name in steps.REFERENCE.findall(words)}
        rows = iter(self.rows)
        for row in rows:
            kind = row.code("type")
            begun, ended = RE_BEGIN_CONTROL.match(kind), RE_END_CONTROL.match(kind)
            if begun and begun["type"] != "group":
                self._leave_repeat(row, rows)
            elif begun:
                self._begin(row)
            elif ended:
                self._end()
            elif kind == "calculate":
                self._work_out(row)
            elif row.code("withus", "kind") in LEADING:
                LEADING[row.code("withus", "kind")](self, row)
            elif kind and not self._puts_in_words(row, spoken_of):
                self._ask(row)

    def keep_sensitive(self, row: Row) -> None:
        """The content note of the next question."""
        self.sensitive = row

    def skip(self, row: Row) -> None:
        """What the sheet "withus" says better."""

    def _leave_repeat(self, row: Row, rows: Iterator[Row]) -> None:
        depth, count = 1, -1
        while depth:
            kind = next(rows).code("type")
            depth += bool(RE_BEGIN_CONTROL.match(kind)) - bool(RE_END_CONTROL.match(kind))
            count += 1
        what = f"not carried: the repeat {quote(row.code('name'))} with its {count} rows"
        self.notes.append(
            Note("survey", row.number, what, "ask for each one in questions of its own, as many as most people need")
        )

    def _begin(self, row: Row) -> None:
        remarks: list[str] = []
        self.groups.append(_Group(row, self.pen.words(row, "label"), self._when(row, remarks), remarks))
        steps.note_columns(row, self.notes)

    def _end(self) -> None:
        group = self.groups.pop()
        if group.label and not group.shown:
            what = f"not carried: the words of the group {quote(group.row.code('name'))}, as no question stands right in it"
            self.notes.append(Note("survey", group.row.number, what, "put them before a question, if they matter"))

    def _work_out(self, row: Row) -> None:
        """Keep what a calculation stands for, so that conditions on it can be written out."""
        name, always = row.code("name"), not row.code("bind", "relevant") and all(group.when is True for group in self.groups)
        try:
            formula = parse(row.code("bind", "calculate"))
        except NotCarried:
            formula = None
        if isinstance(formula, Call) and formula.name in {"if", "coalesce"} and always:
            self.known[name] = Subject("", "calculate", formula=formula)
            note = Note("survey", row.number, f"not carried: {quote(name)} itself", "nothing: conditions on it are written out")
        else:
            note = answers.instead(row)
        self.notes.append(note)

    def _puts_in_words(self, row: Row, spoken_of: set[str]) -> bool:
        return (
            bool(self.pieces) and row.code("name") not in spoken_of and steps.puts_in_words(row, self.pieces[-1].table, self.pen)
        )

    def _ask(self, row: Row) -> None:
        name = row.code("name")
        asked = Asked(row, self.lists, self.known, self.tags)
        if not answers.ask(asked):
            self.notes.append(answers.instead(row))
            return
        own = self._when(row, asked.remarks)
        if both([*(group.when for group in self.groups), own]) is False:
            self.notes.append(Note("survey", row.number, f"left out: {quote(name)}, which is never asked", "nothing"))
            return
        outer = self._enter_section(row)
        made = {"id": self.ids.give(name, other=asked.any_other)} | steps.table(asked, self.pen, self.sensitive)
        when = both([*outer, own])
        self.pieces.append(Piece(made if when is True else made | {"when": when}, tuple(asked.remarks)))
        steps.note_columns(row, self.notes)
        self.notes += asked.notes
        self.known[name] = Subject(made["id"], made["kind"], asked.options, asked.whole)
        self.sensitive = None

    def _when(self, row: Row, remarks: list[str]) -> When | bool:
        """Who is asked; what cannot be said here is marked so that `check` stops at it: nobody is asked by mistake."""
        words = row.code("bind", "relevant")
        try:
            return both([restored(row), routed(words, self.known) if words else True])
        except NotCarried as why:
            marker = f"todo-row-{row.number}"
            words = words or row.code(*KEPT)
            what = f"not carried: who is asked {quote(row.code('name'))}, {quote(words)}: {why}"
            self.notes.append(Note("survey", row.number, what, f"write its `when` in place of {quote(marker)}", grave=True))
            remarks.append(f"who is asked this? The workbook says: {words}")
            return {marker: {"answered": True}}

    def _enter_section(self, row: Row) -> list[When | bool]:
        """Open a section where the innermost group with words changes; returns the conditions it does not hold itself."""
        inner = next((place for place in reversed(range(len(self.groups))) if self.groups[place].label), -1)
        group = self.groups[inner] if inner >= 0 else None
        if group is not self.section:
            self.section = group
            self.pieces.append(self._open(self.groups[: inner + 1]) if group else self._close(row))
        return [each.when for each in self.groups[inner + 1 :]]

    def _open(self, groups: Sequence[_Group]) -> Piece:
        row, groups[-1].shown = groups[-1].row, True
        made: Table = {"id": self.ids.give(row.code("name")), "kind": SECTION, "ask": groups[-1].label}
        title, when = self.pen.words(row, "withus", "title"), both([each.when for each in groups])
        made |= ({"title": title} if title else {}) | ({} if when is True else {"when": when})
        return Piece(made, tuple(remark for each in groups for remark in each.remarks))

    def _close(self, row: Row) -> Piece:
        """A group ends here and no other begins; our sections end where the next one does."""
        return Piece({"id": self.ids.give(f"section-{row.number}"), "kind": SECTION})


LEADING: dict[str, Callable[[_Form, Row], None]] = {"sensitive": _Form.keep_sensitive, "charter": _Form.skip}
"""Rows that our own export writes for other tools to show -> what becomes of them here."""
