"""Three people in three engagements, what their phones do while the bot dies, and what must be there in the end."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot import config_file
from bot.arrivals import TELEGRAM
from bot.clock import Clock
from bot.foundation import foundation
from bot.house import House as Held
from emulator.client import Someone
from storage import engagements, erasure, failures, people, unlinking
from storage.figures import results
from storage.letters import outbox
from tests.crashes.lives import LOOK_EVERY, Lives
from tests.crashes.loop import Account
from tests.road.crowd import hear
from tests.road.house import House
from tests.road.indoors import indoors
from tests.road.script import flatten

ANONYMOUS, CONFIDENTIAL, NAMED = "tests-hidden", "tests-five", "tests-adults"
YESTERDAY = -86_400.0
EARLIER = 9  # people who finished the anonymous one yesterday: with Ann there are enough to mix

EXPECTED = {
    ANONYMOUS: {"people finished": "10", "sleep.answered": "10", "sleep.well": "9", "sleep.badly": "1", "why.says": "Dim lights"},
    CONFIDENTIAL: {
        "people finished": "1", "who.work": "1", "who.have": "0", "wrong.says": "Listen to us", "sure.yes": "1", "sure.no": "0",
        "tell-me.no": "1",
    },
    NAMED: {"people started": "1", "people finished": "1", "come.car": "0", "come.bus": "1"},
}  # fmt: skip
"""What is to be kept: all that Ann and Ben said, and nothing of Cat's, who had it deleted."""

Links = Mapping[str, str]


def prepare(house: House) -> None:
    """Open the engagements, and let those of yesterday answer the anonymous one."""
    for name in (ANONYMOUS, CONFIDENTIAL, NAMED):
        house.open(name)
    house.moved_by.write_text(str(YESTERDAY))
    with indoors(house.database, house.folder, Clock(house.moved_by)) as inside:
        visitors = [inside.person() for _ in range(EARLIER)]
        for words in (f"/start {house.links[ANONYMOUS]}", "18 or over", "1", "skip"):
            inside.take([visitor.types(words) for visitor in visitors])
        inside.do(outbox.settle, [letter.became(outbox.SENT) for letter in inside.letters], inside.base.clock.now())
    house.moved_by.write_text("0")


def copy(house: House, of: House) -> House:
    """Give a house what lies in another's folder besides the database, and its links."""
    for file in of.folder.glob("keys.json*"):
        shutil.copy(file, house.folder)
    for file in of.content.glob("*.toml"):
        shutil.copy(file, house.content)
    house.links = dict(of.links)
    return house


# --- What they do


def ann(person: Someone, links: Links) -> None:
    """Types everything at once, before anything was asked, and answers two engagements."""
    person.starts(links[ANONYMOUS])
    for words in ("18 or over", "2", "Dim lights", f"/start {links[NAMED]}", "By bus"):
        person.says(words)
    hear(person, "Thank you")
    hear(person, "Thank you")


def ben(person: Someone, links: Links) -> None:
    """Taps, goes back and says it better, and changes an earlier answer."""
    person.starts(links[CONFIDENTIAL])
    _tap(person, "how old are you", "18 or over")
    _tap(person, "Which best describes you", "I work there")
    hear(person, "What should we not get wrong")
    person.says("Listen")
    _tap(person, "You wrote: Listen", "Back")
    hear(person, "What should we not get wrong")
    person.says("Listen to us")
    earlier = _tap(person, "You wrote: Listen to us", "No")
    hear(person, "Shall we tell you")
    person.taps("Yes", message_id=earlier)
    _tap(person, "It is now: Yes", "No")
    hear(person, "Thank you")


def cat(person: Someone, links: Links) -> None:
    """Answers, and has everything deleted."""
    person.starts(links[NAMED])
    for words in ("18 or over", "By car", "/delete"):
        person.says(words)
    _tap(person, "Shall we delete", "Yes, delete it")
    hear(person, "receipt number")


TALKS: dict[str, Callable[[Someone, Links], None]] = {"Ann": ann, "Ben": ben, "Cat": cat}


