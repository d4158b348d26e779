"""An afternoon in virtual time: letters wait, people talk meanwhile, and Telegram has its weather. Then it is looked over."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import math
import random
from collections import Counter
from collections.abc import Collection, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar, cast

import looptime

from bot.telegram.album import Album
from bot.telegram.dispatch import MOST, Dispatch
from bot.telegram.pacer import Pacer
from bot.telegram.pile import Pile
from bot.telegram.sender import Sender
from storage.letters.outbox import BROADCAST, NEVER_TWICE, PENDING, REMINDER, REPLY, Letter, Settled
from storage.letters.paces import Pace
from tests.sending.flood import STARTED, Call, Flood, Weather

NOON = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
SAY = {"text": STARTED, "bold": [], "rows": []}

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
        now = _now()
        early: list[tuple[bool, float, int, Letter]] = []
        due: list[tuple[bool, float, int, Letter]] = []
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
    """What there is to send, and what came of it: letter -> its ends; reply -> when it was written and when it was out."""

    weather: Weather
    letters: Sequence[Letter]
    seed: int
    makes_sender: type[Sender] = Sender
    makes_pacer: type[Pacer] = Pacer
    most: int = MOST
    pace: Pace | None = None
    ended: dict[int, list[str]] = field(default_factory=dict)
    replies: dict[int, list[float]] = field(default_factory=dict)
    chats: dict[int, int] = field(default_factory=dict)  # of replies
    took: float = 0

    def __post_init__(self) -> None:
        self.wire, self.pile, self.pacer = Flood(self.weather, self.seed), Heap(self.letters), self.makes_pacer(25)
        self.pile.pace = self.pace
        album = cast("Album", None)  # nobody sends a picture
        self.sender = self.makes_sender(self.wire, self.pacer, self.hear, album)
        self.dispatch = Dispatch(self.pile, self.sender, self.pacer, self.settle, self.most)

    async def pass_by(self, talk: float = 0, longest: float = 40_000) -> Self:
        """Until every letter has ended, or for so many seconds; `talk` is how many people write each second."""
        began = _now()
        tasks = [asyncio.create_task(self.dispatch.run()), asyncio.create_task(self._talk(talk))]
        while len(self.ended) < len(self.letters) and _now() - began < longest:  # noqa: ASYNC110 - a second costs nothing here
            await asyncio.sleep(1)
        self.took = _now() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.sender.close(60)
        return self

    async def _talk(self, rate: float) -> None:
        """People write, by chance; each is answered with two messages."""
        chance = random.Random(self.seed)
        while rate:
            await asyncio.sleep(chance.expovariate(rate))
            self.answer(chance.choice(self.letters).chat_id)

    def answer(self, chat: int) -> None:
        """Somebody writes, and is answered with two messages."""
        self.wire.hear(chat)
        answers = [
            Letter(10_000_000 + len(self.replies) + each, None, chat, "say", {**SAY, "text": "An answer"}) for each in (0, 1)
        ]
        self.replies |= {letter.id: [_now()] for letter in answers}
        self.chats |= {letter.id: chat for letter in answers}
        self.sender.post(answers)

    def settle(self, outcome: Settled) -> None:
        """As the turn loop does: write down what became of a letter."""
        if outcome.lane == REPLY:
            self.replies[outcome.id].append(_now())
            return
        self.pile.put_back(outcome)
        if outcome.state != PENDING:
            self.ended.setdefault(outcome.id, []).append(outcome.state)

    def hear(self, outcome: Settled) -> None:
        """As `app` does."""
        (self.settle if outcome.lane == REPLY else self.dispatch.settled)(outcome)

    @property
    def started(self) -> list[Call]:
        """The calls of what the bot started, in the order they were made."""
        return sorted((call for call in self.wire.history if call.started), key=lambda call: call.at)

    def waits(self, besides: Collection[int] = ()) -> list[float]:
        """How long each reply took, rising; endless when it is not out yet. Chats may be left out."""
        times = [times for letter, times in self.replies.items() if self.chats[letter] not in besides]
        return sorted(out[0] - written if out else math.inf for written, *out in times)

    @property
    def rate(self) -> float:
        """Letters a second that came to an end."""
        return len(self.ended) / self.took


def look_over(past: Afternoon) -> None:
    """What must hold whatever the weather was. Raises AssertionError."""
    calls = past.started
    came = Counter(call.chat for call in calls if call.delivered)
    twice = [chat for chat, times in came.items() if times > 1]
    assert not twice, f"{len(twice)} people got it twice"
    wrong = [letter.id for letter in past.letters if not _ended_well(past.ended.get(letter.id, []), came[letter.chat_id])]
    assert not wrong, f"{len(wrong)} letters came to no end, or to a wrong one"
    assert past.pile.most_sending <= MOST, "too many were on their way at once"
    assert max(windows([call.at for call in calls])) <= 26, "what the bot started came in a burst"
    everything = sorted(call.at for call in past.wire.history)
    assert max(windows(everything)) <= 70, "all came in a burst"
    refused = share_refused(calls)
    assert refused <= 0.01, f"{refused:.0%} of the calls were refused"
    if past.replies:
        late = past.waits()[int(0.95 * len(past.replies))]
        assert late <= 2, f"people who talk wait {late:.1f} s"


def _ended_well(ends: Sequence[str], came: int) -> bool:
    match ends:
        case ["sent"]:
            return came == 1
        case ["failed"]:
            return came == 0
        case ["unknown"]:
            return came <= 1
    return False


def _now() -> float:
    return asyncio.get_running_loop().time()


def broadcast(number: int, reminders: int = 0) -> list[Letter]:
    """So many letters to as many people, the reminders last."""
    lanes = [BROADCAST] * (number - reminders) + [REMINDER] * reminders
    return [Letter(each, None, 1000 + each, "say", SAY, lane, NEVER_TWICE) for each, lane in enumerate(lanes, 1)]


def live(work: Coroutine[Any, Any, T]) -> T:
    """Run something in virtual time, from 0."""
    with asyncio.Runner(loop_factory=lambda: looptime.new_event_loop(start=0, noop_cycles=0)) as runner:
        return runner.run(work)


def windows(times: Sequence[float], seconds: float = 1.0) -> Iterator[int]:
    """How many fall into the second that begins with each."""
    end = 0
    for begin, at in enumerate(times):
        while end < len(times) and times[end] < at + seconds:
            end += 1
        yield end - begin


def share_refused(calls: Sequence[Call]) -> float:
    return Counter(call.code for call in calls)[429] / len(calls)
