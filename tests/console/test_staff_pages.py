"""Colleagues and one's own account: invited, changed, locked out, reviewed, removed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import organisations, schema
from storage.staffing import signins, staff, staff_chats
from storage.staffing.staff import Staff
from tests.console.office import ADDRESS, BOT, OURS, PASSWORD, Browser, Office
from tests.storage.world import NOON

CHAT = 424242
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def find(office: Office, email: str) -> Staff:
    found = office.world.do(lambda db: staff.find_by_email(db, office.world.organisation_id, email))
    assert found
    return found


def is_in(browser: Browser) -> bool:
    return browser.get("/console/me").status_code == 200


def test_somebody_is_invited_by_a_link_that_is_shown_once(office: Office) -> None:
    admin = office.staff("admin")
    typed = {"name": "Łucja O’Neill", "email": " Lucja@Example.org ", "role": "analyst"}
    page = admin.press("/console/staff/new", "/console/staff/new", typed)
    link = re.search(r"http://127.0.0.1:8080(/console/enrol/[\w-]{43})<", page.text)
    assert link
    made = find(office, "lucja@example.org")
    assert (made.name, made.role, made.state) == ("Łucja O’Neill", "analyst", staff.INVITED)
    assert "Łucja O’Neill" in office.browser().get(link[1]).text
    assert (admin.me.code, "invite-staff", f"{made.code} analyst") in office.noted()


BAD = {
    "no name": ({"name": " "}, "Write a name"),
    "a name of two lines": ({"name": "Sam\r\nBcc: all@example.org"}, "Write a name"),
    "a name without end": ({"name": "x" * 5000}, "Write a name"),
    "no address": ({"email": "sam"}, "Write an email address"),
    "an address with a line in it": ({"email": "sam@example.org\r\nBcc: x@example.org"}, "Write an email address"),
    "an address without end": ({"email": "a@" + "b" * 500 + ".org"}, "Write an email address"),
    "a role there is none of": ({"role": "root"}, "Choose one of the roles"),
    "a partner of no organisation": ({"role": "partner"}, "There is no partner organisation yet"),
    "somebody who is here": ({"email": "admin1@example.org"}, "is here already"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_lost(office: Office, what: str) -> None:
    admin = office.staff("admin")
    fields, words = BAD[what]
    page = admin.post("/console/staff/new", {"name": "Sam Okafor", "email": "sam@example.org", "role": "officer"} | fields)
    assert page.status_code == 422
    assert page.text.count(words) == 2  # on top, and beside the field
    assert "name" in fields or 'value="Sam Okafor"' in page.text
    assert len(office.world.do(lambda db: staff.load(db, office.world.organisation_id))) == 1


def test_a_removed_colleague_is_out_at_once_and_may_come_back(either: Office) -> None:
    admin, one = either.staff("admin"), either.staff("officer")
    path = f"/console/staff/{one.me.code}"
    assert admin.post(f"{path}/remove").status_code == 422
    assert is_in(one)
    assert admin.post(f"{path}/remove", {"sure": "yes"}).headers["location"] == path
    assert not is_in(one)
    assert "Has gone" in admin.get(path).text
    typed = {"email": one.me.email, "password": PASSWORD, "code": one.code()}
    assert either.browser().post("/console/sign-in", typed).status_code == 403
    back = {"name": "Back Again", "email": one.me.email, "role": "analyst"}
    assert "works once" in admin.post("/console/staff/new", back).text
    assert find(either, one.me.email).code == one.me.code
    assert either.browser().post("/console/sign-in", typed).status_code == 403


def test_the_last_administrator_cannot_go_be_locked_out_or_step_down(either: Office) -> None:
    admin = either.staff("admin")
    path = f"/console/staff/{admin.me.code}"
    for what, fields in (("remove", {"sure": "yes"}), ("lock", {}), ("role", {"role": "officer"})):
        answer = admin.post(f"{path}/{what}", fields)
        assert "is the only administrator" in answer.text, what
    assert is_in(admin)
    other, third = either.staff("admin"), either.staff("admin")
    assert other.post(f"/console/staff/{third.me.code}/lock").status_code == 303
    assert other.post(f"{path}/remove", {"sure": "yes"}).status_code == 303
    assert "is the only administrator" in other.post(f"/console/staff/{other.me.code}/lock").text
    assert not is_in(admin)


async def behind(engine: AsyncEngine, first: Callable[[Connection], object], *then: Awaitable[Any]) -> list[Any]:
    """Do `first`, and keep it only when all the others wait for it, or for one another; SQLite lets nobody in at all."""
    async with engine.begin() as connection:
        await connection.run_sync(first)
        late = [asyncio.ensure_future(one) for one in then]
        waiting = engine.dialect.name != "postgresql"
        while not waiting:
            async with engine.connect() as other:
                waiting = await other.scalar(WAITING) == len(late)
    return await asyncio.gather(*late)


def test_two_administrators_who_remove_each_other_at_once_are_told_plainly(either: Office) -> None:
    both = either.staff("admin"), either.staff("admin")
    keeper = either.staff("admin")

    async def remove(one: Browser, other: Browser) -> httpx.Response:
        road = httpx.ASGITransport(either.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=road, base_url=ADDRESS, cookies=one.cookies) as client:
            typed = {"csrf": one.csrf, "sure": "yes"}
            return await client.post(f"/console/staff/{other.me.code}/remove", data=typed, headers=OURS)

    def hold(db: Connection) -> None:
        staff.hold(db, keeper.me.id)

    answers = either.world.run(lambda: behind(either.world.engine, hold, remove(*both), remove(*both[::-1])))
    assert {answer.status_code for answer in answers} == {303}
    assert sorted(answer.headers["location"].startswith("/console/sign-in") for answer in answers) == [False, True]
    assert sorted(is_in(one) for one in both) == [False, True]


@pytest.mark.parametrize("shut", ["lock", "remove", "reset"])
def test_who_is_just_signing_in_while_shut_out_is_out(either: Office, shut: str) -> None:
    """Their sign-in is written, and not yet kept, when a colleague shuts them out."""
    one = either.staff("officer").me
    either.staff("admin")
    engine, here = either.world.engine, either.world.organisation_id

    def enter(db: Connection) -> None:
        staff.hold(db, one.id)
        signins.begin(db, one.id, NOON)

    async def close() -> None:
        async with engine.begin() as connection:
            await connection.run_sync(lambda db: getattr(staff, shut)(db, here, one, "test", NOON))

    either.world.run(lambda: behind(engine, enter, close()))
    assert either.world.do(lambda db: signins.count(db, one.id, NOON)) == 0


def test_whoever_a_colleague_locked_out_is_out_even_where_a_sign_in_was_left(office: Office) -> None:
    one = office.staff("officer")
    until = {"locked_until": NOON + staff.FOR_GOOD}
    office.world.do(lambda db: db.execute(update(schema.staff).where(schema.staff.c.id == one.me.id).values(until)))
    assert not is_in(one)


def test_a_new_link_signs_out_and_the_old_password_opens_nothing(office: Office) -> None:
    admin, one = office.staff("admin"), office.staff("officer")
    assert "works once" in admin.post(f"/console/staff/{one.me.code}/reset").text
    assert not is_in(one)
    typed = {"email": one.me.email, "password": PASSWORD, "code": one.code()}
    assert office.browser().post("/console/sign-in", typed).status_code == 403


def test_whoever_is_locked_out_comes_back_when_a_colleague_says_so(office: Office) -> None:
    admin, one = office.staff("admin"), office.staff("officer")
    typed = {"email": one.me.email, "password": PASSWORD}
    assert admin.post(f"/console/staff/{one.me.code}/lock").status_code == 303
    assert not is_in(one)
    office.pass_time(minutes=9)
    assert office.browser().post("/console/sign-in", typed | {"code": one.code()}).status_code == 403
    assert admin.post(f"/console/staff/{one.me.code}/unlock").status_code == 303
    assert office.browser().post("/console/sign-in", typed | {"code": one.code()}).status_code == 303


def test_another_role_holds_from_the_next_page_on(office: Office) -> None:
    admin, one, partner = office.staff("admin"), office.staff("officer"), office.partner()
    assert one.get("/console/audit").status_code == 403
    admin.post(f"/console/staff/{one.me.code}/role", {"role": "ig"})
    assert one.get("/console/audit").status_code == 200
    known = office.world.do(lambda db: staff.partners_of(db, office.world.organisation_id))
    code = next(code for code, (row, _) in known.items() if row == partner)
    admin.post(f"/console/staff/{one.me.code}/role", {"role": "partner", "partner": code})
    assert find(office, one.me.email).partner_id == partner
    assert one.get("/console/audit").status_code == 403


def test_after_ninety_days_everybody_is_due_for_review(office: Office) -> None:
    one = office.staff("officer")
    office.pass_time(days=90)
    admin = office.staff("admin")
    assert "1 person is due for review" in admin.get("/console/staff").text
    assert admin.post(f"/console/staff/{one.me.code}/review").status_code == 303
    assert "due for review" not in admin.get("/console/staff").text


def test_a_colleague_of_another_organisation_is_not_there(office: Office) -> None:
    admin, one = office.staff("admin"), office.staff("officer")
    row = {"code": "other", "name": "Other", "time_zone": "UTC", "created_at": NOON}
    made = schema.organisations.insert().values(row).returning(schema.organisations.c.id)
    other = office.world.do(lambda db: db.scalars(made).one())
    moved = schema.staff.update().where(schema.staff.c.code == one.me.code).values(organisation_id=other)
    office.world.do(lambda db: db.execute(moved).rowcount)
    path = f"/console/staff/{one.me.code}"
    assert admin.get(path).status_code == 404
    for what in ("remove", "reset", "lock", "unlock", "review", "role"):
        assert admin.post(f"{path}/{what}", {"sure": "yes", "role": "officer"}).status_code == 404
    assert one.me.name not in admin.get("/console/staff").text


# --- One's own account


def test_a_new_password_signs_out_everywhere_else(office: Office) -> None:
    one, elsewhere = office.staff("officer"), office.browser()
    elsewhere.post("/console/sign-in", {"email": one.me.email, "password": PASSWORD, "code": one.code()})
    assert "in 1 other place" in one.get("/console/me").text
    new = "seven slow purple kettles"
    assert one.post("/console/me/password", {"present": "wrong", "password": new, "again": new}).status_code == 422
    assert one.post("/console/me/password", {"present": PASSWORD, "password": new, "again": "x"}).status_code == 422
    assert one.post("/console/me/password", {"present": PASSWORD, "password": "officer officer", "again": ""}).status_code == 422
    assert one.post("/console/me/password", {"present": PASSWORD, "password": new, "again": new}).status_code == 303
    assert is_in(one)
    assert not is_in(elsewhere)
    for password, status in ((PASSWORD, 403), (new, 303)):
        typed = {"email": one.me.email, "password": password, "code": one.code()}
        assert office.browser().post("/console/sign-in", typed).status_code == status


def test_new_recovery_codes_end_the_old_ones(office: Office) -> None:
    one = office.staff("officer")
    pages = [one.press("/console/me/codes", "/console/me/codes").text for _ in range(2)]
    old, new = (re.findall(r"<code>([a-z2-7-]{19})</code>", page) for page in pages)
    typed = {"email": one.me.email, "password": PASSWORD}
    assert office.browser().post("/console/sign-in", typed | {"code": old[0]}).status_code == 403
    assert office.browser().post("/console/sign-in", typed | {"code": new[0]}).status_code == 303
    assert "You have 9 left" in one.get("/console/me").text


def test_signing_out_everywhere_else_leaves_this_place(office: Office) -> None:
    one, elsewhere = office.staff("officer"), office.browser()
    elsewhere.post("/console/sign-in", {"email": one.me.email, "password": PASSWORD, "code": one.code()})
    assert one.post("/console/me/sign-out").status_code == 303
    assert is_in(one)
    assert not is_in(elsewhere)


def test_a_chat_is_tied_by_a_code_that_works_once_and_ends_with_whose_it_is(either: Office) -> None:
    world = either.world
    world.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))
    admin, one = either.staff("admin"), either.staff("officer")
    shown = one.press("/console/me", "/console/me/chat-code").text
    code = re.search(r"/link ([a-z2-7]{16})", shown)
    assert code

    def take(typed: str, chat: int = CHAT) -> Staff | None:
        return world.do(lambda db: staff_chats.take_code(db, world.keys, typed, BOT, chat, either.now))

    lookup = world.keys.lookup(BOT, "telegram", str(CHAT))
    assert take("aaaa") is None
    assert take(code[1].upper()) == find(either, one.me.email)
    assert take(code[1], CHAT + 1) is None
    assert world.do(lambda db: staff_chats.find(db, lookup)) == find(either, one.me.email)
    assert "1 chat is tied" in one.get("/console/me").text
    admin.post(f"/console/staff/{one.me.code}/remove", {"sure": "yes"})
    assert world.do(lambda db: staff_chats.find(db, lookup)) is None


def test_a_code_for_a_chat_is_over_after_a_quarter_of_an_hour_and_a_chat_can_be_untied(office: Office) -> None:
    world, one = office.world, office.staff("officer")
    world.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))
    late = world.do(lambda db: staff_chats.make_code(db, one.me.id, office.now))
    office.pass_time(minutes=15)
    assert world.do(lambda db: staff_chats.take_code(db, world.keys, late, BOT, CHAT, office.now)) is None
    code = world.do(lambda db: staff_chats.make_code(db, one.me.id, office.now))
    assert world.do(lambda db: staff_chats.take_code(db, world.keys, code, BOT, CHAT, office.now))
    assert one.post("/console/me/unlink").status_code == 303
    assert world.do(lambda db: staff_chats.count(db, one.me.id)) == 0
