"""What members say to their group by chat: a point for its agenda, and what is wrong in its minutes."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.agenda import Agenda
from conversations.effects import Act
from storage.groups import minutes, points
from storage.groups.rules import RefusedError
from storage.people import Known


def do(db: Connection, agenda: Agenda, act: Act, who: Known) -> str:
    """What came of it: heard, too-late, not-yours."""
    house, now = agenda.desk.house, agenda.desk.now
    found = agenda.at(act.occasion)
    if found is None:
        return "nothing"
    event, date = found
    if event.group_id is None or not agenda.is_member(event, who.id):
        return "not-yours"
    try:
        if act.verb == "raise":
            points.add(db, house.keys, event.group_id, act.about, now, person_id=who.id, occasion_id=date.id)
        else:
            minutes.correct(db, house.keys, date.id, who.id, act.about, now)
    except RefusedError:
        return "too-late"
    return "heard"
