"""What the pages of the editor show of the steps: the list of them, and one with its options and who is asked it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.web.console import fields, step_form, works
from bot.web.console.fields import Field, Sheet
from bot.web.console.step_form import ANSWERED, EVERYONE, MOST_OPTIONS, PICKED, WRITTEN, Fault
from bot.web.console.works import Work
from conversations.checking.problems import Problem
from conversations.phrases import PHRASES
from conversations.questions import KINDS
from conversations.screens import AGE_BANDS, LANGUAGE_NAMES
from conversations.text import choose, shorten

LONGEST_SHOWN = 90  # letters of a question in a list
MOST_TICKS = 30  # of one question under "who is asked"


@dataclass(frozen=True, slots=True)
class Row:
    """One step in the list."""

    number: int
    id: str
    kind: str
    words: str
    notes: tuple[str, ...]
    errors: int
    advice: int
    was: str


@dataclass(frozen=True, slots=True)
class Group:
    """An earlier question whose answers can be ticked under "who is asked"."""

    subject: str
    words: str
    ticks: tuple[tuple[str, str, bool], ...]  # value, words, whether it is ticked
    is_open: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a step."""

    place: int
    id: str
    fields: tuple[Field, ...]
    when: str
    flags: tuple[tuple[str, str, bool], ...]
    findings: tuple[Problem, ...]


def rows(work: Work, problems: Sequence[Problem]) -> list[Row]:
    """The steps of an engagement in order."""
    shown = []
    for place, step in enumerate(work.steps):
        mine = [problem for problem in problems if problem.path[:2] == ("steps", place)]
        kind = str(step.get("kind", ""))
        shown.append(
            Row(
                place + 1,
                str(step.get("id", "")),
                fields.KIND_WORDS.get(kind, kind or "no kind"),
                shorten(words_of(step), LONGEST_SHOWN),
                tuple(_notes(step)),
                len(works.errors(mine)),
                len(works.advice(mine)),
                works.fingerprint(step),
            )
        )
    return shown


def words_of(step: Mapping[str, Any], language: str = "en") -> str:
    """The first words of a step, in one line."""
    found = [step[key] for key in ("ask", "title") if isinstance(step.get(key), dict) and step[key]]
    words = choose(found[0], language) if found else ""
    return " ".join(str(words).split()) or "(no words yet)"


def _notes(step: Mapping[str, Any]) -> Iterator[str]:
    if "when" in step:
        yield "not everybody is asked"
    if step.get("about") == "me":
        yield "about the person"
    options = step_form.options_of(dict(step))
    if options:
        yield f"{len(options)} answers"
    if step.get("kind") in KINDS and KINDS[step["kind"]].asks and not step.get("optional"):
        yield "must be answered"


def whole(
    work: Work,
    place: int,
    problems: Sequence[Problem],
    languages: Sequence[str],
    typed: Mapping[str, str] | None,
    fault: Fault | None,
) -> dict[str, Any]:
    """All that the page of one step shows."""
    step = work.steps[place]
    values = {**step_form.fields_of(step), **({} if typed is None else typed)}
    kind = str(step.get("kind", ""))
    sheet = Sheet(values, works.beneath(problems, ("steps", place)), languages, {fault.field: str(fault)} if fault else {})
    shown = list(fields.step_fields(kind, sheet))
    options = step_form.options_of(step)
    many = len(options) * (3 + 2 * len(languages)) > 6 * MOST_OPTIONS
    choices = [] if many else [_choice(sheet, number, option) for number, option in enumerate(options)]
    when = sheet.one("when", "As it stands in the file", sort="short")
    identity = sheet.one("id", "Name in results", "Small letters, digits and hyphens. Once people have answered, leave it.")
    picture = [sheet.one("picture.file", "Picture", PICTURE_HINT), sheet.text("picture.alt", "What the picture shows", rows=1)]
    return {
        "place": place + 1,
        "many": len(work.steps),
        "step_id": str(step.get("id", "")),
        "kind": fields.KIND_WORDS.get(kind, kind),
        "fields": shown,
        "identity": identity,
        "picture": picture,
        "record": sheet.one("record", "What else this sets", sort="choice", options=list(step_form.RECORD_WORDS.items())),
        "options": choices,
        "has_options": "options" in (KINDS[kind].needs if kind in KINDS else ()),
        "too_many": many,
        "groups": groups(work, place, step),
        "when": when,
        "mode": values.get("when-mode", EVERYONE),
        "modes": (EVERYONE, PICKED, WRITTEN),
        "option_findings": sheet.take("options"),
        "more": other_languages(languages),
        "languages": languages,
        "rest": sheet.rest(),
    }


