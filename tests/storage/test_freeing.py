"""Anonymous answers part from the people who gave them, and nothing that is kept leads back."""

import asyncio
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Connection, select, text, update

from conversations.session import Answer
from storage import engagements, schema, unlinking
from storage.answers import read_answer
from storage.engagements import Engagement
from storage.figures import releases
from storage.unlinking import Freed
from tests.storage.world import NOON, SKIPPED, SOURCE, World, pick, write

THE_DAYS_KEY_IS_GONE = NOON + dt.timedelta(days=3)
NEXT = NOON + dt.timedelta(days=1)


def free(world: World, engagement: Engagement, *, closing: bool = False, now: dt.datetime = NOON) -> Freed:
    return world.do(lambda db: unlinking.free(db, world.keys, engagement, now, closing=closing))


def close(world: World, engagement: Engagement, now: dt.datetime = NEXT) -> None:
    def work(db: Connection) -> None:
        engagements.set_state(db, engagement.id, engagements.CLOSED, now)
        unlinking.free(db, world.keys, engagement, now, closing=True)
        releases.make(db, engagement, now, closing=True)

    world.do(work)


def finish(world: World, engagement: Engagement, people: int, start: int = 0, **more: Any) -> list[int]:
    """So many people finish, each with words of their own: "text 0", "text 1", …; returns their ids."""
    said = {"who": pick("have", language="cy"), "tell-me": pick("yes")}
    texts = (write(f"text {number}") for number in range(start, start + people))
    return world.answer_all(engagement, [{**said, "wrong": words} for words in texts], **more)


def test_nine_finished_sets_stay_locked_and_the_tenth_frees_them_all(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 9)
    assert free(world, clinic) == Freed(0, 0)
    assert (world.count(schema.answers), world.count(schema.sessions)) == (0, 9)
    finish(world, clinic, 1)
    assert free(world, clinic) == Freed(10, 0)
    assert (world.count(schema.responses), world.count(schema.sessions)) == (10, 0)


def test_unfinished_sets_neither_count_nor_are_freed(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 9)
    finish(world, clinic, 5, finished=False)
    assert free(world, clinic) == Freed(0, 0)


@pytest.mark.parametrize("identity", ["confidential", "named"])
def test_only_anonymous_conversations_are_taken_apart(world: World, identity: str) -> None:
    clinic = world.engage(identity)
    finish(world, clinic, 12)
    assert free(world, clinic, closing=True) == Freed(0, 0)
    assert world.count(schema.sessions) == 12


def test_what_was_said_about_oneself_is_not_among_the_answers(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 10)
    free(world, clinic)
    assert set(world.do(lambda db: db.scalars(select(schema.answers.c.step)).all())) == {"who", "wrong"}


def test_freed_answers_say_what_was_said(world: World) -> None:
    clinic = world.engage("anonymous")
    for number in range(10):
        words = write(f"text {number}") if number else SKIPPED
        world.answer(clinic, {"who": pick("care"), "first": pick("nearer", "phone"), "wrong": words})
    free(world, clinic)
    who, first, wrong, _ = world.exact(clinic)["steps"]
    assert [option["count"] for option in (*who["options"], *first["options"])] == [0, 10, 10, 0, 10]
    assert (wrong["answered"], sorted(wrong["texts"])) == (9, sorted(f"text {number}" for number in range(1, 10)))


def test_nothing_of_a_freed_set_is_known_of_a_person(world: World) -> None:
    clinic = world.engage("anonymous")
    people = finish(world, clinic, 10, door="web")
    codes = world.do(lambda db: db.scalars(select(schema.people.c.code).where(schema.people.c.id.in_(people))).all())
    free(world, clinic)
    for row in world.do(lambda db: db.execute(select(schema.responses)).all()):
        assert (row.door, row.day, row.respondent not in {code.encode() for code in codes}) == ("", NOON.date(), True)
    assert {row.language for row in world.do(lambda db: db.execute(select(schema.answers)).all())} == {"und"}


def test_freed_sets_do_not_lie_in_the_order_in_which_people_finished(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 20)
    free(world, clinic)
    assert texts_as_they_lie(world) != [f"text {number}" for number in range(20)]


def texts_as_they_lie(world: World) -> list[str]:
    """In the order of the table itself: of its rows on disk in PostgreSQL, of its key in SQLite."""
    rows = world.do(lambda db: db.execute(select(schema.answers).where(schema.answers.c.step == "wrong")).all())
    return [read_answer(world.keys, row).text for row in rows]


def test_the_only_one_from_an_older_edition_is_not_known_by_it(world: World) -> None:
    first = world.engage("anonymous")
    finish(world, first, 1)
    second = world.engage("anonymous", SOURCE.replace("Which best", "Which of these best"))
    finish(world, second, 12)
    free(world, second)
    assert set(world.do(lambda db: db.scalars(select(schema.responses.c.edition_id)).all())) == {second.edition_id}


def test_ten_of_each_edition_keep_theirs(world: World) -> None:
    first = world.engage("anonymous")
    finish(world, first, 10)
    second = world.engage("anonymous", SOURCE.replace("Which best", "Which of these best"))
    finish(world, second, 10)
    free(world, second)
    kept = world.do(lambda db: db.scalars(select(schema.responses.c.edition_id)).all())
    assert sorted(kept) == sorted([first.edition_id] * 10 + [second.edition_id] * 10)


