"""One person talking with one flow through `receive`, as `bot.turns` would carry it."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conversations import flow as flows
from conversations.effects import Button, Complete, Effect, Facts, Mark, Offer, Person, Say, Toast, Turn
from conversations.flow import Flow, Option, Step
from conversations.inputs import Input, Open, Outcome, Tap, Words
from conversations.questions import KINDS, how_many
from conversations.reception import receive
from conversations.session import Answer, Session
from conversations.text import Field, Line, Text
from tests.conversations.written import approvals

NOW = dt.datetime(2027, 1, 4, 9, 30, tzinfo=dt.UTC)
ADULT = Person(age_band="18")

HEAD = """
format = 1
id = "a-test"
kind = "consultation"
title.en = "A test"
identity = "confidential"
audience = "everyone"
charter = { settles.en = "a", decided_by.en = "b", can_change.en = "c", cannot_change.en = "d", feedback_by = 2027-02-26 }
"""


@dataclass
class Talk:
    """`session` and `person` are where they stand now; `turns` all that has followed so far."""

    flow: Flow
    person: Person = ADULT
    session: Session | None = None
    languages: tuple[str, ...] = ("en",)
    minimum_age: int = 16
    under_way: bool = True  # False once they left or asked for the menu: what they type then is no answer
    today: dt.date | None = None
    turns: list[Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.session is None:
            self.session = Session("code", self.flow.edition)

    @property
    def facts(self) -> Facts:
        offer = Offer(self.flow.id, self.flow.edition, self.flow.title)
        return Facts(NOW, self.person, (offer,), self.languages, self.minimum_age, "A Trust", "R-1", self.today)

    @property
    def answers(self) -> Mapping[str, Answer]:
        return self.session.answers if self.session else {}

    @property
    def question(self) -> Step | None:
        return flows.present(self.flow, self.answers, self.person.facts())

    @property
    def path(self) -> list[str]:
        return [step.id for step in flows.path(self.flow, self.answers, self.person.facts())]

    @property
    def options(self) -> Sequence[Option]:
        return flows.offered(self.question, self.answers, self.person.facts()) if self.question else []

    @property
    def here(self) -> int:
        """The position of the present question."""
        assert self.question
        return self.flow.positions[self.question.id]

    def copy(self) -> Talk:
        return replace(self, turns=[])

    def do(self, given: Input) -> list[Effect]:
        """What follows from one input, and from the outcome of a finished flow."""
        session = self.session if self.under_way or not isinstance(given, Words) else None
        turn = receive({self.flow.edition: self.flow}, session, given, self.facts)
        effects = list(self._carried(turn))
        if any(isinstance(effect, Complete) for effect in turn.effects):
            outcome = receive({self.flow.edition: self.flow}, self.session, Outcome("keep", "kept"), self.facts)
            effects += self._carried(outcome)
        return effects

    def _carried(self, turn: Turn) -> tuple[Effect, ...]:
        self.turns.append(turn)
        self.session = turn.session or self.session
        self.under_way = turn.session is not None
        self.person = turn.person or self.person
        return turn.effects

    def say(self, words: str) -> list[Effect]:
        return self.do(Words(words))

    def tap(self, option: str, step: str = "") -> list[Effect]:
        """Tap an option, by its id, under the present question or under `step`."""
        at = self.flow.find(step) if step else self.question
        assert at
        position = [each.id for each in at.options].index(option)
        return self.do(Tap("code", self.flow.positions[at.id], position))

    def answer(self) -> list[Effect]:
        """Answer the present question in the plainest way: the first options, or a word."""
        if self.person.asking:
            self.do(Open(self.flow.id))
        step = self.question
        assert step
        if not KINDS[step.kind].picks:
            return self.say(plainest(step))
        if not KINDS[step.kind].many:
            return self.tap(self.options[0].id)
        least, _ = how_many(step, len(self.options))
        plain = [place for place, option in enumerate(self.options, 1) if not option.alone]
        if len(plain) >= least:
            return self.say(" and ".join(map(str, plain[:least])))
        alone = [place for place, option in enumerate(self.options, 1) if option.alone]
        return self.say(str(alone[0]) if alone else "/skip")


def plainest(step: Step) -> str:
    """What could be typed for an answer to a question without options."""
    words = ("Something to say", "1", "ME14", "2027-01-01", "5", str(step.at_least), str(step.at_most))
    return next(each for each in words if isinstance(KINDS[step.kind].read(step, (), each, NOW.date()), Answer))


def begin(steps: str, person: Person = ADULT) -> Talk:
    """A talk about a flow made of these `[[steps]]`, all their words approved, opened."""
    table = tomllib.loads(HEAD + steps)
    table["approved"] = approvals(table)
    talk = Talk(flows.build(table, flows.edition_of(HEAD + steps)), person)
    talk.do(Open("a-test"))
    return talk


def lines(effects: list[Effect] | tuple[Effect, ...]) -> Iterator[Line]:
    """Every line in these effects, on buttons too."""
    for effect in effects:
        match effect:
            case Say(said, rows):
                yield from said
                yield from (button.label for row in rows for button in row)
            case Toast(line):
                yield line
            case Mark(rows):
                yield from (button.label for row in rows for button in row)


def english(effects: list[Effect] | tuple[Effect, ...]) -> str:
    """All that is said in these effects, in English."""
    return "\n".join(spelt(line) for line in lines(effects))


def spelt(line: Line) -> str:
    """A line in English, its gaps filled."""
    words = line.text["en"]
    for name, value in line.fields.items():
        words = words.replace(f"{{{name}}}", _value(value))
    return words


def _value(value: Field) -> str:
    if isinstance(value, tuple):
        return " and ".join(_value(one) for one in value)
    return str(value.get("en", "")) if isinstance(value, Mapping) else str(value)


def texts(line: Line) -> Iterator[Text]:
    """The text of a line and of everything in its gaps."""
    yield line.text
    for value in line.fields.values():
        if isinstance(value, Mapping):
            yield value
        if isinstance(value, tuple):
            yield from value


def buttons(effects: list[Effect] | tuple[Effect, ...]) -> list[Button]:
    """Every button under the messages of these effects."""
    return [button for effect in effects if isinstance(effect, Say | Mark) for row in effect.rows for button in row]
