"""Telegram's flood rules: what nobody asked for is held to a pace, talking with somebody hardly at all."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from emulator.clock import Clock
from emulator.history import History
from emulator.refusals import ActRefusedError


@dataclass(frozen=True)
class Limits:
    """What is allowed. Telegram publishes none of it for certain and changes it as it likes: so may a `script`.

    `per_second`: bulk messages of the whole bot. `per_chat`: messages a second in a private chat, of which `burst` may
    come at once. `per_group`: messages a minute in a group. `unsent`: messages on their way to one chat at once.
    A message is talk, not bulk, within `talk_for` seconds of something its reader did, and at most `talk_most` are.
    `script`: pairs of seconds from now and the `per_second` that holds from then on. `enforce`: refuse, not only count.
    """

    enforce: bool = False
    per_second: float = 30
    per_chat: float = 1
    burst: int = 5
    talk_burst: int = 20
    per_group: int = 20
    unsent: int = 310
    talk_for: float = 60
    talk_most: int = 10
    script: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Violation:
    """A rule that was broken, and after how many seconds it would not have been."""

    rule: str
    wait: int
    pause: float = 0.0


@dataclass
class _Pace:
    """One chat: when its people last did something, what was said since, and how full its bucket is."""

    asked: float = -math.inf
    answered: int = 0
    level: float = 0.0
    at: float = 0.0
    minute: deque[float] = field(default_factory=deque)
    unsent: int = 0


class Flood:
    """Watches what is sent and counts what breaks a rule."""

    def __init__(self, clock: Clock, history: History) -> None:
        self._clock, self._history = clock, history
        self.limits = Limits()
        self.counts: dict[str, int] = {}
        self.refused = 0
        self._latest: deque[dict[str, Any]] = deque(maxlen=LISTED)
        self._begun = clock.now()
        self._bulk: deque[float] = deque()
        self._held = 0.0
        self._paces: dict[int, _Pace] = {}
        self._sizes: dict[int, float] = {}

    @property
    def per_second(self) -> float:
        """How many bulk messages a second are allowed just now."""
        gone = self._clock.now() - self._begun
        return next((pace for at, pace in reversed(self.limits.script) if at <= gone), self.limits.per_second)

    def set(self, given: dict[str, Any]) -> None:
        """Change some of the limits; a script begins now. Raises ActRefusedError for one nobody knows."""
        if unknown := set(given) - {one.name for one in fields(Limits)}:
            raise ActRefusedError(f"unknown limits: {', '.join(sorted(unknown))}")
        if "script" in given:
            given = {**given, "script": tuple(sorted((float(at), float(pace)) for at, pace in given["script"]))}
        self.limits = replace(self.limits, **given)
        self._begun = self._clock.now()

    def describe(self) -> dict[str, Any]:
        return {
            **asdict(self.limits),
            "per_second_now": self.per_second,
            "violations": self.counts,
            "refused": self.refused,
            "latest": list(self._latest),
        }

    def hear(self, chat: int) -> None:
        """Somebody in this chat did something that a bot may answer."""
        pace = self._pace(chat)
        pace.asked, pace.answered = self._clock.now(), 0

    def is_talk(self, chat: int) -> bool:
        """Say whether the next message here would be an answer rather than something nobody asked for."""
        pace = self._paces.get(chat)
        return pace is not None and self._talks(pace, self._clock.now())

    @property
    def unsent(self) -> int:
        return sum(pace.unsent for pace in self._paces.values())

    def depart(self, chat: int) -> Violation | None:
        """Count a message on its way; return what to refuse it for, None to let it go. It has to `arrive` either way."""
        pace = self._pace(chat)
        pace.unsent += 1
        return self._count(chat, Violation("unsent", PENALTY, PENALTY_PAUSE)) if pace.unsent > self.limits.unsent else None

    def arrive(self, chat: int) -> None:
        self._pace(chat).unsent -= 1

    def judge(self, chat: int, sizes: Iterable[int], messages: int = 1) -> Violation | None:
        """Count messages that are about to be sent; return what to refuse them for, None to let them through."""
        broken = self._find_broken(chat, sizes, messages)
        return None if broken is None else self._count(chat, broken)

    def _count(self, chat: int, broken: Violation) -> Violation | None:
        refuse = self.limits.enforce
        self.counts[broken.rule] = self.counts.get(broken.rule, 0) + 1
        self.refused += refuse
        self._latest.append({"at": self._clock.now(), "rule": broken.rule, "chat": chat, "refused": refuse})
        self._history.write("flood", rule=broken.rule, chat=chat, refused=refuse, retry_after=broken.wait)
        return broken if refuse else None

    def _find_broken(self, chat: int, sizes: Iterable[int], messages: int) -> Violation | None:
        now, pace = self._clock.now(), self._pace(chat)
        talk = self._talks(pace, now)
        if sum(not self._space(size, now) for size in sizes):
            return Violation("same size", PENALTY, PENALTY_PAUSE)
        broken = self._check_group(pace, now, messages) if chat < 0 else self._check_private(pace, now, messages, talk=talk)
        if not talk and (bulk := self._check_bulk(now, messages)):
            broken = bulk
        pace.answered += messages
        return broken

    def _check_bulk(self, now: float, messages: int) -> Violation | None:
        """The whole bot: so many in any second. Whoever goes on while held is held longer."""
        while self._bulk and self._bulk[0] <= now - 1:
            self._bulk.popleft()
        if now < self._held:
            return Violation("held", math.ceil(self._held - now))
        if len(self._bulk) + messages > self.per_second:
            if self.limits.enforce:
                self._held = now + 1
            else:
                self._bulk.extend([now] * messages)
            return Violation("bulk", 1)
        self._bulk.extend([now] * messages)
        return None

    def _check_private(self, pace: _Pace, now: float, messages: int, *, talk: bool) -> Violation | None:
        """A bucket that empties by so many a second; in talk it is larger."""
        level = max(pace.level - (now - pace.at) * self.limits.per_chat, 0.0) + messages
        room = self.limits.talk_burst if talk else self.limits.burst
        over = level - room
        pace.at = now
        pace.level = level - messages if over > 0 and self.limits.enforce else min(level, self.limits.talk_burst + 1)
        return Violation("chat", max(math.ceil(over / self.limits.per_chat), 1)) if over > 0 else None

    def _check_group(self, pace: _Pace, now: float, messages: int) -> Violation | None:
        while pace.minute and pace.minute[0] <= now - 60:
            pace.minute.popleft()
        over = len(pace.minute) + messages > self.limits.per_group
        first = pace.minute[0] if pace.minute else now
        if not (over and self.limits.enforce):
            pace.minute.extend([now] * messages)
        return Violation("group", max(math.ceil(first + 60 - now), 1)) if over else None

    def _space(self, size: int, now: float) -> bool:
        """A file of one size over 100 kB may come a few times at once, then every 0.2 to 0.9 seconds."""
        if size <= SMALL:
            return True
        last = self._sizes.get(size, 0.0)
        if last > now + BUCKET:
            return False
        self._sizes[size] = max(last + min(max(size * 1e-7, 0.2), 0.9), now - BUCKET)
        return True

    def _talks(self, pace: _Pace, now: float) -> bool:
        return now - pace.asked <= self.limits.talk_for and pace.answered < self.limits.talk_most

    def _pace(self, chat: int) -> _Pace:
        return self._paces.get(chat) or self._paces.setdefault(chat, _Pace())


SMALL, BUCKET = 100_000, 1.0
PENALTY, PENALTY_PAUSE = 60, 3.0
LISTED = 100
