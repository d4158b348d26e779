"""Results: exact for the team, rounded and starred for everyone else."""

import json

import pytest
from sqlalchemy import update

from storage import people, releases, results, schema
from storage.engagements import Engagement
from storage.results import UNREADABLE
from tests.storage.world import NOON, SKIPPED, SOURCE, World, pick, write


def release(world: World, engagement: Engagement) -> None:
    world.do(lambda db: releases.make(db, engagement, NOON))


def test_exact_results_of_nobody_name_every_question_that_asks(world: World) -> None:
    told = world.exact(world.engage())
    none = [{"id": "have", "count": 0}, {"id": "care", "count": 0}]
    assert (told["engagement"], told["people"]) == ("clinic", {"started": 0, "finished": 0})
    assert [step["id"] for step in told["steps"]] == ["who", "first", "wrong", "tell-me"]
    assert told["steps"][0] == {"id": "who", "kind": "choice", "answered": 0, "options": none, "texts": []}


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
    assert told["steps"][0]["options"] == [{"id": "have", "count": 0}, {"id": "care", "count": 1}]
    assert [step["id"] for step in told["steps"]] == ["who", "first", "right", "tell-me", "wrong"]
    assert told["steps"][-1]["texts"] == ["words"]


def test_what_people_said_about_themselves_is_told_as_figures_alone(world: World) -> None:
    clinic = world.engage()
    rows = [
        {
            "person_id": world.answer(clinic, {"who": pick("have")}),
            "engagement_id": clinic.id,
            "step": "tell-me",
            "chosen": chosen,
        }
        for chosen in ("yes", "yes", "no")
    ]
    world.do(lambda db: people.wish(db, [{**row, "sealed": None} for row in rows]))
    assert world.exact(clinic)["steps"][-1] == {
        "id": "tell-me",
        "kind": "yes-no",
        "answered": 3,
        "options": [{"id": "yes", "count": 2}, {"id": "no", "count": 1}],
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
        "engagement": "clinic", "release": None, "day": None, "people": {"finished": "fewer than 10"}, "steps": []
    }  # fmt: skip


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
    assert described["options"] == [{"id": "have", "count": "30", "percent": 67}, {"id": "care", "count": "10", "percent": 22}]
    assert [option["count"] for option in helpful["options"]] == ["45", "0", "*"]
    assert written == {"id": "wrong", "kind": "text", "answered": "fewer than 10", "options": []}


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
    flow = world.flow(clinic)
    lines = results.table(world.exact(clinic) if whole else world.released(clinic), flow).splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("   By phone") and "40" in line for line in lines)
    assert any("many words" in line for line in lines) == whole
    assert any("nobody can be recognised" in line for line in lines) != whole


def test_a_table_before_ten_people_says_when_there_will_be_one(world: World) -> None:
    clinic = world.engage()
    assert "at least 10 people have finished" in results.table(world.released(clinic), world.flow(clinic))
