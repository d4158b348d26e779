"""What the organisation settles in the console: quiet hours, budgets, approval; and the partners it works with."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.responses import Response

from bot.web.console.visits import Form, Page, Visit
from storage import organisations
from storage.staffing import preferences
from storage.staffing import staff as colleagues
from storage.staffing.preferences import DEFAULTS, FIELDS, PreferenceError, Preferences, Value

HERE = "/console/settings"
_WAS = "was-"


async def show(visit: Visit) -> Response:
    """All of it as it is now."""
    return await _show(visit, {}, {})


async def _show(visit: Visit, problems: Mapping[str, str], typed: Mapping[str, str]) -> Response:
    """The page; where it is shown again, with what was typed."""

    def look(db: Connection) -> tuple[Preferences, tuple[str, str], dict[str, tuple[int, str]]]:
        here = visit.organisation_id
        return preferences.read(db, here), organisations.describe(db, here), colleagues.partners_of(db, here)

    held, (name, zone), partners = await visit.read(look)
    told = {
        "groups": [(title, [(one, FIELDS[one], _kind(one)) for one in names]) for title, names in GROUPS],
        "was": _spell(held),
        "values": {**_spell(held), **typed},
        "organisation": name,
        "zone": zone,
        "partners": [partner for _, partner in partners.values()],
        "partner": typed.get("partner", ""),
    }
    return visit.page("settings.html", {"problems": problems, **told}, 422 if problems else 200)


async def change(visit: Visit) -> Response:
    """Settle what was changed on the page, and nothing else: what a colleague changed meanwhile is not undone."""
    form = await visit.form()
    typed = {name: form.one(name) for name in FIELDS if {name, _WAS + name} <= form.data.keys()}
    changes = {name: value for name, value in typed.items() if value != form.one(_WAS + name)}

    def settle(db: Connection) -> Mapping[str, str]:
        meanwhile = _find_crossed(form, changes, _spell(preferences.read(db, visit.organisation_id)))
        if changes and not meanwhile:
            preferences.write(db, visit.organisation_id, changes)
            visit.note(db, "change-settings", " ".join(sorted(changes)))
        return meanwhile

    try:
        crossed = await visit.write(settle)
    except PreferenceError as error:
        return await _show(visit, error.faults, typed)
    if crossed:
        return await _show(visit, crossed, typed)
    return visit.go(HERE, "Saved." if changes else "Nothing was changed.")


def _find_crossed(form: Form, changes: Mapping[str, str], held: Mapping[str, str]) -> dict[str, str]:
    """What a colleague changed to something else since the page was opened."""
    words = "A colleague changed this to {} while you were on this page. Save again if yours should stand."
    return {
        name: words.format(_tell(name, held[name]))
        for name, value in changes.items()
        if held[name] not in {form.one(_WAS + name), value}
    }


async def add_partner(visit: Visit) -> Response:
    """Add an organisation whose staff see their own people's totals."""
    name = (await visit.form()).one("partner")

    def add(db: Connection) -> None:
        code = colleagues.add_partner(db, visit.organisation_id, name)
        visit.note(db, "add-partner", code)

    try:
        await visit.write(add)
    except colleagues.StaffError as error:
        return await _show(visit, {"partner": str(error)}, {"partner": name})
    return visit.go(HERE, "The partner is added. Now links can be made for its people, and staff invited for it.")


def _spell(held: Preferences) -> dict[str, str]:
    """Each preference as a form has it."""
    return {name: _spelled(getattr(held, name)) for name in FIELDS}


def _spelled(value: Value) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _tell(name: str, value: str) -> str:
    return (FIELDS[name].choices or {}).get(value, value)


def _kind(name: str) -> str:
    """How a preference is asked for."""
    if FIELDS[name].choices is not None:
        return "choice"
    return {bool: "switch", int: "number", str: "time"}[type(DEFAULTS[name])]


GROUPS = (
    ("Quiet hours", ("quiet_from", "quiet_until", "sundays", "nation", "school_hours")),
    ("How much people hear from you", ("week", "month", "young_week", "young_month", "nudges", "young_nudges")),
    ("Messages to many", ("undo_seconds", "approval_above", "late_hours")),
    ("What people write", ("reading_days",)),
)
"""The preferences, by what they are about."""

ROUTES = (
    Page("GET", HERE, show, "edit-settings", fresh=True),
    Page("POST", HERE, change, "edit-settings", fresh=True),
    Page("POST", f"{HERE}/partners", add_partner, "edit-settings"),
)
