"""Whatever is typed into a form of an event or a group: it is taken, or said to be wrong and kept; nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from sqlalchemy import Connection, insert

from storage import schema
from storage.broadcasting import groups
from storage.groups import decisions, minutes, points
from tests.console import forms
from tests.console.forms import Form
from tests.console.office import Browser, Office
from tests.console.workshops import furnish
from tests.groups.table import Table, settle
from tests.storage.world import NOON

HOSTILE = (
    "", "9" * 5000, "-1", "NaN", "a\0b", "\\ud800", "0001-01-01", "9999-12-31", "2027-02-29", "25:61", "23:59", "1e309", "٣",
    "\u202eabc\u2066", "x" * 100_000, "0" * 5000 + "1", "<b>&\"'",
)  # fmt: skip
"""What is typed into each field; of each form, too, the code of something another organisation has."""

GOOD = {
    "day": "2027-03-11", "at": "18:00", "name": "Young carer", "kind": "carer", "title": "The budget",
    "summary": "How much there is.", "reason": "To print the list for the door", "why": "The hall is flooded",
    "why-bsl": "Nobody is free",
    "words": "We asked them", "answer": "It is right now", "decision": "We open at two", "point": "The lift",
    "person": "abc234", "due_on": "2027-03-01",
    "owner": "The clinic lead", "claim": "approved", "pounds": "12.50", "few_why": "We look for one", "support": "A lift",
}  # fmt: skip
"""What a field that is empty holds while another is tried."""

ENDING = (
    "cancel", "cancel-all", "cancel-later", "postpone", "delete", "end", "vacate", "remove", "close", "agree", "done", "deputy",
    "holder",
)  # fmt: skip
"""What ends something comes last, so that there is something to try the others on."""

LONGEST_SHOWN = 300


@dataclass
class Desk:
    """A colleague who may do everything, the forms there are, and codes of another organisation's by name of field."""

    colleague: Browser
    forms: list[Form]
    theirs: dict[str, str]

    def trials(self) -> Iterator[tuple[Form, str, str]]:
        """Each field with each value."""
        for form in sorted(self.forms, key=lambda one: one.action.rpartition("/")[2] in ENDING):
            for name in form.values:
                for value in (*HOSTILE, self.theirs.get(name, self.theirs["person"])):
                    yield form, name, value

    def fault(self, form: Form, name: str, value: str) -> str:
        """What went wrong; nothing when it was taken, or refused with all that was typed."""
        typed = {field: told or GOOD.get(field, "") for field, told in form.values.items()} | {name: value}
        answer = self.colleague.post(form.action, typed)
        told = f"{form.action} {name}={value[:20]!r}: {answer.status_code}"
        if answer.status_code >= 500:
            return told
        if answer.status_code not in {409, 422}:
            return ""
        shown = unescape(answer.text)
        kept = [field for field in form.typed - {name} if len(typed[field]) <= LONGEST_SHOWN]
        lost = [field for field in kept if typed[field] not in shown]
        return f"{told}, and {lost} lost" if lost else ""


def furnish_desk(office: Office) -> Desk:
    """An office with a workshop and a group in the middle of its work."""
    world = office.world
    table = settle(world)
    known = furnish(world)
    colleague = office.staff("admin", "Bea Moss")
    colleague.confirm()
    found = []
    for page in [*_of_events(known), *_of_the_group(table)]:
        answer = colleague.get(page)
        assert answer.status_code == 200, page
        found += forms.find(page, answer.text)
    return Desk(colleague, found, world.do(_another))


def _of_events(known: dict[str, str]) -> list[str]:
    event, date = f"/console/events/{known['events']}", f"/console/dates/{known['dates']}"
    pages = [f"{event}{path}" for path in ("", "/add", "/series", "/cancel-all")]
    pages += [
        f"{date}{path}" for path in ("", "/edit", "/cancel", "/postpone", "/cancel-later", "/door", "/sheet", "/door/names")
    ]
    return [*pages, f"/console/places/{known['places']}"]


def _of_the_group(table: Table) -> list[str]:
    world, carer = table.world, table.people["Carer"][0]
    ahead, over = table.meet(20), table.meet(-2)
    table.reply(ahead, "Carer", "confirmed")
    table.reply(ahead, "Patient", "unsure")

    def work(db: Connection) -> str:
        minutes.write(db, world.organisation_id, over, "We met.", 0, "s", NOON)
        minutes.share(db, over, NOON)
        minutes.correct(db, world.keys, over.id, carer, "It was at three.", NOON)
        decisions.add(db, over, "We go on.", "s", NOON)
        return points.add(db, world.keys, table.group_id, "The lift is broken.", NOON, person_id=carer)

    point, home = world.do(work), f"/console/groups/{table.code}"
    ends = ("seats", "rules", f"seats/{table.find('Carer').code}", "points", f"points/{point}", f"meetings/{ahead.code}")
    return [f"{home}/{end}" for end in (*ends, f"meetings/{over.code}", f"meetings/{over.code}/minutes")]


def _another(db: Connection) -> dict[str, str]:
    """Another organisation, and what of it might be named in a form."""
    row = {"code": "other", "name": "Other", "time_zone": "Europe/London", "created_at": NOON}
    here = db.scalars(insert(schema.organisations).values(row).returning(schema.organisations.c.id)).one()
    person = {"code": "otherperson22222", "organisation_id": here, "met_on": NOON.date(), "age_band": "18"}
    db.execute(insert(schema.people).values(person))
    return {"person": person["code"], "group": groups.make(db, here, "Theirs")}


def test_a_hostile_value_in_any_field_breaks_nothing_and_loses_nothing(office: Office) -> None:
    desk = furnish_desk(office)
    trials = list(desk.trials())
    step = len(HOSTILE) + 2  # of each field one value, of each field another
    faults = [fault for trial in trials[::step] if (fault := desk.fault(*trial))]
    assert faults == []


@pytest.mark.long
def test_no_hostile_value_in_any_field_breaks_or_loses_anything(either: Office) -> None:
    desk = furnish_desk(either)
    faults = [fault for trial in desk.trials() if (fault := desk.fault(*trial))]
    assert faults == []
