"""Every page of the console in a real browser: nothing for axe to find, nothing too wide, no telling title, no dead link."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection, select, update

from bot.web.console.routes import PAGES
from storage import schema
from tests.console import served
from tests.console.scenery import MESSAGES, Scenery

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
SIGHT = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
NARROW = {"runOnly": {"type": "rule", "values": SIGHT}, "resultTypes": ["violations"]}
"""What can be otherwise on the same page in other colours and less room."""

NO_PAGES = re.compile(r"(\.(csv|xlsx|json|zip|png)|/file|/picture\.png|/console/)$")
"""Addresses that answer with a file, or send on."""

BEHIND = """() => {
  const all = [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")];
  const shown = all.filter((each) => each.tabIndex >= 0 && each.checkVisibility());
  return [...shown, ...shown.reverse()].filter((each) => {
    each.focus();
    const box = each.getBoundingClientRect();
    const at = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [box.x + box.width * x, box.y + box.height * y]));
    return !at.map(([x, y]) => document.elementFromPoint(x, y)).some((met) => each.contains(met) || met?.contains(each));
  }).map((each) => each.outerHTML.slice(0, 200));
}"""
"""What the keyboard reaches, forwards and backwards, and something else lies in front of."""

QUERIES = (
    "/console/results/clinic?by=door&value=web",
    "/console/results/clinic/cross?one=who&other=first",
    "/console/results/clinic/compare?by=door",
    "/console/inbox/clinic?show=read",
    "/console/engagements/clinic/sheet?layout=4",
    "/console/people?place=ME14",
    "/console/audit?who=nobody",
    "/console/dates/meeting",
    "/console/events/gathering",
    "/console/engagements/workshop-design-the-next-step/charter",
)
"""Pages that look otherwise when something is asked of them."""

NAMED = ("Sam Lee", "Alex Kim", "Robin Shah", "clinic", "Łucja", *MESSAGES)
"""What stays out of a title, for it stays in the history of the browser."""


def address(path: str, codes: dict[str, str]) -> str:
    """The page with real codes in its address. Raises KeyError for a kind of page that has none: add it to the scenery."""
    kind = path.split("/")[2]
    parts = {"slug": "clinic", "place": "2", "handle": codes["handle"], "code": codes.get(kind), "token": codes["enrol"]}
    return re.sub(r"\{(\w+)\}", lambda found: str(parts.get(found[1]) or codes.get(found[1]) or codes[kind]), path)


SHOWN = [page for page in PAGES if page.method == "GET" and not NO_PAGES.search(page.path)]
PARTS = sorted({page.path.split("/")[2] for page in SHOWN})


def addresses(scenery: Scenery) -> list[tuple[str, bool]]:
    """Every page there is, and whether one is signed in on it."""
    pages = [(address(page.path, scenery.codes), page.need != "anybody") for page in SHOWN]
    return pages + [(path, True) for path in (*QUERIES, *(f"/console/broadcasts/{code}" for code in scenery.messages.values()))]


@pytest.fixture(scope="module")
def tabs(browser: Browser, scenery: Scenery, site: str) -> dict[bool, Page]:
    """Give a page on which somebody is signed in, and one on which nobody is."""
    inside, outside = (browser.new_context(bypass_csp=True, base_url=site) for _ in range(2))
    served.sign_in(inside, site, scenery.admin)
    return {True: inside.new_page(), False: outside.new_page()}


@pytest.mark.parametrize("part", PARTS)
def test_every_page_opens_fits_a_small_phone_leads_on_and_tells_of_nobody(
    scenery: Scenery, tabs: dict[bool, Page], part: str
) -> None:
    scenery.admin.confirm()
    paths = [(path, is_in) for path, is_in in addresses(scenery) if re.split("[/?]", path)[2] == part]
    troubles = {path: look(tabs[is_in], path) + dead_ends(tabs[is_in], scenery) for path, is_in in paths}
    assert {path: found for path, found in troubles.items() if found} == {}
    assert troubles


def look(page: Page, path: str) -> list[str]:
    """What is wrong with a page, wide by day and then narrow by night."""
    found: list[str] = []
    hear = lambda message: found.append(message.text)  # noqa: E731 - the same one is taken off again
    page.on("console", hear)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light")
    answer = page.goto(path)
    found += [] if answer and answer.status == 200 else ["it does not open"]
    found += [] if page.locator("h1").count() == 1 else ["it has not one heading"]
    title = page.title()
    found += [] if title.endswith(" – With Us") and not any(name in title for name in NAMED) else [f"its title is {title}"]
    found += _judge(page, Axe().run(page, options=WIDE).response)
    page.set_viewport_size({"width": 320, "height": 700})
    page.emulate_media(color_scheme="dark")
    found += _judge(page, page.evaluate("options => axe.run(options)", NARROW))
    page.remove_listener("console", hear)
    return found + [f"the keyboard does not see {each}" for each in page.evaluate(BEHIND)]


def _judge(page: Page, judged: dict[str, Any]) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    broken = [f"{one['id']}: {node['html'][:200]}" for one in judged["violations"] for node in one["nodes"]]
    return broken + (["it is wider than the window"] if wide else [])


def dead_ends(page: Page, scenery: Scenery) -> list[str]:
    """Links on the page that lead nowhere."""
    hrefs = page.eval_on_selector_all("main a[href]", "all => all.map(each => each.pathname + each.search)")
    ours = sorted({href for href in hrefs if href.startswith("/console")})
    answers = scenery.office.ask_all((scenery.admin, "GET", href) for href in ours)
    return [f"dead end: {href}" for href, answer in zip(ours, answers, strict=True) if answer.status_code >= 400]


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
