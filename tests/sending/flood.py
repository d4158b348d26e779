"""A Telegram whose limits nobody knows and which move, in virtual time; it remembers every call."""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from bot.telegram.wire import NotSentError, Reply, UnknownOutcomeError, Wire

TALK = 60.0  # seconds after somebody's words in which what they are sent is talk
TALK_LIMIT = 300  # messages a second to people who talk
CHAT_BURST = 4  # messages a chat takes within `CHAT_BURST` seconds
PATIENCE = 3  # seconds a flood is told to wait


@dataclass(frozen=True, slots=True)
class Call:
    """One call: when it came, to whom, whether it was talk, and how it was answered; 0 when the answer was lost."""

    at: float
    chat: int
    talk: bool
    code: int
    delivered: bool


@dataclass(slots=True)
class Limit:
    """So many within a second; who sends more is told to wait, and while they do not, told again."""

    log: deque[float] = field(default_factory=deque)
    until: float = 0

    def refuse(self, now: float, most: float, seconds: float = 1.0) -> int:
        """Seconds to wait, or 0."""
        if now < self.until:
            return math.ceil(self.until - now)
        while self.log and self.log[0] <= now - seconds:
            self.log.popleft()
        if len(self.log) >= most:
            self.until = now + PATIENCE
            return PATIENCE
        self.log.append(now)
        return 0


@dataclass(frozen=True)
class Weather:
    """What comes over this Telegram. `bulk` is the most a second at a time; storms are (from, to, whether talk too)."""

    bulk: Callable[[float], float] = lambda _now: 30
    storms: tuple[tuple[float, float, bool], ...] = ()
    lost: float = 0  # share of calls whose answer is lost
    unheard: float = 0  # share of calls that find nobody
    blocked: float = 0  # share of chats that blocked the bot


class Flood(Wire):
    """The wire to that Telegram."""

    def __init__(self, weather: Weather, seed: int) -> None:
        super().__init__("http://nowhere", "1:none")
        self.weather = weather
        self.calls: list[Call] = []
        self.spoke: dict[int, float] = {}
        self._chance = random.Random(seed)
        self._limits: dict[str, Limit] = {"bulk": Limit(), "talk": Limit()}
        self._chats: dict[int, Limit] = {}

    def hear(self, chat: int) -> None:
        """Somebody writes to the bot."""
        self.spoke[chat] = self._now()

    async def tell(self, method: str, body: bytes, patience: float = 35) -> Reply:  # noqa: ARG002 - as the wire is asked
        await asyncio.sleep(0.02 + self._chance.expovariate(30))
        chat, now, chance = int(orjson.loads(body)["chat_id"]), self._now(), self._chance.random()
        talk = now - self.spoke.get(chat, -TALK) < TALK
        if chance < self.weather.unheard:
            raise NotSentError("nobody there")
        reply = self._answer(chat, now, talk=talk)
        lost = chance > 1 - self.weather.lost
        self.calls.append(Call(now, chat, talk, 0 if lost else reply.code, reply.ok))
        if lost:
            raise UnknownOutcomeError("answer lost")
        return reply

    def _answer(self, chat: int, now: float, *, talk: bool) -> Reply:
        wait = self._refuse(chat, now, talk=talk)
        if wait:
            return Reply(429, description="Too Many Requests", retry_after=wait)
        if chat % 1000 < 1000 * self.weather.blocked:
            return Reply(403, description="Forbidden: bot was blocked by the user")
        return Reply(200)

    def _refuse(self, chat: int, now: float, *, talk: bool) -> int:
        for begin, end, of_talk in self.weather.storms:
            if begin <= now < end and (of_talk or not talk):
                return math.ceil(end - now)
        if talk:
            return self._limits["talk"].refuse(now, TALK_LIMIT)
        own = self._chats.setdefault(chat, Limit()).refuse(now, CHAT_BURST, CHAT_BURST)
        return own or self._limits["bulk"].refuse(now, self.weather.bulk(now))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
