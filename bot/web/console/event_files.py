"""What leaves the console about a date: lists with names to print, and registers by code as files. Each is noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import exports, tongues
from bot.editing import aside
from bot.web import results
from bot.web.console import dates, registers
from bot.web.console import event_views as views
from bot.web.console.event_views import DATES
from bot.web.console.people import LEAST_REASON, MOST_REASON, without
from bot.web.console.visits import Page, Visit
from bot.web.rendering import attachment
from conversations.places import CONFIRMED
from conversations.text import FALLBACK
from storage import directory
from storage.events import place_rows
from storage.events.occasions import Occasion
from storage.events.place_rows import Place
from storage.schema import people
from storage.unopened import UnopenedError

NAMED_FOR = dt.timedelta(days=7)
"""So long after a date lists with names can be made of it (EV-14)."""


# --- Lists with names


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that shows names once: what it is called, where it is, and where one comes back to, behind the date."""

    heading: str
    path: str
    back: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of list: what it is for, its columns beside the name, and how many empty lines it ends with."""

    label: str
    columns: Sequence[str]
    blanks: int = 0


SHEETS: Mapping[str, Sheet] = {  # the first and the last pass through many hands: they do not tell who is a patient or a carer
    "sign": Sheet("A sheet to sign", ("With", "Signature"), 5),
    "register": Sheet("A register, with what helps people", ("Kind", "Where", "With", "Needs")),
    "fire": Sheet("A list in case of fire: who is in the room", ("With", "In", "Out"), 5),
}
SHEET = Asked("Register and sign sheet", "sheet")


async def ask_names(visit: Visit, asked: Asked, reason: str = "", problem: str = "") -> Response:
    """The page on which somebody says why they need the names; after a week there are none."""
    one, _, title, _ = await visit.read(lambda db: dates.find(db, visit, visit.part("code")))
    return visit.page("events/sheet.html", _frame(visit, asked, one, title, reason, problem), 422 if problem else 200)


def _frame(visit: Visit, asked: Asked, one: Occasion, title: str, reason: str = "", problem: str = "") -> dict[str, Any]:
    here = f"{DATES}/{one.code}"
    return {
        "heading": asked.heading,
        "action": f"{here}/{asked.path}",
        "back": f"{here}/{asked.back}".rstrip("/"),
        "title": title,
        "when": views.when(one),
        "where": views.where(one),
        "until": tongues.day(_last_day(one), FALLBACK),
        "gone": visit.now > one.ends_at + NAMED_FOR,
        "sorts": [(name, sheet.label) for name, sheet in SHEETS.items()] if asked == SHEET else [],
        "sort": "sign",
        "sheet": [],
        "columns": (),
        "blanks": 0,
        "reason": reason,
        "problems": {"reason": problem} if problem else {},
    }


def _last_day(one: Occasion) -> dt.date:
    return (one.ends_at + NAMED_FOR).astimezone(ZoneInfo(one.zone)).date()


async def keep_names(visit: Visit, asked: Asked) -> tuple[str, str, dict[int, str]]:
    """The reason that was given, what is wrong with it, and the names by the id of people. That they were read is noted.

    Raises HTTPException 410 when the week is over.
    """
    reason = " ".join((await visit.form()).one("reason").split())
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        return reason, f"Say why you need the names, in {LEAST_REASON} to {MOST_REASON} letters.", {}

    def look(db: Connection) -> dict[int, str]:
        one = dates.find(db, visit, visit.part("code"))[0]
        if visit.now > one.ends_at + NAMED_FOR:
            raise HTTPException(410)
        found = _coming(db, one)
        names = _names(db, visit, found)
        told = reason
        for name in names.values():
            told = without(told, name)
        visit.note(db, "reveal-names", f"{one.code} {asked.path}: {told}")
        return names

    return reason, "", await visit.write(look)


def _coming(db: Connection, one: Occasion) -> list[Place]:
    return [place for place in place_rows.of_occasion(db, one.id) if place.state == CONFIRMED or place.came]


def _names(db: Connection, visit: Visit, found: Sequence[Place]) -> dict[int, str]:
    """The name of each, or their code where there is none that can be read."""
    wanted = select(people.c.id, people.c.code).where(people.c.id.in_([place.person_id for place in found]))
    names = {}
    for row in db.execute(wanted):
        try:
            names[row.id] = directory.reveal(db, visit.house.keys, visit.organisation_id, row.code) or row.code
        except UnopenedError:
            names[row.id] = row.code
    return names


async def ask_sheet(visit: Visit) -> Response:
    """What the list is for, and why names are needed."""
    return await ask_names(visit, SHEET)


async def show_sheet(visit: Visit) -> Response:
    """The list to print, once: this page is kept nowhere."""
    sort = (await visit.form()).one("sort")
    reason, problem, names = await keep_names(visit, SHEET)
    if problem or sort not in SHEETS:
        return await ask_names(visit, SHEET, reason, problem or "Choose what it is for.")
    sheet = SHEETS[sort]

    def look(db: Connection) -> dict[str, Any]:
        one, _, title, flow = dates.find(db, visit, visit.part("code"))
        found = [place for place in _coming(db, one) if sort != "fire" or place.how != "online"]
        rows = registers.entries(db, visit, one, found, dict(views.kinds(flow)))
        lines = [(names.get(row["person_id"], row["person"]), _cells(row, sheet)) for row in rows]
        lines.sort(key=lambda line: str(line[0]).casefold())
        return _frame(visit, SHEET, one, title) | {"heading": sheet.label, "sheet": lines}

    told = await visit.read(look)
    return visit.page("events/sheet.html", told | {"columns": sheet.columns, "blanks": sheet.blanks})


def _cells(row: Mapping[str, Any], sheet: Sheet) -> list[str]:
    told = {
        "Kind": row["kind"],
        "Where": row["how"],
        "With": str(row["companions"] or ""),
        "Needs": ", ".join(words for words, _ in row["needs"]),
    }
    return [told.get(column, "") for column in sheet.columns]


# --- Files


async def keep(visit: Visit) -> Response:
    """The register by code, as a file; never a name or a joining link."""
    form = visit.request.url.path.rpartition(".")[2]

    def look(db: Connection) -> tuple[Occasion, list[tuple[exports.Cell, ...]]]:
        one, _, _, flow = dates.find(db, visit, visit.part("code"))
        visit.note(db, "export-register", f"{one.code}.{form}")
        rows = registers.entries(db, visit, one, place_rows.of_occasion(db, one.id), dict(views.kinds(flow)))
        return one, [_row(one, row) for row in rows]

    one, rows = await visit.write(look)
    async with visit.console.making:
        made = await aside(FILES[form], rows)
    return attachment(made, f"register-{one.code}.{form}", results.SHEETS[form])


def _row(one: Occasion, row: Mapping[str, Any]) -> tuple[exports.Cell, ...]:
    came, day = row["came"], one.local_at.replace("T", " ")
    return (
        day, row["person"], views.state_of(row["state"])[0], row["kind"], row["how"], row["companions"],
        ", ".join(words for words, _ in row["needs"]), row["money"], came[0] if came else "",
    )  # fmt: skip


COLUMNS = ("date", "person", "state", "kind", "where", "companions", "needs", "money", "came")
WIDTHS = (18, 20, 24, 20, 14, 12, 40, 24, 14)

FILES = {
    "csv": lambda rows: exports.write_csv(COLUMNS, rows),
    "xlsx": lambda rows: exports.write_xlsx("Register", zip(COLUMNS, WIDTHS, strict=True), rows),
}

ROUTES = (
    Page("GET", f"{DATES}/{{code}}.csv", keep, "edit-events"),
    Page("GET", f"{DATES}/{{code}}.xlsx", keep, "edit-events"),
    Page("GET", f"{DATES}/{{code}}/sheet", ask_sheet, "reveal-names", fresh=True),
    Page("POST", f"{DATES}/{{code}}/sheet", show_sheet, "reveal-names", fresh=True),
)
