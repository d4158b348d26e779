"""What a batch needs of events: those its inputs are about, locked at once, and what each person has of them.

Nothing is read while no input is about one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from bot import facts
from bot.addressing import stand
from bot.arrivals import Arrival
from bot.desk import Desk
from bot.wanted import Wanted
from conversations import reception
from conversations.effects import Act, Person
from conversations.events import views
from conversations.events.screens import NO_KIND
from conversations.flow import MEETS, Flow
from conversations.inputs import Attend, Begin, Dates, Input, Open, Refused, Words
from conversations.places import HOLDING
from conversations.understanding import understand
from storage.engagements import DRAFT, OPEN, Engagement
from storage.events import events, registers, whose
from storage.events.events import Event
from storage.events.occasions import Occasion
from storage.events.registers import Deed, Place, Registers
from storage.groups.seats import Post
from storage.people import Known

MEETING = "meeting"


@dataclass(slots=True)
class Agenda:
    """The events of one batch; `register` holds the dates of those its inputs are about."""

    desk: Desk
    known: Mapping[int, Event]  # by the id of their engagement, all of the organisation
    register: Registers | None = None
    concerned: Collection[int] = ()  # people whose input is about one
    members: Collection[tuple[int, int]] = ()
    posts: Mapping[tuple[int, int], Post] = field(default_factory=dict)

    def shows(self, engagement: Engagement, person_id: int) -> bool:
        """Whether a menu tells this person of it: a meeting only its members."""
        event = self.known.get(engagement.id)
        return engagement.kind != MEETING or (event is not None and self.is_member(event, person_id))

    # --- What a conversation is told

    def find(self, given: Input, person: Person) -> Event | None:
        """The event an input is about, or else what the person is asked."""
        match given:
            case Attend(_, code):
                return self._by_code(code)
            case Dates(slug) | Begin(slug) | Open(slug):
                return self._by_slug(slug)
        return self._by_slug(person.about) or self._by_code(person.about) if person.about else None

    def _by_slug(self, slug: str) -> Event | None:
        return next((event for event in self.known.values() if event.slug == slug), None)

    def _by_code(self, code: str) -> Event | None:
        date = self.register.dates.get(code) if self.register else None
        return next((event for event in self.known.values() if date and event.id == date.event_id), None)

    def at(self, code: str) -> tuple[Event, Occasion] | None:
        """A date by its code, and its event."""
        event, date = self._by_code(code), self.register.dates.get(code) if self.register else None
        return (event, date) if event and date else None

    def tell(self, event: Event, who: Known, person: Person) -> views.Event | None:
        """The event as this person may know it: of a meeting, whoever is no member sees only what they are asked to."""
        engagement = self.desk.shelf.get(event.engagement_id)
        if engagement is None or self.register is None:
            return None
        mine = self.register.mine(who.id)
        dates = [one for one in self.register.dates.values() if one.event_id == event.id]
        member = self.is_member(event, who.id)
        told = [self._date(one, mine.get(one.code)) for one in sorted(dates, key=lambda one: (one.starts_at, one.code))]
        seen = tuple(date for date in told if member or date.mine)
        return replace(self._event(event, engagement, who, person), dates=seen, member=member)

    def is_member(self, event: Event, person_id: int) -> bool:
        """Whether all its dates are for this person."""
        if event.kind != MEETING or event.group_id is None:
            return event.kind != MEETING
        post = self.posts.get((event.group_id, person_id))
        return (event.group_id, person_id) in self.members or (post is not None and post.role == "holder")

    def came(self, date: Occasion, person_id: int) -> bool:
        """Whether staff noted that this person was there."""
        place = self.register.mine(person_id).get(date.code) if self.register else None
        return bool(place and place.came)

    def _event(self, event: Event, engagement: Engagement, who: Known, person: Person) -> views.Event:
        flow = self.desk.house.flows[engagement.edition_id]
        opened = engagement.state == OPEN
        admitted = opened and reception.admits(engagement.audience, person.age_band)
        needs = next((one for one in self.desk.shelf.values() if one.slug == views.NEEDS and one.state == OPEN), None)
        asks = admitted and any(step.asks for step in flow.steps) and not self._finished(engagement, who)
        return views.Event(
            flow=flow, slug=event.slug, several=event.several, open=opened, begin=asks, needs=needs.slug if needs else "",
            answer_minutes=event.answer_minutes, next_day=event.next_day,
        )  # fmt: skip

    def _finished(self, engagement: Engagement, who: Known) -> bool:
        held = self.desk.held.get(who.id, ())
        ended = any(one.engagement.id == engagement.id and (one.session.finished or one.session.closed) for one in held)
        return ended or (who.id, engagement.id) in self.desk.finished

    def _date(self, one: Occasion, mine: Place | None) -> views.Date:
        register = self.register
        room = register.room(one.code) if register else None
        kind = mine.kind if mine else ""
        return views.Date(
            code=one.code,
            starts=one.local,
            minutes=one.minutes,
            place=one.place,
            online=one.online,
            left=room.left(kind) if room else None,
            waiting=register.waiting(one.code) if register else 0,
            state=one.state,
            closed=one.closed,
            why=one.why,
            reply_by=one.reply_by,
            elsewhere=str(one.zone) != str(self.desk.house.zone),
            kinds=tuple(kind for kind, number in one.reserved.items() if number),
            mine=_mine(mine, register.position(mine) if register and mine else 0),
        )

    def diary(self, who: Known, person: Person) -> tuple[views.Event, ...]:
        """What somebody has to do with: of an event their own dates, of their group's meetings all."""
        mine = self.register.mine(who.id) if self.register else {}
        about = {id(event): event for code in mine if (event := self._by_code(code))}
        about |= {id(event): event for event in self.meetings(who.id)}
        told = [self.tell(event, who, person) for event in about.values()]
        return tuple(replace(one, dates=tuple(date for date in one.dates if date.mine or one.meeting)) for one in told if one)

    def meetings(self, person_id: int) -> list[Event]:
        """Those of groups that somebody is a member of."""
        return [one for one in self.known.values() if one.kind == MEETING and one.id and self.is_member(one, person_id)]

    # --- What they do

    def do(self, act: Act, who: Known) -> str:
        """What came of it."""
        date = self.register.dates.get(act.occasion) if self.register else None
        event = self._by_code(act.occasion)
        if self.register is None or date is None or event is None:
            return "nothing"
        place = self.register.mine(who.id).get(act.occasion)
        if not self.is_member(event, who.id) and act.verb not in STANDING_IN and not _is_guest(place):
            return "not-yours"
        post = self.posts.get((event.group_id or 0, who.id))
        flow = self.desk.house.flows[self.desk.shelf[event.engagement_id].edition_id]
        deed = _deed(act, who.id, place, event, flow)
        if post and post.role == "holder":
            deed = replace(deed, seat_id=post.seat_id, deputy_id=post.other_id)
        return self.register.do(deed).result

    @contextmanager
    def trying(self, db: Connection) -> Iterator[None]:
        """What is done within is undone when it fails: in the registers, and what was written at once."""
        mark = self.register.mark if self.register else 0
        try:
            with db.begin_nested():
                yield
        except Exception:
            if self.register:
                self.register.undo(mark)
            raise

    def write(self) -> None:
        """Write what was done."""
        if self.register:
            self.register.write()


