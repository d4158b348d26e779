"""Who may open what: every page of the route table by everybody there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from bot.access import ROLES, allows
from bot.web.console import gate
from bot.web.console.routes import PAGES
from bot.web.console.visits import Page, Visit
from storage.staffing import signins
from storage.staffing import staff as colleagues
from tests.console.office import Browser, Office

REACHED = "reached"
SIGNED = {"/calendar/{ticket}", "/calendar/{ticket}.ics", "/join/{ticket}", "/feeds/{code}.ics"}
"""Where the address is the key."""

OPEN = {"/healthz", "/static"} | SIGNED
"""What everybody may have from outside, beside the pages whose rule is `anybody`."""

STRANGERS = {"nobody", "removed", "locked"}
EVERYBODY = {*ROLES, *STRANGERS}


async def reach(_visit: Visit) -> Response:
    return PlainTextResponse(REACHED)


DOLLS = tuple(replace(page, answer=reach) for page in PAGES)
"""Every page with its rule, and nothing behind the gate but a word."""

FEW = tuple({(page.method, page.need): page for page in DOLLS}.values())
"""One of each kind: enough to see that a gate is broken."""


@dataclass(frozen=True)
class Seen:
    """What one request came to."""

    page: Page
    visitor: str
    came_to: str


def visitors(office: Office, names: Collection[str]) -> dict[str, Browser]:
    """Everybody who could be at a browser, or some of them."""
    made = {role: office.staff(role) for role in ROLES if role in names}
    made["nobody"] = office.browser()
    here = office.world.organisation_id
    for name, end in {"removed": colleagues.remove, "locked": colleagues.lock}.items():
        one = made[name] = office.staff("officer")
        office.world.do(lambda db, one=one, end=end: end(db, here, one.who, "test", office.now))  # type: ignore[misc]
    return made


def address(page: Page) -> str:
    return re.sub(r"\{[^}]*\}", "made-up", page.path)


def expected(page: Page, visitor: str) -> str:
    if page.need == "anybody":
        return REACHED
    if visitor in STRANGERS:
        return "sign in"
    return REACHED if page.need == "signed-in" or page.need in ROLES[visitor] else "refused"


def came_to(answer: Any) -> str:
    if answer.status_code == 303 and answer.headers["location"].startswith(gate.SIGN_IN):
        return "sign in"
    return str({403: "refused", 200: answer.text}.get(answer.status_code, answer.status_code))


def walk(office: Office, pages: Sequence[Page], names: Collection[str]) -> Iterator[Seen]:
    """Each of them tries each page."""
    office = replace(office, dolls=pages)
    asked = [(page, name, browser) for name, browser in visitors(office, names).items() for page in pages]
    answers = office.ask_all((browser, page.method, address(page)) for page, _, browser in asked)
    return (Seen(page, name, came_to(answer)) for (page, name, _), answer in zip(asked, answers, strict=True))


def check_matrix(office: Office, pages: Sequence[Page] = DOLLS, names: Collection[str] = EVERYBODY) -> None:
    """Every page × every visitor answers as the rule says, and each refusal of somebody known is noted."""
    seen = list(walk(office, pages, names))
    assert [one for one in seen if one.came_to != expected(one.page, one.visitor)] == [], "not as the rule says"
    refused = sorted(f"{one.page.method} {address(one.page)}" for one in seen if one.came_to == "refused")
    assert sorted(about for _, _, about in office.noted("refuse-page")) == refused, "refusals are not noted"


def check_table(office: Office) -> None:
    """Every route of the program has a rule, and lets no stranger in but where the rule says so."""
    rules = {(page.method, page.path): page.need for page in PAGES}
    routes = [route for route in office.app.routes if isinstance(route, Route | Mount) and route.path not in OPEN]
    found = {(method, route.path) for route in routes for method in getattr(route, "methods", None) or {"?"}} - heads(routes)
    assert found - rules.keys() == set(), "routes without a rule"
    closed = [key for key in sorted(found) if rules[key] != "anybody"]
    answers = office.ask_all((office.browser(), method, re.sub(r"\{[^}]*\}", "made-up", path)) for method, path in closed)
    assert {came_to(answer) for answer in answers} == {"sign in"}, "strangers get in"


def heads(routes: list[Any]) -> set[tuple[str, str]]:
    """HEAD comes with GET, and goes through the same gate."""
    return {("HEAD", route.path) for route in routes}


@pytest.mark.promise("P19")
def test_every_page_answers_everybody_as_its_rule_says(either: Office) -> None:
    on_sqlite = either.world.engine.dialect.name == "sqlite"
    check_matrix(either, DOLLS if on_sqlite else FEW)  # the same gate: there each kind of page is enough


@pytest.mark.promise("P19")
def test_every_route_there_is_has_a_rule_and_stands_behind_the_gate(either: Office) -> None:
    check_table(either)


async def back_door(_request: object) -> Response:
    return PlainTextResponse("everybody's names")


@pytest.mark.promise("P19", control=True)
def test_a_page_beside_the_gate_is_caught(either: Office) -> None:
    beside = replace(either, extra=[Route("/console/names.csv", back_door)])
    with pytest.raises(AssertionError, match="without a rule"):
        check_table(beside)
    hidden = replace(either, extra=[Route("/console/people", back_door)])  # in front of one that has a rule
    with pytest.raises(AssertionError, match="strangers get in"):
        check_table(hidden)


BROKEN: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "forgets permissions": lambda patch: patch.setattr(gate, "allows", lambda _role, _need: True),
    "forgets one permission": lambda patch: patch.setattr(
        gate, "allows", lambda role, need: need == "manage-staff" or allows(role, need)
    ),
    "lets removed colleagues in": lambda patch: patch.setattr(signins, "find", forget_state),
    "writes nothing down": lambda patch: patch.setattr(Visit, "note_of", lambda *_: None),
}
"""A gate that forgets something -> how it is made."""


def forget_state(db: Any, organisation_id: int, _token: str, _now: object, **_more: object) -> Any:
    return colleagues.load(db, organisation_id)[0]


@pytest.mark.promise("P19", control=True)
@pytest.mark.parametrize("broken", BROKEN)
def test_a_gate_that_forgets_something_is_caught(either: Office, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BROKEN[broken](monkeypatch)
    with pytest.raises(AssertionError, match=r"not as the rule says|refusals are not noted"):
        check_matrix(either, FEW, {"analyst"})
