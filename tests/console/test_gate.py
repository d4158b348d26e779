"""The one door: whose form it is, what comes back with every page, and who is removed in the middle of something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select

from bot.web.console import gate
from bot.web.console.limits import MOST_KNOWN, Limits
from bot.web.console.routes import PAGES
from bot.web.console.visits import Page, Visit
from storage import schema
from storage.staffing import staff as colleagues
from tests.console.office import ADDRESS, Browser, Office, csrf

INVITE = {"name": "Mallory", "email": "mallory@example.org", "role": "admin"}
SECURE = "https://staff.example.org"


FORMS = [page for page in PAGES if page.method == "POST"]


def emails(office: Office) -> set[str]:
    return {one.email for one in office.world.do(lambda db: colleagues.load(db, office.world.organisation_id))}


def forge(admin: Browser, how: str) -> httpx.Response:
    """A form that a page elsewhere had the browser of an administrator send."""
    fields, headers = FORGED[how]
    theirs = csrf(admin.office.staff("officer").token) if fields.get("csrf") == "of another" else fields.get("csrf", admin.csrf)
    data = INVITE | ({} if theirs == "none" else {"csrf": theirs})
    return admin.send("POST", "/console/staff/new", data=data, **headers)


OURS = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
FORGED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "without the secret": ({"csrf": "none"}, OURS),
    "with an empty secret": ({"csrf": ""}, OURS),
    "with another colleague's secret": ({"csrf": "of another"}, OURS),
    "with a secret of other letters": ({"csrf": "é" * 64}, OURS),
    "by another site": ({}, {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}),
    "by another site whose name begins like ours": ({}, {"origin": "http://127.0.0.1:8080.evil.example"}),
    "by a neighbour of our address": ({}, {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-site"}),
    "by another port": ({}, {"origin": "http://127.0.0.1:9999"}),
    "by a page that hides where it is": ({}, {"origin": "null"}),
    "by a page that hides where it is, in an old browser": ({}, {}),
    "by a picture": ({}, {"sec-fetch-site": "cross-site"}),
}


@pytest.mark.promise("P19")
@pytest.mark.parametrize("how", FORGED)
def test_a_forged_form_does_nothing_and_is_noted(office: Office, how: str) -> None:
    admin = office.staff("admin")
    before = emails(office)
    assert forge(admin, how).status_code == 403
    assert emails(office) - before <= {"officer2@example.org"}
    assert office.noted("refuse-form") == [(admin.me.code, "refuse-form", "POST /console/staff/new")]


@pytest.mark.promise("P19")
def test_every_form_there_is_wants_the_secret_and_our_own_page(office: Office) -> None:
    assert forged_taken(office, FORMS) == []


def forged_taken(office: Office, pages: Sequence[Page]) -> list[str]:
    """Every form that an administrator's browser could be made to send from elsewhere, and that was taken."""
    office = replace(office, dolls=[replace(page, answer=reach) for page in pages])
    admin, taken = office.staff("admin"), []
    for page in pages:
        path = page.path.replace("{", "").replace("}", "")
        without = admin.send("POST", path, data={}, **OURS)
        elsewhere = admin.post(path, {}, origin="https://evil.example", **{"sec-fetch-site": "cross-site"})
        taken += [path] if {without.status_code, elsewhere.status_code} != {403} else []
    return taken


async def reach(visit: Visit) -> Any:
    return visit.go("/console/me")


