"""What people wrote in their own words, and who of staff has read it: the oldest first, each within its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, literal_column, select, true, tuple_, update

from conversations import bank_holidays, charter
from storage import engagements
from storage.answers import read_answer
from storage.engagements import Engagement
from storage.figures.results import UNREADABLE
from storage.keys import Keys
from storage.reading import handles
from storage.reading.handles import Place
from storage.schema import answers, reading_themes, readings, responses, themes
from storage.schema import engagements as shelf
from storage.staffing import preferences
from storage.unopened import UnopenedError
from storage.upserts import insert

AT_ONCE = 20
"""People whose words stand on one page."""

_SATURDAY = 5


# --- How much waits


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits to be read of one engagement: of so many people, `due` the oldest of it; `by` is who should read it."""

    engagement: Engagement
    title: Mapping[str, str]
    by: str
    within: int
    unread: int = 0
    overdue: int = 0
    due: dt.date | None = None


def piles(db: Connection, organisation_id: int, today: dt.date) -> list[Pile]:
    """Every engagement in which people may write: what is overdue first, then what is due soonest."""
    settled = preferences.read(db, organisation_id)
    known = engagements.load(db, organisation_id)
    flows = engagements.read_editions(db, {one.edition_id for one in known.values()})
    waiting: dict[int, dict[dt.date, int]] = {}
    wanted = select(responses.c.engagement_id, responses.c.day, func.count()).where(responses.c.unread == true())
    for engagement_id, day, people in db.execute(wanted.group_by(responses.c.engagement_id, responses.c.day)):
        waiting.setdefault(engagement_id, {})[day] = people
    found = []
    for one in known.values():
        flow, days = flows[one.edition_id], waiting.get(one.id, {})
        within = flow.reading.within_days or settled.reading_days
        if flow.has_free_text or days:
            pile = Pile(one, flow.title, flow.reading.by, within, sum(days.values()))
            found.append(_timed(pile, days, today, rests(settled.nation)))
    return sorted(found, key=lambda pile: (pile.due is None, pile.due or today))


def _timed(pile: Pile, days: Mapping[dt.date, int], today: dt.date, rest: Callable[[dt.date], bool]) -> Pile:
    if not days:
        return pile
    late = charter.overdue(today, pile.within, rest)
    over = sum(people for day, people in days.items() if day <= late)
    told = (pile.engagement, pile.title, pile.by, pile.within, pile.unread, over)
    return Pile(*told, due=charter.due(min(days), pile.within, rest))


def unread(db: Connection, organisation_id: int) -> int:
    """How many people's words nobody has read."""
    mine = select(shelf.c.id).where(shelf.c.organisation_id == organisation_id)
    waiting = (responses.c.unread == true(), responses.c.engagement_id.in_(mine))
    return db.scalars(select(func.count()).select_from(responses).where(*waiting)).one()


def overdue(db: Connection, organisation_id: int, today: dt.date) -> int:
    """How many people's words should have been read before `today`."""
    return sum(pile.overdue for pile in piles(db, organisation_id, today))


def rests(nation: str) -> Callable[[dt.date], bool]:
    """On which days nobody works."""
    return lambda day: day.weekday() >= _SATURDAY or day in bank_holidays.find(nation, day.year)


# --- What was said


