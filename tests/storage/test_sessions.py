"""A conversation comes back as it was left, and lies where its identity mode says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from conversations.session import Answer, Session
from storage import codes, engagements, schema, sessions
from storage.engagements import Engagement
from storage.sessions import Change, Held
from tests.storage.world import NOON, SKIPPED, World, pick, write

MODES = ("anonymous", "confidential", "named")
ASIDE = frozenset({"tell-me"})
SAID = {
    "who": pick("have"),
    "first": pick("nearer", "phone", language="cy"),
    "wrong": write("Peidiwch ag anghofio 💚"),
    "tell-me": pick("yes"),
}
HOUR = dt.timedelta(hours=1)


def begin(world: World, engagement: Engagement, said: dict[str, Answer], ticked: tuple[str, ...] = ()) -> tuple[Held, str]:
    """A new conversation, saved; with the code of its person."""
    person, code = world.meet()
    session = Session(codes.make(), engagement.edition, said, ticked)
    who = sessions.respondent(world.keys, engagement, code)
    held = Held(None, person, engagement, engagement.edition_id, who, session, NOON)
    made = save(world, Change(None, held, ASIDE))
    return replace(held, id=made[session.code]), code


def save(world: World, change: Change, now: dt.datetime = NOON) -> dict[str, int]:
    return world.do(lambda db: sessions.save(db, world.keys, [change], now))


def move(world: World, before: Held, now: dt.datetime = NOON, **changes: object) -> Held:
    after = sessions.moved(before, replace(before.session, **changes))  # type: ignore[arg-type]
    save(world, Change(before, after, ASIDE), now)
    return after


def load(world: World, person: int, code: str, now: dt.datetime = NOON) -> tuple[list[Held], list[int]]:
    """What is held of someone, and the ids of what has expired."""

    def work(db: Connection) -> tuple[list[Held], list[int]]:
        rows = sessions.read_rows(db, [person])
        shelf = engagements.load(db, world.organisation_id)
        flows = engagements.read_editions(db, {row.edition_id for row in rows})
        held, expired, _ = sessions.load(db, world.keys, rows, {person: code}, shelf, flows, now)
        return held, [row.id for row in expired]

    return world.do(work)


@pytest.mark.parametrize("identity", MODES)
def test_what_was_said_comes_back_as_it_was_said(world: World, identity: str) -> None:
    held, code = begin(world, world.engage(identity), SAID, ticked=("later",))
    assert load(world, held.person_id, code) == ([held], [])


@pytest.mark.parametrize("identity", MODES)
def test_a_changed_answer_takes_the_place_of_the_first(world: World, identity: str) -> None:
    held, code = begin(world, world.engage(identity), SAID)
    after = move(world, held, answers={**SAID, "who": pick("care"), "wrong": SKIPPED, "tell-me": pick("no")})
    assert load(world, held.person_id, code) == ([after], [])


@pytest.mark.parametrize("identity", MODES)
def test_an_answer_taken_back_is_gone(world: World, identity: str) -> None:
    held, code = begin(world, world.engage(identity), SAID)
    after = move(world, held, answers={"who": pick("have")})
    assert load(world, held.person_id, code) == ([after], [])


def test_anonymous_answers_lie_nowhere_but_in_the_sealed_session(world: World) -> None:
    begin(world, world.engage("anonymous"), SAID)
    assert world.count(schema.answers) == world.count(schema.responses) == 0


def test_confidential_answers_lie_under_a_pseudonym_and_named_ones_under_the_code(world: World) -> None:
    _, code = begin(world, world.engage("named"), SAID)
    kept = world.do(lambda db: db.execute(select(schema.answers)).all())
    assert {row.respondent for row in kept} == {code.encode()}
    assert {row.step for row in kept} == SAID.keys() - ASIDE


def test_one_person_is_another_respondent_in_each_confidential_engagement(world: World) -> None:
    clinic = world.engage("confidential")
    _, code = begin(world, clinic, SAID)
    who = sessions.respondent(world.keys, clinic, code)
    assert who not in {code.encode(), sessions.respondent(world.keys, replace(clinic, slug="ward"), code)}
    assert set(world.do(lambda db: db.scalars(select(schema.answers.c.respondent)).all())) == {who}


@pytest.mark.parametrize("identity", MODES)
def test_free_text_is_nowhere_to_be_read(world: World, identity: str) -> None:
    begin(world, world.engage(identity), {"wrong": write("a very particular secret")})
    kept = world.do(lambda db: [db.execute(select(table)).all() for table in (schema.answers, schema.sessions)])
    assert any(row.sealed for rows in kept for row in rows)
    assert "particular" not in repr(kept)


@pytest.mark.parametrize("identity", MODES)
def test_who_began_and_who_finished_is_known_without_a_time(world: World, identity: str) -> None:
    clinic = world.engage(identity)
    held, _ = begin(world, clinic, SAID)
    begin(world, clinic, {})
    assert world.exact(clinic)["people"] == {"started": 2, "finished": 0}
    move(world, held, finished=True)
    assert world.exact(clinic)["people"] == {"started": 2, "finished": 1}
    assert world.do(lambda db: sessions.finished_by(db, [held.person_id])) == {(held.person_id, clinic.id)}
    assert set(schema.participations.c.keys()) == {"person_id", "engagement_id", "finished"}


@pytest.mark.parametrize("identity, responses", [("anonymous", 0), ("confidential", 1), ("named", 1)])
def test_a_finished_conversation_is_one_response_however_often_it_is_saved(world: World, identity: str, responses: int) -> None:
    held, _ = begin(world, world.engage(identity), SAID)
    done = move(world, held, finished=True)
    move(world, done, NOON + HOUR)
    assert world.count(schema.responses) == responses


@pytest.mark.parametrize("identity, kept", [("anonymous", dt.timedelta(hours=24)), ("confidential", dt.timedelta(days=7))])
def test_a_conversation_is_over_when_its_time_is_up(world: World, identity: str, kept: dt.timedelta) -> None:
    held, code = begin(world, world.engage(identity), SAID)
    assert load(world, held.person_id, code, NOON + kept - dt.timedelta(seconds=1)) == ([held], [])
    assert load(world, held.person_id, code, NOON + kept) == ([], [held.id])


def test_each_answer_makes_a_conversation_last_longer(world: World) -> None:
    held, code = begin(world, world.engage("anonymous"), {"who": pick("have")})
    then = NOON + 23 * HOUR
    move(world, held, then, answers=SAID)
    found, expired = load(world, held.person_id, code, then + 23 * HOUR)
    assert ([one.session.answers for one in found], expired) == ([SAID], [])


def test_a_conversation_whose_key_was_destroyed_has_expired(world: World) -> None:
    held, code = begin(world, world.engage("anonymous"), SAID)
    world.keys.destroy_days_before(NOON.date() + dt.timedelta(days=1))
    assert load(world, held.person_id, code) == ([], [held.id])


def test_confidential_answers_outlive_the_key_of_what_was_said_about_oneself(world: World) -> None:
    held, code = begin(world, world.engage("confidential"), SAID)
    world.keys.destroy_days_before(NOON.date() + dt.timedelta(days=1))
    [found], expired = load(world, held.person_id, code)
    assert (found.session.answers, expired) == ({step: SAID[step] for step in SAID.keys() - ASIDE}, [])


def test_what_is_sealed_afresh_outlives_the_key_of_the_day_before(world: World) -> None:
    held, code = begin(world, world.engage("anonymous"), SAID)
    tomorrow = NOON.date() + dt.timedelta(days=1)
    assert world.do(lambda db: sessions.reseal(db, world.keys, tomorrow)) == (1, None)
    assert world.do(lambda db: sessions.reseal(db, world.keys, tomorrow)) == (0, None)
    world.keys.destroy_days_before(tomorrow)
    assert load(world, held.person_id, code) == ([held], [])


def test_a_closed_engagement_closes_its_conversations(world: World) -> None:
    clinic = world.engage()
    held, code = begin(world, clinic, SAID)
    world.do(lambda db: engagements.set_state(db, clinic.id, engagements.CLOSED, NOON))
    [found], _ = load(world, held.person_id, code)
    assert found.session.closed
