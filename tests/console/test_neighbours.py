"""Two organisations in one database: neither finds the other's rows, whatever stands in the address."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert, select

from bot.web.console.routes import PAGES
from bot.web.console.visits import Page
from storage import schema
from storage.staffing import enrolments
from storage.staffing import staff as colleagues
from tests.console.office import Browser, Office
from tests.keeping import gatherings, people
from tests.storage.world import NOON, World

SEEN_ONLY = {"audit", "signins"}
"""Tables that change when somebody only looks."""

THEIRS = ("The hospice", "Reference group", "dana@example.org", "The new clinic", "Łucja")
"""What no page of ours may hold."""

PARTS = {"place": "1", "language": "en", "handle": "0" * 32}
"""Parts of addresses that mean something only behind a slug or a code."""


def settle_next_door(world: World) -> dict[str, str]:
    """Another organisation with a row of every kind; returns what stands for them in addresses, by prefix."""

    def make(db: Connection) -> int:
        row = {"code": "next-door", "name": "Next door", "time_zone": "UTC", "created_at": NOON}
        return int(db.scalars(insert(schema.organisations).values(row).returning(schema.organisations.c.id)).one())

    there = copy.copy(world)
    there.organisation_id = world.do(make)
    people.fill(there)

    return world.do(lambda db: codes(db, there.organisation_id))


def codes(db: Connection, organisation_id: int) -> dict[str, str]:
    """What stands in addresses for what `people.fill` puts there, by prefix."""
    dana = colleagues.find_by_email(db, organisation_id, "dana@example.org")
    sam = colleagues.find_by_email(db, organisation_id, "sam@example.org")
    assert dana
    assert sam
    person = select(schema.people.c.code).where(schema.people.c.organisation_id == organisation_id).order_by(schema.people.c.id)
    return {
        "staff": dana.code,
        "people": str(db.scalars(person).first()),
        "broadcasts": "broadcast",
        "segments": "segment",
        "groups": "group",
        **gatherings.CODES,
        "enrol": enrolments.make(db, sam.id, NOON),
    }


def address(page: Page, known: Mapping[str, str]) -> str:
    """The page with the neighbour's codes in its address. Raises KeyError for a kind of page that has none yet: add it."""
    kind = page.path.split("/")[2]

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return PARTS[name] if name in PARTS else "clinic" if name == "slug" else known.get(name) or known[kind]

    return re.sub(r"\{(\w+)\}", fill, page.path)


def held(db: Connection) -> dict[str, list[Any]]:
    tables = (table for table in schema.metadata.sorted_tables if table.name not in SEEN_ONLY)
    return {table.name: sorted(map(repr, db.execute(select(table)))) for table in tables}


def open_all(office: Office) -> list[tuple[Page, httpx.Response]]:
    """Every page that names something, as an administrator here opens it by the neighbour's names."""
    known = settle_next_door(office.world)
    admin = office.staff("admin")
    before = office.world.do(held)
    named = [page for page in PAGES if "{" in page.path]
    answers = office.ask_all((admin, page.method, address(page, known)) for page in named)
    assert office.world.do(held) == before, "something of a neighbour has changed"
    return list(zip(named, answers, strict=True))


@pytest.mark.promise("P19")
def test_nothing_of_another_organisation_is_found_by_its_address(either: Office) -> None:
    found = {f"{page.method} {page.path}": answer.status_code for page, answer in open_all(either)}
    open_to_us = {path: status for path, status in found.items() if status != (410 if "/enrol/" in path else 404)}
    assert open_to_us == {}, "a neighbour is found"


@pytest.mark.promise("P19", control=True)
def test_a_page_that_forgets_whose_rows_it_looks_at_is_caught(either: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    by_code = schema.staff.c.code
    monkeypatch.setattr(
        colleagues,
        "find",
        lambda db, _organisation, code: colleagues.take(db.execute(select(schema.staff).where(by_code == code)).one()),
    )
    with pytest.raises(AssertionError, match=r"something of a neighbour has changed|a neighbour is found"):
        test_nothing_of_another_organisation_is_found_by_its_address(either)


@pytest.mark.promise("P19")
def test_no_list_holds_anything_of_another_organisation(either: Office) -> None:
    settle_next_door(either.world)
    admin: Browser = either.staff("admin")
    lists = [page.path for page in PAGES if page.method == "GET" and "{" not in page.path]
    shown = dict(zip(lists, either.ask_all((admin, "GET", path) for path in lists), strict=True))
    assert {path: answer.status_code for path, answer in shown.items() if answer.status_code not in {200, 303}} == {}
    assert {path: word for path, answer in shown.items() for word in THEIRS if word in answer.text} == {}


@pytest.mark.promise("P19")
def test_every_page_opens_for_whoever_may_and_no_form_of_nothing_breaks_one(office: Office) -> None:
    people.fill(office.world)
    known = office.world.do(lambda db: codes(db, office.world.organisation_id))
    admin = office.staff("admin")
    asked = sorted(PAGES, key=lambda page: (page.method, "sign-out" in page.path or "/erase" in page.path))
    answers = office.ask_all((admin, page.method, address(page, known)) for page in asked)
    odd = {
        f"{page.method} {page.path}": answer.status_code
        for page, answer in zip(asked, answers, strict=True)
        if answer.status_code not in ({200, 303} if page.method == "GET" else {200, 303, 400, 404, 409, 410, 422})
    }
    assert odd == MISSING


MISSING = {
    "GET /console/inbox/{slug}/text/{handle}": 404,  # nobody wrote a text of that name
    "POST /console/confirm": 403,  # no code is a wrong code
    "POST /console/sign-in": 403,
}
"""Pages that answer otherwise, and why."""


ODD = ("%00", "%C3%A9", "%F0%9F%99%82", "a" * 300, "%27%20OR%201=1", "..%2f", "9" * 30, "%ff")


@pytest.mark.promise("P19")
def test_an_address_of_odd_letters_is_only_not_there(either: Office) -> None:
    admin = either.staff("admin")
    named = [page for page in PAGES if "{" in page.path]
    asked = [(page.method, re.sub(r"\{\w+\}", ODD[at % len(ODD)], page.path)) for at, page in enumerate(named)]
    answers = either.ask_all((admin, method, path) for method, path in asked)
    allowed = {303, 307, 400, 404, 405, 410, 422}
    odd = {f"{method} {path}": answer.status_code for (method, path), answer in zip(asked, answers, strict=True)
           if answer.status_code not in allowed}  # fmt: skip
    assert odd == {}
