"""What the conversation asks the bot to do, and the turn that holds it. Effects hold all languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from conversations.events.views import Event, Need, Paper, Point
from conversations.flow import Picture
from conversations.inputs import Input
from conversations.records import switched
from conversations.session import Answer, Session
from conversations.text import Line, Text
from conversations.values import swift


@swift
@dataclass(frozen=True, slots=True)
class Button:
    """A button and the input it brings."""

    label: Line
    brings: Input


Rows = tuple[tuple[Button, ...], ...]


@swift
@dataclass(frozen=True, slots=True)
class Say:
    """A new message: its words, and `rows` of buttons under it."""

    lines: tuple[Line, ...]
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class Show:
    """A picture of an edition, sent before its question; its alt text goes with it."""

    picture: Picture
    edition: str


@swift
@dataclass(frozen=True, slots=True)
class Mark:
    """New buttons for the message that was tapped: ticks, or none."""

    rows: Rows


@swift
@dataclass(frozen=True, slots=True)
class Toast:
    """A few words shown over the chat when a button was tapped."""

    line: Line


@dataclass(frozen=True, slots=True)
class Complete:
    """The flow is at its end: carry out `action`; what came of it returns as an Outcome."""

    action: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Act:
    """Do `verb` for this person at one date of an event, by its code; what came of it returns as an Outcome."""

    verb: str
    occasion: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The file of one place for their calendar, as it stands now; `place` is its code."""

    place: str


@dataclass(frozen=True, slots=True)
class Document:
    """The file of one paper of a meeting, both by their codes."""

    occasion: str
    paper: str


@dataclass(frozen=True, slots=True)
class Go:
    """Take this next, as if they had brought it."""

    brings: Input


@dataclass(frozen=True, slots=True)
class Remember:
    """An answer about the person (`about = "me"`): goes to their record, never to the answers.

    `record` is what else it sets there, one of `records.RECORDS`, or nothing.
    """

    step: str
    answer: Answer
    record: str = ""

    @property
    def switches(self) -> Mapping[str, bool]:
        """What they want to hear about by this answer, and what not; nothing when they left it out."""
        return {} if self.answer.skipped else switched(self.record, self.answer.chosen)


@dataclass(frozen=True, slots=True)
class Switch:
    """What they want to hear about from now on, and what not: purpose -> whether."""

    given: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is started for them before `until`; without it the break is over."""

    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Quieten:
    """Hours in which they want to be left in peace besides everybody's, like 00:00-16:00; empty for none."""

    hours: str


@dataclass(frozen=True, slots=True)
class Renew:
    """What is kept of what helps them is `still` right, for another year; or it is to be forgotten."""

    still: bool


@dataclass(frozen=True, slots=True)
class Erase:
    """Everything held about this person goes, now."""


Deed = Complete | Act
"""What the bot does within the turn; what came of it returns as an Outcome."""

Effect = (
    Say | Show | Mark | Toast | Complete | Act | Calendar | Document | Go | Remember | Switch | Rest | Quieten | Renew | Erase
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attention:
    """What somebody settled about messages: the purposes they hear about, a break, hours of their own."""

    given: frozenset[str] = frozenset()
    paused_until: dt.datetime | None = None
    quiet: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An engagement this person may open now."""

    engagement: str
    edition: str
    title: Text
    state: str = "new"  # new | begun | finished
    meets: bool = False  # it has dates


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of someone; `asking` is what was asked outside any engagement and waits for words."""

    age_band: str = ""
    language: str = "en"
    asking: str = ""  # "" | age | language | delete | menu | one of `choices.SCREENS` or `events.answers.SCREENS`
    opening: str = ""  # the link waiting for the age question
    stopped: bool = False
    turned_away: bool = False
    about: str = ""  # what `asking` is about: an engagement, or the code of a date

    def facts(self) -> dict[str, str]:
        """What `when` may ask."""
        return {"age_band": self.age_band, "language": self.language}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a conversation may be told of the world."""

    now: dt.datetime
    person: Person = field(default_factory=Person)
    offers: tuple[Offer, ...] = ()
    languages: tuple[str, ...] = ("en",)
    minimum_age: int = 16
    organisation: str = ""
    receipt: str = ""  # a number to quote, should this turn delete anything
    today: dt.date | None = None  # by the organisation's clock; that of `now` when nobody says
    attention: Attention = Attention()  # of who asks for it
    event: Event | None = None  # the one an input is about
    diary: tuple[Event, ...] = ()  # those they have to do with, for who asks
    papers: tuple[Paper, ...] = ()  # that went out for the meeting asked about, and have a file
    points: tuple[Point, ...] = ()  # that they raised, for who asks
    needs: tuple[Need, ...] = ()  # kept of what helps them, for who is asked about it


@swift
@dataclass(frozen=True, slots=True)
class Turn:
    """What follows: where the session and the person stand now, and what to do, in order."""

    session: Session | None
    effects: tuple[Effect, ...] = ()
    person: Person | None = None  # None: unchanged
