"""A member who is forgotten: nothing of theirs stays in events and groups, and nobody else is left waiting for them."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import Connection, func, select

from storage import erasure, schema
from storage.events import needs
from storage.events.deputies import NOBODYS
from storage.events.needs import Said
from storage.groups import minutes, points, quorum
from tests.events.stage import announce, do, look, states, waits
from tests.groups.table import Table, settle
from tests.storage.world import NOON, World

NOTHING_LEFT = (
    schema.needs, schema.place_needs, schema.claims, schema.feeds, schema.points, schema.point_changes, schema.corrections,
)  # fmt: skip


@pytest.fixture
def table(world: World) -> Table:
    return settle(world)


def forget(world: World, *people: tuple[int, str]) -> None:
    world.do(lambda db: erasure.forget(db, world.keys, dict(people), [], NOON))


def test_all_that_a_member_said_and_had_goes_and_their_seat_is_empty(table: Table) -> None:
    world, (person, code) = table.world, table.people["Carer"]
    past, ahead = table.meet(-7, recorded=True), table.meet(7)
    table.reply(past, "Carer", "confirmed", came=True)
    table.reply(ahead, "Carer", "confirmed")
    said = Said(person, code, None, NOON.date(), ("bsl", "other"), {"other": "a chair by the door"}, keep=True)
    world.do(lambda db: needs.settle(db, world.keys, [said], NOON))
    world.do(lambda db: points.add(db, world.keys, table.group_id, "Too early in the day", NOON, person_id=person))
    world.do(lambda db: minutes.write(db, world.organisation_id, past, "We met.", 0, "dana", NOON))
    world.do(lambda db: minutes.share(db, past, NOON))
    world.do(lambda db: minutes.correct(db, world.keys, past.id, person, "It was half past two.", NOON))
    assert [world.count(one) for one in (schema.needs, schema.place_needs, schema.points, schema.corrections)] == [2, 2, 1, 1]
    forget(world, (person, code))
    for one in NOTHING_LEFT:
        assert world.count(one) == 0, one.name
    for one in (schema.places, schema.followups, schema.group_members):
        theirs = select(func.count()).select_from(one).where(one.c.person_id == person)
        assert world.do(partial(Connection.scalar, statement=theirs)) == 0, one.name
    seat = table.find("Carer")
    assert (seat.holder_id, seat.vacant_since) == (None, NOON.date())
    held = world.do(lambda db: quorum.sit(db, [ahead]))[ahead.id]
    assert {one.seat.name: one.reply for one in held}["Carer"] == "vacant"


def test_how_many_came_stays_as_it_was_though_nobody_knows_any_more_who(table: Table) -> None:
    past = table.meet(-7, recorded=True)
    for name in ("Carer", "Patient", "Young person"):
        table.reply(past, name, "confirmed", came=name != "Young person")
    forget(table.world, table.people["Carer"], table.people["Young person"])
    here = (schema.places.c.occasion_id == past.id, schema.places.c.came)
    known = table.world.do(lambda db: db.scalar(select(func.count()).select_from(schema.places).where(*here)))
    others = table.world.do(lambda db: db.scalar(select(schema.occasions.c.walk_ins)))
    assert (known, others) == (1, 1)


def test_whoever_is_next_in_line_is_offered_the_place_in_the_same_transaction(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second = world.meet(), world.meet()
    for person, _ in (first, second):
        do(world, person, one, "join")
    forget(world, first)
    assert states(world, one) == {second[0]: "offered"}
    assert [(kind, person) for kind, person, _ in waits(world, "offer")] == [("offer", second[0])]


def test_a_member_hears_that_nobody_stands_in_when_their_deputy_is_forgotten_and_the_other_way_round(world: World) -> None:
    _, [one] = announce(world, None)
    member, deputy, other, theirs = (world.meet() for _ in range(4))
    for who, whose in ((member, deputy), (other, theirs)):
        do(world, who[0], one, "deputy", deputy_id=whose[0])
        do(world, whose[0], one, "accept")
    forget(world, deputy, other)
    assert [person for _, person, _ in waits(world, "no-deputy")] == [member[0]]
    stays = look(world, one)[theirs[0]]
    assert (stays.state, stays.deputy_of) == ("confirmed", NOBODYS)  # not of whoever gets that number next
    do(world, world.meet()[0], one, "join", NOON + dt.timedelta(hours=1))
    assert look(world, one)[theirs[0]].deputy_of == NOBODYS
