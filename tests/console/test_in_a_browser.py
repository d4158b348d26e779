"""Every page of the console in a real browser: axe finds nothing, nothing is too wide, no title tells of anybody, no link is dead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Connection, select, update

from bot.web.console.routes import PAGES
from storage import schema
from tests.console import served
from tests.console.scenery import MESSAGES, Scenery

pytestmark = pytest.mark.timeout(600)  # the first of these opens every page there is
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
NO_PAGES = re.compile(r"(\.(csv|xlsx|json|zip|png)|/file|/picture\.png|/console/)$")
"""Addresses that answer with a file, or send on."""

QUERIES = (
    "/console/results/clinic?by=door&value=web",
    "/console/results/clinic/cross?one=who&other=first",
    "/console/results/clinic/compare?by=door",
    "/console/inbox/clinic?show=read",
    "/console/engagements/clinic/sheet?layout=4",
    "/console/people?place=ME14",
    "/console/audit?who=nobody",
)
"""Pages that look otherwise when something is asked of them."""

NAMED = ("Sam Lee", "Alex Kim", "Robin Shah", "clinic", "Łucja", *MESSAGES)
"""What stays out of a title, for it stays in the history of the browser."""


@dataclass
class Seen:
    """What every page showed at both widths."""

    axe: dict[str, list[str]] = field(default_factory=dict)
    too_wide: list[str] = field(default_factory=list)
    headings: dict[str, int] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)  # where to -> from where
    said: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)


def address(path: str, codes: dict[str, str]) -> str:
    """The page with real codes in its address. Raises KeyError for a kind of page that has none: add it to the scenery."""
    kind = path.split("/")[2]
    parts = {"slug": "clinic", "place": "2", "handle": codes["handle"], "code": codes.get(kind), "token": codes["enrol"]}
    return re.sub(r"\{(\w+)\}", lambda found: str(parts[found[1]] or codes[kind]), path)


def addresses(scenery: Scenery) -> list[tuple[str, bool]]:
    """Every page there is, and whether one is signed in on it."""
    pages = [page for page in PAGES if page.method == "GET" and not NO_PAGES.search(page.path)]
    states = [f"/console/broadcasts/{code}" for code in scenery.messages.values()]
    return [(address(page.path, scenery.codes), page.need != "anybody") for page in pages] + [
        (path, True) for path in (*QUERIES, *states)
    ]


@pytest.fixture(scope="module")
def seen(browser: Browser, scenery: Scenery, site: str) -> Seen:
    """Open each page once, wide by day and then narrow by night."""
    found = Seen()
    scenery.admin.confirm()
    inside, outside = (browser.new_context(bypass_csp=True) for _ in range(2))
    served.sign_in(inside, site, scenery.admin)
    tabs = {True: _tab(inside, found), False: _tab(outside, found)}
    for path, is_in in addresses(scenery):
        _look(tabs[is_in], site, path, found)
    return found


def _tab(context: BrowserContext, found: Seen) -> Page:
    page = context.new_page()
    page.on("console", lambda message: found.said.append(f"{page.url}: {message.text}"))
    return page


def _look(page: Page, site: str, path: str, found: Seen) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light")
    answer = page.goto(site + path)
    found.statuses[path] = answer.status if answer else 0
    found.titles[path] = page.title()
    found.headings[path] = page.locator("h1").count()
    found.links |= {
        urljoin(page.url, href): path
        for href in page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    }
    _measure(page, f"{path} wide", 1280, found)
    page.set_viewport_size({"width": 320, "height": 700})
    page.emulate_media(color_scheme="dark")
    _measure(page, f"{path} narrow", 320, found)


def _measure(page: Page, name: str, width: int, found: Seen) -> None:
    problems: list[dict[str, Any]] = Axe().run(page, options=AXE).response["violations"]
    if problems:
        found.axe[name] = [f"{one['id']}: {node['html'][:200]}" for one in problems for node in one["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.too_wide.append(name)


def test_every_page_opens_for_an_administrator_and_says_nothing_in_the_browsers_log(seen: Seen) -> None:
    assert {path: status for path, status in seen.statuses.items() if status != 200} == {}
    assert seen.said == []


def test_axe_finds_nothing_wrong_on_any_page_wide_by_day_or_narrow_by_night(seen: Seen) -> None:
    assert seen.axe == {}


def test_no_page_is_wider_than_a_small_phone(seen: Seen) -> None:
    assert seen.too_wide == []


def test_each_page_has_one_heading_and_a_title_that_tells_of_nobody(seen: Seen) -> None:
    assert {path: number for path, number in seen.headings.items() if number != 1} == {}
    assert {path: title for path, title in seen.titles.items() if not title.endswith(" – With Us")} == {}
    assert {path: title for path, title in seen.titles.items() if any(name in title for name in NAMED)} == {}


def test_every_link_on_every_page_leads_somewhere(seen: Seen, scenery: Scenery) -> None:
    scenery.admin.confirm()
    paths = sorted({urlsplit(link)._replace(scheme="", netloc="", fragment="").geturl() for link in seen.links})
    ours = [path for path in paths if path.startswith("/console")]
    answers = scenery.office.ask_all((scenery.admin, "GET", path) for path in ours)
    dead = {path: answer.status_code for path, answer in zip(ours, answers, strict=True) if answer.status_code >= 400}
    assert dead == {}


def test_a_page_that_renews_itself_leaves_the_keyboard_where_it_was(browser: Browser, scenery: Scenery, site: str) -> None:
    code = scenery.messages["sending"]
    page = browser.new_page()
    served.sign_in(page.context, site, scenery.office.staff("officer"))
    page.clock.install()
    page.goto(f"{site}/console/broadcasts/{code}")
    page.get_by_role("button", name="Pause").focus()
    scenery.office.world.do(lambda db: tap_all(db, code))
    page.clock.run_for(5000)
    expect(page.locator("#news")).to_have_text("The figures were renewed.")
    assert page.evaluate("document.activeElement.innerText") == "Pause"


def tap_all(db: Connection, code: str) -> None:
    """Everybody who got it has tapped."""
    mine = select(schema.broadcasts.c.id).where(schema.broadcasts.c.code == code)
    db.execute(update(schema.outbox).where(schema.outbox.c.broadcast_id.in_(mine)).values(tapped=True))
