"""How long letters that came to an end are kept, and their words."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from storage import schema
from storage.letters import outbox, unknowns
from storage.letters.outbox import BROADCAST, FAILED, LEFT, SENT, UNKNOWN, Settled
from tests.storage.test_outbox import BOT, REPLY_NINE, SECOND, keep, letter, settle, take, write
from tests.storage.world import NOON, World

DAY = dt.timedelta(days=1)


def test_the_words_of_an_unknown_letter_go_after_a_month(world: World) -> None:
    keep(world, letter(1))
    take(world)
    settle(world, Settled(1, UNKNOWN, lane=BROADCAST))
    assert world.do(lambda db: outbox.prune(db, NOON + outbox.WORDS_KEPT)) == 0
    assert world.do(lambda db: outbox.prune(db, NOON + outbox.WORDS_KEPT + SECOND)) == 1
    assert world.do(lambda db: db.execute(select(schema.outbox.c.state, schema.outbox.c.sealed)).one()) == (LEFT, None)


def test_a_letter_is_kept_so_long_from_when_it_became_unknown_however_long_it_had_waited(world: World) -> None:
    late = NOON + 100 * DAY
    keep(world, letter(1), letter(2))
    write(world, REPLY_NINE)
    take(world, "first")
    world.do(lambda db: outbox.settle(db, [Settled(1, UNKNOWN, lane=BROADCAST), Settled(9, UNKNOWN)], late))
    world.do(lambda db: outbox.give_up(db, BOT, ["first"], late))
    assert world.do(lambda db: outbox.prune(db, late + DAY)) == 0
    assert [one.can_resend for one in world.do(lambda db: unknowns.find(db, BOT))] == [True, True, False]


def test_what_the_bot_started_is_forgotten_a_month_after_its_end_unless_a_broadcast_keeps_it(world: World) -> None:
    keep(world, letter(1, "reminder"), letter(2, "reminder"), letter(3, "reminder"), letter(4, "reminder"))
    keep(world, letter(5), broadcast=7)
    take(world)
    settle(world, *(Settled(n, state, lane="reminder") for n, state in enumerate((SENT, FAILED, UNKNOWN), 1)))
    settle(world, Settled(5, SENT, lane=BROADCAST))
    world.do(lambda db: unknowns.leave(db, BOT, [3]))
    assert world.do(lambda db: outbox.prune(db, NOON + outbox.ENDED_KEPT)) == 0
    assert world.do(lambda db: outbox.prune(db, NOON + outbox.ENDED_KEPT + SECOND)) == 3
    assert world.do(lambda db: sorted(db.scalars(select(schema.outbox.c.id)))) == [4, 5]
