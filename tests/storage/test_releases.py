"""Figures are counted once, from ten people and then eight more, and say nothing of a few."""

import asyncio
import random
from collections import Counter

import pytest
from sqlalchemy import select

from storage import schema
from storage.engagements import Engagement
from storage.figures import releases
from storage.figures.releases import ANSWERED, Release
from tests.storage.world import NOON, SKIPPED, SOURCE, World, pick, write
from tests.web.kinds import EVERY_KIND


def make(world: World, engagement: Engagement, *, closing: bool = False) -> int | None:
    return world.do(lambda db: releases.make(db, engagement, NOON, closing=closing))


def latest(world: World, engagement: Engagement) -> Release:
    found = world.do(lambda db: releases.latest(db, engagement.id))
    assert found
    return found


def finish(world: World, engagement: Engagement, people: int, option: str = "have") -> None:
    world.answer_all(engagement, [{"who": pick(option)}] * people)


def test_before_ten_people_there_is_no_release(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 9)
    assert make(world, clinic) is None
    assert world.do(lambda db: releases.latest(db, clinic.id)) is None


@pytest.mark.parametrize("identity", ["confidential", "named"])
def test_the_first_release_counts_ten_people(world: World, identity: str) -> None:
    clinic = world.engage(identity)
    finish(world, clinic, 10)
    assert make(world, clinic) == 1
    assert latest(world, clinic) == Release(1, NOON.date(), 10, {"who": {ANSWERED: 10, "have": 10}})


def test_the_next_release_waits_for_eight_more_people(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 10)
    make(world, clinic)
    finish(world, clinic, 7, "care")
    assert make(world, clinic) is None
    assert latest(world, clinic).counts["who"] == {ANSWERED: 10, "have": 10}
    finish(world, clinic, 1, "care")
    assert make(world, clinic) == 2
    assert latest(world, clinic).counts["who"] == {ANSWERED: 18, "have": 10, "care": 8}


def test_closing_does_not_release_fewer_than_eight_more(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 17)
    make(world, clinic)
    finish(world, clinic, 7)
    assert make(world, clinic, closing=True) is None
    assert latest(world, clinic).respondents == 17


def test_unfinished_answers_are_not_in_a_release(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 10)
    world.answer_all(clinic, [{"who": pick("care")}] * 5, finished=False)
    make(world, clinic)
    assert latest(world, clinic).counts == {"who": {ANSWERED: 10, "have": 10}}


def test_skipped_questions_are_not_answered_ones(world: World) -> None:
    clinic = world.engage()
    for number in range(10):
        world.answer(clinic, {"who": SKIPPED if number else pick("have"), "wrong": write("words")})
    make(world, clinic)
    assert latest(world, clinic).counts == {"who": {ANSWERED: 1, "have": 1}, "wrong": {ANSWERED: 10}}


def test_every_tick_counts_and_each_person_once(world: World) -> None:
    clinic = world.engage()
    for number in range(12):
        world.answer(clinic, {"first": pick("nearer", "phone") if number < 4 else pick("phone")})
    make(world, clinic)
    assert latest(world, clinic).counts == {"first": {ANSWERED: 12, "nearer": 4, "phone": 12}}


def test_a_release_counts_all_editions_together(world: World) -> None:
    finish(world, world.engage(), 6)
    second = world.engage(source=SOURCE.replace("I have it", "I live with it"))
    finish(world, second, 6)
    make(world, second)
    assert latest(world, second).counts["who"] == {ANSWERED: 12, "have": 12}


def test_releases_of_other_engagements_stay_apart(world: World) -> None:
    clinic, ward = world.engage(), world.engage(source=SOURCE.replace('id = "clinic"', 'id = "ward"'))
    finish(world, clinic, 10)
    finish(world, ward, 11, "care")
    make(world, clinic)
    assert make(world, ward) == 1
    assert latest(world, clinic).counts["who"] == {ANSWERED: 10, "have": 10}
    assert latest(world, ward).counts["who"] == {ANSWERED: 11, "care": 11}


