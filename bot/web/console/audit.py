"""The audit: what staff read and changed, who and when; never a word of an answer."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import Response

from bot.formulas import disarm
from bot.web.console.visits import Page, Visit
from bot.web.rendering import attachment
from storage import audit
from storage.audit import Checked, Wanted
from storage.staffing import staff as colleagues

HERE = "/console/audit"
_A_PAGE, _A_SLICE = 50, 1_000
_MOST_CHECKED = 20_000  # rows followed while somebody waits for the page
_MOST_KEPT = 100_000  # rows of a file


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is shown: the time by the organisation's clock, and names in place of codes."""

    at: str
    who: str
    what: str
    about: str


async def show(visit: Visit) -> Response:
    """A page of it, and whether the chain is whole."""
    wanted, problems = _read_wish(visit)

    def look(db: Connection) -> tuple[Sequence[Any], dict[str, str], list[str]]:
        here = visit.organisation_id
        return audit.find(db, here, wanted, _A_PAGE + 1), colleagues.names(db, here), audit.kinds(db, here)

    rows, names, kinds = await visit.read(look)
    asked = {"who": wanted.who, "what": wanted.what, "day": visit.asked("day")}
    older = {**asked, "before": rows[_A_PAGE - 1].id} if len(rows) > _A_PAGE else {}
    told = {
        "problems": problems,
        "asked": asked,
        "people": [("", "Everybody"), *sorted(names.items(), key=lambda pair: pair[1].casefold())],
        "kinds": [("", "Everything"), *((kind, tell(kind)) for kind in kinds)],
        "lines": [_line(visit, row, names) for row in rows[:_A_PAGE]],
        "newest": f"{HERE}?{urlencode(asked)}" if wanted.before else "",
        "older": f"{HERE}?{urlencode(older)}" if older else "",
        "file": f"{HERE}.csv?{urlencode(asked)}",
        "checked": await _check(visit, _MOST_CHECKED),
    }
    return visit.page("audit.html", told, 422 if problems else 200)


async def check_all(visit: Visit) -> Response:
    """Follow the whole chain, however long."""
    checked = await _check(visit, None)
    await visit.write(lambda db: visit.note(db, "check-audit", str(checked.rows)))
    if checked.broken is None:
        return visit.go(HERE, f"The record is whole: all {checked.rows:,} rows follow from one another.")
    return visit.go(HERE, f"Row {checked.broken} does not follow from the one before it. Somebody changed the record.")


async def _check(visit: Visit, most: int | None) -> Checked:
    """Follow the chain a slice at a time, so that nobody's answer waits."""
    checked, before = Checked(), -1
    while checked.broken is None and checked.rows > before and (most is None or checked.rows < most):
        before, since = checked.rows, checked
        checked = await visit.read(lambda db, since=since: audit.check(db, visit.organisation_id, since, _A_SLICE))  # type: ignore[misc]
    return checked


async def keep(visit: Visit) -> Response:
    """The rows that were chosen, as a file."""
    wanted, _ = _read_wish(visit)
    page = io.StringIO(newline="")
    out = csv.writer(page, quoting=csv.QUOTE_ALL)
    out.writerow(("row", "at", "who", "name", "what", "about", "chain"))
    names = await visit.read(lambda db: colleagues.names(db, visit.organisation_id))
    kept = 0
    while kept < _MOST_KEPT:
        rows = await visit.read(lambda db, here=wanted: audit.find(db, visit.organisation_id, here, _A_SLICE))  # type: ignore[misc]
        for row in rows:
            words = (row.who, names.get(row.who, ""), row.what, row.about)
            out.writerow((row.id, row.at.isoformat(), *map(disarm, words), row.chain.hex()))
        if not rows:
            break
        kept, wanted = kept + len(rows), replace(wanted, before=rows[-1].id)
    await visit.write(lambda db: visit.note(db, "export-audit", str(kept)))
    return attachment(page.getvalue().encode("utf-8-sig", "replace"), "audit.csv", "text/csv; charset=utf-8")


def _read_wish(visit: Visit) -> tuple[Wanted, Mapping[str, str]]:
    """What the address asks for; a day that is none is told."""
    before = visit.asked("before")
    wanted = Wanted(
        visit.asked("who")[:64],
        visit.asked("what")[:40],
        zone=visit.house.zone,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else 0,  # noqa: PLR2004 - 64 bits
    )
    try:
        day = dt.date.fromisoformat(visit.asked("day")) if visit.asked("day") else None
    except ValueError:
        return wanted, {"day": "Write a day like 2027-02-26."}
    if day and not 2000 <= day.year < 2200:  # noqa: PLR2004 - the days of any calendar that fits a clock
        return wanted, {"day": "Write a day like 2027-02-26."}
    return replace(wanted, day=day), {}


def _line(visit: Visit, row: Any, names: Mapping[str, str]) -> Line:
    at = row.at.astimezone(visit.house.zone)
    about = " ".join(names.get(word, word) for word in row.about.split(" "))
    return Line(f"{at:%-d %B %Y, %H:%M:%S}", names.get(row.who, row.who), tell(row.what), about)


def tell(what: str) -> str:
    """A verb and a noun as words: "Open engagement"."""
    return what.replace("-", " ").capitalize()


ROUTES = (
    Page("GET", HERE, show, "see-audit"),
    Page("GET", f"{HERE}.csv", keep, "see-audit"),
    Page("POST", f"{HERE}/check", check_all, "see-audit"),
)
