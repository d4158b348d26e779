"""Standing in for a member of a group at one meeting: asked by the member or by staff, accepted, declined, not needed.

Of one seat there is one person: whoever takes its place has the others of that seat let go. A member who says that they
cannot come, when somebody has said yes to standing in for them, most probably means just that: so their deputy still comes,
and they are told so. Only when they come themselves, or say that nobody need come for them, is the deputy not needed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from conversations.places import ASKED, CONFIRMED, DECLINED, DEPUTISED, OFFERED, UNSURE, WAITING, WITHDRAWN
from storage.events.deeds import (
    DEPUTY_ASKED,
    DEPUTY_FREED,
    DEPUTY_MEMBER,
    DEPUTY_STAYS,
    FULL,
    KEPT,
    MEMBER_COMES,
    NO_DEPUTY,
    NOTHING,
    PLACED,
    Deed,
    Done,
    refusal,
    told,
)  # fmt: skip
from storage.events.occasion_rows import Occasion
from storage.events.place_rows import Place
from storage.followups import planning
from storage.schema import places, seats

if TYPE_CHECKING:
    from storage.events.registers import Registers

NOBODYS = 0
"""The place of a member who has none: somebody stands in for them all the same."""


class Chair(NamedTuple):
    """A seat of the group whose meeting it is, and who is of it now."""

    id: int
    holder_id: int | None
    deputy_id: int | None


def chair(register: Registers, date: Occasion, person_id: int | None, seat_id: int | None = None) -> Chair | None:
    """A seat by its id, or else the one this person holds or is the deputy of; None where the date is no meeting of a group."""
    group = register.terms[date.event_id].group_id
    if group is None:
        return None
    which = seats.c.id == seat_id if seat_id else (seats.c.holder_id == person_id) | (seats.c.deputy_id == person_id)
    wanted = select(seats.c.id, seats.c.holder_id, seats.c.deputy_id).where(seats.c.group_id == group, ~seats.c.ended, which)
    row = register.db.execute(wanted.order_by(seats.c.id)).first()
    return Chair(*row) if row else None


def send(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Have the deputy of their seat asked to come instead; whoever was asked before them is not needed."""
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
    _let_go(register, date, [one for one in _others(register, date, place) if one.person_id != deed.deputy_id])
    state = theirs.state if theirs and theirs.state in STANDING else ASKED
    register.put(date, deed.deputy_id, state=state, deputy_of=place.id, seat_id=deed.seat_id)
    register.fill(date)
    return Done(DEPUTY_STAYS if state == CONFIRMED else DEPUTY_ASKED, place)