PICTURE_HINT = "The name of a picture that was put in on the overview, like map.png. Leave it empty for none."


def _choice(sheet: Sheet, place: int, option: Mapping[str, Any]) -> Choice:
    before = f"options.{place}."
    shown = [sheet.text(f"{before}label", f"Answer {place + 1}", rows=1)]
    if option.get("other") is True:
        shown.append(sheet.text(f"{before}ask", "What is asked then", "Leave it empty for “What is it?”", rows=1))
    flags = tuple((f"{before}{key}", words, bool(sheet.values.get(f"{before}{key}"))) for key, words in FLAGS.items())
    found = sheet.take(before.rstrip("."), *(f"{before}{key}" for key in ("id", "when", "alone", "other")))
    return Choice(place, sheet.values.get(f"{before}id", ""), tuple(shown), sheet.values.get(f"{before}when", ""), flags, found)


FLAGS = {"alone": "Cannot stand beside others", "other": "Asks for a few words"}


def kinds_before(work: Work, place: int) -> dict[str, str]:
    """What may be asked about under "who is asked": the questions before a step, and the age group."""
    found = {str(step.get("id")): str(step.get("kind", "")) for step in work.steps[:place] if step.get("kind") in KINDS}
    return {**{name: kind for name, kind in found.items() if KINDS[kind].asks}, "person.age_band": "person"}


def groups(work: Work, place: int, step: Mapping[str, Any]) -> list[Group]:
    """The earlier questions with their answers, those ticked that the step's condition names."""
    picked = set(step_form.picks_of(step.get("when")) or ())
    found = [_group(each, picked) for each in work.steps[:place] if each.get("kind") in KINDS and KINDS[each["kind"]].asks]
    ages = [(f"person.age_band:{band}", PHRASES[f"age-{band}"]["en"]) for band in AGE_BANDS]
    return [*found, _ticked("person.age_band", "Their age group", ages, picked)]


def _group(step: Mapping[str, Any], picked: set[str]) -> Group:
    name, kind = str(step.get("id", "")), KINDS[step["kind"]]
    try:
        options = [(str(option["id"]), choose(option["label"], "en")) for option in kind.options(step)] if kind.picks else []
    except (KeyError, TypeError, AttributeError, ValueError):  # a draft may hold anything
        options = []
    ticks = [(f"{name}:{option}", words) for option, words in options[:MOST_TICKS]]
    return _ticked(name, shorten(words_of(step), LONGEST_SHOWN), [*ticks, (f"{name}:{ANSWERED}", "Any answer at all")], picked)


def _ticked(subject: str, words: str, ticks: Sequence[tuple[str, str]], picked: set[str]) -> Group:
    shown = tuple((value, label, value in picked) for value, label in ticks)
    return Group(subject, words, shown, any(each for *_, each in shown))


def other_languages(languages: Sequence[str]) -> list[tuple[str, str]]:
    """The languages that could be added."""
    return [(tag, name) for tag, name in LANGUAGE_NAMES.items() if tag not in languages]


def variants(work: Work) -> list[str]:
    """The variants of a language (`en-x-young`) that any text has words in."""
    tags: dict[str, None] = {}
    texts = [text for step in work.steps for text in (*step.values(), *_labels(step)) if isinstance(text, dict)]
    charter = work.table.get("charter")
    held = charter.values() if isinstance(charter, dict) else ()
    for text in (*work.table.values(), *held, *texts):
        if isinstance(text, dict):
            tags |= {tag: None for tag in text if "-x-" in tag and tag in LANGUAGE_NAMES}
    return list(tags)


def _labels(step: Mapping[str, Any]) -> Iterator[Any]:
    return (option.get("label") for option in step_form.options_of(dict(step)))
