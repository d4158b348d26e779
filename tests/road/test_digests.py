"""The daily digest: once a day at the time that was chosen, whatever the clocks do, and to nobody who has left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import digests
from bot.house import House
from storage import schema
from storage.letters import outbox
from storage.letters.outbox import Letter
from storage.staffing import staff_chats
from tests.road.backstage import change, chats, linked
from tests.road.indoors import Indoors, indoors

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def home(database: str, tmp_path: Path) -> Iterator[Indoors]:
    """Give a house without doors, on each database."""
    with indoors(database, tmp_path) as made:
        yield made


def asked(home: Indoors, at: str, role: str = "officer") -> int:
    """A colleague who wants the digest at this time, from tomorrow's clock on."""
    _, one = linked(home, role)
    home.do(staff_chats.set_digest, next(chat.lookup for chat in chats(home) if chat.staff_id == one), at)
    return one


def house(home: Indoors) -> House:
    return replace(home.base.house, zone=LONDON)


def pass_time(home: Indoors, first: str, last: str, every: int = 5) -> list[dt.datetime]:
    """Look every so many minutes from one UTC time to another; returns when a digest was put on the pile."""
    at, end = (dt.datetime.fromisoformat(f"{when}+00:00") for when in (first, last))
    sent = []
    while at <= end:
        sent += [at] * home.do(digests.send, house(home), at)
        at += dt.timedelta(minutes=every)
    return sent


def letters(home: Indoors) -> list[Letter]:
    rows = home.do(lambda db: db.execute(select(schema.outbox).where(schema.outbox.c.due_at.is_not(None))).all())
    return [outbox.unpack(home.base.house.keys, row) for row in rows]


def test_a_digest_comes_once_a_day_at_the_time_that_was_chosen(home: Indoors) -> None:
    asked(home, "08:30")
    sent = pass_time(home, "2027-02-01T00:00", "2027-02-03T23:55", 30)
    assert [f"{at:%d %H:%M}" for at in sent] == ["01 08:30", "02 08:30", "03 08:30"]
    assert all("Nothing needs you today" in letter.content["text"] for letter in letters(home))


def test_it_is_no_letter_to_a_person_whose_attention_is_counted(home: Indoors) -> None:
    asked(home, "08:30")
    pass_time(home, "2027-02-01T08:30", "2027-02-01T08:30")
    [letter] = letters(home)
    assert (letter.person_id, letter.lane, letter.policy) == (None, outbox.REMINDER, outbox.NEVER_TWICE)


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"], ids=["forward", "back"])
def test_it_comes_once_on_the_days_the_clocks_change(home: Indoors, day: str) -> None:
    times = ["01:30", "00:59", "01:00", "02:00"]  # an hour that is not there in spring, and comes twice in autumn
    for at in times:
        asked(home, at)
    before = dt.date.fromisoformat(day) - dt.timedelta(days=1)
    sent = pass_time(home, f"{before}T12:00", f"{day}T21:00", 15)
    assert [when.astimezone(LONDON).date().isoformat() for when in sent] == [day] * len(times)


def test_a_bot_that_was_off_sends_nothing_in_the_night(home: Indoors) -> None:
    asked(home, "08:30")
    assert pass_time(home, "2027-02-01T22:00", "2027-02-02T03:00") == []
    assert len(pass_time(home, "2027-02-02T10:00", "2027-02-02T23:00")) == 1


@pytest.mark.parametrize(
    "gone", [{"state": "removed"}, {"locked_until": dt.datetime(2100, 1, 1, tzinfo=dt.UTC)}, {"role": "analyst"}],
    ids=["removed", "locked", "whose role does not see it"],
)  # fmt: skip
def test_a_colleague_who_may_not_see_it_gets_none(home: Indoors, gone: dict[str, object]) -> None:
    change(home, asked(home, "08:30"), **gone)
    assert pass_time(home, "2027-02-01T08:00", "2027-02-01T12:00") == []
    assert letters(home) == []


def test_the_first_is_tomorrows_when_todays_time_is_over(home: Indoors) -> None:
    visitor, _ = linked(home)
    local = home.base.clock.now().astimezone(home.base.house.zone)
    home.take([visitor.types(f"/digest {local:%H:%M}")])
    assert f"every day at {local:%H:%M}" in visitor.said[-1]
    assert home.do(digests.send, home.base.house, home.base.clock.now()) == 0
    assert home.do(digests.send, home.base.house, home.base.clock.now() + dt.timedelta(days=1)) == 1
    home.take([visitor.types("/digest off")])
    assert home.do(digests.send, home.base.house, home.base.clock.now() + dt.timedelta(days=2)) == 0
