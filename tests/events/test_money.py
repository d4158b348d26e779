"""Payment for a place: what people choose reaches each place that offers it, and nobody under 18 has money by any way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.told import Told
from conversations import flow
from conversations.checking.care.examples import FAIR, WELCOMING, event, question, whole
from conversations.effects import Facts, Person, Remember
from conversations.event_words import MONEY, OFFERS
from conversations.events import cards
from conversations.events.views import Date, Event
from conversations.records import PAYMENT
from conversations.session import Answer
from storage import schema
from storage.engagements import Engagement
from storage.events import events, occasions
from storage.events.occasions import Plan
from storage.people import Known
from tests.road.indoors import Indoors, Visitor, indoors

MONTH = dt.timedelta(days=30)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Indoors]:
    with indoors(f"sqlite:///{tmp_path / 'withus.db'}", tmp_path) as made:
        yield made


def announce(house: Indoors, name: str) -> str:
    """An event with one date in a month; the code of its link."""
    engagement, link = house.open(name)
    now = house.base.clock.now()

    def work(db: Connection) -> None:
        plan = Plan(f"{(now + MONTH).date()}T18:00", "Europe/London", 90, "the town hall")
        occasions.make(db, house.base.house.keys, events.settle(db, engagement), plan, now)

    house.do(work)
    return link


def come(house: Indoors, person: Visitor, link: str) -> None:
    house.take([person.types(f"/start {link}")])
    house.take([person.taps("18:00")])


def meet(house: Indoors, band: str) -> Visitor:
    person = house.person()
    house.take([person.types("/start")])
    house.take([person.taps(band)])
    return person


def choose(house: Indoors, person: Visitor, link: str, *typed: str) -> None:
    for words in (f"/start {link}", *typed):
        house.take([person.types(words)])
    assert not house.failures()


def payments(house: Indoors) -> list[str]:
    """Of every place, in the order they were taken."""
    found: list[str] = house.do(lambda db: list(db.scalars(select(schema.places.c.payment).order_by(schema.places.c.id))))
    return found


def test_a_choice_about_payment_reaches_every_place_that_offers_it_and_a_later_one_takes_its_place(house: Indoors) -> None:
    pays, says_nothing = announce(house, "workshop-design-the-next-step"), announce(house, "tests-workshop")
    _, asks = house.open("expenses-and-payment-choice")
    person, other = meet(house, "18 or over"), meet(house, "18 or over")
    for link in (pays, says_nothing):
        come(house, person, link)
    come(house, other, pays)
    choose(house, person, asks, "A voucher", "Parking")
    assert payments(house) == ["voucher", "", ""]
    choose(house, person, asks, "Nothing, thank you", "None")
    assert payments(house) == ["decline", "", ""]


def test_what_is_over_keeps_the_choice_it_had(house: Indoors) -> None:
    pays = announce(house, "workshop-design-the-next-step")
    _, asks = house.open("expenses-and-payment-choice")
    person = meet(house, "18 or over")
    come(house, person, pays)
    choose(house, person, asks, "A voucher", "skip")
    past = house.base.clock.now() - MONTH
    times = {"starts_at": past, "ends_at": past}
    house.do(lambda db: db.execute(schema.occasions.update().values(times)))
    choose(house, person, asks, "Please pay me", "skip")
    assert payments(house) == ["voucher"]


@pytest.mark.parametrize("typed", ["Please pay me", "Give it to a charity"])
def test_somebody_under_18_is_shown_no_money_and_cannot_type_it(house: Indoors, typed: str) -> None:
    _, asks = house.open("expenses-and-payment-choice")
    person = meet(house, "16 or 17")
    choose(house, person, asks, typed)
    assert "1. A voucher\n2. Nothing, thank you" in person.said[-1]
    labels = [label for row in person.heard[-1].content["rows"] for label, _ in row]
    assert not [label for label in labels if "pay me" in label or "charity" in label]


@pytest.mark.parametrize("band", ["16-17", "13-15", "under-13", "unsaid", ""])
@pytest.mark.parametrize("choice", OFFERS)
def test_nobody_who_is_not_known_to_be_of_age_is_noted_down_for_money(band: str, choice: str) -> None:
    def note(kind: str) -> Any:
        told, engagement = Told(), Engagement(1, 1, "x", kind, "named", "everyone", "open", 1, "", too_few=False)
        known = Known(1, "CODE", 1, b"", band, "en", "", None, False, True, "open", "", "")
        told.take(known, engagement, Remember("payment", Answer((choice,)), PAYMENT), dt.date(2027, 2, 1))
        return told.places or told.payments

    noted = choice not in MONEY
    assert [bool(note(kind)) for kind in ("event", "consultation")] == [noted, noted]


@pytest.mark.parametrize(
    "offers, young",
    [
        ((*OFFERS,), "Under 18, it is a voucher and no money."),
        (("accept", "decline"), "Under 18, we can’t pay money. Ask us what we can do instead."),
        (("voucher", "decline"), ""),
        ((), ""),
    ],
)
def test_the_card_says_to_whoever_is_under_18_that_it_is_no_money(offers: tuple[str, ...], young: str) -> None:
    listed = ", ".join(f'"{offer}"' for offer in offers)
    text = whole(event(WELCOMING, f'payment.en = "{FAIR}"', f"offers = [{listed}]") + question("Are you ready?"))
    made = Event(flow.read(text), dates=(Date("DATE", dt.datetime(2027, 3, 1, 18, tzinfo=dt.UTC), 90),), slug="garden")
    for band in ("16-17", "unsaid", "18"):
        facts = Facts(dt.datetime(2027, 2, 1, tzinfo=dt.UTC), person=Person(band))
        for lines, _ in (cards.card(made, facts), cards.about(made, made.dates[0], facts)):
            told = [said for one in lines if (said := one.text["en"]).startswith("Under 18")]
            assert told == ([young] if young and band != "18" else [])
