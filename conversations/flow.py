"""An engagement as it is written: charter and ordered steps. Built from a checked table; `checking` says what is wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from conversations import approval, conditions, event_words, questions, records
from conversations.charter import Charter, Reading
from conversations.conditions import Condition
from conversations.course import Course, Walk
from conversations.event_words import EventWords
from conversations.faces import Face, face
from conversations.session import Answer
from conversations.text import FALLBACK, Text, languages

IDENTITIES = ("anonymous", "confidential", "named")
AUDIENCES = ("everyone", "adults", "under-18s")
ENGAGEMENT_KINDS = ("consultation", "poll", "event", "meeting")
MEETS = ("event", "meeting")
"""Kinds that people come to, on dates."""

SECTION = "section"
"""The kind of step under whose condition the steps behind it stand, up to the next section."""

OTHER = "-other"
"""What is put behind a step's id to name the step that puts its option into words."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be picked; `alone` means it cannot stand beside others, `other` that it is then put in words."""

    id: str
    label: Text
    when: Condition | None = None
    alone: bool = False
    other: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside the engagement's file, and the words for whoever does not see it."""

    file: str
    alt: Text


Bound = int | float | dt.date | str
"""The least or most of a step: how many options, a number, or a day; "today" is the day it is asked."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something said or asked; `about` is "answers", or "me" when it goes to the person's own record.

    `place` is where it stands in the file. `section` is the id of the section it belongs to. `other_of` names the step
    one of whose options it puts into words: such a step is not written, it comes with the option.
    """

    id: str
    kind: str
    ask: Text
    options: tuple[Option, ...] = ()
    when: Condition | None = None
    optional: bool = False
    at_least: Bound | None = None
    at_most: Bound | None = None
    about: str = "answers"
    record: str = ""  # what of their record the answer sets, one of `records.RECORDS`
    title: Text = field(default_factory=dict)  # of a section
    hint: Text = field(default_factory=dict)
    sensitive: Text = field(default_factory=dict)  # what is said before a question that may be hard
    says: Text = field(default_factory=dict)  # the exact words a consent is given to
    low: Text = field(default_factory=dict)  # what the ends of a scale mean
    high: Text = field(default_factory=dict)
    unit: Text = field(default_factory=dict)
    whole: bool = True
    picture: Picture | None = None
    instrument: str = ""
    quotes: bool = False  # yes lets staff quote what this person writes
    section: str = ""
    other_of: str = ""
    place: int = 0
    asks: bool = field(init=False)  # whether it waits for an answer
    varies: bool = field(init=False)  # whether not everybody is offered the same
    tags: Text = field(init=False)  # the languages any of its texts has words in

    def __post_init__(self) -> None:
        """Look up once what every turn asks."""
        object.__setattr__(self, "asks", questions.KINDS[self.kind].asks)
        texts = (self.ask, self.says, self.hint, self.low, self.high, self.unit, *(option.label for option in self.options))
        object.__setattr__(self, "tags", {tag: tag for tag in languages(texts)})
        object.__setattr__(self, "varies", any(option.when is not None for option in self.options))


