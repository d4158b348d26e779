"""Types of question in a workbook: what each becomes here, and what becomes of those that cannot be carried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyxform.parsing.parameters import parse as read_parameters  # type: ignore[import-untyped]
from pyxform.xls2json import RE_SELECT  # type: ignore[import-untyped]

from bot.xlsform.bounds import bounded
from bot.xlsform.cells import Row
from bot.xlsform.joining import When, both
from bot.xlsform.keeping import KEPT_CHOICE, restored
from bot.xlsform.names import Ids
from bot.xlsform.notes import NotCarried, Note
from bot.xlsform.routing import Subject, routed
from conversations.checking.problems import quote
from conversations.questions import KINDS
from conversations.text import choose, fold

Table = dict[str, Any]

LONGEST_SCALE = 11
"""Values that fit under a question as buttons: 0 to 10."""

ANY_OTHER = "other"


@dataclass(slots=True)
class Asked:
    """What a row asks: the keys of its step, and how conditions may speak of it. `notes` and `remarks` tell what is not so."""

    row: Row
    lists: Mapping[str, Sequence[Row]]
    known: Mapping[str, Subject]
    tags: Sequence[str]
    table: Table = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)  # name in the workbook -> id
    notes: list[Note] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def note(self, what: str, do: str, row: int = 0, sheet: str = "survey") -> None:
        self.notes.append(Note(sheet, row or self.row.number, what, do))

    @property
    def any_other(self) -> bool:
        """Whether an option is put into words, in a step of its own."""
        return any(option.get("other") for option in self.table.get("options", ()))

    @property
    def whole(self) -> bool:
        return bool(self.table.get("whole", True))


def ask(asked: Asked) -> bool:
    """Fill in what the type of a row asks; False when there is nothing like it here."""
    kind = asked.row.code("type")
    select = RE_SELECT.match(kind)
    if select:
        command = SELECTS.get(select["select_command"].replace(" ", "_"))
        if command is None or select["list_name"] not in asked.lists:
            return False
        _pick(asked, command, select["list_name"], any_other=bool(select["specify_other"]))
    elif kind in TYPES:
        TYPES[kind](asked)
    else:
        return False
    _bound(asked)
    return True


def instead(row: Row) -> Note:
    """What to say of a row for whose type there is nothing here."""
    kind, name = row.code("type"), row.code("name")
    if kind in UNASKED:
        return Note("survey", row.number, f"not carried: {quote(kind)}", "nothing: no such thing is kept about people here")
    todo = next(
        (todo for begins, todo in INSTEAD.items() if kind.startswith(begins)), "ask for it in another way, or take it out"
    )
    return Note("survey", row.number, f"not carried: {quote(name)}, as there is no {quote(kind)} here", todo)


def _text(asked: Asked) -> None:
    asked.table["kind"] = "place" if asked.row.code("withus", "kind") == "place" else "text"
    if asked.row.code("bind", "readonly") in TRUE:
        asked.table["kind"] = "say"


def _whole_number(asked: Asked) -> None:
    asked.table["kind"] = "number"


def _decimal(asked: Asked) -> None:
    asked.table |= {"kind": "number", "whole": False}


def _date(asked: Asked) -> None:
    asked.table["kind"] = "date"


def _say(asked: Asked) -> None:
    asked.table["kind"] = "say"


def _range(asked: Asked) -> None:
    given = read_parameters(raw_parameters=asked.row.code("parameters"), row_number=asked.row.number)
    start, end, step = (float(given.get(name, usual)) for name, usual in (("start", 1), ("end", 10), ("step", 1)))
    whole = all(each.is_integer() for each in (start, end, step))
    least, most = sorted((start, end))
    bounds = {"at_least": int(least) if whole else least, "at_most": int(most) if whole else most}
    if whole and step == 1 and most - least < LONGEST_SCALE:
        ends = {each.code("name"): each.text("label") for each in asked.lists.get(given.get("tick_labelset", ""), ())}
        named = {"low": ends.get(str(int(least))), "high": ends.get(str(int(most)))}
        asked.table |= {"kind": "scale", **bounds, **{key: words for key, words in named.items() if words}}
        return
    asked.table |= {"kind": "number", **({} if whole else {"whole": False}), **bounds}
    if step != 1:
        asked.note(f"not carried: the steps of {given.get('step')}", "nothing, if any number between will do")


def _acknowledge(asked: Asked) -> None:
    asked.table |= {"kind": "consent", "says": asked.row.text("label")}
    asked.remarks.append("the question before the words people agree to")
    if asked.row.code("bind", "required"):
        what = "here people may also say no, and then go on"
        asked.note(what, f'write when = {{ {asked.row.code("name")} = "yes" }} in what only those who agree are asked')


def _pick(asked: Asked, kind: str, name: str, *, any_other: bool) -> None:
    given = asked.lists[name]
    ids = Ids("o", steps=False)
    asked.options.update({row.code("name"): ids.give(row.code("name")) for row in given})
    own = _brought(asked, given) if kind == "choice" and not any_other else None
    if own:
        asked.table |= own
        return
    asked.table |= {"kind": kind, "options": [*_offered(asked, given)]}
    if any_other and ANY_OTHER not in asked.options:
        asked.options[ANY_OTHER] = ids.give(ANY_OTHER)
        asked.table["options"].append(
            {"id": asked.options[ANY_OTHER], "label": dict.fromkeys(asked.tags, "Other"), "other": True}
        )


def _brought(asked: Asked, given: Sequence[Row]) -> Table | None:
    """The kind that brings just these options: yes and no, or agree, disagree and pass."""
    said = asked.row.code("withus", "kind")
    if said == "consent" and list(asked.options.values()) == ["yes", "no"]:
        return {"kind": said, "says": asked.row.text("hint")}
    for kind in ("yes-no", "agree"):
        words = {option["id"]: option["label"] for option in KINDS[kind].options({})}
        found = {row.code("name"): _same(words, row.text("label")) for row in given}
        if sorted(found.values()) == sorted(words) and not asked.row.code("choice_filter"):
            asked.options.clear()
            asked.options.update(found)
            return {"kind": kind}
    return None


def _same(words: Mapping[str, Mapping[str, str]], label: Mapping[str, str]) -> str:
    """The id of the option that says the same in every language."""
    fits = (each for each, text in words.items() if all(fold(choose(text, tag)) == fold(said) for tag, said in label.items()))
    return next(fits, "") if label else ""


def _offered(asked: Asked, given: Sequence[Row]) -> Iterator[Table]:
    for row in given:
        option: Table = {"id": asked.options[row.code("name")], "label": row.text("label") or {asked.tags[0]: row.code("name")}}
        if any(column[0] == "media" for column in row.cells):
            asked.note("not carried: a picture or sound beside a choice", "say in words what it shows", row.number, "choices")
        when = _filtered(asked, row)
        if when is False:
            asked.note(f"left out of {quote(asked.row.code('name'))}: it is never offered", "nothing", row.number, "choices")
            del asked.options[row.code("name")]
            continue
        yield option if when is True else option | {"when": when}


def _filtered(asked: Asked, row: Row) -> When | bool:
    """Under which `when` one choice is offered."""
    words = asked.row.code("choice_filter")
    cells = {column[0]: row.code(*column) for column in row.cells if len(column) == 1}
    try:
        return both([restored(row, KEPT_CHOICE), routed(words, asked.known, cells) if words else True])
    except NotCarried as why:
        marker = f"todo-row-{asked.row.number}"
        todo = f"write under which `when` each option is offered, in place of {quote(marker)}"
        note = Note(
            "survey",
            asked.row.number,
            f"not carried: the choice filter {quote(words or row.code(*KEPT_CHOICE))}: {why}",
            todo,
            grave=True,
        )
        asked.notes.extend(() if note in asked.notes else (note,))
        return {marker: {"answered": True}}


def _bound(asked: Asked) -> None:
    words = asked.row.code("bind", "constraint")
    kind = asked.table["kind"]
    if not words or kind == "place":
        return
    own = {key: value for key, value in asked.table.items() if key in {"at_least", "at_most"}}
    bounds, whole = bounded(words, kind, own, whole=asked.whole)
    alone = {asked.options.get(name) for name in bounds.pop("alone", ())}
    for option in asked.table.get("options", ()):
        if option["id"] in alone:
            option["alone"] = True
    asked.table |= bounds
    if not whole:
        free = "" if asked.table.keys() & {"at_least", "at_most"} else UNBOUND.get(kind, "")
        what = f"not carried whole: the constraint {quote(words)}{free}"
        asked.note(what, "write at_least or at_most, or say in the hint what is wanted")


TYPES: dict[str, Callable[[Asked], None]] = {
    "text": _text,
    "string": _text,
    "integer": _whole_number,
    "int": _whole_number,
    "decimal": _decimal,
    "range": _range,
    "date": _date,
    "note": _say,
    "acknowledge": _acknowledge,
    "trigger": _acknowledge,
}
"""Type in a workbook -> what it becomes."""

SELECTS = {
    "select_one": "choice",
    "select_one_from": "choice",
    "select1": "choice",
    "add_select_one_prompt_using": "choice",
    "select_multiple": "choices",
    "select_all_that_apply": "choices",
    "select_all_that_apply_from": "choices",
    "add_select_multiple_prompt_using": "choices",
    "rank": "rank",
}
"""How a type that names a list begins -> the kind of step."""

INSTEAD = {
    "calculate": "write `when` with the questions it was worked out from",
    "hidden": "take it out",
    "image": "ask for words: nothing but words is taken in",
    "photo": "ask for words: nothing but words is taken in",
    "audio": "ask for words: nothing but words is taken in",
    "video": "ask for words: nothing but words is taken in",
    "file": "ask for words: nothing but words is taken in",
    "barcode": "ask for the number as text",
    "geopoint": 'ask for the first part of the postcode, kind = "place"',
    "geotrace": "ask for a description in words",
    "geoshape": "ask for a description in words",
    "time": "ask for it as text, or offer times to choose from",
    "dateTime": "ask for the day as a date, and the time as text",
    "select_one_external": "put the choices on the choices sheet",
}
"""Type that is not carried -> what to do instead."""

UNBOUND = {"number": ", so people can type any number", "date": ", so people can give any date"}
"""Kind of question -> what a constraint that is lost leaves open."""

UNASKED = {
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit", "osm",
    "start-geopoint", "background-geopoint", "background-audio", "xml-external", "csv-external",
}  # fmt: skip
"""Types that note something about the device or the person without asking."""

TRUE = frozenset({"yes", "Yes", "YES", "true", "True", "TRUE", "true()"})
