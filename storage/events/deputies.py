"""Standing in for a member of a group at one meeting: asked by the member or by staff, accepted, declined, not needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.places import ASKED, CONFIRMED, DECLINED, DEPUTISED, OFFERED, UNSURE, WAITING, WITHDRAWN
from storage.events.deeds import DEPUTY_ASKED, DEPUTY_MEMBER, FULL, KEPT, NO_DEPUTY, NOTHING, PLACED, Deed, Done, refusal, told
from storage.events.occasion_rows import Occasion
from storage.events.place_rows import Place
from storage.followups import planning
from storage.schema import places

if TYPE_CHECKING:
    from storage.events.registers import Registers


def send(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Have the deputy of their seat asked to come instead."""
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    if deed.deputy_id is None or deed.deputy_id == deed.person_id:
        return Done(NO_DEPUTY, mine)
    theirs = register.place(date, deed.deputy_id)
    if theirs and _sits_there(theirs, mine, deed.seat_id):
        return Done(DEPUTY_MEMBER, mine)
    place = register.put(date, deed.person_id, state=DEPUTISED, offered_until=None, **told(deed))
    place = register.write_now(place)
    if not (theirs and theirs.state in {ASKED, CONFIRMED}):
        register.put(date, deed.deputy_id, state=ASKED, deputy_of=place.id, seat_id=deed.seat_id)
    register.fill(date)
    return Done(DEPUTY_ASKED, place)


def ask(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Staff ask the deputy of a seat, whatever the member said."""
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    members = register.find(date, places.c.seat_id == deed.seat_id, places.c.deputy_of.is_(None)) if deed.seat_id else []
    member = next((one for one in members if one.person_id != deed.person_id), None)
    if mine and _sits_there(mine, member, deed.seat_id):
        return Done(DEPUTY_MEMBER, mine)
    if mine and mine.state in {ASKED, CONFIRMED}:
        return Done(KEPT, mine)
    of = member.id if member else None
    return Done(DEPUTY_ASKED, register.put(date, deed.person_id, state=ASKED, deputy_of=of, seat_id=deed.seat_id))


def accept(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Stand in for the member who asked."""
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    if mine is None or mine.state not in {ASKED, CONFIRMED}:
        return Done(NOTHING, mine)
    if mine.state == CONFIRMED:
        return Done(KEPT, mine)
    if not register.room(date.code).fits(mine.kind):
        return Done(FULL, mine)
    return Done(PLACED, register.put(date, deed.person_id, state=CONFIRMED, **told(deed, seat=False)))


def decline(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Not stand in; whoever asked hears of it."""
    mine = register.place(date, deed.person_id)
    if mine is None or mine.state not in {ASKED, CONFIRMED} or (mine.state == CONFIRMED and mine.deputy_of is None):
        return Done(NOTHING, mine)
    if why := refusal(register, date):
        return Done(why, mine)
    place = register.put(date, deed.person_id, state=DECLINED)
    for member in register.find(date, places.c.id == mine.deputy_of) if mine.deputy_of else ():
        if member.state == DEPUTISED:
            planning.tell(register.db, "no-deputy", [member.person_id], date.id, member.code, register.now)
    register.fill(date)
    return Done(DECLINED, place)


def stand_down(register: Registers, date: Occasion, member: Place) -> None:
    """Whoever was asked to stand in for them is not needed, or goes with them; whoever had said yes hears of it."""
    if member.state != DEPUTISED or member.id is None:
        return
    for one in register.find(date, places.c.deputy_of == member.id):
        if one.state not in {ASKED, CONFIRMED}:
            continue
        register.put(date, one.person_id, state=WITHDRAWN)
        if one.state == CONFIRMED:
            planning.tell(register.db, "stood-down", [one.person_id], date.id, one.code, register.now)


def comes(register: Registers, date: Occasion, member: Place) -> bool:
    """Whether somebody has said yes to standing in for them."""
    if member.state != DEPUTISED or member.id is None:
        return False
    return any(one.state == CONFIRMED for one in register.find(date, places.c.deputy_of == member.id))


def stands_in(place: Place) -> bool:
    """Whether it is a member's place that somebody was asked to take, and has not turned down."""
    return place.deputy_of is not None and place.state in {ASKED, CONFIRMED}


def _sits_there(theirs: Place, member: Place | None, seat_id: int | None) -> bool:
    """Whether somebody has a place of their own at that meeting, or stands in for another member."""
    if theirs.state not in {ASKED, CONFIRMED, OFFERED, WAITING, UNSURE, DEPUTISED}:
        return False
    same_seat = seat_id is not None and theirs.seat_id == seat_id
    same_member = member is not None and member.id is not None and theirs.deputy_of == member.id
    return not same_seat and not same_member
