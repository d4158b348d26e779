"""What a calendar's reply does: the very same as the buttons under a date."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, select

from conversations import reception
from conversations.places import HOLDING
from storage.engagements import OPEN
from storage.events import deeds, registers, whose
from storage.events.deeds import Deed
from storage.events.feeds import Entry
from storage.events.registers import Registers
from storage.events.whose import Standing
from storage.schema import engagements, events, people

ACCEPTED, DECLINED, TENTATIVE = "ACCEPTED", "DECLINED", "TENTATIVE"

GIVING_UP = frozenset({"no", "leave", "refuse", "decline_deputy"})
"""What anybody may do about what they have."""

HEARD = {deeds.PLACED, deeds.KEPT, deeds.WAITING_NOW, deeds.OFFERED_NOW, deeds.SWAPPED, deeds.LEFT, deeds.NOTED} | {
    deeds.UNSURE,
    deeds.DECLINED,
    deeds.REFUSED,
    deeds.DEPUTY_ASKED,
    deeds.DEPUTY_STAYS,
}
"""What can come of it when it was taken as it was meant."""


STANDING_IN = {ACCEPTED: "", DECLINED: "decline_deputy", TENTATIVE: ""}
"""What a reply means of whoever comes for somebody else: they have said yes, or have nothing in a calendar."""


def take(db: Connection, entry: Entry, partstat: str, now: dt.datetime) -> bool:
    """Do what somebody's calendar answered about their own place; whether it could be done. Writes with the transaction."""
    verb = STANDING_IN[partstat] if entry.stands_in else _verb(entry, partstat)
    if not verb:
        return entry.kept == "confirmed"  # they keep what they have until they say otherwise
    register = registers.lock(db, [entry.occasion], [entry.person_id], now)
    who = whose.standing(db, register.dates[entry.occasion].event_id, entry.person_id)
    if verb not in GIVING_UP and not _may(register, entry, who):
        return False
    how = {"come": "room", "online": "online"}.get(verb, "")
    seat_id = who.post.seat_id if who.post and who.post.role == "holder" else None
    done = register.do(Deed(entry.person_id, entry.occasion, verb, how=how, seat_id=seat_id))
    register.write()
    return done.result in HEARD


def _may(register: Registers, entry: Entry, who: Standing) -> bool:
    """Whether they may have a place: they do already, or the chat would give them one."""
    date = register.dates[entry.occasion]
    mine = register.place(date, entry.person_id)
    if mine and mine.state in HOLDING:
        return True
    asked = select(engagements.c.state, engagements.c.audience, people.c.age_band).join_from(
        events, engagements, events.c.engagement_id == engagements.c.id
    )
    wanted = asked.join(people, people.c.id == entry.person_id).where(events.c.id == date.event_id)
    state, audience, band = register.db.execute(wanted).one()
    return state == OPEN and reception.admits(audience, band) and who.member


def _verb(entry: Entry, partstat: str) -> str:
    """The verb of the register; empty when there is nothing to do."""
    if entry.kind == "meeting":
        come = "online" if entry.comes_online else "come"
        return {ACCEPTED: come, DECLINED: "no", TENTATIVE: "unsure"}[partstat]
    if entry.state == "offered":
        return {ACCEPTED: "accept", DECLINED: "refuse", TENTATIVE: ""}[partstat]
    return {ACCEPTED: "join", DECLINED: "leave", TENTATIVE: ""}[partstat]


def asks(entry: Entry, partstat: str) -> str:
    """What the same reply asks for in the chat: a verb of `inputs.Attend`."""
    if entry.stands_in:
        return "decline" if partstat == DECLINED else "keep"
    if entry.kind == "meeting":
        come = "online" if entry.comes_online else "room"
        return {ACCEPTED: come, DECLINED: "no", TENTATIVE: "unsure"}[partstat]
    if partstat == TENTATIVE:
        return "see"
    if entry.state == "offered":
        return "accept" if partstat == ACCEPTED else "decline"
    if partstat == DECLINED:
        return "leave"
    return "keep" if entry.kept == "confirmed" else "take"
