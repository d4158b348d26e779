"""What the pages of results say, to whom, and with which headers."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import Connection

from bot.exports import FORMATS
from bot.web.results import SHEETS
from storage import engagements
from storage.engagements import Engagement
from storage.figures import releases
from tests.storage.world import NOON, SKIPPED, SOURCE, World, pick, write
from tests.web import kinds
from tests.web.site import ask


@pytest.fixture
def clinic(world: World) -> Engagement:
    """Give an engagement that 43 people have finished, with its release."""
    return release(world)


def release(world: World) -> Engagement:
    made = world.engage()
    for number, people in ((0, 3), (3, 6), (9, 22), (31, 12)):
        said = {
            "who": pick("have") if number < 31 else pick("care"),
            "first": pick("nearer", "phone") if number < 3 else pick("nearer"),
            "wrong": write("a secret") if number < 9 else SKIPPED,
        }
        world.answer_all(made, [said] * people)
    world.do(lambda db: releases.make(db, made, NOON))
    return made


class Tables(HTMLParser):
    """The rows of every table of a page, as words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            assert tag == "td" or dict(attrs).get("scope") in {"col", "row"}
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._cell &= tag not in {"th", "td"}

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data


def test_a_page_shows_the_release_as_tables(either: World) -> None:
    page = ask(either, f"/console/results/{release(either).slug}")
    assert page.status_code == 200
    assert Tables(page.text).rows == [
        ["Answer", "People", "Share"],
        ["I have it", "30", "67%"],
        ["I care for someone", "10", "22%"],
        ["Answer", "People", "Share"],
        ["Nearer home", "45", "100%"],
        ["Later in the day", "0", "0%"],
        ["By phone", "*", "–"],
    ]


def test_a_page_says_who_is_counted_and_how(world: World, clinic: Engagement) -> None:
    words = ask(world, f"/console/results/{clinic.slug}").text
    assert "<strong>45</strong> people have finished. Last updated on Monday 1 February 2027." in words
    assert "Figures are rounded to the nearest 5" in words
    assert "Confidential" in words
    assert "<strong>fewer than 10</strong>. What people wrote is not shown" in words
    assert "secret" not in words


def test_a_chart_says_the_same_figures_in_words(world: World, clinic: Engagement) -> None:
    page = ask(world, f"/console/results/{clinic.slug}").text
    described = re.findall(r"<desc[^>]*>(.*?)</desc>", page)
    assert described[0].startswith("I have it: 30. I care for someone: 10.")
    for chart in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert 'role="img"' in chart
        named = re.search(r'aria-labelledby="(\S+) (\S+)"', chart)
        assert named
        assert all(f'id="{name}"' in chart for name in named.groups())


def test_the_title_of_a_page_does_not_name_the_engagement(world: World, clinic: Engagement) -> None:
    found = re.search(r"<title>(.*?)</title>", ask(world, f"/console/results/{clinic.slug}").text)
    assert found
    assert found[1] == "Results – With Us"


def test_a_page_for_programs_holds_what_may_leave_the_team(world: World, clinic: Engagement) -> None:
    assert ask(world, f"/console/results/{clinic.slug}.json").json() == world.released(clinic)


@pytest.mark.parametrize("people", [0, 9])
def test_before_ten_people_a_page_shows_no_number_of_them(world: World, people: int) -> None:
    clinic = world.engage()
    world.answer_all(clinic, [{"who": pick("have")}] * people)
    page = ask(world, "/console/results/clinic").text
    words = re.sub(r"<[^>]+>", " ", page[page.index("<main") :])
    assert "Nothing to show yet" in words
    assert re.findall(r"\d+", words) == ["10"]


def test_a_closed_engagement_with_too_few_people_says_so(world: World) -> None:
    clinic = world.engage()

    def close(db: Connection) -> None:
        engagements.set_state(db, clinic.id, engagements.CLOSED, NOON)

    world.do(close)
    assert "There are no results" in ask(world, "/console/results/clinic").text


