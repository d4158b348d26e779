"""Results: exact for the team, rounded and starred for everyone else."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from bot.exports import to_table
from conversations.session import Answer
from storage import people, schema
from storage.engagements import Engagement
from storage.figures import releases
from storage.figures.results import UNREADABLE
from tests.storage.world import NOON, SKIPPED, SOURCE, World, pick, write
from tests.web.kinds import EVERY_KIND


def release(world: World, engagement: Engagement) -> None:
    world.do(lambda db: releases.make(db, engagement, NOON))


def test_exact_results_of_nobody_name_every_question_that_asks(world: World) -> None:
    told = world.exact(world.engage())
    none = [{"id": "have", "label": "I have it", "count": 0}, {"id": "care", "label": "I care for someone", "count": 0}]
    assert (told["engagement"], told["people"]) == ("clinic", {"started": 0, "finished": 0})
    assert [step["id"] for step in told["steps"]] == ["who", "first", "wrong", "tell-me"]
    asked = {"ask": "Which best describes you?", "about": "answers"}
    assert told["steps"][0] == {"id": "who", "kind": "choice", **asked, "answered": 0, "options": none, "texts": []}


def test_exact_results_count_people_answers_and_ticks(world: World) -> None:
    clinic = world.engage()
    world.answer(clinic, {"who": pick("have"), "first": pick("nearer", "phone"), "wrong": write("Do not forget us")})
    world.answer(clinic, {"who": pick("care"), "first": pick("phone"), "wrong": SKIPPED})
    world.answer(clinic, {"who": pick("care")}, finished=False)
    told = world.exact(clinic)
    who, first, wrong, _ = told["steps"]
    assert told["people"] == {"started": 3, "finished": 2}
    assert (who["answered"], [option["count"] for option in who["options"]]) == (3, [1, 2])
    assert (first["answered"], [option["count"] for option in first["options"]]) == (2, [1, 0, 2])
    assert (wrong["answered"], wrong["texts"], wrong["options"]) == (1, ["Do not forget us"], [])


def test_texts_come_in_another_order_than_they_were_given(world: World) -> None:
    clinic = world.engage("named")
    words = [f"text {number}" for number in range(30)]
    for said in words:
        world.answer(clinic, {"wrong": write(said)})
    texts, again = (world.exact(clinic)["steps"][2]["texts"] for _ in range(2))
    assert texts not in (words, again)
    assert sorted(texts) == sorted(words)


def test_an_option_and_a_question_of_an_older_edition_are_still_told(world: World) -> None:
    old = world.engage()
    world.answer(old, {"who": pick("care"), "wrong": write("words")})
    source = SOURCE.replace(', {{ id = "care", label.en = "I care for someone" }}', "").replace('id = "wrong"', 'id = "right"')
    told = world.exact(world.engage(source=source))
    assert told["steps"][0]["options"] == [
        {"id": "have", "label": "I have it", "count": 0},
        {"id": "care", "label": "care", "count": 1},
    ]
    assert [step["id"] for step in told["steps"]] == ["who", "first", "right", "tell-me", "wrong"]
    assert told["steps"][-1]["texts"] == ["words"]


def test_what_people_said_about_themselves_is_told_as_figures_alone(world: World) -> None:
    clinic = world.engage()
    rows = [
        {
            "person_id": world.answer(clinic, {"who": pick("have")}),
            "engagement_id": clinic.id,
            "step": "tell-me",
            "edition_id": clinic.edition_id,
            "language": "en",
            "chosen": chosen,
        }
        for chosen in ("yes", "yes", "no")
    ]
    world.do(lambda db: people.wish(db, [{**row, "sealed": None} for row in rows]))
    assert world.exact(clinic)["steps"][-1] == {
        "id": "tell-me",
        "kind": "yes-no",
        "ask": "Shall we tell you what happens next?",
        "about": "me",
        "answered": 3,
        "options": [{"id": "yes", "label": "Yes", "count": 2}, {"id": "no", "label": "No", "count": 1}],
        "texts": [],
    }


def test_a_text_that_cannot_be_opened_is_said_to_be_so(world: World) -> None:
    clinic = world.engage()
    world.answer(clinic, {"wrong": write("words")})
    world.do(lambda db: db.execute(update(schema.answers).values(sealed=bytes(40))).rowcount)
    assert world.exact(clinic)["steps"][2]["texts"] == [UNREADABLE]


def test_nine_people_have_no_breakdown_and_no_number(world: World) -> None:
    clinic = world.engage()
    world.answer_all(clinic, [{"who": pick("have")}] * 9)
    release(world, clinic)
    told = world.released(clinic)
    assert told == {
        "engagement": "clinic",
        "title": "The new clinic",
        "release": None,
        "day": None,
        "people": {"finished": "fewer than 10"},
        "steps": [],
    }


def test_released_results_are_rounded_and_starred(world: World) -> None:
    clinic = world.engage()
    for number in range(43):
        first = pick("nearer", "phone") if number < 3 else pick("nearer")
        world.answer(
            clinic,
            {"who": pick("have" if number < 31 else "care"), "first": first, "wrong": write("words") if number < 9 else SKIPPED},
        )
    release(world, clinic)
    told = world.released(clinic)
    described, helpful, written = told["steps"]
    assert (told["release"], told["day"], told["people"]) == (1, "2027-02-01", {"finished": "45"})
    assert [(one["id"], one["count"], one["percent"]) for one in described["options"]] == [("have", "30", 67), ("care", "10", 22)]
    assert [option["count"] for option in helpful["options"]] == ["45", "0", "*"]
    assert (written["answered"], written["options"]) == ("fewer than 10", [])


def test_released_results_hold_no_words_and_nothing_about_oneself(world: World) -> None:
    clinic = world.engage()
    world.answer_all(clinic, [{"who": pick("have"), "wrong": write("a secret"), "tell-me": pick("yes")}] * 20)
    release(world, clinic)
    told = json.dumps(world.released(clinic))
    assert "secret" not in told
    assert "tell-me" not in told


@pytest.mark.parametrize("whole", [True, False])
def test_a_table_fits_eighty_columns_and_names_answers_by_their_words(world: World, whole: bool) -> None:  # noqa: FBT001
    clinic = world.engage(source=SOURCE.replace("I have it", "I have had it for longer than I can remember, " * 3))
    world.answer_all(clinic, [{"who": pick("have"), "first": pick("phone"), "wrong": write("many words " * 30)}] * 40)
    release(world, clinic)
    lines = to_table(world.exact(clinic) if whole else world.released(clinic)).decode().splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("   By phone") and "40" in line for line in lines)
    assert any("many words" in line for line in lines) == whole
    assert any("nobody can be recognised" in line for line in lines) != whole


def test_a_table_before_ten_people_says_when_there_will_be_one(world: World) -> None:
    clinic = world.engage()
    assert "at least 10 people have finished" in to_table(world.released(clinic)).decode()


# --- Every kind


def find(told: dict[str, Any], step: str) -> dict[str, Any]:
    return next(each for each in told["steps"] if each["id"] == step)


def counts(told: dict[str, Any], step: str) -> dict[str, Any]:
    return {option["id"]: option["count"] for option in find(told, step)["options"]}


def everything(world: World, *said: dict[str, Answer]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Exact and released results of the engagement of every kind."""
    made = world.engage(source=EVERY_KIND)
    world.answer_all(made, said)
    release(world, made)
    return world.exact(made), world.released(made)


