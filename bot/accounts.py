"""What each follow-up tells: the event and its dates as one person may see them, and the words staff wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import tickets
from bot.house import House
from conversations.events import views
from conversations.events.notices import Told
from conversations.places import WAITING
from storage import engagements
from storage.engagements import OPEN, Engagement
from storage.events import claims, needs, occasions, registers
from storage.events.events import Event
from storage.events.occasions import Occasion
from storage.followups.circumstances import Circumstances
from storage.followups.due import Row
from storage.followups.rules import MORNING, REVIEW
from storage.groups import minutes, papers, points, quorum

log = structlog.get_logger()


class Accounts:
    """Of one slice. What is the same for many is read once."""

    def __init__(self, db: Connection, house: House, known: Circumstances, now: dt.datetime) -> None:
        self._db = db
        self._house = house
        self._known = known
        self._now = now
        self._shelf = engagements.load(db, house.organisation_id)
        self._flows = house.know(db, {self._shelf[one.engagement_id].edition_id for one in known.events.values()})
        self._needs = next((one.slug for one in self._shelf.values() if one.slug == views.NEEDS and one.state == OPEN), "")
        self._read: dict[tuple[str, int], Any] = {}

    def tell(self, row: Row) -> Told | None:
        """What this row is about; None when it is gone."""
        return WRITTEN[row.kind](self, row) if row.kind in WRITTEN else self._date(row)

    def tell_together(self, rows: Sequence[Row]) -> Told | None:
        """What several rows about dates of one event are about."""
        dates = [self._known.dates[row.occasion_id] for row in rows if row.occasion_id in self._known.dates]
        event = self._known.events.get(dates[0].event_id) if dates else None
        if event is None:
            return None
        person = rows[0].person_id
        shown = tuple(self._view(one, person) for one in sorted(dates, key=lambda one: one.starts_at))
        return Told(event=self._event(event, person), dates=shown)

    # --- A date as one person sees it

    def _date(self, row: Row) -> Told | None:
        one = self._known.dates.get(row.occasion_id or 0)
        event = self._known.events.get(one.event_id) if one else None
        if one is None or event is None:
            return None
        mine = self._known.places.get((one.id, row.person_id))
        seen = self._event(event, row.person_id)
        link, phone, shut = self._ways(one, mine) if row.kind == MORNING else ("", "", False)
        return Told(
            event=seen,
            date=seen.find(one.code),
            calendar=tickets.calendar_file(self._house, mine.code) if mine and mine.state == "confirmed" else "",
            feedback=self._feedback(event),
            next_day=event.next_day,
            came=None if mine is None or mine.came is None else bool(mine.came),
            link=link,
            phone=phone,
            shut=shut,
        )

    def _event(self, event: Event, person_id: int) -> views.Event:
        engagement = self._shelf[event.engagement_id]
        flow = self._flows[engagement.edition_id]
        dates = tuple(self._view(one, person_id) for one in self._known.dates.values() if one.event_id == event.id)
        asks = any(step.asks for step in flow.steps) and (person_id, engagement.id) not in self._known.finished
        return views.Event(
            flow=flow, dates=dates, slug=event.slug, several=event.several, open=engagement.state == OPEN,
            begin=asks and engagement.state == OPEN, needs=self._needs, answer_minutes=event.answer_minutes,
            next_day=event.next_day,
        )  # fmt: skip

    def _view(self, one: Occasion, person_id: int) -> views.Date:
        mine = self._known.places.get((one.id, person_id))
        left, waiting, number = self._line(one, mine)
        had = mine and views.Mine(
            mine.code, mine.state, mine.kind, mine.how, mine.companions, number, mine.offered_until, mine.deputy_of is not None
        )
        return views.Date(
            one.code, one.local, one.minutes, one.place, one.online, left, waiting, state=one.state, closed=one.closed,
            why=one.why, reply_by=one.reply_by, elsewhere=one.zone != str(self._house.zone), mine=had,
        )  # fmt: skip

    def _line(self, one: Occasion, mine: Any) -> tuple[int | None, int, int]:
        """Places left and how many wait, for whoever has none any more; and the number of somebody who waits."""
        if mine and mine.state == WAITING:
            return None, 0, registers.positions(self._db, [mine])[mine.id]
        if mine is None or mine.state not in views.GONE:
            return None, 0, 0
        room = self._once("room", one.id, lambda: registers.rooms(self._db, [one])[one.id])
        return room.left(mine.kind), self._once("waits", one.id, lambda: registers.waiting(self._db, [one.id])[one.id]), 0

    def _ways(self, one: Occasion, mine: Any) -> tuple[str, str, bool]:
        """How somebody who has a place gets in, and whether that does not open; the link itself only where we have no pages."""
        if not one.online or not one.joins or mine is None or mine.how == "room":
            return "", "", False
        kept = self._once("joining", one.id, lambda: self._joining(one))
        link = kept.get("link", "") and (tickets.joining(self._house, mine.code) or kept["link"])
        return link, kept.get("phone", ""), not kept

    def _joining(self, one: Occasion) -> Mapping[str, str]:
        kept = occasions.joining(self._db, self._house.keys, one)
        if not kept:
            log.error("joining link does not open", occasion=one.code)
        return kept

    def _feedback(self, event: Event) -> str:
        asks: Engagement | None = self._shelf.get(event.feedback_id or 0)
        return asks.slug if asks and asks.state == OPEN else ""

    def _once(self, what: str, about: int, read: Callable[[], Any]) -> Any:
        key = (what, about)
        if key not in self._read:
            self._read[key] = read()
        return self._read[key]

    # --- What staff wrote

    def tell_papers(self, row: Row) -> Told | None:
        """The papers of a meeting, to whoever comes."""
        seen, about = self._date(row), row.occasion_id or 0
        sent = self._once("papers", about, lambda: [one for one in papers.load(self._db, about) if one.sent_at])
        if seen is None or not sent or (seen.date and seen.date.standing in NOT_COMING):
            return None
        told = (views.Paper(one.title, one.summary, one.late, one.code if one.file else "") for one in sent)
        return Told(seen.event, seen.date, papers=tuple(told))

    def tell_minutes(self, row: Row) -> Told | None:
        """The notes of a meeting, once they are shared."""
        organisation_id = self._house.organisation_id
        meeting = self._once("meeting", row.occasion_id or 0, lambda: quorum.find(self._db, organisation_id, row.about))
        if meeting is None:
            return None
        kept = self._once("minutes", meeting.id, lambda: minutes.read(self._db, organisation_id, meeting))
        if not kept.words or kept.state == minutes.DRAFT:
            return None
        seen = self._date(row) if kept.state == minutes.SHARED else None  # agreed ones are not corrected any more
        return Told(date=seen.date if seen else None, words=kept.words)

    def tell_point(self, row: Row) -> Told | None:
        """What became of something they raised."""
        found = points.told(self._db, self._house.keys, row.about)
        return Told(words=found.point, state=found.state, why=found.words) if found else None

    def tell_correction(self, row: Row) -> Told | None:
        """What became of something they put right."""
        found = minutes.told(self._db, self._house.keys, row.about)
        return Told(words=found[0], state=found[1], why=found[2]) if found and found[1] in minutes.ANSWERED else None

    def tell_need(self, row: Row) -> Told | None:
        """What staff could do about what helps them."""
        place = self._known.places.get((row.occasion_id or 0, row.person_id))
        kept = needs.of_places(self._db, self._house.keys, [place.id]).get(place.id, []) if place else []
        missing = [one.why for one in kept if one.state == "not-met" and one.why]
        if missing:
            return Told(state="not-met", why="\n".join(missing))
        return Told(state="met") if kept and all(one.state == "met" for one in kept) else None

    def tell_claim(self, row: Row) -> Told | None:
        """Where the money stands."""
        place = self._known.places.get((row.occasion_id or 0, row.person_id))
        found = claims.of(self._db, [place.id]).get(place.id) if place else None
        return Told(state=found.state, why=found.why) if found else None

    def tell_review(self, row: Row) -> Told | None:
        """What is kept of what helps them."""
        found = self._once("needs", 0, lambda: needs.kept(self._db, self._house.keys, self._known.listeners))
        kept = tuple(views.Need(*one) for one in found.get(row.person_id, ()))
        return Told(needs=kept, asks=self._needs) if kept else None


NOT_COMING = frozenset({"withdrawn", "declined", "deputised", "asked", "lapsed"})
"""Whoever stands so gets no papers: a deputy has them once they have said yes."""

WRITTEN: dict[str, Callable[[Accounts, Row], Told | None]] = {
    "papers": Accounts.tell_papers,
    "minutes": Accounts.tell_minutes,
    "told": Accounts.tell_point,
    "corrected": Accounts.tell_correction,
    "need": Accounts.tell_need,
    "claim": Accounts.tell_claim,
    REVIEW: Accounts.tell_review,
}
"""The kinds that tell what somebody wrote."""
