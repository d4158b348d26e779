"""What a calendar is told of a place, as it stands in the database at that moment."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from bot import replying
from storage import schema
from storage.events import feeds, joining, occasions
from storage.events.feeds import Entry
from storage.events.occasions import Occasion
from tests.events.stage import announce, do, enrol, look, plan, states
from tests.storage.world import NOON, World


def find(world: World, one: Occasion, person: int) -> Entry:
    code = look(world, one)[person].code
    return world.do(lambda db: feeds.find(db, world.organisation_id, [code]))[code]


def test_a_place_is_one_entry_whose_number_rises_with_every_change(world: World) -> None:
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    told = [find(world, one, person)]
    do(world, person, one, "leave")
    told.append(find(world, one, person))
    do(world, person, one, "join")
    told.append(find(world, one, person))
    moved = plan(local_at="2027-02-26T19:00", capacity=5)
    now = world.do(lambda db: occasions.change(db, world.keys, one, moved, one.version, NOON))
    told.append(find(world, one, person))
    world.do(lambda db: occasions.cancel(db, now, "The hall is flooded.", NOON))
    told.append(find(world, one, person))
    assert len({entry.uid for entry in told}) == 1
    assert [entry.kept for entry in told] == ["confirmed", "cancelled", "confirmed", "confirmed", "cancelled"]
    numbers = [entry.sequence for entry in told]
    assert numbers == sorted(set(numbers))


def test_another_organisation_and_whoever_is_only_asked_have_no_entry(world: World) -> None:
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    code = look(world, one)[person].code
    assert world.do(lambda db: feeds.find(db, world.organisation_id + 1, [code])) == {}
    world.do(lambda db: db.execute(update(schema.places).values(state="asked")))
    assert world.do(lambda db: feeds.find(db, world.organisation_id, [code])) == {}


def test_a_feed_holds_what_somebody_has_and_ends_when_it_is_revoked(world: World) -> None:
    _, [first, second] = announce(world, 5, 5, several=True)
    mine, other = enrol(world, 2)
    do(world, mine, first, "join")
    do(world, mine, second, "join")
    do(world, other, second, "join")
    here = world.organisation_id
    code = world.do(lambda db: feeds.give(db, here, NOON, person_id=mine))
    assert (len(code), world.do(lambda db: feeds.give(db, here, NOON, person_id=mine))) == (32, code)
    feed = world.do(lambda db: feeds.read(db, here, code, NOON))
    assert feed
    assert [(entry.occasion, entry.person_id) for entry in feed.entries] == [(first.code, mine), (second.code, mine)]
    assert world.do(lambda db: feeds.read(db, here + 1, code, NOON)) is None
    assert world.do(lambda db: feeds.revoke(db, here, code))
    assert world.do(lambda db: feeds.read(db, here, code, NOON)) is None


def test_an_erased_person_leaves_no_feed(world: World) -> None:
    [person] = enrol(world, 1)
    world.do(lambda db: feeds.give(db, world.organisation_id, NOON, person_id=person))
    world.do(lambda db: db.execute(schema.people.delete().where(schema.people.c.id == person)))
    assert world.do(lambda db: db.execute(select(schema.feeds)).all()) == []


def test_a_reply_does_what_the_button_does(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second = enrol(world, 2)
    do(world, first, one, "join")
    do(world, second, one, "join")
    entry = find(world, one, first)
    assert world.do(lambda db: replying.take(db, entry, "ACCEPTED", NOON))
    assert world.do(lambda db: replying.take(db, entry, "TENTATIVE", NOON))
    assert states(world, one) == {first: "confirmed", second: "waiting"}
    assert world.do(lambda db: replying.take(db, entry, "DECLINED", NOON))
    assert states(world, one) == {first: "withdrawn", second: "offered"}
    offered = find(world, one, second)
    assert world.do(lambda db: replying.take(db, offered, "ACCEPTED", NOON))
    assert states(world, one)[second] == "confirmed"
    assert not world.do(lambda db: replying.take(db, entry, "DECLINED", NOON + dt.timedelta(days=60)))


def test_only_a_web_address_is_a_way_to_join(world: World) -> None:
    _, [one] = announce(world, 1)
    told = {"https://meet.example/1": "https://meet.example/1", "javascript:alert(1)": "", "https://a b": "", "": ""}
    for link, safe in told.items():
        sealed = world.keys.seal("occasions.joining", one.code, b'{"link": "%s"}' % link.encode())
        world.do(lambda db, sealed=sealed: db.execute(update(schema.occasions).values(joining=sealed)))  # type: ignore[misc]
        assert world.do(lambda db: joining.link(db, world.keys, one.code)) == safe