def test_numbers_are_told_exactly_to_the_team_and_in_bands_without_stars_to_others(world: World) -> None:
    ages = [17, *[35] * 11, *[52] * 12, 104]
    exact, released = everything(world, *({"age": pick(str(age))} for age in ages))
    told = find(exact, "age")
    assert counts(exact, "age") == {"17": 1, "35": 11, "52": 12, "104": 1}
    assert (told["least"], told["most"], told["mean"], told["median"]) == (17, 104, 45.2, 52)
    assert [(band["label"], band["count"]) for band in told["bands"]] == [
        ("0 to 19", 1),
        ("20 to 39", 11),
        ("40 to 59", 12),
        ("60 or more", 1),
    ]
    assert [(band["label"], band["count"]) for band in find(released, "age")["options"]] == [
        ("0 to 49", "10"),
        ("50 or more", "15"),
    ]
    assert find(released, "age")["median"] == "50 or more"
    assert not {"least", "most", "mean", "bands"} & find(released, "age").keys()


def test_seven_more_answers_move_no_band_and_no_figure_of_their_question(world: World) -> None:
    made = world.engage(source=EVERY_KIND)
    said: dict[str, list[object]] = {"age": [20, 50] * 9, "seen": ["2025-03-04", "2026-04-05"] * 9, "place": ["ME14", "TN1"] * 10}

    def answer(step: str, values: list[object]) -> None:
        world.answer_all(made, [{step: pick(str(value))} for value in values])
        release(world, made)

    for step, values in said.items():
        answer(step, values)
    before = {step: find(world.released(made), step) for step in said}
    assert all(told["options"] for told in before.values())
    for step, value in (("age", 90), ("seen", "1999-01-01"), ("place", "CT9")):
        answer(step, [value] * 7)
        world.answer_all(made, [{"yes-no": pick("yes")}] * 8)
        release(world, made)
    assert {step: find(world.released(made), step) for step in said} == before
    for step, value in (("age", 90), ("seen", "1999-01-01"), ("place", "CT9")):
        answer(step, [value] * 9)
        assert find(world.released(made), step) != before[step]


