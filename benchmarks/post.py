"""A Telegram that is sent a broadcast: it counts who got it, holds to a limit, and fails now and then."""

import random
from collections import Counter, deque
from collections.abc import Sequence
from time import perf_counter

from benchmarks.api import Api, Arguments
from benchmarks.updates import Tap
from benchmarks.wire import Request, Wire

WORDS = "There is something new to take part in."
MARK = WORDS.encode()
SECOND = 1.0
BLOCKED = b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'
GONE = b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'
WAIT = b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3","parameters":{"retry_after":3}}'
FAULTS = ("blocked", "502", "cut", "gone", "nonsense")
"""What goes wrong, in turn: twice in five nothing was sent, else nobody can know."""


class Post(Api):
    """Takes at most `limit` letters of the broadcast a second; the sends numbered in `failing` go wrong."""

    def __init__(self, late: float, limit: int, failing: Sequence[int]) -> None:
        super().__init__(late)
        self.times: list[float] = []  # when letters of the broadcast came
        self.got: Counter[int] = Counter()  # by chat
        self.provoked = 0
        self.failed = 0
        self._limit = limit
        self._failing = set(failing)
        self._recent: deque[float] = deque()

    def _serve(self, wire: Wire, request: Request) -> None:
        if MARK not in request.body:
            super()._serve(wire, request)
            return
        now = perf_counter()
        while self._recent and self._recent[0] <= now - SECOND:
            self._recent.popleft()
        if len(self._recent) >= self._limit:
            self.provoked += 1
            wire.answer(WAIT, 429)
            return
        self._recent.append(now)
        self.times.append(now)
        fault = FAULTS[self.failed % len(FAULTS)] if len(self.times) in self._failing else ""
        if fault:
            self.failed += 1
            _fail(fault, wire)
        else:
            super()._serve(wire, request)


def _fail(fault: str, wire: Wire) -> None:
    match fault:
        case "blocked":
            wire.answer(BLOCKED, 403)
        case "gone":
            wire.answer(GONE, 400)
        case "502":
            wire.answer(b"<html>", 502)
        case "cut":
            wire.cut()
        case _:
            wire.answer(b"<html>", 200)


class Talkers:
    """New people who begin to talk now and then; how long each waits for the first words. Also hears the broadcast."""

    def __init__(self, api: Post, code: str, seed: int = 1) -> None:
        self.waits: list[float] = []
        self._api = api
        self._code = code
        self._taps: dict[int, Tap] = {}
        self._chance = random.Random(seed)

    def speak(self) -> None:
        """Somebody new says hello."""
        chat = self._chance.randrange(10**10, 10**11)
        sender = {"id": chat, "is_bot": False, "first_name": "Sam"}
        said = {"message_id": 1, "date": 1_790_000_000, "chat": {"id": chat, "type": "private"}, "from": sender}
        command = {"offset": 0, "length": 6, "type": "bot_command"}
        self._taps[chat] = self._api.post(chat, {"message": {**said, "text": f"/start {self._code}", "entities": [command]}})

    def gap(self, rate: float) -> float:
        """Seconds until the next one comes."""
        return self._chance.expovariate(rate)

    def hear(self, chat: int, message: Arguments) -> None:
        """Somebody reads what the bot wrote."""
        if message["text"].startswith(WORDS):
            self._api.got[chat] += 1
        elif tap := self._taps.pop(chat, None):
            self.waits.append(perf_counter() - tap.ready)

    def see(self, _chat: int, _message: Arguments) -> None:
        """Nothing is waited for here."""
