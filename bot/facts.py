"""What a conversation may be told of the world, gathered from what was loaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from bot.addressing import Standing
from bot.desk import Desk
from conversations import reading, reception
from conversations.choices import SCREENS
from conversations.effects import Attention, Facts, Offer, Person
from conversations.events import views
from conversations.flow import MEETS
from conversations.inputs import (
    Age,
    Ask,
    Attend,
    Back,
    Delete,
    Done,
    Hear,
    Input,
    Leave,
    Link,
    Look,
    Pause,
    Quieter,
    Skip,
    Tap,
    Words,
)  # fmt: skip
from conversations.text import clean
from storage import erasure
from storage.engagements import OPEN
from storage.groups.points import Point
from storage.people import Known
from storage.sessions import Held


def person(known: Known | None, *, turned_away: bool) -> Person:
    """The person a row describes; nobody in particular when there is none."""
    if known is None:
        return Person(turned_away=turned_away)
    return Person(known.age_band, known.language, known.asking, known.opening, known.stopped, about=known.about)


def gather(desk: Desk, who: Standing, given: Input) -> Facts:
    """Everything a turn is told."""
    house = desk.house
    may_delete = who.known and (who.person.asking == "delete" or isinstance(given, Delete))
    return Facts(
        now=desk.now,
        today=desk.today,
        person=who.person,
        offers=_offers(desk, who),
        attention=desk.attention.get(who.known.id, Attention()) if who.known else Attention(),
        languages=desk.languages,
        minimum_age=house.minimum_age,
        organisation=house.organisation,
        receipt=erasure.receipt(house.keys, who.known.code) if who.known and may_delete else "",
        needs=tuple(views.Need(*one) for one in desk.needs.get(who.known.id, ())) if who.known else (),
        points=tuple(map(_point, desk.points.get(who.known.id, ()))) if who.known else (),
        **_of_events(desk, who, given),
    )


def _of_events(desk: Desk, who: Standing, given: Input) -> dict[str, Any]:
    """The event an input is about, and what else somebody has coming up, as far as a conversation asks."""
    agenda, known = desk.agenda, who.known
    if agenda is None or known is None:
        return {}
    event = agenda.find(given, who.person)
    asks = given == Ask("events") or who.person.asking == "events"
    return {
        "event": agenda.tell(event, known, who.person) if event else None,
        "diary": agenda.diary(known, who.person) if asks else (),
        "papers": tuple(views.Paper(one.title, code=one.code) for one in desk.papers.get(_date(given, who), ())),
    }


def _date(given: Input, who: Standing) -> str:
    return given.occasion if isinstance(given, Attend) else who.person.about


def _point(one: Point) -> views.Point:
    return views.Point(one.words, one.state, one.raised_at.date(), one.owner, one.due_on, one.outcome)


def _offers(desk: Desk, who: Standing) -> tuple[Offer, ...]:
    """What is open to them and how far they are with it, when it can matter."""
    if who.known is None or who.known.id not in desk.at_menu:
        return ()
    done = {engagement for person, engagement in desk.finished if person == who.known.id}
    done |= {held.engagement.id for held in who.mine if held.session.finished}
    begun = {held.engagement.id for held in who.mine}
    flows = desk.house.flows
    return tuple(
        Offer(one.slug, one.edition, flows[one.edition_id].title, _state(one.id, done, begun), one.kind in MEETS)
        for one in desk.shelf.values()
        if one.state == OPEN
        and reception.admits(one.audience, who.person.age_band)
        and (desk.agenda is None or desk.agenda.shows(one, who.known.id))
    )


def _state(engagement: int, done: Collection[int], begun: Collection[int]) -> str:
    return "finished" if engagement in done else "begun" if engagement in begun else "new"


def link_in(given: Input | None) -> str:
    """The link code an input carries, if it does."""
    match given:
        case Link(code) | Age(_, code):
            return code
        case Words(text):
            told = reading.interpret(clean(text)) if text.startswith("/") else None
            return told.code if isinstance(told, Link) else ""
    return ""


def needs_attention(given: Input | None, known: Known) -> bool:
    """Whether what somebody settled about messages can matter to this input."""
    match given:
        case Ask(topic):
            return topic in SCREENS
        case Hear() | Pause() | Quieter():
            return True
        case Words(text):
            return known.asking in SCREENS or isinstance(told := reading.interpret(text), Pause) or _asks_for_screen(told)
    return False


def _asks_for_screen(told: Input | None) -> bool:
    return isinstance(told, Ask) and told.topic in SCREENS


def needs_menu(given: Input | None, known: Known, mine: Sequence[Held]) -> bool:
    """Whether what someone may open, and has finished, can matter to this input."""
    match given:
        case Tap(code) | Back(code) | Skip(code) | Look(code) | Done(code) if any(held.session.code == code for held in mine):
            return False
        case Words(text) if any(held.id == known.session_id for held in mine):
            return isinstance(reading.interpret(text), Ask | Link | Leave) or known.asking != ""
    return True
