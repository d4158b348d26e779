"""How fast the bot may send. Replies obey only what Telegram says; what the bot starts is also held to a pace.

What goes out unrefused raises the pace a little, a refusal lowers it. Times are seconds of a clock that never jumps, handed
in by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CHAT_GAP = 1.0  # seconds between two messages the bot starts in one chat
TICK = 0.001  # seconds; a loop may wake a hair too early, and must not ask again and again within that hair
_SLOWEST = 1.0  # messages a second
_RISE = 0.0065  # of the pace, each second of sending
_RECOVERY = 3600.0  # seconds without sending after which the whole budget is tried again
_LESS = 0.8  # of the pace, left by a refusal
_ONCE = 1.0  # seconds in which refusals are one event: what was in flight together is refused together
_LEAST_WAIT = 1.0  # seconds
_MANY = 10_000  # chats remembered; a second's worth is far fewer


@dataclass(slots=True)
class Pacer:
    """One bot's pace. `budget` is the most messages a second that the bot starts itself."""

    budget: float
    pace: float = 0
    _next: float = 0  # when what the bot starts may go on
    _paused: float = 0  # everyone waits until then
    _talk: float = 0  # the last place given to a reply that waited for that
    _risen: float = 0  # until when the pace has been raised
    _refused: tuple[int, float] = (0, -10)  # the last chat, and when
    _slowed: float = -10  # when a refusal last lowered the pace
    _chats: dict[int, float] = field(default_factory=dict)  # chat -> refused until
    _started: dict[int, float] = field(default_factory=dict)  # chat -> when the bot last began by itself

    def __post_init__(self) -> None:
        self.pace = self.pace or self.budget

    def resume(self, pace: float, ago: float, hold: float, now: float) -> None:
        """Go on at a pace that was so `ago` seconds ago; what the bot starts waits `hold` seconds."""
        self.pace = min(max(pace, _SLOWEST), self.budget)
        self._next = now + hold
        self._risen = now - ago

    def hold(self, now: float) -> float:
        """How many seconds what the bot starts must still wait for more than its turn."""
        return max(0.0, self._next - now - 1 / self.pace)

    def reply_at(self, chat_id: int, now: float) -> float:
        """When a reply may go. After a halt of all those that waited go one after the other, not at once."""
        at = self._chats.get(chat_id, 0)
        if self._paused <= now:
            return max(now, at)
        self._talk = max(self._talk + 1 / self.budget, self._paused)
        return max(self._talk, at)

    def is_held(self, chat_id: int, now: float) -> bool:
        """Whether a refusal still stands in the way, which it may not have when the place was given."""
        return max(self._paused, self._chats.get(chat_id, 0)) > now

    def opens_at(self, now: float) -> float:
        """When what the bot starts may go on, in whichever chat."""
        return max(now, self._next, self._paused, self._talk)

    def free_at(self, chat_id: int) -> float:
        """When the bot may start something in this chat."""
        return max(self._chats.get(chat_id, 0), self._started.get(chat_id, -CHAT_GAP) + CHAT_GAP)

    def take(self, chat_id: int, now: float) -> None:
        """Something the bot starts goes out now. A place that nobody took is not kept, so there is no burst."""
        gap = max(0.0, now - self._risen)
        self.pace = min(self.budget, self.pace + self.pace * _RISE * min(gap, 1 / self.pace) + self.budget * gap / _RECOVERY)
        self._risen = max(self._risen, now)
        self._next = now + 1 / self.pace
        self._started[chat_id] = now
        if len(self._started) > _MANY:
            self._started = {chat: at for chat, at in self._started.items() if at + CHAT_GAP > now}

    def refused(self, chat_id: int, retry_after: float, now: float, *, reply: bool) -> float:
        """Telegram said to wait; returns until when.

        A second chat within a second, and all that the bot starts waits; replies too when it was a reply that was refused,
        for Telegram lets people who talk have far more than a broadcast.
        """
        until = now + max(retry_after, _LEAST_WAIT)
        last, at = self._refused
        elsewhere = last != chat_id and now - at < _ONCE
        self._chats[chat_id] = until
        if elsewhere or not reply:
            self._slow(until if elsewhere else now, now)
        if elsewhere and reply:
            self._paused = max(self._paused, until)
        self._refused = (chat_id, now)
        if len(self._chats) > _MANY:
            self._chats = {chat: end for chat, end in self._chats.items() if end > now}
        return until

    def _slow(self, until: float, now: float) -> None:
        """Less from `until` on; the refusals of one event lower the pace once."""
        if now - self._slowed >= _ONCE:
            self.pace, self._slowed = max(_SLOWEST, self.pace * _LESS), now
        self._next = max(self._next, until, now + 1 / self.pace)
        self._risen = max(self._risen, until, now + _ONCE)
