"""What a colleague does for a meeting from their own chat: tick who came, and see whether the next ones will be quorate.

People are told by their codes: a phone at a door is no place for names.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from conversations import quorum as forecasts
from conversations.effects import Button, Effect, Mark, Rows, Say
from conversations.inputs import Staff
from conversations.places import CONFIRMED
from conversations.text import FALLBACK, NEXT_LINE, PARAGRAPH, Field, Line
from storage import audit
from storage.broadcasting import groups
from storage.events import attendance, occasion_rows, place_rows
from storage.events.occasions import Occasion
from storage.groups import quorum
from storage.schema import people

if TYPE_CHECKING:
    from bot.backstage import Call

MOST = 60
"""People on one list; for more there is the console."""


def tell_attendance(call: Call) -> Say:
    """Today's dates; of the only one, or of the one picked, who has a place."""
    here = call.now.astimezone(call.house.zone)
    day = here.replace(hour=0, minute=0, second=0, microsecond=0)
    until = day + dt.timedelta(days=1)
    found = [
        one
        for one in occasion_rows.calendar(call.db, call.house.organisation_id, day, until)
        if one.stands and one.starts_at >= day and call.about in {"", one.code}
    ]
    if len(found) != 1:
        picks: Rows = tuple((Button(_line("date", starts=one.local), Staff("attendance", one.code)),) for one in found)
        return Say((_line("which-date" if picks else "no-date"),), picks)
    rows = _expected(call, found[0])
    return Say((_line("who" if rows else "nobody", starts=found[0].local),), rows)


def tick(call: Call) -> Effect:
    """Note that somebody came, or take it back; the list shows it."""
    place = place_rows.find(call.db, call.house.organisation_id, call.about)
    one = occasion_rows.find_all(call.db, [place.occasion_id]).get(place.occasion_id) if place else None
    if place is None or one is None:
        return Say((_line("no-date"),))
    attendance.note(call.db, one, {place.person_id: None if place.came else True}, call.now)
    audit.note(call.db, call.house.organisation_id, call.who.code, "note-who-came", f"{one.code}: 1", call.now)
    return Mark(_expected(call, one))


def _expected(call: Call, one: Occasion) -> Rows:
    """A button for everybody who has a place, or came without one."""
    found = [place for place in place_rows.of_occasion(call.db, one.id) if place.state == CONFIRMED or place.came][:MOST]
    wanted = select(people.c.id, people.c.code).where(people.c.id.in_([place.person_id for place in found]))
    codes = {row.id: row.code for row in call.db.execute(wanted)}
    return tuple(
        (Button(_line("came" if place.came else "not-yet", code=codes[place.person_id]), Staff("came", place.code)),)
        for place in found
    )


def tell_quorum(call: Call) -> Say:
    """The next meeting of each group, and what can be said of it."""
    names = {one.id: one.name for one in groups.load(call.db, call.house.organisation_id)}
    ahead = [one for one in quorum.coming(call.db, names, call.now) if one.state == "planned" and one.starts_at > call.now]
    ahead.sort(key=lambda one: (one.group_id, one.starts_at))
    following = sorted((next(each) for _, each in groupby(ahead, lambda one: one.group_id)), key=lambda one: one.starts_at)
    told = quorum.forecasts(call.db, following, call.now)
    lines = []
    for one in following:
        starts = one.starts_at.astimezone(ZoneInfo(one.zone))
        lines.append(_line("meeting", PARAGRAPH, group=names[one.group_id], starts=starts))
        lines += [Line({FALLBACK: words}, parting=NEXT_LINE) for words in forecasts.tell(told[one.id])]
    return Say(tuple(lines or [_line("no-meeting")]))


def _line(key: str, parting: str = PARAGRAPH, **fields: Field) -> Line:
    return Line({FALLBACK: WORDS[key]}, fields, parting=parting)


WORDS = {
    "no-date": "There is nothing to tick today. For other days, open the console.",
    "which-date": "Which one? Here is what there is today.",
    "date": "{starts}",
    "who": "{starts}. Tap everybody who came. Tap again to take it back.",
    "nobody": "{starts}. Nobody has a place so far. Somebody who comes without one is added in the console.",
    "came": "✅ {code}",
    "not-yet": "{code}",
    "meeting": "{group}, {starts}",
    "no-meeting": "No group has a meeting coming up.",
}
"""What colleagues are told. They read English: so does the console."""
