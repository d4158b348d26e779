"""What a person, or the passing of time, brings: every kind of input there is. A button brings one too."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.values import swift


@dataclass(frozen=True, slots=True)
class Open:
    """Take part in an engagement, or come back to it."""

    engagement: str


@dataclass(frozen=True, slots=True)
class Invited:
    """The button of a broadcast, by its code: it opens what that invites to."""

    broadcast: str


@dataclass(frozen=True, slots=True)
class Link:
    """`/start CODE`: a link whose engagement is not looked up yet."""

    code: str


@swift
@dataclass(frozen=True, slots=True)
class Tap:
    """A tapped option; `step` and `option` are positions in the edition that session `session` began with.

    Under a date `option` is a day: 20270226.
    """

    session: str
    step: int
    option: int


@swift
@dataclass(frozen=True, slots=True)
class Back:
    """Take the last answer back. Tapped buttons say where they stood; typed words leave it to the engine."""

    session: str = ""
    step: int | None = None


@swift
@dataclass(frozen=True, slots=True)
class Skip:
    """Leave this question out."""

    session: str = ""
    step: int | None = None


@swift
@dataclass(frozen=True, slots=True)
class Look:
    """Look further into a question: another page of its options, or the months of a year (2027), or its days (202702)."""

    session: str = ""
    step: int | None = None
    at: int = 0


@swift
@dataclass(frozen=True, slots=True)
class Done:
    """Send the ticked options."""

    session: str = ""
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Stop for now; what was said is kept for the time the notice says."""

    session: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Something typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Something the bot does not take: `kind` is photo, voice, contact, location, forged, gone and so on."""

    kind: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was said for a while; `step` is the question a reminder belongs to."""

    step: str


@dataclass(frozen=True, slots=True)
class Attend:
    """What somebody wants with one date of an event, by its code: a place, to give it back, to see what they have.

    `verb` is one of `events.answers.VERBS`; `about` the kind of place they would have, or how many they bring.
    """

    verb: str
    occasion: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Dates:
    """The card of an event: what it is, and all its dates."""

    engagement: str


@dataclass(frozen=True, slots=True)
class Begin:
    """The questions of an event, whose card was shown before."""

    engagement: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: kept, closed, confirmed, waiting and so on; `about` is the date it was about."""

    action: str
    result: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A thing anyone may ask at any time: help, privacy, language, stop, delete, menu, choices, events, ..."""

    topic: str


@dataclass(frozen=True, slots=True)
class Age:
    """An age band chosen; `link` is the code that was waiting for it."""

    band: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """A language chosen, by its BCP 47 tag."""

    tag: str


@dataclass(frozen=True, slots=True)
class Hear:
    """A purpose of messages switched on or off; `typed` when there are no buttons to tick."""

    purpose: str
    wanted: bool
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """A break from messages: so many days, weeks or months; none ends it."""

    number: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Quieter:
    """Hours in which somebody wants to be left in peace besides everybody's: one of `choices.HOURS`."""

    hours: str


@dataclass(frozen=True, slots=True)
class Staff:
    """What a colleague asks in their own chat, and about what; from anybody else it means nothing."""

    asks: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """The second of the two taps that delete everything, or the change of mind."""

    sure: bool


Input = (
    Open | Invited | Link | Tap | Back | Skip | Look | Done | Leave | Words | Refused | Silence | Outcome | Ask | Age | Language
    | Hear | Pause | Quieter | Attend | Dates | Begin | Staff | Delete
)  # fmt: skip
