"""A one-time link: a password, a phone, and the codes to keep."""

from __future__ import annotations

import re

import httpx
import pyotp
import pytest

from storage.staffing import enrolments, staff
from storage.staffing.staff import Newcomer
from tests.console.office import ADDRESS, Browser, Office

GOOD = "seven slow purple kettles"


def invite(office: Office, email: str = "new@example.org") -> str:
    """The address of a new link."""
    here = office.world.organisation_id

    def work(db: object) -> str:
        one = staff.invite(db, here, Newcomer("Ayesha Khan", email, "officer"), "test", office.now)  # type: ignore[arg-type]
        return enrolments.make(db, one.id, office.now)  # type: ignore[arg-type]

    return f"/console/enrol/{office.world.do(work)}"


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def key(page: httpx.Response) -> str:
    found = re.search(r'<code class="key">([^<]*)</code>', page.text)
    assert found, page.text
    return found[1].replace(" ", "")


def enrol(office: Office, browser: Browser, link: str, password: str = GOOD) -> tuple[httpx.Response, str]:
    """Somebody goes the whole way; returns the last page and the secret of their phone."""
    second = browser.post(link, {"password": password, "again": password})
    assert second.status_code == 200, second.text
    secret = key(second)
    fields = {"begun": hidden(second, "begun"), "code": pyotp.TOTP(secret).at(office.now)}
    return browser.post(f"{link}/code", fields), secret


@pytest.mark.promise("P19")
def test_a_link_leads_in_once(either: Office) -> None:
    link, browser = invite(either), either.browser()
    assert "Welcome, Ayesha Khan" in browser.get(link).text
    last, secret = enrol(either, browser, link)
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", last.text)
    assert len(set(codes)) == 10
    assert browser.get("/console/me").status_code == 200
    assert either.browser().get(link).status_code == 410
    assert either.browser().post(link, {"password": GOOD, "again": GOOD}).status_code == 410
    again, other = either.browser(), either.browser()
    either.pass_time(seconds=30)
    typed = {"email": "new@example.org", "password": GOOD}
    assert again.post("/console/sign-in", typed | {"code": pyotp.TOTP(secret).at(either.now)}).status_code == 303
    assert other.post("/console/sign-in", typed | {"code": codes[0]}).status_code == 303


def test_the_code_that_proved_the_phone_does_not_sign_in(office: Office) -> None:
    link, browser = invite(office), office.browser()
    _, secret = enrol(office, browser, link)
    typed = {"email": "new@example.org", "password": GOOD, "code": pyotp.TOTP(secret).at(office.now)}
    assert office.browser().post("/console/sign-in", typed).status_code == 403


@pytest.mark.parametrize("path", ["/console/enrol/made-up", "/console/enrol/%00", "/console/enrol/" + "a" * 3000])
def test_a_made_up_link_is_over(office: Office, path: str) -> None:
    assert office.browser().get(path).status_code == 410
    assert office.browser().post(f"{path}/code", {"begun": "x", "code": "1"}).status_code == 410


def test_a_link_is_over_after_three_days_and_when_a_new_one_is_made(office: Office) -> None:
    old = invite(office)
    office.pass_time(days=3)
    assert office.browser().get(old).status_code == 410
    first = invite(office, "other@example.org")
    one = office.world.do(lambda db: staff.find_by_email(db, office.world.organisation_id, "other@example.org"))
    assert one
    second = office.world.do(lambda db: enrolments.make(db, one.id, office.now))
    assert office.browser().get(first).status_code == 410
    assert office.browser().get(f"/console/enrol/{second}").status_code == 200


def test_only_one_of_two_who_use_a_link_at_once_gets_in(either: Office) -> None:
    link, one, other = invite(either), either.browser(), either.browser()
    pages = [browser.post(link, {"password": GOOD, "again": GOOD}) for browser in (one, other)]
    forms = [{"begun": hidden(page, "begun"), "code": pyotp.TOTP(key(page)).at(either.now)} for page in pages]
    answers = [browser.post(f"{link}/code", form).status_code for browser, form in zip((one, other), forms, strict=True)]
    assert answers == [200, 410]