def ask(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Staff ask the deputy of a seat, whatever the member said; but not when the member comes."""
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    seat = chair(register, date, deed.person_id, deed.seat_id)
    member = register.place(date, seat.holder_id) if seat and seat.holder_id else None
    if mine and _sits_there(mine, member, deed.seat_id):
        return Done(DEPUTY_MEMBER, mine)
    if member and member.state == CONFIRMED:
        return Done(MEMBER_COMES, mine)
    if mine and mine.state in STANDING:
        return Done(KEPT, mine)
    of = member.id if member and member.id else NOBODYS
    place = register.put(date, deed.person_id, state=ASKED, deputy_of=of, seat_id=deed.seat_id)
    holder = seat.holder_id if seat else None
    _let_go(register, date, [one for one in _others(register, date, place) if one.person_id != holder])
    return Done(DEPUTY_ASKED, place)


def accept(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Stand in for the member who asked."""
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    if mine is None or mine.state not in STANDING:
        return Done(NOTHING, mine)
    return Done(KEPT, mine) if mine.state == CONFIRMED else _take(register, date, deed, mine)


def come(register: Registers, date: Occasion, deed: Deed) -> Done | None:
    """The deputy of a seat comes without being asked: for the seat all the same. None when they are no deputy."""
    seat = chair(register, date, deed.person_id)
    if seat is None or seat.deputy_id != deed.person_id:
        return None
    mine = register.place(date, deed.person_id)
    member = register.place(date, seat.holder_id) if seat.holder_id else None
    of = member.id if member and member.id else NOBODYS
    mark = register.mark
    asked = register.put(date, deed.person_id, state=ASKED, seat_id=seat.id, deputy_of=of, offered_until=None)
    done = _take(register, date, deed, asked)
    if done.result == PLACED:
        return done
    register.undo(mark)
    return Done(done.result, mine)


def _take(register: Registers, date: Occasion, deed: Deed, mine: Place) -> Done:
    """Have the place of the seat they are asked to stand in for, unless somebody else of it comes."""
    if any(one.state == CONFIRMED for one in _others(register, date, mine)):
        return Done(MEMBER_COMES, register.put(date, deed.person_id, state=WITHDRAWN))
    if not register.room(date.code).fits(mine.kind):
        return Done(FULL, mine)
    return Done(PLACED, register.put(date, deed.person_id, state=CONFIRMED, **told(deed, seat=False)))


def decline(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Not stand in; whoever asked hears of it."""
    mine = register.place(date, deed.person_id)
    if mine is None or mine.state not in STANDING or (mine.state == CONFIRMED and mine.deputy_of is None):
        return Done(NOTHING, mine)
    if why := refusal(register, date):
        return Done(why, mine)
    place = register.put(date, deed.person_id, state=DECLINED)
    miss(register, date, mine)
    register.fill(date)
    return Done(DECLINED, place)


def keep(register: Registers, date: Occasion, deed: Deed) -> Done | None:
    """Not come themselves, while somebody of their seat is asked or comes: that stays so. None where nobody does."""
    there = _standing(register, date, deed)
    if not there:
        return None
    place = register.write_now(register.put(date, deed.person_id, state=DEPUTISED, offered_until=None, **told(deed)))
    for one in there:
        register.put(date, one.person_id, deputy_of=place.id)
    register.fill(date)
    return Done(DEPUTY_STAYS if _is_sure(there) else DEPUTY_ASKED, place)


def release(register: Registers, date: Occasion, deed: Deed) -> Done:
    """Nobody need come for them."""
    mine = register.place(date, deed.person_id)
    if why := refusal(register, date):
        return Done(why, mine)
    if mine is None or mine.state != DEPUTISED:
        return Done(NOTHING, mine)
    freed = stand_down(register, date, deed)
    place = register.put(date, deed.person_id, state=DECLINED)
    register.fill(date)
    return Done(DEPUTY_FREED if freed else DECLINED, place)


def stand_down(register: Registers, date: Occasion, deed: Deed) -> bool:
    """Nobody who stands in for them is needed; returns whether somebody had said yes."""
    there = _standing(register, date, deed)
    _let_go(register, date, there)
    return _is_sure(there)


def comes(register: Registers, date: Occasion, deed: Deed) -> bool:
    """Whether somebody has said yes to standing in for them."""
    return _is_sure(_standing(register, date, deed))


def miss(register: Registers, date: Occasion, place: Place) -> None:
    """The member somebody was to stand in for hears that nobody does."""
    for member in register.find(date, places.c.id == place.deputy_of) if place.deputy_of else ():
        if member.state == DEPUTISED:
            planning.tell(register.db, "no-deputy", [member.person_id], date.id, member.code, register.now)


def free(register: Registers, date: Occasion, place: Place) -> None:
    """Somebody is not needed any more; whoever had said yes hears of it."""
    register.put(date, place.person_id, state=WITHDRAWN, offered_until=None)
    if place.state == CONFIRMED:
        planning.tell(register.db, "stood-down", [place.person_id], date.id, place.code, register.now)


def stands_in(place: Place) -> bool:
    """Whether it is a member's place that somebody was asked to take, and has not turned down."""
    return place.deputy_of is not None and place.state in STANDING


def seated(register: Registers, date: Occasion, deed: Deed) -> Deed:
    """What somebody does who holds a seat of the group, they do for that seat."""
    if deed.seat_id:
        return deed
    seat = chair(register, date, deed.person_id)
    return replace(deed, seat_id=seat.id) if seat and seat.holder_id == deed.person_id else deed


def _standing(register: Registers, date: Occasion, deed: Deed) -> list[Place]:
    """Who is asked to stand in for a member, or comes for them."""
    mine = register.place(date, deed.person_id)
    asked = mine.id if mine and mine.state == DEPUTISED else None
    return _known(register, date, deed.person_id, deed.seat_id, asked)


def _others(register: Registers, date: Occasion, place: Place) -> list[Place]:
    """Who else of the same seat is asked, or comes; its holder too."""
    found = _known(register, date, place.person_id, place.seat_id, place.id)
    seat = chair(register, date, None, place.seat_id) if place.seat_id else None
    member = register.place(date, seat.holder_id) if seat and seat.holder_id not in {None, place.person_id} else None
    return [*found, member] if member and member.state in STANDING and member not in found else found


def _known(register: Registers, date: Occasion, person_id: int, seat_id: int | None, place_id: int | None) -> list[Place]:
    if seat_id is None and place_id is None:
        return []
    found = register.of_seat(date, seat_id, place_id)
    return [one for one in found if one.person_id != person_id and one.state in STANDING]


def _is_sure(there: Collection[Place]) -> bool:
    return any(one.state == CONFIRMED for one in there)


def _let_go(register: Registers, date: Occasion, there: Collection[Place]) -> None:
    for one in there:
        free(register, date, one)


def _sits_there(theirs: Place, member: Place | None, seat_id: int | None) -> bool:
    """Whether somebody has a place of their own at that meeting, or stands in for another member."""
    if theirs.state not in {ASKED, CONFIRMED, OFFERED, WAITING, UNSURE, DEPUTISED}:
        return False
    same_seat = seat_id is not None and theirs.seat_id == seat_id
    same_member = member is not None and member.id is not None and theirs.deputy_of == member.id
    return not same_seat and not same_member


STANDING = frozenset({ASKED, CONFIRMED})
"""States of whoever stands in for somebody, or is to."""
