"""What is told of groups: one table however it is looked at, and nothing that would tell a star elsewhere."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import TypeVar

import pytest

from storage.engagements import Engagement
from storage.figures import comparing, releases
from storage.figures.comparing import Comparison, Side
from tests.storage.test_cells import finish
from tests.storage.world import NOON, SOURCE, World, pick, write

T = TypeVar("T")
THIRD = 'options = [{{ id = "have", label.en = "I have it" }}, {{ id = "care", label.en = "I care for someone" }}'
WORK = SOURCE.replace(THIRD, f'{THIRD}, {{{{ id = "work", label.en = "I work with them" }}}}')


def tell(world: World, engagement: Engagement, work: Callable[[Comparison], T]) -> T:
    flow = world.flow(engagement)
    while world.do(lambda db: releases.make(db, engagement, NOON)):
        pass
    return world.do(lambda db: work(comparing.compare(db, engagement, flow)))


def words(side: Side | None) -> dict[str, str]:
    """Group -> its figures in the order of the options, "-" where there are too few."""
    assert side
    return {
        group.id: " ".join(cells[option.id].shown for option in side.options) if (cells := side.cells.get(group.id)) else "-"
        for group in side.groups
    }


def at_random(world: World, engagement: Engagement) -> None:
    chance = random.Random(5)
    for language, people in (("en", 140), ("cy", 31), ("ur", 12), ("pl", 4)):
        said = [
            {
                "who": pick(chance.choice(["have", "have", "care"]), language=language),
                "first": pick(*chance.sample(["nearer", "later", "phone"], 2), language=language),
            }
            for _ in range(people)
        ]
        world.answer_all(engagement, said)


def test_a_group_asked_for_by_itself_has_the_stars_it_has_beside_the_others(world: World) -> None:
    clinic = world.engage()
    at_random(world, clinic)

    def look(compared: Comparison) -> list[tuple[dict[str, str], dict[str, str]]]:
        whole = {side.step: words(side) for side in compared.sides("language")}
        return [
            ({group.id: whole[side.step][group.id]}, words(side))
            for group, _ in compared.groups("language")
            for side in compared.sides("language", group.id)
        ]

    seen = tell(world, clinic, look)
    assert len(seen) == 8
    assert all(beside == alone for beside, alone in seen)


def test_the_four_who_answered_in_polish_are_hidden_with_the_next_fewest(world: World) -> None:
    clinic = world.engage()
    at_random(world, clinic)
    told = tell(world, clinic, lambda compared: compared.groups("language"))
    assert {group.id: shown for group, shown in told} == {"en": "140", "cy": "30", "pl": "*", "ur": "*"}
    assert {group.id: group.label for group, _ in told}["cy"] == "Cymraeg"


def test_two_questions_are_one_table_whichever_is_asked_for_first(world: World) -> None:
    clinic = world.engage()
    at_random(world, clinic)
    one, other = tell(world, clinic, lambda compared: (compared.cross("who", "first"), compared.cross("first", "who")))
    assert one == other
    assert set(words(one)) == {"have", "care"}


@pytest.mark.parametrize("other", ["who", "wrong", "tell-me", "nothing"])
def test_a_question_is_crossed_with_no_words_nothing_about_oneself_and_not_with_itself(world: World, other: str) -> None:
    clinic = world.engage()
    world.answer_all(clinic, [{"who": pick("have"), "first": pick("phone"), "wrong": write("words")}] * 50)
    assert tell(world, clinic, lambda compared: compared.cross("who", other)) is None


def test_questions_of_which_one_decides_what_the_other_offers_are_not_crossed(world: World) -> None:
    hung = SOURCE.replace('label.en = "By phone"', 'label.en = "By phone", when = {{ who = "have" }}')
    clinic = world.engage(source=hung)
    at_random(world, clinic)
    assert tell(world, clinic, lambda compared: compared.cross("who", "first")) is None


def test_how_many_of_a_group_answered_never_tells_a_star_in_the_question_that_decided_it(world: World) -> None:
    clinic = world.engage(source=WORK.replace('id = "first"', 'id = "first"\nwhen = {{ who = ["have", "care"] }}'))
    for language in ("en", "cy", "ur"):
        finish(world, clinic, 30, language=language)
        finish(world, clinic, 20, "care", language=language)
    for language, people in (("en", 20), ("cy", 30), ("ur", 3)):
        world.answer_all(clinic, [{"who": pick("work", language=language)}] * people)
    who, first = tell(world, clinic, lambda compared: [words(side) for side in compared.sides("language")])
    assert "*" in who["ur"]
    assert first["ur"] == "-"
    assert (who["cy"], first["cy"]) == ("30 20 30", "* * 50")  # nobody is said beside a group that is hidden


def test_editions_and_months_stand_side_by_side(world: World) -> None:
    first = world.engage()
    finish(world, first, 30)
    second = world.engage(source=SOURCE.replace("I have it", "I live with it"))
    finish(world, second, 40, "care", now=NOON + dt.timedelta(days=30))
    told = tell(world, second, lambda compared: {by: compared.groups(by) for by in ("edition", "month")})
    assert [(group.label, shown) for group, shown in told["edition"]] == [
        ("Edition 1, from 1 February 2027", "30"),
        ("Edition 2, from 1 February 2027", "40"),
    ]
    assert [(group.label, shown) for group, shown in told["month"]] == [("February 2027", "30"), ("March 2027", "40")]


def test_a_question_whose_own_figures_are_hidden_is_told_of_no_group(world: World) -> None:
    clinic = world.engage()
    finish(world, clinic, 30)
    world.answer_all(clinic, [{"who": pick("care")}] * 40)
    steps = tell(world, clinic, lambda compared: list(compared.steps))
    assert steps == ["who", "first"]
    gone = world.engage(source=SOURCE.replace('id = "clinic"', 'id = "few"'))
    world.answer_all(gone, [{"who": pick("have")}] * 30 + [{"first": pick("phone")}] * 9)
    assert tell(world, gone, lambda compared: list(compared.steps)) == ["who"]
