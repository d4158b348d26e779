"""How fast the bot may send. Replies obey only what Telegram says; what the bot starts is also held to a pace.

What goes out unrefused raises the pace a little, a refusal lowers it. Times are seconds of a clock that never jumps, handed
in by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CHAT_GAP = 1.0  # seconds between two messages the bot starts in one chat
TICK = 0.001  # seconds; a loop may wake a hair too early, and must not ask again and again within that hair
_SLACK = 0.04  # seconds a letter may come late without costing a place: loops wake late, and claims take their time
_PROBE_EVERY = 1.0  # seconds between two replies while everybody seems to be refused
_CROWDED = 3.0  # messages in one chat, one a second forgotten, from which on a refusal may be for that chat's sake
_SLOWEST = 1.0  # messages a second, or a tenth of the budget
_RISE = 0.0065  # of the pace, each second of sending
_RECOVERY = 3600.0  # seconds without sending after which the whole budget is tried again
_LESS = 0.8  # of the pace, left by a refusal
_ONCE = 1.0  # seconds in which refusals are one event: what was in flight together is refused together
_LEAST_WAIT = 1.0  # seconds
_MANY = 10_000  # chats remembered; a second's worth is far fewer


@dataclass(slots=True)
class Pacer:
    """One bot's pace. `budget` is the most messages a second that the bot starts itself.

    A refused reply holds its own chat. Two of chats that gave no cause halt everybody, until the time they named or until
    one of those who try meanwhile, one a second, is heard. `in_line` is how many replies wait for their place.
    """

    budget: float
    pace: float = 0
    in_line: int = 0
    _next: float = 0  # when what the bot starts may go on
    _halted: float = 0  # everyone waits until then
    _since: float = 0  # since when
    _talk: float = -10  # the last place given to a reply that had to wait
    _risen: float = 0  # until when the pace has been raised
    _refused: tuple[int, float] = (0, -10)  # the last chat, and when
    _slowed: float = -10  # when a refusal last lowered the pace
    _chats: dict[int, float] = field(default_factory=dict)  # chat -> refused until; left when it is heard again
    _started: dict[int, float] = field(default_factory=dict)  # chat -> when the bot last began by itself
    _crowds: dict[int, tuple[float, float]] = field(default_factory=dict)  # chat -> how crowded, and when

    def __post_init__(self) -> None:
        self.pace = self.pace or self.budget

    def resume(self, pace: float, ago: float, hold: float, now: float) -> None:
        """Go on at a pace that was so `ago` seconds ago; what the bot starts waits `hold` seconds."""
        self.pace = min(max(pace, self._slowest), self.budget)
        self._next = now + hold
        self._risen = now - ago

    def hold(self, now: float) -> float:
        """How many seconds what the bot starts must still wait, if for more than its turn."""
        wait = self._next - now
        return wait if wait > 1 / self.pace + TICK else 0.0

    def is_halted(self, now: float) -> bool:
        """Whether replies wait in line although nothing was refused in their own chats."""
        return self._halted > now

    def reply_at(self, chat_id: int, now: float) -> float:
        """When a reply may go, or take its place in line. In a halt only those try whose refusal would tell of everybody."""
        own = self._chats.get(chat_id, 0)
        return max(own, self._halted if self.is_halted(now) and not self._is_witness(chat_id, now) else 0)

    def place_at(self, now: float) -> float:
        """When the first in line may go: after a halt one after the other, not all at once."""
        return self._talk + (_PROBE_EVERY if self.is_halted(now) else 1 / self.budget)

    def take_place(self, now: float) -> None:
        """The first in line goes now."""
        self._talk = now

    def heard(self, chat_id: int, began: float, now: float) -> None:
        """Telegram took what was sent at `began`, or turned it down for good: a halt that stood then is over."""
        self._chats.pop(chat_id, None)
        if self._since <= began:
            self._halted = min(self._halted, now)
        self._crowds[chat_id] = self._crowd(chat_id, now) + 1, now
        if len(self._crowds) > _MANY:
            self._crowds = {chat: (crowd, at) for chat, (crowd, at) in self._crowds.items() if crowd > now - at}

    def opens_at(self, now: float) -> float:
        """When what the bot starts may go on, in whichever chat: after all that wait in line."""
        return max(now, self._next, self._halted, self._talk, now + self.in_line / self.budget)

    def free_at(self, chat_id: int) -> float:
        """When the bot may start something in this chat."""
        return max(self._chats.get(chat_id, 0), self._started.get(chat_id, -CHAT_GAP) + CHAT_GAP)

    def take(self, chat_id: int, now: float) -> None:
        """Something the bot starts goes out now. A place that nobody took is kept for a moment only, so there is no burst."""
        gap = max(0.0, now - self._risen)
        self.pace = min(self.budget, self.pace + self.pace * _RISE * min(gap, 1 / self.pace) + self.budget * gap / _RECOVERY)
        self._risen = max(self._risen, now)
        self._next = max(self._next, now - _SLACK) + 1 / self.pace
        self._started[chat_id] = now
        if len(self._started) > _MANY:
            self._started = {chat: at for chat, at in self._started.items() if at + CHAT_GAP > now}

    def refused(self, chat_id: int, retry_after: float, now: float, *, reply: bool) -> float:
        """Telegram said to wait; returns until when.

        What a crowded chat is told, or one that was told before, is for that chat. A second other one within a second, and
        all that the bot starts waits; everybody does when it was a reply, for Telegram lets people who talk have far more.
        """
        until = now + max(retry_after, _LEAST_WAIT)
        tells = not reply or self._is_witness(chat_id, now)
        self._chats[chat_id] = until
        if len(self._chats) > _MANY:
            self._chats = {chat: end for chat, end in self._chats.items() if end > now}
        if tells:
            last, at = self._refused
            elsewhere = (last != chat_id and now - at < _ONCE) or (reply and self.is_halted(now))
            if elsewhere or not reply:
                self._slow(until if elsewhere else now, now)
            if elsewhere and reply:
                self._halt(until, now)
            self._refused = (chat_id, now)
        return until

    @property
    def _slowest(self) -> float:
        return min(_SLOWEST, self.budget / 10)

    def _crowd(self, chat_id: int, now: float) -> float:
        crowd, at = self._crowds.get(chat_id, (0.0, now))
        return max(0.0, crowd - (now - at))

    def _is_witness(self, chat_id: int, now: float) -> bool:
        """Whether this chat gave no cause to be refused."""
        return chat_id not in self._chats and self._crowd(chat_id, now) <= _CROWDED

    def _halt(self, until: float, now: float) -> None:
        if not self.is_halted(now):
            self._since = now
        self._halted = max(self._halted, until)

    def _slow(self, until: float, now: float) -> None:
        """Less from `until` on; the refusals of one event lower the pace once."""
        if now - self._slowed >= _ONCE:
            self.pace, self._slowed = max(self._slowest, self.pace * _LESS), now
        self._next = max(self._next, until, now + 1 / self.pace)
        self._risen = max(self._risen, until, now + _ONCE)
