"""Where someone stands in a flow: what they have said, the question that waits for them, and what it may show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conversations import flow as flows
from conversations.course import Walk
from conversations.effects import Effect, Facts, Turn
from conversations.flow import Flow, Option, Step
from conversations.session import Answer, Session
from conversations.values import swift


@swift
@dataclass(frozen=True, slots=True)
class Stand:
    """The flow, the session, what is known of the world and what `when` may ask of the person; `walk` follows from them.

    `near` holds the ids of the few options that what was typed could mean; empty when all are shown.
    """

    flow: Flow
    session: Session
    facts: Facts
    person: Mapping[str, str]
    walk: Walk
    near: tuple[str, ...] = ()

    @property
    def question(self) -> Step | None:
        """The question waiting for an answer, or None at the end."""
        steps, place = self.flow.steps, self.walk.place
        return steps[place] if place < len(steps) else None

    @property
    def today(self) -> dt.date:
        return self.facts.today or self.facts.now.date()

    def options(self, step: Step) -> Sequence[Option]:
        """The options of `step` that are met."""
        return flows.offered(step, self.session.answers, self.person)

    def steps(self, first: int = 0) -> list[Step]:
        """The steps met from a place on, up to the present question."""
        return flows.between(self.flow, self.walk.given, self.person, first, self.walk.place)

    def meets(self, place: int) -> bool:
        """Whether the question at a place is the present one, or was answered on the way to it."""
        walk = self.walk
        return place == walk.place or (0 <= place < walk.place and self.flow.steps[place].id in walk.given)

    def says(self, *effects: Effect) -> Turn:
        return Turn(self.session, effects)

    def looking(self, ticked: tuple[str, ...], at: int, near: tuple[str, ...] = ()) -> Stand:
        """The same with other ticks, at another page, or among few options."""
        session = Session(self.session.code, self.session.edition, self.session.answers, ticked, at)
        return Stand(self.flow, session, self.facts, self.person, self.walk, near)

    def answered(self, step: Step, answer: Answer) -> Stand:
        """With an answer to a step that is met, less all that falls away for it."""
        return self._walked(self.flow.course.answer(self.walk, step, answer, self.person))

    def without(self, step: str) -> Stand:
        """With an answer taken back, less all that falls away for it."""
        course = self.flow.course
        left = {other: answer for other, answer in self.session.answers.items() if other != step}
        return self._walked(course.walk(course.kept(left, self.person), self.person))

    def _walked(self, walk: Walk) -> Stand:
        session = Session(self.session.code, self.session.edition, walk.given)
        return Stand(self.flow, session, self.facts, self.person, walk)


def stand(flow: Flow, session: Session, facts: Facts) -> Stand:
    """Where they stand now."""
    person, course = facts.person.facts(), flow.course
    given = course.kept(session.answers, person, offered=False) if course.personal else session.answers
    return Stand(flow, session, facts, person, course.walk(given, person))
