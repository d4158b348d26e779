"""Makes a workbook of an engagement, for any XLSForm tool; what XLSForm has no place for stands in columns of our own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel import Locale

from bot.xlsform import expressing, head, keeping
from bot.xlsform.names import name_of
from bot.xlsform.notes import NotCarried, Note
from conversations import flow
from conversations.checking.problems import quote
from conversations.event_words import TEXTS
from conversations.phrases import PHRASES
from conversations.questions import KINDS, LEAST, MOST, PLEASE_SAY
from conversations.text import GAP, choose

Table = Mapping[str, Any]
Cells = dict[str, str]
"""A row: column -> what stands in it."""

ALWAYS = "always"

_LOOKS_LIKE_ONE = re.compile(r"\$\{(?![A-Za-z_][\w-]*\})")


@dataclass(slots=True)
class Form:
    """The sheets of an engagement, row by row."""

    engagement: Table
    tags: Sequence[str]
    kinds: Mapping[str, str]
    survey: list[Cells] = field(default_factory=list)
    choices: list[Cells] = field(default_factory=list)
    settings: list[Cells] = field(default_factory=list)
    withus: list[Cells] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    lists: dict[str, str] = field(default_factory=dict)  # the choices of a list, written out -> its name
    taken: set[str] = field(init=False)  # names of rows

    def __post_init__(self) -> None:
        self.taken = {name_of(step) for step in self.kinds}

    @property
    def sheets(self) -> dict[str, list[Cells]]:
        """Sheet name -> its rows."""
        return {"survey": self.survey, "choices": self.choices, "settings": self.settings, "withus": self.withus}

    def name(self, wish: str) -> str:
        """A name for a row that stands for no step of its own; no other row has it."""
        while wish in self.taken:
            wish += "_"
        self.taken.add(wish)
        return wish

    def words(self, column: str, text: Mapping[str, str]) -> Cells:
        """A text in a column a language, its gaps as references."""
        return {f"{column}::{language(tag)}": _with_references(said) for tag, said in text.items()}


def export(source: str) -> Form:
    """The sheets of an engagement in which `checking` found no fault."""
    table = tomllib.loads(source.removeprefix("\ufeff"))
    kinds = {step["id"]: step["kind"] for step in table["steps"]}
    form = Form(table, tuple(table["title"]), kinds)
    _settings(form, flow.edition_of(source))
    group = False
    for step in table["steps"]:
        if step["kind"] == flow.SECTION:
            if group:
                form.survey.append({"type": "end group"})
            group = bool(step.keys() - {"id", "kind"})
            if not group:  # it only ends the section before
                continue
        _step(form, step)
    if group:
        form.survey.append({"type": "end group"})
    return form


def language(tag: str) -> str:
    """A language as workbooks name it: Welsh (cy)."""
    plain, _, variant = tag.partition("-x-")
    return f"{Locale('en').languages.get(plain, plain)}{' ' * bool(variant)}{variant} ({tag})"


def _with_references(words: str) -> str:
    named = GAP.sub(lambda found: f"${{{name_of(found[1])}}}", words)
    return _LOOKS_LIKE_ONE.sub("$ {", named)


def _settings(form: Form, edition: str) -> None:
    table, charter = form.engagement, form.engagement["charter"]
    title, first = choose(table["title"], form.tags[0]), language(form.tags[0])
    form.settings.append({"form_title": title, "form_id": name_of(table["id"]), "version": edition, "default_language": first})
    for key in ("kind", "identity", "audience"):
        form.withus.append({"key": key, "value": table[key]})
    around = {"welcome": table.get("welcome"), "thanks": table.get("thanks")}
    for key, text in {"title": table["title"], **charter, **around, **_of_event(table)}.items():
        if isinstance(text, Mapping):
            form.withus.append({"key": key} | {f"text::{language(tag)}": words for tag, words in text.items()})
    form.withus.append({"key": head.FEEDBACK, "value": charter["feedback_by"].isoformat()})
    if offers := table.get("event", {}).get("offers"):
        form.withus.append({"key": head.OFFERS, "value": " ".join(offers)})
    said = {tag: _charter_in_words(table, tag) for tag in form.tags}
    form.survey.append({"type": "note", "name": form.name("charter"), "withus::kind": "charter", **form.words("label", said)})
    form.notes += [Note("the file", 0, f"not carried: `{key}`", todo) for key, todo in LEFT.items() if key in table]


def _of_event(table: Table) -> Table:
    event = table.get("event", {})
    kinds = {head.KINDS + kind["id"]: kind["label"] for kind in event.get("kinds", ())}
    return {f"event.{key}": event.get(key) for key in TEXTS} | kinds


def _charter_in_words(table: Table, tag: str) -> str:
    said = {key: choose(text, tag) for key, text in {**table["charter"], "title": table["title"]}.items() if key != "feedback_by"}
    phrases = (choose(PHRASES[key], tag) for key in ("intro-settles", "intro-decides"))
    return " ".join(GAP.sub(lambda found: said.get(found[1], ""), phrase) for phrase in phrases)


def _step(form: Form, step: Table) -> None:
    name = name_of(step["id"])
    relevant, kept = _relevant(form, step)
    if "sensitive" in step:
        leading = {"type": "note", "name": form.name(f"{name}_sensitive"), "withus::kind": "sensitive", "relevant": relevant}
        form.survey.append(leading | form.words("label", step["sensitive"]))
    row = {"name": name, **form.words("label", step.get("ask", {})), "relevant": relevant, "::".join(keeping.KEPT): kept}
    row["constraint"] = expressing.constraint(step)
    row["required"] = "yes" if KINDS[step["kind"]].asks and not step.get("optional") else ""
    row |= form.words("hint", step.get("hint", {}))
    for key in ("about", "record", "instrument"):
        row[f"withus::{key}"] = step.get(key, "")
    row["withus::quotes"] = "yes" if step.get("quotes") else ""
    for key in ("unit", "title"):
        row |= form.words(f"withus::{key}", step.get(key, {}))
    if "picture" in step:
        row |= {"media::image": step["picture"]["file"], **form.words("withus::alt", step["picture"]["alt"])}
    form.survey.append(row | TYPES[step["kind"]](form, step))
    form.survey += _put_in_words(form, step)


def _relevant(form: Form, step: Table) -> tuple[str, str]:
    """Who is asked, in XPath, and nothing; where XPath has no words for it, nothing, and the condition as we keep it."""
    try:
        return (expressing.relevance(step["when"], form.kinds) if "when" in step else ""), ""
    except NotCarried as why:
        what = f"who is asked {quote(step['id'])} is carried for `xlsform import` alone: {why}"
        todo = "before other tools use the workbook, write its relevant"
        form.notes.append(Note("survey", len(form.survey) + 2, what, todo, grave=True))
        return "", keeping.kept(step["when"])


def _put_in_words(form: Form, step: Table) -> Iterator[Cells]:
    for option in step.get("options", ()):
        if option.get("other"):
            name = name_of(step["id"])
            ask = option.get("ask") or {tag: choose(PLEASE_SAY, tag) for tag in form.tags}
            relevant = f"selected(${{{name}}}, '{name_of(option['id'])}')"
            yield {"type": "text", "name": f"{name}_other", "relevant": relevant, **form.words("label", ask)}


def _plain(kind: str) -> Callable[[Form, Table], Cells]:
    return lambda _form, _step: {"type": kind}


def _number(form: Form, step: Table) -> Cells:  # noqa: ARG001
    return {"type": "integer" if step.get("whole", True) else "decimal"}


def _place(form: Form, step: Table) -> Cells:  # noqa: ARG001
    return {"type": "text", "withus::kind": "place"}


def _scale(form: Form, step: Table) -> Cells:
    least, most = step.get("at_least", LEAST), step.get("at_most", MOST)
    ends = [{"id": str(value), "label": step[key]} for key, value in (("low", least), ("high", most)) if key in step]
    labels = f" tick_labelset={_list(form, step, ends)}" if ends else ""
    return {"type": "range", "parameters": f"start={least} end={most} step=1{labels}"}


def _picks(command: str) -> Callable[[Form, Table], Cells]:
    return lambda form, step: _chosen(form, step, command, step["options"])


def _brought(form: Form, step: Table) -> Cells:
    options = [
        {"id": option["id"], "label": {tag: choose(option["label"], tag) for tag in form.tags}}
        for option in KINDS[step["kind"]].options(step)
    ]
    return _chosen(form, step, "select_one", options)


def _consent(form: Form, step: Table) -> Cells:
    own = {"withus::kind": "consent", **form.words("withus::hint", step.get("hint", {}))}
    return _brought(form, step) | own | form.words("hint", step["says"])


def _chosen(form: Form, step: Table, command: str, options: Sequence[Table]) -> Cells:
    filters: dict[str, str] = {}  # condition -> the word in the column `only` that stands for it
    own: dict[str, Cells] = {}
    for option in options:
        words, kept = _relevant(form, {"id": f"{step['id']} {option['id']}", **option})
        only = filters.setdefault(words, f"c{len(filters)}" if words else ALWAYS)
        own[option["id"]] = {"only": only} | ({keeping.KEPT_CHOICE[0]: kept} if kept else {})
    if any(filters):
        filtered = {"choice_filter": expressing.choice_filter({key: words for words, key in filters.items()})}
        return {"type": f"{command} {_list(form, step, options, own)}", **filtered}
    plain = {each: {column: words for column, words in cells.items() if column != "only"} for each, cells in own.items()}
    return {"type": f"{command} {_list(form, step, options, plain)}"}


def _list(form: Form, step: Table, options: Sequence[Table], own: Mapping[str, Cells] = {}) -> str:
    rows = [
        {"name": name_of(option["id"]) if option["id"][0].isalpha() else option["id"], **form.words("label", option["label"])}
        | own.get(option["id"], {})
        for option in options
    ]
    name = form.lists.setdefault(repr(rows), name_of(step["id"]))
    if not any(row["list_name"] == name for row in form.choices):
        form.choices += [{"list_name": name, **row} for row in rows]
    return name


LEFT = {
    "approved": "nothing: words that went through a workbook are approved anew",
    "invited": "write it again in the file that comes back",
    "overrides": "write them again in the file that comes back",
    "reading": "write it again in the file that comes back",
}
"""Parts of a file that stay behind, and what to do."""

TYPES: dict[str, Callable[[Form, Table], Cells]] = {
    "say": _plain("note"),
    "section": _plain("begin group"),
    "choice": _picks("select_one"),
    "choices": _picks("select_multiple"),
    "rank": _picks("rank"),
    "yes-no": _brought,
    "agree": _brought,
    "consent": _consent,
    "scale": _scale,
    "number": _number,
    "date": _plain("date"),
    "place": _place,
    "text": _plain("text"),
}
"""Kind of step -> the type of its row, and what goes with it."""