def test_what_is_due_is_found_for_all_engagements_at_once(world: World) -> None:
    def due() -> list[str]:
        return [one.slug for one in world.do(lambda db: releases.due(db, everything))]

    kinds = {"few": 9, "enough": 10, "anonymous": 10, "later": 10}
    sources = {slug: SOURCE.replace('id = "clinic"', f'id = "{slug}"', 1) for slug in kinds}
    everything = [world.engage("anonymous" if slug == "anonymous" else "named", source) for slug, source in sources.items()]
    for one in everything:
        finish(world, one, kinds[one.slug])
    assert due() == ["enough", "anonymous", "later"]
    make(world, everything[-1])
    assert due() == ["enough", "anonymous"]
    finish(world, everything[-1], 8)
    assert due() == ["enough", "anonymous", "later"]


def test_a_question_keeps_its_figures_until_eight_more_have_answered_it(world: World) -> None:
    clinic = world.engage()
    world.answer_all(clinic, [{"who": pick("have"), "first": pick("nearer")}] * 10)
    make(world, clinic)
    finish(world, clinic, 6)
    world.answer_all(clinic, [{"who": pick("care"), "first": pick("phone")}] * 4)
    make(world, clinic)
    assert latest(world, clinic).counts["first"] == {ANSWERED: 10, "nearer": 10}
    assert latest(world, clinic).counts["who"] == {ANSWERED: 20, "have": 16, "care": 4}
    world.answer_all(clinic, [{"first": pick("phone")}] * 8)
    make(world, clinic)
    assert latest(world, clinic).counts["first"] == {ANSWERED: 22, "nearer": 10, "phone": 12}
    assert latest(world, clinic).counts["who"] == {ANSWERED: 20, "have": 16, "care": 4}


def counted_and_said(world: World) -> tuple[dict[str, int], dict[str, int]]:
    """What the last of many releases counts, and what people said."""
    clinic = world.engage()
    chance = random.Random(8)
    said: Counter[str] = Counter()
    for people in (*(chance.randrange(14) for _ in range(12)), 8):
        chosen = chance.choices(["have", "care"], k=people)
        world.answer_all(clinic, [{"who": pick(option)} for option in chosen])
        said.update(chosen)
        make(world, clinic)
    return dict(latest(world, clinic).counts["who"]), {ANSWERED: said.total(), **said}


def test_figures_of_any_run_of_releases_equal_the_answers(world: World) -> None:
    counted, said = counted_and_said(world)
    assert counted == said


def test_counting_what_was_counted_before_would_show(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = schema.responses.alias()
    monkeypatch.setattr(releases, "_uncounted", lambda _engagement_id: select(everyone.c.respondent))
    counted, said = counted_and_said(world)
    assert counted != said


def test_two_that_count_at_once_count_each_answer_once(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 12)

    async def one() -> int | None:
        async with world.engine.begin() as connection:
            return await connection.run_sync(releases.make, clinic, NOON)

    async def both() -> list[int | None]:
        return list(await asyncio.gather(one(), one()))

    assert set(world.run(both)) == {1, None}
    assert latest(world, clinic).counts["who"] == {ANSWERED: 12, "have": 12}


def test_only_the_newest_counts_and_those_still_shown_are_kept(world: World) -> None:
    clinic = world.engage()
    for _ in range(4):
        finish(world, clinic, 10)
        make(world, clinic)
    assert latest(world, clinic).number == 4
    assert world.count(schema.release_counts) == 2


def test_a_ranking_is_counted_by_place_also_when_its_question_is_gone(world: World) -> None:
    first = world.engage(source=EVERY_KIND)
    world.answer_all(first, [{"rank": pick("time", "staff", "place")}] * 10)
    second = world.engage(source=EVERY_KIND.replace('id = "rank"', 'id = "order"'))
    make(world, second)
    assert latest(world, second).counts["rank"] == {ANSWERED: 10, "time.1": 10, "staff.2": 10, "place.3": 10}
