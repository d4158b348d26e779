"""An audience becomes letters: each person's once, in an order that nobody chose, whoever is killed in between."""

from __future__ import annotations

import datetime as dt
import statistics
import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, event, select, update

from storage.broadcasting import freezing
from storage.broadcasting.criteria import Criteria, CriteriaError, TookPart
from storage.broadcasting.freezing import Slice
from storage.keeping.engines import open_plainly
from storage.schema import broadcasts, left_out, outbox
from tests.storage.crowd import DAY, Someone, Wrote, another, broadcast, freeze, meet, set_up
from tests.storage.test_audiences import Case, cases, oracle, play
from tests.storage.world import NOON, World

SERVICE = {"sort": "service"}


def crowd(world: World, *people: Someone) -> list[int]:
    return world.do(lambda db: meet(db, set_up(db, world.organisation_id), people))


def announce(world: World, wanted: Criteria | None = None, **more: Any) -> int:
    return world.do(lambda db: broadcast(db, world.organisation_id, wanted or Criteria(), **more))


def letters(world: World, broadcast_id: int) -> list[Any]:
    """In the order in which they go out."""
    mine = select(outbox).where(outbox.c.broadcast_id == broadcast_id).order_by(outbox.c.due_at, outbox.c.id)
    return list(world.do(lambda db: db.execute(mine).all()))


def left(world: World, broadcast_id: int) -> dict[str, int]:
    mine = select(left_out.c.why, left_out.c.people).where(left_out.c.broadcast_id == broadcast_id)
    return {row.why: row.people for row in world.do(lambda db: db.execute(mine).all())}


@given(cases)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_freeze_writes_to_exactly_those_whom_the_count_promised(world: World, case: Case) -> None:
    def work(db: Connection) -> tuple[int, dict[int, Someone]]:
        here = another(db)
        sending, who = play(db, here, case)
        more: dict[str, Any] = {"sort": case.sort, "engagement_id": sending.engagement_id, "reminds": case.reminds}
        return broadcast(db, here, english_for_all=True, **more), who

    one, who = world.do(work)
    freeze(world, one)
    said = {person: oracle(replace(case, languages=None), someone) for person, someone in who.items()}
    assert sorted(row.person_id for row in letters(world, one)) == sorted(person for person, why in said.items() if why is None)
    assert sum(left(world, one).values()) == sum(why is not None for why in said.values())


def test_a_letter_waits_without_words_until_it_is_due(world: World) -> None:
    crowd(world, Someone())
    one = announce(world, due_at=NOON + DAY)
    freeze(world, one)
    row = letters(world, one)[0]
    assert (row.state, row.lane, row.policy, row.sealed, row.due_at) == ("pending", "broadcast", "never-twice", None, NOON + DAY)


def test_letters_are_due_by_each_persons_own_clock(world: World) -> None:
    ids = crowd(world, Someone(), Someone(zone="Asia/Tokyo"), Someone(quiet="11:00-13:30"), Someone(quiet="09:00-20:00"))
    one = announce(world)
    freeze(world, one)
    due = {row.person_id: row.due_at for row in letters(world, one)}
    tokyo = dt.datetime(2027, 2, 2, 0, tzinfo=dt.UTC)
    assert due == {ids[0]: NOON, ids[1]: tokyo, ids[2]: NOON + dt.timedelta(minutes=90)}
    assert left(world, one) == {"quiet": 1}


def test_who_comes_first_is_drawn_by_lot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "MOST", 50)
    ids = crowd(world, *[Someone()] * 400)
    orders = []
    for _ in range(2):
        one = announce(world)
        assert freeze(world, one) == 8
        orders.append([row.person_id for row in letters(world, one)])
        assert sorted(orders[-1]) == ids
        assert abs(statistics.correlation(range(400), orders[-1])) < 0.3
    assert orders[0] != orders[1]


def test_numbers_drawn_for_letters_lie_above_all_others_and_never_meet(world: World) -> None:
    crowd(world, Someone(), Someone())
    first, second = announce(world), announce(world)
    for one in (first, second):
        freeze(world, one)
    numbers = [row.id for one in (first, second) for row in letters(world, one)]
    assert len(set(numbers)) == 4
    assert all(1 << 62 <= number < 1 << 63 for number in numbers)