@dataclass(frozen=True)
class Flow:
    """One edition of an engagement. `edition` is the hash of its exact text."""

    id: str
    edition: str
    kind: str
    title: Text
    identity: str
    audience: str
    charter: Charter
    steps: tuple[Step, ...]
    welcome: Text = field(default_factory=dict)
    thanks: Text = field(default_factory=dict)
    languages: tuple[str, ...] = (FALLBACK,)  # those some of it can be read in, the one it was written in first
    complete: tuple[str, ...] = (FALLBACK,)  # those all of it can be read in
    reading: Reading = field(default_factory=Reading)
    event: EventWords | None = None  # of a kind in MEETS

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Step id -> its place in `steps`."""
        return {step.id: place for place, step in enumerate(self.steps)}

    @cached_property
    def course(self) -> Course:
        """Where somebody stands in `steps` after their answers."""
        return Course(self.steps, self.positions)

    @cached_property
    def faces(self) -> Sequence[Face]:
        """What each step shows to everyone alike, by place."""
        return [face(step, self.identity) for step in self.steps]

    def at(self, place: int) -> Step | None:
        """The step at that place."""
        return self.steps[place] if 0 <= place < len(self.steps) else None

    @property
    def has_free_text(self) -> bool:
        """Whether anyone may be asked to write."""
        return any(questions.KINDS[step.kind].free for step in self.steps)

    def find(self, step: str) -> Step | None:
        """The step with that id."""
        place = self.positions.get(step)
        return None if place is None else self.steps[place]


def read(source: str, edition: str = "") -> Flow:
    """The flow in a TOML text that `checking` found no fault in; `edition` where pictures have their part in it.

    Raises on anything else.
    """
    return build(tomllib.loads(source.removeprefix("\ufeff")), edition or edition_of(source))


def edition_of(source: str, pictures: Mapping[str, bytes] | None = None) -> str:
    """The hash that names an exact text and its pictures, 32 hex digits; line endings and a byte-order mark do not count."""
    text = source.removeprefix("\ufeff").replace("\r\n", "\n")
    named = sorted((pictures or {}).items())
    shown = "".join(f"\0{name}\0{hashlib.sha256(content).hexdigest()}" for name, content in named)
    return hashlib.sha256((text + shown).encode()).hexdigest()[:32]


def build(table: Mapping[str, Any], edition: str) -> Flow:
    """The flow a checked table describes, without the words nobody has approved."""
    table = approval.sift(table)
    charter = table["charter"]
    return Flow(
        id=table["id"],
        edition=edition,
        kind=table["kind"],
        title=table["title"],
        identity=table["identity"],
        audience=table["audience"],
        charter=Charter(**{name: charter[name] for name in Charter.__slots__}),
        steps=tuple(_steps(table.get("steps", ()))),
        welcome=table.get("welcome", {}),
        thanks=table.get("thanks", {}),
        languages=approval.languages(table),
        complete=approval.complete(table),
        reading=Reading(**table.get("reading", {})),
        event=event_words.build(table["event"]) if table["kind"] in MEETS else None,
    )


def _steps(tables: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    """The steps as they are walked: each under the condition of its section, with those its options bring behind it."""
    section: Step | None = None
    for place, table in enumerate(tables):
        step = replace(_step(table), place=place)
        if step.kind == SECTION:
            section = step
            if not step.ask:  # it only ends the section before
                continue
        elif section:
            step = replace(step, section=section.id, when=conditions.both(section.when, step.when))
        yield step
        for option in table.get("options", ()):
            if option.get("other"):
                yield _put_in_words(step, option)


def _step(table: Mapping[str, Any]) -> Step:
    kind = questions.KINDS[table["kind"]]
    given = {name: table[name] for name in _AS_WRITTEN if name in table}
    picture = table.get("picture")
    return Step(
        **{"ask": {}} | given,
        options=tuple(_option(option) for option in kind.options(table)),
        when=_when(table),
        picture=Picture(picture["file"], picture["alt"]) if picture else None,
    )


_AS_WRITTEN = (
    "id", "kind", "ask", "optional", "at_least", "at_most", "about", "record", "title", "hint", "sensitive", "says", "low",
    "high", "unit", "whole", "instrument", "quotes",
)  # fmt: skip


def _put_in_words(step: Step, option: Mapping[str, Any]) -> Step:
    """The question behind an option like "something else", which asks what it is."""
    return Step(
        id=f"{step.id}{OTHER}",
        kind="text",
        ask=option.get("ask") or questions.PLEASE_SAY,
        when=conditions.Compare(step.id, "includes", (option["id"],)),
        optional=True,
        about=step.about,
        record=step.record if step.record == records.NEEDS else "",
        section=step.section,
        other_of=step.id,
        place=step.place,
    )


def _option(table: Mapping[str, Any]) -> Option:
    flags = {name: table[name] for name in ("alone", "other") if name in table}
    return Option(id=table["id"], label=table["label"], when=_when(table), **flags)


def _when(table: Mapping[str, Any]) -> Condition | None:
    return conditions.parse(table["when"]) if "when" in table else None


def path(flow: Flow, answers: Mapping[str, Answer], person: Mapping[str, str] | None = None) -> list[Step]:
    """The steps met so far, in order: all answered ones and what was said between, ending with the present question.

    There is no cursor: an answer whose step is no longer met plays no part. A section is met when one of its steps is.
    """
    walk = _walk(flow, answers, person)
    return between(flow, walk.given, person or {}, 0, walk.place)


def between(flow: Flow, answers: Mapping[str, Answer], person: Mapping[str, str], first: int, last: int) -> list[Step]:
    """The steps met from one place to another; all `answers` lie on the path, and before `first` no section waits to be met."""
    found: list[Step] = []
    opening: Step | None = None
    for step in flow.steps[first : last + 1]:
        if step.kind == SECTION:
            opening = step
        elif step.when is None or step.when.holds(answers, person, ()):
            found += (opening, step) if opening and opening.id == step.section else (step,)
            opening = None
    return found


def present(flow: Flow, answers: Mapping[str, Answer], person: Mapping[str, str] | None = None) -> Step | None:
    """The question waiting for an answer, or None at the end."""
    return flow.at(_walk(flow, answers, person).place)


def offered(step: Step, answers: Mapping[str, Answer], person: Mapping[str, str] | None = None) -> Sequence[Option]:
    """The options of `step` that are met, in order."""
    if not step.varies:
        return step.options
    return [option for option in step.options if option.when is None or option.when.holds(answers, person or {}, ())]


def progress(
    flow: Flow, step: Step, answers: Mapping[str, Answer], person: Mapping[str, str] | None = None
) -> tuple[int, int, bool]:
    """(number of this question, of how many at most, whether that is certain); the question is one on the path.

    Putting an option into words counts as part of its question.
    """
    walk = _walk(flow, answers, person)
    number, of, certain = flow.course.progress(walk, person or {})
    if flow.at(walk.place) is step:
        return number, of, certain
    known = [each.id for each in path(flow, answers, person) if each.asks and not each.other_of]
    return known.index(step.other_of or step.id) + 1, of, certain


def _walk(flow: Flow, answers: Mapping[str, Answer], person: Mapping[str, str] | None) -> Walk:
    given = flow.course.kept(answers, person or {}, offered=False)
    return flow.course.walk(given, person or {})
