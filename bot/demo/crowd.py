"""The crowd: pretend people who take their time, mostly answer, sometimes go back or leave, and act only over HTTP."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from bot.demo.telegram import Json, Telegram


@dataclass(frozen=True, slots=True)
class Manner:
    """What the people of one crowd have in common: the code they start with, their age, the words at the end, their own."""

    code: str
    age: str
    thanks: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tap:
    """Press the button with this label."""

    label: str


@dataclass(frozen=True, slots=True)
class Say:
    """Type something."""

    text: str


@dataclass
class Member:
    """One of the crowd, and what they remember: `ticked`, labels by message; whether they have gone back already."""

    chance: random.Random
    leaves_after: int
    ticked: dict[int, int] = field(default_factory=dict)
    been_back: bool = False


@dataclass
class Crowd:
    """People on their way through one engagement, and how far they are."""

    telegram: Telegram
    manner: Manner
    tasks: asyncio.TaskGroup
    invited: int = 0
    finished: int = 0
    left: int = 0

    def invite(self, people: int) -> None:
        """Have `people` come, the first two in five of them quickly; 300 take two minutes in all."""
        chance = random.Random(f"{self.manner.age}:{self.invited}")  # noqa: S311 - nothing here is secret
        soon, late = people / EARLY_A_SECOND, people / A_SECOND
        for number in range(people):
            at = chance.uniform(0, soon) if number % 5 < 2 else chance.uniform(soon, late)  # noqa: PLR2004 - two in five
            self.tasks.create_task(self._visit(at, random.Random(chance.random())))  # noqa: S311 - as above
        self.invited += people

    async def _visit(self, at: float, chance: random.Random) -> None:
        await asyncio.sleep(at)
        try:
            stayed = await self._talk(Member(chance, chance.randint(1, 4) if chance.random() < LEAVE else LONGEST))
        except (aiohttp.ClientError, TimeoutError):
            stayed = False
        if stayed:
            self.finished += 1
        else:
            self.left += 1

    async def _talk(self, member: Member) -> bool:
        """One whole conversation; tells whether it came to its end."""
        person = await self.telegram.invite()
        await self.telegram.post(f"/sim/people/{person}/start", {"payload": self.manner.code})
        seen = 0
        for _ in range(member.leaves_after):
            view = await self._listen(person, seen)
            newest = view["messages"][-1]
            if newest["text"].startswith(self.manner.thanks):
                return True
            seen = view["seq"]
            await asyncio.sleep(member.chance.uniform(*THINKING))
            await self._do(person, newest["message_id"], decide(member, newest, self.manner))
        return False

    async def _listen(self, person: int, seen: int) -> Json:
        """Wait for something new that can be answered or that ends it, and return the chat; after a long silence as it is."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        while True:
            view: Json = await self.telegram.get(f"/sim/people/{person}/chat", after=seen, wait=max(until - loop.time(), 0))
            newest = view["messages"][-1]
            told = newest["from"] == "bot" and any(event["type"] in {"message", "edit"} for event in view["events"])
            if (told and (newest["buttons"] or newest["text"].startswith(self.manner.thanks))) or loop.time() >= until:
                return view
            seen = view["seq"]

    async def _do(self, person: int, message_id: int, act: Tap | Say) -> None:
        """Tap or type. A button that has just gone is no mistake: there will be something newer to look at."""
        at = f"/sim/people/{person}"
        try:
            if isinstance(act, Tap):
                await self.telegram.post(f"{at}/tap", {"message_id": message_id, "label": act.label})
            else:
                await self.telegram.post(f"{at}/send", {"text": act.text})
        except aiohttp.ClientResponseError:
            return


def decide(member: Member, message: Json, manner: Manner) -> Tap | Say:
    """What somebody does about the bot's newest message; a person who is not being asked says hello."""
    labels = [button["label"] for row in message["buttons"] for button in row if button["data"] is not None]
    options = [label for label in labels if NUMBERED.match(label)]
    age = [label for label in options if label.endswith(manner.age)]
    chance = member.chance
    if age:
        return Tap(age[0])
    if BACK in labels and not member.been_back and chance.random() < GO_BACK:
        member.been_back = True
        return Tap(BACK)
    if DONE in labels and options:
        return _tick(member, message["message_id"], options, manner)
    if options and chance.random() < TYPE:
        return Say(str(chance.randint(1, len(options))))
    if options:
        return Tap(_lean(chance, options, manner))
    if SKIP in labels and (not manner.words or chance.random() < PASS):
        return Tap(SKIP)
    return Say(chance.choice(manner.words) if labels and manner.words else "/start")


def _tick(member: Member, message_id: int, options: list[str], manner: Manner) -> Tap:
    """Tick one or two, then say so."""
    fresh = [label for label in options if not label.startswith("✓")]
    done = member.ticked.setdefault(message_id, 0)
    if done and (done > 1 or member.chance.random() < HALF):
        return Tap(DONE)
    member.ticked[message_id] += 1
    return Tap(_lean(member.chance, fresh, manner))


def _lean(chance: random.Random, options: list[str], manner: Manner) -> str:
    """One of the options: opinions in a crowd lean one way, as people's do."""
    weights = [0.15 + random.Random(f"{manner.age}{label}").random() ** 2 for label in options]  # noqa: S311 - as above
    return chance.choices(options, weights)[0]


NUMBERED = re.compile(r"(✓ )?\d+\. ")
BACK, SKIP, DONE = "Back", "Skip", "Done"
LEAVE, GO_BACK, TYPE, PASS, HALF = 0.08, 0.03, 0.08, 0.4, 0.5  # how often, of 1
A_SECOND, EARLY_A_SECOND = 2.5, 15  # people invited for each second of the whole, and of its lively beginning
THINKING = (0.3, 1.8)  # seconds
PATIENCE = 20.0  # seconds of silence before trying again
LONGEST = 40  # things done
