"""Whom a message goes to, and who of its audience is left out and why: one SQL expression for the count and the freeze."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, case, func, literal, null, or_, select

from conversations import hours
from conversations.flow import AUDIENCES
from conversations.hours import NEVER
from conversations.reception import ADULT, admits
from conversations.screens import AGE_BANDS
from conversations.text import FALLBACK
from storage.broadcasting import clocks, criteria, selection
from storage.broadcasting.broadcast_rows import CANCELLED
from storage.broadcasting.clocks import Clock
from storage.broadcasting.criteria import Criteria
from storage.broadcasting.selection import STARTED, Condition, there, wants
from storage.letters.outbox import LEFT
from storage.schema import addresses, broadcast_texts, broadcasts, engagements, outbox, participations, people
from storage.staffing import preferences
from storage.staffing.preferences import Preferences

SERVICE, ENGAGEMENT, PROMOTION = "service", "engagement", "promotion"
TELEGRAM = "telegram"
GONE = "gone"
"""The reason for somebody who has been erased, where a row is asked for by id."""
NOT_NOW = "not-now"
"""The one reason there is where another would tell who has answered something anonymous."""
FEWEST = 10
"""Of how many at least it is told how many answered something anonymous: of fewer it would tell who."""

WEEK, MONTH = dt.timedelta(days=7), dt.timedelta(days=30)
SPACE = dt.timedelta(days=3)
"""How long after the last message about something people may be reminded of it (EV-03)."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent, as far as it decides who is left out.

    `at` is when the first letter goes out. `languages` has every tag with approved words; None lets everybody have words.
    """

    organisation_id: int
    bot_id: int
    at: dt.datetime
    purpose: str
    sort: str = ENGAGEMENT
    engagement_id: int | None = None
    reminds: bool = False
    languages: tuple[str, ...] | None = None
    broadcast_id: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """An audience in numbers. `left_out` has the reasons that leave anybody out, in the order of REASONS.

    Of those it goes to: `shifted` get it later, after their quiet hours; `young` are under 18 or would rather not say;
    `languages` is how many speak each.
    """

    to_send: int
    left_out: Mapping[str, int]
    shifted: int
    young: int
    languages: Mapping[str, int]


def read(db: Connection, broadcast_id: int, now: dt.datetime) -> tuple[Sending, Criteria]:
    """A broadcast and its audience as they stand, to go out when it is due, or now if that is past. Raises CriteriaError."""
    row = db.execute(select(broadcasts).where(broadcasts.c.id == broadcast_id)).one()
    planned = hours.instant(row.local_at, ZoneInfo(row.zone)) if row.local_at else now
    sending = Sending(
        row.organisation_id, row.bot_id, max(row.due_at or planned, now), row.purpose, row.sort, row.engagement_id, row.reminds,
        languages(db, broadcast_id, english_for_all=row.english_for_all), broadcast_id,
    )  # fmt: skip
    return sending, criteria.read(row.criteria)


def languages(db: Connection, broadcast_id: int, *, english_for_all: bool) -> tuple[str, ...] | None:
    """The languages a broadcast has words in that may go out: its English ones, and whichever somebody has approved."""
    texts = select(broadcast_texts.c.language, broadcast_texts.c.approved_by)
    written = {row.language: row.approved_by for row in db.execute(texts.where(broadcast_texts.c.broadcast_id == broadcast_id))}
    if english_for_all and FALLBACK in written:
        return None
    return tuple(sorted(tag for tag, who in written.items() if who or tag == FALLBACK))


def count(db: Connection, organisation_id: int, wanted: Criteria, now: dt.datetime) -> int:
    """How many people an audience has, whoever of them may be written to. Raises CriteriaError."""
    found = select(func.count()).select_from(people).where(*selection.find(db, organisation_id, wanted, now))
    return db.scalars(found).one()


def tally(db: Connection, wanted: Criteria, sending: Sending) -> Tally:
    """What would become of each person of an audience if it were frozen now. Raises CriteriaError."""
    why = reason(db, sending).label("why")
    asked = (why, people.c.language, *clocks.COLUMNS)
    found = select(*asked, func.count().label("people")).where(*selection.find(db, sending.organisation_id, wanted, sending.at))
    rows = db.execute(found.group_by(*asked)).all()
    few = _is_secret(db, sending) and sum(row.people for row in rows if row.why == ANSWERED) < FEWEST
    due = clocks.due(db, sending.organisation_id, {_clock(row) for row in rows}, sending.at)
    left_out, spoken = Counter[str](), Counter[str]()
    shifted = young = 0
    for row in rows:
        at = due[_clock(row)]
        reckoned = None if few and row.why == ANSWERED else row.why  # a few are counted as if they had not
        if reckoned or at == NEVER:
            left_out[reckoned or QUIET] += row.people
            continue
        spoken[row.language] += row.people
        shifted += row.people if at > sending.at else 0
        young += row.people if row.age_band != ADULT else 0
    return Tally(spoken.total(), {why: left_out[why] for why in REASONS if left_out[why]}, shifted, young, dict(spoken))


def _clock(row: Any) -> Clock:
    return Clock(row.zone, row.nation, row.quiet, row.age_band)


def still_may(
    db: Connection, sending: Sending, ids: Collection[int], now: dt.datetime, late: Collection[int] = ()
) -> dict[int, str]:
    """Who of these people may not get theirs after all, and why: what may have changed since the freeze is asked again.

    Those whose letter is `late` had others meanwhile, so what they have had is counted anew. Who has answered something
    anonymous is told apart from nobody.
    """
    asked = replace(sending, at=now)
    why = _first(db, asked, [name for name, one in REASONS.items() if one.asked_again]).label("why")
    found = {row.id: row.why for row in db.execute(select(people.c.id, why).where(people.c.id.in_(ids)))}
    if late:
        spent = select(people.c.id, _first(db, asked, ["budget"]).label("why")).where(people.c.id.in_(late))
        found |= {row.id: found[row.id] or row.why for row in db.execute(spent)}
    barred = {person: found.get(person, GONE) for person in ids if found.get(person, GONE)}
    return dict.fromkeys(barred, NOT_NOW) if _is_secret(db, sending) else barred


def _is_secret(db: Connection, sending: Sending) -> bool:
    """Whether it would tell who has answered something anonymous."""
    identity = select(engagements.c.identity).where(engagements.c.id == sending.engagement_id)
    return sending.reminds and db.scalar(identity) == "anonymous"


def reason(db: Connection, sending: Sending, never: Condition | None = None) -> ColumnElement[str | None]:
    """Why a row of `people` is left out: the first of REASONS that holds, or NULL. `never`: whose quiet hours do not end."""
    return _first(db, sending, REASONS, never)


def _first(db: Connection, sending: Sending, names: Iterable[str], never: Condition | None = None) -> ColumnElement[str | None]:
    asked = _Asked(db, sending, never)
    rules = [(REASONS[name].rule(asked), name) for name in names]
    held = [(rule, literal(name)) for rule, name in rules if rule is not None]
    return case(*held, else_=null())


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a rule is made of; it looks up itself what else it needs."""

    db: Connection
    sending: Sending
    never: Condition | None

    @property
    def settled(self) -> Preferences:
        return preferences.read(self.db, self.sending.organisation_id)


