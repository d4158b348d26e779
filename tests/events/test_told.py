"""What people tell of themselves when they sign up reaches their own record and their place, by the real road."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from storage import schema
from storage.events import events, needs, occasions
from storage.events.occasions import Plan
from tests.road.indoors import Indoors, Visitor, indoors


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Indoors]:
    with indoors(f"sqlite:///{tmp_path / 'withus.db'}", tmp_path) as made:
        yield made


def sign_up(house: Indoors, band: str = "18 or over") -> Visitor:
    """Somebody with a place at a shipped workshop, at its first question."""
    engagement, link = house.open("workshop-design-the-next-step")
    now = house.base.clock.now()

    def work(db: Connection) -> None:
        plan = Plan(f"{(now + dt.timedelta(days=40)).date()}T18:00", "Europe/London", 90, "the town hall", capacity=5)
        occasions.make(db, house.base.house.keys, events.settle(db, engagement), plan, now)

    house.do(work)
    person = house.person()
    house.take([person.types(f"/start {link}")])
    house.take([person.taps(band)])
    house.take([person.taps("18:00")])
    return person


def answer(house: Indoors, person: Visitor, *typed: str) -> None:
    for words in typed:
        house.take([person.types(words)])


def test_needs_words_payment_and_how_reach_the_place_and_staff_see_them(house: Indoors) -> None:
    person = sign_up(house)
    answer(
        house, person, "Online", "A British Sign Language interpreter; Somebody comes with me to help", "yes", "2", "A voucher"
    )
    assert not house.failures()
    place = house.do(lambda db: db.execute(select(schema.places)).one())
    assert (place.how, place.companions, place.payment) == ("online", 2, "voucher")
    told = house.do(lambda db: needs.of_places(db, house.base.house.keys, [place.id]))[place.id]
    assert [(need.code, need.state) for need in told] == [("bsl", "open"), ("companion", "open")]
    assert house.do(lambda db: set(db.scalars(select(schema.needs.c.kept)))) == {True}


def test_their_own_words_are_sealed_beside_the_need_and_no_agreement_is_no(house: Indoors) -> None:
    person = sign_up(house)
    answer(
        house,
        person,
        "In the room",
        "An interpreter for my language; Something else",
        "a chair by the door",
        "Polish",
        "no",
        "skip",
    )
    assert not house.failures()
    [place] = house.do(lambda db: db.scalars(select(schema.places.c.id)).all())
    told = house.do(lambda db: needs.of_places(db, house.base.house.keys, [place]))[place]
    assert [(need.code, need.words) for need in told] == [("interpreter", "Polish"), ("other", "a chair by the door")]
    assert house.do(lambda db: set(db.scalars(select(schema.needs.c.kept)))) == {False}


def test_leaving_everything_out_sets_nothing(house: Indoors) -> None:
    person = sign_up(house)
    answer(house, person, "skip", "skip", "skip")
    assert not house.failures()
    place = house.do(lambda db: db.execute(select(schema.places)).one())
    assert (place.state, place.how, place.payment) == ("confirmed", "", "")
    assert house.do(lambda db: db.scalars(select(schema.needs.c.need)).all()) == []


def test_what_helps_somebody_is_kept_in_one_place_so_that_it_can_go(house: Indoors) -> None:
    person = sign_up(house)
    answer(
        house,
        person,
        "Online",
        "An interpreter for my language; Somebody comes with me to help",
        "Polish",
        "no",
        "1",
        "A voucher",
    )
    assert not house.failures()
    assert house.do(lambda db: db.scalars(select(schema.sessions.c.finished)).all()) == [True]
    assert house.do(lambda db: db.scalars(select(schema.sessions.c.sealed)).all()) == [None]
    wished = house.do(lambda db: db.scalars(select(schema.wishes.c.step).order_by(schema.wishes.c.step)).all())
    assert wished == ["companions", "how", "payment"]
    later = house.base.clock.now() + dt.timedelta(days=60)
    assert house.do(lambda db: needs.forget(db, later)) == 1
    for table in (schema.needs, schema.place_needs):
        assert house.do(lambda db, table=table: db.execute(select(table)).all()) == []
