"""A Telegram whose limits nobody knows and which move, in virtual time; it remembers every call."""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import orjson

from bot.telegram.wire import NotSentError, Reply, UnknownOutcomeError, Wire

TALK = 60.0  # seconds after somebody's words in which what they are sent is talk
TALK_LIMIT = 300  # messages a second to people who talk
CHAT_BURST = 4  # messages a chat takes within `CHAT_BURST` seconds
STARTED = "To everybody"
PATIENCE = 3  # seconds a flood is told to wait
CHAT_PATIENCE = 12  # seconds one chat is told to wait while its person talks


@dataclass(frozen=True, slots=True)
class Call:
    """One call: when it was made, to whom, whether the bot began by itself, and how it was answered; 0: nobody heard."""

    at: float
    chat: int
    started: bool
    code: int
    delivered: bool


@dataclass(slots=True)
class Limit:
    """So many within a second; who sends more is told to wait, and while they do not, told again."""

    log: deque[float] = field(default_factory=deque)
    until: float = 0
    patience: int = PATIENCE

    def refuse(self, now: float, most: float, seconds: float = 1.0) -> int:
        """Seconds to wait, or 0."""
        if now < self.until:
            return math.ceil(self.until - now)
        while self.log and self.log[0] <= now - seconds:
            self.log.popleft()
        if len(self.log) >= most:
            self.until = now + self.patience
            return self.patience
        self.log.append(now)
        return 0


@dataclass(frozen=True)
class Weather:
    """What comes over this Telegram. `bulk` is the most a second at a time; storms are (from, to, whether talk too)."""

    bulk: Callable[[float], float] = lambda _now: 30
    storms: tuple[tuple[float, float, bool], ...] = ()
    silence: tuple[float, float] = (0, 0)  # from, to: nothing is answered, nor done
    lost: float = 0  # share of calls that are done and whose answer is lost
    unheard: float = 0  # share of calls that find nobody
    blocked: float = 0  # share of chats that blocked the bot
    talk_each: float = math.inf  # messages a chat takes within `CHAT_BURST` seconds while its person talks
    sore: Collection[int] = ()  # chats that take nothing


class Flood(Wire):
    """The wire to that Telegram."""

    def __init__(self, weather: Weather, seed: int) -> None:
        super().__init__("http://nowhere", "1:none")
        self.weather = weather
        self.history: list[Call] = []
        self.spoke: dict[int, float] = {}
        self._chance = random.Random(seed)
        self._limits: dict[str, Limit] = {"bulk": Limit(), "talk": Limit()}
        self._chats: dict[int, Limit] = {}
        self._talks: dict[int, Limit] = {}

    def hear(self, chat: int) -> None:
        """Somebody writes to the bot."""
        self.spoke[chat] = self._now()

    async def tell(self, method: str, body: bytes, patience: float = 35) -> Reply:  # noqa: ARG002 - as the wire is asked
        began, asked, chance = self._now(), orjson.loads(body), self._chance.random()
        await asyncio.sleep(0.02 + self._chance.expovariate(30))
        chat, now = int(asked["chat_id"]), self._now()
        if chance < self.weather.unheard:
            raise NotSentError("nobody there")
        silent = self.weather.silence[0] <= now < self.weather.silence[1]
        lost = silent or chance > 1 - self.weather.lost
        reply = Reply(0) if silent else self._answer(chat, now, talk=now - self.spoke.get(chat, -TALK) < TALK)
        self.history.append(Call(began, chat, asked["text"] == STARTED, 0 if lost else reply.code, reply.ok))
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
        if chat in self.weather.sore:
            return CHAT_PATIENCE
        if talk:
            own = self._talks.setdefault(chat, Limit(patience=CHAT_PATIENCE)).refuse(now, self.weather.talk_each, CHAT_BURST)
            return own or self._limits["talk"].refuse(now, TALK_LIMIT)
        own = self._chats.setdefault(chat, Limit()).refuse(now, CHAT_BURST, CHAT_BURST)
        return own or self._limits["bulk"].refuse(now, self.weather.bulk(now))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
