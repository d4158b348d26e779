"""What came of a broadcast: everybody is accounted for, and of something anonymous nobody learns who answered."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from storage import schema
from storage.broadcasting import broadcasts, reports
from storage.broadcasting.broadcast_rows import Broadcast
from storage.letters.outbox import FAILED, SENT, UNKNOWN
from tests.storage.test_broadcast_claims import Pile, pile
from tests.storage.world import NOON

__all__ = ["pile"]

SECOND = dt.timedelta(seconds=1)
ENDS = {1: (FAILED, "blocked"), 2: (UNKNOWN, "502")}


def send(pile: Pile, people: int, through: int, identity: str = "confidential") -> Broadcast:
    """An invitation of which so many came to an end: the first failed, the second is unknown, the others were sent."""
    pile.world.engage(identity)
    row = pile.begin(people, engagement="clinic")
    pile.do(lambda db: db.execute(delete(schema.left_out)))
    by_person = select(schema.outbox.c.id, schema.outbox.c.person_id).order_by(schema.outbox.c.person_id).limit(through)

    def settle(db: Connection) -> Broadcast:
        for letter, person in db.execute(by_person).all():
            state, reason = ENDS.get(person, (SENT, ""))
            mine = update(schema.outbox).where(schema.outbox.c.id == letter)
            db.execute(mine.values(state=state, reason=reason, ended_at=NOON + person * SECOND))
        code = db.scalars(select(schema.broadcasts.c.code).where(schema.broadcasts.c.id == row)).one()
        found = broadcasts.find(db, pile.place[0], code)
        assert found
        return found

    return pile.do(settle)


def answer(pile: Pile, one: Broadcast, *persons: int) -> None:
    rows = [{"person_id": person, "engagement_id": one.engagement_id, "finished": True} for person in persons]
    pile.do(lambda db: db.execute(insert(schema.participations), rows))


def test_everybody_of_the_audience_is_accounted_for(pile: Pile) -> None:
    one = send(pile, 6, 5)
    pile.do(lambda db: db.execute(insert(schema.left_out).values(broadcast_id=one.id, why="budget", people=3)))
    pile.do(lambda db: db.execute(update(schema.outbox).where(schema.outbox.c.person_id == 3).values(tapped=True)))
    answer(pile, one, 3, 4)
    told = pile.do(lambda db: reports.account(db, one))
    assert told == reports.Account(
        {"pending": 1, "sent": 3, "failed": 1, "unknown": 1}, {"blocked": 1}, {"budget": 3}, tapped=1, answered=2
    )
    assert told.people == 9


def test_how_far_it_is_is_told_with_its_pace_over_the_last_minute_and_the_time_left(pile: Pile) -> None:
    one = send(pile, 30, 12)
    told = pile.do(lambda db: reports.progress(db, one, NOON + 20 * SECOND))
    assert (told.total, told.through, told.waiting, told.sent, told.failed, told.unknown) == (30, 12, 18, 10, 1, 1)
    assert told.pace == 10 / 20
    assert told.seconds_left == 36
    later = pile.do(lambda db: reports.progress(db, one, NOON + 70 * SECOND))
    assert later.pace == pytest.approx(2 / 60), "the others were sent more than a minute ago"
    halted = pile.do(lambda db: reports.progress(db, one, NOON + 300 * SECOND))
    assert halted.seconds_left is None


def test_each_persons_letter_is_told_a_page_at_a_time(pile: Pile) -> None:
    one = send(pile, 7, 7)
    answer(pile, one, 4)
    first = pile.do(lambda db: reports.lines(db, one, most=4))
    rest = pile.do(lambda db: reports.lines(db, one, after=first[-1].letter, most=4))
    everyone = first + rest
    assert len({line.person for line in everyone}) == 7
    assert [line.answered for line in everyone].count(True) == 1
    assert [(line.state, line.reason) for line in pile.do(lambda db: reports.lines(db, one, [UNKNOWN]))] == [(UNKNOWN, "502")]


def test_of_an_anonymous_engagement_nobody_is_told_who_answered_nor_how_many_of_a_few(pile: Pile) -> None:
    one = send(pile, 30, 30, "anonymous")
    told: list[int | None] = []
    for person in range(3, 31):
        answer(pile, one, person)
        told.append(pile.do(lambda db: reports.account(db, one)).answered)
    assert {line.answered for line in pile.do(lambda db: reports.lines(db, one))} == {None}
    assert told == [None] * 9 + [10, 10, 10, 15, 15, 15, 15, 15, 20] + [None] * 10, "in fives, and never of a few"


def test_how_few_were_left_out_because_they_answered_something_anonymous_is_not_told(pile: Pile) -> None:
    one = send(pile, 3, 3, "anonymous")
    for number, told in ((9, {"budget": 1}), (10, {"budget": 1, "answered": 10})):
        rows = [{"broadcast_id": one.id, "why": why, "people": people} for why, people in (("budget", 1), ("answered", number))]
        pile.do(partial(_replace_left_out, rows=rows))
        assert pile.do(lambda db: reports.account(db, one)).left_out == told


def _replace_left_out(db: Connection, rows: list[dict[str, object]]) -> None:
    db.execute(delete(schema.left_out))
    db.execute(insert(schema.left_out), rows)
