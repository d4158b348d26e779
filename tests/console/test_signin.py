"""Coming in by address, password and code, and never by less."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import httpx
import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, update

from bot.web.console.limits import Limits
from bot.web.console.signin import START, inside
from storage import schema
from storage.staffing import second_factors, signins, staff
from tests.console.office import PASSWORD, Browser, Office
from tests.storage.world import NOON


def enter(browser: Browser, one: Browser, **more: str) -> httpx.Response:
    """Somebody signs in as `one`; `more` is what they type instead."""
    typed = {"email": one.me.email, "password": PASSWORD} | more
    return browser.post("/console/sign-in", typed if "code" in typed else typed | {"code": one.code()})


def is_in(browser: Browser) -> bool:
    return browser.get("/console/me").status_code == 200


@pytest.mark.promise("P19")
def test_whoever_brings_password_and_code_is_in(either: Office) -> None:
    one, browser = either.staff("officer"), either.browser()
    assert browser.get("/console/").headers["location"] == "/console/sign-in?next=/console/"
    assert enter(browser, one).status_code == 303
    assert is_in(browser)
    assert browser.get("/console/").headers["location"] == "/console/today"
    assert either.noted("sign-in") == [(one.me.code, "sign-in", one.me.code)]


def test_a_password_waits_behind_no_other_work(office: Office) -> None:
    done = threading.Event()

    async def fill() -> Future[bool]:
        pool = ThreadPoolExecutor(1)
        asyncio.get_running_loop().set_default_executor(pool)
        return pool.submit(done.wait, 5)

    busy = office.world.run(fill)
    assert enter(office.browser(), office.staff("officer")).status_code == 303
    assert not busy.done()
    done.set()


WRONG = {
    "password": {"password": "four quiet green heron"},
    "an empty password": {"password": ""},
    "code": {"code": "000000"},
    "an empty code": {"code": ""},
    "a code of letters": {"code": "ééé ٣٣٣٣٣٣"},
    "address": {"email": "nobody@example.org"},
    "an address of another kind": {"email": "x\r\nSet-Cookie: withus=1; \x00"},
    "a huge password": {"password": "🙂" * 500_000},
    "a huge address": {"email": "a" * 1_000_000},
}


@pytest.mark.promise("P19")
@pytest.mark.parametrize("what", WRONG)
def test_the_wrong_thing_lets_nobody_in_and_tells_nothing(office: Office, what: str) -> None:
    one, browser = office.staff("admin"), office.browser()
    answer = enter(browser, one, **WRONG[what])
    assert answer.status_code in {400, 403}
    assert not browser.cookies
    if answer.status_code == 403 and "email" not in WRONG[what]:
        unknown = enter(office.browser(), one, email="nobody@example.org", password="x", code="1")
        assert plain(answer.text) == plain(unknown.text)


def plain(page: str) -> str:
    """The page without what was typed."""
    return re.sub(r'value="[^"]*"', "", page)


def test_an_address_may_be_written_in_capitals(office: Office) -> None:
    one, browser = office.staff("officer"), office.browser()
    assert enter(browser, one, email=f" {one.me.email.upper()} ").status_code == 303


def test_a_code_counts_once(either: Office) -> None:
    one = either.staff("officer")
    code = one.code()
    assert enter(either.browser(), one, code=code).status_code == 303
    assert enter(either.browser(), one, code=code).status_code == 403


def test_a_code_of_before_or_after_counts_and_one_of_long_ago_does_not(office: Office) -> None:
    for steps, counts in ((-3, False), (-1, True), (1, True), (3, False)):
        one = office.staff("officer")
        office.pass_time(minutes=5)
        code = pyotp.TOTP(one.secret).at(office.now + dt.timedelta(seconds=30 * steps))
        assert enter(office.browser(), one, code=code).status_code == (303 if counts else 403), steps


def test_a_recovery_code_counts_once_however_it_is_typed(either: Office) -> None:
    one = either.staff("officer")
    codes = either.world.do(lambda db: second_factors.renew_recovery_codes(db, one.me.id))
    assert len(set(codes)) == 10
    assert enter(either.browser(), one, code=codes[3].upper().replace("-", " ")).status_code == 303
    assert enter(either.browser(), one, code=codes[3]).status_code == 403


def test_one_address_may_not_try_for_ever_and_others_still_may(office: Office) -> None:
    ticks = [0.0]
    slow = replace(office, limits=Limits(lambda: ticks[0]))
    one = slow.staff("officer")
    tried = [enter(slow.browser("192.0.2.7"), one, email=f"x{each}@example.org").status_code for each in range(32)]
    assert tried == [403] * 30 + [429] * 2
    assert enter(slow.browser("192.0.2.8"), one).status_code == 303
    ticks[0] += 2  # seconds
    assert enter(slow.browser("192.0.2.7"), one, email="y@example.org").status_code == 403


def test_an_unknown_address_takes_as_long_as_a_known_one(office: Office) -> None:
    """By processor time, with a password that takes ten milliseconds: two thirds would be seen."""
    dear = replace(office, dear=True)
    one = dear.staff("officer")

    def taken(email: str) -> float:
        begun = time.process_time()
        for _ in range(5):
            enter(dear.browser(), one, email=email, password="wrong", code="000000")
        return time.process_time() - begun

    known, unknown = taken(one.me.email), taken("nobody@example.org")
    assert unknown > known / 2


# --- How long it lasts


def test_half_an_hour_without_a_page_ends_it(either: Office) -> None:
    one = either.staff("officer")
    for _ in range(3):
        either.pass_time(minutes=29)
        assert is_in(one)
    either.pass_time(minutes=30)
    assert not is_in(one)


def test_twelve_hours_end_it_whatever_one_does(office: Office) -> None:
    one = office.staff("officer")
    for _ in range(35):
        office.pass_time(minutes=20)
        assert is_in(one)
    office.pass_time(minutes=20)
    assert not is_in(one)


def test_signing_out_ends_it_and_the_cookie_is_worth_nothing_after(office: Office) -> None:
    one = office.staff("officer")
    kept = dict(one.cookies)
    assert one.post("/console/sign-out").status_code == 303
    assert "withus" not in one.cookies
    one.cookies.update(kept)
    assert not is_in(one)


def test_each_sign_in_has_a_cookie_of_its_own_and_only_its_hash_is_kept(office: Office) -> None:
    one, first, second = office.staff("officer"), office.browser(), office.browser()
    enter(first, one)
    enter(second, one)
    assert first.token != second.token
    held = office.world.do(lambda db: db.exec_driver_sql("SELECT hash FROM signins").scalars().all())
    assert len(held) == 3
    assert not any(first.token.encode() in bytes(one) for one in held)


def test_a_sign_in_of_another_organisation_opens_nothing_here(office: Office) -> None:
    one = office.staff("admin")
    office.world.do(lambda db: _send_away(db, one))
    assert not is_in(one)


def _send_away(db: Connection, one: Browser) -> None:
    """Have a colleague, signed in, belong to another organisation."""
    row = {"code": "other", "name": "Other", "time_zone": "UTC", "created_at": NOON}
    other = db.scalars(insert(schema.organisations).values(row).returning(schema.organisations.c.id)).one()
    db.execute(update(schema.staff).where(schema.staff.c.code == one.me.code).values(organisation_id=other))


# --- Where it leads


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/console/../..//evil.example", "/\\evil.example", "/console/x\r\nX: 1",
     "javascript:alert(1)", "/console//evil.example", "/consolex", "/console/@evil.example", ""],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(office: Office, path: str) -> None:
    one, browser = office.staff("officer"), office.browser()
    assert enter(browser, one, next=path).headers["location"] == START


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(max_size=60).map(lambda words: f"/console/{words}") | st.text(max_size=60))
def test_no_path_leads_out_of_the_console(words: str) -> None:
    path = inside(words)
    assert path.startswith("/console/")
    assert "//" not in path
    assert path.isprintable()
    assert not {"\\", " ", '"', "<"} & set(path)


# --- What may do harm wants another code


def test_a_page_that_may_do_harm_wants_a_code_after_ten_minutes(office: Office) -> None:
    admin = office.staff("admin")
    assert admin.get("/console/staff/new").status_code == 200
    office.pass_time(minutes=10)
    assert admin.get("/console/staff/new").headers["location"] == "/console/confirm?next=/console/staff/new"
    answer = admin.post("/console/confirm", {"code": admin.code(), "next": "/console/staff/new"})
    assert answer.headers["location"] == "/console/staff/new"
    assert admin.get("/console/staff/new").status_code == 200


def test_a_form_that_may_do_harm_is_not_taken_long_after_the_last_code(office: Office) -> None:
    admin, one = office.staff("admin"), office.staff("officer")
    for _ in range(3):
        office.pass_time(minutes=10)
        assert is_in(admin)
    answer = admin.post(f"/console/staff/{one.me.code}/remove", {"sure": "yes"}, referer="http://127.0.0.1:8080/console/staff")
    assert answer.headers["location"] == "/console/confirm?next=/console/staff"
    assert {who.state for who in office.world.do(lambda db: staff.load(db, office.world.organisation_id))} == {staff.ACTIVE}


def test_wrong_codes_by_somebody_who_is_in_lock_the_account_and_sign_out(either: Office) -> None:
    one = either.staff("officer")
    elsewhere = either.browser()
    enter(elsewhere, one)
    tried = [one.post("/console/confirm", {"code": "000000"}).status_code for _ in range(5)]
    assert tried == [403] * 5
    assert not is_in(one)
    assert not is_in(elsewhere)
    assert enter(either.browser(), one).status_code == 403
    either.pass_time(minutes=15)
    assert enter(either.browser(), one).status_code == 303


def test_a_sign_in_that_is_over_is_swept_away_with_the_next(office: Office) -> None:
    one = office.staff("officer")
    office.pass_time(hours=13)
    office.world.do(lambda db: signins.begin(db, one.me.id, office.now))
    assert office.world.do(lambda db: db.exec_driver_sql("SELECT count(*) FROM signins").scalar_one()) == 1


def test_a_password_kept_more_cheaply_than_now_is_kept_anew(office: Office) -> None:
    one = replace(office, dear=True).staff("officer")
    dear = replace(office, dear=True)
    browser = dear.browser()
    enter(browser, one)
    kept = office.world.do(lambda db: staff.password_of(db, one.me.id))
    assert "m=8192,t=4" in kept
    assert dear.console.passwords.match(kept, PASSWORD)