def _is_guest(place: Place | None) -> bool:
    """Whether staff gave them a place at a meeting of others."""
    return place is not None and place.deputy_of is None and place.state in HOLDING


def _mine(place: Place | None, number: int = 0) -> views.Mine | None:
    if place is None:
        return None
    stands_in = place.deputy_of is not None
    return views.Mine(place.code, place.state, place.kind, place.how, place.companions, number, place.offered_until, stands_in)


def _deed(act: Act, person_id: int, place: Place | None, event: Event, flow: Flow) -> Deed:
    """What the register is asked to do."""
    verb = VERBS[act.verb]
    if act.verb in {"room", "online"} and event.kind != MEETING:
        verb = "note"
    if act.verb in {"decline", "leave", "no"} and place and place.deputy_of is not None:
        verb = "decline_deputy"
    return Deed(
        person_id,
        act.occasion,
        verb,
        kind=_kind(flow, act.about) if act.verb in {"take", "swap"} else "",
        how=act.verb if act.verb in {"room", "online"} else "",
        companions=int(act.about) if act.verb == "bring" and act.about.isdecimal() else None,
    )


def _kind(flow: Flow, about: str) -> str:
    """The kind of place a button names; its name may be cut there."""
    kinds = flow.event.kinds if flow.event and about and about != NO_KIND else ()
    return next((kind.id for kind in kinds if kind.id.startswith(about)), "")


