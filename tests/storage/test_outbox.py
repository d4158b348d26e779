"""What is to be sent is kept until it went out, what a dead process left is found, and what the bot starts is claimed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, func, insert, select, update

from storage import schema
from storage.letters import claims, outbox, pauses, unknowns
from storage.letters.outbox import FAILED, LEFT, NEVER_TWICE, PENDING, SENDING, SENT, UNKNOWN, Letter, Settled
from storage.letters.unknowns import Unknown
from tests.storage.world import NOON, World

BOT = 7
REPLY = Letter(1, None, 42, "say", {"text": "Which best describes you?", "rows": [["1. I have it", "data"]]})
REMINDER = replace(REPLY, id=2, lane="reminder", policy=NEVER_TWICE)
SECOND = dt.timedelta(seconds=1)


def write(world: World, *letters: Letter, claimer: str = "first") -> None:
    world.do(lambda db: outbox.write(db, world.keys, (world.organisation_id, BOT), letters, claimer, NOON))


def keep(world: World, *letters: Letter, due: dt.datetime | None = None, broadcast: int | None = None) -> None:
    world.do(lambda db: outbox.keep(db, world.keys, (world.organisation_id, BOT), letters, NOON, due, broadcast))


def take(world: World, claimer: str = "first", wanted: int = 8, most: int = 8, now: dt.datetime = NOON) -> list[Letter]:
    return world.do(lambda db: claims.take(db, world.keys, (world.organisation_id, BOT), claimer, wanted, most, now))


def waits(world: World) -> bool:
    return world.do(lambda db: claims.waits(db, world.organisation_id, BOT, NOON))


def give_up(world: World, *dead: str) -> int:
    return world.do(lambda db: outbox.give_up(db, BOT, dead, NOON))


def recover(world: World, claimer: str, *dead: str) -> list[Letter]:
    return world.do(lambda db: outbox.recover(db, world.keys, BOT, claimer, dead))


def settle(world: World, *settled: Settled) -> None:
    world.do(lambda db: outbox.settle(db, settled, NOON))


def count(world: World) -> dict[str, int]:
    """How many letters are in each state."""
    states = select(schema.outbox.c.state, func.count()).group_by(schema.outbox.c.state)
    return {row[0]: row[1] for row in world.do(lambda db: db.execute(states).all())}


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
    keep(world, REMINDER)
    take(world)
    settle(world, Settled(2, SENT, lane="reminder"))
    row = world.do(lambda db: db.execute(select(schema.outbox)).one())
    assert (row.state, row.sealed) == (SENT, None)


def test_a_reply_the_dead_left_is_sent_again_in_order_until_too_many_have_died_over_it(world: World) -> None:
    write(world, replace(REPLY, id=5), REPLY, claimer="0")
    for death in range(outbox.MOST_TAKEOVERS):
        assert recover(world, str(death + 1), str(death)) == [REPLY, replace(REPLY, id=5)]
    assert give_up(world, str(outbox.MOST_TAKEOVERS)) == 2
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
    keep(world, REMINDER)
    assert take(world, "first") == [REMINDER]
    assert recover(world, "second", "first") == []
    assert give_up(world, "first") == 1
    assert count(world) == {UNKNOWN: 1}
    assert take(world, "second") == []


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
    write(world, REPLY)
    keep(world, REMINDER)
    settle(world, Settled(1, UNKNOWN), Settled(2, UNKNOWN, lane="reminder"))
    assert world.do(lambda db: outbox.prune(db, NOON + outbox.UNKNOWN_KEPT)) == 0
    assert world.do(lambda db: outbox.prune(db, NOON + outbox.UNKNOWN_KEPT + dt.timedelta(seconds=1))) == 1
    assert count(world) == {UNKNOWN: 1}


def letter(number: int, lane: str = "reminder", person: int | None = None) -> Letter:
    return replace(REPLY, id=number, lane=lane, policy=NEVER_TWICE, person_id=person)


def test_what_the_bot_starts_is_claimed_once_in_the_order_it_was_due(world: World) -> None:
    keep(world, letter(5), letter(3), letter(9))
    keep(world, letter(7), due=NOON - SECOND)
    assert [one.id for one in take(world, wanted=3)] == [7, 3, 5]
    assert [one.id for one in take(world, "second")] == [9]
    assert take(world, "third") == []
    assert count(world) == {SENDING: 4}


def test_a_letter_that_is_not_due_waits(world: World) -> None:
    keep(world, letter(1), due=NOON + SECOND)
    assert not waits(world)
    assert take(world) == []
    assert [one.id for one in take(world, now=NOON + SECOND)] == [1]


def test_no_more_are_on_their_way_than_may_be_whoever_claimed_them(world: World) -> None:
    keep(world, *map(letter, range(1, 9)))
    taken = [one.id for one in take(world, "first", wanted=2, most=3)]
    assert len(take(world, "second", most=3)) == 1
    assert take(world, "second", most=3) == []
    settle(world, *(Settled(one, SENT, lane="reminder") for one in taken))
    assert len(take(world, "second", most=3)) == 2


@pytest.mark.parametrize("what", [pauses.EVERYTHING, "reminder"])
def test_what_is_paused_is_not_claimed_until_it_goes_on(world: World, what: str) -> None:
    keep(world, letter(1), letter(2))
    here = world.organisation_id
    assert world.do(lambda db: pauses.begin(db, here, what, "The date moved", "Sam", NOON))
    assert not world.do(lambda db: pauses.begin(db, here, what, "Again", "Kim", NOON + SECOND))
    assert take(world) == []
    assert not waits(world)
    assert world.do(lambda db: pauses.held(db, here)) == [pauses.Pause(what, "The date moved", "Sam", NOON)]
    assert world.do(lambda db: pauses.end(db, here, what))
    assert not world.do(lambda db: pauses.end(db, here, what))
    assert 1 in [one.id for one in take(world)]


def test_what_comes_back_unsent_waits_until_it_is_due(world: World) -> None:
    keep(world, letter(1), letter(2))
    take(world)
    settle(world, Settled(1, PENDING, lane="reminder", due_at=NOON + SECOND), Settled(2, PENDING, lane="reminder"))
    assert [one.id for one in take(world)] == [2]
    assert [one.id for one in take(world, now=NOON + SECOND)] == [1]


def test_what_was_claimed_and_never_heard_of_is_given_back(world: World) -> None:
    keep(world, letter(1), letter(2), letter(3))
    take(world, "first", wanted=2)
    take(world, "second", wanted=1)
    assert world.do(lambda db: claims.return_unseen(db, BOT, "first", [2])) == 1
    assert [one.id for one in take(world)] == [1]


def test_someone_who_said_stop_meanwhile_gets_nothing(world: World) -> None:
    person, _ = world.meet()
    world.do(lambda db: db.execute(update(schema.people).where(schema.people.c.id == person).values(stopped=True)))
    keep(world, letter(1, person=person), letter(2, person=world.meet()[0]))
    assert [one.id for one in take(world)] == [2]
    assert world.do(lambda db: outbox.tally(db, BOT))["reminder", FAILED, "stopped"] == 1


def test_nobody_gets_a_broadcast_twice(world: World) -> None:
    person, _ = world.meet()
    keep(world, letter(1, person=person), broadcast=7)
    keep(world, letter(2, person=person), broadcast=7)
    keep(world, letter(3, person=person), broadcast=8)
    assert count(world) == {PENDING: 2}


def test_what_the_bot_starts_outlives_the_keys_of_its_day(world: World) -> None:
    keep(world, letter(1))
    world.keys.destroy_days_before(NOON.date() + dt.timedelta(days=400))
    assert take(world) == [letter(1)]


def test_unknown_letters_are_listed_and_left_or_sent_again(world: World) -> None:
    person, code = world.meet()
    keep(world, letter(1, person=person), letter(2), letter(3))
    write(world, REPLY_NINE)
    take(world, "first")
    assert give_up(world, "first") == 3
    settle(world, Settled(9, UNKNOWN, "502"))
    listed = world.do(lambda db: unknowns.find(db, BOT))
    assert listed[0] == Unknown(1, code, "reminder", NOON, outbox.DIED)
    assert [(one.id, one.person, one.can_resend) for one in listed[1:]] == [(2, "", True), (3, "", True), (9, "", False)]
    assert world.do(lambda db: unknowns.leave(db, BOT, [1, 77])) == 1
    assert world.do(lambda db: unknowns.resend(db, BOT, [1, 2, 9], NOON)) == 1
    assert [one.id for one in take(world, "second")] == [2]
    assert count(world) == {LEFT: 1, SENDING: 1, UNKNOWN: 2}
    assert world.do(lambda db: unknowns.leave(db, BOT, [9])) == 1, "a reply can only be left"


REPLY_NINE = replace(REPLY, id=9)


def test_claiming_looks_at_nothing_but_what_it_takes(world: World) -> None:
    """Whatever waits: the plan of each statement goes by an index."""
    plain = {"organisation_id": world.organisation_id, "bot_id": BOT, "policy": NEVER_TWICE, "state": PENDING}
    keep(world, letter(5000), due=NOON - SECOND)
    rows = [
        {**plain, "id": n, "sealed": bytes(40), "lane": "reminder", "created_at": NOON, "due_at": NOON + SECOND}
        for n in range(3000)
    ]

    def plans(db: Connection) -> str:
        db.execute(insert(schema.outbox), rows)
        asked: list[tuple[str, object]] = []
        event.listen(db, "before_cursor_execute", lambda _c, _u, words, given, *_: asked.append((words, given)))
        claims.take(db, world.keys, (world.organisation_id, BOT), "me", 8, 8, NOON)
        claims.waits(db, world.organisation_id, BOT, NOON)
        outbox.claimers(db, BOT)
        outbox.give_up(db, BOT, ["me"], NOON)
        outbox.recover(db, world.keys, BOT, "you", ["me"])
        unknowns.find(db, BOT)
        outbox.tally(db, BOT)
        outbox.prune(db, NOON)
        kind = "EXPLAIN " if db.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        told = [db.exec_driver_sql(kind + words, given).all() for words, given in tuple(asked) if "outbox" in words]  # type: ignore[arg-type]
        return "\n".join(" ".join(map(str, row)) for lines in told for row in lines)

    told = world.do(plans).replace("SCAN outbox USING INDEX ix_outbox_unknown", "what nobody can be without")
    assert {"ix_outbox_due", "ix_outbox_ended", "ix_outbox_failed"} <= set(re.findall(r"ix_\w+", told))
    for bad in ("SCAN outbox", "Seq Scan on outbox", "TEMP B-TREE FOR ORDER"):
        assert bad not in told, told


def test_what_is_said_of_a_claim_that_is_over_changes_nothing_about_the_next(world: World) -> None:
    keep(world, letter(1))
    [first] = take(world)
    settle(world, first.became(PENDING))
    [second] = take(world)
    settle(world, first.became(PENDING), first.became(UNKNOWN))
    assert count(world) == {SENDING: 1}
    settle(world, second.became(SENT))
    assert count(world) == {SENT: 1}


def test_letters_are_counted_by_what_became_of_them(world: World) -> None:
    keep(world, *map(letter, range(1, 7)), letter(7))
    write(world, REPLY_NINE)
    take(world, wanted=5)
    settle(
        world,
        Settled(1, SENT, lane="reminder"),
        Settled(2, FAILED, "blocked", "reminder"),
        Settled(3, UNKNOWN, "502", "reminder"),
    )
    assert world.do(lambda db: outbox.tally(db, BOT)) == {
        ("reply", SENDING, ""): 1,
        ("reminder", SENDING, ""): 2,
        ("reminder", PENDING, ""): 2,
        ("reminder", UNKNOWN, ""): 1,
        ("reminder", FAILED, "blocked"): 1,
    }
