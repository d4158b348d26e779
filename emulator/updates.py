"""The queue of updates that wait for the bot, with Telegram's rules for ids, confirming, expiry and size."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from emulator.clock import Bell, Clock
from emulator.history import History
from emulator.witness import Queued, Witness


@dataclass(frozen=True, slots=True)
class Waiting:
    """One update: its JSON text, the lane in which webhook deliveries keep their order, and when it expires."""

    update_id: int
    kind: str
    lane: str
    body: bytes
    expires: float


class UpdateQueue:
    """Updates by id, oldest first, and those asked to be delivered once more whatever the bot has confirmed."""

    def __init__(self, clock: Clock, history: History) -> None:
        self._clock = clock
        self._history = history
        # Numbers begin at the time of day so that a second run never repeats the first one's.
        self.next_id = int(clock.now()) - 1_000_000_000
        self.waiting: OrderedDict[int, Waiting] = OrderedDict()
        self.again: deque[Waiting] = deque()
        self.recent: deque[Waiting] = deque(maxlen=10_000)
        self.allowed: frozenset[str] | None = None
        self.capacity, self.most_bytes = CAPACITY, MOST_BYTES
        self.size = 0
        self.dropped = 0
        self.offset = 0
        self.arrived = Bell()
        self.listener: Callable[[Waiting], None] | None = None
        self.witness: Witness | None = None

    def allows(self, kind: str) -> bool:
        return kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed

    def add(self, kind: str, payload: dict[str, Any], lane: str, lifetime: float) -> Waiting | None:
        """Queue an update; None when the bot does not want this kind or the queue is full."""
        if not self.allows(kind):
            self._history.write("unwanted", kind=kind)
            return None
        body = orjson.dumps({"update_id": self.next_id, kind: payload})
        if reason := self._find_no_room(len(body)):
            self.dropped += 1
            self._history.write("dropped", kind=kind, reason=reason)
            return None
        return self._put(Waiting(self._next(), kind, lane, body, self._clock.now() + lifetime))

    def add_raw(self, body: bytes | dict[str, Any], *, keep: bool = False, lane: str = "raw") -> Waiting:
        """Queue anything; a dictionary gets an `update_id` unless `keep`, in which case it is delivered once."""
        expires = self._clock.now() + LIFETIME["message"]
        if isinstance(body, bytes):
            return self._put(Waiting(self._next(), "raw", lane, body, expires))
        if keep:
            update = Waiting(int(body.get("update_id", 0) or 0), "raw", lane, orjson.dumps(body), expires)
            self._once_more(update)
            return update
        update_id = self._next()
        return self._put(Waiting(update_id, "raw", lane, orjson.dumps({**body, "update_id": update_id}), expires))

    def repeat(self, last: int) -> list[Waiting]:
        """Have the `last` updates delivered once more, even if they were confirmed."""
        updates = list(self.recent)[-last:] if last > 0 else []
        for update in updates:
            self._once_more(update)
        return updates

    def renumber(self, next_id: int) -> None:
        """Go on from `next_id`; whatever waits is numbered anew from there."""
        old, self.waiting, self.next_id, self.size = self.waiting, OrderedDict(), next_id, 0
        for update in old.values():
            update_id = self._next()
            body = update.body
            if body.startswith(b"{"):
                body = orjson.dumps({**orjson.loads(body), "update_id": update_id})
            self._keep(Waiting(update_id, update.kind, update.lane, body, update.expires))

    def confirm(self, offset: int) -> None:
        """Forget all below `offset`; a negative one forgets all but the last ones, as getUpdates has it."""
        if offset < 0:
            self._throw_away(list(self.waiting.values())[:offset])
        elif offset <= self.next_id + FUTURE:
            self.offset = offset or self.offset
            while self.waiting and next(iter(self.waiting)) < offset:
                self.size -= len(self.waiting.popitem(last=False)[1].body)

    def take(self, limit: int) -> list[Waiting]:
        """Return up to `limit` of the oldest live updates, no more than fit in one answer; they stay until confirmed."""
        taken = [self.again.popleft() for _ in range(min(limit, len(self.again)))]
        room = LARGEST_ANSWER
        for update in self._live(limit - len(taken)):
            room -= len(update.body) + 50
            if room <= 0:
                break
            taken.append(update)
        return taken

    def remove(self, update_id: int) -> Waiting | None:
        """Forget one, because it arrived or expired; None when it was gone."""
        update = self.waiting.pop(update_id, None)
        if update is not None:
            self.size -= len(update.body)
        return update

    def clear(self) -> None:
        """Throw away all that waits: the bot will never hear of it."""
        self._throw_away(list(self.waiting.values()))
        self.again.clear()

    def purge(self) -> int:
        """Forget what has expired; return how many wait."""
        now = self._clock.now()
        for update in [update for update in self.waiting.values() if update.expires <= now]:
            self.expire(update)
        return len(self.waiting)

    def _live(self, limit: int) -> Iterator[Waiting]:
        now, found, dead = self._clock.now(), 0, []
        for update in self.waiting.values():
            if found == limit:
                break
            if update.expires <= now:
                dead.append(update)
                continue
            found += 1
            yield update
        for update in dead:
            self.expire(update)

    def expire(self, update: Waiting) -> None:
        """Forget an update that is too old, unless it is gone already."""
        if self.remove(update.update_id) is not None:
            self._history.write("expired", update_id=update.update_id, kind=update.kind)

    def _find_no_room(self, length: int) -> str:
        """Say why an update of so many bytes cannot be queued; "" when it can."""
        if length > LARGEST_UPDATE:
            return "Update is too big"
        if self._is_full(length):
            self.purge()
        return "Queue is full" if self._is_full(length) else ""

    def _is_full(self, length: int) -> bool:
        return len(self.waiting) >= self.capacity or self.size + length > self.most_bytes

    def _throw_away(self, updates: list[Waiting]) -> None:
        for update in updates:
            self.remove(update.update_id)
        if updates:
            self._history.write("thrown away", updates=[update.update_id for update in updates])

    def _keep(self, update: Waiting) -> None:
        self.waiting[update.update_id] = update
        self.size += len(update.body)

    def _next(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def _put(self, update: Waiting) -> Waiting:
        self._keep(update)
        self.recent.append(update)
        if self.witness is not None:
            self.witness(Queued(update.kind, update.body))
        self._announce(update)
        return update

    def _once_more(self, update: Waiting) -> None:
        if self.listener is None:
            self.again.append(update)
        self._announce(update)

    def _announce(self, update: Waiting) -> None:
        if self.listener is not None:
            self.listener(update)
        self.arrived.ring()


CAPACITY, MOST_BYTES = 100_000, 128 * 1024 * 1024
LARGEST_UPDATE = 512 * 1024
LARGEST_ANSWER = 4 * 1024 * 1024
FUTURE = 10  # An offset further above the tail than this is taken for a mistake, and the head is given.
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DAY = 86_400.0
LIFETIME = {
    "callback_query": 150.0,
    "message": DAY,
    "edited_message": DAY,
    "my_chat_member": DAY,
    "message_reaction": DAY,
    "poll": DAY,
    "poll_answer": DAY,
}