def test_the_list_names_every_engagement_with_its_state(world: World, clinic: Engagement) -> None:
    world.engage("anonymous", SOURCE.replace('id = "clinic"', 'id = "ward"').replace("The new clinic", "The ward"))
    page = ask(world, "/console/results").text
    assert re.findall(r'<a href="(/console/results/\w+)">(.*?)</a>', page) == [
        (f"/console/results/{clinic.slug}", "The new clinic"),
        ("/console/results/ward", "The ward"),
    ]
    assert re.findall(r"Finished: (.*?)<", page) == ["45", "fewer than 10"]
    assert page.count(">Open<") == 2


def test_words_of_an_engagement_are_only_words(world: World) -> None:
    world.engage(source=SOURCE.replace("The new clinic", "<script>alert(1)</script>"))
    page = ask(world, "/console/results/clinic").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("path", ["/results", "/results/clinic", "/results/clinic.csv", "/results/clinic?live=1"])
def test_where_results_were_leads_to_where_they_are(world: World, path: str) -> None:
    answer = ask(world, path)
    assert (answer.status_code, answer.headers["location"]) == (308, f"/console{path}")


@pytest.mark.parametrize(
    "path",
    ["/console/results", "/console/results/clinic", "/console/results/clinic.json", "/nowhere", "/static/style.css", "/failing"],
)
def test_every_page_forbids_what_is_not_our_own(world: World, path: str) -> None:
    world.engage()
    headers = ask(world, path).headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self' http://127.0.0.1:* http://localhost:*"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in {"no-referrer", "same-origin"}


@pytest.mark.parametrize("path", ["/console/results", "/console/results/clinic?live=1"])
def test_a_page_loads_nothing_from_elsewhere_and_styles_nothing_inline(world: World, path: str) -> None:
    world.engage()
    page = ask(world, path).text
    assert not re.findall(r'(?:src|href)="(?!/|#)', page)
    assert " style=" not in page
    assert "<style" not in page
    for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert ask(world, asset).status_code == 200


@pytest.mark.parametrize(
    "path, method, status, words",
    [
        ("/nowhere", "GET", 404, "There is no page here"),
        ("/console/results/nothing", "GET", 404, "There is no page here"),
        ("/static/nothing.css", "GET", 404, "There is no page here"),
        ("/console/results", "POST", 405, "nothing can be sent to it"),
        ("/failing", "GET", 500, "It is our fault"),
    ],
)
def test_what_does_not_work_is_said_in_plain_words(world: World, path: str, method: str, status: int, words: str) -> None:
    answer = ask(world, path, method=method)
    assert answer.status_code == status
    assert words in answer.text
    assert "Traceback" not in answer.text


def test_a_page_renews_itself_only_when_asked_to(world: World) -> None:
    world.engage()
    assert "refresh" not in ask(world, "/console/results/clinic").text
    live = ask(world, "/console/results/clinic?live=1").text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in live
    assert "Stop renewing" in live


@pytest.mark.parametrize("form, kind", [("csv", "text/csv; charset=utf-8"), ("xlsx", SHEETS["xlsx"])])
def test_a_release_can_be_kept_as_a_sheet_and_the_exact_figures_cannot(
    world: World, clinic: Engagement, form: str, kind: str
) -> None:
    assert f'href="/console/results/{clinic.slug}.{form}"' in ask(world, f"/console/results/{clinic.slug}").text
    answer = ask(world, f"/console/results/{clinic.slug}.{form}")
    assert answer.content == FORMATS[form](world.released(clinic)) or form == "xlsx"
    assert b"secret" not in answer.content
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == f'attachment; filename="results-{clinic.slug}.{form}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ask(world, f"/console/results/nothing.{form}").status_code == 404


def test_a_page_shows_every_kind_with_a_chart_and_a_table(world: World) -> None:
    page = ask(world, f"/console/results/{kinds.fill(world).slug}").text
    assert page.count("<svg") == page.count("<table") == 12
    assert re.search(r"is in this group: \d+ (to \d+|or more) years", page)
    assert "secret" not in page
    assert "<b>&" not in page
