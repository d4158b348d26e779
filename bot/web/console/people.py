"""People: who they are, how they are reached, what they agreed to. Their names are sealed and shown one at a time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console.inbox import today
from bot.web.console.visits import Page, Visit
from conversations.screens import LANGUAGE_NAMES
from conversations.text import FALLBACK, choose
from storage import directory
from storage.broadcasting import groups
from storage.broadcasting.reports import REASONS
from storage.broadcasting.switches import PURPOSES
from storage.directory import Person, TookPart, Wanted
from storage.staffing import staff as colleagues
from storage.unopened import UnopenedError

HERE = "/console/people"
LEAST_REASON, MOST_REASON = 10, 200


async def search(visit: Visit) -> Response:
    """The people who fit, newest first; of whom only what is needed to find them again."""
    names = ("code", "place", "partner", "language", "group")
    wanted = Wanted(**{name: visit.asked(name) for name in names})
    after = visit.asked("after")

    def look(db: Connection) -> dict[str, object]:
        here = visit.organisation_id
        found, later = directory.search(db, here, wanted, after)
        known = [(code, name) for code, (_, name) in colleagues.partners_of(db, here).items()]
        belongs = [(group.code, group.name) for group in groups.load(db, here)]
        tongues = [(tag, tell_language(tag)) for tag in directory.languages(db, here)]
        any_ = ("", "Any")
        lists = {"partners": [any_, *known], "groups": [any_, *belongs], "languages": [any_, *tongues]}
        return {"found": [(one, tell_language(one.language), spell_year(one.met_on)) for one in found], "later": later, **lists}

    told = await visit.read(look)
    asked = {name: value for name in names if (value := getattr(wanted, name))}
    about = " ".join(f"{name}={value}"[:40] for name, value in asked.items())
    await visit.write(lambda db: visit.note(db, "list-people", about))
    told["later"] = f"?{urlencode({**asked, 'after': told['later']})}" if told["later"] else ""
    return visit.page("people/list.html", {"wanted": wanted, "searched": bool(asked), "problems": {}, **told})


def tell_language(tag: str) -> str:
    """A language as its speakers call it."""
    return LANGUAGE_NAMES.get(tag, tag)


def spell_year(day: dt.date) -> str:
    """A day with its year: 1 February 2027."""
    return f"{day.day} {day:%B %Y}"


# --- One person


async def show(visit: Visit) -> Response:
    """Everything that is kept of one person, but their name and what they said."""
    return await _show(visit, {})


async def _show(visit: Visit, problems: Mapping[str, str]) -> Response:
    def look(db: Connection) -> tuple[Person, list[groups.Group]]:
        one = _find(db, visit)
        visit.note(db, "read-person", one.code)
        return one, groups.load(db, visit.organisation_id)

    one, known = await visit.write(look)
    titles = {each.slug: choose(each.title, FALLBACK) for each in one.took_part if each.identity != "anonymous"}
    told = {
        "one": one,
        "age": AGES.get(one.age_band, "Not asked yet"),
        "language": tell_language(one.language),
        "met": spell_year(one.met_on),
        "paused": spell_year(one.paused_until) if one.paused_until and one.paused_until > visit.now else "",
        "reached": [(DOORS.get(door, door), OPENNESS.get(state, state)) for door, state in one.reached],
        "switches": [
            (PURPOSES.get(row.purpose, row.purpose), row.given, _source(row.source, titles), spell_year(row.on_day))
            for row in one.switches
        ],
        "took_part": [(choose(each.title, FALLBACK), _how(each)) for each in one.took_part],
        "sent": [(row.title or "A reminder", _became(row), _at(visit, row.due_at)) for row in one.sent],
        "others": [(group.code, group.name) for group in known if group.code not in one.groups],
        "problems": problems,
    }
    return visit.page("people/person.html", told, 422 if problems else 200)


def _find(db: Connection, visit: Visit) -> Person:
    """The person the address names. Raises HTTPException 404."""
    one = directory.find(db, visit.organisation_id, visit.part("code"))
    if one is None:
        raise HTTPException(404)
    return one


def _source(source: str, titles: Mapping[str, str]) -> str:
    """Where somebody said so; an anonymous engagement is not named beside a day."""
    slug = source.partition(".")[0]
    return "in the chat" if source == "chat" else f"in “{titles[slug]}”" if slug in titles else "in an engagement"


def _how(each: TookPart) -> str:
    """How far they took part."""
    if each.finished is None:
        return "Took part. It is anonymous: nothing more is known"
    return "Finished" if each.finished else "Began"


def _at(visit: Visit, at: dt.datetime) -> str:
    """An instant by the clock of this organisation."""
    local = at.astimezone(visit.house.zone)
    return f"{spell_year(local)}, {local:%H:%M}"


def _became(row: Any) -> str:
    """What became of something that was sent."""
    if row.tapped:
        return "Sent, and its button was tapped"
    why = f": they {REASONS[row.reason]}" if row.state == "failed" and row.reason in REASONS else ""
    return STATES.get(str(row.state), "") + why


# --- Their name


async def ask_name(visit: Visit) -> Response:
    """The page on which somebody says why they need the name."""
    one = await visit.read(lambda db: _find(db, visit))
    return visit.page("people/name.html", {"one": one, "name": "", "reason": "", "problems": {}})


async def show_name(visit: Visit) -> Response:
    """The name, once: this page is kept nowhere. The reason goes to the audit, without the name."""
    reason = " ".join((await visit.form()).one("reason").split())
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        one = await visit.read(lambda db: _find(db, visit))
        problems = {"reason": f"Say why you need the name, in {LEAST_REASON} to {MOST_REASON} letters."}
        return visit.page("people/name.html", {"one": one, "name": "", "reason": reason, "problems": problems}, 422)

    def look(db: Connection) -> tuple[Person, str]:
        one = _find(db, visit)
        try:
            name = directory.reveal(db, visit.house.keys, visit.organisation_id, one.code)
        except UnopenedError:
            name = ""
        visit.note(db, "reveal-name", f"{one.code}: {without(reason, name)}")
        return one, name

    one, name = await visit.write(look)
    problems = {} if name else {"": "There is no name here that can be read."}
    return visit.page("people/name.html", {"one": one, "name": name, "reason": "", "problems": problems})


def without(reason: str, name: str) -> str:
    """A reason without any part of the name: the audit holds none."""
    for part in sorted(name.split(), key=len, reverse=True):
        reason = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[name]", reason, flags=re.IGNORECASE)
    return reason


# --- What is done for them


async def join(visit: Visit) -> Response:
    """Put them into a group."""

    def work(db: Connection, one: Person, group: groups.Group) -> str:
        groups.add(db, visit.organisation_id, group, [one.code], today(visit))
        return "put-into-group"

    return await _group(visit, work, "They belong to the group now.")


async def leave(visit: Visit) -> Response:
    """Take them out of a group."""

    def work(db: Connection, one: Person, group: groups.Group) -> str:
        groups.drop(db, visit.organisation_id, group, [one.code])
        return "take-out-of-group"

    return await _group(visit, work, "They do not belong to the group any more.")


async def _group(visit: Visit, work: Callable[[Connection, Person, groups.Group], str], said: str) -> Response:
    code = (await visit.form()).one("group")

    def whole(db: Connection) -> bool:
        one, group = _find(db, visit), groups.find(db, visit.organisation_id, code)
        if group is not None:
            visit.note(db, work(db, one, group), f"{one.code} {group.code}")
        return group is not None

    if await visit.write(whole):
        return visit.go(f"{HERE}/{visit.part('code')}", said)
    return await _show(visit, {"group": "Choose a group."})


async def stop(visit: Visit) -> Response:
    """Start nothing more for them, because they asked for that in another way."""

    def work(db: Connection) -> None:
        if not directory.stop(db, visit.organisation_id, visit.part("code")):
            raise HTTPException(404)
        visit.note(db, "stop-for-person", visit.part("code"))

    await visit.write(work)
    return visit.go(
        f"{HERE}/{visit.part('code')}", "Nothing more is sent to them. They can begin again by themselves, in the chat."
    )


async def ask_erase(visit: Visit) -> Response:
    """The page that says what goes and what stays."""
    one = await visit.read(lambda db: _find(db, visit))
    return visit.page("people/erase.html", {"one": one, "receipt": "", "problems": {}})


async def erase(visit: Visit) -> Response:
    """Forget them. The receipt is all that is shown; it is for them."""

    def work(db: Connection) -> str:
        receipt = directory.erase(db, visit.house.keys, visit.organisation_id, visit.part("code"), visit.now)
        if not receipt:
            raise HTTPException(404)
        visit.note(db, "erase-person", receipt)
        return receipt

    return visit.page("people/erase.html", {"one": None, "receipt": await visit.write(work), "problems": {}})


AGES = {
    "under-13": "Under 13",
    "13-15": "13 to 15",
    "16-17": "16 or 17",
    "18": "18 or over",
    "unsaid": "They would rather not say",
}
DOORS = {"telegram": "Telegram", "web": "Web page", "paper": "Paper", "staff": "Staff"}
OPENNESS = {"open": "Can be reached", "blocked": "Has blocked the bot", "gone": "Is not there any more"}
STATES = {
    "pending": "Waits to be sent",
    "sending": "Is being sent",
    "sent": "Sent",
    "failed": "Not sent",
    "unknown": "Nobody knows whether it arrived",
    "left": "Nobody knows whether it arrived",
}

ROUTES = (
    Page("GET", HERE, search, "see-people"),
    Page("GET", f"{HERE}/{{code}}", show, "see-people"),
    Page("GET", f"{HERE}/{{code}}/name", ask_name, "reveal-names", fresh=True),
    Page("POST", f"{HERE}/{{code}}/name", show_name, "reveal-names", fresh=True),
    Page("POST", f"{HERE}/{{code}}/join", join, "see-people"),
    Page("POST", f"{HERE}/{{code}}/leave", leave, "see-people"),
    Page("POST", f"{HERE}/{{code}}/stop", stop, "see-people"),
    Page("GET", f"{HERE}/{{code}}/erase", ask_erase, "reveal-names", fresh=True),
    Page("POST", f"{HERE}/{{code}}/erase", erase, "reveal-names", fresh=True),
)