@dataclass(frozen=True, slots=True)
class Said:
    """What one person wrote in one answer. `themes` are codes; `quote` is empty until somebody asks to quote it."""

    handle: str
    place: Place
    edition_id: int
    language: str
    words: str
    day: dt.date
    read: bool = False
    themes: frozenset[str] = frozenset()
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some of it, and the handle behind which the rest stands; empty when there is no more."""

    said: Sequence[Said] = ()
    next: str = ""


def to_read(db: Connection, keys: Keys, engagement: Engagement, after: str = "", limit: int = AT_ONCE) -> Leaf:
    """What nobody has read, of the next `limit` people, oldest first."""
    wanted = select(responses.c.respondent, responses.c.day).where(
        responses.c.engagement_id == engagement.id, responses.c.unread == true()
    )
    last = handles.take(keys, engagement.id, after)
    if last:
        day, who = dt.date.fromisoformat(last[1]), last[0]
        wanted = wanted.where(tuple_(responses.c.day, responses.c.respondent) > tuple_(day, who))
    rows = db.execute(wanted.order_by(responses.c.day, responses.c.respondent).limit(limit + 1)).all()
    shown = rows[:limit]
    further = (bytes(shown[-1].respondent), shown[-1].day.isoformat()) if len(rows) > limit else None
    said = _read(db, keys, engagement, answers.c.respondent.in_([row.respondent for row in shown]), readings.c.step.is_(None))
    return Leaf(said, handles.give(keys, engagement.id, further) if further else "")


def been_read(db: Connection, keys: Keys, engagement: Engagement, theme: str = "", after: str = "", limit: int = AT_ONCE) -> Leaf:
    """What somebody has read, some texts at a time; under one theme (by code) if that is given."""
    source, mine = (
        (reading_themes, _theme_is(engagement.id, theme)) if theme else (readings, readings.c.engagement_id == engagement.id)
    )
    key = (source.c.respondent, source.c.step)
    wanted = select(*key).where(mine)
    last = handles.take(keys, engagement.id, after)
    if last:
        wanted = wanted.where(tuple_(*key) > tuple_(*last))
    places = [(bytes(row.respondent), row.step) for row in db.execute(wanted.order_by(*key).limit(limit + 1))]
    said = _at(db, keys, engagement, places[:limit])
    return Leaf(said, handles.give(keys, engagement.id, places[limit - 1]) if len(places) > limit else "")


def of_quotes(db: Connection, keys: Keys, engagement: Engagement, state: str, limit: int = AT_ONCE) -> list[Said]:
    """What staff want to quote, or may, by `state`."""
    mine = (readings.c.engagement_id == engagement.id, readings.c.quote == state, readings.c.quote != literal_column("''"))
    rows = db.execute(select(readings.c.respondent, readings.c.step).where(*mine).limit(limit))
    return _at(db, keys, engagement, [(bytes(row.respondent), row.step) for row in rows])


def find(db: Connection, keys: Keys, engagement: Engagement, handle: str) -> Said | None:
    """One of them."""
    place = handles.take(keys, engagement.id, handle)
    found = _at(db, keys, engagement, [place]) if place else []
    return found[0] if found else None


def _theme_is(engagement_id: int, code: str) -> ColumnElement[bool]:
    chosen = select(themes.c.id).where(themes.c.engagement_id == engagement_id, themes.c.code == code)
    return reading_themes.c.theme_id == chosen.scalar_subquery()


def _at(db: Connection, keys: Keys, engagement: Engagement, places: Sequence[Place]) -> list[Said]:
    return _read(db, keys, engagement, tuple_(answers.c.respondent, answers.c.step).in_(places)) if places else []


def _read(db: Connection, keys: Keys, engagement: Engagement, *which: ColumnElement[bool]) -> list[Said]:
    """Question by question; within one in an order that says nothing of who wrote what elsewhere."""
    rows = db.execute(_written(engagement.id).where(*which)).all()
    put_on = _themes(db, engagement.id, {row.respondent for row in rows})
    said = [_said(keys, engagement, row, put_on) for row in rows]
    order = {
        step.id: place
        for place, step in enumerate(engagements.read_editions(db, [engagement.edition_id])[engagement.edition_id].steps)
    }
    return sorted(said, key=lambda one: (order.get(one.place[1], len(order)), one.day, _shuffled(keys, one.place)))


def _shuffled(keys: Keys, place: Place) -> bytes:
    return keys.lookup(0, "order", f"{place[0].hex()}.{place[1]}")


def _written(engagement_id: int) -> Select[Any]:
    """The free texts of those who have finished, each with its reading if there is one."""
    same = and_(readings.c.engagement_id == answers.c.engagement_id, readings.c.respondent == answers.c.respondent)
    finished = and_(responses.c.engagement_id == answers.c.engagement_id, responses.c.respondent == answers.c.respondent)
    wanted = select(answers, responses.c.day, readings.c.read_by, readings.c.quote)
    joined = wanted.join(responses, finished).outerjoin(readings, and_(same, readings.c.step == answers.c.step))
    return joined.where(answers.c.engagement_id == engagement_id, answers.c.sealed.is_not(None))


def _said(keys: Keys, engagement: Engagement, row: Row[Any], put_on: Mapping[Place, set[str]]) -> Said:
    place = (bytes(row.respondent), row.step)
    try:
        words = read_answer(keys, row).text
    except UnopenedError:
        words = UNREADABLE
    told = (row.edition_id, row.language, words, row.day, row.read_by is not None, frozenset(put_on.get(place, ())))
    return Said(handles.give(keys, engagement.id, place), place, *told, row.quote or "")


def _themes(db: Connection, engagement_id: int, who: Collection[bytes]) -> dict[Place, set[str]]:
    wanted = select(reading_themes.c.respondent, reading_themes.c.step, themes.c.code).join(themes)
    found: dict[Place, set[str]] = {}
    for row in db.execute(wanted.where(reading_themes.c.engagement_id == engagement_id, reading_themes.c.respondent.in_(who))):
        found.setdefault((bytes(row.respondent), row.step), set()).add(row.code)
    return found


# --- Reading it


def take(keys: Keys, engagement: Engagement, given: Collection[str]) -> list[Place]:
    """What handles name, less those that name nothing."""
    return sorted({place for handle in given if (place := handles.take(keys, engagement.id, handle)) and place[1]})


def mark(db: Connection, engagement: Engagement, places: Collection[Place], who: str, now: dt.datetime) -> list[Place]:
    """Note that `who` of staff (by code) has read these; returns those that are there to be read.

    Somebody who is being erased, or an engagement that is being closed, comes first: nothing is noted of what has gone.
    """
    if not places:
        return []
    db.execute(select(shelf.c.id).where(shelf.c.id == engagement.id).with_for_update(read=True))
    here = tuple_(answers.c.respondent, answers.c.step).in_(list(places))
    written = select(answers.c.respondent, answers.c.step).where(answers.c.engagement_id == engagement.id, here)
    finished = exists().where(responses.c.engagement_id == engagement.id, responses.c.respondent == answers.c.respondent)
    rows = db.execute(written.where(answers.c.sealed.is_not(None), finished).with_for_update(read=True, of=answers)).all()
    found = [(bytes(row.respondent), row.step) for row in rows]
    if found:
        fresh = [
            {"engagement_id": engagement.id, "respondent": who_, "step": step, "read_by": who, "read_at": now}
            for who_, step in found
        ]
        db.execute(insert(db, readings).on_conflict_do_nothing(), fresh)
        _settle(db, engagement.id, {respondent for respondent, _ in found})
    return found


def _settle(db: Connection, engagement_id: int, who: Collection[bytes]) -> None:
    """Those of whom everything has been read wait no more."""
    waits = _written(engagement_id).with_only_columns(answers.c.respondent).where(readings.c.step.is_(None))
    left = set(db.scalars(waits.where(answers.c.respondent.in_(who))))
    done = [each for each in who if each not in left]
    mine = (responses.c.engagement_id == engagement_id, responses.c.respondent.in_(done))
    db.execute(update(responses).where(*mine).values(unread=False))
