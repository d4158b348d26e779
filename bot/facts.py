"""What a conversation may be told of the world, gathered from what was loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.desk import Desk
from bot.house import House
from conversations import reading, reception
from conversations.effects import Facts, Offer, Person
from conversations.inputs import Age, Ask, Back, Delete, Done, Input, Leave, Link, Open, Skip, Tap, Words
from storage import codes
from storage.engagements import OPEN, Engagement
from storage.people import Known
from storage.sessions import Held


def person(known: Known | None, *, turned_away: bool) -> Person:
    """The person a row describes; nobody in particular when there is none."""
    if known is None:
        return Person(turned_away=turned_away)
    return Person(known.age_band, known.language, known.asking, known.opening, known.stopped)


def gather(desk: Desk, person: Person, offers: tuple[Offer, ...], given: Input) -> Facts:
    """Everything a turn is told."""
    house = desk.house
    may_delete = person.asking == "delete" or isinstance(given, Delete)
    return Facts(
        now=desk.now,
        person=person,
        offers=offers,
        languages=desk.languages,
        minimum_age=house.minimum_age,
        organisation=house.organisation,
        receipt=codes.make()[:8].upper() if may_delete else "",
    )


def offers(
    house: House,
    shelf: Mapping[int, Engagement],
    finished: Collection[tuple[int, int]],
    mine: Sequence[Held],
    age_band: str,
) -> tuple[Offer, ...]:
    """What is open to someone of this age band, and how far they are with it; `finished` and `mine` are theirs."""
    done = {engagement for _, engagement in finished} | {held.engagement.id for held in mine if held.session.finished}
    begun = {held.engagement.id for held in mine}
    return tuple(
        Offer(one.slug, one.edition, house.flows[one.edition_id].title, _state(one.id, done, begun))
        for one in shelf.values()
        if one.state == OPEN and reception.admits(one.audience, age_band)
    )


def _state(engagement: int, done: Collection[int], begun: Collection[int]) -> str:
    return "finished" if engagement in done else "begun" if engagement in begun else "new"


def link_in(given: Input | None) -> str:
    """The link code an input carries, if it does."""
    match given:
        case Link(code) | Age(_, code) | Open(_, code):
            return code
        case Words(text) if text.startswith("/start "):
            return text.removeprefix("/start ").strip()[:32]
    return ""


def needs_menu(given: Input | None, known: Known, mine: Sequence[Held]) -> bool:
    """Whether what someone may open, and has finished, can matter to this input; `mine` are their conversations."""
    match given:
        case Tap(code) | Back(code) | Skip(code) | Done(code):
            return all(held.session.code != code for held in mine)
        case Words(text) if known.age_band and any(held.id == known.session_id for held in mine):
            return isinstance(reading.interpret(text), Ask | Link | Leave) or known.asking != ""
    return True
