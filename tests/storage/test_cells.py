"""Figures of groups: counted with each release, shown when enough more have come to a group, built for what was before."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from storage import codes, schema, unlinking
from storage.engagements import Engagement
from storage.figures import cells, releases
from storage.figures.cells import ALL, NOBODY
from tests.storage.world import NOON, SKIPPED, World, pick, write


def release(world: World, engagement: Engagement) -> int | None:
    return world.do(lambda db: releases.make(db, engagement, NOON))


def read(world: World, engagement: Engagement, by: str, step: str = ALL) -> dict[str, dict[str, int]]:
    return world.do(lambda db: cells.read(db, engagement.id, by, step))


def finish(world: World, engagement: Engagement, people: int, who: str = "have", first: str = "phone", **more: object) -> None:
    language = str(more.pop("language", "en"))
    said = {"who": pick(who, language=language), "first": pick(first, language=language)}
    world.answer_all(engagement, [said] * people, **more)  # type: ignore[arg-type]  # door or now


def test_a_release_counts_groups_by_language_door_and_month(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 12)
    finish(world, clinic, 10, "care", language="cy", door="web", now=NOON + dt.timedelta(days=30))
    release(world, clinic)
    assert read(world, clinic, "language", "who") == {"en": {ALL: 12, "have": 12}, "cy": {ALL: 10, "care": 10}}
    assert read(world, clinic, "door") == {"telegram": {ALL: 12}, "web": {ALL: 10}}
    assert read(world, clinic, "month") == {"2027-02": {ALL: 12}, "2027-03": {ALL: 10}}
    assert read(world, clinic, "partner") == {NOBODY: {ALL: 22}}


def test_two_questions_are_counted_against_each_other_once(world: World) -> None:
    clinic = world.engage()
    world.answer_all(clinic, [{"who": pick("have"), "first": pick("nearer", "phone"), "wrong": write("words")}] * 11)
    world.answer_all(clinic, [{"who": pick("care"), "first": SKIPPED}] * 3)
    release(world, clinic)
    assert read(world, clinic, "who", "first")["have"] == {ALL: 11, "nearer": 11, "phone": 11}
    assert read(world, clinic, "first", "who") == {}
    assert read(world, clinic, "who", "wrong") == read(world, clinic, "who", "who") == {}


def test_groups_are_shown_anew_together_when_eight_more_have_come_to_one_and_to_none_a_few(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 20)
    finish(world, clinic, 9, language="cy")
    release(world, clinic)
    first = {"en": {ALL: 20, "have": 20}, "cy": {ALL: 9, "have": 9}}
    assert read(world, clinic, "language", "who") == first
    finish(world, clinic, 1, "care", language="cy")
    finish(world, clinic, 7)
    release(world, clinic)  # seven more of those who are shown: Welsh waits with them, though it has ten now
    assert read(world, clinic, "language", "who") == first | {"cy": {ALL: 9, "have": 9, "care": 1}}
    finish(world, clinic, 8)
    release(world, clinic)
    assert read(world, clinic, "language", "who") == {"en": {ALL: 35, "have": 35}, "cy": {ALL: 10, "have": 9, "care": 1}}


def test_an_option_that_came_after_a_group_was_shown_waits_with_it(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 12)
    release(world, clinic)
    finish(world, clinic, 5, "care", language="cy")
    finish(world, clinic, 3, "care")
    release(world, clinic)
    assert read(world, clinic, "language", "who")["en"] == {ALL: 12, "have": 12, "care": 0}


def test_people_of_a_partner_are_counted_under_its_code(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic, meet = world.engage(), world._meet
    values = {"code": codes.make(), "organisation_id": world.organisation_id, "name": "Age UK"}
    partner = world.do(lambda db: db.scalars(insert(schema.partners).values(values).returning(schema.partners.c.id)).one())

    def by_its_link(db: Connection) -> tuple[int, str]:
        person, code = meet(db)
        db.execute(update(schema.people).where(schema.people.c.id == person).values(partner_id=partner))
        return person, code

    finish(world, clinic, 12)
    monkeypatch.setattr(world, "_meet", by_its_link)
    finish(world, clinic, 10)
    release(world, clinic)
    assert read(world, clinic, "partner") == {NOBODY: {ALL: 12}, values["code"]: {ALL: 10}}


def test_an_anonymous_set_is_in_no_group_that_fewer_than_ten_share(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 12)
    world.do(lambda db: unlinking.free(db, world.keys, clinic, NOON))
    release(world, clinic)
    found = world.do(lambda db: set(db.scalars(select(schema.release_cells.c.by))))
    assert found == {"#", "month", "edition", "who"}


def everything(world: World, engagement: Engagement) -> dict[tuple[str, ...], tuple[int, int]]:
    kept = schema.release_cells.c
    rows = world.do(lambda db: db.execute(select(schema.release_cells).where(kept.by != "#")).all())
    return {(row.by, row.value, row.step, row.option): (row[5], row.shown) for row in rows if row.engagement_id == engagement.id}


def answer_at_random(world: World, engagement: Engagement, people: int, chance: random.Random) -> None:
    said = [
        {"who": pick(chance.choice(["have", "care"])), "first": pick(*chance.sample(["nearer", "later", "phone"], 2))}
        for _ in range(people)
    ]
    world.answer_all(engagement, said)


@pytest.mark.parametrize("at_once", [3, 1000])
def test_cells_built_afterwards_are_those_that_releases_would_have_counted(
    world: World, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, chance = world.engage(), random.Random(3)
    answer_at_random(world, clinic, 30, chance)
    release(world, clinic)
    whole = everything(world, clinic)
    world.do(lambda db: db.execute(delete(schema.release_cells)).rowcount)
    monkeypatch.setattr(cells, "MOST_AT_ONCE", at_once)
    slices = 0
    while world.do(lambda db: cells.build(db, [clinic.id])):
        slices += 1
    assert slices == (11 if at_once == 3 else 1)
    assert everything(world, clinic) == whole


def test_a_release_while_cells_are_built_counts_nobody_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic, chance = world.engage(), random.Random(4)
    answer_at_random(world, clinic, 30, chance)
    release(world, clinic)
    world.do(lambda db: db.execute(delete(schema.release_cells)).rowcount)
    monkeypatch.setattr(cells, "MOST_AT_ONCE", 10)
    for people in (8, 9, 12):
        answer_at_random(world, clinic, people, chance)
        release(world, clinic)
        assert not world.do(lambda db: cells.is_whole(db, clinic.id))
        world.do(lambda db: cells.build(db, [clinic.id]))
    while world.do(lambda db: cells.build(db, [clinic.id])):
        pass
    assert world.do(lambda db: cells.is_whole(db, clinic.id))
    assert read(world, clinic, "door") == {"telegram": {ALL: 59}}
    exact = Counter(option["count"] for step in world.exact(clinic)["steps"][:2] for option in step["options"])
    told = read(world, clinic, "door", "who")["telegram"] | read(world, clinic, "door", "first")["telegram"]
    assert Counter(count for option, count in told.items() if option != ALL) == exact


def test_a_release_counts_so_many_at_once_that_nobody_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = world.engage()
    finish(world, clinic, 45)
    monkeypatch.setattr(cells, "MOST_AT_ONCE", 20)
    assert [release(world, clinic) for _ in range(3)] == [1, 2, None]
    assert read(world, clinic, "door") == {"telegram": {ALL: 45}}
    finish(world, clinic, 50)
    world.do(lambda db: releases.make(db, clinic, NOON, closing=True))
    assert read(world, clinic, "door") == {"telegram": {ALL: 95}}