def _has_it(asked: _Asked) -> Condition | None:
    if asked.sending.broadcast_id is None:
        return None
    return there(outbox.c.broadcast_id, outbox.c.broadcast_id == asked.sending.broadcast_id, outbox.c.person_id == people.c.id)


def _stopped(_asked: _Asked) -> Condition:
    return people.c.stopped


def _paused(asked: _Asked) -> Condition:
    return people.c.paused_until > asked.sending.at


def _unreachable(asked: _Asked) -> Condition:
    theirs = (addresses.c.person_id == people.c.id, addresses.c.bot_id == asked.sending.bot_id, addresses.c.door == TELEGRAM)
    return ~there(addresses.c.person_id, *theirs, addresses.c.state == "open", addresses.c.sealed.is_not(None))


def _without_consent(asked: _Asked) -> Condition | None:
    return None if asked.sending.sort == SERVICE else ~wants(asked.sending.purpose)


def _of_another_age(asked: _Asked) -> Condition | None:
    theirs = (engagements.c.organisation_id == asked.sending.organisation_id, engagements.c.id == asked.sending.engagement_id)
    audience = asked.db.scalar(select(engagements.c.audience).where(*theirs)) if asked.sending.engagement_id else EVERYONE
    if audience in {None, EVERYONE}:
        return None
    return people.c.age_band.not_in([band for band in ("", *AGE_BANDS) if admits(audience, band)])


