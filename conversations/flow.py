"""An engagement as it is written: charter and ordered steps. Built from a checked table; `checking` says what is wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conversations import conditions, questions
from conversations.conditions import Condition
from conversations.session import Answer
from conversations.text import Text

IDENTITIES = ("anonymous", "confidential", "named")
AUDIENCES = ("everyone", "adults", "under-18s")
ENGAGEMENT_KINDS = ("consultation",)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be picked; `alone` means it cannot stand beside others."""

    id: str
    label: Text
    when: Condition | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Something said or asked; `about` is "answers", or "me" when it goes to the person's own record."""

    id: str
    kind: str
    ask: Text
    options: tuple[Option, ...] = ()
    when: Condition | None = None
    optional: bool = False
    at_least: int = 1
    at_most: int | None = None
    about: str = "answers"
    asks: bool = field(init=False)  # whether it waits for an answer; `say` does not

    def __post_init__(self) -> None:
        """Look up once what every turn asks."""
        object.__setattr__(self, "asks", questions.KINDS[self.kind].asks)


@dataclass(frozen=True, slots=True)
class Charter:
    """Why it is asked: what it settles, who decides, what can and cannot change, when people hear back."""

    settles: Text
    decided_by: Text
    can_change: Text
    cannot_change: Text
    feedback_by: dt.date


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

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Step id -> its place in `steps`."""
        return {step.id: place for place, step in enumerate(self.steps)}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages its title is in; `checking` holds every other text to the same."""
        return tuple(self.title)

    @property
    def has_free_text(self) -> bool:
        """Whether anyone may be asked to write."""
        return any(questions.KINDS[step.kind].free for step in self.steps)

    def find(self, step: str) -> Step | None:
        """The step with that id."""
        place = self.positions.get(step)
        return None if place is None else self.steps[place]


def read(source: str) -> Flow:
    """The flow in a TOML text that `checking` found no fault in. Raises on anything else."""
    return build(tomllib.loads(source.removeprefix("\ufeff")), edition_of(source))


def edition_of(source: str) -> str:
    """The hash that names an exact text, 32 hex digits; line endings and a byte-order mark do not count."""
    text = source.removeprefix("\ufeff").replace("\r\n", "\n")
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def build(table: Mapping[str, Any], edition: str) -> Flow:
    """The flow a checked table describes."""
    charter = table["charter"]
    return Flow(
        id=table["id"],
        edition=edition,
        kind=table["kind"],
        title=table["title"],
        identity=table["identity"],
        audience=table["audience"],
        charter=Charter(**{name: charter[name] for name in Charter.__slots__}),
        steps=tuple(_step(step) for step in table["steps"]),
        welcome=table.get("welcome", {}),
        thanks=table.get("thanks", {}),
    )


def _step(table: Mapping[str, Any]) -> Step:
    kind = questions.KINDS[table["kind"]]
    return Step(
        id=table["id"],
        kind=table["kind"],
        ask=table["ask"],
        options=tuple(_option(option) for option in table.get("options", kind.options)),
        when=_when(table),
        optional=table.get("optional", False),
        at_least=table.get("at_least", 1),
        at_most=table.get("at_most"),
        about=table.get("about", "answers"),
    )


def _option(table: Mapping[str, Any]) -> Option:
    return Option(id=table["id"], label=table["label"], when=_when(table), alone=table.get("alone", False))


def _when(table: Mapping[str, Any]) -> Condition | None:
    return conditions.parse(table["when"]) if "when" in table else None


def path(flow: Flow, answers: Mapping[str, Answer], person: Mapping[str, str] | None = None) -> list[Step]:
    """The steps met so far, in order: all answered ones and what was said between, ending with the present question.

    There is no cursor: an answer whose step is no longer met plays no part.
    """
    met: list[Step] = []
    kept: dict[str, Answer] = {}
    for step in flow.steps:
        if step.when is not None and not conditions.met(step.when, kept, person or {}):
            continue
        met.append(step)
        if not step.asks:
            continue
        answer = answers.get(step.id)
        if answer is None:
            break
        kept[step.id] = answer
    return met


def present(flow: Flow, answers: Mapping[str, Answer], person: Mapping[str, str] | None = None) -> Step | None:
    """The question waiting for an answer, or None at the end."""
    met = path(flow, answers, person)
    last = met[-1] if met else None
    return last if last and last.asks and last.id not in answers else None


def offered(step: Step, answers: Mapping[str, Answer], person: Mapping[str, str] | None = None) -> list[Option]:
    """The options of `step` that are met, in order."""
    return [option for option in step.options if option.when is None or conditions.met(option.when, answers, person or {})]


def progress(
    flow: Flow, step: Step, answers: Mapping[str, Answer], person: Mapping[str, str] | None = None
) -> tuple[int, int, bool]:
    """(number of this question, of how many at most, whether that is certain)."""
    known = [each for each in path(flow, answers, person) if each.asks]
    number = [each.id for each in known].index(step.id) + 1
    kept = {each.id: answers[each.id] for each in known if each.id in answers}
    ahead = frozenset(each.id for each in known) - kept.keys()
    certain, possible = True, 0
    for later in flow.steps[flow.positions[known[-1].id] + 1 :]:
        chance = conditions.met(later.when, kept, person or {}, ahead) if later.asks else False
        if chance is not False:
            ahead |= {later.id}
            possible += 1
            certain = certain and chance is True
    return number, len(known) + possible, certain
