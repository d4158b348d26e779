"""A date for the calendar goes into the chat as a file, its reply comes back by the chat, and the door lets people in."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot import doors
from bot.buttons import encode
from bot.clock import Clock
from bot.telegram import polling
from bot.telegram.album import Album
from bot.telegram.pacer import Pacer
from bot.telegram.replies import Replies
from bot.telegram.sender import Sender
from bot.telegram.wire import Wire
from conversations.inputs import Attend, Input, Refused
from emulator.client import Someone, Telegram
from emulator.server import running
from storage import engagements, schema
from storage.events import events, feeds, occasions, registers
from storage.events.feeds import Entry
from storage.events.occasions import Occasion, Plan
from storage.events.registers import Deed
from storage.letters.outbox import Settled
from tests.events.stage import WORKSHOP
from tests.events.test_calendars import reply
from tests.road.indoors import Indoors, Visitor, indoors

ZONE = "Europe/London"


@dataclass
class Hall:
    """A workshop that begins in an hour, somebody who has a place there, and a Telegram."""

    home: Indoors
    telegram: Telegram
    one: Occasion
    aisha: Someone
    visitor: Visitor

    @property
    def now(self) -> dt.datetime:
        return self.home.base.clock.now()

    @property
    def entry(self) -> Entry:
        code = self.home.do(lambda db: db.scalars(select(schema.places.c.code)).one())
        found: Entry = self.home.do(feeds.find, self.home.base.house.organisation_id, [code])[code]
        return found

    def wire(self) -> Wire:
        return Wire(self.telegram.url, self.telegram.token)

    def comes(self, visitor: Visitor, code: str) -> str:
        self.home.take([visitor.types(f"/start {code}")])
        return visitor.said[-1]

    def understands(self, name: str, content: bytes) -> Input | None:
        """What becomes of a file that Aisha sends."""
        self.aisha.sends_file(name, content, "text/calendar" if name.endswith(".ics") else "application/pdf")
        update = self.telegram.bot("getUpdates", offset=-1)["result"][-1]
        arrivals = polling.read_all([update], self.home.base.house.keys.sign)

        async def work() -> Input | None:
            async with self.wire() as wire:
                return (await Replies(wire, self.home.base.engine, self.home.base.house).open(arrivals))[0].given

        return self.home.runner.run(work())


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with indoors(f"sqlite:///{tmp_path / 'withus.db'}", tmp_path, Clock()) as home, running() as telegram:
        aisha = telegram.person("Aisha")
        aisha.starts()
        visitor = Visitor(home, aisha.id)
        one = home.do(announce, home)
        arrive(home, visitor)
        home.do(take_place, visitor, home, one, "join")
        yield Hall(home, telegram, one, aisha, visitor)


def announce(db: Connection, home: Indoors) -> Occasion:
    now, here = home.base.clock.now(), home.base.house.organisation_id
    engagements.adopt(db, here, {"workshop": WORKSHOP}, now)
    found = engagements.find(db, here, "workshop")
    assert found
    engagements.set_state(db, found.id, engagements.OPEN, now)
    starts = (now + dt.timedelta(hours=1)).astimezone(dt.UTC)
    plan = Plan(f"{starts:%Y-%m-%dT%H:%M}", "UTC", 90, "Town Hall", capacity=2)
    return occasions.make(db, home.base.house.keys, events.settle(db, found), plan, now)


def arrive(home: Indoors, visitor: Visitor) -> None:
    home.take([visitor.types("/start")])
    home.take([visitor.types("18 or over")])


def take_place(db: Connection, visitor: Visitor, home: Indoors, one: Occasion, verb: str) -> str:
    person = db.scalars(select(schema.people.c.id).order_by(schema.people.c.id.desc()).limit(1)).one()
    register = registers.lock(db, [one.code], [person], home.base.clock.now())
    done = register.do(Deed(person, one.code, verb))
    register.write()
    assert visitor.said
    return done.result


def test_the_calendar_button_brings_a_file_into_the_chat(hall: Hall) -> None:
    sign = hall.home.base.house.keys.sign
    hall.home.take([hall.visitor.taps_data(encode(Attend("calendar", hall.one.code), hall.aisha.id, sign))])
    letter = hall.visitor.heard[-1]
    assert letter.kind == "file"
    settled: list[Settled] = []

    async def send() -> None:
        through = asyncio.Event()

        def note(one: Settled) -> None:
            settled.append(one)
            through.set()

        async with hall.wire() as wire:
            house = hall.home.base.house
            album = Album(wire, hall.home.base.engine, house.organisation_id, house.bot_id)
            sender = Sender(wire, Pacer(25), note, album)
            sender.post([letter])
            await asyncio.wait_for(through.wait(), 5)
            await sender.close(5)

    hall.home.runner.run(send())
    heard = hall.aisha.hears()
    assert [one.state for one in settled] == ["sent"]
    assert heard.text == "Here is the date for your calendar. Open the file to add it."
    assert heard.document
    assert heard.document["name"] == "date.ics"
    [call] = hall.telegram.calls("sendDocument")
    assert call["unknown_parameters"] == []


def test_a_reply_sent_into_the_chat_asks_for_what_its_button_would(hall: Hall) -> None:
    entry = hall.entry
    given = {said: hall.understands("reply.ics", reply(entry.uid, said)) for said in ("ACCEPTED", "DECLINED", "TENTATIVE")}
    asked = {said: Attend(verb, hall.one.code) for said, verb in zip(given, ("keep", "leave", "see"), strict=True)}
    assert given == asked


def test_any_other_file_is_declined_as_ever_and_no_reply_reaches_somebody_elses_place(hall: Hall) -> None:
    assert hall.understands("letter.pdf", b"%PDF") == Refused("document")
    assert hall.understands("large.ics", bytes(100_000)) == Refused("document")
    assert hall.understands("junk.ics", b"junk") == Refused("calendar")
    assert hall.understands("reply.ics", reply("other@here")) == Refused("calendar")
    assert hall.understands("reply.ics", reply(hall.entry.uid, sequence=-1)) == Refused("calendar-old")
    someone = hall.telegram.person("Ben")
    arrive(hall.home, Visitor(hall.home, someone.id))
    hall.aisha = someone
    someone.starts()
    assert hall.understands("reply.ics", reply(hall.entry.uid)) == Refused("calendar")


def test_a_code_at_the_door_lets_in_once_and_a_photograph_of_it_nobody_later(hall: Hall) -> None:
    sign = hall.home.base.house.keys.sign
    code = doors.write(sign, hall.one.code, hall.now)
    assert hall.comes(hall.visitor, code) == "You are in. Thank you for coming."
    assert hall.comes(hall.visitor, code) == "We have you already. You are in."
    old = doors.write(sign, hall.one.code, hall.now - dt.timedelta(minutes=3))
    assert hall.comes(hall.visitor, old) == "This code is too old. Look at the screen at the door."
    for name, said in (("walk-in", "You are in."), ("late", "Every place is taken.")):
        other = hall.home.person()
        arrive(hall.home, other)
        assert hall.comes(other, doors.write(sign, hall.one.code, hall.now)).startswith(said), name
    came = hall.home.do(lambda db: db.execute(select(schema.places.c.state, schema.places.c.came)).all())
    assert [tuple(row) for row in came] == [("confirmed", True), ("confirmed", True)]


class Torn(Wire):
    """A line on which one file ends in something nobody has thought of."""

    async def fetch(self, path: str, largest: int) -> bytes | None:
        content = await super().fetch(path, largest)
        if content and b"torn" in content:
            raise ZeroDivisionError
        return content


def test_one_file_that_breaks_its_reader_keeps_no_other_from_being_read(hall: Hall) -> None:
    files = [b"torn", reply(hall.entry.uid, "DECLINED")]
    for content in files:
        hall.aisha.sends_file("reply.ics", content, "text/calendar")
    updates = hall.telegram.bot("getUpdates", offset=-2)["result"]
    arrivals = polling.read_all(updates, hall.home.base.house.keys.sign)

    async def work() -> list[Input | None]:
        async with Torn(hall.telegram.url, hall.telegram.token) as wire:
            opened = await Replies(wire, hall.home.base.engine, hall.home.base.house).open(arrivals)
            return [one.given for one in opened]

    assert hall.home.runner.run(work()) == [Refused("calendar"), Attend("leave", hall.one.code)]