def _answered(asked: _Asked) -> Condition | None:
    if not asked.sending.reminds:
        return None
    return there(
        participations.c.person_id,
        participations.c.person_id == people.c.id,
        participations.c.engagement_id == asked.sending.engagement_id,
        participations.c.finished,
    )


def _nudged(asked: _Asked) -> Condition | None:
    if not asked.sending.reminds:
        return None
    settled = asked.settled
    most = _by_age(settled.nudges, settled.young_nudges)
    return select(func.count()).where(*_told(asked, broadcasts.c.reminds)).correlate(people).scalar_subquery() >= most


def _told_lately(asked: _Asked) -> Condition | None:
    if not asked.sending.reminds:
        return None
    return there(outbox.c.person_id, *_told(asked), outbox.c.due_at > asked.sending.at - SPACE)


def _told(asked: _Asked, *which: Condition) -> tuple[Condition, ...]:
    """Letters of other broadcasts about the same engagement to a person, gone or to go."""
    same = (broadcasts.c.engagement_id == asked.sending.engagement_id, *which)
    others = asked.db.scalars(select(broadcasts.c.id).where(*same, broadcasts.c.id != (asked.sending.broadcast_id or 0))).all()
    return outbox.c.broadcast_id.in_(others), outbox.c.person_id == people.c.id, outbox.c.state.in_(STARTED)


def _spent(asked: _Asked) -> Condition:
    """What was or will be started within as many days before and after; who is young has less."""
    settled = asked.settled
    adult, young = settled.budget(), settled.budget(young=True)
    week = _started(asked, WEEK) >= _by_age(adult.week, young.week)
    return or_(week, _started(asked, MONTH) >= _by_age(adult.month, young.month))


def _started(asked: _Asked, span: dt.timedelta) -> ColumnElement[int]:
    """How many others were or will be, by when they went or will go: a late one is due anew when it is claimed."""
    near = (outbox.c.due_at > asked.sending.at - span, outbox.c.due_at < asked.sending.at + span)
    others = outbox.c.broadcast_id.is_distinct_from(asked.sending.broadcast_id)
    mine = () if asked.sending.broadcast_id is None else (others,)
    may_have_come = (outbox.c.state == LEFT) & outbox.c.reason.not_in((CANCELLED, "late"))
    theirs = (outbox.c.person_id == people.c.id, *near, *mine, or_(outbox.c.state.in_(STARTED), may_have_come))
    return select(func.count()).where(*theirs).correlate(people).scalar_subquery()


def _by_age(adult: int, young: int) -> ColumnElement[int]:
    return case((people.c.age_band == ADULT, adult), else_=young)


def _without_words(asked: _Asked) -> Condition | None:
    tags = asked.sending.languages
    if tags is None:
        return None
    kin = [people.c.language.startswith(f"{tag}-", autoescape=True) for tag in tags]  # en-x-easy reads en
    return ~or_(people.c.language.in_(tags), *kin)


EVERYONE = AUDIENCES[0]
ANSWERED, QUIET = "answered", "quiet"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is left out: how staff read it ("3 people …"), when it holds, and whether it is asked again at sending."""

    label: str
    rule: Callable[[_Asked], Condition | None]
    asked_again: bool = False


REASONS: dict[str, Reason] = {
    "already": Reason("have it already", _has_it),
    "stopped": Reason("said stop", _stopped, asked_again=True),
    "paused": Reason("asked for a pause", _paused, asked_again=True),
    "unreachable": Reason("cannot be reached in Telegram", _unreachable, asked_again=True),
    "no-consent": Reason("did not ask to hear about this", _without_consent, asked_again=True),
    "age": Reason("are not of the age this is for", _of_another_age, asked_again=True),
    ANSWERED: Reason("have answered", _answered, asked_again=True),
    "nudged": Reason("were reminded of this before, as often as we allow", _nudged),
    "too-soon": Reason("heard about this less than 3 days ago", _told_lately),
    "budget": Reason("have had as many messages as we allow", _spent),
    "no-words": Reason("speak a language without approved words", _without_words),
    QUIET: Reason("have quiet hours that never end", lambda asked: asked.never),
}
"""Why somebody of an audience is left out; the first that holds counts."""