STANDING_IN = frozenset({"accept", "decline", "leave", "no"})
"""What somebody may do who is no member, but stands in for one."""

VERBS = {
    "take": "join",
    "swap": "swap",
    "leave": "leave",
    "accept": "accept",
    "decline": "refuse",
    "bring": "note",
    "room": "come",
    "online": "online",
    "no": "no",
    "unsure": "unsure",
    "deputy": "deputy",
    "nobody": "release",
}
"""What was tapped -> what the register does."""


# --- What a batch is about


def load(db: Connection, desk: Desk, spoken: Mapping[bytes, Arrival]) -> Agenda | None:
    """The events of a batch, locked; None when it is about none."""
    meets = {one.slug: one for one in desk.shelf.values() if one.kind in MEETS and one.state != DRAFT}
    if not meets:
        return None
    given = {known.id: (known, one.given) for lookup, one in spoken.items() if one.given and (known := desk.known.get(lookup))}
    wanted = Wanted(desk, meets)
    for known, each in given.values():
        wanted.note(known, each)
    listing = desk.at_menu if any(one.kind == MEETING and one.state == OPEN for one in meets.values()) else ()
    typed = [known for known, each in given.values() if isinstance(each, Words) and known.id in desk.at_menu]
    if not (wanted.any() or listing or typed):
        return None
    agenda = Agenda(desk, events.of(db, [one.id for one in meets.values()]))
    groups = {event.group_id for event in agenda.known.values() if event.group_id}
    concerned = {*wanted.people, *listing, *(known.id for known in typed)}
    if groups:
        agenda.members = whose.members(db, groups, concerned)
        agenda.posts = whose.posts(db, groups, concerned)
    desk.agenda = agenda
    for known in typed:
        wanted.note(known, _picked(desk, known, given[known.id][1]))
    ids = {event.id for row in wanted.engagements if (event := agenda.known.get(row)) and event.id}
    if wanted.codes:
        ids |= set(whose.events_of(db, desk.house.organisation_id, wanted.codes).values())
    if wanted.diarists:
        ids |= {one.event_id for one, _ in registers.of_people(db, wanted.diarists, since=desk.now)}
        ids |= {one.id for person in wanted.diarists for one in agenda.meetings(person) if one.id}
    agenda.concerned = wanted.people
    agenda.register = registers.lock_events(db, ids, wanted.people, desk.now) if ids else None
    if groups and agenda.register:  # from now on nobody is taken off a seat
        agenda.members, agenda.posts = whose.members(db, groups, concerned), whose.posts(db, groups, concerned)
    return agenda


def _picked(desk: Desk, known: Known, given: Input | None) -> Input | None:
    """What somebody at the menu picked by typing."""
    who = stand(desk, known, facts.person(known, turned_away=False))
    meant = given or Refused("nothing")
    return understand(desk.house.by_hash, who.current.session if who.current else None, meant, facts.gather(desk, who, meant))
