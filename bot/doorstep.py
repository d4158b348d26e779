"""Somebody at the door, with the code they photographed there: let in, or kindly told why not."""

from __future__ import annotations

from bot import doors, facts
from bot.desk import Desk
from conversations.effects import Person, Say
from conversations.faces import line
from conversations.inputs import Input
from storage.events import attendance
from storage.people import Known


def come_in(desk: Desk, known: Known | None, person: Person, given: Input) -> tuple[Say, ...]:
    """What they hear; nothing when it is no code of ours, or somebody we do not know yet."""
    door = doors.read(desk.house.keys.sign, facts.link_in(given), desk.now)
    if not door.occasion or known is None or not person.age_band:
        return ()
    if not door.fresh:
        return (Say((line("door-old"),)),)
    register = desk.agenda.register if desk.agenda else None
    date = register.dates.get(door.occasion) if register else None
    return (Say((line(SAID[attendance.admit(register, date, known.id) if register and date else ""]),)),)


SAID = {
    attendance.CAME: "door-in",
    attendance.WALK_IN: "door-in",
    attendance.ALREADY: "door-already",
    attendance.NO_PLACE: "door-full",
    attendance.TOO_EARLY: "door-early",
    attendance.OVER: "join-over",
    attendance.NOT_ON: "web-date-cancelled",
    attendance.NOT_THEIRS: "door-staff",
    "": "door-staff",
}
"""What came of it -> the phrase that says so."""
