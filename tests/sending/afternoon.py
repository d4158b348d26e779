"""An afternoon in virtual time: letters wait, people talk meanwhile, and Telegram has its weather. Then it is looked over."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import random
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import looptime

from bot.telegram.album import Album
from bot.telegram.dispatch import Dispatch
from bot.telegram.pacer import Pacer
from bot.telegram.pile import Pile
from bot.telegram.sender import Sender
from storage.outbox import BROADCAST, FAILED, NEVER_TWICE, PENDING, REMINDER, REPLY, SENT, UNKNOWN, Letter, Settled
from storage.paces import Pace
from tests.sending.flood import Call, Flood, Weather

NOON = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
SAY = {"text": "Hello", "bold": [], "rows": []}
ENDED = {SENT, FAILED, UNKNOWN}

T = TypeVar("T")


class Heap(Pile):
    """A pile in memory, in the order of the real one."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        self._waiting = [(letter.lane == BROADCAST, 0.0, letter.id, letter) for letter in letters]
        heapq.heapify(self._waiting)
        self.sending: dict[int, Letter] = {}
        self.most_sending = 0
        self.pace: Pace | None = None
        self.paused = False
        self.clock = lambda: NOON + dt.timedelta(seconds=asyncio.get_running_loop().time())

    def add(self, letter: Letter, due: float = 0) -> None:
        heapq.heappush(self._waiting, (letter.lane == BROADCAST, due, letter.id, letter))

    def put_back(self, outcome: Settled) -> None:
        """Take a settled letter off what is sending; it waits again when it is pending."""
        letter = self.sending.pop(outcome.id)
        if outcome.state == PENDING:
            self.add(letter, (outcome.due_at - NOON).total_seconds() if outcome.due_at else 0)

    async def waits(self) -> bool:
        return bool(self._next(1, take=False))

    async def claim(self, wanted: int, most: int) -> Sequence[Letter]:
        await asyncio.sleep(0.004)
        letters = self._next(min(wanted, most - len(self.sending)), take=True)
        self.sending |= {letter.id: letter for letter in letters}
        self.most_sending = max(self.most_sending, len(self.sending))
        return letters

    def _next(self, most: int, *, take: bool) -> list[Letter]:
        if self.paused:
            return []
        now, early, due = asyncio.get_running_loop().time(), [], []
        while self._waiting and len(due) < most:
            one = heapq.heappop(self._waiting)
            (due if one[1] <= now else early).append(one)
        for one in early if take else early + due:
            heapq.heappush(self._waiting, one)
        return [one[3] for one in due]

    async def find_pace(self) -> Pace | None:
        return self.pace

    async def keep_pace(self, pace: Pace) -> None:
        self.pace = pace


@dataclass
class Afternoon:
    """What there is to send, and what came of it: letter id -> state; reply id -> (posted, out)."""

    wire: Flood
    pile: Heap
    sender: Sender
    dispatch: Dispatch
    pacer: Pacer
    letters: Sequence[Letter]
    ended: dict[int, list[str]] = field(default_factory=dict)
    replies: dict[int, list[float]] = field(default_factory=dict)
    over: float = 0

    async def pass_by(self, talk: float, seed: int, most: float = 40_000) -> None:
        """Until every letter has ended; `talk` is how many people write each second."""
        async with asyncio.timeout(most):
            sending = asyncio.create_task(self.dispatch.run())
            talking = asyncio.create_task(self._talk(talk, random.Random(seed)))
            while len(self.ended) < len(self.letters):
                await asyncio.sleep(1)
            self.over = asyncio.get_running_loop().time()
            for task in (talking, sending):
                task.cancel()
            await asyncio.gather(talking, sending, return_exceptions=True)
            await self.sender.close(60)

    async def _talk(self, rate: float, chance: random.Random) -> None:
        """People write, by chance; each is answered with two messages."""
        number = 10_000_000
        while rate:
            await asyncio.sleep(chance.expovariate(rate))
            chat = chance.choice(self.letters).chat_id
            self.wire.hear(chat)
            now = asyncio.get_running_loop().time()
            answers = [Letter(number + each, None, chat, "say", SAY) for each in (1, 2)]
            number += 2
            self.replies |= {letter.id: [now] for letter in answers}
            self.sender.post(answers)

    def settle(self, outcome: Settled) -> None:
        """As the turn loop does: write down what became of a letter."""
        if outcome.lane == REPLY:
            self.replies[outcome.id].append(asyncio.get_running_loop().time())
            return
        self.pile.put_back(outcome)
        if outcome.state != PENDING:
            self.ended.setdefault(outcome.id, []).append(outcome.state)

    def hear(self, outcome: Settled) -> None:
        (self.settle if outcome.lane == REPLY else self.dispatch.settled)(outcome)


def make(
    weather: Weather,
    letters: Sequence[Letter],
    seed: int,
    sender: type[Sender] = Sender,
    dispatch: type[Dispatch] = Dispatch,
    pacer: type[Pacer] = Pacer,
) -> Afternoon:
    wire, pile, pace = Flood(weather, seed), Heap(letters), pacer(25)
    heard: list[Afternoon] = []
    album: Album = None  # type: ignore[assignment] - nobody sends a picture
    sending = sender(wire, pace, lambda outcome: heard[0].hear(outcome), lambda _chat, _state: None, album)
    made = Afternoon(wire, pile, sending, dispatch(pile, sending, pace, lambda outcome: heard[0].settle(outcome)), pace, letters)
    heard.append(made)
    return made


def broadcast(number: int, reminders: int = 0) -> list[Letter]:
    """So many letters to as many people, the reminders last."""
    lanes = [BROADCAST] * (number - reminders) + [REMINDER] * reminders
    return [Letter(each, None, 1000 + each, "say", SAY, lane, NEVER_TWICE) for each, lane in enumerate(lanes, 1)]


def live(work: Coroutine[Any, Any, T]) -> T:
    """Run something in virtual time, from 0."""
    with asyncio.Runner(loop_factory=lambda: looptime.new_event_loop(start=0)) as runner:
        return runner.run(work)


def windows(times: Sequence[float], seconds: float = 1.0) -> Iterator[int]:
    """How many fall into the second that begins with each."""
    end = 0
    for begin, at in enumerate(times):
        while end < len(times) and times[end] < at + seconds:
            end += 1
        yield end - begin


def bulk(calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if not call.talk]


def share_refused(calls: Sequence[Call]) -> float:
    return Counter(call.code for call in calls)[429] / len(calls)
