"""Nobody but the demo's own page presses its controls."""

import http.client
import re
from urllib.parse import urlsplit

import pytest

from tests.demo.demos import Demo


def ask(demo: Demo, verb: str, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(demo.url).netloc, timeout=20)
    try:
        connection.request(verb, path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def origin(demo: Demo) -> str:
    return demo.url.rstrip("/")


def test_the_addresses_are_on_this_computer(demo: Demo) -> None:
    assert list(demo.addresses) == ["Demo", "Phone", "Console", "Results"]
    assert {urlsplit(address).hostname for address in demo.addresses.values()} == {"127.0.0.1"}


@pytest.mark.parametrize("path", ["/plug", "/clock/hour", "/people/long-covid-tell-us-once"])
def test_a_control_is_not_pressed_from_another_page(path: str, demo: Demo) -> None:
    assert ask(demo, "POST", path).status == 403
    assert ask(demo, "POST", path, Origin="http://elsewhere.example").status == 403
    assert ask(demo, "POST", path, Origin="null").status == 403
    assert ask(demo, "POST", path, Origin=demo.addresses["Phone"].partition("/?")[0]).status == 403


def test_a_control_is_pressed_from_its_own_page(demo: Demo) -> None:
    assert ask(demo, "POST", "/clock/hour", Origin=origin(demo)).status == 303


def test_a_name_that_only_points_here_is_not_let_in(demo: Demo) -> None:
    port = urlsplit(demo.url).port
    assert ask(demo, "GET", "/", Host=f"elsewhere.example:{port}").status == 403
    assert ask(demo, "GET", "/", Host=f"localhost:{port}").status == 200


@pytest.mark.parametrize("path", ["/?show=nothing", "/now?show=nothing", "/static/page.py"])
def test_what_is_not_there_is_not_found(path: str, demo: Demo) -> None:
    assert ask(demo, "GET", path).status == 404


def test_the_page_shows_only_itself_the_phone_and_the_results(demo: Demo) -> None:
    policy = ask(demo, "GET", "/").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert all(re.fullmatch(r"http://127\.0\.0\.1:\d+", source) for source in rules["frame-src"].split())
