"""Segments: saved audiences, over what people told us themselves and what they said under their name, and how many they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console import criteria_form
from bot.web.console.criteria_form import Offer, Typed
from bot.web.console.visits import Page, Visit
from bot.web.results import grouped
from storage.broadcasting import audiences, segments
from storage.broadcasting.audiences import REASONS, Sending, Tally
from storage.broadcasting.criteria import Criteria, CriteriaError
from storage.broadcasting.segments import Segment, StaleError
from storage.broadcasting.switches import PURPOSES
from storage.figures import small_numbers
from storage.staffing import staff as colleagues

HERE = "/console/segments"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people an audience has, and, for a purpose, what would become of each of them now.

    Only who may see people is told `exact` figures: one person in a segment is an answer with a face.
    """

    people: int
    exact: bool
    tally: Tally | None = None

    def say(self, people: int) -> str:
        """A number of people, as whoever looks may see it."""
        return f"{people:,}" if self.exact else grouped(small_numbers.total(people))

    def tells(self, people: int) -> bool:
        """Whether it may be told that there are any."""
        return people >= (1 if self.exact else small_numbers.FEWEST)

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """Why people would be left out, and how many."""
        reasons = self.tally.left_out if self.tally else {}
        return [(REASONS[why].label, self.say(people)) for why, people in reasons.items() if self.tells(people)]


async def show_all(visit: Visit) -> Response:
    """All of them, each in a few words."""

    def look(db: Connection) -> list[dict[str, object]]:
        offered = criteria_form.offer(db, visit.organisation_id)
        return [_line(one, offered) for one in segments.load(db, visit.organisation_id)]

    return visit.page("segments/list.html", {"lines": await visit.read(look)})


def _line(one: Segment, offered: Offer) -> dict[str, object]:
    told = criteria_form.describe(one.criteria, offered) if one.criteria else []
    return {"one": one, "told": told, "broken": one.criteria is None}


async def show(visit: Visit) -> Response:
    """One of them, with how many people it has now."""
    purpose = visit.asked("purpose")

    def look(db: Connection) -> dict[str, object]:
        one = _find(db, visit)
        line = _line(one, criteria_form.offer(db, visit.organisation_id))
        names = {each.code: each.name for each in colleagues.load(db, visit.organisation_id)}
        try:
            counted, problem = (_count(db, visit, one.criteria, purpose) if one.criteria else None), ""
        except CriteriaError as error:
            counted, problem = None, str(error)
        return {**line, "counted": counted, "problem": problem, "by": names.get(one.changed_by, "a colleague")}

    told = await visit.read(look)
    return visit.page("segments/show.html", {**told, "purposes": _purposes(), "purpose": purpose})


def _find(db: Connection, visit: Visit) -> Segment:
    """The one in the address. Raises HTTPException 404 when this organisation has none of that code."""
    one = segments.find(db, visit.organisation_id, visit.part("code"))
    if one is None:
        raise HTTPException(404)
    return one


def _count(db: Connection, visit: Visit, wanted: Criteria, purpose: str) -> Counted:
    """Raises CriteriaError."""
    if purpose not in PURPOSES:
        return Counted(audiences.count(db, visit.organisation_id, wanted, visit.now), visit.may("see-people"))
    tally = audiences.tally(db, wanted, Sending(visit.organisation_id, visit.house.bot_id, visit.now, purpose))
    return Counted(tally.to_send + sum(tally.left_out.values()), visit.may("see-people"), tally)


def _purposes() -> list[tuple[str, str]]:
    return [("", "Just count them"), *((purpose, f"And look who would get {label} now") for purpose, label in PURPOSES.items())]


# --- The form


async def begin(visit: Visit) -> Response:
    """An empty form."""
    return await _form(visit, Typed())


async def make(visit: Visit) -> Response:
    """Count, or save as a new one."""
    form = await visit.form()
    held = criteria_form.typed(form)

    def work(db: Connection) -> str:
        code = segments.make(db, visit.organisation_id, held.name, criteria_form.read(held), visit.who.code, visit.now)
        visit.note(db, "make-segment", code)
        return code

    if form.one("do") == "count":
        return await _form(visit, held, count=True, purpose=form.one("purpose"))
    try:
        code = await visit.write(work)
    except CriteriaError as error:
        return await _form(visit, held, {error.field: str(error)})
    return visit.go(f"{HERE}/{code}", "Saved.")


async def edit(visit: Visit) -> Response:
    """The form of one that is there."""
    one = await visit.read(lambda db: _find(db, visit))
    return await _form(visit, criteria_form.spelled(one.name, one.criteria or Criteria()), one=one)


async def change(visit: Visit) -> Response:
    """Count, or save in its place. What a colleague saved meanwhile is shown, and what was typed stays."""
    form = await visit.form()
    held = criteria_form.typed(form)
    one = await visit.read(lambda db: _find(db, visit))
    begun = replace(one, version=form.version())

    def work(db: Connection) -> None:
        segments.save(db, begun, held.name, criteria_form.read(held), visit.who.code, visit.now)
        visit.note(db, "change-segment", one.code)

    if form.one("do") == "count":
        return await _form(visit, held, one=begun, count=True, purpose=form.one("purpose"))
    try:
        await visit.write(work)
    except CriteriaError as error:
        return await _form(visit, held, {error.field: str(error)}, one=begun)
    except StaleError as error:
        return await _form(visit, held, {"": f"{error} Theirs is shown below. Save again if yours should stand."}, one=error.now)
    return visit.go(f"{HERE}/{one.code}", "Saved.")


async def _form(
    visit: Visit,
    held: Typed,
    problems: dict[str, str] | None = None,
    *,
    one: Segment | None = None,
    count: bool = False,
    purpose: str = "",
) -> Response:
    """The page; `count` says how many there are, whatever else it says."""
    problems = problems or {}

    def look(db: Connection) -> dict[str, object]:
        offered = criteria_form.offer(db, visit.organisation_id)
        theirs = criteria_form.describe(one.criteria, offered) if one and one.criteria and "" in problems else None
        counted = None
        try:
            counted = _count(db, visit, criteria_form.read(held), purpose) if count else None
        except CriteriaError as error:
            problems[error.field] = str(error)
        return {"offer": offered, "theirs": theirs, "counted": counted}

    told = await visit.read(look)
    told |= {"one": one, "held": held, "problems": problems, "purposes": _purposes(), "purpose": purpose}
    return visit.page("segments/edit.html", told, 409 if "" in problems else 422 if problems else 200)


async def remove(visit: Visit) -> Response:
    """Forget one; what was sent to it keeps its audience."""

    def work(db: Connection) -> None:
        one = _find(db, visit)
        segments.remove(db, visit.organisation_id, one.code)
        visit.note(db, "remove-segment", one.code)

    await visit.write(work)
    return visit.go(HERE, "The segment is gone. Messages that were written for it keep their audience.")


ROUTES = (
    Page("GET", HERE, show_all, "see-segments"),
    Page("GET", f"{HERE}/new", begin, "edit-segments"),
    Page("POST", f"{HERE}/new", make, "edit-segments"),
    Page("GET", f"{HERE}/{{code}}", show, "see-segments"),
    Page("GET", f"{HERE}/{{code}}/edit", edit, "edit-segments"),
    Page("POST", f"{HERE}/{{code}}/edit", change, "edit-segments"),
    Page("POST", f"{HERE}/{{code}}/remove", remove, "edit-segments"),
)