def test_whoever_is_killed_between_slices_goes_on_where_they_were(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "MOST", 3)
    crowd(world, *[Someone(), Someone(stopped=True)] * 5)
    one = announce(world)

    class Killed(Exception): ...

    def dies(db: Connection) -> None:
        piece = freezing.cut(db, one, NOON)
        assert piece
        freezing.freeze(db, piece, NOON)
        raise Killed

    for _ in range(3):
        with pytest.raises(Killed):
            world.do(dies)
    assert letters(world, one) == []
    piece = world.do(lambda db: freezing.cut(db, one, NOON))
    assert piece
    assert world.do(lambda db: freezing.freeze(db, piece, NOON))
    assert not world.do(lambda db: freezing.freeze(db, piece, NOON)), "the same slice twice"
    freeze(world, one)
    freeze(world, one)  # once more, when all is done
    assert len(letters(world, one)) == 5
    assert left(world, one) == {"stopped": 5}


def test_a_broadcast_that_was_cancelled_is_frozen_no_further(world: World) -> None:
    crowd(world, Someone())
    one = announce(world)
    piece = world.do(lambda db: freezing.cut(db, one, NOON))
    assert piece
    world.do(lambda db: db.execute(update(broadcasts).where(broadcasts.c.id == one).values(state="cancelled")))
    assert not world.do(lambda db: freezing.freeze(db, piece, NOON))
    assert world.do(lambda db: freezing.cut(db, one, NOON)) is None
    assert letters(world, one) == []


def test_slices_are_short_where_many_belong_and_where_few_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "MOST", 3)
    monkeypatch.setattr(freezing, "FARTHEST", 10)
    ids = crowd(world, *[Someone(place="ME14")] * 5, *[Someone()] * 20)
    one = announce(world, Criteria(places=("ME",)))
    found: list[Slice] = []
    while not found or not found[-1].last:
        piece = world.do(lambda db: freezing.cut(db, one, NOON))
        assert piece
        world.do(lambda db, piece=piece: freezing.freeze(db, piece, NOON))  # type: ignore[misc]
        found.append(piece)
    assert found[0] == Slice(one, 0, ids[2], last=False)
    assert all(piece.upto - piece.after <= 10 for piece in found)
    assert [row.person_id for row in sorted(letters(world, one), key=lambda row: row.person_id)] == ids[:5]


def check_budget(world: World) -> None:
    """Two broadcasts frozen at the same time do not both spend the last message of one person."""
    crowd(world, Someone(letters=(Wrote(-1),)))
    both = [announce(world), announce(world)]
    freeze_at_once(world, *both)
    assert sum(len(letters(world, one)) for one in both) == 1, "the last message was spent twice"


def freeze_at_once(world: World, first: int, second: int) -> None:
    """The second begins when the first has written its letters, and has not committed them."""
    pieces = [Slice(one, 0, 1 << 40, last=True) for one in (first, second)]
    with open_plainly(world.url) as engine:

        def begin() -> None:
            with engine.begin() as db:
                freezing.freeze(db, pieces[1], NOON)

        other = threading.Thread(target=begin)
        with engine.begin() as db:
            freezing.freeze(db, pieces[0], NOON)
            other.start()
            other.join(1)
        other.join()


def test_two_broadcasts_frozen_at_once_do_not_both_spend_somebodys_last_message(world: World) -> None:
    check_budget(world)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer anyway
def test_a_freeze_that_does_not_wait_for_the_other_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "_wait_turn", lambda *_: None)
    with pytest.raises(AssertionError, match="spent twice"):
        check_budget(world)


def test_an_audience_that_cannot_be_found_any_more_freezes_nobody(world: World) -> None:
    crowd(world, Someone())
    one = announce(world, Criteria(took_part=(TookPart("long-gone", "not"),)))
    with pytest.raises(CriteriaError, match="not there any more"):
        world.do(lambda db: freezing.cut(db, one, NOON))


def test_freezing_goes_by_peoples_numbers_and_never_through_a_whole_index(world: World) -> None:
    """SQLite knows nothing of how rows lie until somebody tells it; it must do well without."""
    if world.engine.dialect.name != "sqlite":
        return
    crowd(world, Someone(place="ME14"))
    one = announce(world, Criteria(places=("ME",), wants=("polls",)))
    seen: list[tuple[str, Any]] = []

    def work(db: Connection) -> list[str]:
        event.listen(db, "before_cursor_execute", lambda _c, _cur, sql, values, *_: seen.append((sql, values)))
        freezing.freeze(db, Slice(one, 0, 10, last=True), NOON)
        asked = [(sql, values) for sql, values in seen if "FROM people" in sql]
        return [row[3] for sql, values in asked for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]

    plan = [line for line in world.do(work) if " people" in line]
    assert len(plan) == 3
    assert all("INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in line for line in plan), plan
