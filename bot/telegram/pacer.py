"""How fast the bot may send. Replies obey only what Telegram says; what the bot starts is also held to a pace.

Additive increase, multiplicative decrease: a refusal halves the pace, every quiet second gives a little back. Times are
seconds of a clock that never jumps, handed in by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field

REPLY = "reply"
LANES = {REPLY: 0, "reminder": 1, "broadcast": 2}
"""Lane -> its place in the order; replies to a person's own action go first."""

CHAT_GAP = 1.0  # seconds between two messages the bot starts in one chat
_SLOWEST = 1.0  # messages a second
_CALM_AFTER = 1.0  # seconds without a refusal before the pace rises
_RISE = 0.02  # of the whole budget, each second


@dataclass(slots=True)
class Pacer:
    """One bot's pace. `budget` is the most messages a second that the bot starts itself."""

    budget: float
    pace: float = 0
    _next: float = 0
    _changed: float = 0
    _refused_at: float = -10
    _paused: float = 0  # everyone waits until then
    _chats: dict[int, float] = field(default_factory=dict)  # chat -> refused until
    _started: dict[int, float] = field(default_factory=dict)  # chat -> when the bot last began by itself

    def __post_init__(self) -> None:
        self.pace = self.budget

    def reserve(self, chat_id: int, lane: str, now: float) -> float:
        """When a message may go, at or after `now`. For the lanes with a budget this takes a place in it."""
        at = max(now, self._held_until(chat_id))
        if lane == REPLY:
            return at
        self._rise(now)
        at = max(at, self._next, self._started.get(chat_id, -CHAT_GAP) + CHAT_GAP)
        self._next = at + 1 / self.pace  # no burst: a place not used is not kept
        self._started[chat_id] = at
        self._forget(now)
        return at

    def is_held(self, chat_id: int, now: float) -> bool:
        """Whether a refusal still stands in the way, which it may not have when the place was taken."""
        return self._held_until(chat_id) > now

    def refused(self, chat_id: int, retry_after: float, now: float) -> float:
        """Telegram said to wait; returns until when. A second chat refused within a second pauses all."""
        until = now + max(retry_after, 1.0)
        others = now - self._refused_at < 1.0 and any(end > now for chat, end in self._chats.items() if chat != chat_id)
        self._chats[chat_id] = until
        if others:
            self._paused = max(self._paused, until)
        self.pace = max(_SLOWEST, self.pace / 2)
        self._refused_at = self._changed = now
        self._next = max(self._next, until if others else now)
        return until

    def _held_until(self, chat_id: int) -> float:
        return max(self._paused, self._chats.get(chat_id, 0))

    def _rise(self, now: float) -> None:
        calm = now - max(self._changed, self._refused_at + _CALM_AFTER)
        if calm > 0 and self.pace < self.budget:
            self.pace = min(self.budget, self.pace + calm * self.budget * _RISE)
        self._changed = max(self._changed, now)

    def _forget(self, now: float) -> None:
        if len(self._started) > 10_000:  # noqa: PLR2004 - a second's worth is far fewer
            self._started = {chat: at for chat, at in self._started.items() if at + CHAT_GAP > now}
        if len(self._chats) > 10_000:  # noqa: PLR2004
            self._chats = {chat: until for chat, until in self._chats.items() if until > now}
