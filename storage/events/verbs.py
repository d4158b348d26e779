"""What people do about a date: every verb there is, decided on locked registers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conversations.places import ASKED, CONFIRMED, HOLDING, OFFERED, WAITING, WITHDRAWN
from storage.events import deputies
from storage.events.deeds import (
    CLOSED,
    DECLINED,
    FULL,
    KEPT,
    LAPSED,
    LEFT,
    NOTED,
    NOTHING,
    OFFERED_NOW,
    PLACED,
    POSTPONED,
    REFUSED,
    SWAP_WAITING,
    SWAPPED,
    UNSURE,
    WAITING_NOW,
    Act,
    Deed,
    Done,
    refusal,
    told,
)  # fmt: skip
from storage.events.occasion_rows import CANCELLED, Occasion
from storage.events.place_rows import Place

if TYPE_CHECKING:
    from storage.events.registers import Registers


def join(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Have a place; where there is none, wait for one. At another date of what one comes to once, it is a swap."""
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    state = mine.state if mine else ""
    if state == CONFIRMED:
        return Done(KEPT, _note(register, date, deed))
    if state == OFFERED:
        return accept(register, date, deed)
    if done := deputies.come(register, date, deed):
        return done
    if deputies.comes(register, date, deed):
        return _place(register, date, deed)  # the one that is kept for their seat is theirs again
    if _shut(register, date):
        return _in_line(register, date, deed) if state == WAITING else Done(CLOSED, mine)
    deputies.stand_down(register, date, deed)
    if register.room(date.code).fits(deed.kind or (mine.kind if mine else "")):
        return _place(register, date, deed)
    return _wait(register, date, deed, mine)


def _place(register: Registers, date: Occasion, deed: Deed) -> Done:
    """They have a place; what they had at other dates goes to others, if one comes once."""
    deputies.stand_down(register, date, deed)
    said = _told(register, date, deed) | {"seat_id": deed.seat_id, "deputy_of": None, "offered_until": None}
    place = register.put(date, deed.person_id, state=CONFIRMED, **said)
    held = _elsewhere(register, date, deed.person_id)
    for old in held:
        register.put(old, deed.person_id, state=WITHDRAWN, offered_until=None)
        register.fill(old)
    return Done(SWAPPED, place, left=held[0].code) if held else Done(PLACED, place)


def _wait(register: Registers, date: Occasion, deed: Deed, mine: Place | None) -> Done:
    if mine and mine.state == WAITING:
        return _in_line(register, date, deed)
    if not register.offers(date):
        return Done(FULL, mine)
    ahead = register.waiting(date.code)
    said = told(deed) | {"seat_id": deed.seat_id, "deputy_of": None, "offered_until": None}
    place = register.queue(date, deed.person_id, **said)
    swaps = bool(_elsewhere(register, date, deed.person_id))
    return Done(SWAP_WAITING if swaps else WAITING_NOW, place, ahead + 1)


def _in_line(register: Registers, date: Occasion, deed: Deed) -> Done:
    place = _note(register, date, deed)
    if place.state == OFFERED:  # they said of what kind they are, and for those there is a place
        return Done(OFFERED_NOW, place, until=place.offered_until)
    swaps = bool(_elsewhere(register, date, deed.person_id))
    return Done(SWAP_WAITING if swaps else WAITING_NOW, place, register.position(place))