@pytest.mark.promise("P19", control=True)
@pytest.mark.parametrize("forgotten", ["_is_ours", "_knows_secret"])
def test_a_gate_that_does_not_ask_whose_form_it_is_is_caught(
    office: Office, forgotten: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def knows(_visit: Visit) -> bool:
        return True

    monkeypatch.setattr(gate, forgotten, knows if forgotten == "_knows_secret" else lambda _visit: True)
    assert forged_taken(office, FORMS[:3])


def test_an_old_form_after_signing_out_and_in_again_does_nothing(office: Office) -> None:
    admin = office.staff("admin")
    old = admin.csrf
    admin.post("/console/sign-out")
    again = office.browser()
    fields = {"email": admin.me.email, "password": "four quiet green herons", "code": admin.code()}
    assert again.post("/console/sign-in", fields).status_code == 303
    assert again.post("/console/staff/new", INVITE | {"csrf": old}).status_code == 403
    assert INVITE["email"] not in emails(office)


# --- In the middle of something


@pytest.mark.promise("P19")
@pytest.mark.parametrize("what", ["removed", "locked", "made an analyst"])
def test_whoever_is_stopped_in_the_middle_of_an_action_changes_nothing(either: Office, what: str) -> None:
    either.staff("admin")
    victim = either.staff("admin")

    async def act(visit: Visit) -> Any:
        await visit.read(lambda db: db.execute(select(schema.staff)).all())
        ends = {"removed": colleagues.remove, "locked": colleagues.lock}
        async with visit.console.engine.begin() as other:  # a colleague, at another browser
            here, now = visit.organisation_id, visit.now
            if what in ends:
                await other.run_sync(lambda db: ends[what](db, here, victim.me, "test", now))
            else:
                await other.run_sync(lambda db: colleagues.change_role(db, here, victim.me, "analyst", None, "test", now))
        await visit.write(lambda db: colleagues.add_partner(db, visit.organisation_id, "What should not be"))
        return visit.go("/console/me")

    office = replace(either, dolls=[Page("POST", "/console/settings", act, "edit-settings")])
    victim.office = office
    assert victim.post("/console/settings").headers["location"] == "/console/sign-in"
    assert office.world.do(partners) == []


def partners(db: Connection) -> list[str]:
    return list(db.scalars(select(schema.partners.c.name)))


@pytest.mark.promise("P19", control=True)
def test_a_console_that_asks_only_at_its_door_is_caught(either: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "_still_allowed", lambda _visit, db, work: work(db))
    with pytest.raises(AssertionError, match="/console/me"):  # it went on as if nothing had happened
        test_whoever_is_stopped_in_the_middle_of_an_action_changes_nothing(either, "removed")


# --- What comes with every page


@pytest.mark.promise("P19")
def test_every_answer_forbids_what_is_not_our_own_and_is_kept_nowhere(office: Office) -> None:
    admin = office.staff("admin")
    paths = ["/console/me", "/console/", "/console/staff", "/console/none", "/console/staff/none", "/console/audit.csv"]
    answers = [admin.get(path) for path in paths] + [
        office.browser().get("/console/sign-in"),
        office.staff("ig").get("/console/staff"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert all(
        "form-action 'self'" in answer.headers["content-security-policy"] for answer in answers if answer.status_code == 200
    )


def test_over_https_the_cookie_is_for_this_very_address_alone(office: Office) -> None:
    one = replace(office, public_url=SECURE).staff("officer")
    browser = one.office.browser()
    fields = {"email": one.me.email, "password": "four quiet green herons", "code": one.code()}
    signed_in, known = browser.post("/console/sign-in", fields).headers.get_list("set-cookie")
    assert signed_in.startswith("__Host-withus=")
    assert {part.strip().lower() for part in signed_in.split(";")[1:]} == {"path=/", "secure", "httponly", "samesite=lax"}
    assert known.startswith("__Host-known-")
    assert {"path=/", "secure", "httponly", "samesite=lax"} < {part.strip().lower() for part in known.split(";")[1:]}
    assert "max-age" not in signed_in.lower()
    page = browser.get("/console/me")
    assert page.headers["strict-transport-security"]
    assert page.headers["content-security-policy"].count("http") == 0
    browser.cookies = {"withus": browser.token}  # as a neighbour of this address could set it
    assert browser.get("/console/me").status_code == 303
    browser.cookies = {"__Host-withus": browser.cookies["withus"]}
    assert browser.post("/console/me/sign-out", origin=SECURE.replace("https", "http")).status_code == 403
    assert browser.post("/console/me/sign-out").status_code == 303


def test_a_cookie_that_was_made_up_opens_nothing(either: Office) -> None:
    for token in ("", "x", "é" * 40, "a" * 5000, "%00", "' OR 1=1"):
        browser = either.browser()
        browser.cookies = {"withus": token.encode("ascii", "xmlcharrefreplace").decode()}
        assert browser.get("/console/me").headers["location"] == "/console/sign-in?next=/console/me"


def test_only_words_are_shown_of_what_is_said_once(office: Office) -> None:
    one = office.staff("officer")
    one.cookies["said"] = "%3Cscript%3Ealert(1)%3C/script%3E"
    shown = one.get("/console/me").text
    assert "&lt;script&gt;alert(1)" in shown
    assert "said" not in one.cookies
    assert "alert" not in one.get("/console/me").text


# --- How much at once


def test_a_flood_from_one_address_is_cut_and_others_are_served(office: Office) -> None:
    slow = replace(office, limits=Limits(lambda: 0.0))
    loud, calm = slow.browser("192.0.2.1"), slow.browser("192.0.2.2")
    answers = slow.ask_all([(loud, "GET", "/console/sign-in")] * 1205)
    assert [answer.status_code for answer in answers[1198:]] == [200] * 2 + [429] * 5
    assert calm.get("/console/sign-in").status_code == 200


def test_neighbours_of_one_house_count_as_one_and_nothing_grows() -> None:
    limits = Limits(lambda: 0.0)
    assert [limits.allow("enter", f"2001:db8::{each:x}") for each in range(31)] == [True] * 30 + [False]
    many = Limits(lambda: 0.0)
    for each in range(MOST_KNOWN + 500):
        many.allow("look", f"10.{each >> 16}.{each >> 8 & 255}.{each & 255}")
    assert len(many._left) <= MOST_KNOWN


def test_strangers_fill_only_so_many_lines_of_the_audit(office: Office) -> None:
    slow = replace(office, limits=Limits(lambda: 0.0))
    for each in range(60):
        stranger = slow.browser(f"192.0.2.{each}")
        stranger.send("POST", "/console/sign-in", data={"email": "x@example.org"}, origin="https://evil.example")
    assert 10 < len(office.noted("refuse-form")) <= 30


def test_fields_and_files_without_number_are_refused(office: Office) -> None:
    admin, stranger = office.staff("admin"), office.browser()
    many = {f"f{each}": ("x.txt", b"x") for each in range(5)}
    assert admin.post("/console/settings", {}, files=many).status_code == 400
    assert stranger.post("/console/sign-in", {}, files={"a": ("x.txt", b"x")}).status_code == 400
    assert stranger.send("PUT", "/console/sign-in", data={}).status_code == 405
