"""What is to be sent is kept until it went out, and what a dead process left is found."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import select

from storage import outbox, schema
from storage.outbox import FAILED, NEVER_TWICE, SENT, UNKNOWN, Letter, Settled
from tests.storage.world import NOON, World

BOT = 7
REPLY = Letter(1, None, 42, "say", {"text": "Which best describes you?", "rows": [["1. I have it", "data"]]})
REMINDER = replace(REPLY, id=2, lane="reminder", policy=NEVER_TWICE)


def write(world: World, *letters: Letter, claimer: str = "first") -> None:
    world.do(lambda db: outbox.write(db, world.keys, (world.organisation_id, BOT), letters, claimer, NOON))


def recover(world: World, claimer: str, *dead: str) -> list[Letter]:
    return world.do(lambda db: outbox.recover(db, world.keys, BOT, claimer, dead))


def settle(world: World, *settled: Settled) -> None:
    world.do(lambda db: outbox.settle(db, settled))


def count(world: World) -> dict[str, int]:
    return world.do(lambda db: outbox.count(db, BOT))


def test_a_letter_cannot_be_read_where_it_waits(world: World) -> None:
    write(world, REPLY)
    row = world.do(lambda db: db.execute(select(schema.outbox)).one())
    assert b"describes" not in row.sealed
    assert (row.state, row.claimer) == ("sending", "first")


def test_a_reply_that_went_out_leaves_nothing(world: World) -> None:
    write(world, REPLY, replace(REPLY, id=3))
    settle(world, Settled(1, SENT), Settled(3, FAILED, "blocked"))
    assert world.count(schema.outbox) == 0


def test_what_the_bot_started_keeps_its_state_and_loses_its_words(world: World) -> None:
    write(world, REMINDER)
    settle(world, Settled(2, SENT, lane="reminder"))
    row = world.do(lambda db: db.execute(select(schema.outbox)).one())
    assert (row.state, row.sealed) == (SENT, None)


def test_a_reply_the_dead_left_is_sent_again_in_order_until_too_many_have_died_over_it(world: World) -> None:
    write(world, replace(REPLY, id=5), REPLY, claimer="0")
    for death in range(outbox.MOST_TAKEOVERS):
        assert recover(world, str(death + 1), str(death)) == [REPLY, replace(REPLY, id=5)]
    assert recover(world, "last", str(outbox.MOST_TAKEOVERS)) == []
    assert count(world) == {UNKNOWN: 2}


def test_a_reply_given_back_unsent_goes_out_as_if_for_the_first_time(world: World) -> None:
    write(world, REPLY)
    settle(world, Settled(1, outbox.PENDING))
    assert world.do(lambda db: outbox.claimers(db, BOT)) == {""}
    assert recover(world, "second") == [REPLY]
    attempts = world.do(lambda db: db.scalars(select(schema.outbox.c.attempts)).one())
    assert attempts == 0


def test_what_the_bot_started_is_unknown_after_a_death_and_not_sent_again(world: World) -> None:
    write(world, REMINDER)
    assert recover(world, "second", "first") == []
    assert count(world) == {UNKNOWN: 1}


def test_letters_of_the_living_are_left_alone(world: World) -> None:
    write(world, REPLY)
    write(world, replace(REPLY, id=9), claimer="other")
    assert [letter.id for letter in recover(world, "second", "first")] == [1]
    assert world.do(lambda db: outbox.claimers(db, BOT)) == {"second", "other"}


def test_a_letter_whose_key_is_gone_is_dropped(world: World) -> None:
    write(world, REPLY)
    world.keys.destroy_days_before(NOON.date() + dt.timedelta(days=1))
    assert recover(world, "second", "first") == []
    assert world.count(schema.outbox) == 0


def test_unknown_replies_are_forgotten_after_a_week(world: World) -> None:
    write(world, REPLY, REMINDER)
    settle(world, Settled(1, UNKNOWN), Settled(2, UNKNOWN, lane="reminder"))
    assert world.do(lambda db: outbox.prune(db, NOON + outbox.UNKNOWN_KEPT)) == 0
    assert world.do(lambda db: outbox.prune(db, NOON + outbox.UNKNOWN_KEPT + dt.timedelta(seconds=1))) == 1
    assert count(world) == {UNKNOWN: 1}