def _tap(person: Someone, question: str, *labels: str) -> int:
    asked = hear(person, question)
    for label in labels:
        person.taps(label, message_id=asked.message_id)
    return asked.message_id


@dataclass(frozen=True)
class Talked:
    """What each heard, by name, and how often the bot died meanwhile."""

    people: Mapping[str, Someone]
    heard: Mapping[str, list[str]]
    deaths: int


def talk(house: House, *variants: str, broken: str = "") -> Talked:
    """Let all three talk to a bot that lives through these variants, and stop it afterwards."""
    everyone = {name: house.telegram.person(name) for name in TALKS}
    lives = Lives(house, iter(variants), broken)
    with ThreadPoolExecutor(len(TALKS)) as threads:
        talks = [threads.submit(TALKS[name], person, house.links) for name, person in everyone.items()]
        while wait(talks, LOOK_EVERY, FIRST_EXCEPTION).not_done and not any(one.done() and one.exception() for one in talks):
            lives.look()
    for one in talks:
        one.result()
    lives.end()
    return Talked(everyone, {name: _heard(person) for name, person in everyone.items()}, lives.deaths)


def _heard(person: Someone) -> list[str]:
    texts = [message["text"] for message in person.chat()["messages"] if message["from"] == "bot"]
    return [re.sub(r"number is \w+", "number is …", text) for text in texts]


# --- What must be there


def check(house: House, talked: Talked, calm: Talked | None, account: Account) -> None:
    """Raises AssertionError when something is lost, doubled, back, left over, or was repeated more often than the bot died."""
    asyncio.run(_look(house, talked))
    receipt = re.search(r"number is (\w+)", talked.people["Cat"].transcript())
    marks = {line.split()[1] for line in erasure.list_beside(house.keys).read_text().splitlines()}
    assert receipt
    assert [mark[:8].upper() for mark in marks] == [receipt[1]], "the list of erasures holds Cat, and nobody else"
    for name, heard in (calm.heard if calm else {}).items():
        now = iter(talked.heard[name])
        assert all(text in now for text in heard), f"{name} missed something, or heard it too late: {talked.heard[name]}"
        more = Counter(talked.heard[name]) - Counter(heard)
        assert all(count <= talked.deaths for count in more.values()), f"{name} heard too often: {more}"
        account.repeats.update(f"{name}: {text.splitlines()[0][:50]}" for text in more.elements())


async def _look(house: House, talked: Talked) -> None:
    async with foundation(config_file.read(house.settings, {})) as base, base.engine.begin() as connection:
        kept = await connection.run_sync(_kept, base.house, base.clock.now())
        known = await connection.run_sync(_known, base.house, [person.id for person in talked.people.values()])
        left = await connection.run_sync(outbox.tally, base.house.bot_id)
        broken = await connection.run_sync(failures.count, base.house.bot_id)
    for name, figures in EXPECTED.items():
        assert {key: kept[name][key] for key in figures} == figures, name
    assert known == [True, True, False], "Ann and Ben are known, and Cat is not"
    assert (left, broken) == ({}, 0), "nothing waits, is unsure or has failed"


def _kept(db: Connection, house: Held, now: Any) -> dict[str, dict[str, str]]:
    shelf = {one.slug: one for one in engagements.load(db, house.organisation_id).values()}
    freed = unlinking.free(db, house.keys, shelf[ANONYMOUS], now, closing=True)
    assert freed.lost == 0
    flows = house.know(db, {shelf[slug].edition_id for slug in EXPECTED})
    return {slug: flatten(results.exact(db, house.keys, shelf[slug], flows[shelf[slug].edition_id])) for slug in EXPECTED}


def _known(db: Connection, house: Held, chats: list[int]) -> list[bool]:
    lookups = [house.keys.lookup(house.bot_id, TELEGRAM, str(chat)) for chat in chats]
    found = people.find(db, house.bot_id, TELEGRAM, lookups)
    return [lookup in found for lookup in lookups]
