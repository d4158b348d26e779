"""The pictures in the guides for staff, taken from an office in the middle of its week so that they cannot age.

`WITHUS_PICTURES=1 python3 -m tests -k picture` takes them anew.
"""

from __future__ import annotations

import os

import pytest

from tests.console import served
from tests.console.grouped import rule
from tests.console.office import Browser as Colleague
from tests.console.scenery import Scenery
from tests.groups.table import Table
from tests.house import tree

FOLDER = tree.ROOT / "docs" / "pictures"
GUIDES = [tree.ROOT / "docs" / f"{name}.md" for name in ("console", "events", "groups")]
WIDE, PHONE = (1280, 800), (390, 780)
LEAST, MOST = 10_000, 150_000  # bytes; a picture of an empty page is smaller

PICTURES: dict[str, tuple[str, str, tuple[int, int]]] = {
    "today": ("officer", "/console/today", WIDE),
    "phone": ("officer", "/console/today", PHONE),
    "engagement": ("officer", "/console/engagements/clinic/steps/2", WIDE),
    "segment": ("officer", "/console/segments/{segment}/edit", WIDE),
    "writing": ("officer", "/console/broadcasts/{draft}/edit", WIDE),
    "approving": ("officer", "/console/broadcasts/{waiting}", WIDE),
    "going-out": ("officer", "/console/broadcasts/{sending}", WIDE),
    "inbox": ("officer", "/console/inbox/clinic", WIDE),
    "results": ("analyst", "/console/results/clinic", WIDE),
    "crossed": ("analyst", "/console/results/clinic/cross?one=who&other=first", WIDE),
    "event": ("officer", "/console/dates/{dates}", WIDE),
    "group": ("secretary", "/console/groups/{group}/seats", WIDE),
    "audit": ("ig", "/console/audit", WIDE),
}
"""Name -> whose browser, which page, and how large."""

NAMES = {"officer": "Kit Moss", "analyst": "Lin Park", "ig": "Noor Ali", "secretary": "Jo Bell"}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_of_the_guide_is_there_and_small_and_shown(name: str) -> None:
    assert LEAST < (FOLDER / f"console-{name}.png").stat().st_size < MOST
    assert sum(f"(pictures/console-{name}.png)" in guide.read_text("utf-8") for guide in GUIDES) == 1


@pytest.mark.skipif(not os.environ.get("WITHUS_PICTURES"), reason="WITHUS_PICTURES=1 takes the pictures anew")
def test_pictures_of_the_guide_are_taken_anew(request: pytest.FixtureRequest) -> None:
    browser, scenery, site = (request.getfixturevalue(name) for name in ("browser", "scenery", "site"))
    people = {role: scenery.office.staff(role, name) for role, name in NAMES.items()}
    scenery.codes["group"] = meet(Table(scenery.office.world), people["secretary"]).code
    for name, (role, path, (width, height)) in PICTURES.items():
        page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
        served.sign_in(page.context, site, people[role])
        page.goto(site + address(path, scenery), wait_until="networkidle")
        if name == "segment":
            page.get_by_role("button", name="Count").click()
        page.screenshot(path=FOLDER / f"console-{name}.png")
        page.close()


def address(path: str, scenery: Scenery) -> str:
    """The path, its codes filled in."""
    known = {name: scenery.codes[name] for name in ("dates", "group")}
    return path.format(segment=scenery.codes["segments"], **known, **scenery.messages)


def meet(table: Table, secretary: Colleague) -> Table:
    """A group whose next meeting is one reply short."""
    rule(table, secretary)
    meeting = table.meet(6)
    table.reply(meeting, "Patient", "confirmed")
    table.reply(meeting, "Clinic lead", "confirmed", "online")
    table.reply(meeting, "Carer", "unsure")
    return table
