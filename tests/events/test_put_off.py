"""A date that is put off, or cancelled: what was offered, asked and owed there is neither lost nor left hanging."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import event, select, update

from storage import schema
from storage.events import occasions
from storage.events.occasions import Occasion
from storage.followups import planning
from tests.events.stage import announce, do, enrol, look, plan, states, waits
from tests.storage.world import NOON, World

HOUR = dt.timedelta(hours=1)
LATER = NOON + 30 * HOUR  # on the next day, in hours that are not quiet
ANEW = "2027-03-26T18:00"


def put_off(world: World, one: Occasion) -> None:
    world.do(lambda db: occasions.postpone(db, one, "The hall is shut.", NOON))


def stand(world: World, one: Occasion, local_at: str = ANEW, now: dt.datetime = LATER, **more: Any) -> Occasion:
    """The date stands again."""
    version = world.do(lambda db: occasions.find_all(db, [one.id]))[one.id].version
    return world.do(lambda db: occasions.change(db, world.keys, one, plan(local_at=local_at, **more), version, now))


def rows(world: World, *kinds: str) -> list[tuple[str, int, str]]:
    """All there is of these kinds: kind, person and state, in the order it was planned."""
    mine = select(schema.followups.c.kind, schema.followups.c.person_id, schema.followups.c.state)
    found = mine.where(schema.followups.c.kind.in_(kinds)).order_by(schema.followups.c.id)
    return world.do(lambda db: [(row.kind, row.person_id, row.state) for row in db.execute(found)])


def offer(world: World) -> tuple[Occasion, int, int]:
    """A date of one place, which the first of these is offered while the second waits."""
    _, [one] = announce(world, 1)
    gone, first, second = enrol(world, 3)
    for who in (gone, first, second):
        do(world, who, one, "join")
    do(world, gone, one, "leave")
    return one, first, second


@pytest.mark.parametrize("told", [True, False])
def test_an_offer_is_kept_while_a_date_is_put_off_and_has_all_its_time_when_it_stands_again(world: World, *, told: bool) -> None:
    one, first, second = offer(world)
    if told:
        world.do(lambda db: db.execute(update(schema.followups).values(state="done")).rowcount)
    put_off(world, one)
    assert (states(world, one)[first], look(world, one)[first].offered_until) == ("offered", None)
    assert waits(world, "offer", "lapse") == []
    stand(world, one, capacity=1)
    until = look(world, one)[first].offered_until
    assert until == dt.datetime(2027, 2, 4, 20, tzinfo=dt.UTC), "24 of the hours in which they may be written to"
    assert waits(world, "offer", "lapse") == [("offer", first, LATER), ("lapse", first, until)]
    assert [who for _, who, _ in waits(world, "moved")] == [second], "whoever is offered it anew needs no second letter"


def test_an_offer_for_which_no_time_is_left_goes_to_whoever_asks_and_both_are_told(world: World) -> None:
    one, first, second = offer(world)
    put_off(world, one)
    stand(world, one, "2027-02-02T19:30", capacity=1)  # in an hour and a half
    assert states(world, one)[first] == "lapsed"
    assert waits(world, "offer", "lapse") == []
    assert [(kind, who) for kind, who, _ in waits(world, "lapsed", "moved")] == [("lapsed", first), ("moved", second)]


def test_whoever_loses_an_offer_because_the_date_is_sooner_hears_that_it_is_over(world: World) -> None:
    one, first, second = offer(world)
    sooner = plan(local_at="2027-02-01T12:30", capacity=1)
    world.do(lambda db: occasions.change(db, world.keys, one, sooner, one.version, NOON))
    assert states(world, one)[first] == "lapsed"
    assert [(kind, who) for kind, who, _ in waits(world, "lapsed", "moved")] == [("lapsed", first), ("moved", second)]


def test_a_deputy_not_asked_yet_is_asked_when_the_date_stands_again_and_hears_nothing_before(world: World) -> None:
    _, [one] = announce(world, 5)
    member, deputy = enrol(world, 2)
    do(world, member, one, "deputy", deputy_id=deputy)
    put_off(world, one)
    assert [(kind, who) for kind, who, _ in waits(world, "postponed", "deputy")] == [("postponed", member), ("deputy", deputy)]
    world.do(lambda db: db.execute(update(schema.followups).where(_is("deputy")).values(state=planning.ASIDE)).rowcount)
    stand(world, one)
    assert [(kind, who) for kind, who, _ in waits(world, "moved", "deputy")] == [("moved", member), ("deputy", deputy)]


def test_a_deputy_who_was_asked_hears_of_the_new_date(world: World) -> None:
    _, [one] = announce(world, 5)
    member, deputy = enrol(world, 2)
    do(world, member, one, "deputy", deputy_id=deputy)
    world.do(lambda db: db.execute(update(schema.followups).where(_is("deputy")).values(state="done")).rowcount)
    put_off(world, one)
    stand(world, one)
    assert [who for _, who, _ in waits(world, "moved")] == [member, deputy]
    assert states(world, one)[deputy] == "asked"


def _is(kind: str) -> Any:
    return schema.followups.c.kind == kind


OWED = ("claim", "minutes", "stood-down")


def test_what_is_owed_for_other_reasons_outlives_a_date(world: World) -> None:
    _, [off, gone] = announce(world, 5, 5)
    [person] = enrol(world, 1)
    for one in (off, gone):
        do(world, person, one, "join")
        for kind in (*OWED, "need", "papers", "place"):
            world.do(lambda db, one=one, kind=kind: planning.tell(db, kind, [person], one.id, one.code, NOON))  # type: ignore[misc]
    put_off(world, off)
    world.do(lambda db: occasions.cancel(db, gone, "The hall is flooded.", NOON))
    left = [kind for kind, _, _ in waits(world, *OWED, "need", "papers", "place", "reminder-7", "morning", "after")]
    assert sorted(left) == sorted([*OWED, *OWED, "need", "papers", "place"])


def test_what_was_laid_aside_is_dropped_with_a_date_that_is_cancelled_after_all(world: World) -> None:
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    world.do(lambda db: planning.tell(db, "papers", [person], one.id, one.code, NOON))
    put_off(world, one)
    world.do(lambda db: db.execute(update(schema.followups).where(_is("papers")).values(state=planning.ASIDE)).rowcount)
    world.do(lambda db: occasions.cancel(db, one, "Nobody can lead it.", LATER))
    assert rows(world, "papers") == [("papers", person, "dropped")]


def test_places_that_come_free_together_are_offered_by_set(world: World) -> None:
    """However many there are, in the same few statements: nobody else writes meanwhile."""
    said = []
    for number in (5, 25):
        _, [one] = announce(world, 1)
        for who in enrol(world, number + 1):
            do(world, who, one, "join")
        said.append(_count(world, one, number + 1))
        assert sum(state == "offered" for state in states(world, one).values()) == number
    assert said[0] == said[1]


def _count(world: World, one: Occasion, capacity: int) -> int:
    """How many statements it takes to raise the capacity."""
    found: list[str] = []

    def work(db: Any) -> None:
        event.listen(db, "before_cursor_execute", lambda *told: found.append(told[2]))
        occasions.change(db, world.keys, one, plan(capacity=capacity), one.version, NOON)

    world.do(work)
    return len(found)