def test_a_set_whose_key_is_gone_is_dropped_and_the_rest_are_freed(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 1)
    finish(world, clinic, 10, now=THE_DAYS_KEY_IS_GONE)
    world.keys.destroy_days_before(THE_DAYS_KEY_IS_GONE.date())
    assert free(world, clinic, now=THE_DAYS_KEY_IS_GONE) == Freed(10, 1)
    assert world.count(schema.sessions) == 0


def test_sets_that_cannot_be_opened_do_not_make_up_the_ten(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 1)
    finish(world, clinic, 9, now=THE_DAYS_KEY_IS_GONE)
    world.keys.destroy_days_before(THE_DAYS_KEY_IS_GONE.date())
    assert free(world, clinic, now=THE_DAYS_KEY_IS_GONE) == Freed(0, 1)
    assert (world.count(schema.responses), world.count(schema.sessions)) == (0, 9)


def test_fewer_than_ten_at_close_are_destroyed_and_only_that_is_known(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 9)
    finish(world, clinic, 3, finished=False)
    close(world, clinic)
    assert (world.count(schema.answers), world.count(schema.responses), world.count(schema.sessions)) == (0, 0, 0)
    after = world.do(lambda db: engagements.find(db, world.organisation_id, "clinic"))
    assert after
    assert after.too_few


def test_unfinished_anonymous_conversations_end_with_the_engagement(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 10)
    finish(world, clinic, 3, finished=False)
    close(world, clinic)
    assert (world.count(schema.responses), world.count(schema.sessions)) == (10, 0)


def test_unfinished_confidential_answers_stay_at_close(world: World) -> None:
    clinic = world.engage("confidential")
    finish(world, clinic, 3, finished=False)
    close(world, clinic)
    assert (world.count(schema.answers), world.count(schema.sessions)) == (6, 3)


def test_the_last_few_are_freed_at_close_so_that_nothing_tells_them_from_ten_others(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 10)
    free(world, clinic)
    world.do(lambda db: releases.make(db, clinic, NOON))
    finish(world, clinic, 9, start=10, now=NEXT)
    close(world, clinic)
    assert world.count(schema.responses) == 19
    assert sorted(texts_as_they_lie(world)) == sorted(f"text {number}" for number in range(19))
    marks = world.do(lambda db: db.execute(select(schema.responses.c.day, schema.responses.c.release_id)).all())
    assert len(set(marks)) == 1
    assert set(texts_as_they_lie(world)[-9:]) != {f"text {number}" for number in range(10, 19)}  # by chance once in 92,378
    if world.engine.dialect.name == "postgresql":
        assert written_together(world, "answers") == [38]
        assert written_together(world, "responses") == [19]


def written_together(world: World, table: str) -> list[int]:
    """How many rows each transaction that is still to be told in PostgreSQL's rows has written."""
    question = text(f"SELECT count(*) FROM {table} GROUP BY xmin::text")  # noqa: S608  a name of this file
    return list(world.do(lambda db: db.scalars(question).all()))


def test_at_close_a_set_keeps_its_count(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 10)
    free(world, clinic)
    world.do(lambda db: releases.make(db, clinic, NOON))
    finish(world, clinic, 9, start=10)
    close(world, clinic)
    newest = world.do(lambda db: releases.latest(db, clinic.id))
    assert newest
    assert (newest.number, newest.respondents, newest.counts["who"]["have"]) == (2, 19, 19)


def test_closing_twice_changes_nothing(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 13)
    close(world, clinic)
    before = world.do(lambda db: db.execute(select(schema.responses).order_by(schema.responses.c.respondent)).all())
    close(world, clinic)
    assert world.do(lambda db: db.execute(select(schema.responses).order_by(schema.responses.c.respondent)).all()) == before


def test_two_that_free_at_once_free_each_set_once(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 15)

    async def one() -> Freed:
        async with world.engine.begin() as connection:
            return await connection.run_sync(unlinking.free, world.keys, clinic, NOON)

    async def both() -> list[Freed]:
        return list(await asyncio.gather(one(), one()))

    assert sorted(freed.sets for freed in world.run(both)) == [0, 15]
    assert world.count(schema.responses) == 15


def test_a_session_sealed_for_another_stays_shut_and_is_never_shown(world: World) -> None:
    clinic = world.engage("anonymous")
    finish(world, clinic, 11)
    rows = world.do(lambda db: db.execute(select(schema.sessions.c.id, schema.sessions.c.sealed).limit(2)).all())
    moved = update(schema.sessions).where(schema.sessions.c.id == rows[0].id).values(sealed=rows[1].sealed)
    world.do(lambda db: db.execute(moved).rowcount)
    assert free(world, clinic) == Freed(10, 0)
    assert world.count(schema.sessions) == 1


def test_a_set_without_any_answer_is_still_one_respondent(world: World) -> None:
    clinic = world.engage("anonymous")
    for _ in range(10):
        world.answer(clinic, {"who": Answer(skipped=True)})
    free(world, clinic)
    assert world.do(lambda db: releases.make(db, clinic, NOON)) == 1
    newest = world.do(lambda db: releases.latest(db, clinic.id))
    assert newest
    assert (newest.respondents, newest.counts) == (10, {})