@pytest.mark.parametrize(
    "said, middle",
    [([7] * 10 + [12] * 20 + [120] * 10, "10 to 19"), ([0.5, 7.5, 13.5] * 15, "5 to under 10"), ([12] * 40, None)],
)
def test_the_middle_is_told_to_others_as_the_band_it_is_in_or_not_at_all(
    world: World, said: list[float], middle: str | None
) -> None:
    source = EVERY_KIND.replace("at_most = 110", f"at_most = 5000\nwhole = {str(isinstance(said[0], int)).lower()}")
    made = world.engage(source=source)
    world.answer_all(made, [{"age": pick(str(value))} for value in said])
    release(world, made)
    told = find(world.released(made), "age")
    assert told.get("median") == middle
    assert middle in {None, *(option["label"] for option in told["options"])}
    assert ("Middle answer" in to_table(world.released(made)).decode()) == (middle is not None)


def test_days_are_told_in_months_or_years_to_others(world: World) -> None:
    days = ["2026-03-04"] * 9 + ["2026-04-05"] * 9 + ["1999-01-01"] * 2
    exact, released = everything(world, *({"seen": pick(day)} for day in days))
    assert find(exact, "seen")["options"][0] == {"id": "1999-01-01", "label": "1 January 1999", "count": 2}
    labels = [option["label"] for option in find(released, "seen")["options"]]
    assert labels == ["before April 2026", "April 2026 or later"]
    assert "1999" not in json.dumps(released)


def test_a_district_with_fewer_than_eight_people_is_not_named_to_others(world: World) -> None:
    places = ["ME14"] * 10 + ["ME15"] * 9 + ["TN1"] * 2
    exact, released = everything(world, *({"place": pick(place)} for place in places))
    assert counts(exact, "place") == {"ME14": 10, "ME15": 9, "TN1": 2}
    assert counts(released, "place") == {"ME14": "10", "others": "10"}


def test_a_ranking_is_told_by_first_places_and_only_the_team_sees_average_places(world: World) -> None:
    orders = [("time", "staff", "place")] * 20 + [("place", "staff", "time")] * 12 + [("staff", "time", "place")] * 9
    exact, released = everything(world, *({"rank": pick(*order)} for order in orders))
    assert [(one["id"], one["count"], one["average_place"]) for one in find(exact, "rank")["options"]] == [
        ("staff", 9, 1.78),
        ("time", 20, 1.8),
        ("place", 12, 2.41),
    ]
    assert [(one["id"], one["count"]) for one in find(released, "rank")["options"]] == [
        ("staff", "10"),
        ("time", "20"),
        ("place", "10"),
    ]
    assert "average" not in json.dumps(released)


def test_a_ranking_with_a_star_stands_in_the_order_of_its_author(world: World) -> None:
    orders = [("place", "time", "staff")] * 20 + [("time", "place", "staff")] * 3
    _, released = everything(world, *({"rank": pick(*order)} for order in orders))
    assert list(counts(released, "rank")) == ["staff", "time", "place"]


def test_a_scale_tells_every_value_in_order_and_its_mean_to_the_team_alone(world: World) -> None:
    exact, released = everything(world, *({"scale": pick(value)} for value in ["10"] * 15 + ["0"] * 5))
    assert list(counts(exact, "scale")) == list(counts(released, "scale")) == [str(value) for value in range(11)]
    assert find(exact, "scale")["mean"] == 7.5
    assert "mean" not in find(released, "scale")
    assert find(exact, "scale")["low"] == "Not easy at all, it took far too long"


def test_what_is_written_for_something_else_stands_under_its_question(world: World) -> None:
    said = {"choice": pick("else"), "choice-other": write("a secret")}
    exact, released = everything(world, *[said] * 12)
    assert find(exact, "choice")["texts"] == ["a secret"] * 12
    assert "choice-other" not in json.dumps([exact, released])
    assert "secret" not in json.dumps(released)


def test_under_18s_are_starred_below_ten(world: World) -> None:
    young = world.engage(source=SOURCE.replace('audience = "everyone"', 'audience = "under-18s"'))
    grown = world.engage(source=SOURCE.replace('id = "clinic"', 'id = "grown"', 1))
    for one in (young, grown):
        world.answer_all(one, [{"who": pick("have")}] * 30 + [{"who": pick("care")}] * 9)
        release(world, one)
    assert counts(world.released(young), "who") == {"have": "*", "care": "*"}
    assert counts(world.released(grown), "who") == {"have": "30", "care": "10"}
