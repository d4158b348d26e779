"""P4: what the bot starts by itself is never sent again when the answer is lost; a reply may be repeated once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from yarl import URL

from bot.config import Config
from bot.foundation import Foundation, foundation
from bot.telegram import dispatch
from bot.telegram.album import Album
from bot.telegram.dispatch import Dispatch
from bot.telegram.pacer import Pacer
from bot.telegram.pile import Pile
from bot.telegram.sender import Sender, compose
from bot.telegram.wire import Body, NotSentError, UnknownOutcomeError, Wire
from bot.waiting import Waiting
from emulator.client import Someone, Telegram
from emulator.server import running
from storage import schema
from storage.letters import claims, outbox
from storage.letters.outbox import FAILED, NEVER_TWICE, REPEAT_ONCE, REPLY, SENT, UNKNOWN, Letter, Settled
from tests.road.conftest import MakeHouse
from tests.road.house import PATIENCE, House

FAULTS: Mapping[str, tuple[str, int]] = {
    "none": (SENT, 1),
    "cut-before": (UNKNOWN, 0),
    "cut-after": (UNKNOWN, 1),
    "500": (UNKNOWN, 0),
    "502": (UNKNOWN, 0),
    "html": (UNKNOWN, 1),
    "hang": (UNKNOWN, 0),
    "late": (UNKNOWN, 1),
    "429": (SENT, 1),
    "401": (SENT, 1),
    "404": (SENT, 1),
    "409": (SENT, 1),
    "blocked": (FAILED, 0),
}
"""What goes wrong with the first call -> what becomes of something the bot started, and how often it is seen."""

REPEATED: Mapping[str, tuple[str, int]] = {
    "none": ("", 1),
    "cut-before": ("", 1),
    "cut-after": ("", 2),
    "502": ("", 1),
    "html": ("", 2),
    "hang": ("", 1),
    "429": ("", 1),
    "401": ("", 1),
    "blocked": ("", 0),
}
"""The same for a reply, of which nothing is kept once it went out, or never will."""

SECONDS = 1.5  # a fault that lasts; the wire of these tests waits half a second for an answer


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other call fails here, and nobody wants to see the bot wait for better times."""
    monkeypatch.setattr(dispatch, "_RETRY", (0.05,))


class ImpatientWire(Wire):
    """A wire that gives up early, so that a test need not wait half a minute."""

    async def post(self, url: URL, body: Body, patience: float) -> tuple[int, bytes]:
        return await super().post(url, body, min(patience, 0.5))


class LateWire(ImpatientWire):
    """A wire whose first two calls find nobody listening."""

    late = 2

    async def post(self, url: URL, body: Body, patience: float) -> tuple[int, bytes]:
        self.late -= 1
        return await super().post(url if self.late < 0 else url.with_port(1), body, patience)


class InsistentSender(Sender):
    """A sender that tries until it hears a yes, as a retry layer around every call does."""

    async def _deliver(self, letter: Letter) -> Settled | None:
        while not self._stopping:
            try:
                reply = await self._wire.call(*compose(letter))
            except (NotSentError, UnknownOutcomeError):
                continue
            if reply.ok or reply.code == 403:
                return letter.became(SENT if reply.ok else FAILED)
            await asyncio.sleep(reply.retry_after)
        return None


@dataclass
class Office:
    """A sender with its database and its Telegram."""

    base: Foundation
    telegram: Telegram
    sender: Sender

    async def post(self, letters: list[Letter]) -> None:
        """Write letters down: replies are then sent as a turn does, and what the bot starts waits to be claimed."""
        house = self.base.house
        place, now = (house.organisation_id, house.bot_id), self.base.clock.now()
        replies = [letter for letter in letters if letter.lane == REPLY]
        await self.do(outbox.keep, house.keys, place, [letter for letter in letters if letter.lane != REPLY], now)
        await self.do(outbox.write, house.keys, place, replies, house.claimer, now)
        self.sender.post(replies)

    async def do(self, work: Any, *arguments: Any) -> Any:
        async with self.base.engine.begin() as connection:
            return await connection.run_sync(work, *arguments)

    async def await_settled(self, letters: list[Letter]) -> dict[int, str]:
        """Wait until none is under way; letter id -> state, "" when nothing of it is kept."""
        async with asyncio.timeout(PATIENCE):
            while True:
                states = await self.do(_states)
                if not {outbox.SENDING, outbox.PENDING} & set(states.values()):
                    return {letter.id: states.get(letter.id, "") for letter in letters}
                await asyncio.sleep(0.02)


def _states(db: Connection) -> dict[int, str]:
    return {row.id: row.state for row in db.execute(select(schema.outbox.c.id, schema.outbox.c.state))}


@asynccontextmanager
async def open_office(
    database: str, folder: Path, telegram: Telegram, sender: type[Sender], lines: type[Wire] = ImpatientWire
) -> AsyncIterator[Office]:
    settings = {
        "telegram": {"token": telegram.token, "api_url": telegram.url},
        "storage": {"url": database, "keys": folder / "keys.json"},
    }
    config = Config.model_validate(settings)
    async with foundation(config) as base, lines(telegram.url, telegram.token) as wire:
        waiting = Waiting(base.engine, base.house, base.clock.now, lambda _out: None)
        taking = asyncio.create_task(waiting.run())
        album = Album(wire, base.engine, base.house.organisation_id, base.house.bot_id)
        dispatches: list[Dispatch] = []

        def record(settled: Settled) -> None:
            (waiting.settle if settled.lane == REPLY else dispatches[0].settled)(settled)

        pacer = Pacer(1000)
        sending = sender(wire, pacer, record, album)
        dispatches.append(Dispatch(Pile(base.engine, base.house, base.clock.now), sending, pacer, waiting.settle))
        dispatching = asyncio.create_task(dispatches[0].run())
        yield Office(base, telegram, sending)
        dispatching.cancel()
        await asyncio.wait({dispatching})
        await sending.close(1)
        waiting.stop()
        await taking


