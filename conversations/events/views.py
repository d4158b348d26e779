"""What a conversation is told of an event: its words, its dates, and what one person has of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from conversations.flow import Flow
from conversations.records import HOW
from conversations.text import Text

COMING = frozenset({"confirmed"})
IN_LINE = frozenset({"waiting"})
GONE = frozenset({"", "withdrawn", "declined", "lapsed"})


NEEDS = "access-needs"
"""The engagement that asks what helps somebody to take part."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that helps one person, kept for next time too; `code` is one of `records.CODES`."""

    code: str
    words: str = ""  # their own


@dataclass(frozen=True, slots=True)
class Mine:
    """What one person has of one date; `code` names it, `state` is one of `places.STATES`."""

    code: str
    state: str
    kind: str = ""
    how: str = ""  # room | online
    companions: int = 0
    number: int = 0  # in line, from 1
    until: dt.datetime | None = None  # they can answer an offer
    stands_in: bool = False  # for a member who asked them


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of a meeting; `code` names its file, where it has one."""

    title: str
    summary: str = ""
    late: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """Something one person raised with their group, and what became of it; `state` is one of `storage.groups.points.STATES`."""

    words: str
    state: str
    raised: dt.date
    owner: str = ""
    due: dt.date | None = None
    became: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """One date of an event; its times are by the clock of where it is."""

    code: str
    starts: dt.datetime
    minutes: int
    place: str = ""
    online: bool = False
    left: int | None = None  # places; None: as many as like
    waiting: int = 0
    state: str = "planned"  # planned | postponed | cancelled
    closed: bool = False
    why: str = ""  # it was cancelled or put off
    reply_by: dt.datetime | None = None
    elsewhere: bool = False  # its clock is another than the organisation's
    kinds: tuple[str, ...] = ()  # of reserved places
    mine: Mine | None = None

    @property
    def ends(self) -> dt.datetime:
        """On the clock of where it is, whatever that does in between."""
        return (self.starts.astimezone(dt.UTC) + dt.timedelta(minutes=self.minutes)).astimezone(self.starts.tzinfo)

    @property
    def standing(self) -> str:
        """What the person has of it: a state, or nothing."""
        return self.mine.state if self.mine else ""

    def is_ahead(self, now: dt.datetime) -> bool:
        """Whether it has not begun."""
        return now < self.starts

    def takes(self, now: dt.datetime) -> bool:
        """Whether anybody may still ask for a place."""
        return self.state == "planned" and not self.closed and self.is_ahead(now) and (not self.reply_by or now <= self.reply_by)


@dataclass(frozen=True, slots=True)
class Event:
    """What is the same for all dates of one engagement, and the dates in order."""

    flow: Flow
    dates: tuple[Date, ...] = ()
    slug: str = ""
    several: bool = False  # whether one may come to more than one of them
    open: bool = True
    member: bool = True  # whether it is for this person at all
    begin: bool = False  # there are questions they have not answered
    needs: str = ""  # the engagement that asks what helps them, where it is open
    answer_minutes: int = 0  # that an offer can be answered in, quiet hours left out; 0: not told
    next_day: dt.date | None = None  # by which people hear what happens next, if staff settled one

    @property
    def hears_by(self) -> dt.date:
        """By when people hear what happens next: the event's own day goes before that of its charter."""
        return self.next_day or self.flow.charter.feedback_by

    @property
    def asks_how(self) -> bool:
        """Whether its questions, not answered yet, ask in which way somebody takes part."""
        return self.begin and any(step.record == HOW for step in self.flow.steps)

    @property
    def meeting(self) -> bool:
        """Whether it is a group's own."""
        return self.flow.kind == "meeting"

    @property
    def kinds(self) -> Mapping[str, Text]:
        """Kinds of reserved places, as people are asked for them."""
        return {kind.id: kind.label for kind in self.flow.event.kinds} if self.flow.event else {}

    def find(self, code: str) -> Date | None:
        """The date by that code."""
        return next((date for date in self.dates if date.code == code), None)

    def held(self, besides: str = "") -> Date | None:
        """The date this person has a place at, or is offered one, but for `besides`."""
        holding = (date for date in self.dates if date.code != besides and date.standing in {"confirmed", "offered"})
        return next(holding, None)
