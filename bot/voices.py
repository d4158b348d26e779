"""What members say to their group by chat, and what they ask of it: a point for its agenda, a mistake in its notes, a paper."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from bot.agenda import Agenda
from bot.arrivals import Arrival
from bot.desk import Desk
from conversations.effects import Act
from conversations.events.answers import RENEWALS
from conversations.inputs import Ask, Attend, Input, Words
from storage.events import needs
from storage.groups import minutes, papers, points
from storage.groups.papers import Paper
from storage.groups.rules import RefusedError
from storage.people import Known


def do(db: Connection, agenda: Agenda, act: Act, who: Known) -> str:
    """What came of it: heard, too-late, not-yours."""
    house, now = agenda.desk.house, agenda.desk.now
    found = agenda.at(act.occasion)
    if found is None:
        return "nothing"
    event, date = found
    if event.group_id is None or not (agenda.is_member(event, who.id) or (act.verb == "correct" and agenda.came(date, who.id))):
        return "not-yours"
    try:
        if act.verb == "raise":
            points.add(db, house.keys, event.group_id, act.about, now, person_id=who.id, occasion_id=date.id)
        else:
            minutes.correct(db, house.keys, date.id, who.id, act.about, now)
    except RefusedError:
        return "too-late"
    return "heard"


# --- What is read only for whoever asks


def recall(db: Connection, desk: Desk, spoken: Mapping[bytes, Arrival]) -> None:
    """The points of whoever asks for theirs, the needs of whoever is asked about them, and papers whose files somebody wants."""
    given = [(known, one.given) for lookup, one in spoken.items() if one.given and (known := desk.known.get(lookup))]
    asking = [known.id for known, each in given if _asks_for_points(desk, each)]
    desk.points = {person: points.of_person(db, desk.house.keys, person) for person in asking}
    asked = [known.id for known, each in given if _speaks_of_needs(known, each)]
    desk.needs = needs.kept(db, desk.house.keys, asked) if asked else {}
    wanted = {code for known, each in given if (code := _papers_of(known, each))}
    dates = {code: found[1].id for code in wanted if desk.agenda and (found := desk.agenda.at(code))}
    desk.papers = {code: [one for one in papers.load(db, row) if one.sent_at and one.file] for code, row in dates.items()}


def _asks_for_points(desk: Desk, given: Input) -> bool:
    return Ask("points") == (desk.read(given) if isinstance(given, Words) else given)


def _speaks_of_needs(known: Known, given: Input) -> bool:
    return (isinstance(given, Ask) and given.topic in RENEWALS) or (isinstance(given, Words) and known.asking == "needs")


def _papers_of(known: Known, given: Input) -> str:
    """The date whose papers somebody may want, by its code."""
    match given:
        case Attend("paper", code):
            return code
        case Words() if known.asking == "papers":
            return known.about
    return ""


def find_paper(desk: Desk, date: str, code: str) -> tuple[int, Paper] | None:
    """The id of a date and one of its papers, by their codes."""
    found = desk.agenda.at(date) if desk.agenda else None
    one = next((one for one in desk.papers.get(date, ()) if one.code == code), None)
    return (found[1].id, one) if found and one else None