async def check(
    expected: Mapping[str, tuple[str, int]], policy: str, database: str, folder: Path, sender: type[Sender] = Sender
) -> None:
    """Send one letter into each fault at once, and see what became of each."""
    with running(retry_scale=0.1) as telegram:
        people = await asyncio.to_thread(_meet, telegram, list(expected))
        async with open_office(database, folder, telegram, sender) as office:
            lane = "reply" if policy == REPEAT_ONCE else "reminder"
            content = {"text": "Hello", "bold": [], "rows": []}
            letters = [
                Letter(number, None, person.id, "say", content, lane, policy) for number, person in enumerate(people.values(), 1)
            ]
            await office.post(letters)
            states = await office.await_settled(letters)
            became = {
                fault: (states[letter.id], await asyncio.to_thread(_times_seen, person))
                for letter, (fault, person) in zip(letters, people.items(), strict=True)
            }
    wrong = {fault: end for fault, end in became.items() if end != expected[fault]}
    assert not wrong, f"came to another end (state, times seen) than expected: {wrong}"


def _meet(telegram: Telegram, faults: list[str]) -> dict[str, Someone]:
    """Somebody for each fault, in whose chat the first message meets it."""
    people = {fault: telegram.person() for fault in faults}
    for person in people.values():
        person.starts()
    people["blocked"].blocks()
    rules = [_rule(fault, person) for fault, person in people.items() if fault not in {"none", "blocked"}]
    telegram.faults(rules)
    return people


def _rule(fault: str, person: Someone) -> dict[str, object]:
    lasting = {"seconds": SECONDS} if fault in {"hang", "late"} else {}
    return {"kind": fault, "method": "sendMessage", "chat": person.id, "count": 1, **lasting}


def _times_seen(person: Someone) -> int:
    return sum(message["from"] == "bot" for message in person.chat()["messages"])


@pytest.mark.promise("P4")
async def test_what_the_bot_starts_is_sent_once_at_most_and_what_is_unsure_is_listed(database: str, tmp_path: Path) -> None:
    await check(FAULTS, NEVER_TWICE, database, tmp_path)


@pytest.mark.promise("P4")
async def test_a_reply_is_repeated_once_at_most(database: str, tmp_path: Path) -> None:
    await check(REPEATED, REPEAT_ONCE, database, tmp_path)


@pytest.mark.promise("P4", control=True)
async def test_a_sender_that_tries_until_it_hears_a_yes_is_caught(database: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="cut-after"):
        await check(FAULTS, NEVER_TWICE, database, tmp_path, InsistentSender)


@pytest.mark.promise("P4")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # it is the wire that waits
async def test_what_never_reached_telegram_is_sent_when_it_is_there_again(database: str, tmp_path: Path) -> None:
    with running() as telegram:
        person = telegram.person()
        await asyncio.to_thread(person.starts)
        async with open_office(database, tmp_path, telegram, Sender, LateWire) as office:
            letter = Letter(1, None, person.id, "say", {"text": "Hello", "bold": [], "rows": []}, "reminder", NEVER_TWICE)
            await office.post([letter])
            assert await office.await_settled([letter]) == {1: SENT}
        assert _times_seen(person) == 1


@pytest.mark.promise("P4")
async def test_a_reply_is_given_up_after_two_lost_answers(database: str, tmp_path: Path) -> None:
    with running() as telegram:
        person = telegram.person()
        await asyncio.to_thread(person.starts)
        telegram.faults([{"kind": "cut-after", "method": "sendMessage"}])
        async with open_office(database, tmp_path, telegram, Sender) as office:
            letter = Letter(1, None, person.id, "say", {"text": "Hello", "bold": [], "rows": []})
            await office.post([letter])
            assert await office.await_settled([letter]) == {1: UNKNOWN}
        assert _times_seen(person) == 2


@pytest.mark.promise("P4")
def test_what_a_dead_bot_had_in_its_hands_is_not_sent_again_unless_it_is_a_reply(make_house: MakeHouse) -> None:
    house: House = make_house(begin=False)
    person = house.telegram.person()
    person.starts()
    content = {"text": "In flight", "bold": [], "rows": []}
    reply = {"text": "In flight, and a reply", "bold": [], "rows": []}
    letters = [
        Letter(1, None, person.id, "say", content, "reminder", NEVER_TWICE),
        Letter(2, None, person.id, "say", reply),
    ]

    async def leave_in_flight() -> None:
        settings = {
            "telegram": {"token": house.telegram.token, "api_url": house.telegram.url},
            "storage": {"url": house.database, "keys": house.folder / "keys.json"},
        }
        async with foundation(Config.model_validate(settings)) as base, base.engine.begin() as connection:
            place = (base.house.organisation_id, base.house.bot_id)
            keys, now = base.house.keys, base.clock.now()
            await connection.run_sync(outbox.keep, keys, place, letters[:1], now)
            await connection.run_sync(claims.take, keys, place, "somebody-dead", 1, 1, now)
            await connection.run_sync(outbox.write, keys, place, letters[1:], "somebody-dead", now)

    asyncio.run(leave_in_flight())
    house.start()
    assert person.hears(wait=PATIENCE).text == "In flight, and a reply"
    assert "how old" in person.hears(wait=PATIENCE).text
    person.hears_nothing()