def accept(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Take the place that was offered; too late, the next in line is offered it, and they have what is left."""
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    if mine and mine.state == ASKED:
        return deputies.accept(register, date, deed)
    if mine is None or mine.state not in {OFFERED, LAPSED, CONFIRMED, WAITING}:
        return Done(NOTHING, mine)
    if mine.state == CONFIRMED:
        return Done(KEPT, mine)
    if mine.state == OFFERED and (mine.offered_until is None or register.now < mine.offered_until):
        return _place(register, date, deed)
    if mine.state == WAITING:
        return join(register, date, deed)
    if mine.state == OFFERED:
        mine = lapse(register, date, mine)
    free = register.room(date.code).fits(mine.kind) and not _shut(register, date)
    return _place(register, date, deed) if free else Done(LAPSED, mine)


def refuse(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Leave an offered place to the next. A place they took meanwhile is theirs."""
    mine = register.place(date, deed.person_id)
    if mine is None:
        return Done(NOTHING)
    if mine.state == ASKED:
        return deputies.decline(register, date, deed)
    if mine.state != OFFERED:
        return Done({CONFIRMED: KEPT, WAITING: WAITING_NOW, LAPSED: LAPSED}.get(mine.state, NOTHING), mine)
    place = register.put(date, deed.person_id, state=DECLINED, offered_until=None)
    register.fill(date)
    return Done(REFUSED, place)


def leave(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Give back a place, or leave the line."""
    mine = register.place(date, deed.person_id)
    if mine is None or mine.state in {WITHDRAWN, DECLINED, LAPSED}:
        return Done(NOTHING, mine)
    if (why := refusal(register, date)) and why != POSTPONED:
        return Done(why, mine)
    if not why and deputies.stands_in(mine):
        return deputies.decline(register, date, deed)
    if not why and (done := deputies.keep(register, date, deed)):
        return done
    return Done(LEFT, withdraw(register, date, mine))


def lapse(register: Registers, date: Occasion, mine: Place) -> Place:
    """An offer was not answered in time: it goes to the next."""
    return _let_go(register, date, mine, LAPSED)


def withdraw(register: Registers, date: Occasion, mine: Place) -> Place:
    """They do not come, whatever they had."""
    return _let_go(register, date, mine, WITHDRAWN)


def _let_go(register: Registers, date: Occasion, mine: Place, state: str) -> Place:
    place = register.put(date, mine.person_id, state=state, offered_until=None)
    if deputies.stands_in(mine):
        deputies.miss(register, date, mine)
    register.fill(date)
    return place


def note(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Settle more about a place they have, or wait for."""
    mine = register.place(date, deed.person_id)
    if mine is None or mine.state in {WITHDRAWN, LAPSED}:
        return Done(NOTHING, mine)
    return Done(NOTED, _note(register, date, deed))


def _note(register: Registers, date: Occasion, deed: Deed) -> Place:
    """What they have now; of another kind, they may fit where they did not, or leave room for others."""
    place = register.put(date, deed.person_id, **_told(register, date, deed))
    if deed.kind:
        register.fill(date)
    return register.place(date, deed.person_id) or place


def _told(register: Registers, date: Occasion, deed: Deed) -> dict[str, Any]:
    """What they said besides. A place that only their kind can have stays of that kind: there is none of another for them."""
    mine, said = register.place(date, deed.person_id), told(deed)
    if mine and mine.state in HOLDING and deed.kind and not register.room(date.code).may_be(mine.kind, deed.kind):
        del said["kind"]
    return said


def come(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Come to the room."""
    return join(register, date, _how(deed, "room"))


def online(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Take part online."""
    return join(register, date, _how(deed, "online"))


def no(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Not this time."""
    return _say(register, date, deed, DECLINED)


def unsure(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Not sure yet; no place is kept."""
    return _say(register, date, deed, UNSURE)


def _say(register: Registers, date: Occasion, deed: Deed, state: str) -> Done:
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    if mine and deputies.stands_in(mine):
        gives_up = state == DECLINED or mine.state == CONFIRMED
        return deputies.decline(register, date, deed) if gives_up else Done(state, mine)
    if done := deputies.keep(register, date, deed):
        return done
    place = register.put(date, deed.person_id, state=state, offered_until=None, **told(deed))
    register.fill(date)
    return Done(state, place)


def _shut(register: Registers, date: Occasion) -> bool:
    """Whether nobody else can sign up."""
    return date.closed or bool(date.reply_by and register.now > date.reply_by)


def _elsewhere(register: Registers, date: Occasion, person_id: int) -> list[Occasion]:
    """Other dates of the event that a place is kept for them at, where one comes to one date only; what they had taken first."""
    if register.terms[date.event_id].several:
        return []
    held = {code: place.state for code, place in register.mine(person_id).items() if place.state in HOLDING and code != date.code}
    dates = [register.dates[code] for code in sorted(held, key=lambda code: held[code] != CONFIRMED)]
    ahead = (one for one in dates if one.state != CANCELLED and one.starts_at > register.now)
    return [one for one in ahead if one.event_id == date.event_id]


def _how(deed: Deed, how: str) -> Deed:
    return replace(deed, how=how)


VERBS: dict[str, Act] = {
    "join": join,
    "swap": join,
    "accept": accept,
    "refuse": refuse,
    "leave": leave,
    "come": come,
    "online": online,
    "no": no,
    "unsure": unsure,
    "deputy": deputies.send,
    "release": deputies.release,
    "ask": deputies.ask,
    "accept_deputy": deputies.accept,
    "decline_deputy": deputies.decline,
    "note": note,
}
"""Everything that can be done about a date."""