WEAK = {
    "short": "elevenchars",
    "their name": "ayesha and her three cats",
    "their address": "new horizons are n3w",
    "the organisation": "the CLINIC by the river bend",
    "one letter": "a" * 30,
    "two letters": "ab" * 12,
    "what everybody uses": "Password123!",
    "what everybody uses, in disguise": "P@ssw0rd2027!!",
    "a row of keys": "qwertyuiop123",
    "the alphabet": "abcdefghijklmnop",
    "blanks": " " * 20,
    "too long": "a lot of words " * 50,
}


@pytest.mark.parametrize("what", WEAK)
def test_a_password_that_others_would_guess_is_refused(office: Office, what: str) -> None:
    link, browser = invite(office, "n3w.horizons@example.org"), office.browser()
    answer = browser.post(link, {"password": WEAK[what], "again": WEAK[what]})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert browser.get(link).status_code == 200


@pytest.mark.parametrize(
    "password", [GOOD, "  blanks at both ends  ", "zażółć gęślą jaźń", "🙂🙃😶🌞🌛 sky and sea", "x9$Kq2!vLm4#"]
)
def test_a_password_is_what_was_typed_to_the_last_sign(office: Office, password: str) -> None:
    link = invite(office)
    _, secret = enrol(office, office.browser(), link, password)
    office.pass_time(seconds=30)
    typed = {"email": "new@example.org", "code": pyotp.TOTP(secret).at(office.now)}
    assert office.browser().post("/console/sign-in", typed | {"password": password + "."}).status_code == 403
    assert office.browser().post("/console/sign-in", typed | {"password": password}).status_code == 303


def test_the_same_letters_from_another_keyboard_are_the_same_password(office: Office) -> None:
    _, secret = enrol(office, office.browser(), invite(office), "cafe\u0301 on the corner")
    office.pass_time(seconds=30)
    typed = {"email": "new@example.org", "password": "caf\u00e9 on the corner", "code": pyotp.TOTP(secret).at(office.now)}
    assert office.browser().post("/console/sign-in", typed).status_code == 303


def test_two_passwords_that_differ_and_a_wrong_code_are_asked_again(office: Office) -> None:
    link, browser = invite(office), office.browser()
    assert browser.post(link, {"password": GOOD, "again": GOOD + "x"}).status_code == 422
    second = browser.post(link, {"password": GOOD, "again": GOOD})
    third = browser.post(f"{link}/code", {"begun": hidden(second, "begun"), "code": "000000"})
    assert third.status_code == 422
    assert key(third) == key(second)
    fields = {"begun": hidden(third, "begun"), "code": pyotp.TOTP(key(third)).at(office.now)}
    assert browser.post(f"{link}/code", fields).status_code == 200


def test_what_was_begun_with_one_link_does_not_go_on_with_another(office: Office) -> None:
    first, second, browser = invite(office), invite(office, "other@example.org"), office.browser()
    page = browser.post(first, {"password": GOOD, "again": GOOD})
    fields = {"begun": hidden(page, "begun"), "code": pyotp.TOTP(key(page)).at(office.now)}
    for begun in (fields["begun"], "", "é", "AAAA", fields["begun"][:-8]):
        answer = browser.post(f"{second}/code", fields | {"begun": begun})
        assert "choose your password again" in answer.text


def test_the_secret_of_a_phone_is_sealed_and_stands_in_no_address(office: Office) -> None:
    last, secret = enrol(office, office.browser(), invite(office))
    held = office.world.do(lambda db: db.exec_driver_sql("SELECT totp FROM staff").scalars().all())
    assert all(secret.encode() not in bytes(one) for one in held if one)
    assert secret not in last.text
    assert ADDRESS not in last.text


def test_a_page_that_was_copied_from_elsewhere_cannot_enrol(office: Office) -> None:
    link = invite(office)
    forged = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert office.browser().send("POST", link, data={"password": GOOD, "again": GOOD}, **forged).status_code == 403
