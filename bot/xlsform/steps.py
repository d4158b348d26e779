"""A row as the table of a step: its words, in the order people write keys, and a note for each column that is not carried."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.xlsform.answers import TRUE, Asked, Table
from bot.xlsform.cells import Row
from bot.xlsform.joining import When
from bot.xlsform.notes import NotCarried, Note
from bot.xlsform.routing import Subject, routed
from conversations.checking.problems import quote
from conversations.checking.shapes import LONGEST_ID
from conversations.flow import OTHER
from conversations.questions import KINDS, PLEASE_SAY
from conversations.text import GAP, choose

REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes words as they stand in our files; `known` are the questions they may repeat."""

    known: Mapping[str, Subject]
    tags: Sequence[str]
    notes: list[Note]

    def words(self, row: Row, *column: str) -> dict[str, str]:
        """Words by language, with our gaps: `${q_1}` is `{q-1}`."""
        return {tag: self._with_gaps(words, row) for tag, words in row.text(*column).items()}

    def everywhere(self, words: str) -> dict[str, str]:
        """The same words in each language of the form, for somebody to put right."""
        return dict.fromkeys(self.tags, words)

    def _with_gaps(self, words: str, row: Row) -> str:
        if GAP.search(REFERENCE.sub("", words)):
            self.notes.append(
                Note("survey", row.number, "curly brackets mean something else here", "nothing: they were made round")
            )
            words = re.sub(r"(?<!\$)\{([^}]*)\}", r"(\1)", words)
        for name in REFERENCE.findall(words):
            if not self._id(name):
                what = f"its words repeat {quote(name)}, which comes later or is not carried"
                self.notes.append(Note("survey", row.number, what, "write other words in place of …"))
        return REFERENCE.sub(lambda found: f"{{{self._id(found[1])}}}" if self._id(found[1]) else "…", words)

    def _id(self, name: str) -> str:
        return self.known[name].id if name in self.known else ""


def table(asked: Asked, pen: Pen, sensitive: Row | None) -> Table:
    """The step a row becomes, but for its `when`."""
    row, made = asked.row, asked.table
    ask, hint = pen.words(row, "label"), pen.words(row, "hint")
    if "says" in made:
        hint = pen.words(row, "withus", "hint")
        ask = ask if row.code("withus", "kind") else pen.everywhere("Do you agree?")
    elif not ask or made["kind"] == "say":
        ask, hint = _together(ask, hint), {}
    given: Table = {"ask": ask, "hint": hint, "sensitive": pen.words(sensitive, "label") if sensitive else {}}
    given |= {"picture": _picture(asked, pen), "unit": pen.words(row, "withus", "unit")}
    given |= {key: row.code("withus", key) for key in ("instrument", "about", "record")}
    given["quotes"] = row.code("withus", "quotes") in TRUE
    given["optional"] = KINDS[made["kind"]].asks and not required(asked)
    return made | {key: value for key, value in given.items() if value}


def required(asked: Asked) -> bool:
    """Whether an answer must be given; a condition for that is not carried."""
    words = asked.row.code("bind", "required")
    if words and words not in TRUE | FALSE:
        asked.note("that it must be answered only sometimes is not carried", "take out optional, if everybody must answer")
    return words in TRUE


def _together(ask: Mapping[str, str], hint: Mapping[str, str]) -> dict[str, str]:
    return {tag: "\n\n".join(words for words in (ask.get(tag), hint.get(tag)) if words) for tag in {**ask, **hint}}


def _picture(asked: Asked, pen: Pen) -> Table | None:
    file = next(iter(asked.row.text("media", "image").values()), "")
    if not file:
        return None
    alt = pen.words(asked.row, "withus", "alt")
    asked.note(f"it shows the picture {quote(file)}", "put that file beside the engagement")
    if not alt:
        asked.remarks.append("say in alt what the picture shows, for whoever does not see it")
    return {"file": file, "alt": alt or pen.everywhere("A picture")}


def note_columns(row: Row, notes: list[Note]) -> None:
    """Tell what else stands in a row."""
    for column in row.cells:
        what, todo = LEFT_COLUMNS.get(column[:2], LEFT_COLUMNS.get(column[:1], ("", "")))
        if what:
            notes.append(Note("survey", row.number, f"not carried: {what}", todo))


def puts_in_words(row: Row, last: Table, pen: Pen) -> bool:
    """Whether a row asks what someone meant by an option of the question just before; then it becomes part of that option."""
    name = row.code("name").removesuffix("_other")
    subject = pen.known.get(name)
    if name == row.code("name") or row.code("type") not in {"text", "string"} or not subject or subject.id != last["id"]:
        return False
    if len(subject.id) + len(OTHER) > LONGEST_ID or row.cells.keys() & PLAIN_ONLY or row.text("hint"):
        return False
    try:
        when = routed(row.code("bind", "relevant"), pen.known)
    except NotCarried:
        return False
    options = last.get("options", ()) if last["kind"] in {"choice", "choices"} else ()
    option = next((option for option in options if _is_picked(when, subject, option["id"])), None)
    if option is None or any(each.get("other") for each in options):
        return False
    words = pen.words(row, "label")
    asks = {"ask": words} if any(choose(PLEASE_SAY, tag) != said for tag, said in words.items()) else {}
    option.update({"other": True, **asks})
    return True


def _is_picked(when: When | bool, subject: Subject, option: str) -> bool:  # noqa: FBT001 - a condition, not a switch
    return when in ({subject.id: option}, {subject.id: {"includes": option}})


FALSE = frozenset({"no", "No", "NO", "false", "False", "FALSE", "false()"})

PLAIN_ONLY = frozenset({("bind", "required"), ("bind", "constraint"), ("default",), ("bind", "calculate")})
"""Columns which make the question behind "other" one of its own."""

LEFT_COLUMNS: dict[tuple[str, ...], tuple[str, str]] = {
    ("bind", "jr:constraintMsg"): ("the words for a wrong answer", "nothing: the bot has its own"),
    ("bind", "jr:requiredMsg"): ("the words for a missing answer", "nothing: the bot has its own"),
    ("bind", "calculate"): ("the calculation", "write `when` with the questions it was worked out from"),
    ("default",): ("the default answer", "nothing: people answer themselves"),
    ("guidance_hint",): ("the guidance hint", "write it under hint, if people should read it"),
    ("media", "audio"): ("the sound", "write what it says"),
    ("media", "video"): ("the film", "write what it says"),
    ("media", "big-image"): ("the large picture", "nothing: people can open the small one"),
    ("trigger",): ("the trigger", "nothing: answers are not worked out"),
}
"""Column -> what it holds that has no place here, and what to do."""
