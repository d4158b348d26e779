"""Coming in: by a link, by password and code, and never by anything else."""

from tests.console.office import PASSWORD, Browser, Office


def sign_in(browser: Browser, one: Browser, **more: str) -> int:
    assert one.who
    fields = {"email": one.who.email, "password": PASSWORD, "code": one.code(), **more}
    return browser.post("/console/sign-in", fields).status_code


def test_whoever_brings_password_and_code_is_in(either: Office) -> None:
    one, browser = either.staff("officer"), either.browser()
    assert browser.get("/console/").headers["location"] == "/console/sign-in?next=/console/"
    assert sign_in(browser, one) == 303
    assert browser.get("/console/").headers["location"] == "/console/today"
