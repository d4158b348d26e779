"""Colleagues: who may sign in, as what, and until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.access import ROLE_NAMES
from bot.web.console.visits import Form, Page, Visit
from storage.staffing import enrolments
from storage.staffing import staff as colleagues
from storage.staffing.staff import Newcomer, Staff, StaffError

HERE = "/console/staff"


@dataclass(frozen=True, slots=True)
class Line:
    """One colleague as the list shows them."""

    one: Staff
    role: str
    state: str
    tone: str
    due: bool


async def show_all(visit: Visit) -> Response:
    """Everybody."""
    everybody = await visit.read(lambda db: colleagues.load(db, visit.organisation_id))
    lines = [_line(visit, one) for one in everybody]
    return visit.page("staff.html", {"lines": lines, "due": sum(line.due for line in lines)})


def _line(visit: Visit, one: Staff) -> Line:
    state = "locked" if one.state == colleagues.ACTIVE and one.is_locked(visit.now) else one.state
    return Line(one, ROLE_NAMES[one.role], *STATES[state], one.wants_review(visit.now))


async def ask_newcomer(visit: Visit) -> Response:
    """The form by which somebody is invited."""
    return await _ask(visit, {}, {"name": "", "email": "", "role": "officer", "partner": ""})


async def invite(visit: Visit) -> Response:
    """Invite somebody, and show the link once."""
    form = await visit.form()
    typed = {name: form.one(name) for name in ("name", "email", "role", "partner")}
    problems = _find_problems(typed)

    def work(db: Connection) -> tuple[Staff, str]:
        here, by = visit.organisation_id, visit.who.code
        newcomer = Newcomer(typed["name"], typed["email"], typed["role"], _partner(db, visit, form))
        one = colleagues.invite(db, here, newcomer, by, visit.now)
        return one, enrolments.make(db, one.id, visit.now)

    if not problems:
        try:
            return _give_link(visit, *await visit.write(work))
        except StaffError as error:
            problems = {"partner" if typed["role"] == colleagues.PARTNER else "email": str(error)}
    return await _ask(visit, problems, typed)


def _find_problems(typed: dict[str, str]) -> dict[str, str]:
    problems = {}
    for name, clean in (("name", colleagues.clean_name), ("email", colleagues.clean_email)):
        try:
            clean(typed[name])
        except StaffError as error:
            problems[name] = str(error)
    return problems if typed["role"] in ROLE_NAMES else problems | {"role": "Choose one of the roles."}


async def _ask(visit: Visit, problems: dict[str, str], typed: dict[str, str]) -> Response:
    partners = await visit.read(lambda db: colleagues.partners_of(db, visit.organisation_id))
    if "partner" in problems and not partners:
        problems = {"role": "There is no partner organisation yet. Add one under Settings first."}
    told = {"problems": problems, "typed": typed, "roles": ROLE_NAMES.items(), "partners": _choices(partners)}
    return visit.page("invite.html", told, 422 if problems else 200)


def _choices(partners: dict[str, tuple[int, str]]) -> list[tuple[str, str]]:
    return [("", "None"), *((code, name) for code, (_, name) in partners.items())]


def _give_link(visit: Visit, one: Staff, token: str) -> Response:
    """The page that shows a new link once."""
    place = visit.console.public_url.rstrip("/") or f"{visit.request.url.scheme}://{visit.request.url.netloc}"
    return visit.page("staff-link.html", {"one": one, "link": f"{place}/console/enrol/{token}"})


# --- One colleague


async def show(visit: Visit) -> Response:
    """One of them."""
    return await _show(visit, {})


async def _show(visit: Visit, problems: dict[str, str]) -> Response:
    one, partners = await visit.read(lambda db: (_find(db, visit), colleagues.partners_of(db, visit.organisation_id)))
    mine = next((code for code, (row, _) in partners.items() if row == one.partner_id), "")
    told = {"line": _line(visit, one), "roles": ROLE_NAMES.items(), "partners": _choices(partners), "partner": mine}
    return visit.page("colleague.html", {"problems": problems, **told}, 422 if problems else 200)


async def change_role(visit: Visit) -> Response:
    """Give them another role."""
    form = await visit.form()
    role = form.one("role")
    if role not in ROLE_NAMES:
        return await _show(visit, {"role": "Choose one of the roles."})

    def change(db: Connection, one: Staff) -> None:
        colleagues.change_role(db, visit.organisation_id, one, role, _partner(db, visit, form), visit.who.code, visit.now)

    return await _do(visit, change, "The role is changed. It holds from their next page on.", "role")


async def remove(visit: Visit) -> Response:
    """Let them go."""
    if (await visit.form()).one("sure") != "yes":
        return await _show(visit, {"sure": "Tick the box to say that you are sure."})
    return await _do(visit, _by(colleagues.remove, visit), "They are removed, and signed out everywhere.", "sure")


async def reset(visit: Visit) -> Response:
    """Have them begin anew, by a new link."""

    def renew(db: Connection) -> tuple[Staff, str]:
        one = _find(db, visit)
        colleagues.reset(db, visit.organisation_id, one, visit.who.code, visit.now)
        return one, enrolments.make(db, one.id, visit.now)

    try:
        return _give_link(visit, *await visit.write(renew))
    except StaffError as error:
        return await _show(visit, {"": str(error)})


async def lock(visit: Visit) -> Response:
    """Keep them out until somebody says otherwise."""
    return await _do(visit, _by(colleagues.lock, visit), "They are locked out, and signed out everywhere.", "")


async def unlock(visit: Visit) -> Response:
    """Let them sign in again."""
    return await _do(visit, _by(colleagues.unlock, visit), "They can sign in again.", "")


async def review(visit: Visit) -> Response:
    """Say that they still work here."""
    return await _do(visit, _by(colleagues.review, visit), "Noted: they still work here.", "")


Change = Callable[[Connection, Staff], None]


def _by(change: Callable[..., None], visit: Visit) -> Change:
    return lambda db, one: change(db, visit.organisation_id, one, visit.who.code, visit.now)


async def _do(visit: Visit, change: Change, said: str, beside: str) -> Response:
    """Change something of one colleague; where it cannot be done, `beside` is the field that says why."""
    try:
        await visit.write(lambda db: change(db, _find(db, visit)))
    except StaffError as error:
        return await _show(visit, {beside: str(error)})
    return visit.go(f"{HERE}/{visit.part('code')}", said)


def _find(db: Connection, visit: Visit) -> Staff:
    """Whose page this is. Raises HTTPException when there is nobody like that here."""
    one = colleagues.find(db, visit.organisation_id, visit.part("code"))
    if one is None:
        raise HTTPException(404)
    return one


def _partner(db: Connection, visit: Visit, form: Form) -> int | None:
    """The id of the partner that was chosen; none unless the role is a partner's."""
    if form.one("role") != colleagues.PARTNER:
        return None
    row, _ = colleagues.partners_of(db, visit.organisation_id).get(form.one("partner"), (None, ""))
    return row


STATES = {
    colleagues.INVITED: ("Invited", "warn"),
    colleagues.ACTIVE: ("Works here", "good"),
    colleagues.REMOVED: ("Has gone", "quiet"),
    "locked": ("Locked out", "bad"),
}
"""State -> how it is told, and in which tone."""

ROUTES = (
    Page("GET", HERE, show_all, "manage-staff"),
    Page("GET", f"{HERE}/new", ask_newcomer, "manage-staff", fresh=True),
    Page("POST", f"{HERE}/new", invite, "manage-staff", fresh=True),
    Page("GET", f"{HERE}/{{code}}", show, "manage-staff", fresh=True),
    Page("POST", f"{HERE}/{{code}}/role", change_role, "manage-staff", fresh=True),
    Page("POST", f"{HERE}/{{code}}/reset", reset, "manage-staff", fresh=True),
    Page("POST", f"{HERE}/{{code}}/lock", lock, "manage-staff", fresh=True),
    Page("POST", f"{HERE}/{{code}}/unlock", unlock, "manage-staff", fresh=True),
    Page("POST", f"{HERE}/{{code}}/remove", remove, "manage-staff", fresh=True),
    Page("POST", f"{HERE}/{{code}}/review", review, "manage-staff", fresh=True),
)
