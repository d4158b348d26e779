"""The results pages: from releases only, by the small-numbers rule, and to a partner only of its own people."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select, update

from storage import engagements, releases, schema
from storage.engagements import Engagement
from tests.console.office import Office
from tests.storage.test_cells import finish
from tests.storage.world import NOON, World


def release(world: World, engagement: Engagement) -> None:
    while world.do(lambda db: releases.make(db, engagement, NOON)):
        pass


@pytest.fixture
def clinic(office: Office) -> Engagement:
    """An engagement that 30 people answered in English, 12 in Welsh, and 22 in both ways."""
    made = office.world.engage()
    finish(office.world, made, 30)
    finish(office.world, made, 12, "care", "nearer", language="cy", door="web")
    finish(office.world, made, 22, "care", "phone")
    release(office.world, made)
    return made


def test_the_page_tells_a_release_with_who_took_part(office: Office, clinic: Engagement) -> None:
    page = office.staff("analyst").get("/console/results/clinic").text
    assert "<strong>65</strong> people have finished" in page
    assert "Finished, by language" in page
    assert "Which best describes you?" in page


def test_one_group_is_told_by_itself(office: Office, clinic: Engagement) -> None:
    page = office.staff("analyst").get("/console/results/clinic?by=language&value=cy").text
    assert "<strong>10</strong> people have finished" in page


def test_two_questions_are_crossed(office: Office, clinic: Engagement) -> None:
    page = office.staff("analyst").get("/console/results/clinic/cross?one=who&other=first").text
    assert "I have it" in page
    assert "Nearer home" in page
