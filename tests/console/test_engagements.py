"""Engagements in the console."""

from __future__ import annotations

from tests.console.office import Office
from tests.storage.world import SOURCE

LIST = "/console/engagements"


def test_every_page_about_an_engagement_is_there(office: Office) -> None:
    office.world.engage()
    ann = office.staff("officer")
    made = ann.post("/console/new-engagement", {"title": "The garden", "from": ""})
    assert made.headers["location"] == f"{LIST}/the-garden/charter"
    for slug in ("clinic", "the-garden"):
        for path in ("", "/charter", "/steps", "/steps/1", "/text", "/editions", "/links", "/phone", "/file", "/publish"):
            answer = ann.get(f"{LIST}/{slug}{path}")
            assert answer.status_code in {200, 303}, path
